"""Figures of sine to cosine."""

from __future__ import annotations

import math
from string import ascii_lowercase

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from day3.experiments.sine_to_cosine.settings import Settings
from ronkyo.plotting import COLORS, INK, figure, panel_grid, panel_title, tell_seeds
from ronkyo.results import Results

__all__ = ["learning_curves", "long_predictions", "mse", "predictions"]

PANELS = ascii_lowercase
COLUMNS = 3
FAINT = "#b8bfc6"
MEASURES = {"train_mse": "訓練", "validation_mse": "検証", "free_running_mse": "自走予測"}


def predictions(results: Results) -> Figure:
    """Free-running predictions after the shortest training of each model."""
    return _predictions(results, [variants[0] for variants in _trainings(results.settings)])


def long_predictions(results: Results) -> Figure:
    """Free-running predictions after the longest training of each model."""
    return _predictions(results, [variants[-1] for variants in _trainings(results.settings)])


def _predictions(results: Results, variants: list[str]) -> Figure:
    """Of every variant all seeds' predictions over the true cosine, one seed's drawn thick."""
    count = len(variants)
    columns = min(COLUMNS, count)
    drawing, panels = panel_grid(count, columns, 1.4, 1.9, sharex=True, sharey=True)
    for index, (letter, panel, variant) in enumerate(zip(PANELS, panels, variants, strict=False)):
        _free_running(panel, results, results.runs[variant]["predictions"])
        panel_title(panel, f"({letter}) {results.labels[variant]}")
        if index % columns == 0:
            panel.set_ylabel("y")
        if index >= count - columns:
            panel.set_xlabel("x")
            panel.tick_params(labelbottom=True)
    drawing.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return drawing


def learning_curves(results: Results) -> Figure:
    """Teacher-forced validation error after each epoch: median and range over seeds; other variants' medians in grey.

    Of variants that differ in their epochs alone the longest is drawn, which begins as the others do; dotted: their ends.
    """
    trainings = _trainings(results.settings)
    drawing, grid = panel_grid(len(trainings), min(COLUMNS, len(trainings)), 1.0, 3.9, sharex=True, sharey=True)
    curves = [results.curves[variants[-1]] for variants in trainings]
    for letter, panel, variants, curve in zip(PANELS, grid, trainings, curves, strict=False):
        for others in curves:
            if others is not curve:
                panel.plot(others["step"], others["validation_mse_median"], color=FAINT, linewidth=0.7)
        for variant in variants[:-1]:
            panel.axvline(results.settings.variants[variant].epochs, color=INK, linewidth=0.8, linestyle=":")
        low, high = curve["validation_mse_low"], curve["validation_mse_high"]
        panel.fill_between(curve["step"], low, high, color=COLORS[0], alpha=0.2, linewidth=0)
        panel.plot(curve["step"], curve["validation_mse_median"], color=COLORS[0])
        panel.set_yscale("log")
        panel.tick_params(labelbottom=True)
        panel_title(panel, f"({letter}) {results.labels[variants[0]]}")
    drawing.supxlabel("エポック", fontsize="medium")
    drawing.supylabel("平均二乗誤差", fontsize="medium")
    return drawing


def mse(results: Results) -> Figure:
    """Every seed's errors after training (circles) and their median (diamond); dotted: the error of answering 0."""
    drawing, panels = figure(height_cm=1.5 + 0.36 * len(results.seeds), columns=len(MEASURES), sharey=True, sharex=True)
    for letter, panel, (name, title) in zip(PANELS, panels, MEASURES.items(), strict=False):
        panel.axvline(results.constants["zero"][name], color=INK, linewidth=0.8, linestyle=":")
        for row, metrics in enumerate(results.seeds.values()):
            values = metrics[name]
            apart = row + np.linspace(-0.25, 0.25, len(values))  # seeds with the same value stay visible
            (dots,) = panel.plot(
                values, apart, "o", markersize=2.8, markerfacecolor="none", markeredgewidth=0.7, color=COLORS[0]
            )
            tell_seeds(dots, values, "シード")
            panel.plot(np.median(values), row, "D", markersize=4, color=COLORS[1])
        panel.set_title(f"({letter}) {title}")
        panel.set_xscale("log")
        panel.grid(visible=False, axis="y")
    panels[0].set_yticks(range(len(results.seeds)), [results.labels[variant] for variant in results.seeds])
    panels[0].set_ylim(len(results.seeds) - 0.5, -0.5)
    drawing.supxlabel("平均二乗誤差", fontsize="medium")
    return drawing


def _trainings(settings: Settings) -> list[list[str]]:
    """The variants that differ in their epochs alone, by rising epochs."""
    groups: dict[str, list[str]] = {}
    for variant in sorted(settings.variants, key=lambda variant: settings.variants[variant].epochs):
        groups.setdefault(settings.variants[variant].model_dump_json(exclude={"epochs"}), []).append(variant)
    return list(groups.values())


def _free_running(panel: Axes, results: Results, predicted: np.ndarray) -> None:
    """predicted: (seed, window, time)."""
    x, example = results.data["x"], results.settings.figures.example_seed
    for window, start in enumerate(results.data["free_running"]):
        within = x[start : start + predicted.shape[2]]
        first = window == 0  # named once in the legend
        others = panel.plot(within, predicted[:, window].T, color=COLORS[0], linewidth=0.5, alpha=0.5)
        others[0].set_label("予測（シードごと）" if first else None)
        name = f"予測（シード {example}）" if first else None
        panel.plot(within, predicted[example, window], color=COLORS[1], linewidth=1.6, label=name)
    panel.plot(x, results.data["cosine"], color=INK, linewidth=0.9, linestyle="--", label="正解 cos x")
    turns = range(math.ceil(x[0] / np.pi), math.floor(x[-1] / np.pi) + 1)
    panel.set_xticks([turn * np.pi for turn in turns], [_multiple_of_pi(turn) for turn in turns])


def _multiple_of_pi(turn: int) -> str:
    return {0: "0", 1: "π", -1: "-π"}.get(turn, f"{turn}π")
