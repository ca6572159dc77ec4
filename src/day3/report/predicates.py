"""What a claim can say of the metrics: predicates over seeds, their comparisons, and how a verdict comes out of them.

Every comparison is one estimate with an interval and the bounds between which the claim wants it. The interval alone
decides (docs/claims.md): inside the bounds the claim is supported, outside it is contradicted, across it is undecided.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from day3 import results, runs, statistics
from day3.report.values import Values
from day3.statistics import Estimate


class Verdict(StrEnum):
    SUPPORTED = "supported"
    UNDECIDED = "undecided"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Comparison:
    """One estimate that a claim rests on: it says that the value lies between `low` and `high`."""

    quantity: str  # what is estimated, in metrics' names: "a - b", "a / b", "share of a"
    name: str  # what tells it from its siblings, as a reader knows it: the label of the other variant, or of its own
    low: float
    high: float
    estimate: Estimate
    level: float
    evidence: Path

    @property
    def verdict(self) -> Verdict:
        found = self.estimate
        if found.reason:
            return Verdict.UNDECIDED
        if self.low < found.low and found.high < self.high:
            return Verdict.SUPPORTED
        if found.high < self.low or self.high < found.low:
            return Verdict.CONTRADICTED
        return Verdict.UNDECIDED

    @property
    def bound(self) -> float:
        """The bound that is nearer to the value: where the verdict would turn."""
        return min((self.low, self.high), key=lambda bound: abs(bound - self.estimate.value))

    @property
    def clearance(self) -> float:
        """How far the value is from that bound, in half widths of the interval; below 1 nothing is decided."""
        half = (self.estimate.high - self.estimate.low) / 2
        distance = abs(self.estimate.value - self.bound)
        return distance / half if half else math.copysign(math.inf, distance)


@dataclass(frozen=True)
class Predicate:
    """Comparisons still to be made, each once its confidence level is known, and how their verdicts combine."""

    comparisons: tuple[Callable[[float], Comparison], ...]
    verdict: Callable[[Sequence[Verdict]], Verdict]

    def decide(self) -> tuple[Verdict, list[Comparison]]:
        """Bonferroni: k comparisons in one claim are each made at the level 1 - (1 - LEVEL) / k."""
        level = 1 - (1 - statistics.LEVEL) / len(self.comparisons)
        made = [compare(level) for compare in self.comparisons]
        return self.verdict([comparison.verdict for comparison in made]), made


def every(verdicts: Sequence[Verdict]) -> Verdict:
    """Kleene's three-valued "and": one contradicted part contradicts the whole, one undecided part leaves it open."""
    if Verdict.CONTRADICTED in verdicts:
        return Verdict.CONTRADICTED
    return Verdict.UNDECIDED if Verdict.UNDECIDED in verdicts else Verdict.SUPPORTED


def all_of(*predicates: Predicate) -> Predicate:
    """Each of the predicates holds."""
    if not predicates:
        raise ValueError("all_of: expected predicates, found none")

    def verdict(verdicts: Sequence[Verdict]) -> Verdict:
        left = iter(verdicts)
        return every([one.verdict([next(left) for _ in one.comparisons]) for one in predicates])

    return Predicate(tuple(compare for one in predicates for compare in one.comparisons), verdict)


class Predicates:
    """The predicates that a template can call. A metric is "experiment.variant.metric"; an unknown one is a ValueError
    that lists the known names and the nearest."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def table(self) -> dict[str, Callable[..., Predicate]]:
        names = ("higher", "lower", "equal", "highest", "lowest", "increasing", "decreasing", "share", "more_often")
        return {name: getattr(self, name) for name in (*names, "exact")} | {"all_of": all_of}

    def higher(
        self, metric: str, than: str | float, margin: float = 0, ratio: bool = False, over: str = "seeds"
    ) -> Predicate:
        """metric > than + margin, paired; with ratio=True metric / than > 1 + margin. `than`: a metric of the same
        experiment, a constant, or a number. over="items": paired over test items instead of seeds."""
        return self._compare(metric, than, ratio, over, (margin + ratio, math.inf))

    def lower(
        self, metric: str, than: str | float, margin: float = 0, ratio: bool = False, over: str = "seeds"
    ) -> Predicate:
        """metric < than - margin; with ratio=True metric / than < 1 - margin."""
        return self._compare(metric, than, ratio, over, (-math.inf, ratio - margin))

    def equal(self, metric: str, to: str | float, within: float) -> Predicate:
        """|metric - to| < within: equivalence, not the absence of a difference."""
        return self._compare(metric, to, False, "seeds", (-_positive("within", within), within))

    def highest(
        self, metric: str, among: Sequence[str] | None = None, ratio: bool = False, over: str = "seeds"
    ) -> Predicate:
        """The variant's metric is higher than that of every other variant (or of those named)."""
        return all_of(*(self.higher(metric, other, 0, ratio, over) for other in self._family(metric, among)))

    def lowest(
        self, metric: str, among: Sequence[str] | None = None, ratio: bool = False, over: str = "seeds"
    ) -> Predicate:
        """The variant's metric is lower than that of every other variant (or of those named)."""
        return all_of(*(self.lower(metric, other, 0, ratio, over) for other in self._family(metric, among)))

    def increasing(self, experiment: str, metric: str, along: str, variants: Sequence[str]) -> Predicate:
        """From each variant to the next, in the order of the parameter `along`, the metric rises."""
        keys = self._ordered(experiment, metric, along, variants)
        return all_of(*(self.higher(after, before) for before, after in zip(keys, keys[1:], strict=False)))

    def decreasing(self, experiment: str, metric: str, along: str, variants: Sequence[str]) -> Predicate:
        """From each variant to the next, in the order of the parameter `along`, the metric falls."""
        keys = self._ordered(experiment, metric, along, variants)
        return all_of(*(self.lower(after, before) for before, after in zip(keys, keys[1:], strict=False)))

    def share(self, metric: str, more_than: float | None = None, less_than: float | None = None) -> Predicate:
        """The share of seeds in which a metric of zeros and ones (converged, diverged, …) is one."""
        if (more_than is None) == (less_than is None):
            raise ValueError("share: expected one of more_than=… and less_than=…")
        bounds = (-math.inf if more_than is None else more_than, math.inf if less_than is None else less_than)

        def estimate(level: float) -> Estimate:
            return statistics.share_estimate(self.values.over_seeds(metric), level)

        self.values.over_seeds(metric)
        return self._predicate(f"share of {metric}", metric, bounds, estimate)

    def more_often(self, metric: str, than: str) -> Predicate:
        """Of the seeds in which one of two metrics of zeros and ones is one and the other is not, the first is one in
        more than half: McNemar's exact test."""
        a, b = self._pair(metric, than)

        def estimate(level: float) -> Estimate:
            return statistics.share_estimate(a[a != b], level)

        return self._predicate(f"{metric} rather than {than}", metric, (0.5, math.inf), estimate)

    def exact(self, constant: str, equals: str | float, tolerance: float = 1e-9) -> Predicate:
        """Two computed numbers agree up to rounding: nothing is estimated, n is 0. Constants only."""
        found, expected = self.values.number(constant), self._number(equals)

        def estimate(level: float) -> Estimate:
            difference = found - expected
            reason = "" if math.isfinite(difference) else "not finite"
            return Estimate(difference, difference, difference, 0, math.nan, "exact", reason)

        bounds = (-_positive("tolerance", tolerance), tolerance)
        return self._predicate(f"{constant} - {equals}", constant, bounds, estimate)

    # -- what they are made of ----------------------------------------------------------------------------------------

    def _compare(
        self, metric: str, than: str | float, ratio: bool, over: str, bounds: tuple[float, float]
    ) -> Predicate:
        if over not in ("seeds", "items"):
            raise ValueError(f"over: expected seeds or items, found {over!r}")
        values = self.values.over_seeds if over == "seeds" else self.values.over_items
        a, other = values(metric), than if isinstance(than, str) and self.values.is_metric(than) else None
        if other:
            _same_experiment(metric, other)
        b = values(other) if other else self._number(than)
        quantity = f"{metric} {'/' if ratio else '-'} {than}{' over items' if over == 'items' else ''}"

        def estimate(level: float) -> Estimate:
            rng = runs.generator("claims", 0, quantity)
            if ratio:
                return statistics.ratio_estimate(a, b, level, rng)
            with np.errstate(invalid="ignore"):  # inf - inf: never and never
                return statistics.mean_estimate(a - b, level, rng)

        return self._predicate(quantity, other or metric, bounds, estimate, over)

    def _predicate(
        self,
        quantity: str,
        named: str,
        bounds: tuple[float, float],
        estimate: Callable[[float], Estimate],
        over: str = "seeds",
    ) -> Predicate:
        experiment, name, _ = named.split(".", 2)
        if self.values.is_metric(named):
            name = str(self.values.label(experiment, name))
            file = results.items_file(experiment) if over == "items" else results.seeds_file(experiment)
        else:
            file = results.metrics_file(experiment)

        def compare(level: float) -> Comparison:
            return Comparison(quantity, name, *bounds, estimate(level), level, file)

        return Predicate((compare,), every)

    def _pair(self, metric: str, than: str) -> tuple[np.ndarray, np.ndarray]:
        _same_experiment(metric, than)
        return self.values.over_seeds(metric), self.values.over_seeds(than)

    def _number(self, than: str | float) -> float:
        return self.values.number(than) if isinstance(than, str) else float(than)

    def _family(self, metric: str, among: Sequence[str] | None) -> list[str]:
        self.values.over_seeds(metric)
        experiment, variant, name = metric.split(".", 2)
        others = [other for other in (among or self.values.variants(experiment)) if other != variant]
        if not others:
            raise ValueError(f"{metric}: expected other variants to compare with, found none")
        return [f"{experiment}.{other}.{name}" for other in others]

    def _ordered(self, experiment: str, metric: str, along: str, variants: Sequence[str]) -> list[str]:
        if len(variants) < 2:
            raise ValueError(f"variants: expected two or more, found {', '.join(variants) or 'none'}")
        steps = [self.values.setting(f"{experiment}.variants.{variant}.{along}") for variant in variants]
        if any(after <= before for before, after in zip(steps, steps[1:], strict=False)):
            raise ValueError(f"variants: expected {along} to rise along them, found {', '.join(map(str, steps))}")
        return [f"{experiment}.{variant}.{metric}" for variant in variants]


def decisive(verdict: Verdict, comparisons: Sequence[Comparison]) -> Comparison:
    """The comparison that a claim's verdict hangs on: the narrowest support, the widest gap, the clearest doubt."""
    having = [one for one in comparisons if one.verdict == verdict] or list(comparisons)

    def clearance(one: Comparison) -> float:
        return -1.0 if math.isnan(one.clearance) else one.clearance

    return max(having, key=clearance) if verdict == Verdict.CONTRADICTED else min(having, key=clearance)


def of_verdict(verdict: Verdict, comparisons: Sequence[Comparison]) -> Iterator[str]:
    return (one.name for one in comparisons if one.verdict == verdict)


def _same_experiment(metric: str, than: str) -> None:
    if metric.split(".")[0] != than.split(".")[0]:
        raise ValueError(f"{metric}, {than}: expected metrics of one experiment, whose seeds make pairs")


def _positive(name: str, value: float) -> float:
    if not value > 0:
        raise ValueError(f"{name}: expected a number > 0, found {value!r}")
    return value
