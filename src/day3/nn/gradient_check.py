"""The check of the numpy RNN's backpropagation by central differences."""

from __future__ import annotations

import numpy as np

from day3.nn.numpy_rnn import Activation, OutputGradient, Weights, backward, forward, squared_error


def numerical_gradient(
    weights: Weights, x: np.ndarray, d: np.ndarray, activation: Activation, epsilon: float
) -> Weights:
    """数値微分: 重みを 1 つずつ ±ε だけ動かしたときの損失の差から求める。"""
    theta = np.concatenate([part.ravel() for part in weights])

    def error(theta: np.ndarray) -> float:
        _, y = forward(_unflatten(theta, weights), x, activation)
        return squared_error(y, d).sum()

    # ∂E/∂θ_i ≈ (E(θ + ε e_i) - E(θ - ε e_i)) / 2ε（中心差分）
    moves = epsilon * np.eye(len(theta))
    differences = np.array([error(theta + move) - error(theta - move) for move in moves])
    return _unflatten(differences / (2.0 * epsilon), weights)


def _unflatten(theta: np.ndarray, like: Weights) -> Weights:
    """(n_weights,) -> Weights with the matrices' shapes of `like`."""
    parts = np.split(theta, np.cumsum([part.size for part in like])[:-1])
    return Weights(*(part.reshape(shaped.shape) for part, shaped in zip(parts, like, strict=True)))


def gradient_error(
    weights: Weights,
    x: np.ndarray,
    d: np.ndarray,
    activation: Activation,
    output_gradient: OutputGradient,
    epsilon: float,
) -> float:
    """Largest difference between BPTT and central differences, relative to the matrix's largest derivative."""
    z, y = forward(weights, x, activation)
    by_hand = backward(weights, x, z, y, d, activation, output_gradient)
    numerical = numerical_gradient(weights, x, d, activation, epsilon)
    return max(float(np.max(np.abs(h - n)) / np.max(np.abs(n))) for h, n in zip(by_hand, numerical, strict=True))
