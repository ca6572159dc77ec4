"""Numbers over seeds: a mean with its confidence interval."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.95


class Interval(NamedTuple):
    mean: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2


def mean_interval(values: np.ndarray, level: float = LEVEL) -> Interval:
    """Student's t interval for the mean of independent seeds.

    values: (n_seeds,). One seed, or a value that is not finite, gives an interval of nan: nothing is known of the
    spread. It assumes that the mean over seeds is near normal; for shares near 0 or 1 it is only a rough guide.
    """
    n = len(values)
    mean = float(np.mean(values))
    if n < 2 or not np.isfinite(values).all():
        return Interval(mean, float("nan"), float("nan"), n)
    half = float(stats.t.ppf((1 + level) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return Interval(mean, mean - half, mean + half, n)
