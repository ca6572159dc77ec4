"""What so many seeds can show: the smallest visible difference, the seeds that a difference needs, and whether more seeds
are likely to decide a claim.

All of it is for normal differences (logarithms of ratios) and Student's interval; the bootstrap's part of an interval, which
only widens it, is left out. Shares are binomial and exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import astuple
from typing import Any, NamedTuple

import numpy as np
import scipy  # its parts are loaded when first used

from ronkyo.claims import estimates, kept
from ronkyo.claims.estimates import Method, Reason
from ronkyo.claims.predicates import Predicate
from ronkyo.claims.verdicts import Comparison, Verdict, factor
from ronkyo.seeds import generator

POWER = 0.8
FEW = (Reason.ONE_VALUE, Reason.NO_VALUE)  # of a share, which a prediction needs no interval of
DRAWS = 4000  # of a prediction: its standard error is at most 0.8 points


class Needed(NamedTuple):
    """How many seeds show a difference with the wanted probability; in all, with those that there are."""

    seeds: int
    low: int  # the range over the 80 % interval of the spread
    high: int


def visible(comparison: Comparison, power: float = POWER) -> float | None:
    """The smallest distance from the bound that as many values would have shown with probability `power`, at the
    comparison's level and with the spread that was found: a difference; for a ratio a factor > 1; for a share the share
    itself, on the side that is claimed. None where no such share exists, or without an interval."""
    return kept.kept("visible", [_told(comparison), power], lambda: _visible(comparison, power))


def _told(comparison: Comparison) -> list[Any]:
    """What its power follows from."""
    bounds = [comparison.low, comparison.high, comparison.matters, comparison.level, comparison.seeds]
    return [comparison.quantity.kind, *bounds, *astuple(comparison.estimate)]


def _visible(comparison: Comparison, power: float) -> float | None:
    estimate, alpha = comparison.estimate, 1 - comparison.level
    if estimate.reason or estimate.method == Method.EXACT:
        return None
    if estimate.method == Method.SHARE:
        return _visible_share(comparison, power)
    limits = _student(estimate.n - 1, alpha) * np.sqrt(_chi2(estimate.n - 1) / (estimate.n - 1))
    shift = scipy.optimize.brentq(
        lambda shift: np.mean(scipy.special.ndtr(shift - limits)) - power, 0.0, np.max(limits) + 10
    )
    distance = float(shift * estimate.spread / math.sqrt(estimate.n))
    return factor(distance) if estimate.method == Method.RATIO else distance


def _visible_share(comparison: Comparison, power: float) -> float | None:
    n = comparison.estimate.n
    hits = np.arange(n + 1)
    low, high = estimates.clopper_pearson(hits, np.full(n + 1, n), comparison.level)
    above = math.isfinite(comparison.low)
    shown = hits[low > comparison.low] if above else n - hits[high < comparison.high]
    if not len(shown):
        return None
    share = float(
        scipy.special.betaincinv(shown.min(), n - shown.min() + 1, power)
    )  # P(at least so many | share) = power
    return share if above else 1 - share


def seeds_needed(comparison: Comparison, power: float = POWER) -> Needed | None:
    """How many seeds would decide the comparison with probability `power` if the difference were the smallest that matters,
    on the side that is claimed, at the comparison's level.

    The spread is known only as well as the seeds that there are tell it: the number is the smallest for which the mean
    probability over the posterior of the spread (flat in its logarithm) is `power` (O'Hagan, Stevens & Campbell 2005,
    "assurance"), given that these seeds are among them. None without `matters`, where it lies within the margin, without an
    interval, or where more seeds add no value.
    """
    found = kept.kept("needed", [_told(comparison), power], lambda: _seeds_needed(comparison, power))
    return found and Needed(*found)


def _seeds_needed(comparison: Comparison, power: float) -> Needed | None:
    estimate, alpha = comparison.estimate, 1 - comparison.level
    size = _size_that_matters(comparison)
    if estimate.reason or size is None or not comparison.seeds or not estimate.spread > 0:
        return None
    n, effect = estimate.n, size / estimate.spread
    squares = _chi2(n - 1)  # the seeds' sum of squares in units of the unknown variance
    spreads = np.sqrt(scipy.special.chdtri(n - 1, [0.9, 0.1]) / (n - 1))
    seeds = _smallest(n, lambda count: _assurance(count, n, effect, squares, alpha) >= power)
    low, high = (
        _smallest(n, lambda count, times=times: _power(count, effect * times, alpha) >= power)
        for times in spreads[::-1]
    )
    return Needed(seeds, low, high)


def _size_that_matters(comparison: Comparison) -> float | None:
    """How far the smallest difference that matters lies beyond the bound, on the scale of the comparison."""
    if comparison.matters is None:
        return None
    matters = comparison.on_scale(comparison.matters)
    size = matters - abs(comparison.on_scale(comparison.bound))
    return size if size > 0 else None


def _assurance(count: int, n: int, effect: float, squares: np.ndarray, alpha: float) -> float:
    """The mean probability that `count` seeds decide about an effect, in spreads of the n that there are and that stay
    among them."""
    added = _chi2(count - n) if count > n else np.zeros(1)
    spread = np.sqrt((squares[:, None] + added) / (count - 1))
    return _deciding(count, effect * np.sqrt(squares / (n - 1))[:, None], spread, alpha)


def _power(count: int, effect: float, alpha: float) -> float:
    """The probability that `count` seeds decide about an effect, in spreads that are known."""
    return _deciding(count, np.array(effect), np.sqrt(_chi2(count - 1) / (count - 1)), alpha)


def _deciding(count: int, effect: np.ndarray, spread: np.ndarray, alpha: float) -> float:
    """The mean probability that the interval does not hold the bound, or, less often than alpha / 2, lies wrongly within
    what does not matter. effect: in true spreads; spread: what is found of one true one."""
    half, effect = _student(count - 1, alpha) * spread, math.sqrt(count) * effect
    probability = scipy.special.ndtr(effect - half) + scipy.special.ndtr(-half)
    return float(np.mean(np.where(effect > 2 * half, 1.0, probability)))


def _chi2(degrees: int) -> np.ndarray:
    """A χ² distribution as the middles of 64 equal parts."""
    return scipy.special.chdtri(degrees, (np.arange(64) + 0.5) / 64)


def _smallest(n: int, enough: Callable[[int], bool]) -> int:
    """The smallest number of seeds from n on that is enough."""
    low, high = n - 1, n
    while not enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def probability_of_a_decision(predicate: Predicate, seeds: int, alpha: float = estimates.ALPHA) -> float:
    """The predictive probability that the predicate is decided, one way or another, once all its variants have so many
    seeds; nan while a comparison has one seed, which tells nothing of the spread.

    The posterior is that of flat priors for mean and logarithm of the spread, uniform for a share. The comparisons of a
    predicate are drawn independently of each other; those over items stay as they are.
    """
    comparisons = predicate.compare(alpha)
    means = [part.estimate for part in comparisons if part.seeds and part.estimate.method != Method.SHARE]
    if any(estimate.reason == Reason.ONE_VALUE for estimate in means):
        return math.nan
    rng = generator("claims", 0, "prediction")
    drawn = np.stack([_predicted(comparison, seeds, rng) for comparison in comparisons], axis=1)
    rows, counts = np.unique(drawn, axis=0, return_counts=True)
    decided = [predicate.verdict([Verdict(verdict) for verdict in row]) != Verdict.UNDECIDED for row in rows]
    return float(np.sum(counts[decided]) / DRAWS)


def _predicted(comparison: Comparison, seeds: int, rng: np.random.Generator) -> np.ndarray:
    """Verdicts of the comparison at so many seeds, (DRAWS,)."""
    added, is_share = seeds - comparison.seeds, comparison.estimate.method == Method.SHARE
    told = comparison.estimate.reason in ((Reason.NONE, *FEW) if is_share else (Reason.NONE,))
    if added <= 0 or not comparison.seeds or not told:
        return np.full(DRAWS, str(comparison.verdict))
    return comparison.verdicts(*(_predicted_share if is_share else _predicted_mean)(comparison, added, rng))


def _predicted_mean(comparison: Comparison, added: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ends of intervals, (DRAWS,) each: posterior spread and mean, then mean and sum of squares of the seeds added."""
    estimate = comparison.estimate
    n, count = estimate.n, estimate.n + added
    value = comparison.on_scale(estimate.value)
    spread = estimate.spread * np.sqrt((n - 1) / rng.chisquare(n - 1, DRAWS))
    mean = value + spread * math.sqrt(1 / n + 1 / added) * rng.standard_normal(DRAWS)
    about = spread**2 * rng.chisquare(added - 1, DRAWS) if added > 1 else 0.0
    squares = (n - 1) * estimate.spread**2 + about + n * added / count * (mean - value) ** 2
    half = _student(count - 1, 1 - comparison.level) * np.sqrt(squares / (count - 1) / count)
    middle = (n * value + added * mean) / count
    if estimate.method == Method.RATIO:
        return np.exp(middle - half), np.exp(middle + half)
    return middle - half, middle + half


def _predicted_share(comparison: Comparison, added: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ends of intervals, (DRAWS,) each. Of discordant seeds, how many there will be is drawn first."""
    n = comparison.estimate.n
    hits = round(comparison.estimate.value * n) if n else 0
    more = np.full(DRAWS, added)
    if n < comparison.seeds:
        more = rng.binomial(added, rng.beta(1 + n, 1 + comparison.seeds - n, DRAWS))
    ones = hits + rng.binomial(more, rng.beta(1 + hits, 1 + n - hits, DRAWS))
    return estimates.clopper_pearson(ones, n + more, comparison.level)


def _student(degrees: int, alpha: float) -> float:
    return float(-scipy.special.stdtrit(degrees, alpha / 2))
