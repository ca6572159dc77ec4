"""Three or more experiments side by side: what was varied, and what it did to chosen metrics."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ronkyo import runs
from ronkyo.claims import estimates
from ronkyo.compare import curves
from ronkyo.compare import write as report
from ronkyo.compare.differences import ABSENT, changed_leaves, leaves, rounded, with_interval
from ronkyo.compare.revision import ComparisonError, Side, read, to_json
from ronkyo.plotting import COLORS, panel_title, style, to_svg
from ronkyo.typeset import tree

FEWEST = 3
LOGARITHMIC_AXIS_FROM = 8.0  # largest over smallest value of a parameter


@dataclass(frozen=True)
class Sweep:
    sides: list[Side]
    varied: dict[str, list[Any]]  # parameter -> value of each side; None where a side does not have it
    metrics: dict[
        str, list[np.ndarray | float | None]
    ]  # experiment.variant.metric -> seeds, or a constant, of each side

    @property
    def numeric(self) -> list[str]:
        """The parameters that can be an axis: numbers that differ while the other parameters stay, at least once."""
        return [
            key
            for key, values in self.varied.items()
            if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
            and any(len({values[index] for index in series}) > 1 for series in self.series(key).values())
        ]

    def series(self, key: str) -> dict[str, list[int]]:
        """The sides whose other varied parameters are the same: {these as text: indices}."""
        found: dict[str, list[int]] = {}
        for index in range(len(self.sides)):
            others = [(name, values[index]) for name, values in self.varied.items() if name != key]
            text = "、".join(f"{name.split('.')[-1]} = {to_json(value)}" for name, value in others)
            found.setdefault(text, []).append(index)
        return found


def load(names: Sequence[str], metrics: Sequence[str] = ()) -> Sweep:
    """Raises ComparisonError: fewer than three sides, a side that cannot be read, nothing varied, an unknown metric."""
    if len(set(names)) < FEWEST:
        raise ComparisonError(f"--sweep: expected {FEWEST} or more different experiments, found {len(set(names))}")
    report.clear()
    sides = [read(name, report.FOLDER / str(index)) for index, name in enumerate(dict.fromkeys(names))]
    documents = [dict(leaves(side.params)) for side in sides]
    keys = dict.fromkeys(key for side in sides for key in changed_leaves(sides[0].params, side.params))
    if not keys:
        raise ComparisonError(f"--sweep: {', '.join(names)}: expected parameters that differ, found none")
    varied = {key: [document.get(key) for document in documents] for key in keys}
    chosen = list(metrics) or _first_metrics(sides, {key.split(".")[0] for key in keys})
    return Sweep(sides, varied, {metric: [_values(side, metric) for side in sides] for metric in _known(chosen, sides)})


def _first_metrics(sides: Sequence[Side], experiments: set[str]) -> list[str]:
    """Of each variant of these experiments that is not the same on all sides, the metric that its table names first."""
    found = []
    for experiment in sorted(experiments):
        for variant in dict.fromkeys(name for side in sides for name in side.seeds.get(experiment, {})):
            tables = [side.seeds.get(experiment, {}).get(variant, {}) for side in sides]
            name = next((name for table in tables for name in table), None)
            if name and any(not np.array_equal(tables[0].get(name, []), table.get(name, [])) for table in tables):
                found.append(f"{experiment}.{variant}.{name}")
    return found


def _known(metrics: Sequence[str], sides: Sequence[Side]) -> list[str]:
    known = dict.fromkeys(
        f"{experiment}.{variant}.{name}"
        for side in sides
        for experiment, variants in side.metrics.items()
        for variant, values in variants.items()
        for name in values
    )
    for metric in metrics:
        if metric not in known:
            raise ComparisonError(
                f"--metric {metric}: expected experiment.variant.metric, found none of that name"
                f"{nearest(metric, known)}"
            )
    return list(metrics)


def _values(side: Side, metric: str) -> np.ndarray | float | None:
    experiment, variant, name = metric.split(".", 2)
    seeds = side.over_seeds(experiment, variant, name)
    return seeds if seeds is not None else side.metrics.get(experiment, {}).get(variant, {}).get(name)


# -- output -----------------------------------------------------------------------------------------------------------


def write(sweep: Sweep, folder: Path, say: Callable[[str], None] = print) -> list[Path]:
    """<folder>/sweep.html and .pdf. Raises UserError; then what was there stays."""
    report.require_fonts()
    settings = report.settings_of(f"{len(sweep.sides)} 個の実験の比較")
    figures = {}
    with style(runs.FONTS.resolve()):  # matplotlib remembers it, wherever the next one works
        for key in sweep.numeric if sweep.metrics else []:
            figures[key] = report.keep(f"sweep-{len(figures) + 1}", to_svg(draw(sweep, key), key))
    built = tree.build(report.fill("sweep.md.j2", report.page_code, sweep=sweep, table=table(sweep), figures=figures))
    return report.publish(built, settings, folder, "sweep", say)


def markdown(sweep: Sweep) -> str:
    return report.fill("sweep_comment.md.j2", report.comment_code, sweep=sweep, table=table(sweep))


def table(sweep: Sweep) -> list[list[str]]:
    """A row for each side: its name, the varied parameters, the metrics with their intervals."""
    rows = []
    for index, side in enumerate(sweep.sides):
        parameters = [ABSENT if values[index] is None else to_json(values[index]) for values in sweep.varied.values()]
        numbers = [_shown(values[index]) for values in sweep.metrics.values()]
        rows.append([*map(report.literal, [side.title, *parameters]), *numbers])
    return rows


def document(sweep: Sweep) -> list[dict[str, Any]]:
    """For programs: an entry for each side."""
    return [
        {
            "name": side.name,
            "revision": side.revision,
            "parameters": {key: values[index] for key, values in sweep.varied.items()},
            "metrics": {metric: _numbers(values[index]) for metric, values in sweep.metrics.items()},
        }
        for index, side in enumerate(sweep.sides)
    ]


def draw(sweep: Sweep, key: str) -> Figure:
    """Each metric against one parameter: every seed (ring), mean with its 95 % interval (diamond)."""
    metrics = list(sweep.metrics)
    drawing, panels = curves.grid(len(metrics), 1.0, key.split(".")[-1])
    positions = np.array(sweep.varied[key], dtype=float)
    wide = positions.min() > 0 and positions.max() / positions.min() >= LOGARITHMIC_AXIS_FROM
    series = sweep.series(key)
    for panel, metric in zip(panels, metrics, strict=True):
        for (label, indices), color in zip(series.items(), cycle(COLORS), strict=False):
            for index in indices:
                _draw_side(panel, float(positions[index]), sweep.metrics[metric][index], color, label)
        if wide:
            panel.set_xscale("log")
        if curves.spans_decades(panel):
            panel.set_yscale("log")
        panel.set_xticks(np.unique(positions), [f"{value:g}" for value in np.unique(positions)])
        panel.xaxis.minorticks_off()
        panel_title(panel, "：".join(metric.split(".", 1)[1].split(".", 1)))
    if len(series) > 1:
        curves.legend(drawing, panels)
    return drawing


def _draw_side(panel: Axes, position: float, values: np.ndarray | float | None, color: str, label: str) -> None:
    if values is None:
        return
    found = estimates.mean_interval(np.atleast_1d(np.asarray(values, dtype=float)))
    if isinstance(values, np.ndarray):
        rings = np.full(len(values), position)
        panel.plot(rings, values, "o", markersize=3, markerfacecolor="none", color=color, alpha=0.5)
    error = found.half_width if math.isfinite(found.half_width) else None
    panel.errorbar(position, found.mean, yerr=error, fmt="D", markersize=4, color=color, label=label)


def _shown(values: np.ndarray | float | None) -> str:
    if values is None:
        return ABSENT
    if not isinstance(values, np.ndarray):
        return rounded(values)
    found = estimates.mean_interval(values)
    return with_interval(found.mean, found.low, found.high)


def _numbers(values: np.ndarray | float | None) -> dict[str, Any] | None:
    if values is None:
        return None
    found = estimates.mean_interval(np.atleast_1d(np.asarray(values, dtype=float)))
    return report.finite({"mean": found.mean, "low": found.low, "high": found.high, "n": found.n})
