"""What a claim can say of the metrics: predicates over seeds, and the comparisons that they are made of.

Every comparison is one estimate with an interval and the bounds between which the claim wants it. The interval alone
decides (docs/claims.md): inside the bounds the claim is supported, outside it is contradicted, across it is undecided;
within what does not matter it is equal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count, pairwise

import numpy as np

from ronkyo.claims import estimates, kept
from ronkyo.claims.estimates import Estimate
from ronkyo.claims.metrics import Metrics, split
from ronkyo.claims.quantity import Kind, Quantity
from ronkyo.claims.verdicts import Comparison, Verdict, agreed, every

Compare = Callable[[float], Comparison]  # makes a comparison once its two-sided level is known


@dataclass(frozen=True)
class Predicate:
    """Comparisons still to be made. Those of one part are kinds of evidence that must agree; every part must hold."""

    parts: tuple[tuple[Compare, ...], ...]

    @property
    def places(self) -> list[list[int]]:
        """Of each part its comparisons' places among all."""
        left = count()
        return [[next(left) for _ in part] for part in self.parts]

    def verdict(self, verdicts: Sequence[Verdict]) -> Verdict:
        """From those of its comparisons."""
        return every([agreed([verdicts[place] for place in part]) for part in self.places])

    def decide(self, alpha: float = estimates.ALPHA) -> tuple[Verdict, list[Comparison]]:
        """alpha: how often, at most, a claim is decided about differences that do not exist, over all its planned looks."""
        comparisons = self.compare(alpha)
        return self.verdict([comparison.verdict for comparison in comparisons]), comparisons

    def compare(self, alpha: float = estimates.ALPHA) -> list[Comparison]:
        """Bonferroni: of k parts in one claim each is decided at alpha / k, and at the level of a look at that. What must agree
        to decide needs no share of its own (Berger 1982)."""
        return [compare(alpha / len(self.parts)) for part in self.parts for compare in part]


def all_of(*predicates: Predicate) -> Predicate:
    """Each of the predicates holds."""
    if not predicates or not all(isinstance(part, Predicate) for part in predicates):
        raise ValueError(f"all_of: expected predicates such as higher(…), found {predicates!r}")
    return Predicate(tuple(part for predicate in predicates for part in predicate.parts))


class Predicates:
    """What a template or a script can claim of metrics. A metric is "experiment.variant.metric"; an unknown one is a
    ValueError that lists the known names and the nearest."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics

    def table(self) -> dict[str, Callable[..., Predicate]]:
        names = ("higher", "lower", "equal", "highest", "lowest", "increasing", "decreasing", "share", "more_often")
        return {name: getattr(self, name) for name in (*names, "exact")} | {"all_of": all_of}

    def higher(
        self,
        metric: str,
        than: str | float,
        margin: float = 0,
        ratio: bool = False,
        over: str = "seeds",
        matters: float | None = None,
    ) -> Predicate:
        """metric > than + margin, paired; with ratio=True metric / than > 1 + margin. `than`: a metric of the same
        experiment, a constant, or a number. over="items": paired over test items instead of seeds; "both": each must
        say so. matters: the smallest difference (ratio > 1) that matters, else the metric's. Two constants are compared
        as they are."""
        if ratio and not margin >= 0:
            raise ValueError(f"margin: expected a number ≥ 0 for a ratio, found {margin!r}")
        return self._compare(metric, than, ratio, over, (_equality(ratio) + margin, math.inf), matters)

    def lower(
        self,
        metric: str,
        than: str | float,
        margin: float = 0,
        ratio: bool = False,
        over: str = "seeds",
        matters: float | None = None,
    ) -> Predicate:
        """metric < than - margin; with ratio=True metric / than < 1 - margin. The rest as for `higher`."""
        if ratio and not 0 <= margin < 1:  # no ratio of positive numbers is below zero
            raise ValueError(f"margin: expected a number from 0 to below 1 for a ratio, found {margin!r}")
        return self._compare(metric, than, ratio, over, (-math.inf, _equality(ratio) - margin), matters)

    def equal(self, metric: str, to: str | float, within: float) -> Predicate:
        """|metric - to| < within: equivalence, not the absence of a difference."""
        return self._one(Quantity(Kind.DIFFERENCE, metric, to), (-_positive("within", within), within))

    def highest(
        self,
        metric: str,
        among: Sequence[str] | None = None,
        ratio: bool = False,
        over: str = "seeds",
        matters: float | None = None,
    ) -> Predicate:
        """The variant's metric is higher than that of every other variant (or of those named)."""
        return all_of(*(self.higher(metric, other, 0, ratio, over, matters) for other in self._family(metric, among)))

    def lowest(
        self,
        metric: str,
        among: Sequence[str] | None = None,
        ratio: bool = False,
        over: str = "seeds",
        matters: float | None = None,
    ) -> Predicate:
        """The variant's metric is lower than that of every other variant (or of those named)."""
        return all_of(*(self.lower(metric, other, 0, ratio, over, matters) for other in self._family(metric, among)))

    def increasing(
        self,
        experiment: str,
        metric: str,
        along: str,
        variants: Sequence[str],
        ratio: bool = False,
        matters: float | None = None,
    ) -> Predicate:
        """From each variant to the next, in the order of the parameter `along`, the metric rises."""
        steps = self._steps(experiment, metric, along, variants)
        return all_of(*(self.higher(after, before, ratio=ratio, matters=matters) for before, after in steps))

    def decreasing(
        self,
        experiment: str,
        metric: str,
        along: str,
        variants: Sequence[str],
        ratio: bool = False,
        matters: float | None = None,
    ) -> Predicate:
        """From each variant to the next, in the order of the parameter `along`, the metric falls."""
        steps = self._steps(experiment, metric, along, variants)
        return all_of(*(self.lower(after, before, ratio=ratio, matters=matters) for before, after in steps))

    def share(self, metric: str, more_than: float | None = None, less_than: float | None = None) -> Predicate:
        """The share of seeds in which a metric of zeros and ones (converged, diverged, …) is one."""
        given = [bound for bound in (more_than, less_than) if bound is not None]
        if len(given) != 1:
            raise ValueError("share: expected one of more_than=… and less_than=…")
        if not 0 < given[0] < 1:
            raise ValueError(f"share: expected a bound between 0 and 1, found {given[0]!r}")
        bounds = (-math.inf if more_than is None else more_than, math.inf if less_than is None else less_than)
        return self._one(Quantity(Kind.SHARE, metric), bounds)

    def more_often(self, metric: str, than: str) -> Predicate:
        """Of the seeds in which one of two metrics of zeros and ones is one and the other is not, the first is one in
        more than half: McNemar's exact test."""
        return self._one(Quantity(Kind.DISCORDANT, metric, than), (0.5, math.inf))

    def exact(self, constant: str, equals: str | float, tolerance: float = 1e-6) -> Predicate:
        """Two computed numbers agree but for rounding (constants are kept to six digits): their difference is within
        tolerance · max(1, |equals|). Nothing is estimated, n is 0."""
        self.metrics.number(constant)  # a metric over seeds is estimated, never exact
        expected = self._number(equals)
        within = _positive("tolerance", tolerance) * max(1.0, abs(expected))
        return self._one(Quantity(Kind.DIFFERENCE, constant, equals), (-within, within))

    # -- what they are made of ----------------------------------------------------------------------------------------

    def _compare(
        self,
        metric: str,
        than: str | float,
        ratio: bool,
        over: str,
        bounds: tuple[float, float],
        matters: float | None,
    ) -> Predicate:
        if over not in ("seeds", "items", "both"):
            raise ValueError(f"over: expected seeds, items or both, found {over!r}")
        if matters is not None and not matters > _equality(ratio):
            raise ValueError(f"matters: expected a number > {_equality(ratio):g}, found {matters!r}")
        kind = Kind.RATIO if ratio else Kind.DIFFERENCE
        if matters is None and isinstance(metric, str) and self.metrics.is_metric(metric):
            matters = self.metrics.matters(metric, ratio)
        kinds = ("seeds", "items") if over == "both" else (over,)
        return Predicate((tuple(self.comparison(Quantity(kind, metric, than, one), bounds, matters) for one in kinds),))

    def _one(self, quantity: Quantity, bounds: tuple[float, float]) -> Predicate:
        return Predicate(((self.comparison(quantity, bounds),),))

    def comparison(self, quantity: Quantity, bounds: tuple[float, float], matters: float | None = None) -> Compare:
        """That a quantity lies between bounds. It is named after the variant that the metric is compared with, or else after
        its own."""
        estimate, seeds = self._estimate(quantity)
        keys = [key for key in (quantity.metric, quantity.other) if isinstance(key, str)]
        evidence = tuple(dict.fromkeys(self.metrics.evidence(key, quantity.over) for key in keys))
        key = keys[-1] if self.metrics.is_metric(keys[-1]) else keys[0]
        experiment, name, _ = split(key)
        looks: tuple[int, ...] = ()
        if self.metrics.is_metric(key):
            name, looks = self.metrics.label(experiment, name), self.metrics.looks(experiment)

        def compare(alpha: float) -> Comparison:
            level = 1 - kept.look_alpha(looks, alpha)
            return Comparison(quantity, name, *bounds, estimate(level), level, evidence, looks, matters, seeds)

        return compare

    def _estimate(self, quantity: Quantity) -> tuple[Callable[[float], Estimate], int]:
        """How a quantity is estimated at a level, and of how many seeds: 0 where more seeds would add nothing."""
        metric, than, ratio = quantity.metric, quantity.other, quantity.kind == Kind.RATIO
        if not isinstance(metric, str):
            raise ValueError(f"expected a metric (experiment.variant.metric) or a constant, found {metric!r}")
        if quantity.kind == Kind.SHARE:
            hits = self.metrics.over_seeds(metric)
            return partial(kept.estimate, quantity.kind, hits, None), len(hits)
        assert than is not None
        discordant = quantity.kind == Kind.DISCORDANT
        other = than if isinstance(than, str) and (discordant or self.metrics.is_metric(than)) else None
        if not (discordant or self.metrics.is_metric(metric)):
            if other:
                raise ValueError(f"{metric}: expected a metric over seeds to compare with {other}, found a constant")
            distance = _distance(self.metrics.number(metric), self._number(than), ratio)
            return lambda level: estimates.computed(distance), 0
        if other:
            _same_experiment(metric, other)
        values = self.metrics.over_seeds if quantity.over == "seeds" else self._over_items
        a = values(metric)
        a, b = _pairs(a, values(other) if other else np.full(len(a), self._number(than)))
        return partial(kept.estimate, quantity.kind, a, b), len(a) if discordant or quantity.over == "seeds" else 0

    def _over_items(self, key: str) -> np.ndarray:
        """A metric of every test item, or the mean of every group of items where the data name groups."""
        values = self.metrics.over_items(key)
        groups = self.metrics.groups(split(key)[0])
        if groups is None:
            return values
        if len(groups) != len(values):
            raise ValueError(f"{key}: expected a group for each of the {len(values)} items, found {len(groups)}")
        return np.array([np.mean(values[groups == group]) for group in dict.fromkeys(groups.tolist())])

    def _number(self, than: str | float) -> float:
        return self.metrics.number(than) if isinstance(than, str) else float(than)

    def _family(self, metric: str, among: Sequence[str] | None) -> list[str]:
        self.metrics.over_seeds(metric)
        experiment, variant, name = split(metric)
        family = self.metrics.variants(experiment) if among is None else among
        others = [other for other in family if other != variant]
        if not others:
            raise ValueError(f"{metric}: expected other variants to compare with, found none")
        return [f"{experiment}.{other}.{name}" for other in others]

    def _steps(self, experiment: str, metric: str, along: str, variants: Sequence[str]) -> Iterator[tuple[str, str]]:
        """The metric of each variant and of the next, in the order of the parameter `along`."""
        if len(variants) < 2:
            raise ValueError(f"variants: expected two or more, found {', '.join(variants) or 'none'}")
        steps = [self.metrics.setting(f"{experiment}.variants.{variant}.{along}") for variant in variants]
        if any(after <= before for before, after in pairwise(steps)):
            raise ValueError(f"variants: expected {along} to rise along them, found {', '.join(map(str, steps))}")
        return pairwise(f"{experiment}.{variant}.{metric}" for variant in variants)


def _equality(ratio: bool) -> float:
    """The difference or the ratio of equals."""
    return 1.0 if ratio else 0.0


def _distance(a: float, b: float, ratio: bool) -> float:
    if not ratio:
        return a - b
    return a / b if b else math.nan


def _pairs(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What both have: a variant's seeds are the first ones."""
    both = min(len(a), len(b))
    return a[:both], b[:both]


def _same_experiment(metric: str, than: str) -> None:
    if metric.split(".")[0] != than.split(".")[0]:
        raise ValueError(f"{metric}, {than}: expected metrics of one experiment, whose seeds make pairs")


def _positive(name: str, value: float) -> float:
    if not value > 0:
        raise ValueError(f"{name}: expected a number > 0, found {value!r}")
    return value
