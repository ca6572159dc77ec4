"""How good predicted distributions of the next word are: the same measures for networks and for the trigram model.

`<???>` is a word like any other: it is read, predicted and counted. The `known` accuracy leaves out the windows whose
next word is not in the vocabulary; to answer `<???>` is then always wrong.
"""

from __future__ import annotations

import numpy as np

from day3.experiments.next_word.settings import UNKNOWN_ID
from day3.nn import kernels


def score(log_probabilities: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the right words get. log_probabilities: (windows, words); targets: (windows,).

    Returns the log-probability and the rank, 0 for the likeliest word, each (windows,). Among equally likely words the
    first of the vocabulary, which is the most frequent, is ranked first.
    """
    right = np.take_along_axis(log_probabilities, targets[:, None], axis=1)[:, 0]
    return right, kernels.ranks(log_probabilities, right, targets)


def measure(log_probability: np.ndarray, rank: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """From the scores of all windows, each (windows,), to the measures of a model."""
    with np.errstate(over="ignore"):  # a model that has gone astray has an infinite perplexity
        perplexity = np.exp(-np.mean(log_probability, dtype=float))
    return {
        "perplexity": float(perplexity),
        "top1_accuracy": float(np.mean(rank < 1)),
        "top5_accuracy": float(np.mean(rank < 5)),
        "top1_accuracy_known": float(np.mean(rank[targets != UNKNOWN_ID] < 1)),
    }
