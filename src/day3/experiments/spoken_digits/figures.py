"""Figures of spoken digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ronkyo.claims.estimates import mean_interval
from ronkyo.plotting import COLORS, INK, figure, panel_grid, panel_title, tell_seeds
from ronkyo.results import Results

__all__ = ["clips", "confusion", "learning_curves", "validation_accuracy"]

CLASSES = 10
SAMPLES_PER_MS = 8
FAINT = "#b8bfc6"


def clips(results: Results) -> Figure:
    """What a network reads: the start of a clip of each digit, raw 16-bit samples, by the first speaker of whom there is one."""
    x, y, speaker = (results.data[f"train_{name}"] for name in ("x", "y", "speaker"))
    by_speaker = np.argsort(speaker, kind="stable")
    drawing, axes = figure(height_cm=6.4, rows=2, columns=5, sharex=True, sharey=True)
    milliseconds = np.arange(x.shape[1]) / SAMPLES_PER_MS
    for digit, panel in enumerate(axes.flat):
        panel.set_title(f"「{digit}」")
        for example in by_speaker[y[by_speaker] == digit][:1]:
            panel.plot(milliseconds, x[example], linewidth=0.5)
    drawing.supxlabel("時刻 [ms]", fontsize="medium")
    drawing.supylabel("標本の値（16 ビット整数）", fontsize="medium")
    return drawing


def learning_curves(results: Results) -> Figure:
    """Loss of the training batches, a running mean: median and range over seeds; other variants' medians in grey."""
    drawing, panels = _panels(results, row_height_cm=4.4, sharex=True, sharey=True)
    for variant, panel in panels.items():
        for other in results.curves.values():
            panel.plot(other["step"], other["loss_median"], color=FAINT, linewidth=0.8)
        curve = results.curves[variant]
        panel.fill_between(
            curve["step"], curve["loss_low"], curve["loss_high"], color=COLORS[0], alpha=0.2, linewidth=0
        )
        panel.plot(curve["step"], curve["loss_median"], color=COLORS[0])
        panel.axhline(results.constants["chance"]["loss"], color=COLORS[1], linewidth=0.8, linestyle="--")
        panel.set_xlim(left=0)
        panel.tick_params(labelbottom=True)
    drawing.supxlabel("バッチ", fontsize="medium")
    drawing.supylabel("交差エントロピー損失", fontsize="medium")
    return drawing


def validation_accuracy(results: Results) -> Figure:
    """Validation accuracy of each seed (slightly apart), the mean with its 95 % interval, and where 95 % of guessers lie."""
    drawing, axes = figure(height_cm=1.7 + 0.6 * len(results.seeds))
    chance = results.constants["chance"]
    band = axes.axvspan(chance["accuracy_low"], chance["accuracy_high"], color=INK, alpha=0.08, linewidth=0)
    axes.axvline(chance["accuracy"], color=INK, linewidth=0.8, linestyle=":")
    for row, metrics in enumerate(results.seeds.values()):
        accuracy = metrics["val_accuracy"]
        (dots,) = axes.plot(
            accuracy,
            row + np.linspace(-0.1, 0.1, len(accuracy)),
            "o",
            markersize=4,
            markerfacecolor="none",
            color=COLORS[0],
        )
        tell_seeds(dots, accuracy, "シード")
        interval = mean_interval(accuracy)
        mean = axes.errorbar(interval.mean, row + 0.3, xerr=interval.half_width, fmt="D", markersize=4, color=COLORS[1])
    explained = ["シードごと", "平均と 95 % 信頼区間", "当て推量の 95 % が入る範囲"]
    drawing.legend([dots, mean, band], explained, loc="outside upper center", ncols=3)
    names = [results.labels[variant] for variant in results.seeds]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.5)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("検証正解率")
    return drawing


def confusion(results: Results) -> Figure:
    """Which digit is named for which, in % of the digit's validation clips, all seeds together."""
    drawing, panels = _panels(results, row_height_cm=5.8)
    for variant, panel in panels.items():
        shares = _confusion(results.data["validation_y"], results.runs[variant]["validation_predictions"])
        # imshow would put a raster image into the SVG, which viewers smooth
        digits = np.arange(CLASSES)
        panel.pcolormesh(digits, digits, shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=0.4)
        panel.set_aspect("equal")
        panel.invert_yaxis()
        for digit, named in np.argwhere(shares >= 0.005):
            share = shares[digit, named]
            color = "white" if share > 0.5 else INK
            panel.text(named, digit, f"{100 * share:.0f}", ha="center", va="center", fontsize=6.5, color=color)
        panel.set_xticks(range(CLASSES))
        panel.set_yticks(range(CLASSES))
        panel.grid(visible=False)
    drawing.supxlabel("答えた数字", fontsize="medium")
    drawing.supylabel("話された数字", fontsize="medium")
    return drawing


def _panels(results: Results, row_height_cm: float, **subplots: Any) -> tuple[Figure, dict[str, Any]]:
    """A panel for each variant, three in a row, with its letter and name: {variant: Axes}."""
    variants = results.settings.variants
    drawing, axes = panel_grid(len(variants), min(3, len(variants)), 0, row_height_cm, **subplots)
    panels = dict(zip(variants, axes, strict=True))
    for letter, (variant, panel) in zip("abcdefghijklmnopqrstuvwxyz", panels.items(), strict=False):
        panel_title(panel, f"({letter}) {results.labels[variant]}")
    return drawing, panels


def _confusion(digits: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """(spoken digit, named digit): shares of each spoken digit. digits: (clip,); predictions: (seed, clip)."""
    counts = np.zeros((CLASSES, CLASSES))
    np.add.at(counts, (np.broadcast_to(digits, predictions.shape), predictions), 1)
    return counts / np.maximum(counts.sum(1, keepdims=True), 1)
