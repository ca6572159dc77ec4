"""Many claims at once: which of those that are decided stand when the expected share of false ones among them is held."""

from __future__ import annotations

from collections.abc import Mapping

from ronkyo.claims import estimates
from ronkyo.claims.estimates import Method
from ronkyo.claims.predicates import Predicate
from ronkyo.claims.verdicts import Verdict


def standing(predicates: Mapping[str, Predicate], rate: float = estimates.ALPHA) -> set[str]:
    """The ids of the decided claims of which at most the share `rate` is expected to be false.

    Benjamini & Hochberg (1995) without p values: of m claims, the largest k of which k are decided at the level
    rate · k / m each, with the same verdict. That a decided claim also has its direction right is covered (Benjamini &
    Yekutieli 2005). Claims whose comparisons are all computed, not estimated, are not counted: they cannot be decided by
    chance.
    """
    decided = {id: predicate.decide(rate) for id, predicate in predicates.items()}
    verdicts = {
        id: verdict
        for id, (verdict, comparisons) in decided.items()
        if any(comparison.estimate.method != Method.EXACT for comparison in comparisons)
    }
    left = {id for id, verdict in verdicts.items() if verdict != Verdict.UNDECIDED}
    count = 0
    while len(left) != count:
        count = len(left)
        left = {id for id in left if predicates[id].decide(rate * count / len(verdicts))[0] == verdicts[id]}
    return left
