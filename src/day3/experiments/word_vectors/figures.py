"""Figures of word vectors."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ronkyo.plotting import COLORS, INK, LINE_STYLES, figure, tell_seeds
from ronkyo.results import Results

__all__ = ["vectors"]

MARKERS = "os^Dv*"
BASELINES = {"ppmi_svd": "PPMI–SVD", "chance": "偶然の 97.5 % 点"}


def vectors(results: Results) -> Figure:
    """A map of some words by kind, and every seed's correlation with MEN's ratings beside counting and chance."""
    drawing, (plane, correlation) = figure(height_cm=6.0, columns=2, width_ratios=(1.35, 1))
    _map(plane, results)
    _correlation(correlation, results)
    return drawing


def principal_plane(vectors: np.ndarray) -> np.ndarray:
    """The two directions of largest variance; the largest number of each is positive. (n, size) -> (n, 2)"""
    centred = vectors - vectors.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    plane = (left * values)[:, :2]
    return plane * np.sign(plane[np.argmax(np.abs(plane), axis=0), np.arange(2)])


def _map(panel: Axes, results: Results) -> None:
    shown = results.settings.figures
    plane = principal_plane(results.runs[shown.variant]["map_vectors"][shown.seed])
    groups = results.data["map_groups"]
    for place, group in enumerate(dict.fromkeys(groups)):
        x, y = plane[groups == group].T
        color = COLORS[place % len(COLORS)]
        panel.plot(x, y, MARKERS[place % len(MARKERS)], color=color, markersize=3.5, label=group)
    heights = np.empty(len(plane))
    for group in dict.fromkeys(groups):
        heights[groups == group] = _apart(plane[groups == group, 1], 0.07 * np.ptp(plane[:, 1]))
    words = results.data["vocabulary"][results.data["map_words"]]
    for word, x, height in zip(words, plane[:, 0], heights, strict=True):
        panel.annotate(word, (x, height), (3, -2), textcoords="offset points", fontsize=6)
    panel.set(xlabel="第 1 主成分", ylabel="第 2 主成分")
    panel.margins(0.1)
    panel.set_title(f"(a) 語の地図（{results.labels[shown.variant]}）")
    panel.legend(fontsize=6.5, handletextpad=0.1, borderaxespad=0.2, loc="best")


def _apart(heights: np.ndarray, gap: float) -> np.ndarray:
    """In the same order and about the same middle, at least `gap` from each other. (n,) -> (n,)"""
    order = np.argsort(heights)
    apart = heights[order]
    for place in range(1, len(apart)):
        apart[place] = max(apart[place], apart[place - 1] + gap)
    moved = np.empty_like(apart)
    moved[order] = apart - np.mean(apart - heights[order])
    return moved


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
