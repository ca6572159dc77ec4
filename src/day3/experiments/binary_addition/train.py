"""Train all seeds of a variant as one batched computation: plain SGD, one example an iteration."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from day3.experiments.binary_addition.settings import Training
from day3.nn.numpy_rnn import (
    OUTPUT_SLOPES,
    SLOPES,
    Weights,
    backward,
    backward_ratio,
    forward,
    gradient_norm,
    initialize,
    jacobian_ratio,
    squared_error,
)
from ronkyo import files
from ronkyo.seeds import generator

EXPERIMENT = "binary_addition"
EVALUATION_BATCH = 128  # test examples evaluated at once: bounds the memory


def steps(data: files.Arrays, training: Training) -> int:
    return training.iterations


def train(data: files.Arrays, training: Training, seed: int, progress: Callable[[int], None]) -> files.Arrays:
    """example_loss, mean_loss: (interval,), of the interval's last example and of all its examples.
    gradient_norm, max_gradient_norm: (interval,), mean and largest of the interval. All four are nan from the
    interval on in which a run diverges. diverged: (). initial_…, final_…: see `measure_flow`, before and after
    training. The rest: see `evaluate`.
    """
    weights = new_weights(training, [generator(EXPERIMENT, seed, "initialization")])
    order = generator(EXPERIMENT, seed, "data order")
    x, d = encode(draw_pairs(training, order, training.iterations)[None], training)
    with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges is recorded, not warned about
        initial = measure_flow(weights, training)
        loss, norm, diverged = fit(weights, x[..., None, :], d[..., None, :], training, progress)
        final = measure_flow(weights, training)
        tested = evaluate(weights, *encode(evaluation_pairs(training), training), training)
    loss, norm = (history.reshape(1, -1, training.record_every) for history in (loss, norm))
    arrays = {
        "example_loss": loss[:, :, -1],
        "mean_loss": loss.mean(axis=2),
        "gradient_norm": norm.mean(axis=2),
        "max_gradient_norm": norm.max(axis=2),
        "diverged": diverged,
        **{f"initial_{name}": values for name, values in initial.items()},
        **{f"final_{name}": values for name, values in final.items()},
    } | tested
    return {name: array[0] for name, array in arrays.items()}


def new_weights(training: Training, rngs: Sequence[np.random.Generator]) -> Weights:
    """One network for each generator; the two inputs are digits of the two numbers, the output is the sum's digit."""
    return initialize(rngs, training.initialization, input_size=2, hidden_size=training.hidden_size, output_size=1)


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


def fit(
    weights: Weights,
    x: np.ndarray,
    d: np.ndarray,
    training: Training,
    progress: Callable[[int], None],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """確率的勾配降下法: 1 回の反復で 1 例を学習し、重みをその場で更新する。

    x: (seed, iteration, time, 1, 2), d: (seed, iteration, time, 1, 1)
    -> 損失, 勾配の大きさ: (seed, iteration), 発散したか: (seed,)
    """
    activation, output_gradient = training.activation, training.output_gradient
    loss, norm = np.empty(x.shape[:2]), np.empty(x.shape[:2])
    diverged = np.zeros(len(x), dtype=bool)
    for i in range(training.iterations):
        z, y = forward(weights, x[:, i], activation)
        gradient = backward(weights, x[:, i], z, y, d[:, i], activation, output_gradient)
        loss[:, i] = squared_error(y, d[:, i])[:, 0]
        norm[:, i] = gradient_norm(gradient)
        # 勾配が数で表せなくなったら発散とし、以後はその重みを動かさない
        diverged |= ~np.isfinite(norm[:, i])
        loss[diverged, i] = norm[diverged, i] = np.nan
        for weight, slope in zip(weights, gradient, strict=True):
            slope[diverged] = 0.0
            weight -= training.learning_rate * slope
        if (i + 1) % training.record_every == 0:
            progress(len(x) * training.record_every)
    return loss, norm, diverged


def measure_flow(weights: Weights, training: Training) -> files.Arrays:
    """How the true gradient of the last step changes on its way back to the first, on drawn pairs: each (seed,).

    The pairs are the same for all seeds and variants. backward_ratio: of the last step's loss; jacobian_ratio: of its
    output before the sigmoid.
    """
    pairs = draw_pairs(training, generator(EXPERIMENT, 0, "gradient flow"), training.flow_examples)
    # (example, time, feature) -> (1, time, example, feature)
    x, d = (a.swapaxes(0, 1)[None] for a in encode(pairs, training))
    return {
        "backward_ratio": backward_ratio(weights, x, d, training.activation),
        "jacobian_ratio": jacobian_ratio(weights, x, training.activation),
    }


def evaluate(weights: Weights, x: np.ndarray, d: np.ndarray, training: Training) -> files.Arrays:
    """Every seed's network on the whole test set. x: (example, time, 2), d: (example, time, 1) -> each (seed,).

    test_loss: mean loss of an example. test_accuracy: share of the sums with every digit right.
    dead_units: share of the hidden units whose slope f'(u) is flat (at most flat_slope) in every example and step.
    stuck_outputs: share of the digits that are wrong while the output's slope is flat: no error gets back from there.
    """
    output_slope = OUTPUT_SLOPES[training.output_gradient]
    loss = right = stuck = max_slope = np.zeros(())
    for start in range(0, len(x), EVALUATION_BATCH):
        # (example, time, feature) -> (1, time, example, feature): the same examples for every seed
        inputs, digits = (a[start : start + EVALUATION_BATCH].swapaxes(0, 1)[None] for a in (x, d))
        z, y = forward(weights, inputs, training.activation)
        wrong = np.rint(y * (training.base - 1)) != np.rint(digits * (training.base - 1))
        loss = loss + squared_error(y, digits).sum(axis=1)
        right = right + np.sum(~wrong.any(axis=(1, 3)), axis=1)
        stuck = stuck + np.sum(wrong & (output_slope(y) <= training.flat_slope), axis=(1, 2, 3))
        max_slope = np.maximum(max_slope, SLOPES[training.activation](z[:, 1:]).max(axis=(1, 2)))
    return {
        "test_loss": loss / len(x),
        "test_accuracy": right / len(x),
        "dead_units": np.mean(max_slope <= training.flat_slope, axis=-1),
        "stuck_outputs": stuck / d.size,
    }
