"""Numbers over seeds (or over test items): a mean, a ratio or a share with its confidence interval.

What each interval assumes, and what it cannot say, stands in docs/claims.md.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import scipy  # its parts are loaded when first used

ALPHA = 0.05
LEVEL = 1 - ALPHA
RESAMPLES = 9999  # of a bootstrap
MOST_VALUES = 10_000  # where the search for how many values would decide stops


class Method(StrEnum):
    """How an interval was made; the values stand in claims.json."""

    DIFFERENCE = "t + BCa"
    RATIO = "log t + BCa"
    SHARE = "Clopper–Pearson"
    EXACT = "exact"  # computed, not estimated: the interval has no width


class Reason(StrEnum):
    """Why there is no interval; the values stand in claims.json."""

    NONE = ""  # there is one
    ONE_VALUE = "one value"
    NO_SPREAD = "no spread"
    NOT_FINITE = "not finite"
    NOT_POSITIVE = "not positive"
    NO_VALUE = "no value"
    NOT_BINARY = "not zeros and ones"


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
    """A quantity with the interval in which it is claimed to lie; without one, low and high are nan and `reason` says
    why."""

    value: float
    low: float
    high: float
    n: int
    spread: float  # standard deviation of one value, of its logarithm for a ratio; nan for a share
    method: Method
    reason: Reason = Reason.NONE


def scale(value: float, ratio: bool) -> float:
    """Where a value stands on the scale on which its interval has its width: a ratio's is logarithmic, and no ratio is
    below zero."""
    if not ratio:
        return value
    return math.log(value) if value > 0 else -math.inf


def computed(value: float) -> Estimate:
    """A number that was computed, not estimated: n is 0."""
    reason = Reason.NONE if math.isfinite(value) else Reason.NOT_FINITE
    return Estimate(value, value, value, 0, math.nan, Method.EXACT, reason)


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
    """The mean of independent values, or of paired differences: (n,), with the interval of `hull`."""
    n = len(values)
    with np.errstate(all="ignore"):
        mean = float(np.mean(values))
        if reason := _undecidable(values):
            return _without_interval(Method.DIFFERENCE, n, reason, mean)
        low, high = (float(end) for end in hull(values, level, rng, resamples))
        if not math.isfinite(high - low):  # values near the largest numbers
            return _without_interval(Method.DIFFERENCE, n, Reason.NOT_FINITE, mean)
        return Estimate(mean, low, high, n, float(np.std(values, ddof=1)), Method.DIFFERENCE)


def hull(
    values: np.ndarray, level: float, rng: np.random.Generator, resamples: int = RESAMPLES
) -> tuple[np.ndarray, np.ndarray]:
    """Both ends, (…), of the smallest interval that holds both Student's t interval for the mean of (…, n) values and the
    BCa bootstrap interval (Efron 1987). The first is exact for normal values and wide enough when they are few; the
    second follows the skew of many.

    The bootstrap sees standardized values and means that are rounded to twelve digits. It counts how many of them are below the
    values' own: what rounding makes of equal means would else change with the unit of the values.
    """
    n = values.shape[-1]
    mean, spread = np.mean(values, axis=-1), np.std(values, axis=-1, ddof=1)

    def rounded_mean(sample: np.ndarray, axis: int) -> np.ndarray:
        return np.round(np.mean(sample, axis=axis), 12)

    with np.errstate(all="ignore"), warnings.catch_warnings():
        # BCa may have no answer: nan, and Student's stands alone
        warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)
        standard = (values - mean[..., None]) / spread[..., None]
        bootstrap = scipy.stats.bootstrap(
            (standard,), rounded_mean, axis=-1, n_resamples=resamples, confidence_level=level, method="BCa", rng=rng
        ).confidence_interval
        student = scipy.special.stdtrit(n - 1, (1 + level) / 2) / math.sqrt(n)
        return mean + spread * np.fmin(-student, bootstrap.low), mean + spread * np.fmax(student, bootstrap.high)


def ratio_estimate(
    a: np.ndarray, b: np.ndarray | float, level: float, rng: np.random.Generator, resamples: int = RESAMPLES
) -> Estimate:
    """Geometric mean of the paired ratios a / b, (n,): `mean_estimate` of their logarithms, taken back."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.asarray(a / b, dtype=float)
    if np.isfinite(ratios).all() and not (ratios > 0).all():
        return _without_interval(Method.RATIO, len(ratios), Reason.NOT_POSITIVE)
    logarithms = np.log(np.where(ratios > 0, ratios, np.nan))
    logarithm = mean_estimate(logarithms, level, rng, resamples)
    with np.errstate(over="ignore"):
        value, low, high = (float(np.exp(end)) for end in (logarithm.value, logarithm.low, logarithm.high))
    return replace(logarithm, value=value, low=low, high=high, method=Method.RATIO)


def share_estimate(hits: np.ndarray, level: float) -> Estimate:
    """The share of ones in independent zeros and ones, (n,), with the exact binomial interval (Clopper & Pearson 1934)."""
    n = len(hits)
    if not np.isin(hits, (0, 1)).all():
        return _without_interval(Method.SHARE, n, Reason.NOT_BINARY)
    if n == 0:
        return _without_interval(Method.SHARE, n, Reason.NO_VALUE)
    share = float(np.mean(hits))
    if n == 1:
        return _without_interval(Method.SHARE, n, Reason.ONE_VALUE, share)
    low, high = _clopper_pearson(np.sum(hits), np.array(n), level)
    return Estimate(share, float(low), float(high), n, math.nan, Method.SHARE)


def discordant_estimate(a: np.ndarray, b: np.ndarray, level: float) -> Estimate:
    """Of the pairs of zeros and ones in which a and b differ, (n,), the share in which a is one: McNemar's exact test
    asks whether one half lies in its interval."""
    if not np.isin([a, b], (0, 1)).all():
        return _without_interval(Method.SHARE, len(a), Reason.NOT_BINARY)
    return share_estimate(a[a != b], level)


def values_needed(estimate: Estimate, bound: float, level: float) -> int | None:
    """How many values would put `bound` outside the interval if value and spread stay as they are; None: too many."""
    n = np.arange(estimate.n + 1, MOST_VALUES)
    if estimate.method == Method.SHARE:
        low, high = _clopper_pearson(np.rint(estimate.value * n), n, level)
        decided = (bound < low) | (high < bound)
    else:
        value, end = (scale(number, estimate.method == Method.RATIO) for number in (estimate.value, bound))
        decided = scipy.stats.t.ppf((1 + level) / 2, n - 1) * estimate.spread / np.sqrt(n) < abs(value - end)
    return int(n[np.argmax(decided)]) if decided.any() else None


def _without_interval(method: Method, n: int, reason: Reason, value: float = math.nan) -> Estimate:
    return Estimate(value, math.nan, math.nan, n, math.nan, method, reason)


def _clopper_pearson(hits: np.ndarray, n: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Low and high end, element by element: quantiles of beta distributions (Clopper & Pearson 1934)."""
    tail = (1 - level) / 2
    low = np.where(hits > 0, scipy.stats.beta.ppf(tail, np.maximum(hits, 1), n - hits + 1), 0.0)
    high = np.where(hits < n, scipy.stats.beta.ppf(1 - tail, hits + 1, np.maximum(n - hits, 1)), 1.0)
    return low, high


def _undecidable(values: np.ndarray) -> Reason:
    if not np.isfinite(values).all():
        return Reason.NOT_FINITE
    if len(values) < 2:
        return Reason.ONE_VALUE
    if np.ptp(values) <= 1e-12 * np.max(np.abs(values)):  # what rounding leaves of equal values
        return Reason.NO_SPREAD
    return Reason.NONE
