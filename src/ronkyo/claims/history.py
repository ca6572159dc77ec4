"""Looks: at how many seeds each claim was looked at, kept in the ledger from one report to the next.

Whoever adds seeds because a claim is undecided has looked before. That is sound where the looks were planned, since their
level then holds for all of them together (looks.py), and is told where they were not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ronkyo.claims import estimates, kept
from ronkyo.claims.metrics import Metrics
from ronkyo.claims.quantity import Kind, Quantity
from ronkyo.claims.verdicts import Comparison
from ronkyo.numbers import six_digits


@dataclass(frozen=True)
class Look:
    """A claim was looked at when n seeds were there."""

    n: int
    value: float | None  # what these seeds gave, an estimate of the claim: other seeds are known by it
    level: float  # of a claim of one comparison
    plan: str | None  # the commit in which the plan was first written, as known when the look was taken
    matters: tuple[float | None, ...] | None = None  # to its comparisons, each once; None where it was not recorded

    @staticmethod
    def read(row: Mapping[str, Any]) -> Look:
        """As the ledger keeps it. Raises TypeError for another row."""
        look = Look(**row)
        return look if look.matters is None else replace(look, matters=tuple(look.matters))

    @property
    def row(self) -> dict[str, Any]:
        """As the ledger keeps it: without what was not recorded."""
        return {name: value for name, value in asdict(self).items() if name != "matters" or value is not None}


class History:
    """Of every claim the looks that were recorded; commit: the one in which a plan of an experiment was first written, if
    that is known."""

    def __init__(
        self,
        metrics: Metrics,
        recorded: Mapping[str, Sequence[Look]],
        commit: Callable[[str, Sequence[int]], str | None] = lambda experiment, plan: None,
    ) -> None:
        self._metrics, self._recorded, self._commit = metrics, recorded, commit

    def of(self, claim: str, comparisons: Sequence[Comparison]) -> tuple[tuple[Look, ...], int]:
        """The looks taken at a claim's seeds, with today's; and how many they are where one was not of the present plan, or
        something else mattered then, else 0. A claim that rests on no seeds has none.

        A recorded look counts if its seeds still give its value, or, where they are no longer there, if another one does;
        else it was of another experiment. Planned looks count as taken once there are so many seeds.
        """
        parts: dict[str, list[Comparison]] = {}
        for part in comparisons:
            if part.seeds:
                parts.setdefault(part.quantity.metric.split(".")[0], []).append(part)
        recorded = self._recorded.get(claim, ())
        own = {
            name: [look for look in recorded if look.value in self._estimates(those, look.n)]
            for name, those in parts.items()
        }
        looks: list[Look] = []
        uncorrected = 0
        for experiment, those in parts.items():
            most = max(part.seeds for part in those)
            plan = those[0].looks or (most,)
            level = round(1 - kept.look_alpha(plan, estimates.ALPHA), 6)
            others = [look for name, theirs in own.items() if name != experiment for look in theirs]
            beyond = [look for look in recorded if look.n > most and look not in others] if own[experiment] else []
            taken = own[experiment] + beyond
            matters = tuple(sorted({part.matters for part in those}, key=lambda size: size or 0))
            for n in (*(n for n in plan if n < most), most):
                same = [look for look in taken if (look.n, look.level) == (n, level)]
                if not any(n < most or (look.matters or matters) == matters for look in same):
                    taken.append(Look(n, self._estimates(those, n)[0], level, self._commit(experiment, plan), matters))
            count = len({(look.n, look.matters or matters) for look in taken})
            planned = all(
                look.n in plan and look.level == level and (look.matters or matters) == matters for look in taken
            )
            if count > 1 and not planned:
                uncorrected = max(uncorrected, count)
            looks += [look for look in sorted(taken, key=lambda look: look.n) if look not in looks]
        return tuple(looks), uncorrected

    def _estimates(self, parts: Sequence[Comparison], n: int) -> list[float | None]:
        """Of the comparisons that have so many seeds."""
        values = [(part.quantity.kind, self._values(part.quantity)) for part in parts if part.seeds >= n]
        return [_estimate(kind, those[:n]) for kind, those in values]

    def _values(self, quantity: Quantity) -> np.ndarray:
        """What a quantity is the mean of: (n_seeds,) differences, logarithms of ratios, or zeros and ones; of two metrics that
        are compared by how often they are one, both, (n_seeds, 2)."""
        a, other = self._metrics.over_seeds(quantity.metric), quantity.other
        if quantity.kind == Kind.SHARE:
            return a
        if isinstance(other, str) and self._metrics.is_metric(other):
            b = self._metrics.over_seeds(other)
            n = min(len(a), len(b))
            a, b = a[:n], b[:n]
        else:
            b = self._metrics.number(other) if isinstance(other, str) else np.float64(other or 0)
        if quantity.kind == Kind.DISCORDANT:
            return np.stack([a, b], axis=1)
        with np.errstate(all="ignore"):
            return np.log(a / b) if quantity.kind == Kind.RATIO else a - b


def _estimate(kind: Kind, values: np.ndarray) -> float | None:
    """The estimate of a quantity to six digits; None where there is none."""
    if kind == Kind.DISCORDANT:
        values = values[values[:, 0] != values[:, 1], 0]
    with np.errstate(all="ignore"):
        mean = float(np.mean(values)) if len(values) else np.nan
        return six_digits(float(np.exp(mean)) if kind == Kind.RATIO else mean)
