"""The project's own pipeline, as it is."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from day3.experiments.diagrams.shapes import (
    BACKWARD,
    CONTEXT,
    FRAME,
    GREY,
    INPUT,
    OUTPUT,
    SMALL,
    STATE,
    Role,
    Shape,
    arrow,
    box,
    canvas,
    text,
)
from ronkyo.results import Results

__all__ = ["pipeline"]

READS_PIPELINE = True  # drawn again when a stage or a variant comes or goes


@dataclass(frozen=True)
class _Column:
    title: str
    x: float
    role: Role


_COLUMNS = {
    "prepare": _Column("データの準備", 4.0, INPUT),
    "train": _Column("学習", 6.4, STATE),
    "summarize": _Column("集計", 8.8, CONTEXT),
    "draw": _Column("作図", 11.2, BACKWARD),
}
_REPORT = Role(OUTPUT.fill, OUTPUT.edge, corner=0.2)
_END = 13.85  # x of the report, in which everything ends
_PITCH, _BELOW = 0.74, 0.15  # height of a row, room below the rows


def pipeline(results: Results) -> Figure:
    """A row for each experiment, a column for each kind of stage; at the right, the report. Of arrows, those that a chain
    of others implies are left out."""
    stages = results.pipeline.nodes
    titles = {stage["experiment"]: stage["title"] for stage in stages.values() if stage["experiment"]}
    tall = _PITCH * len(titles)
    drawing, axes = canvas(_BELOW + tall + 0.7)
    rows = {experiment: _BELOW + tall - (row + 0.5) * _PITCH for row, experiment in enumerate(titles)}
    for experiment, y in rows.items():
        text(axes, 0.1, y, titles[experiment], SMALL, align="left")
    for column in _COLUMNS.values():
        box(axes, column.x, _BELOW + tall / 2, "", FRAME, 1.95, tall, behind=True)
        text(axes, column.x, _BELOW + tall + 0.32, column.title)
    end = box(axes, _END, _BELOW + tall / 2, "レポート", _REPORT, 1.7, tall, SMALL)

    shapes = {
        name: _stack(axes, _COLUMNS[stage["kind"]], rows[stage["experiment"]], stage["count"])
        for name, stage in stages.items()
        if stage["experiment"]
    }
    for producer, consumer in sorted(results.pipeline.edges):
        start = shapes[producer].right
        arrow(axes, start, shapes[consumer].left if consumer in shapes else (end.left[0], start[1]), color=GREY)
    return drawing


def _stack(axes: Axes, column: _Column, y: float, count: int) -> Shape:
    if count > 1:
        box(axes, column.x + 0.06, y + 0.06, "", column.role, 1.45, 0.44)
    return box(axes, column.x, y, f"× {count}" if count > 1 else "", column.role, 1.45, 0.44, SMALL)
