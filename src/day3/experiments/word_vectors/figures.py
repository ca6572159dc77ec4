"""Figures of word vectors."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ronkyo.plotting import COLORS, INK, LINE_STYLES, figure, tell_seeds
from ronkyo.results import Results

__all__ = ["vectors"]

MARKERS = "os^Dv*"
MARKER = 4.0  # points from a mark to its word
FONT = 6.0  # points of a word
ROUNDS = 500
BASELINES = {"ppmi_svd": "PPMI–SVD", "chance": "偶然の 97.5 % 点"}


def vectors(results: Results) -> Figure:
    """A map of some words by kind, and every seed's correlation with MEN's ratings beside counting and chance."""
    drawing, (plane, correlation) = figure(height_cm=6.7, columns=2, width_ratios=(1.35, 1))
    places = _map(plane, results)
    _correlation(correlation, results)
    drawing.draw_without_rendering()  # only then does a panel know its size
    _name(plane, places, results.data["vocabulary"][results.data["map_words"]])
    return drawing


def principal_plane(vectors: np.ndarray) -> np.ndarray:
    """The two directions of largest variance; the largest number of each is positive. (n, size) -> (n, 2)"""
    centred = vectors - vectors.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    plane = (left * values)[:, :2]
    return plane * np.sign(plane[np.argmax(np.abs(plane), axis=0), np.arange(2)])


def _map(panel: Axes, results: Results) -> np.ndarray:
    """Where the words are: (n, 2)"""
    shown = results.settings.figures
    plane = principal_plane(results.runs[shown.variant]["map_vectors"][shown.seed])
    groups = results.data["map_groups"]
    for place, group in enumerate(dict.fromkeys(groups)):
        x, y = plane[groups == group].T
        color = COLORS[place % len(COLORS)]
        panel.plot(x, y, MARKERS[place % len(MARKERS)], color=color, markersize=3.5, label=group)
    panel.set(xlabel="第 1 主成分", ylabel="第 2 主成分")
    panel.margins(0.14)
    panel.set_title(f"(a) 語の地図（{results.labels[shown.variant]}）")
    panel.legend(
        fontsize=6.5, loc="upper center", bbox_to_anchor=(0.45, -0.2), ncols=5, columnspacing=1, handletextpad=0
    )
    return plane


def _name(panel: Axes, places: np.ndarray, words: np.ndarray) -> None:
    """Beside each point its word, so far away that no two touch; a line leads to one that had to move. places: (n, 2)"""
    points = panel.transData.transform(places) * 72 / panel.figure.dpi
    sizes = np.array([[0.56 * FONT * len(word) + 2, 1.15 * FONT] for word in words])
    for word, place, offset in zip(words, places, separated(points, sizes) - points, strict=True):
        far = np.hypot(*offset) > 12 + 0.28 * FONT * len(word)
        line = {"arrowstyle": "-", "color": INK, "linewidth": 0.4, "shrinkA": 0, "shrinkB": 2} if far else None
        name = panel.annotate(
            word, place, offset, textcoords="offset points", fontsize=FONT, ha="center", va="center", arrowprops=line
        )
        name.set_in_layout(False)  # the panel keeps its size


def separated(points: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Centres of labels right of their points, pushed off each other and off the points until none overlaps (or for so many
    rounds). points, sizes, and what is returned: (n, 2)"""
    centres = points + np.column_stack([sizes[:, 0] / 2 + MARKER, np.zeros(len(points))])
    fixed = np.full_like(points, MARKER)
    for _ in range(ROUNDS):
        pushes = _pushes(centres, sizes, centres, sizes) / 2 + _pushes(centres, sizes, points, fixed)
        if not pushes.any():
            break
        centres = centres + pushes
    return centres


def _pushes(centres: np.ndarray, sizes: np.ndarray, others: np.ndarray, other_sizes: np.ndarray) -> np.ndarray:
    """How far each box has to move off the other boxes, along the side where it is less. All, and what is returned: (n, 2)"""
    gaps = centres[:, None] - others[None]
    overlaps = (sizes[:, None] + other_sizes[None]) / 2 - np.abs(gaps)
    overlaps[np.all(gaps == 0, axis=2)] = 0  # a box and itself
    touching = np.all(overlaps > 1e-6, axis=2)[..., None]
    along = overlaps == overlaps.min(axis=2, keepdims=True)
    return np.sum(np.where(touching & along, np.where(gaps < 0, -overlaps, overlaps), 0), axis=1)


def _correlation(panel: Axes, results: Results) -> None:
    for (name, title), dashes in zip(BASELINES.items(), LINE_STYLES[1:], strict=False):
        panel.axvline(results.constants[name]["men"], color=INK, linewidth=0.9, linestyle=dashes, label=title)
    for row, metrics in enumerate(results.seeds.values()):
        values = metrics["men"]
        apart = row + np.linspace(-0.15, 0.15, len(values))  # seeds with the same value stay visible
        (dots,) = panel.plot(values, apart, "o", markersize=3.5, markerfacecolor="none", color=COLORS[0])
        tell_seeds(dots, values, "シード")
    panel.set_yticks(
        range(len(results.seeds)), [results.labels[name].replace("・", "\n") for name in results.seeds], fontsize=7
    )
    panel.set_ylim(len(results.seeds) - 0.5, -0.5)
    panel.set_xlim(left=0)
    panel.grid(visible=False, axis="y")
    panel.set_xlabel("MEN との順位相関")
    panel.set_title("(b) 人の評定との一致")
    panel.legend(loc="upper center", bbox_to_anchor=(0.4, -0.22), fontsize=6.5)
