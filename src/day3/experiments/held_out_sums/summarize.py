"""Accuracy on pairs that were learned and on others, and one sum in full."""

from __future__ import annotations

import numpy as np

from day3.experiments.held_out_sums.settings import Settings
from day3.experiments.held_out_sums.train import count_seen
from ronkyo.files import Arrays
from ronkyo.results import Summary, Table


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    """Constants: seen, of how many pairs each variant learns; example, the numbers and their sum, and the sum that the
    network predicts; example_output, y by the digit's number, 1 being the least significant."""
    a, b = settings.variants[settings.example.variant].example
    output = runs[settings.example.variant]["example_output"][settings.example.seed]
    predicted = int(np.rint(output).astype(int) @ 2 ** np.arange(len(output)))
    return Summary(
        seeds={variant: _metrics(runs[variant]) for variant in settings.variants},
        constants={
            "seen": {name: count_seen(training) for name, training in settings.variants.items()},
            "example": {"a": a, "b": b, "sum": a + b, "predicted": predicted},
            "example_output": {str(digit): float(y) for digit, y in enumerate(output, start=1)},
        },
    )


def _metrics(run: Arrays) -> Table:
    """adds_…: 1 where not one sum is wrong."""
    return {
        "seen_accuracy": run["seen_accuracy"],
        "unseen_accuracy": run["unseen_accuracy"],
        "longer_accuracy": run["longer_accuracy"],
        "adds_unseen": (run["unseen_accuracy"] == 1).astype(float),
        "adds_longer": (run["longer_accuracy"] == 1).astype(float),
    }
