"""Looking more than once: the level of each planned look, so that all looks together hold the level of one.

Who looks at a comparison after 5, 10 and 20 seeds has three chances to find a difference that does not exist. Every look
is therefore made at one smaller level (Pocock 1977, Biometrika 64), here that of the paired t test: the looks share
their first seeds, so their joint distribution is known, and it is no normal one when seeds are few.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import scipy  # its parts are loaded when first used

POINTS = 2**11  # of the quasi-random sample: the level is then known to one part in a thousand
DIGITS = 3  # of a level: it is rounded down to them, so that no processor's rounding is seen in an interval


@lru_cache(maxsize=1024)
def look_alpha(looks: tuple[int, ...], alpha: float) -> float:
    """The two-sided level of each of the planned looks, so that the probability that any of them finds a difference where
    there is none is alpha. looks: rising numbers of seeds; alpha itself for one look or none, a look at one seed being
    none. Raises ValueError for looks that do not rise."""
    if list(looks) != sorted(set(looks)):
        raise ValueError(f"looks: expected rising numbers of seeds, found {', '.join(map(str, looks))}")
    tested = tuple(n for n in looks if n > 1)
    if len(tested) < 2:
        return alpha
    exact = scipy.optimize.brentq(lambda level: _any(tested, level) - alpha, alpha / len(tested), alpha, rtol=1e-4)
    exponent = math.floor(math.log10(exact)) - DIGITS + 1
    return float(f"{math.floor(exact / 10.0**exponent)}e{exponent}")


def _any(looks: Sequence[int], level: float) -> float:
    """P(at least one look rejects), each at this level, without a difference.

    A look rejects with probability `level`. Given that it does, N looks reject, and a set of looks that rejects is counted
    N times: the sum over looks of level · E[1 / N] counts it once. Sampling under the rejection makes small levels
    as cheap as large ones.
    """
    means, squares, uniform = _sample(tuple(looks))
    expected = [
        np.mean(1 / _rejections(*_rejected(means, squares, looks, look, level * uniform), looks, level))
        for look in range(len(looks))
    ]
    return level * max(1.0, float(sum(expected)))


@lru_cache(maxsize=8)
def _sample(looks: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the seeds that each look adds, m of them, standard normal: √m · mean and the sum of squares about it, both
    (n_points, n_looks), and one uniform number a point."""
    sizes = np.diff(looks, prepend=0)
    points = scipy.stats.qmc.Sobol(2 * len(looks) + 1, rng=np.random.default_rng(1977)).random(POINTS)
    points = np.clip(points, 1e-12, 1 - 1e-12)
    means = scipy.special.ndtri(points[:, : len(looks)])
    squares = np.where(sizes > 1, scipy.special.chdtri(np.maximum(sizes - 1, 1), points[:, len(looks) : -1]), 0.0)
    return means, squares, points[:, -1]


def _rejected(
    means: np.ndarray, squares: np.ndarray, looks: Sequence[int], look: int, p: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The same sample, given that this look has the two-sided p values p and a mean above 0.

    Without a difference t is independent of the values' length and of their direction about the mean: the
    values are turned until t is the wanted one.
    """
    n, part = looks[look], slice(look + 1)
    axis = np.sqrt(np.diff(looks, prepend=0)[part] / n)
    along = means[:, part] @ axis
    rest = means[:, part] - along[:, None] * axis
    width = np.sqrt(np.sum(rest**2, axis=1) + np.sum(squares[:, part], axis=1))
    length = np.hypot(along, width)
    angle = np.arctan(-scipy.special.stdtrit(n - 1, p / 2) / np.sqrt(n - 1))
    shrunk = length * np.cos(angle) / width
    means, squares = means.copy(), squares.copy()
    means[:, part] = rest * shrunk[:, None] + (length * np.sin(angle))[:, None] * axis
    squares[:, part] *= shrunk[:, None] ** 2
    return means, squares


def _rejections(means: np.ndarray, squares: np.ndarray, looks: Sequence[int], level: float) -> np.ndarray:
    """How many looks reject, (n_points,)."""
    sizes, n = np.diff(looks, prepend=0), np.array(looks)
    mean = np.cumsum(np.sqrt(sizes) * means, axis=1) / n
    about = np.cumsum(squares + means**2, axis=1) - n * mean**2
    t = np.abs(mean) * np.sqrt(n * (n - 1) / np.maximum(about, 1e-300))
    return np.maximum(np.sum(t > -scipy.special.stdtrit(n - 1, level / 2) * (1 - 1e-9), axis=1), 1)
