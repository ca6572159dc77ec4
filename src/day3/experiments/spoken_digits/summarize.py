"""From the runs to numbers: what Keras prints after an epoch, what a guesser would reach, and learning curves."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from day3.convergence import late_improvement
from day3.experiments.spoken_digits.settings import Settings
from ronkyo.files import Arrays
from ronkyo.results import Summary

CLASSES = 10
SMOOTHING = 21  # batches in a point of a curve; the loss of one batch of 8 clips is too noisy to read
LEVEL = 0.95
CURVES = {
    "title": "音声の数字：学習曲線（シードの中央値）",
    "y": "loss_median",
    "x_label": "バッチ",
    "y_label": "損失",
}


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    return Summary(
        seeds={variant: _metrics(data, arrays) for variant, arrays in runs.items()},
        constants={"chance": _chance(len(data["validation_y"]))},
        curves={variant: _curve(arrays["batch_loss"]) for variant, arrays in runs.items()},
        items={variant: _clips(data, arrays) for variant, arrays in runs.items()},
        groups=data["validation_speaker"],
    )


def _metrics(data: Arrays, run: Arrays) -> dict[str, np.ndarray]:
    """Each (seed,): after the last epoch; late_improvement of the training batches' loss."""
    named_right = run["validation_predictions"] == data["validation_y"]  # (seed, clip)
    return {
        "loss": run["loss"][:, -1],
        "accuracy": run["accuracy"][:, -1],
        "val_loss": run["val_loss"][:, -1],
        "val_accuracy": named_right.mean(1),
        "val_correct": named_right.sum(1),
        "test_accuracy": (run["test_predictions"] == data["test_y"]).mean(1),
        "late_improvement": late_improvement(run["batch_loss"]),
        "parameters": run["parameters"],
    }


def _clips(data: Arrays, run: Arrays) -> dict[str, np.ndarray]:
    """Each (clip,): the share of the seeds that name the validation clip right, so that its mean is that over seeds."""
    return {"val_accuracy": (run["validation_predictions"] == data["validation_y"]).mean(0)}


def _chance(clips: int) -> dict[str, float]:
    """A guesser that draws one of the ten digits for each clip, and where 95 % of guessers lie (binomial)."""
    low, high = stats.binom.interval(LEVEL, clips, 1 / CLASSES)
    return {
        "accuracy": 1 / CLASSES,
        "accuracy_low": low / clips,
        "accuracy_high": high / clips,
        "loss": math.log(CLASSES),
        "correct": clips / CLASSES,
        "clips": clips,
    }


def _curve(batch_loss: np.ndarray) -> dict[str, np.ndarray]:
    """Mean loss over the last batches: its median and its range over seeds. batch_loss: (seed, step)."""
    seeds, count = batch_loss.shape
    width = min(SMOOTHING, count)
    smoothed = np.lib.stride_tricks.sliding_window_view(batch_loss, width, axis=1).mean(2)
    return {
        "step": np.arange(width, count + 1),
        "loss_median": np.median(smoothed, axis=0),
        "loss_low": smoothed.min(0),
        "loss_high": smoothed.max(0),
        **{f"loss_seed_{seed}": smoothed[seed] for seed in range(seeds)},
    }
