"""The baseline, which counts and does not learn: positive pointwise mutual information and its largest singular values.

Levy, Goldberg & Dagan 2015: context counts to the power that the negatives are drawn by, near words counted more, as a window
of random reach does, and the square root of the singular values as weights.

    PPMI(w, c) = max(0, log (#(w, c) Σ_c' #(c')^α) / (#(w) #(c)^α)),     PPMI ≈ U S Vᵀ,     v_w = row of U S^½
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds


def vectors(text: np.ndarray, words: int, window: int, power: float, size: int) -> np.ndarray:
    """text: (places,) words -> (words, size), where size is less than words."""
    pairs = _count(text, words, window).tocoo()
    contexts = np.asarray(pairs.sum(axis=0)).ravel() ** power
    hints = np.asarray(pairs.sum(axis=1)).ravel()
    information = np.log(pairs.data * contexts.sum() / (hints[pairs.row] * contexts[pairs.col]))
    positive = sparse.csr_array((np.maximum(information, 0), (pairs.row, pairs.col)), shape=(words, words))
    left, values, _ = svds(positive, k=size, v0=np.ones(words))
    return left * np.sqrt(values)


def _count(text: np.ndarray, words: int, window: int) -> sparse.csr_array:
    """How often two words come within `window`, each time by the share of the reaches from 1 to `window` that have both."""
    total = sparse.csr_array((words, words))
    for distance in range(1, min(window, len(text) - 1) + 1):
        weight = np.full(len(text) - distance, 1 - (distance - 1) / window)
        total += sparse.csr_array((weight, (text[:-distance], text[distance:])), shape=(words, words))
    return total + total.T
