"""A plain recurrent network in numpy and numba, with backpropagation through time written by hand.

Elman 1990; BPTT: Werbos 1990, equations as in Goodfellow, Bengio & Courville 2016, section 10.2.2. There are no
biases, as in the course's exercise. Shapes are (time, batch, feature), so that what one step sees of the sequences is a
(batch, feature) matrix. What numba compiles needs C-contiguous arrays of float64.

numba keeps the machine code beside this file, and takes it for current as long as this one file is unchanged: all that
is compiled together therefore stands here. With `contract` a product and a sum may be rounded once; with `reassoc` the
compiler chooses the order of a sum's terms. Both follow from the processor that numba compiles for, which the numerical
baseline names, and not from the one that runs the code.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numba import njit

compiled = njit(cache=True, error_model="numpy", fastmath={"contract"})
compiled_in_any_order = njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})


class Activation(IntEnum):
    """f of the hidden layer."""

    sigmoid = 0
    tanh = 1
    relu = 2


class OutputGradient(IntEnum):
    """The factor between the error of y = σ(v) and the error of v. course: what the course's listing multiplies by, the
    derivative of σ at y, although y is already σ's output."""

    exact = 0
    course = 1


# Standard deviation of a weight's normal distribution. Xavier: Glorot & Bengio 2010 (in the form that counts inputs
# only); He: He et al. 2015.
DEVIATIONS = {
    "normal": lambda fan_in: 1.0,
    "xavier": lambda fan_in: np.sqrt(1.0 / fan_in),
    "he": lambda fan_in: np.sqrt(2.0 / fan_in),
}

# e^x = 2^k e^r, |r| ≤ ln 2 / 2: k is next to x log2(e), ln 2 comes in two parts, so that k times the first is exact, and
# e^r is Taylor's series
LOG2_E = 1.4426950408889634
LN_2 = (6.93147180369123816490e-01, 1.90821492927058770002e-10)
TAYLOR = tuple(1.0 / math.factorial(power) for power in range(13, -1, -1))
TO_INTEGER = 1.5 * 2.0**52  # a number added to this has its integer part in the lowest bits


class Weights(NamedTuple):
    """3 つの重み（またはその勾配）。

    w_in: (input_size, hidden_size), w: (hidden_size, hidden_size), w_out: (hidden_size, output_size)
    """

    w_in: np.ndarray
    w: np.ndarray
    w_out: np.ndarray


def initialize(
    rng: np.random.Generator, initialization: str, input_size: int, hidden_size: int, output_size: int
) -> Weights:
    """重みの初期値を正規分布から引く。"""
    deviation = DEVIATIONS[initialization]

    def draw(fan_in: int, fan_out: int) -> np.ndarray:
        return deviation(fan_in) * rng.standard_normal((fan_in, fan_out))

    return Weights(
        w_in=draw(input_size, hidden_size),
        w=draw(hidden_size, hidden_size),
        w_out=draw(hidden_size, output_size),
    )


@compiled
def exp(x: float) -> float:
    """e^x for x ≤ 0, to within a unit in the last place; 0 below -708. libm's differs from machine to machine."""
    shifted = np.float64(x * LOG2_E + TO_INTEGER)
    k = shifted - TO_INTEGER
    r = x - k * LN_2[0] - k * LN_2[1]
    power = 0.0
    for coefficient in TAYLOR:
        power = power * r + coefficient
    two_to_k = np.int64((shifted.view(np.int64) + 1023) << 52).view(np.float64)  # k, as the exponent of a float64
    return 0.0 if x < -708.0 else power * two_to_k


@compiled
def sigmoid(x: float) -> float:
    # σ(x) = 1 / (1 + e^{-x}) = e^x / (1 + e^x): the one whose exponent is not positive
    e = exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


@compiled
def activate(u: np.ndarray, activation: Activation) -> None:
    """u becomes f(u). nan stays nan."""
    flat = u.reshape(u.size)
    for i in range(u.size):
        if activation == Activation.sigmoid:
            flat[i] = sigmoid(flat[i])
        elif activation == Activation.tanh:
            flat[i] = 2.0 * sigmoid(2.0 * flat[i]) - 1.0
        elif flat[i] < 0.0:
            flat[i] = 0.0


@compiled
def slopes(z: np.ndarray, activation: Activation) -> np.ndarray:
    """f'(u), written with z = f(u), so that nothing is computed twice. ReLU's slope at 0, which does not exist, is taken
    as 0: without biases the input (0, 0) of a first step gives exactly u = 0."""
    slope = np.empty_like(z)
    for i in range(z.size):
        value = z.flat[i]
        if activation == Activation.sigmoid:
            slope.flat[i] = value * (1.0 - value)
        elif activation == Activation.tanh:
            slope.flat[i] = 1.0 - value * value
        else:
            slope.flat[i] = 1.0 if value > 0.0 else 0.0
    return slope


@compiled
def output_slopes(y: np.ndarray, output_gradient: OutputGradient) -> np.ndarray:
    """See OutputGradient."""
    if output_gradient == OutputGradient.exact:
        return slopes(y, Activation.sigmoid)
    squashed = y.copy()
    activate(squashed, Activation.sigmoid)
    return slopes(squashed, Activation.sigmoid)


@compiled
def add_product(out: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """out += a b for matrices, eight rows of b at a time."""
    rows, inner = a.shape
    whole = inner - inner % 8
    for k in range(0, whole, 8):
        for i in range(rows):
            a0, a1, a2, a3 = a[i, k], a[i, k + 1], a[i, k + 2], a[i, k + 3]
            a4, a5, a6, a7 = a[i, k + 4], a[i, k + 5], a[i, k + 6], a[i, k + 7]
            for j in range(b.shape[1]):
                first = a0 * b[k, j] + a1 * b[k + 1, j] + a2 * b[k + 2, j] + a3 * b[k + 3, j]
                second = a4 * b[k + 4, j] + a5 * b[k + 5, j] + a6 * b[k + 6, j] + a7 * b[k + 7, j]
                out[i, j] += first + second
    for k in range(whole, inner):
        for i in range(rows):
            for j in range(b.shape[1]):
                out[i, j] += a[i, k] * b[k, j]


@compiled_in_any_order
def add_product_with_transpose(out: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """out += a b^T for matrices, four rows of b at a time."""
    whole = len(b) - len(b) % 4
    for i in range(len(a)):
        for j in range(0, whole, 4):
            s0 = s1 = s2 = s3 = 0.0
            for k in range(a.shape[1]):
                s0 += a[i, k] * b[j, k]
                s1 += a[i, k] * b[j + 1, k]
                s2 += a[i, k] * b[j + 2, k]
                s3 += a[i, k] * b[j + 3, k]
            out[i, j] += s0
            out[i, j + 1] += s1
            out[i, j + 2] += s2
            out[i, j + 3] += s3
        for j in range(whole, len(b)):
            for k in range(a.shape[1]):
                out[i, j] += a[i, k] * b[j, k]


@compiled
def product_of_transpose(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a^T b for matrices, eight rows of both at a time: of eight steps, every element is written once."""
    out = np.empty((a.shape[1], b.shape[1]))
    whole = len(a) - len(a) % 8
    for i in range(len(out)):
        for k in range(0, whole, 8):
            a0, a1, a2, a3 = a[k, i], a[k + 1, i], a[k + 2, i], a[k + 3, i]
            a4, a5, a6, a7 = a[k + 4, i], a[k + 5, i], a[k + 6, i], a[k + 7, i]
            for j in range(b.shape[1]):
                first = a0 * b[k, j] + a1 * b[k + 1, j] + a2 * b[k + 2, j] + a3 * b[k + 3, j]
                second = a4 * b[k + 4, j] + a5 * b[k + 5, j] + a6 * b[k + 6, j] + a7 * b[k + 7, j]
                out[i, j] = first + second if k == 0 else out[i, j] + (first + second)
        for k in range(whole, len(a)):
            for j in range(b.shape[1]):
                out[i, j] = a[k, i] * b[k, j] if k == 0 else out[i, j] + a[k, i] * b[k, j]
    return out


@compiled
def rows(a: np.ndarray) -> np.ndarray:
    """(time, batch, feature) -> (time · batch, feature)."""
    return a.reshape(-1, a.shape[-1])


@compiled
def forward(
    weights: Weights,
    x: np.ndarray,
    activation: Activation,
) -> tuple[np.ndarray, np.ndarray]:
    """順伝播: 入力の系列 x から、中間層の状態 z と出力 y を求める。

    x: (time, batch, input_size)
    -> z: (time + 1, batch, hidden_size), z[0] = 0,  y: (time, batch, output_size)
    """
    w_in, w, w_out = weights
    time, batch = x.shape[:2]
    z = np.zeros((time + 1, batch, len(w)))
    y = np.zeros((time, batch, w_out.shape[1]))
    for t in range(time):
        # u_t = x_t W_in + z_{t-1} W,  z_t = f(u_t)
        add_product(z[t + 1], x[t], w_in)
        if t > 0:
            add_product(z[t + 1], z[t], w)
        activate(z[t + 1], activation)
        # v_t = z_t W_out,  y_t = σ(v_t)
        add_product(y[t], z[t + 1], w_out)
        activate(y[t], Activation.sigmoid)
    return z, y


@compiled
def squared_error(y: np.ndarray, d: np.ndarray) -> np.ndarray:
    """損失: E = Σ_t (y_t - d_t)² / 2。

    y, d: (time, batch, output_size) -> (batch,)
    """
    error = np.zeros(y.shape[1])
    for t, example, i in np.ndindex(y.shape):
        error[example] += (y[t, example, i] - d[t, example, i]) ** 2 / 2.0
    return error


@compiled
def backward(
    weights: Weights,
    x: np.ndarray,
    z: np.ndarray,
    y: np.ndarray,
    d: np.ndarray,
    activation: Activation,
    output_gradient: OutputGradient,
) -> Weights:
    """逆伝播（BPTT）: 損失の勾配を、最後の時刻からさかのぼって求める。

    x, z, y, d: forward と squared_error と同じ -> 重みと同じ形の勾配（バッチの和）
    """
    # δ_out,t = ∂E/∂v_t = (y_t - d_t) y_t (1 - y_t)
    delta_out = (y - d) * output_slopes(y, output_gradient)
    # δ_t = ∂E/∂u_t = (δ_out,t W_out^T + δ_{t+1} W^T) ⊙ f'(u_t),  δ_{T+1} = 0
    delta = np.zeros_like(z)
    slope = slopes(z[1:], activation)
    for t in range(len(x) - 1, -1, -1):
        add_product_with_transpose(delta[t], delta_out[t], weights.w_out)
        if t + 1 < len(x):
            add_product_with_transpose(delta[t], delta[t + 1], weights.w)
        delta[t] *= slope[t]
    return Weights(
        w_in=product_of_transpose(rows(x), rows(delta[:-1])),  # Σ_t x_t^T δ_t
        w=product_of_transpose(rows(z[:-1]), rows(delta[:-1])),  # Σ_t z_{t-1}^T δ_t
        w_out=product_of_transpose(rows(z[1:]), rows(delta_out)),  # Σ_t z_t^T δ_out,t
    )


@compiled_in_any_order
def gradient_norm(gradient: Weights) -> float:
    """勾配の大きさ: 3 つの重みの勾配を並べたベクトルの長さ。"""
    total = 0.0
    for part in gradient:
        for slope in part.flat:
            total += slope * slope
    return np.sqrt(total)


@compiled
def descend(weight: np.ndarray, slope: np.ndarray, learning_rate: float) -> None:
    """weight -= learning_rate · slope, without an array in between."""
    for i in range(weight.shape[0]):
        for j in range(weight.shape[1]):
            weight[i, j] -= learning_rate * slope[i, j]


@compiled
def fit(
    weights: Weights,
    x: np.ndarray,
    d: np.ndarray,
    activation: Activation,
    output_gradient: OutputGradient,
    learning_rate: float,
) -> tuple[Weights, np.ndarray, np.ndarray]:
    """確率的勾配降下法: 1 回の反復で 1 例を学習し、そのたびに重みを更新する。

    x: (iteration, time, 1, input_size), d: (iteration, time, 1, output_size)
    -> 学習した重み, 損失: (iteration,), 勾配の大きさ: (iteration,)。発散した反復から後は nan
    """
    w_in, w, w_out = weights
    weights = Weights(w_in.copy(), w.copy(), w_out.copy())
    loss, norm = np.full(len(x), np.nan), np.full(len(x), np.nan)
    for i in range(len(x)):
        z, y = forward(weights, x[i], activation)
        gradient = backward(weights, x[i], z, y, d[i], activation, output_gradient)
        size = gradient_norm(gradient)
        # 勾配が数で表せなくなったら発散とし、以後はその重みを動かさない
        if not np.isfinite(size):
            break
        loss[i], norm[i] = squared_error(y, d[i])[0], size
        descend(weights.w_in, gradient.w_in, learning_rate)
        descend(weights.w, gradient.w, learning_rate)
        descend(weights.w_out, gradient.w_out, learning_rate)
    return weights, loss, norm


def backward_from_last(weights: Weights, z: np.ndarray, delta_out: np.ndarray, activation: Activation) -> np.ndarray:
    """最後の時刻の出力の誤差だけを、さかのぼって伝える（Pascanu, Mikolov & Bengio 2013, 式 5）。

    z: forward と同じ, delta_out: (batch, output_size) ∂E_T/∂v_T -> ∂E_T/∂u_t: (time, batch, hidden_size)
    """
    slope = slopes(z[1:], activation)
    delta = np.zeros_like(slope)
    # δ_T = ∂E_T/∂u_T = (δ_out,T W_out^T) ⊙ f'(u_T)
    add_product_with_transpose(delta[-1], delta_out, weights.w_out)
    delta[-1] *= slope[-1]
    for t in reversed(range(len(delta) - 1)):
        # δ_t = ∂E_T/∂u_t = (δ_{t+1} W^T) ⊙ f'(u_t)
        add_product_with_transpose(delta[t], delta[t + 1], weights.w)
        delta[t] *= slope[t]
    return delta


def backward_ratio(weights: Weights, x: np.ndarray, d: np.ndarray, activation: Activation) -> float:
    """最後の時刻の損失 E_T の勾配が、最初の時刻までさかのぼる間に何倍になるか。1 より小さければ消失、大きければ爆発に向かう。

    x, d: forward と squared_error と同じ -> 最後の時刻ですでに勾配がなければ nan
    """
    z, y = forward(weights, x, activation)
    # δ_out,T = ∂E_T/∂v_T = (y_T - d_T) y_T (1 - y_T)
    delta_out = (y[-1] - d[-1]) * y[-1] * (1.0 - y[-1])
    return _first_to_last(backward_from_last(weights, z, delta_out, activation))


def jacobian_ratio(weights: Weights, x: np.ndarray, activation: Activation) -> float:
    """backward_ratio と同じ比を、すべての例で出力の誤差 δ_out,T を 1 として求める。出力層の飽和と誤差の大きさによらない。

    x: forward と同じ -> 最後の時刻ですべてのユニットが死んでいれば nan
    """
    z, y = forward(weights, x, activation)
    return _first_to_last(backward_from_last(weights, z, np.ones_like(y[-1]), activation))


def _first_to_last(delta: np.ndarray) -> float:
    """rms ‖δ_1‖ / rms ‖δ_T‖, the root mean squares taken over examples. delta: (time, batch, feature)."""
    first, last = (np.sqrt(np.sum(delta[t] ** 2)) for t in (0, -1))
    return first / last if last != 0 else np.nan
