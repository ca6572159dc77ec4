"""Figures of memory over a gap."""

from __future__ import annotations

from itertools import cycle
from string import ascii_lowercase

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from day3.experiments.gap.settings import CELL_LABELS
from ronkyo.plotting import COLORS, INK, LINE_STYLES, figure
from ronkyo.results import Results

__all__ = ["gates", "memory"]

MARKERS = "os^Dvx"
SMALLEST = 1e-30  # of the drawn reach
WORDS = {"input": "入力ゲート", "forget": "忘却ゲート", "reset": "リセットゲート", "update": "更新ゲート"}
DRAWN = {"lstm": ("input", "forget"), "gru": ("reset", "update")}  # and the state
STATES = {"lstm": "セル $c_t$", "gru": "隠れ状態 $h_t$"}


def memory(results: Results) -> Figure:
    """Accuracy by gap, and the gradient over distance before and after training: median and range over seeds."""
    drawing, panels = figure(height_cm=5.4, columns=3)
    gaps = results.settings.training.tested_gaps
    styles = zip(results.seeds, cycle(COLORS), cycle(LINE_STYLES), cycle(MARKERS), strict=False)
    for variant, color, dashes, marker in styles:
        style = {"color": color, "linestyle": dashes, "marker": marker, "markersize": 3.5, "markerfacecolor": "none"}
        accuracy = np.stack([results.seeds[variant][f"accuracy_{gap}"] for gap in gaps])  # (gap, seed)
        _band(panels[0], gaps, np.median(accuracy, axis=1), accuracy.min(axis=1), accuracy.max(axis=1), style)
        panels[0].lines[-1].set_label(results.labels[variant])
        curve = results.curves[variant]
        every = max(1, len(curve["step"]) // 5)
        for panel, when in zip(panels[1:], ("initial", "final"), strict=True):
            shown = {name: np.maximum(values, SMALLEST) for name, values in curve.items() if name.startswith(when)}
            median, low, high = (shown[f"{when}_reach_{name}"] for name in ("median", "low", "high"))
            _band(panel, curve["step"], median, low, high, style | {"markevery": every})
    panels[0].axhline(
        results.constants["chance"]["accuracy"], color=INK, linewidth=0.8, linestyle=":", label="当て推量"
    )
    panels[0].set(xscale="log", xlabel="間隔（時刻）", ylabel="正解率", ylim=(0, 1.05))
    panels[0].set_xticks(gaps, [str(gap) for gap in gaps])
    panels[0].minorticks_off()
    for panel in panels[1:]:
        panel.set(yscale="log", xlabel="最後の時刻からの距離", ylim=(SMALLEST / 10, 1e4))
    panels[1].set_ylabel("勾配の到達率")
    for letter, panel, title in zip(
        ascii_lowercase, panels, ("正解率", "勾配（学習前）", "勾配（学習後）"), strict=False
    ):
        panel.set_title(f"({letter}) {title}")
    drawing.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return drawing


def _band(
    panel: Axes, x: np.ndarray | list[int], median: np.ndarray, low: np.ndarray, high: np.ndarray, style: dict
) -> None:
    panel.fill_between(x, low, high, color=style["color"], alpha=0.12, linewidth=0)
    panel.plot(x, median, linewidth=1, **style)


def gates(results: Results) -> Figure:
    """Two gates and the state of one trained LSTM and one GRU over a test sequence: a row a unit, black is 1."""
    chosen, steps = results.settings.figures, results.settings.figures.example_steps
    cells = {training.cell: name for name, training in reversed(results.settings.variants.items())}
    drawing, rows = figure(height_cm=5.8, rows=2, columns=3, sharex=True)
    letters = iter(ascii_lowercase)
    for axes, (cell, names) in zip(rows, DRAWN.items(), strict=True):
        run = results.runs[cells[cell]]
        arrays = {WORDS[name]: run[f"gate_{name}"] for name in names} | {STATES[cell]: run["state"]}
        for panel, (title, array) in zip(axes, arrays.items(), strict=True):
            values = array[chosen.example_seed][:steps].T  # (hidden, time)
            low, high = (0, 1) if title in WORDS.values() else (-np.abs(values).max(), np.abs(values).max())
            image = panel.imshow(values, cmap="gray_r", vmin=low, vmax=high, aspect="auto", interpolation="none")
            drawing.colorbar(image, ax=panel, pad=0.02, fraction=0.05)
            panel.set_title(f"({next(letters)}) {CELL_LABELS[cell]}：{title}")
            panel.grid(visible=False)
            panel.set_yticks([])
    for panel in rows[1]:
        panel.set_xlabel("時刻（0 に印）")
    for panel in rows[:, 0]:
        panel.set_ylabel("ユニット")
    return drawing
