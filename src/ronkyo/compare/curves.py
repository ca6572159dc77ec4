"""Learning curves of both sides in the same axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ronkyo.compare.revision import Side
from ronkyo.plotting import COLORS, LINE_STYLES, panel_grid, panel_title
from ronkyo.results import Table

COLUMNS = 3
LOGARITHMIC_FROM = 30.0  # largest over smallest value from which a linear axis shows nothing of the small ones


class Axis(NamedTuple):
    """What dvc.yaml says of an experiment's curves: the column that is drawn, and the labels."""

    column: str
    x_label: str
    y_label: str


def overlay(experiment: str, variants: Sequence[str], sides: Mapping[str, Side], axis: Axis) -> Figure:
    """A panel for each variant: both sides' median over seeds and range, the old one dashed and grey.

    sides: the old one, then the new one, by what the legend calls them.
    """
    drawing, panels = grid(len(variants), 1.2, axis.x_label)
    looks = ((COLORS[5], LINE_STYLES[1]), (COLORS[0], LINE_STYLES[0]))
    for panel, variant in zip(panels, variants, strict=True):
        for (label, side), (color, dashes) in zip(sides.items(), looks, strict=True):
            table = side.curves.get(experiment, {}).get(variant)
            if table is not None and axis.column in table:
                draw(panel, table, axis.column, color=color, linestyle=dashes, label=label)
        panel_title(panel, variant)
        if spans_decades(panel):
            panel.set_yscale("log")
    for panel in panels[::COLUMNS]:
        panel.set_ylabel(axis.y_label)
    legend(drawing, panels)
    return drawing


def grid(count: int, base_cm: float, x_label: str) -> tuple[Figure, list[Axes]]:
    """Panels over one scale, each with its numbers, the last of each column with the label."""
    columns = min(COLUMNS, count)
    drawing, panels = panel_grid(count, columns, base_cm, 4.6, sharex=True)
    for panel in panels:
        panel.tick_params(labelbottom=True)
    for panel in panels[-columns:]:
        panel.set_xlabel(x_label)
    return drawing, panels


def legend(drawing: Figure, panels: Sequence[Axes]) -> None:
    """Below the panels, what any of them shows once."""
    handles: dict[str, Any] = {}
    for panel in panels:
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    drawing.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=2)


def draw(axes: Axes, table: Table, column: str, color: str, **line: Any) -> None:
    """The median over seeds as a line, the range as a band where the table has one."""
    name = column.removesuffix("_median")
    if f"{name}_low" in table and f"{name}_high" in table:
        axes.fill_between(
            table["step"], table[f"{name}_low"], table[f"{name}_high"], color=color, alpha=0.15, linewidth=0
        )
    axes.plot(table["step"], table[column], color=color, **line)


def axes_of(pipeline: Mapping[str, Any], folder: str) -> dict[str, Axis]:
    """{experiment: axis} from the plots of <folder>/<experiment> that a dvc.yaml declares."""
    axes: dict[str, Axis] = {}
    for entry in pipeline.get("plots") or []:
        for path, plot in entry.items() if isinstance(entry, dict) else ():
            parent, _, experiment = path.rpartition("/")
            if parent == folder and isinstance(plot, dict) and isinstance(plot.get("y"), str):
                x_label = str(plot.get("x_label", plot.get("x", "")))
                axes[experiment] = Axis(plot["y"], x_label, str(plot.get("y_label", plot["y"])))
    return axes


def spans_decades(panel: Axes) -> bool:
    """Whether a linear axis would show nothing of the smaller values that the panel draws."""
    values = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in panel.lines] or [np.empty(0)])
    values = values[np.isfinite(values)]
    return len(values) > 0 and values.min() > 0 and values.max() / values.min() > LOGARITHMIC_FROM
