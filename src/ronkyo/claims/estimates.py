"""Numbers over seeds (or over test items): a mean, a ratio or a share with its confidence interval.

What each interval assumes, and what it cannot say, stands in docs/claims.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import scipy  # its parts are loaded when first used

ALPHA = 0.05
LEVEL = 1 - ALPHA
RESAMPLES = 9999  # of a bootstrap
CELLS = 2**20  # resampled values that are held at a time


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


def prediction_interval(around: Interval) -> Interval:
    """Where one more value of the same (normal) distribution would lie. around: a mean_interval; nan as it."""
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
    BCa bootstrap interval. The first is exact for normal values and wide enough when they are few; the second follows
    the skew of many."""
    n = values.shape[-1]
    mean, spread = np.mean(values, axis=-1), np.std(values, axis=-1, ddof=1)
    student = scipy.special.stdtrit(n - 1, (1 + level) / 2) / math.sqrt(n)
    with np.errstate(all="ignore"):
        low, high = _bootstrap((values - mean[..., None]) / spread[..., None], level, rng, resamples)
        return mean + spread * np.fmin(-student, low), mean + spread * np.fmax(student, high)


def _bootstrap(
    standard: np.ndarray, level: float, rng: np.random.Generator, resamples: int
) -> tuple[np.ndarray, np.ndarray]:
    """Both ends, (…), of the BCa interval for the mean of (…, n) standardized values (Efron 1987; as Efron & Tibshirani
    1993, eq. 14.10, 14.14 and 14.15); nan where it has no answer.

    It counts the resampled means that lie below the values' own. They are rounded, or what rounding makes of equal means
    would change with the unit of the values.
    """
    n = standard.shape[-1]
    size = max(1, CELLS // n)
    parts = [
        _resampled_means(standard, rng.integers(0, n, (min(size, resamples - start), n)))
        for start in range(0, resamples, size)
    ]
    means = np.sort(np.concatenate(parts, axis=-1), axis=-1)
    bias = scipy.special.ndtri((np.mean(means < 0, axis=-1) + np.mean(means <= 0, axis=-1)) / 2)
    acceleration = np.sum(standard**3, axis=-1) / 6 / np.sum(standard**2, axis=-1) ** 1.5
    ends = []
    for normal in scipy.special.ndtri([(1 - level) / 2, (1 + level) / 2]):
        share = scipy.special.ndtr(bias + (bias + normal) / (1 - acceleration * (bias + normal)))
        place = np.nan_to_num(share) * (resamples - 1)
        below = np.take_along_axis(means, np.floor(place).astype(int)[..., None], -1)[..., 0]
        above = np.take_along_axis(means, np.ceil(place).astype(int)[..., None], -1)[..., 0]
        ends.append(np.where(np.isfinite(share), below + (place - np.floor(place)) * (above - below), np.nan))
    return ends[0], ends[1]


def _resampled_means(standard: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """(…, n) values at the places (resamples, n) -> means, (…, resamples)."""
    resamples, n = drawn.shape
    counts = np.bincount((drawn + n * np.arange(resamples)[:, None]).ravel(), minlength=n * resamples)
    return np.round(standard @ counts.reshape(resamples, n).T / n, 12)


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
    low, high = clopper_pearson(np.sum(hits), np.array(n), level)
    return Estimate(share, float(low), float(high), n, math.nan, Method.SHARE)


def discordant_estimate(a: np.ndarray, b: np.ndarray, level: float) -> Estimate:
    """Of the pairs of zeros and ones in which a and b differ, (n,), the share in which a is one: McNemar's exact test
    asks whether one half lies in its interval."""
    if not np.isin([a, b], (0, 1)).all():
        return _without_interval(Method.SHARE, len(a), Reason.NOT_BINARY)
    return share_estimate(a[a != b], level)


def _without_interval(method: Method, n: int, reason: Reason, value: float = math.nan) -> Estimate:
    return Estimate(value, math.nan, math.nan, n, math.nan, method, reason)


def clopper_pearson(hits: np.ndarray, n: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
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
