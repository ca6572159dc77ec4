"""Three or more experiments side by side: what was varied, and what it did to chosen metrics."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ronkyo.claims import estimates
from ronkyo.compare import curves
from ronkyo.compare import write as report
from ronkyo.compare.differences import outdated
from ronkyo.compare.markup import comment_code, fill, literal, page_code
from ronkyo.compare.parameters import changed_leaves, leaves
from ronkyo.compare.revision import ComparisonError, Side, read, to_json
from ronkyo.errors import nearest
from ronkyo.numbers import ABSENT, rounded, with_interval
from ronkyo.plotting import COLORS, style, to_svg
from ronkyo.project import Project
from ronkyo.words import Words

FEWEST = 3
LOGARITHMIC_AXIS_FROM = 8.0  # largest over smallest value of a parameter


@dataclass(frozen=True)
class Sweep:
    sides: list[Side]
    varied: dict[str, list[Any]]  # parameter -> value of each side; None where a side does not have it
    metrics: dict[str, list[np.ndarray | float | None]]  # key -> seeds, (n_seeds,), or a constant, of each side
    notes: list[str] = field(default_factory=list)  # what must be known of the sides

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
        series: dict[str, list[int]] = {}
        for index in range(len(self.sides)):
            others = [(name, values[index]) for name, values in self.varied.items() if name != key]
            text = ", ".join(f"{name.split('.')[-1]} = {to_json(value)}" for name, value in others)
            series.setdefault(text, []).append(index)
        return series


def load(project: Project, names: Sequence[str], words: Words, metrics: Sequence[str] = ()) -> Sweep:
    """Raises ComparisonError: fewer than three sides, a side that cannot be read, nothing varied, an unknown metric."""
    if len(set(names)) < FEWEST:
        raise ComparisonError(f"--sweep: expected {FEWEST} or more different experiments, found {len(set(names))}")
    sides = [read(project, name) for name in dict.fromkeys(names)]
    documents = [dict(leaves(side.params)) for side in sides]
    keys = dict.fromkeys(key for side in sides for key in changed_leaves(sides[0].params, side.params))
    if not keys:
        raise ComparisonError(f"--sweep: {', '.join(names)}: expected parameters that differ, found none")
    varied = {key: [document.get(key) for document in documents] for key in keys}
    chosen = list(metrics) or _first_metrics(sides, {key.split(".")[0] for key in keys})
    return Sweep(
        sides,
        varied,
        {metric: [_values(side, metric) for side in sides] for metric in _known(chosen, sides)},
        [outdated(side, words) for side in sides if side.outdated],
    )


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


def write(project: Project, sweep: Sweep, words: Words, folder: Path, say: Callable[[str], None] = print) -> list[Path]:
    """<folder>/sweep.html and .pdf. Raises UserError; then what was there stays."""
    with TemporaryDirectory(prefix="ronkyo-") as pictures:
        figures = {}
        with style():
            for key in sweep.numeric if sweep.metrics else []:
                name = f"sweep-{len(figures) + 1}"
                figures[key] = report.keep(Path(pictures), name, to_svg(draw(sweep, key), key))
        text = fill("sweep.md.j2", words, page_code, sweep=sweep, table=table(sweep, words), figures=figures)
        title = words("compare.sweep.title", n=len(sweep.sides))
        return report.publish(project, words, text, title, Path(pictures), folder / "sweep", say)


def markdown(sweep: Sweep, words: Words) -> str:
    return fill("sweep_comment.md.j2", words, comment_code, sweep=sweep, table=table(sweep, words))


def table(sweep: Sweep, words: Words) -> list[list[str]]:
    """A row for each side: its name, the varied parameters, the metrics with their intervals."""
    rows = []
    for index, side in enumerate(sweep.sides):
        parameters = [ABSENT if values[index] is None else to_json(values[index]) for values in sweep.varied.values()]
        numbers = [_printed(values[index]) for values in sweep.metrics.values()]
        rows.append([*map(literal, [side.title(words), *parameters]), *numbers])
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
        panel.set_title("\n".join(metric.split(".", 2)[1:]))
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


def _printed(values: np.ndarray | float | None) -> str:
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
