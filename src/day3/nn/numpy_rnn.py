"""A plain recurrent network in numpy, with backpropagation through time written by hand.

Elman 1990; BPTT: Werbos 1990, equations as in Goodfellow, Bengio & Courville 2016, section 10.2.2. There are no
biases, as in the course's exercise. Many independent networks are computed at once: the leading axis of every array is
the network (the seed of a run). Shapes are (network, time, batch, feature), so that what one step sees of the sequences
is a (batch, feature) matrix for each network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from day3.nn.activations import d_sigmoid, relu, sigmoid, tanh

FUNCTIONS = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}

# f'(u) written with z = f(u), so that nothing is computed twice. ReLU's slope at 0, which does not exist, is taken as
# 0: without biases the input (0, 0) of a first step gives exactly u = 0.
SLOPES = {
    "sigmoid": lambda z: z * (1.0 - z),
    "tanh": lambda z: 1.0 - z * z,
    "relu": lambda z: np.heaviside(z, 0.0),
}

# The factor between the error of y = σ(v) and the error of v. "course" is what the course's listing multiplies by: the
# derivative of σ at y, although y is already σ's output.
OUTPUT_SLOPES = {"exact": SLOPES["sigmoid"], "course": d_sigmoid}

# Standard deviation of a weight's normal distribution. Xavier: Glorot & Bengio 2010 (in the form that counts inputs
# only); He: He et al. 2015.
DEVIATIONS = {
    "normal": lambda fan_in: 1.0,
    "xavier": lambda fan_in: np.sqrt(1.0 / fan_in),
    "he": lambda fan_in: np.sqrt(2.0 / fan_in),
}


class Weights(NamedTuple):
    """3 つの重み（またはその勾配）。

    w_in: (network, input_size, hidden_size), w: (network, hidden_size, hidden_size),
    w_out: (network, hidden_size, output_size)
    """

    w_in: np.ndarray
    w: np.ndarray
    w_out: np.ndarray


def initialize(
    rngs: Sequence[np.random.Generator],
    initialization: str,
    input_size: int,
    hidden_size: int,
    output_size: int,
) -> Weights:
    """重みの初期値を正規分布から引く。乱数生成器 1 つがネットワーク 1 つになる。"""
    deviation = DEVIATIONS[initialization]

    def draw(fan_in: int, fan_out: int) -> np.ndarray:
        return np.stack([deviation(fan_in) * rng.standard_normal((fan_in, fan_out)) for rng in rngs])

    return Weights(
        w_in=draw(input_size, hidden_size),
        w=draw(hidden_size, hidden_size),
        w_out=draw(hidden_size, output_size),
    )


def forward(
    weights: Weights,
    x: np.ndarray,
    activation: str,
) -> tuple[np.ndarray, np.ndarray]:
    """順伝播: 入力の系列 x から、中間層の状態 z と出力 y を求める。

    x: (network, time, batch, input_size)
    -> z: (network, time + 1, batch, hidden_size), z[:, 0] = 0,
       y: (network, time, batch, output_size)
    """
    w_in, w, w_out = weights
    f = FUNCTIONS[activation]
    time, batch = x.shape[1:3]
    z = np.zeros((len(w), time + 1, batch, w.shape[-1]))
    for t in range(time):
        # u_t = x_t W_in + z_{t-1} W,  z_t = f(u_t)
        z[:, t + 1] = f(x[:, t] @ w_in + z[:, t] @ w)
    # y_t = σ(z_t W_out)
    y = sigmoid(z[:, 1:] @ w_out[:, None])
    return z, y


def squared_error(y: np.ndarray, d: np.ndarray) -> np.ndarray:
    """損失: E = Σ_t (y_t - d_t)² / 2。

    y, d: (network, time, batch, output_size) -> (network, batch)
    """
    return np.sum((y - d) ** 2, axis=(1, 3)) / 2.0


def backward(
    weights: Weights,
    x: np.ndarray,
    z: np.ndarray,
    y: np.ndarray,
    d: np.ndarray,
    activation: str,
    output_gradient: str,
) -> Weights:
    """逆伝播（BPTT）: 損失の勾配を、最後の時刻からさかのぼって求める。

    x, z, y, d: forward と squared_error と同じ -> 重みと同じ形の勾配（バッチの和）
    """
    # δ_out,t = ∂E/∂(z_t W_out) = (y_t - d_t) y_t (1 - y_t)
    delta_out = (y - d) * OUTPUT_SLOPES[output_gradient](y)
    # δ_t = ∂E/∂u_t = (δ_out,t W_out^T + δ_{t+1} W^T) ⊙ f'(u_t)
    slope = SLOPES[activation](z[:, 1:])
    delta = (delta_out @ weights.w_out[:, None].mT) * slope
    for t in reversed(range(x.shape[1] - 1)):
        delta[:, t] += (delta[:, t + 1] @ weights.w.mT) * slope[:, t]
    return Weights(
        w_in=_rows(x).mT @ _rows(delta),  # Σ_t x_t^T δ_t
        w=_rows(z[:, :-1]).mT @ _rows(delta),  # Σ_t z_{t-1}^T δ_t
        w_out=_rows(z[:, 1:]).mT @ _rows(delta_out),  # Σ_t z_t^T δ_out,t
    )


def backward_from_last(weights: Weights, z: np.ndarray, delta_out: np.ndarray, activation: str) -> np.ndarray:
    """最後の時刻の出力の誤差だけを、さかのぼって伝える（Pascanu, Mikolov & Bengio 2013, 式 5）。

    z: forward と同じ, delta_out: (network, batch, output_size) ∂E_T/∂(z_T W_out)
    -> ∂E_T/∂u_t: (network, time, batch, hidden_size)
    """
    slope = SLOPES[activation](z[:, 1:])
    delta = np.empty_like(slope)
    # δ_T = ∂E_T/∂u_T = (δ_out,T W_out^T) ⊙ f'(u_T)
    delta[:, -1] = (delta_out @ weights.w_out.mT) * slope[:, -1]
    for t in reversed(range(delta.shape[1] - 1)):
        # δ_t = ∂E_T/∂u_t = (δ_{t+1} W^T) ⊙ f'(u_t)
        delta[:, t] = (delta[:, t + 1] @ weights.w.mT) * slope[:, t]
    return delta


def backward_ratio(weights: Weights, x: np.ndarray, d: np.ndarray, activation: str) -> np.ndarray:
    """最後の時刻の損失 E_T の勾配が、最初の時刻までさかのぼる間に何倍になるか。1 より小さければ消失、大きければ爆発に向かう。

    x, d: forward と squared_error と同じ -> (network,)、最後の時刻ですでに勾配がなければ nan
    """
    z, y = forward(weights, x, activation)
    # δ_out,T = ∂E_T/∂(z_T W_out) = (y_T - d_T) y_T (1 - y_T)
    delta_out = (y[:, -1] - d[:, -1]) * OUTPUT_SLOPES["exact"](y[:, -1])
    return _first_to_last(backward_from_last(weights, z, delta_out, activation))


def jacobian_ratio(weights: Weights, x: np.ndarray, activation: str) -> np.ndarray:
    """backward_ratio と同じ比を、すべての例で出力の誤差 δ_out,T を 1 として求める。出力層の飽和と誤差の大きさによらない。

    x: forward と同じ -> (network,)、最後の時刻ですべてのユニットが死んでいれば nan
    """
    z, y = forward(weights, x, activation)
    return _first_to_last(backward_from_last(weights, z, np.ones_like(y[:, -1]), activation))


def _first_to_last(delta: np.ndarray) -> np.ndarray:
    """rms ‖δ_1‖ / rms ‖δ_T‖, the root mean squares taken over examples: (network, time, batch, feature) -> (network,)."""
    first, last = (np.sqrt(np.sum(delta[:, t] ** 2, axis=(1, 2))) for t in (0, -1))
    return np.divide(first, last, out=np.full_like(first, np.nan), where=last != 0)


def _rows(a: np.ndarray) -> np.ndarray:
    """(network, time, batch, feature) -> (network, time · batch, feature)."""
    return a.reshape(len(a), -1, a.shape[-1])


def gradient_norm(gradient: Weights) -> np.ndarray:
    """勾配の大きさ: 3 つの重みの勾配を並べたベクトルの長さ。 -> (network,)"""
    flat = [part.reshape(len(part), -1) for part in gradient]
    return np.sqrt(sum(np.vecdot(part, part) for part in flat))


def numerical_gradient(
    weights: Weights,
    x: np.ndarray,
    d: np.ndarray,
    activation: str,
    epsilon: float,
) -> Weights:
    """数値微分: 重みを 1 つずつ ±ε だけ動かしたときの損失の差から求める。

    weights, x, d: 1 つのネットワークのもの（先頭の軸の長さは 1）
    """
    # ∂E/∂θ_i ≈ (E(θ + ε e_i) - E(θ - ε e_i)) / 2ε（中心差分）
    # すべての θ ± ε e_i を、それぞれ別のネットワークとして一度に計算する
    theta = np.concatenate([part.ravel() for part in weights])
    moves = epsilon * np.eye(len(theta))
    moved = _unflatten(np.concatenate([theta + moves, theta - moves]), weights)
    _, y = forward(moved, x, activation)
    plus, minus = np.split(squared_error(y, d).sum(axis=1), 2)
    return _unflatten((plus - minus)[None] / (2.0 * epsilon), weights)


def _unflatten(theta: np.ndarray, like: Weights) -> Weights:
    """(network, n_weights) -> Weights with the matrices' shapes of `like`."""
    parts = np.split(theta, np.cumsum([part[0].size for part in like])[:-1], axis=1)
    return Weights(*(part.reshape(-1, *shaped.shape[1:]) for part, shaped in zip(parts, like, strict=True)))


def gradient_error(
    weights: Weights, x: np.ndarray, d: np.ndarray, activation: str, output_gradient: str, epsilon: float
) -> float:
    """Largest difference between BPTT and central differences, relative to the matrix's largest derivative.

    weights, x, d: of one network (leading axis of length 1).
    """
    z, y = forward(weights, x, activation)
    by_hand = backward(weights, x, z, y, d, activation, output_gradient)
    numerical = numerical_gradient(weights, x, d, activation, epsilon)
    return max(float(np.max(np.abs(h - n)) / np.max(np.abs(n))) for h, n in zip(by_hand, numerical, strict=True))
