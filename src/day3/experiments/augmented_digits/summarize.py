"""From the runs to numbers: the accuracy at each size of the training set."""

from __future__ import annotations

from day3.experiments.augmented_digits.settings import CLASSES, Settings, Training
from ronkyo.files import Arrays
from ronkyo.results import Summary, Table


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    return Summary(
        seeds={variant: _metrics(run, settings.variants[variant]) for variant, run in runs.items()},
        constants={"chance": {"accuracy": 1 / CLASSES}},
    )


def _metrics(run: Arrays, training: Training) -> Table:
    """accuracy_50, train_accuracy_50, … (seed,): by the number of training images."""
    return {
        f"{name}_{size}": run[name][:, place]
        for place, size in enumerate(training.sizes)
        for name in ("accuracy", "train_accuracy")
    }
