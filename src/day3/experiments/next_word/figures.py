"""Figures of next-word prediction."""

from __future__ import annotations

from itertools import cycle
from string import ascii_lowercase

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ronkyo.claims.estimates import mean_interval
from ronkyo.plotting import COLORS, INK, LINE_STYLES, figure, panel_grid, panel_title, tell_seeds
from ronkyo.results import Results

__all__ = ["accuracy", "learning_curves", "query"]

PANELS = ascii_lowercase
MARKERS = "os^Dvx*P"  # as many as there are variants: dashes alone are hard to tell apart


def learning_curves(results: Results) -> Figure:
    """Over the batches, the training loss and after each epoch the test perplexity: median and range over seeds.

    Batches, not epochs, since an epoch of fewer windows has fewer of them; on a log axis, since some train much longer.
    """
    drawing, (loss, perplexity) = figure(height_cm=4.8 + 0.4 * (len(results.runs) // 3), columns=2)
    styles = zip(results.runs.items(), cycle(COLORS), cycle(LINE_STYLES), cycle(MARKERS), strict=False)
    for (variant, run), color, dashes, marker in styles:
        style = {"color": color, "linestyle": dashes, "linewidth": 1, "label": results.labels[variant]}
        style |= {"marker": marker, "markersize": 3.5, "markerfacecolor": "none"}
        curve = results.curves[variant]
        loss.fill_between(curve["step"], curve["loss_low"], curve["loss_high"], color=color, alpha=0.12, linewidth=0)
        loss.plot(curve["step"], curve["loss_median"], markevery=max(1, len(curve["step"]) // 6), **style)
        tested = np.exp(run["test_loss"])  # (seed, epoch)
        ends = run["batch_loss"].shape[1] // tested.shape[1] * np.arange(1, tested.shape[1] + 1)
        perplexity.fill_between(ends, tested.min(axis=0), tested.max(axis=0), color=color, alpha=0.12, linewidth=0)
        perplexity.plot(ends, np.median(tested, axis=0), **style)
    perplexity.axhline(
        results.constants["trigram"]["perplexity"], color=INK, linewidth=0.8, linestyle=":", label="トライグラム"
    )
    loss.set(xscale="log", xlabel="バッチ", ylabel="交差エントロピー損失")
    perplexity.set(xscale="log", xlabel="バッチ（印はエポックの終わり）", ylabel="パープレキシティ")
    for panel in loss, perplexity:
        panel.xaxis.set_major_formatter("{x:,.0f}")
    drawing.legend(*perplexity.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    for letter, panel, title in zip(PANELS, (loss, perplexity), ("訓練", "テスト"), strict=False):
        panel.set_title(f"({letter}) {title}")
    return drawing


def accuracy(results: Results) -> Figure:
    """How often the right word is the likeliest, or among the likeliest five: every seed, mean with 95 % interval."""
    drawing, panels = figure(height_cm=2.6 + 0.9 * len(results.seeds), columns=2, sharey=True)
    for letter, panel, count in zip(PANELS, panels, (1, 5), strict=False):
        name = f"top{count}_accuracy"
        panel.axvline(results.constants["trigram"][name], color=INK, linewidth=0.8, linestyle=":", label="トライグラム")
        for row, metrics in enumerate(results.seeds.values()):
            values = metrics[name]
            apart = row + np.linspace(-0.12, 0.12, len(values))  # seeds with the same value stay visible
            (dots,) = panel.plot(values, apart, "o", markersize=3.5, markerfacecolor="none", color=COLORS[0])
            tell_seeds(dots, values, "シード")
            interval = mean_interval(values)
            panel.errorbar(interval.mean, row + 0.38, xerr=interval.half_width, fmt="D", markersize=4, color=COLORS[1])
        panel.set_title(f"({letter}) 上位 {count} 語")
        panel.set_xlabel("正解率")
        panel.grid(visible=False, axis="y")
    panels[0].set_yticks(range(len(results.seeds)), [results.labels[variant] for variant in results.seeds])
    panels[0].set_ylim(len(results.seeds) - 0.4, -0.5)
    drawing.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center")
    return drawing


def query(results: Results) -> Figure:
    """The likeliest words after the query: mean probability over seeds (bar) and each seed's (dots)."""
    count = len(results.runs)
    drawing, grid = panel_grid(count, min(3, count), 0.6, 5.6, sharex=True)
    for letter, panel, variant in zip(PANELS, grid, results.runs, strict=False):
        _likeliest_words(panel, results, variant)
        panel_title(panel, f"({letter}) {results.labels[variant]}")
        panel.tick_params(labelbottom=True)
    words = " ".join(results.data["vocabulary"][results.data["query"]])
    drawing.supxlabel(f"「{words}」に続く確率", fontsize="medium")
    return drawing


def _likeliest_words(panel: Axes, results: Results, variant: str) -> None:
    likeliest = results.constants[f"query_{variant}"]
    rows = np.arange(len(likeliest))
    panel.barh(rows, list(likeliest.values()), color=COLORS[0], alpha=0.35, height=0.7)
    for row, word in enumerate(likeliest):
        (place,) = np.flatnonzero(results.data["vocabulary"] == word)
        values = results.runs[variant]["query_probabilities"][:, place]
        panel.plot(values, np.full(len(values), row), "o", markersize=2.5, markerfacecolor="none", color=COLORS[0])
    panel.set_yticks(rows, list(likeliest))
    panel.invert_yaxis()
    panel.grid(visible=False, axis="y")
