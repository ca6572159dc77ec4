"""Train one network: plain SGD, one example an iteration."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from day3.experiments.binary_addition.settings import Training
from day3.nn.numpy_rnn import (
    Activation,
    OutputGradient,
    Weights,
    backward_ratio,
    fit,
    forward,
    initialize,
    jacobian_ratio,
    slopes,
    squared_error,
)
from ronkyo import files
from ronkyo.seeds import generator

EXPERIMENT = "binary_addition"
EVALUATION_BATCH = 128  # test examples evaluated at once: bounds the memory
LARGEST_SLOPE = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}  # of f'(u)


def steps(data: files.Arrays, training: Training) -> int:
    return training.iterations


def train(data: files.Arrays, training: Training, seed: int, progress: Callable[[int], None]) -> files.Arrays:
    """example_loss, mean_loss: (interval,), of the interval's last example and of all its examples.
    gradient_norm, max_gradient_norm: (interval,), mean and largest of the interval. All four are nan from the
    interval on in which a run diverges. diverged: (). initial_…, final_…: see `measure_flow`, before and after
    training. The rest: see `evaluate`.
    """
    initial = new_weights(training, generator(EXPERIMENT, seed, "initialization"))
    pairs = draw_pairs(training, generator(EXPERIMENT, seed, "data order"), training.iterations)
    weights, loss, norm = learn(initial, pairs, training, progress)
    with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges is recorded, not warned about
        tested = evaluate(weights, *encode(evaluation_pairs(training), training), training)
        flow = {"initial": measure_flow(initial, training), "final": measure_flow(weights, training)}
    loss, norm = (history.reshape(-1, training.record_every) for history in (loss, norm))
    run = tested | {
        "example_loss": loss[:, -1],
        "mean_loss": loss.mean(axis=1),
        "gradient_norm": norm.mean(axis=1),
        "max_gradient_norm": norm.max(axis=1),
        "diverged": np.isnan(norm[-1, -1]),
        **{f"{when}_{name}": ratio for when, ratios in flow.items() for name, ratio in ratios.items()},
    }
    return {name: np.asarray(value) for name, value in run.items()}


def learn(
    weights: Weights, pairs: np.ndarray, training: Training, progress: Callable[[int], None]
) -> tuple[Weights, np.ndarray, np.ndarray]:
    """What `fit` makes of the pairs, an interval at a time. loss, norm: (iteration,), nan from where a run diverges."""
    # (iteration, time, feature) -> (iteration, time, 1, feature)
    x, d = (digits[:, :, None] for digits in encode(pairs, training))
    activation, output_gradient = Activation[training.activation], OutputGradient[training.output_gradient]
    loss, norm = np.full(len(x), np.nan), np.full(len(x), np.nan)
    for start in range(0, len(x), training.record_every):
        interval = slice(start, start + training.record_every)
        if start == 0 or np.isfinite(norm[start - 1]):
            weights, loss[interval], norm[interval] = fit(
                weights, x[interval], d[interval], activation, output_gradient, training.learning_rate
            )
        progress(training.record_every)
    return weights, loss, norm


def new_weights(training: Training, rng: np.random.Generator) -> Weights:
    """The two inputs are digits of the two numbers, the output is the sum's digit."""
    return initialize(rng, training.initialization, input_size=2, hidden_size=training.hidden_size, output_size=1)


def draw_pairs(training: Training, rng: np.random.Generator, count: int) -> np.ndarray:
    """Pairs of numbers whose sum has no more than `digits` digits: (count, 2)."""
    return rng.integers(0, _count_of_numbers(training), (count, 2))


def evaluation_pairs(training: Training) -> np.ndarray:
    """Every pair of numbers, or drawn pairs (the same for all seeds and variants) if there are too many: (pair, 2)."""
    numbers = _count_of_numbers(training)
    if numbers**2 <= training.test_examples:
        return np.stack(np.divmod(np.arange(numbers**2), numbers), axis=-1)
    return draw_pairs(training, generator(EXPERIMENT, 0, "test set"), training.test_examples)


def _count_of_numbers(training: Training) -> int:
    return training.base**training.digits // 2


def encode(pairs: np.ndarray, training: Training) -> tuple[np.ndarray, np.ndarray]:
    """足し算の例を、下の桁から順に並べた系列にする。

    pairs: (…, 2) 整数 -> x: (…, time, 2) 2 つの数の桁, d: (…, time, 1) 和の桁
    """
    places = training.base ** np.arange(training.digits)[:, None]
    x = pairs[..., None, :] // places % training.base
    d = pairs.sum(axis=-1)[..., None, None] // places % training.base
    # 桁の値を 0 から 1 の範囲に縮める（2 進数ではそのまま）
    return x / (training.base - 1), d / (training.base - 1)


def time_first(digits: np.ndarray) -> np.ndarray:
    """(example, time, feature) -> (time, example, feature), as the network reads a batch."""
    return np.ascontiguousarray(digits.swapaxes(0, 1))


def measure_flow(weights: Weights, training: Training) -> dict[str, float]:
    """How the true gradient of the last step changes on its way back to the first, on drawn pairs, and what it meets.

    The pairs are the same for all seeds and variants. backward_ratio: of the last step's loss; jacobian_ratio: of its
    output before the sigmoid. saturation: share of the hidden states (pair, step, unit) whose slope f'(u) is at most
    saturated_slope of the largest that f has.
    """
    pairs = draw_pairs(training, generator(EXPERIMENT, 0, "gradient flow"), training.flow_examples)
    x, d = map(time_first, encode(pairs, training))
    activation = Activation[training.activation]
    z, _ = forward(weights, x, activation)
    saturated = slopes(z[1:], activation) <= training.saturated_slope * LARGEST_SLOPE[training.activation]
    return {
        "backward_ratio": backward_ratio(weights, x, d, activation),
        "jacobian_ratio": jacobian_ratio(weights, x, activation),
        "saturation": float(np.mean(saturated)),
    }


def evaluate(weights: Weights, x: np.ndarray, d: np.ndarray, training: Training) -> dict[str, float]:
    """The network on the whole test set. x: (example, time, 2), d: (example, time, 1).

    test_loss: mean loss of an example. test_accuracy: share of the sums with every digit right.
    dead_units: share of the hidden units whose slope f'(u) is flat (at most flat_slope) in every example and step.
    stuck_outputs: share of the digits that are wrong while the output's slope σ'(v) is flat: the exact gradient brings no
    error back from there. stuck_errors: their share of the wrong digits, nan where none is wrong.
    """
    activation = Activation[training.activation]
    loss = right = errors = stuck = 0.0
    max_slope = np.zeros(len(weights.w))
    for start in range(0, len(x), EVALUATION_BATCH):
        inputs, digits = (time_first(a[start : start + EVALUATION_BATCH]) for a in (x, d))
        z, y = forward(weights, inputs, activation)
        wrong = np.rint(y * (training.base - 1)) != np.rint(digits * (training.base - 1))
        loss += squared_error(y, digits).sum()
        right += np.sum(~wrong.any(axis=(0, 2)))
        errors += np.sum(wrong)
        stuck += np.sum(wrong & (slopes(y, Activation.sigmoid) <= training.flat_slope))
        max_slope = np.maximum(max_slope, slopes(z[1:], activation).max(axis=(0, 1)))
    return {
        "test_loss": loss / len(x),
        "test_accuracy": right / len(x),
        "dead_units": float(np.mean(max_slope <= training.flat_slope)),
        "stuck_outputs": stuck / d.size,
        "stuck_errors": stuck / errors if errors else np.nan,
    }
