"""Learning curves, gradients and the seeds' outcomes of binary addition.

Which variants a figure shows follows from how they differ from `training`, so a new variant appears without a change.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from day3.experiments.binary_addition.settings import Settings
from ronkyo.files import DataError
from ronkyo.plotting import COLORS, INK, LINE_STYLES, figure, panel_grid, panel_title, tell
from ronkyo.results import Results, Table

__all__ = ["convergence", "course_gradient", "gradient_norm", "hidden_size", "initialization_and_activation"]

BASE: set[str] = set()  # the base differs from `training` in nothing
GREY = COLORS[5]
GRADIENT_FLOOR = 1e-10  # smaller norms, 0 among them, are drawn here: a log axis has no place for 0
OUTCOME_MARKS: dict[str, dict[str, Any]] = {  # told apart by shape and filling, in grey print, too
    "収束": {"marker": "o", "markerfacecolor": "none", "color": COLORS[0]},
    "未収束": {"marker": "x", "color": COLORS[1]},
    "発散": {"marker": "^", "markerfacecolor": INK, "color": INK},
}
OUTCOME_MARK: dict[str, Any] = {"linestyle": "none", "markersize": 3.2, "markeredgewidth": 0.6}
SMALLEST_AREA, LARGEST_AREA = 3.0, 32.0  # points², of a circle that stands for next to no seed, and for all
LINE_MARKERS = ["o", "s", "^", "D"]  # of the lines of a panel, in grey print
BEYOND_LIMIT = {"未収束": 1.05, "発散": 1.11}  # where runs without a number of iterations are drawn


def hidden_size(results: Results) -> Figure:
    """Loss over training for each hidden size: median and quartiles over the seeds, and one seed's single losses."""
    return _loss_panels(results, _variants(results.settings, BASE, {"hidden_size"}))


def initialization_and_activation(results: Results) -> Figure:
    """Loss over training for each initialization and each activation function, with the base's median in grey."""
    others = _variants(results.settings, {"initialization"}) + _variants(results.settings, {"activation"})
    return _loss_panels(results, others, _variants(results.settings, BASE))


def course_gradient(results: Results) -> Figure:
    """Loss over training with the exact gradient and with the course's, a panel for each pair of variants."""
    pairs = _course_pairs(results.settings)
    drawing, panels = _panels(len(pairs), columns=3, row_cm=2.6)
    for axes, (exact, course) in zip(panels, pairs, strict=True):
        _median_and_quartiles(axes, results, exact, "loss", 0, "正しい勾配")
        _median_and_quartiles(axes, results, course, "loss", 1, "講義の勾配")
        diverged = _diverged(results, exact, "正しい勾配で ") + _diverged(results, course, "講義の勾配で ")
        _sub_caption(axes, panels, results.labels[exact] + diverged)
    _label_outer(panels, 3, "損失")
    drawing.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return drawing


def gradient_norm(results: Results) -> Figure:
    """Norm of the gradient over training (log axis): median and quartiles, by initialization and by activation."""
    groups = {
        "初期化": _variants(results.settings, BASE, {"initialization"}),
        "活性化関数": _variants(results.settings, BASE, {"activation"}),
    }
    drawing, panels = _panels(len(groups), columns=2, row_cm=5.2)
    for axes, (title, variants) in zip(panels, groups.items(), strict=True):
        for index, variant in enumerate(variants):
            name = results.labels[variant] + _diverged(results, variant)
            _median_and_quartiles(axes, results, variant, "gradient_norm", index, name, GRADIENT_FLOOR, marked=True)
        axes.set_yscale("log")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2)
        _sub_caption(axes, panels, title)
    _label_outer(panels, 2, "勾配のノルム")
    return drawing


def convergence(results: Results) -> Figure:
    """Every seed's iterations until convergence, a mark each; shares of dead hidden units and of digits that are stuck.

    Right of the dotted line are the runs that did not converge, and how many did. A circle is the larger, the more seeds are
    at that value. Runs that diverged have no value for dead units and stuck digits.
    """
    variants = results.settings.variants
    limit = max(training.iterations for training in variants.values())
    drawing, panels = figure(height_cm=2.6 + 0.32 * len(variants), columns=3, sharey=True, width_ratios=(2, 1, 1))
    for row, variant in enumerate(variants):
        metrics = results.seeds[variant]
        offsets = row + np.linspace(-0.3, 0.3, len(metrics["converged"]))
        for outcome, chosen in _outcomes(metrics).items():
            beyond = BEYOND_LIMIT.get(outcome, 0.0) * limit
            iterations = np.where(
                np.isfinite(metrics["convergence_iterations"]), metrics["convergence_iterations"], beyond
            )
            (dots,) = panels[0].plot(iterations[chosen], offsets[chosen], **OUTCOME_MARK, **OUTCOME_MARKS[outcome])
            told = [outcome if beyond else f"{value:.0f}" for value in iterations[chosen]]
            tell(dots, [f"シード {seed}: {text}" for seed, text in zip(np.flatnonzero(chosen), told, strict=True)])
        share = f"{metrics['converged'].sum():.0f}/{len(offsets)}"
        panels[0].text(1.27 * limit, row, share, ha="center", va="center", size=7)
        for axes, metric in zip(panels[1:], ("dead_units", "stuck_outputs"), strict=True):
            shares, counts = np.unique(metrics[metric][np.isfinite(metrics[metric])], return_counts=True)
            areas = SMALLEST_AREA + (LARGEST_AREA - SMALLEST_AREA) * counts / len(offsets)
            axes.scatter(
                shares, np.full(len(shares), row), areas, facecolors="none", edgecolors=COLORS[0], linewidths=0.7
            )
    panels[0].axvline(limit, color=GREY, linewidth=0.8, linestyle=":")
    panels[0].text(1.27 * limit, -0.9, "収束", ha="center", va="center", size=7)
    panels[0].set(xlim=(0, 1.38 * limit), xticks=np.linspace(0, limit, 5), xlabel="反復")
    panels[0].set(ylim=(len(variants) - 0.5, -1.4))
    panels[0].set_yticks(range(len(variants)), [results.labels[variant] for variant in variants], size=6.8)
    for axes in panels[1:]:
        axes.set(xlim=(-0.08, 1.08), xlabel="割合")
    for axes, title in zip(panels, ("収束までの反復", "死んだユニット", "固まった誤り"), strict=True):
        _sub_caption(axes, list(panels), title)
        axes.grid(axis="y", visible=False)
    marks = [Line2D([], [], label=outcome, **OUTCOME_MARK, **mark) for outcome, mark in OUTCOME_MARKS.items()]
    drawing.legend(handles=marks, loc="outside lower center", ncols=len(marks))
    return drawing


# -- which variants ---------------------------------------------------------------------------------------------------


def _difference(settings: Settings, variant: str) -> set[str]:
    """The settings in which a variant is not as `training`."""
    return {key for key, value in settings.variants[variant] if value != getattr(settings.training, key)}


def _variants(settings: Settings, *differences: set[str]) -> list[str]:
    """The variants whose difference is one of these; BASE is that of the base itself."""
    return [variant for variant in settings.variants if _difference(settings, variant) in differences]


def _course_pairs(settings: Settings) -> list[tuple[str, str]]:
    """(exact, course) variants that differ in nothing but the output gradient."""
    as_exact = {
        variant: training.model_copy(update={"output_gradient": "exact"})
        for variant, training in settings.variants.items()
    }
    return [
        (exact, course)
        for exact, settings_of_exact in settings.variants.items()
        for course, as_exact_of_course in as_exact.items()
        if exact != course and as_exact_of_course == settings_of_exact
    ]


# -- drawing ----------------------------------------------------------------------------------------------------------


def _loss_panels(results: Results, variants: list[str], references: Sequence[str] = ()) -> Figure:
    """A panel for each variant; the references' medians are drawn in every panel."""
    columns = min(len(variants), 4)
    drawing, panels = _panels(len(variants), columns, row_cm=2.8)
    counts = [results.settings.seeds.of(variant) for variant in variants]
    seeds = "〜".join(map(str, sorted({min(counts), max(counts)})))
    seed = results.settings.figures.example_seed
    for axes, variant in zip(panels, variants, strict=True):
        curve = results.curves[variant]
        name = f"1 例の損失（シード {seed}）"
        axes.plot(curve["step"], curve["loss_example"], color=COLORS[3], linewidth=0.7, label=name)
        for reference in references:
            curve = results.curves[reference]
            name = f"{results.labels[reference]} の中央値"
            axes.plot(curve["step"], curve["loss_median"], color=GREY, linestyle="--", label=name)
        name = f"{seeds} シードの中央値と四分位範囲"
        _median_and_quartiles(axes, results, variant, "loss", 0, name)
        _sub_caption(axes, panels, results.labels[variant] + _diverged(results, variant))
    _label_outer(panels, columns, "損失")
    drawing.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return drawing


def _panels(count: int, columns: int, row_cm: float) -> tuple[Figure, list[Axes]]:
    """`count` panels of the same scales, in rows of `columns`, `row_cm` high."""
    if count == 0:
        raise DataError(
            "binary_addition.variants: a figure has nothing to show; expected variants that differ in hidden_size, "
            "initialization and activation, and pairs that differ in output_gradient only"
        )
    return panel_grid(count, columns, 1.4, row_cm, sharex=True, sharey=True)


def _median_and_quartiles(
    axes: Axes,
    results: Results,
    variant: str,
    quantity: str,
    index: int,
    name: str,
    floor: float = 0.0,
    marked: bool = False,
) -> None:
    """The line has a line style by its index, and where lines may lie on each other (marked) markers."""
    curve = results.curves[variant]
    low, median, high = (np.maximum(curve[f"{quantity}_{part}"], floor) for part in ("low", "median", "high"))
    color, line_style = COLORS[index % len(COLORS)], LINE_STYLES[index % len(LINE_STYLES)]
    axes.fill_between(curve["step"], low, high, color=color, alpha=0.2, linewidth=0)
    marker, every = LINE_MARKERS[index % len(LINE_MARKERS)], max(1, len(median) // 6)
    placed = {"marker": marker, "markersize": 3.2, "markevery": (every * (index + 1) // 5, every)}
    axes.plot(curve["step"], median, color=color, linestyle=line_style, label=name, **(placed if marked else {}))


def _outcomes(metrics: Table) -> dict[str, np.ndarray]:
    """Which seeds came to each outcome: (seed,) of bool."""
    converged, diverged = metrics["converged"] > 0, metrics["diverged"] > 0
    return {"収束": converged, "未収束": ~converged & ~diverged, "発散": diverged}


def _diverged(results: Results, variant: str, which: str = "") -> str:
    """How many runs are missing from a variant's median, `which` being the curve where a panel has several."""
    diverged = results.seeds[variant]["diverged"]
    return f"：{which}{diverged.sum():.0f}/{len(diverged)} が発散" if diverged.any() else ""


def _sub_caption(axes: Axes, panels: list[Axes], title: str) -> None:
    panel_title(axes, f"({string.ascii_lowercase[panels.index(axes)]}) {title}")


def _label_outer(panels: list[Axes], columns: int, y_label: str) -> None:
    for index, axes in enumerate(panels):
        axes.xaxis.set_major_locator(MaxNLocator(10 // columns, steps=[1, 2, 2.5, 5, 10]))
        if index >= len(panels) - columns:
            axes.set_xlabel("反復")
            axes.tick_params(labelbottom=True)
        if index % columns == 0:
            axes.set_ylabel(y_label)
