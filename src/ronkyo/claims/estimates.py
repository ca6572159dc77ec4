"""Numbers over seeds (or over test items): a mean, a ratio or a share with its confidence interval.

What each interval assumes, and what it cannot say, stands in docs/claims.md.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import scipy  # its parts are loaded when first used

LEVEL = 0.95
RESAMPLES = 9999  # of a bootstrap
MOST_VALUES = 10_000  # where the search for how many values would decide stops


class Interval(NamedTuple):
    mean: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Estimate:
    """A quantity with the interval in which it is claimed to lie; `reason` is why there is no interval, if so."""

    value: float
    low: float
    high: float
    n: int
    spread: float  # standard deviation of one value, of its logarithm for a ratio; nan for a share
    method: str
    reason: str = ""


def mean_interval(values: np.ndarray, level: float = LEVEL) -> Interval:
    """Student's t interval for the mean of independent seeds.

    values: (n_seeds,). One seed, or a value that is not finite, gives an interval of nan: nothing is known of the
    spread. It assumes that the mean over seeds is near normal; for shares near 0 or 1 it is only a rough guide.
    """
    n = len(values)
    mean = float(np.mean(values))
    if n < 2 or not np.isfinite(values).all():
        return Interval(mean, float("nan"), float("nan"), n)
    half = float(scipy.stats.t.ppf((1 + level) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return Interval(mean, mean - half, mean + half, n)


def prediction_interval(values: np.ndarray, level: float = LEVEL) -> Interval:
    """Where one more value of the same (normal) distribution would lie. values: (n_seeds,); nan as mean_interval."""
    around = mean_interval(values, level)
    half = around.half_width * math.sqrt(around.n + 1)
    return Interval(around.mean, around.mean - half, around.mean + half, around.n)


def mean_estimate(values: np.ndarray, level: float, rng: np.random.Generator, resamples: int = RESAMPLES) -> Estimate:
    """The mean of independent values, or of paired differences: (n,).

    The interval is the smallest that holds both Student's t interval and the BCa bootstrap interval (Efron 1987). The
    first is exact for normal values and wide enough when they are few; the second follows the skew of many.
    """
    n, method = len(values), "t + BCa"
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", scipy.stats.DegenerateDataWarning
        )  # BCa has no answer: nan, and Student's stands alone
        mean = float(np.mean(values))
        if reason := _undecidable(values):
            return Estimate(mean, math.nan, math.nan, n, math.nan, method, reason)
        student = mean_interval(values, level)
        found = scipy.stats.bootstrap(
            (values,), np.mean, n_resamples=resamples, confidence_level=level, method="BCa", rng=rng
        ).confidence_interval
        low, high = float(np.fmin(student.low, found.low)), float(np.fmax(student.high, found.high))
        if not math.isfinite(high - low):  # values near the largest numbers
            return Estimate(mean, math.nan, math.nan, n, math.nan, method, "not finite")
        return Estimate(mean, low, high, n, float(np.std(values, ddof=1)), method)


def ratio_estimate(
    a: np.ndarray, b: np.ndarray | float, level: float, rng: np.random.Generator, resamples: int = RESAMPLES
) -> Estimate:
    """Geometric mean of the paired ratios a / b, (n,): `mean_estimate` of their logarithms, taken back."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.asarray(a / b, dtype=float)
    if np.isfinite(ratios).all() and not (ratios > 0).all():
        return Estimate(math.nan, math.nan, math.nan, len(ratios), math.nan, "log t + BCa", "not positive")
    logarithms = np.log(np.where(ratios > 0, ratios, np.nan))
    found = mean_estimate(logarithms, level, rng, resamples)
    with np.errstate(over="ignore"):
        value, low, high = (float(np.exp(number)) for number in (found.value, found.low, found.high))
    return replace(found, value=value, low=low, high=high, method="log t + BCa")


def share_estimate(hits: np.ndarray, level: float) -> Estimate:
    """The share of ones in independent zeros and ones, (n,), with the exact binomial interval (Clopper & Pearson 1934)."""
    n, method = len(hits), "Clopper–Pearson"
    if not np.isin(hits, (0, 1)).all():
        return Estimate(math.nan, math.nan, math.nan, n, math.nan, method, "not zeros and ones")
    share = float(np.mean(hits)) if n else math.nan
    if n < 2:
        return Estimate(share, math.nan, math.nan, n, math.nan, method, "one value" if n else "no value")
    low, high = _clopper_pearson(np.sum(hits), np.array(n), level)
    return Estimate(share, float(low), float(high), n, math.nan, method)


def discordant_estimate(a: np.ndarray, b: np.ndarray, level: float) -> Estimate:
    """Of the pairs of zeros and ones in which a and b differ, (n,), the share in which a is one: McNemar's exact test
    asks whether one half lies in its interval."""
    if not np.isin([a, b], (0, 1)).all():
        return Estimate(math.nan, math.nan, math.nan, len(a), math.nan, "Clopper–Pearson", "not zeros and ones")
    return share_estimate(a[a != b], level)


def values_needed(estimate: Estimate, bound: float, level: float) -> int | None:
    """How many values would put `bound` outside the interval if value and spread stay as they are; None: too many."""
    n = np.arange(estimate.n + 1, MOST_VALUES)
    if estimate.method == "Clopper–Pearson":
        low, high = _clopper_pearson(np.rint(estimate.value * n), n, level)
        decided = (bound < low) | (high < bound)
    else:
        ratio = estimate.method.startswith("log")
        distance = abs(math.log(estimate.value / bound)) if ratio else abs(estimate.value - bound)
        decided = scipy.stats.t.ppf((1 + level) / 2, n - 1) * estimate.spread / np.sqrt(n) < distance
    return int(n[np.argmax(decided)]) if decided.any() else None


def _clopper_pearson(hits: np.ndarray, n: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Low and high end, element by element: quantiles of beta distributions (Clopper & Pearson 1934)."""
    tail = (1 - level) / 2
    low = np.where(hits > 0, scipy.stats.beta.ppf(tail, np.maximum(hits, 1), n - hits + 1), 0.0)
    high = np.where(hits < n, scipy.stats.beta.ppf(1 - tail, hits + 1, np.maximum(n - hits, 1)), 1.0)
    return low, high


def _undecidable(values: np.ndarray) -> str:
    if not np.isfinite(values).all():
        return "not finite"
    if len(values) < 2:
        return "one value"
    if np.ptp(values) <= 1e-12 * np.max(np.abs(values)):  # what rounding leaves of equal values
        return "no spread"
    return ""
