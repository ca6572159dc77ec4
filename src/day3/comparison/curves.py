"""Learning curves of both sides in the same axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from day3.comparison.side import Side
from day3.plotting import COLORS, LINE_STYLES, figure, panel_title
from day3.results import Table

COLUMNS = 3
LOGARITHMIC_FROM = 30.0  # largest over smallest value from which a linear axis shows nothing of the small ones


class Axis(NamedTuple):
    """What dvc.yaml says of an experiment's curves: the column that is drawn, and the labels."""

    column: str
    x_label: str
    y_label: str


def overlay(experiment: str, variants: Sequence[str], old: Side, new: Side, axis: Axis) -> Figure:
    """A panel for each variant: both sides' median over seeds and range, the old one dashed and grey."""
    columns = min(COLUMNS, len(variants))
    rows = -(-len(variants) // columns)
    drawing, panels = figure(height_cm=1.2 + 4.6 * rows, rows=rows, columns=columns, sharex=True, squeeze=False)
    for unused in panels.flat[len(variants) :]:
        unused.remove()
    looks = ((old, COLORS[5], LINE_STYLES[1]), (new, COLORS[0], LINE_STYLES[0]))
    for panel, variant in zip(panels.flat, variants, strict=False):
        for side, color, dashes in looks:
            table = side.curves.get(experiment, {}).get(variant)
            if table is not None and axis.column in table:
                draw(panel, table, axis.column, color=color, linestyle=dashes, label=side.title)
        panel_title(panel, variant)
        panel.tick_params(labelbottom=True)
        if spans_decades(panel):
            panel.set_yscale("log")
    for row in panels:
        row[0].set_ylabel(axis.y_label)
    for panel in panels.flat[max(0, len(variants) - columns) : len(variants)]:
        panel.set_xlabel(axis.x_label)
    handles: dict[str, Any] = {}
    for panel in panels.flat[: len(variants)]:
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    drawing.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=2)
    return drawing


def draw(axes: Axes, table: Table, column: str, color: str, **line: Any) -> None:
    """The median over seeds as a line, the range as a band where the table has one."""
    name = column.removesuffix("_median")
    if f"{name}_low" in table and f"{name}_high" in table:
        axes.fill_between(
            table["step"], table[f"{name}_low"], table[f"{name}_high"], color=color, alpha=0.15, linewidth=0
        )
    axes.plot(table["step"], table[column], color=color, **line)


def axes_of(document: Mapping[str, Any]) -> dict[str, Axis]:
    """{experiment: axis} from the plots that a dvc.yaml declares."""
    found: dict[str, Axis] = {}
    for entry in document.get("plots") or []:
        for path, how in entry.items() if isinstance(entry, dict) else ():
            if path.startswith("reports/curves/") and isinstance(how, dict) and isinstance(how.get("y"), str):
                x_label = str(how.get("x_label", how.get("x", "")))
                found[path.rpartition("/")[2]] = Axis(how["y"], x_label, str(how.get("y_label", how["y"])))
    return found


def spans_decades(panel: Axes) -> bool:
    """Whether a linear axis would show nothing of the smaller values that the panel draws."""
    values = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in panel.lines] or [np.empty(0)])
    values = values[np.isfinite(values)]
    return len(values) > 0 and values.min() > 0 and values.max() / values.min() > LOGARITHMIC_FROM
