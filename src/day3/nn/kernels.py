"""What takes the time of training, compiled for the processor: recurrent cells over all steps, softmax, Adam.

All of it stands in one file, because numba notices a change only of the file that a compiled function stands in.

The cells' arrays have the batch last, so that a gate of all units and examples is one run of memory. What a step reads stands in
one matrix, `seen[t]`: the inputs x_t, a row of ones for the biases, and the states h_{t-1} of the step before; so a step is
one product `weight @ seen[t]`, and the states that it writes are rows of `seen[t + 1]`. Here `hidden` is the number of
units, `read` = inputs + 1 + hidden the rows of `seen[t]`.

The gradients are those of backpropagation through time (Werbos 1990), with δ_t = ∂L/∂h_t through all later steps, too:
each backward pass leaves ∂L/∂(sums of every gate) in `at_sums`, from which all other gradients are products.

Adding is left in the order in which it is written (`contract` only joins a product with the addition after it), and
exp is a polynomial of our own: no processor or mathematical library decides about bits.
"""

from __future__ import annotations

import math

import numpy as np
import scipy  # noqa: F401  whose BLAS computes np.dot in compiled functions, so that its version counts
from numba import njit, types
from numba.extending import overload

compiled = njit(cache=True, fastmath={"contract"}, error_model="numpy")

ONE, TWO = np.float32(1), np.float32(2)  # float32, so that no sum becomes a double
TAYLOR = tuple(np.float32(1 / math.factorial(n)) for n in range(8))
LOG2_E = np.float32(1 / math.log(2))
LN2_HIGH = np.float32(0.693359375)  # 355 / 512, so that its product with a whole number below 2^15 is exact
LN2_LOW = np.float32(math.log(2) - 0.693359375)
ROUNDED = np.float32(1.5 * 2**23)  # a float32 of this size has no fraction, and its last bits are a whole number
LOWEST, HIGHEST = np.float32(-87), np.float32(88)  # e^x is a normal float32
ONES_EXPONENT = np.int32(127 << 23)  # 1.0, as bits


def expm1(x):
    """e^x - 1, for float32 to about two units of its last place; e^x is bounded by the range of float32."""
    raise TypeError("expm1: expected a compiled function to call it")


@overload(expm1, jit_options={"fastmath": {"contract"}})
def _expm1(x):
    if x != types.float32:
        return lambda x: math.expm1(x)

    def polynomial(x):
        # e^x = 2^k e^r with |r| <= ln(2) / 2; e^r - 1 by Taylor's series, whose next term is below 2^-27 r
        x = LOWEST if x < LOWEST else x
        x = HIGHEST if x > HIGHEST else x
        shifted = x * LOG2_E + ROUNDED
        k = shifted - ROUNDED
        r = x - k * LN2_HIGH - k * LN2_LOW
        p = TAYLOR[7]
        p = p * r + TAYLOR[6]
        p = p * r + TAYLOR[5]
        p = p * r + TAYLOR[4]
        p = p * r + TAYLOR[3]
        p = p * r + TAYLOR[2]
        p = (p * r + ONE) * r
        power = np.int32((np.float32(shifted).view(np.int32) << np.int32(23)) + ONES_EXPONENT).view(np.float32)
        return p * power + (power - ONE)

    return polynomial


@compiled
def sigmoid(x):
    """In place: σ(x) = 1 / (1 + e^-x)."""
    x = x.reshape(-1)
    for i in range(x.size):
        x[i] = ONE / (TWO + expm1(-x[i]))


@compiled
def tanh(x, out):
    """out = tanh(x) = (e^2x - 1) / (e^2x + 1)."""
    x, out = x.reshape(-1), out.reshape(-1)
    for i in range(x.size):
        e = expm1(TWO * x[i])
        out[i] = e / (e + TWO)


@compiled
def rows(gates):
    """The four gates of a step, each as one run of memory: (4 * hidden, batch) -> four of (hidden * batch,)"""
    gates = gates.reshape(4, -1)
    return gates[0], gates[1], gates[2], gates[3]


@compiled
def rnn(weight, seen, _gates, _memory):
    """h_t = tanh(W [x_t; 1; h_{t-1}])   (Elman 1990)

    weight: (hidden, read); seen: (time + 1, read, batch), whose states from the second on are written.
    """
    hidden = weight.shape[0]
    for t in range(len(seen) - 1):
        state = seen[t + 1, -hidden:]
        np.dot(weight, seen[t], state)
        tanh(state, state)


@compiled
def rnn_backward(recurrent, seen, _gates, _memory, grad_states, delta, _grad_memory, at_sums):
    """δ_t (1 - h_t²) at the sums.

    recurrent: (hidden, hidden), the transposed weight of h_{t-1}; grad_states: (time, hidden, batch), ∂L/∂h_t at each step
    itself, or (0, …) for none; delta: (hidden, batch), ∂L/∂h of the last state, becomes that of the initial one;
    at_sums: (time, hidden, batch), written.
    """
    hidden = len(delta)
    for t in range(len(at_sums) - 1, -1, -1):
        if len(grad_states) > 0:
            add(delta, grad_states[t])
        h, d, at = seen[t + 1, -hidden:].reshape(-1), delta.reshape(-1), at_sums[t].reshape(-1)
        for i in range(at.size):
            at[i] = d[i] * (ONE - h[i] * h[i])
        np.dot(recurrent, at_sums[t], delta)


@compiled
def add(x, y):
    """In place: x + y."""
    x, y = x.reshape(-1), y.reshape(-1)
    for i in range(x.size):
        x[i] += y[i]


@compiled
def lstm(weight, seen, gates, memory):
    """Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000:

        i, f, g, o = σ, σ, tanh, σ of W [x_t; 1; h_{t-1}]
        c_t = f ⊙ c_{t-1} + i ⊙ g
        h_t = o ⊙ tanh(c_t)

    weight: (4 * hidden, read); seen: (time + 1, read, batch); gates: (time, 4 * hidden, batch), written;
    memory: (time + 1, hidden, batch), c from c_0 on.
    """
    hidden = memory.shape[1]
    for t in range(len(gates)):
        np.dot(weight, seen[t], gates[t])
        sigmoid(gates[t, : 2 * hidden])
        tanh(gates[t, 2 * hidden : 3 * hidden], gates[t, 2 * hidden : 3 * hidden])
        sigmoid(gates[t, 3 * hidden :])
        i, f, g, o = rows(gates[t])
        before, c = memory[t].reshape(-1), memory[t + 1].reshape(-1)
        for j in range(c.size):
            c[j] = f[j] * before[j] + i[j] * g[j]
        h = seen[t + 1, -hidden:].reshape(-1)
        tanh(memory[t + 1], h)
        for j in range(h.size):
            h[j] *= o[j]


@compiled
def lstm_backward(recurrent, seen, gates, memory, grad_states, delta, grad_memory, at_sums):
    """With γ_t = ∂L/∂c_t = δ_t o (1 - tanh(c_t)²) + γ_{t+1} f_{t+1}, at the sums

        i: γ g i(1 - i)     f: γ c_{t-1} f(1 - f)     g: γ i (1 - g²)     o: δ tanh(c) o(1 - o)

    grad_memory: (hidden, batch), ∂L/∂c of the last memory, becomes that of the initial one; the others as in `rnn_backward`.
    """
    squashed = np.empty(delta.size, delta.dtype)
    for t in range(len(at_sums) - 1, -1, -1):
        if len(grad_states) > 0:
            add(delta, grad_states[t])
        i, f, g, o = rows(gates[t])
        at_i, at_f, at_g, at_o = rows(at_sums[t])
        before, d, gamma = memory[t].reshape(-1), delta.reshape(-1), grad_memory.reshape(-1)
        tanh(memory[t + 1], squashed)
        for j in range(d.size):
            at_o[j] = d[j] * squashed[j] * o[j] * (ONE - o[j])
        for j in range(d.size):
            gamma[j] += d[j] * o[j] * (ONE - squashed[j] * squashed[j])
        for j in range(d.size):
            at_i[j] = gamma[j] * g[j] * i[j] * (ONE - i[j])
        for j in range(d.size):
            at_f[j] = gamma[j] * before[j] * f[j] * (ONE - f[j])
        for j in range(d.size):
            at_g[j] = gamma[j] * i[j] * (ONE - g[j] * g[j])
        for j in range(d.size):
            gamma[j] *= f[j]
        np.dot(recurrent, at_sums[t], delta)


@compiled
def gru(weight, seen, gates, _memory):
    """Cho et al. 2014, eqs. 5-8, with the reset gate after the matrix product, as cuDNN, torch and Keras have it:

        r, z = σ of W [x_t; 1; h_{t-1}]
        m = U [1; h_{t-1}],  n = tanh(V [x_t; 1] + r ⊙ m)
        h_t = (1 - z) ⊙ n + z ⊙ h_{t-1}

    weight: (4 * hidden, read), for r, z, m, n; seen: (time + 1, read, batch); gates: (time, 4 * hidden, batch), written.
    """
    hidden = weight.shape[0] // 4
    recurrent = weight[: 3 * hidden]
    candidate = np.ascontiguousarray(weight[3 * hidden :, :-hidden])
    for t in range(len(gates)):
        np.dot(recurrent, seen[t], gates[t, : 3 * hidden])
        np.dot(candidate, seen[t, :-hidden], gates[t, 3 * hidden :])
        sigmoid(gates[t, : 2 * hidden])
        r, z, m, n = rows(gates[t])
        for j in range(n.size):
            n[j] += r[j] * m[j]
        tanh(n, n)
        before, h = seen[t, -hidden:].reshape(-1), seen[t + 1, -hidden:].reshape(-1)
        for j in range(h.size):
            h[j] = n[j] + z[j] * (before[j] - n[j])


@compiled
def gru_backward(recurrent, seen, gates, _memory, grad_states, delta, _grad_memory, at_sums):
    """At the sums of r, z, m, n

        n: δ (1 - z)(1 - n²)     m: (at n) r     r: (at n) m r(1 - r)     z: δ (h_{t-1} - n) z(1 - z)

    and z δ reaches h_{t-1} directly. recurrent: (hidden, 3 * hidden); the others as in `rnn_backward`.
    """
    hidden = len(delta)
    through = np.empty_like(delta)
    for t in range(len(at_sums) - 1, -1, -1):
        if len(grad_states) > 0:
            add(delta, grad_states[t])
        r, z, m, n = rows(gates[t])
        at_r, at_z, at_m, at_n = rows(at_sums[t])
        before, d, direct = seen[t, -hidden:].reshape(-1), delta.reshape(-1), through.reshape(-1)
        for j in range(d.size):
            at_n[j] = d[j] * (ONE - z[j]) * (ONE - n[j] * n[j])
        for j in range(d.size):
            at_m[j] = at_n[j] * r[j]
        for j in range(d.size):
            at_r[j] = at_m[j] * m[j] * (ONE - r[j])
        for j in range(d.size):
            at_z[j] = d[j] * (before[j] - n[j]) * z[j] * (ONE - z[j])
        for j in range(d.size):
            direct[j] = d[j] * z[j]
        np.dot(recurrent, at_sums[t, : 3 * hidden], delta)
        add(delta, through)


@compiled
def softmax(logits, bias, targets, highest, total, picked):
    """Scores to probabilities, column by column: e^(s - max s) / Σ e^(s - max s), with s = logits + bias.

    logits: (classes, batch), become the probabilities; bias: (classes,); targets: (batch,) classes. Written, each (batch,):
    highest, max s; total, Σ e^(s - max s), of doubles; picked, s of the target.
    """
    classes, batch = logits.shape
    highest[:] = logits[0] + bias[0]
    for row in range(classes):
        of_class, scores = bias[row], logits[row]
        for i in range(batch):
            scores[i] += of_class
        for i in range(batch):
            highest[i] = scores[i] if scores[i] > highest[i] else highest[i]
    for i in range(batch):
        picked[i] = logits[targets[i], i]
    total[:] = 0
    for row in range(classes):
        scores = logits[row]
        for i in range(batch):
            scores[i] = ONE + expm1(scores[i] - highest[i])
        for i in range(batch):
            total[i] += scores[i]
    share = (1 / total).astype(logits.dtype)
    for row in range(classes):
        scores = logits[row]
        for i in range(batch):
            scores[i] *= share[i]


@compiled
def ranks(scores, right, targets):
    """How many classes come before the target, with a higher score, or with the same one and a lower number.

    scores: (batch, classes); right, targets: (batch,), the target's score, and its number. Returns (batch,).
    """
    before = np.zeros(len(scores), np.int64)
    for example in range(len(scores)):
        row, limit = scores[example], right[example]
        for number in range(targets[example]):
            before[example] += row[number] >= limit
        for number in range(targets[example] + 1, row.size):
            before[example] += row[number] > limit
    return before


@compiled
def adam(parameters, gradients, mean, square, mean_keep, square_keep, step_size, correction, epsilon):
    """Kingma & Ba 2015, algorithm 1, in torch's order; every array (numbers,), the others numbers of their type.

        mean ← β1 mean + (1 - β1) g,  square ← β2 square + (1 - β2) g²
        parameter ← parameter - step_size mean / (√square correction + ε)

    step_size: learning rate / (1 - β1^t); correction: 1 / √(1 - β2^t).
    """
    for i in range(parameters.size):
        g = gradients[i]
        mean[i] = mean_keep * mean[i] + (ONE - mean_keep) * g
        square[i] = square_keep * square[i] + (ONE - square_keep) * g * g
        parameters[i] -= step_size * mean[i] / (np.sqrt(square[i]) * correction + epsilon)
