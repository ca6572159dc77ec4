"""The baseline: a trigram model, smoothed by the interpolated Kneser–Ney method.

Kneser & Ney 1995 (what the shorter contexts count); Ney, Essen & Kneser 1994 (the discount D = n_1 / (n_1 + 2 n_2));
Chen & Goodman 1999 (interpolation at every order):

    P(w | u v) = max(c(u v w) - D, 0) / c(u v ·)  +  λ(u v) P(w | v),     λ(u v) = D N_{1+}(u v ·) / c(u v ·)

P(w | v) and P(w) are made likewise, but of the numbers of *different* words seen before (v w) and before w; P(w) is
interpolated with the uniform distribution, so every word has a probability. A context never seen passes on all: λ = 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse


class Order(NamedTuple):
    """The discounted counts of one order; a row is a context, a column a word."""

    shares: sparse.csr_array  # max(c - D, 0) / c of the row
    rests: np.ndarray  # λ: what each context passes on to the shorter one

    def interpolate(self, rows: np.ndarray, shorter: np.ndarray) -> np.ndarray:
        """rows: (n,) contexts; shorter: (n, words) or (1, words), the distribution of the shorter contexts."""
        return self.shares[rows].toarray() + self.rests[rows, None] * shorter


class TrigramModel(NamedTuple):
    unigrams: Order
    bigrams: Order
    trigrams: Order
    pairs: np.ndarray  # u * words + v of the contexts seen, rising; a row of `trigrams` each, and one more for the rest

    def probabilities(self, contexts: np.ndarray) -> np.ndarray:
        """2 語の文脈に続く語の確率分布を求める。

        contexts: (n, 2) 語の番号 -> (n, words)
        """
        words = len(self.bigrams.rests)
        u, v = contexts.T.astype(np.int64)
        pair = u * words + v
        row = np.searchsorted(self.pairs, pair)
        # 学習データにない文脈には、最後の（空の）行を割り当てる
        known = self.pairs[np.minimum(row, len(self.pairs) - 1)] == pair
        row = np.where(known, row, len(self.pairs))
        unigram = self.unigrams.interpolate(np.array([0]), np.full((1, words), 1 / words))
        return self.trigrams.interpolate(row, self.bigrams.interpolate(v, unigram))


def fit(trigrams: np.ndarray, words: int) -> TrigramModel:
    """3 語の並び (u, v, w) を数え、補間 Kneser–Ney 法のトライグラムモデルを作る。

    trigrams: (n, 3) 語の番号, words: 語彙の大きさ
    """
    u, v, w = trigrams.T.astype(np.int64)
    pairs, row = np.unique(u * words + v, return_inverse=True)
    # c(u v w): 3 語の並びの回数
    trigram_counts = _count(row, w, (len(pairs) + 1, words))
    row, w = trigram_counts.nonzero()
    # N_1+(· v w): 2 語の並び (v, w) の前に来た語の種類
    bigram_counts = _count(pairs[row] % words, w, (words, words))
    _, w = bigram_counts.nonzero()
    # N_1+(· w): 語 w の前に来た語の種類
    unigram_counts = _count(np.zeros_like(w), w, (1, words))
    return TrigramModel(_discount(unigram_counts), _discount(bigram_counts), _discount(trigram_counts), pairs)


def _count(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sparse.csr_array:
    """How often each (row, column) comes; scipy adds up the ones."""
    return sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape).tocsr()


def _discount(counts: sparse.csr_array) -> Order:
    """数えた回数から D を引き、残りを短い文脈に回す。

    counts: (contexts, words)
    """
    once, twice = np.sum(counts.data == 1), np.sum(counts.data == 2)
    discount = once / max(once + 2 * twice, 1)
    totals = counts.sum(axis=1)
    types = np.diff(counts.indptr)
    shares = counts.copy()
    shares.data = (counts.data - discount) / np.repeat(totals, types)
    rests = np.where(totals > 0, discount * types / np.maximum(totals, 1), 1.0)
    return Order(shares, rests)
