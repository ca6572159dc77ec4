"""From the runs to numbers: the error while the decoder is told the last target, and when it is left to itself."""

from __future__ import annotations

import numpy as np

from day3.convergence import late_improvement, points_until_below, restricted
from day3.experiments.sine_to_cosine.settings import Settings
from ronkyo.files import Arrays
from ronkyo.results import Summary, Table

CURVES = {
    "title": "正弦波から余弦波：検証データの平均二乗誤差（シードの中央値）",
    "y": "validation_mse_median",
    "x_label": "エポック",
    "y_label": "平均二乗誤差",
}


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    return Summary(
        seeds={variant: _metrics(data, run, settings.convergence.mse) for variant, run in runs.items()},
        constants={"zero": _zero(data)},
        curves={variant: _curve(run) for variant, run in runs.items()},
    )


def _metrics(data: Arrays, run: Arrays, threshold: float) -> Table:
    """Each (seed,): errors after the last epoch; restricted_epochs, the epochs from whose end on the validation error
    stays below the threshold, where a run that does not get there counts with all its epochs; late_improvement, of the
    validation error.
    """
    epochs = points_until_below(run["validation_mse"], threshold) + 1  # a point is measured at the end of its epoch
    errors = run["predictions"] - data["cosines"][data["free_running"]]  # (seed, window, time)
    return {
        "train_mse": run["train_mse"][:, -1],
        "validation_mse": run["validation_mse"][:, -1],
        "free_running_mse": np.mean(errors**2, axis=(1, 2)),
        "restricted_epochs": restricted(epochs, run["validation_mse"].shape[1]),
        "late_improvement": late_improvement(run["validation_mse"]),
        "parameters": run["parameters"],
    }


def _zero(data: Arrays) -> dict[str, float]:
    """The errors of answering 0 always: what a network that has learned nothing reaches."""
    return {
        f"{name}_mse": float(np.mean(data["cosines"][data[name]] ** 2))
        for name in ("train", "validation", "free_running")
    }


def _curve(run: Arrays) -> Table:
    """Of every epoch: median and range over seeds, and every seed."""
    seeds, epochs = run["train_mse"].shape
    columns = {"step": np.arange(1, epochs + 1)}
    for name in ("train_mse", "validation_mse"):
        values = run[name]
        columns |= {
            f"{name}_median": np.median(values, axis=0),
            f"{name}_low": values.min(axis=0),
            f"{name}_high": values.max(axis=0),
            **{f"{name}_seed_{seed}": values[seed] for seed in range(seeds)},
        }
    return columns
