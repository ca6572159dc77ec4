"""Which runs a replay draws, and what it can say of those that it did not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from heapq import heapify, heapreplace

from ronkyo.seeds import generator

Drawn = dict[str, dict[str, list[int]]]  # experiment -> variant -> seeds
LEVEL = 0.95


def draw(counts: Mapping[str, Mapping[str, int]], number: int, seed: int) -> Drawn:
    """For every variant `number` of its seeds, or as many as the variant of the experiment with the fewest has; each
    subset with the same probability. counts: {experiment: {variant: how many seeds}}; seed: the same one draws the same."""
    drawn: Drawn = {}
    for experiment, variants in counts.items():
        size = min(number, *variants.values())
        drawn[experiment] = {
            variant: sorted(generator("replay", seed, f"{experiment}.{variant}").choice(count, size, False).tolist())
            for variant, count in variants.items()
        }
    return drawn


def most_others(sizes: Sequence[int], drawn: Sequence[int], level: float = LEVEL) -> int:
    """How many of all runs may be other ones, where none of those drawn is: the largest number that a draw would find
    nothing of with a probability above 1 − level, however they lie.

    sizes: runs of each group (a variant); drawn: how many are drawn of it without replacement. The probability that none is
    found, Π C(N−b, k)/C(N, k), is largest where each next one lies in the group that lowers it least, since the
    factor of a group falls faster with each. Hypergeometric bound of acceptance sampling, for a stratified draw.
    """
    groups = [(_loss(size, taken, 0), size, taken, 0) for size, taken in zip(sizes, drawn, strict=True)]
    heapify(groups)
    left, found = -math.log(1 - level), 0
    while groups and groups[0][0] < left:
        loss, size, taken, others = groups[0]
        left, found = left - loss, found + 1
        heapreplace(groups, (_loss(size, taken, others + 1), size, taken, others + 1))
    return found


def _loss(size: int, drawn: int, others: int) -> float:
    """By how much the logarithm of the probability falls with one more of a group that has some already."""
    if others == size:
        return math.inf
    missed = size - others - drawn
    return -math.log(missed / (size - others)) if missed > 0 else math.inf
