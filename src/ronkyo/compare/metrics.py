"""Two sides -> the metrics that differ, and by how much more than seeds do."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from ronkyo.claims import estimates
from ronkyo.claims.estimates import Method, Reason
from ronkyo.compare.revision import Side
from ronkyo.numbers import rounded
from ronkyo.seeds import generator

RATIO_FROM = 10.0  # largest over smallest value of a metric's seeds: then one seed would rule a mean of differences
PRECISION = 1e-6  # of metrics, relative: what differs by less is what rounding left
LAST_DIGIT = 10 * PRECISION  # one more or less in the last of the six digits to which means are kept

Standing = Literal["alone", "exact", "unknown", "moved", "within"]


@dataclass(frozen=True)
class Metric:
    """The mean of a metric on both sides, and the mean difference or ratio between the same seeds."""

    experiment: str
    variant: str
    name: str
    old: float | None
    new: float | None
    old_half: float = math.nan  # half widths of the means' own intervals
    new_half: float = math.nan
    change: estimates.Estimate | None = None  # B − A or B ÷ A; None: the same for every seed, or a side has no seeds
    exact: bool = False  # no seed changes it: any difference is one
    alone: bool = False  # only one side has it
    same: bool = False  # for every seed, or the number that no seed changes, as far as metrics are printed

    @property
    def key(self) -> str:
        return f"{self.experiment}.{self.variant}.{self.name}"

    @property
    def differs(self) -> bool:
        """Not where the sides do not clearly differ and print the same."""
        if self.alone or self.same or (self.change is None and self.old == self.new):
            return self.alone
        return self.standing != "within" or self.printed("old") != self.printed("new")

    def printed(self, side: Literal["old", "new"]) -> str:
        """The mean of a side, to what its seeds support."""
        return rounded(getattr(self, side), getattr(self, f"{side}_half"))

    @property
    def is_ratio(self) -> bool:
        return self.change is not None and self.change.method == Method.RATIO

    @cached_property
    def standing(self) -> Standing:
        """Whether the interval says that the sides differ: moved, within; or why there is none to ask."""
        if self.alone:
            return "alone"
        if self.exact:
            return "exact"
        found, same = self.change, 1.0 if self.is_ratio else 0.0
        if found is None or found.reason not in (
            Reason.NONE,
            Reason.NO_SPREAD,
        ):  # one seed, or a mean that is not finite
            return "unknown"
        scale = 1.0 if self.is_ratio else max(abs(self.old or 0.0), abs(self.new or 0.0))
        if abs(found.value - same) <= PRECISION * scale:
            return "within"
        if found.reason:  # every seed differs by the same
            return "exact"
        return "within" if found.low <= same <= found.high else "moved"

    @property
    def moved(self) -> bool:
        return self.standing == "moved"

    @property
    def strength(self) -> float:
        """How far the change lies from none, in half widths of its interval (on the scale of logarithms for a ratio)."""
        found = self.change
        if found is None or found.reason or found.high == found.low:
            return 0.0
        value, low, high = (estimates.scale(number, self.is_ratio) for number in (found.value, found.low, found.high))
        return abs(value) / (high - low) * 2


def of_both(old: Side, new: Side) -> Iterator[Metric]:
    """Every metric that a side has: in the new side's order, then what it no longer has."""
    for experiment in {**new.metrics, **old.metrics}:
        before, after = old.metrics.get(experiment, {}), new.metrics.get(experiment, {})
        for variant in {**after, **before}:
            a, b = before.get(variant, {}), after.get(variant, {})
            for name in {**b, **a}:
                names = (experiment, variant, name)
                yield _metric(names, a, b, old.over_seeds(*names), new.over_seeds(*names))


def _metric(
    names: tuple[str, str, str],
    old_means: dict[str, float | None],
    new_means: dict[str, float | None],
    old: np.ndarray | None,
    new: np.ndarray | None,
) -> Metric:
    name, change, same = names[2], None, False
    if old is None and new is None:
        a, b = old_means.get(name), new_means.get(name)
        same = a is not None and b is not None and math.isclose(a, b, rel_tol=LAST_DIGIT)
    elif old is not None and new is not None:
        same = agree(old, new)
        change = None if same else _change(old, new, ".".join(names))
    return Metric(
        *names,
        _mean(old_means.get(name), old),
        _mean(new_means.get(name), new),
        _half_width(old),
        _half_width(new),
        change,
        exact=old is None and new is None,
        alone=(name in old_means) != (name in new_means),
        same=same,
    )


def _mean(kept: float | None, seeds: np.ndarray | None) -> float | None:
    """The mean as it was kept, which has no word for one that is not finite."""
    return sum(seeds.tolist()) if kept is None and seeds is not None else kept


def agree(old: np.ndarray, new: np.ndarray) -> bool:
    """Whether all values are the same, as far as metrics are printed."""
    return old.shape == new.shape and np.allclose(old, new, rtol=PRECISION, atol=0.0, equal_nan=True)


def _change(old: np.ndarray, new: np.ndarray, key: str) -> estimates.Estimate:
    """Of the seeds that both sides have, in pairs: the mean difference, or the geometric mean of the ratios where all
    values are positive and differ by orders of magnitude, as errors do. Which of the two is decided by the values of both
    sides together, whichever side each is of, so the choice favours no side."""
    n = min(len(old), len(new))
    old, new = old[:n], new[:n]
    rng = generator("comparison", 0, key)
    values = np.concatenate([old, new])
    if np.isfinite(values).all() and values.min() > 0 and values.max() / values.min() >= RATIO_FROM:
        return estimates.ratio_estimate(new, old, estimates.LEVEL, rng)
    with np.errstate(invalid="ignore"):  # of two seeds that never got there
        differences = new - old
    return estimates.mean_estimate(differences, estimates.LEVEL, rng)


def _half_width(seeds: np.ndarray | None) -> float:
    return math.nan if seeds is None else estimates.mean_interval(seeds).half_width
