"""A small drawing vocabulary: one Axes measured in centimetres, shapes by role, arrows that end on a shape's outline.

A role is told by its corners and its lightness as well as by its hue, so that grey print keeps it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.text import Text

from ronkyo.plotting import COLORS, COLUMN_CM, INK, figure

Point = tuple[float, float]

LABEL, SMALL, SYMBOL = 8.0, 7.5, 9.0  # points: text, notes and mathematical symbols
LINE = 0.8  # points
GREY = "#59636e"
_HEAD_LENGTH, _HEAD_WIDTH, _CORNER = 0.19, 0.15, 0.14  # centimetres


def tint(color: str, share: float) -> str:
    """The colour mixed with white: `share` of it, the rest white."""
    red, green, blue = (1 - share * (1 - channel) for channel in to_rgb(color))
    return to_hex((red, green, blue))


@dataclass(frozen=True)
class Role:
    """How one kind of thing looks everywhere. corner: radius as a share of half the shorter side."""

    fill: str
    edge: str
    corner: float
    dash: Literal["-", "--"] = "-"


INPUT = Role(tint(COLORS[3], 0.28), "#a97a16", corner=0.0)
STATE = Role(tint(COLORS[0], 0.23), COLORS[0], corner=0.35)
OUTPUT = Role(tint(COLORS[1], 0.20), "#a63d1f", corner=1.0)
CONTEXT = Role(tint(COLORS[2], 0.24), "#1b6d63", corner=1.0)  # what one network hands to another
BACKWARD = Role(tint(COLORS[4], 0.12), "#6b4487", corner=0.35, dash="--")  # a state that runs against time
PLAIN = Role("#ffffff", GREY, corner=0.35)
FRAME = Role("#f4f6f8", "#c9d0d7", corner=0.12)


@dataclass(frozen=True)
class Shape:
    """The place of something drawn."""

    x: float
    y: float
    width: float
    height: float
    is_round: bool = False

    @property
    def left(self) -> Point:
        return self.x - self.width / 2, self.y

    @property
    def right(self) -> Point:
        return self.x + self.width / 2, self.y

    @property
    def top(self) -> Point:
        return self.x, self.y + self.height / 2

    @property
    def bottom(self) -> Point:
        return self.x, self.y - self.height / 2

    def edge(self, toward: Point) -> Point:
        """Where the straight line from the centre to `toward` leaves the outline."""
        dx, dy = toward[0] - self.x, toward[1] - self.y
        if self.is_round:
            share = self.width / 2 / math.hypot(dx, dy)
        else:
            share = 1 / max(abs(dx) / (self.width / 2), abs(dy) / (self.height / 2))
        return self.x + share * dx, self.y + share * dy


def canvas(height_cm: float) -> tuple[Figure, Axes]:
    """An empty sheet as wide as the report's column: x from 0 to COLUMN_CM, y from 0 to height_cm, in centimetres."""
    drawing, axes = figure(COLUMN_CM, height_cm)
    drawing.set_layout_engine("none")
    axes.set(position=(0, 0, 1, 1), xlim=(0, COLUMN_CM), ylim=(0, height_cm), aspect="equal")
    axes.set_axis_off()
    return drawing, axes


def text(
    axes: Axes,
    x: float,
    y: float,
    words: str,
    size: float = LABEL,
    *,
    color: str = INK,
    align: Literal["left", "center", "right"] = "center",
    bold: bool = False,
) -> Text:
    """Words whose middle line is at y."""
    weight = "bold" if bold else "normal"
    return axes.text(
        x, y, words, size=size, color=color, ha=align, va="center", weight=weight, linespacing=1.25, zorder=5
    )


def box(
    axes: Axes,
    x: float,
    y: float,
    words: str,
    role: Role,
    width: float = 0.9,
    height: float = 0.7,
    size: float = SYMBOL,
    *,
    behind: bool = False,
) -> Shape:
    """A box centred at (x, y); `behind` puts it under everything else."""
    shape = Shape(x, y, width, height)
    outline(axes, _rounded(shape, role.corner * min(width, height) / 2), role, behind=behind)
    if words:
        text(axes, x, y, words, size)
    return shape


def line(
    axes: Axes,
    *stops: Point,
    color: str = INK,
    dash: Literal["-", "--", ":"] = "-",
    width: float = LINE,
    over: str | None = None,
) -> None:
    """A line through the stops with rounded corners. over: the ground's colour, to leave a gap in what it crosses."""
    vertices, codes = [stops[0]], [Path.MOVETO]
    for before, corner, after in zip(stops, stops[1:], stops[2:], strict=False):
        vertices += [_step(corner, before), corner, _step(corner, after)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    path = Path([*vertices, stops[-1]], [*codes, Path.LINETO])
    if over:
        axes.add_patch(PathPatch(path, fill=False, edgecolor=over, linewidth=3.6 * width, capstyle="butt", zorder=1.5))
    axes.add_patch(
        PathPatch(
            path,
            fill=False,
            edgecolor=color,
            linewidth=width,
            linestyle=dash,
            capstyle="butt",
            zorder=1.6 if over else 1,
            label="line",
        )
    )


def arrow(
    axes: Axes,
    *stops: Point | Shape,
    color: str = INK,
    dash: Literal["-", "--", ":"] = "-",
    width: float = LINE,
    over: str | None = None,
) -> None:
    """A line whose head's tip lies on the outline of the last stop; a Shape at either end stands for its outline."""
    points = [_centre(stop) for stop in stops]
    first, last = stops[0], stops[-1]
    if isinstance(first, Shape):
        points[0] = first.edge(points[1])
    if isinstance(last, Shape):
        points[-1] = last.edge(points[-2])
    tip = np.array(points[-1])
    along = tip - np.array(points[-2])
    along /= np.linalg.norm(along)
    across = np.array([-along[1], along[0]]) * _HEAD_WIDTH / 2
    base = tip - along * _HEAD_LENGTH
    line(axes, *points[:-1], _point(base + along * 0.03), color=color, dash=dash, width=width, over=over)
    axes.add_patch(Polygon([tip, base + across, base - across], facecolor=color, edgecolor="none", zorder=2))


def outline(axes: Axes, path: Path, role: Role, *, behind: bool = False) -> None:
    axes.add_patch(
        PathPatch(
            path,
            facecolor=role.fill,
            edgecolor=role.edge,
            linewidth=LINE,
            linestyle=role.dash,
            zorder=0 if behind else 3,
            label="ground" if behind else "shape",
        )
    )


def _rounded(shape: Shape, radius: float) -> Path:
    """A rectangle with circular corners, each drawn by one cubic curve."""
    reach = radius * (1 - 4 / 3 * math.tan(math.pi / 8))  # from the corner to the curve's control points
    vertices, codes = [], []
    directions = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    for (dx, dy), (ex, ey) in zip(directions, [*directions[1:], directions[0]], strict=True):
        x, y = shape.x + (dx - ex) * shape.width / 2, shape.y + (dy - ey) * shape.height / 2
        vertices += [(x - radius * dx, y - radius * dy), (x - reach * dx, y - reach * dy)]
        vertices += [(x + reach * ex, y + reach * ey), (x + radius * ex, y + radius * ey)]
        codes += [Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    return Path([*vertices, vertices[0]], [Path.MOVETO, *codes[1:], Path.CLOSEPOLY])


def _centre(stop: Point | Shape) -> Point:
    return (stop.x, stop.y) if isinstance(stop, Shape) else stop


def _point(array: np.ndarray) -> Point:
    return float(array[0]), float(array[1])


def _step(corner: Point, toward: Point) -> Point:
    """The point at which the rounding of a corner starts."""
    distance = math.dist(corner, toward)
    share = min(_CORNER, distance / 2) / distance
    return corner[0] + share * (toward[0] - corner[0]), corner[1] + share * (toward[1] - corner[1])
