"""Figures of the reversal of strings."""

from __future__ import annotations

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from day3.experiments.reversal.summarize import accuracy
from ronkyo.plotting import COLORS, INK, LINE_STYLES, figure
from ronkyo.results import Results

__all__ = ["alignment"]

MARKERS = "os^Dv*"


def alignment(results: Results) -> Figure:
    """How many strings are right, by length, for every variant; and where one network looks at each step of one string."""
    drawing, (right, weights) = figure(height_cm=5.3, columns=2, width_ratios=(1, 1.05))
    _accuracy(right, results)
    _weights(weights, results)
    drawing.legend(loc="outside lower left", fontsize=6.5, ncols=3)
    return drawing


def _accuracy(panel: Axes, results: Results) -> None:
    """Mean over seeds, and their range."""
    lengths = results.data["lengths"]
    styles = zip(results.runs.items(), cycle(COLORS), cycle(LINE_STYLES), cycle(MARKERS), strict=False)
    for (variant, run), color, dashes, marker in styles:
        right = 100 * accuracy(results.data, run)
        panel.fill_between(lengths, right.min(axis=0), right.max(axis=0), color=color, alpha=0.12, linewidth=0)
        panel.plot(
            lengths, right.mean(axis=0), color=color, linestyle=dashes, marker=marker, markersize=3.5,
            label=results.labels[variant],
        )  # fmt: skip
    panel.axvline(int(results.data["longest"]), color=INK, linewidth=0.8, linestyle=":")
    panel.annotate(
        "学習した最長", (int(results.data["longest"]), 103), ha="center", fontsize=6.5, annotation_clip=False
    )
    panel.set(xlabel="文字列の長さ", ylabel="全文字が正しい割合 [%]", ylim=(-3, 102), xticks=lengths)
    panel.set_title("(a) 長さと正解率", pad=12)


def _weights(panel: Axes, results: Results) -> None:
    """Of the first test string of the longest length that was learned; a ring marks the letter to be written."""
    variant = next(name for name, training in results.settings.variants.items() if training.attention)
    length = int(results.data["longest"])
    place = int(np.flatnonzero(results.data["lengths"] == length)[0])
    run, seed = results.runs[variant], results.settings.figures.seed
    alphabet = results.data["alphabet"]
    panel.imshow(run["weights"][seed, place, :length, :length], cmap="Greys", vmin=0, vmax=1)
    panel.plot(np.arange(length)[::-1], np.arange(length), "o", markersize=4.5, markerfacecolor="none", color=COLORS[1])
    letters = alphabet[results.data["strings"][place, 0, :length]]
    answer = alphabet[run["answers"][seed, place, 0, :length]]
    apart = ["", "\n"], ["", "   "]  # every other letter stands in a second row, or column
    panel.set_xticks(range(length), [apart[0][at % 2] + letter for at, letter in enumerate(letters)], fontsize=6)
    panel.set_yticks(range(length), [letter + apart[1][at % 2] for at, letter in enumerate(answer)], fontsize=6)
    panel.set(xlabel="入力", ylabel="答え")
    panel.grid(visible=False)
    panel.set_title(f"(b) 注意の重み（{results.labels[variant]}）", pad=12)
