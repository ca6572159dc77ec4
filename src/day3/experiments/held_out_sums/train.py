"""Train one network on some of the pairs, and let it add the others, and longer numbers.

The network is the first of binary addition: sigmoid units, weights from N(0, 1), the exact gradient.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from day3.experiments.held_out_sums.settings import Training
from day3.nn.numpy_rnn import Activation, OutputGradient, Weights, fit, forward, initialize
from ronkyo.files import Arrays
from ronkyo.seeds import generator

EXPERIMENT = "held_out_sums"


def steps(data: Arrays, training: Training) -> int:
    return training.iterations


def train(data: Arrays, training: Training, seed: int, progress: Callable[[int], None]) -> Arrays:
    """seen_accuracy, unseen_accuracy, longer_accuracy: (), shares of sums with every digit right, of the pairs that it
    learned from, of those held out, and of the longer sums. example_output: (time,), y of `training.example`.
    """
    seen, unseen = split(training, generator(EXPERIMENT, seed, "split"))
    order = generator(EXPERIMENT, seed, "data order").integers(0, len(seen), training.iterations)
    weights = learn(seen[order], training, generator(EXPERIMENT, seed, "initialization"))
    progress(training.iterations)
    size = (training.longer_examples, 2)
    longer = generator(EXPERIMENT, 0, "longer numbers").integers(0, 2**training.longer_digits // 2, size)
    return {
        "seen_accuracy": accuracy(weights, seen, training.digits),
        "unseen_accuracy": accuracy(weights, unseen, training.digits),
        "longer_accuracy": accuracy(weights, longer, training.longer_digits),
        "example_output": outputs(weights, np.array([training.example]), training.digits)[0],
    }


def split(training: Training, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The pairs to learn from and those held out, the example among them: (pair, 2) each.

    Of one generator the smaller share is the beginning of the larger.
    """
    numbers = 2**training.digits // 2
    pairs = np.stack(np.divmod(np.arange(numbers**2), numbers), axis=-1)
    is_example = (pairs == training.example).all(axis=1)
    others, count = rng.permutation(pairs[~is_example]), count_seen(training)
    return others[:count], np.concatenate([others[count:], pairs[is_example]])


def count_seen(training: Training) -> int:
    """How many pairs are learned from."""
    return max(1, round(training.train_share * (2**training.digits // 2) ** 2))


def encode(pairs: np.ndarray, digits: int) -> tuple[np.ndarray, np.ndarray]:
    """Binary digits, the least significant first.

    pairs: (pair, 2) -> x: (pair, time, 2) of the numbers, d: (pair, time, 1) of their sums
    """
    places = np.arange(digits)[:, None]
    x = pairs[:, None, :] >> places & 1
    d = pairs.sum(axis=1)[:, None, None] >> places & 1
    return x.astype(float), d.astype(float)


def learn(pairs: np.ndarray, training: Training, rng: np.random.Generator) -> Weights:
    """Descent along the exact gradient, the pairs (iteration, 2) one after the other."""
    weights = initialize(rng, "normal", input_size=2, hidden_size=training.hidden_size, output_size=1)
    x, d = (digits[:, :, None] for digits in encode(pairs, training.digits))  # (iteration, time, 1, feature)
    return fit(weights, x, d, Activation.sigmoid, OutputGradient.exact, training.learning_rate)[0]


def outputs(weights: Weights, pairs: np.ndarray, digits: int) -> np.ndarray:
    """y for each digit of the sums, least significant first: (pair, 2) -> (pair, time)."""
    x, _ = encode(pairs, digits)
    _, y = forward(weights, np.ascontiguousarray(x.swapaxes(0, 1)), Activation.sigmoid)
    return y[:, :, 0].T


def accuracy(weights: Weights, pairs: np.ndarray, digits: int) -> np.ndarray:
    """The share of the pairs (pair, 2) whose sum has every digit right: ()."""
    _, d = encode(pairs, digits)
    return np.mean((np.rint(outputs(weights, pairs, digits)) == d[:, :, 0]).all(axis=1))
