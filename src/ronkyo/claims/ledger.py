"""The ledger of all claims: as JSON, as a table for the terminal, and what would change each."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ronkyo.claims import estimates
from ronkyo.claims.estimates import Method, Reason
from ronkyo.claims.predicates import Comparison, Verdict
from ronkyo.claims.quantity import Kind
from ronkyo.claims.statements import Claim, Stated
from ronkyo.numbers import shown

Rows = list[dict[str, Any]]


def document(stated: Sequence[Stated], earlier: Mapping[str, Rows] | None = None) -> dict[str, Any]:
    """{id: verdict, effect, low, high, n, reason?, and lists}; earlier: {id: what an earlier report said of it}.

    DVC tells of single values and passes over lists, so that `dvc metrics diff` shows verdicts that flip and not every
    sentence.
    """
    return {entry.claim.id: _entry(entry, (earlier or {}).get(entry.claim.id, [])) for entry in stated}


def text(document: Mapping[str, Any]) -> str:
    """The document as claims.json holds it."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _entry(stated: Stated, earlier: Rows) -> dict[str, Any]:
    claim, estimate = stated.claim, stated.claim.deciding.estimate
    return {
        "verdict": str(claim.verdict),
        "effect": rounded(estimate.value),
        "low": rounded(estimate.low),
        "high": rounded(estimate.high),
        "n": estimate.n,
        **({"reason": str(estimate.reason)} if estimate.reason else {}),
        "sentences": re.findall(claim.words("claims.sentence"), stated.text),
        "looks": [asdict(look) for look in claim.looks],
        "comparisons": [_comparison(comparison) for comparison in claim.comparisons],
        "changes_if": [changes_if(claim)],
        "evidence": [*claim.evidence, *([claim.figure_file] if claim.figure_file else [])],
        "original": earlier,
        "place": [claim.place],
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    sides = (("above", comparison.low), ("below", comparison.high))
    estimate = comparison.estimate
    return {
        "quantity": str(comparison.quantity),
        "verdict": str(comparison.verdict),
        **{name: bound for name, bound in sides if math.isfinite(bound)},
        "value": rounded(estimate.value),
        "low": rounded(estimate.low),
        "high": rounded(estimate.high),
        "n": estimate.n,
        "level": round(comparison.level, 6),
        "method": str(estimate.method),
        **({"reason": str(estimate.reason)} if estimate.reason else {}),
    }


def rounded(value: float) -> float | None:
    """To six digits; JSON has no word for a number that is not finite."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def terminal(stated: Sequence[Stated]) -> str:
    """A line for each claim, then how many there are of each verdict."""
    claims = [entry.claim for entry in stated]
    width = max((len(claim.id) for claim in claims), default=0)
    lines = []
    for claim in claims:
        estimate = claim.deciding.estimate
        values = estimate.reason or f"{estimate.value:.4g} [{estimate.low:.4g}, {estimate.high:.4g}]"
        lines.append(f"{claim.verdict:<12}  {claim.id:<{width}}  {values:<36}  n={estimate.n:<4} {claim.place}")
    counts = ", ".join(f"{sum(claim.verdict == verdict for claim in claims)} {verdict}" for verdict in Verdict)
    return "\n".join([*lines, f"{len(claims)} claims: {counts}"])


def changes_if(claim: Claim, mark: Callable[[str], str] = lambda number: re.sub(r"\^\{(.*?)\}", r"^\1", number)) -> str:
    """What would turn the verdict, from the numbers: how many seeds, or how much less of an effect.

    mark: how a number is printed.
    """
    words, comparison = claim.words, claim.deciding
    estimate, bound = comparison.estimate, mark(four_digits(comparison.bound))
    if estimate.reason == Reason.ONE_VALUE:
        return words("claims.changes.two_seeds")
    if estimate.reason:
        return words("claims.changes.reason", reason=claim.reason)
    if estimate.method == Method.EXACT:
        return words("claims.changes.computed", bound=bound)
    if claim.verdict == Verdict.UNDECIDED:
        needed = estimates.values_needed(estimate, comparison.bound, comparison.level)
        if needed is None:
            return words("claims.changes.never", bound=bound)
        unit = "discordant" if comparison.quantity.kind == Kind.DISCORDANT else comparison.quantity.over
        return words(f"claims.changes.{unit}", count=mark(str(needed)))
    if comparison.quantity.kind == Kind.RATIO:
        factor = comparison.edge / comparison.bound
        if factor > 1:
            return words("claims.changes.divided", factor=mark(four_digits(factor)), bound=bound)
        return words(
            "claims.changes.multiplied", factor=mark(four_digits(1 / factor if factor else math.inf)), bound=bound
        )
    gap = abs(comparison.edge - comparison.bound)
    return words("claims.changes.moved", gap=mark(four_digits(gap)), bound=bound)


def four_digits(value: float) -> str:
    """For any size of number."""
    return shown(value, ".4g" if abs(value) >= 0.001 or value == 0 else ".2e")
