"""More shapes for the drawings beside those that figures of the project are made of."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path

from day3.experiments.diagrams.shapes import GREY, LINE, SMALL, SYMBOL, Point, Role, Shape, outline, text, tint
from ronkyo.plotting import COLORS, INK

GATE = Role(tint(COLORS[2], 0.50), "#1b6d63", corner=0.0)
LATENT = Role(tint(COLORS[4], 0.26), "#6b4487", corner=1.0, dash="--")
OPERATION = Role("#ffffff", INK, corner=1.0)


def funnel(axes: Axes, x: float, y: float, words: str, role: Role, width: float, heights: tuple[float, float]) -> Shape:
    """A network that narrows or widens from left to right: heights of its left and right sides."""
    left, right = x - width / 2, x + width / 2
    entry, leave = heights[0] / 2, heights[1] / 2
    corners = [(left, y - entry), (left, y + entry), (right, y + leave), (right, y - leave)]
    outline(axes, Path([*corners, corners[0]], closed=True), role)
    text(axes, x, y, words, SMALL)
    return Shape(x, y, width, min(heights))


def circle(axes: Axes, x: float, y: float, words: str, role: Role = OPERATION, diameter: float = 0.5) -> Shape:
    """A round node: an operation element by element, or a single quantity."""
    outline(axes, Path.circle((x, y), diameter / 2), role)
    if words:
        text(axes, x, y, words, SYMBOL)
    return Shape(x, y, diameter, diameter, is_round=True)


def times(axes: Axes, x: float, y: float) -> Shape:
    """Multiplication element by element."""
    node = circle(axes, x, y, "", diameter=0.42)
    axes.add_patch(Circle((x, y), 0.05, facecolor=INK, edgecolor="none", zorder=4))
    return node


def plus(axes: Axes, x: float, y: float) -> Shape:
    node = circle(axes, x, y, "", diameter=0.42)
    for dx, dy in ((0.11, 0.0), (0.0, 0.11)):
        axes.add_patch(PathPatch(Path([(x - dx, y - dy), (x + dx, y + dy)]), linewidth=LINE, edgecolor=INK, zorder=4))
    return node


def dot(axes: Axes, x: float, y: float, color: str = INK) -> Point:
    """Where a line branches."""
    axes.add_patch(Circle((x, y), 0.055, facecolor=color, edgecolor="none", zorder=3))
    return x, y


def brace(axes: Axes, start: Point, end: Point, words: str, depth: float = 0.22, size: float = SMALL) -> None:
    """A curly brace from start to end, bulging to the left of that direction, with words beyond its tip."""
    a, b = np.array(start), np.array(end)
    along = (b - a) / np.linalg.norm(b - a)
    across = np.array([-along[1], along[0]])
    middle, bend = (a + b) / 2, depth / 2
    corners = [
        (a, a + across * bend, a + (along + across) * bend),
        (middle - (along - across) * bend, middle + across * bend, middle + across * depth),
        (middle + across * depth, middle + across * bend, middle + (along + across) * bend),
        (b - (along - across) * bend, b + across * bend, b),
    ]
    vertices = [point for corner in corners for point in corner]
    codes = [Path.LINETO, Path.CURVE3, Path.CURVE3] * len(corners)
    codes[0] = Path.MOVETO
    axes.add_patch(PathPatch(Path(vertices, codes), fill=False, edgecolor=GREY, linewidth=LINE, zorder=1))
    text(axes, *map(float, middle + across * (depth + 0.24)), words, size)


def panel(axes: Axes, x: float, y: float, title: str) -> None:
    """A panel's title, "(a) …", starting at x."""
    text(axes, x, y, title, 8.5, align="left")
