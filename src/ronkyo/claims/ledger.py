"""The ledger of all claims: as JSON, as a table for the terminal, and what would change each."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ronkyo.claims import power
from ronkyo.claims.estimates import ALPHA, Estimate, Method, Reason
from ronkyo.claims.metrics import Metrics
from ronkyo.claims.predicates import Compare, Predicate, Predicates
from ronkyo.claims.quantity import Kind, Quantity
from ronkyo.claims.statements import Claim, Claims, Stated
from ronkyo.claims.verdicts import Comparison, Verdict, factor, open_parts
from ronkyo.errors import counted
from ronkyo.numbers import shown, to_spread
from ronkyo.words import Words

Rows = list[dict[str, Any]]


def document(claims: Claims, earlier: Mapping[str, Rows] | None = None) -> dict[str, Any]:
    """{id: hypothesis, verdict, effect, low, high, n, close, stands, reason?, and lists}; earlier: {id: what an earlier
    report said of it}.

    DVC tells of single values and passes over lists, so that `dvc metrics diff` shows verdicts that flip and not every
    sentence.
    """
    earlier = earlier or {}
    return {
        entry.claim.id: _entry(entry, claims.stands(entry.claim), earlier.get(entry.claim.id, []))
        for entry in claims.stated
    }


def text(document: Mapping[str, Any]) -> str:
    """The document as claims.json holds it."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _entry(stated: Stated, stands: bool | None, earlier: Rows) -> dict[str, Any]:
    claim, estimate = stated.claim, stated.claim.deciding.estimate
    return {
        "hypothesis": claim.hypothesis,
        "verdict": str(claim.verdict),
        "effect": rounded(estimate.value),
        "low": rounded(estimate.low),
        "high": rounded(estimate.high),
        "n": estimate.n,
        "close": claim.close,
        "stands": stands,
        **({"reason": str(estimate.reason)} if estimate.reason else {}),
        "looks": [look.row for look in claim.looks],
        "sentences": re.findall(claim.words("claims.sentence"), stated.text),
        "comparisons": [_comparison(comparison) for comparison in claim.comparisons],
        "parts": claim.predicate.places,
        "changes_if": changes_if(claim),
        "evidence": [*claim.evidence, *([claim.figure_file] if claim.figure_file else [])],
        "original": earlier,
        "place": [claim.place],
        **({"wordings": [dict(claim.wordings)]} if claim.wordings else {}),
    }


def predicate(entry: Mapping[str, Any], metrics: Metrics) -> Predicate:
    """That of an entry, which its comparisons and parts make again. Raises ValueError, LookupError or TypeError for an entry
    that is none, or whose metrics there are not."""
    predicates = Predicates(metrics)

    def compare(row: Mapping[str, Any]) -> Compare:
        quantity = Quantity(Kind(row["kind"]), row["metric"], row["other"], row["over"])
        return predicates.comparison(
            quantity, (row.get("above", -math.inf), row.get("below", math.inf)), row.get("matters")
        )

    return Predicate(tuple(tuple(compare(entry["comparisons"][place]) for place in part) for part in entry["parts"]))


def _comparison(comparison: Comparison) -> dict[str, Any]:
    sides = (("above", comparison.low), ("below", comparison.high))
    estimate, quantity = comparison.estimate, comparison.quantity
    return {
        "quantity": str(quantity),
        "kind": str(quantity.kind),
        "metric": quantity.metric,
        "other": quantity.other,
        "over": quantity.over,
        "verdict": str(comparison.verdict),
        **{name: bound for name, bound in sides if math.isfinite(bound)},
        "value": rounded(estimate.value),
        "low": rounded(estimate.low),
        "high": rounded(estimate.high),
        "n": estimate.n,
        "level": round(comparison.level, 6),
        **({"matters": comparison.matters} if comparison.matters is not None else {}),
        "method": str(estimate.method),
        **({"reason": str(estimate.reason)} if estimate.reason else {}),
    }


def rounded(value: float) -> float | None:
    """To six digits; JSON has no word for a number that is not finite."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def terminal(claims: Claims, cost: Callable[[Comparison, int], str] = lambda comparison, seeds: "") -> str:
    """A row for each claim, below an undecided one what would decide it, then how many there are of each verdict.

    cost: what it takes to have so many seeds of a comparison, in words.
    """
    head = ("verdict", "claim", "estimate", "n", "close", "looks", "FDR", "template")
    rows = [head, *(_row(entry.claim, claims.stands(entry.claim)) for entry in claims.stated)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_aligned(head, widths)]
    for row, entry in zip(rows[1:], claims.stated, strict=True):
        lines.append(_aligned(row, widths))
        lines += [f"    {line}" for line in what_decides(entry.claim, cost)]
    verdicts = [entry.claim.verdict for entry in claims.stated]
    counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in Verdict)
    stand = f"{(n := len(claims.standing))} stand{'s' * (n == 1)} at a false discovery rate of {ALPHA:.0%}"
    return "\n".join([*lines, f"{counted(len(verdicts), 'claim')}: {counts}; {stand}"])


def _row(claim: Claim, stands: bool | None) -> tuple[str, ...]:
    estimate = claim.deciding.estimate
    looks = len({look.n for look in claim.looks})
    return (
        str(claim.verdict),
        claim.id,
        numbers(estimate),
        str(estimate.n),
        "close" if claim.close else "",
        f"{claim.uncorrected} uncorrected" if claim.uncorrected else str(looks or ""),
        {True: "stands", False: "falls", None: ""}[stands],
        claim.place,
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def numbers(estimate: Estimate) -> str:
    """0.0512 [-0.00986, 0.112], or why there is no interval."""
    return str(estimate.reason) or f"{estimate.value:.4g} [{estimate.low:.4g}, {estimate.high:.4g}]"


def what_decides(claim: Claim, cost: Callable[[Comparison, int], str]) -> list[str]:
    """Of an undecided claim: in English what would have been seen and what would be with more seeds, and what these cost."""
    if claim.verdict != Verdict.UNDECIDED:
        return []
    english = Words("en")
    lines = changes_if(replace(claim, words=english, items=english("claims.items")))
    for index, part in enumerate(open_parts(claim.verdict, claim.comparisons)[: len(lines)]):
        needed = power.seeds_needed(part)
        lines[index] += cost(part, needed.seeds) if needed and needed.seeds > part.estimate.n else ""
    return lines


def changes_if(
    claim: Claim, mark: Callable[[str], str] = lambda text: re.sub(r"\^\{(.*?)\}", r"^\1", text)
) -> list[str]:
    """What would turn the verdict: of a decided claim how much less of an effect, of one that is open, for each part that
    is, which difference its seeds would have shown, and how many show the smallest that matters.

    mark: how a number is printed.
    """
    told = partial(_of_part, claim, mark)
    if claim.verdict == Verdict.UNDECIDED:
        parts = open_parts(claim.verdict, claim.comparisons)
        texts = [told(part) for part in parts]
        if len(set(texts)) == 1 or len(claim.comparisons) == 1:
            return texts[:1]
        return [_named(claim, part, text) for part, text in zip(parts, texts, strict=True)]
    if len(claim.comparisons) == 1 or _turns(claim, claim.deciding):
        return [told(claim.deciding)]
    parts = [part for part in claim.comparisons if part.verdict == claim.verdict]
    return [claim.words("claims.changes.and").join(_named(claim, part, told(part)) for part in parts)]


def _turns(claim: Claim, turned: Comparison) -> bool:
    """Whether the verdict of the claim turns when that of one comparison does."""
    verdicts = [turned.turn.verdict if part is turned else part.verdict for part in claim.comparisons]
    return claim.predicate.verdict(verdicts) != claim.verdict


def _named(claim: Claim, part: Comparison, change: str) -> str:
    """With what tells the comparison from the claim's others, where something does."""
    kind = claim.items if part.quantity.over == "items" else claim.words("claims.seeds")
    kinds = {other.quantity.over for other in claim.comparisons}
    names = {other.name for other in claim.comparisons}
    told = [*([part.name] if len(names) > 1 else []), *([kind] if len(kinds) > 1 else [])]
    if not told:
        return change
    return claim.words("claims.changes.part", name=claim.words("claims.joiner").join(told), change=change)


def _of_part(claim: Claim, mark: Callable[[str], str], part: Comparison) -> str:
    words, estimate = claim.words, part.estimate
    if estimate.reason == Reason.ONE_VALUE and part.seeds:
        return words("claims.changes.two_seeds")
    if estimate.reason == Reason.NOT_BINARY:
        return words("claims.changes.not_binary")
    if estimate.reason:
        return words("claims.changes.reason", reason=words(f"claims.reason.{estimate.reason}"))
    if part.verdict == Verdict.UNDECIDED:
        return _visible(claim, mark, part) + _needed(claim, mark, part)
    bound, move = mark(four_digits(part.turn.bound)), part.turn.move
    if estimate.method == Method.EXACT:
        return words(f"claims.changes.computed{'_range' if part.two_sided else ''}", bound=bound.lstrip("−"))
    if part.quantity.kind == Kind.RATIO:
        times = mark(four_digits(factor(abs(move))))
        return words(f"claims.changes.{'multiplied' if move > 0 else 'divided'}", factor=times, bound=bound)
    gap = mark(four_digits(abs(move)))
    return words(f"claims.changes.{'raised' if move > 0 else 'lowered'}", gap=gap, bound=bound)


def _visible(claim: Claim, mark: Callable[[str], str], part: Comparison) -> str:
    """The smallest difference that as many seeds or items would have shown."""
    words, size = claim.words, power.visible(part)
    unit = "discordant" if part.quantity.kind == Kind.DISCORDANT else part.quantity.over
    n = words(f"claims.changes.{unit}", count=mark(str(part.estimate.n)), items=claim.items)
    kind = {Method.RATIO: "ratio", Method.DIFFERENCE: "difference"}.get(part.estimate.method, "share")
    if kind == "share":
        kind = "no_share" if size is None else "share_above" if math.isfinite(part.low) else "share_below"
    elif part.bound != part.equality:
        kind += "_from"
    return words(
        f"claims.changes.visible.{kind}",
        n=n,
        size="" if size is None else mark(_two_digits(size, part.estimate.method == Method.RATIO)),
        bound=mark(f"±{four_digits(part.high)}" if part.two_sided else four_digits(part.bound)),
        power=mark(shown(power.POWER, ".0%")),
    )


def _needed(claim: Claim, mark: Callable[[str], str], part: Comparison) -> str:
    """How many seeds show the smallest difference that matters, or that those are enough which there are; that the part is
    not open to seeds."""
    words, needed = claim.words, power.seeds_needed(part)
    if not part.seeds:
        return words("claims.changes.no_seeds", items=claim.items)
    if needed is None or part.matters is None:
        return ""
    seeds, low, high = (mark(str(count)) for count in needed)
    kind = "ratio" if part.quantity.kind == Kind.RATIO else "difference"
    matters = mark(four_digits(part.matters))
    if needed.seeds <= part.estimate.n:
        return words(f"claims.changes.enough.{kind}", matters=matters)
    return words(f"claims.changes.needed.{kind}", matters=matters, seeds=seeds, low=low, high=high)


def _two_digits(size: float, ratio: bool) -> str:
    """Of a factor near 1, the two digits behind it."""
    return to_spread(size, size - 1) if ratio and size < 2 else shown(size, ".2g")


def four_digits(value: float) -> str:
    """For any size of number."""
    return shown(value, ".4g" if abs(value) >= 0.001 or value == 0 else ".2e")
