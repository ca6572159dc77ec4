"""A comparison, the verdict that its interval gives, what would turn it, and how the verdicts of several combine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ronkyo.claims.estimates import Estimate, scale
from ronkyo.claims.quantity import Kind, Quantity

TOUCH = 1e-9  # of an interval's width, or of a ratio: what rounding may do to its ends
LARGEST = 700.0  # logarithm of a ratio: beyond it, a ratio is no number of a computer's
CLOSE = 0.1  # half widths of an interval: a verdict that hangs on less is a close one


class Verdict(StrEnum):
    SUPPORTED = "supported"
    EQUAL = "equal"  # for all that matters
    UNDECIDED = "undecided"
    CONTRADICTED = "contradicted"


class Turn(NamedTuple):
    """The smallest movement of an interval that gives another verdict."""

    move: float  # signed, on the scale of the comparison: of logarithms for a ratio; nan where nothing turns it
    bound: float  # what an end then reaches
    end: float  # that end, where it is now
    verdict: Verdict  # the one beyond


NO_TURN = Turn(math.nan, math.nan, math.nan, Verdict.UNDECIDED)


@dataclass(frozen=True)
class Comparison:
    """One estimate that a claim rests on: it says that the value lies between `low` and `high`."""

    quantity: Quantity
    name: str  # what tells it from its siblings, as a reader knows it: the label of the other variant, or of its own
    low: float
    high: float
    estimate: Estimate
    level: float  # of its interval: what several comparisons in a claim and several looks leave of the claim's
    evidence: tuple[str, ...]  # where the metrics are kept
    looks: tuple[int, ...] = ()  # planned numbers of seeds
    matters: float | None = None  # the smallest difference, or ratio > 1, that matters
    seeds: int = 0  # that it is made of; 0 where more seeds would add no value to it: items, constants

    @cached_property
    def verdict(self) -> Verdict:
        estimate = self.estimate
        return Verdict.UNDECIDED if estimate.reason else Verdict(str(self.verdicts(estimate.low, estimate.high)))

    def verdicts(self, low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
        """The verdicts of intervals, as text: the shape of low and of high. An end that is on a bound but for rounding has not
        passed it."""

        def touch(bound: float) -> np.ndarray | float:
            if math.isinf(bound):
                return 0.0
            return TOUCH * (abs(bound) if self.quantity.kind == Kind.RATIO else high - low)

        def within(least: float, most: float) -> np.ndarray | bool:
            return (least + touch(least) < low) & (high < most - touch(most))

        equal = np.zeros(np.shape(low), bool) if self.matters is None else within(self._least, self.matters)
        contradicted = (high < self.low - touch(self.low)) | (self.high + touch(self.high) < low)
        decided = {
            Verdict.EQUAL: equal,
            Verdict.SUPPORTED: within(self.low, self.high),
            Verdict.CONTRADICTED: contradicted,
        }
        return np.select(list(decided.values()), [str(verdict) for verdict in decided], str(Verdict.UNDECIDED))

    @property
    def bounds(self) -> list[float]:
        """Where a verdict may turn: the ends of what is claimed, and of what does not matter."""
        return [self.low, self.high, *([] if self.matters is None else [self._least, self.matters])]

    @cached_property
    def turn(self) -> Turn:
        """What would turn the verdict. The interval moves and keeps its width on the scale of the comparison."""
        if self.estimate.reason:
            return NO_TURN
        ends = [self.estimate.low, self.estimate.high]
        verdict = self.verdict
        turns = [
            Turn(self.on_scale(bound) - self.on_scale(end), bound, end, verdict)
            for bound in self.bounds
            for end in ends
        ]
        turns = sorted({turn for turn in turns if math.isfinite(turn.move)}, key=lambda turn: abs(turn.move))
        nearest = [
            turn for way in (1, -1) if (turn := self._first([turn for turn in turns if turn.move * way >= 0], way))
        ]
        return min(nearest, key=lambda turn: abs(turn.move), default=NO_TURN)

    def _first(self, turns: Sequence[Turn], way: int) -> Turn | None:
        """The first of these movements, all in one direction, beyond which the verdict is another."""
        stops = [*(turn.move for turn in turns[1:]), 0.0]
        for turn, stop in zip(turns, stops, strict=False):
            beyond = (turn.move + stop) / 2 if stop else turn.move + way * (1 + abs(turn.move))
            if turn.move != beyond and (verdict := self.moved(beyond)) != self.verdict:
                return turn._replace(verdict=verdict)
        return None

    def moved(self, by: float) -> Verdict:
        """The verdict if the interval were moved, on the scale of the comparison."""
        low, high = self.estimate.low, self.estimate.high
        if self.quantity.kind == Kind.RATIO:
            low, high = (factor(self.on_scale(end) + by) for end in (low, high))
        else:
            low, high = low + by, high + by
        return Verdict(str(self.verdicts(low, high)))

    @property
    def clearance(self) -> float:
        """How many half widths the interval would have to move to turn the verdict, on the scale of the comparison (a
        ratio's is that of logarithms); below 0 where nothing is decided, nan where there is no interval."""
        distance = abs(self.turn.move)
        ratio = distance / self.half_width if self.half_width else math.inf
        return -ratio if self.verdict == Verdict.UNDECIDED else ratio

    @property
    def half_width(self) -> float:
        """Of the interval, on the scale of the comparison; nan where there is none."""
        return (self.on_scale(self.estimate.high) - self.on_scale(self.estimate.low)) / 2

    @property
    def bound(self) -> float:
        """What the value is claimed to lie beyond; of a claim to two sides, the lower."""
        return self.low if math.isfinite(self.low) else self.high

    @property
    def two_sided(self) -> bool:
        """Whether the value is claimed to lie within ± a number."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def equality(self) -> float:
        """The difference or the ratio of equals."""
        return 1.0 if self.quantity.kind == Kind.RATIO else 0.0

    @property
    def _least(self) -> float:
        """The lower bound of what does not matter."""
        assert self.matters is not None
        return 1 / self.matters if self.quantity.kind == Kind.RATIO else -self.matters

    def on_scale(self, value: float) -> float:
        """Where a value stands on the scale of the comparison: a ratio's is logarithmic."""
        return scale(value, self.quantity.kind == Kind.RATIO)


def factor(logarithm: float) -> float:
    """The ratio of a logarithm; the largest that there is for what lies beyond."""
    return math.exp(min(logarithm, LARGEST))


def every(verdicts: Sequence[Verdict]) -> Verdict:
    """All parts hold, Kleene's three-valued "and" with a fourth value: one contradicted part contradicts the whole; else
    one part that is equal for all that matters makes it equal; else one undecided part leaves it open."""
    for verdict in (Verdict.CONTRADICTED, Verdict.EQUAL, Verdict.UNDECIDED):
        if verdict in verdicts:
            return verdict
    return Verdict.SUPPORTED


def agreed(verdicts: Sequence[Verdict]) -> Verdict:
    """What two kinds of evidence both say; undecided where they differ: "not both" is not the opposite."""
    return verdicts[0] if len(set(verdicts)) == 1 else Verdict.UNDECIDED


def decisive(verdict: Verdict, comparisons: Sequence[Comparison]) -> Comparison:
    """The comparison that a claim's verdict hangs on: the narrowest support, the widest gap, the clearest doubt."""
    candidates = [comparison for comparison in comparisons if comparison.verdict == verdict] or list(comparisons)

    def clearance(comparison: Comparison) -> float:
        return -math.inf if math.isnan(comparison.clearance) else comparison.clearance

    choose = max if verdict in (Verdict.CONTRADICTED, Verdict.EQUAL) else min
    return choose(candidates, key=clearance)


def open_parts(verdict: Verdict, comparisons: Sequence[Comparison]) -> list[Comparison]:
    """The comparisons that leave an undecided claim open: the undecided ones, or all where two kinds of evidence are each
    decided and say different things. None of a claim that is decided."""
    if verdict != Verdict.UNDECIDED:
        return []
    return [comparison for comparison in comparisons if comparison.verdict == verdict] or list(comparisons)
