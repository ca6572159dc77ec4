"""The cost of an iteration of binary addition's training beside the loop that the course's exercise is:

    python benchmarks/numpy_rnn.py

An iteration reads one example of eight digits and updates the weights. CPU seconds, the least of several runs of each by
turns, with one thread.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from pathlib import Path

from ronkyo import numerics

BASELINE = numerics.apply("portable")  # before numpy is loaded

import numpy as np  # noqa: E402

from day3.nn.numpy_rnn import Activation, OutputGradient, fit, initialize  # noqa: E402

HIDDEN_SIZES = (16, 32, 64, 128)
DIGITS, LEARNING_RATE = 8, 0.5
RUNS, LOOP_ITERATIONS, ITERATIONS = 15, 100, 1000


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def d_sigmoid(x: np.ndarray) -> np.ndarray:
    return (1 - sigmoid(x)) * sigmoid(x)


def loop(rng: np.random.Generator, hidden_size: int, iterations: int) -> None:
    """The course's way: one example at a time, numpy calls at every step, arrays for all steps with the step last."""
    largest = 2**DIGITS
    bits = np.unpackbits(np.arange(largest, dtype=np.uint8)[:, None], axis=1)
    w_in, w = rng.standard_normal((2, hidden_size)), rng.standard_normal((hidden_size, hidden_size))
    w_out = rng.standard_normal((hidden_size, 1))
    w_in_grad, w_grad, w_out_grad = np.zeros_like(w_in), np.zeros_like(w), np.zeros_like(w_out)
    u, z = np.zeros((hidden_size, DIGITS + 1)), np.zeros((hidden_size, DIGITS + 1))
    y = np.zeros((1, DIGITS))
    delta_out, delta = np.zeros((1, DIGITS)), np.zeros((hidden_size, DIGITS + 1))
    for _ in range(iterations):
        a, b = rng.integers(largest // 2), rng.integers(largest // 2)
        total = 0.0
        for t in range(DIGITS):
            x = np.array([bits[a][-t - 1], bits[b][-t - 1]]).reshape(1, -1)
            d = np.array([bits[a + b][-t - 1]])
            u[:, t + 1] = np.dot(x, w_in) + np.dot(z[:, t].reshape(1, -1), w)
            z[:, t + 1] = sigmoid(u[:, t + 1])
            y[:, t] = sigmoid(np.dot(z[:, t + 1].reshape(1, -1), w_out))
            total += np.mean(np.square(d - y[:, t])) / 2
            delta_out[:, t] = (y[:, t] - d) * d_sigmoid(y[:, t])
        for t in reversed(range(DIGITS)):
            x = np.array([bits[a][-t - 1], bits[b][-t - 1]]).reshape(1, -1)
            back = np.dot(delta[:, t + 1].T, w.T) + np.dot(delta_out[:, t].T, w_out.T)
            delta[:, t] = back * d_sigmoid(u[:, t + 1])
            w_out_grad += np.dot(z[:, t + 1].reshape(-1, 1), delta_out[:, t].reshape(-1, 1))
            w_grad += np.dot(z[:, t].reshape(-1, 1), delta[:, t].reshape(1, -1))
            w_in_grad += np.dot(x.T, delta[:, t].reshape(1, -1))
        w_in -= LEARNING_RATE * w_in_grad
        w_out -= LEARNING_RATE * w_out_grad
        w -= LEARNING_RATE * w_grad
        for gradient in (w_in_grad, w_grad, w_out_grad):
            gradient *= 0


def compiled(rng: np.random.Generator, hidden_size: int, iterations: int) -> None:
    weights = initialize(rng, "normal", 2, hidden_size, 1)
    x = rng.integers(0, 2, (iterations, DIGITS, 1, 2)).astype(float)
    d = rng.integers(0, 2, (iterations, DIGITS, 1, 1)).astype(float)
    fit(weights, x, d, Activation.sigmoid, OutputGradient.course, LEARNING_RATE)


def seconds(train: Callable[[np.random.Generator, int, int], None], hidden_size: int, iterations: int) -> float:
    """CPU seconds an iteration."""
    rng = np.random.default_rng(0)
    start = time.process_time()
    train(rng, hidden_size, iterations)
    return (time.process_time() - start) / iterations


def processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())


def main() -> None:
    compiled(np.random.default_rng(0), HIDDEN_SIZES[0], 1)
    print(f"{processor()}, {BASELINE}; µs an iteration")
    print(f"{'units':>5} {'loop':>7} {'day3':>7} {'ratio':>7}")
    for hidden_size in HIDDEN_SIZES:
        runs = [
            (seconds(loop, hidden_size, LOOP_ITERATIONS), seconds(compiled, hidden_size, ITERATIONS))
            for _ in range(RUNS)
        ]
        by_loop, by_day3 = (min(times) * 1e6 for times in zip(*runs, strict=True))
        print(f"{hidden_size:5} {by_loop:7.0f} {by_day3:7.1f} {by_loop / by_day3:6.1f}×")


if __name__ == "__main__":
    main()
