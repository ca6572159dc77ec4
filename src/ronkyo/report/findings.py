"""The claims of a discussion as a table: what was claimed, what was found, what follows."""

from __future__ import annotations

from collections.abc import Sequence

from ronkyo.claims.estimates import Method
from ronkyo.claims.statements import Claim
from ronkyo.report import blocks
from ronkyo.report.badges import marked
from ronkyo.report.compared import number
from ronkyo.report.nouns import Nouns


def table(claims: Sequence[Claim], nouns: Nouns) -> str:
    """A row for each claim; "" for none."""
    if not claims:
        return ""
    head, rows = claims[0].words("report.findings").split("|"), [row(claim, nouns) for claim in claims]
    return f'<div class="findings" markdown="1">\n\n{blocks.table(head, rows, texts=(1,))}\n\n</div>'


def row(claim: Claim, nouns: Nouns) -> list[str]:
    """Its number, hypothesis, effect, n and verdict."""
    number = f"[{claim.number}](#ledger:{claim.id})"
    return [number, blocks.cell(claim.hypothesis), effect(claim, nouns), sample(claim), marked(claim)]


def effect(claim: Claim, nouns: Nouns) -> str:
    """What was estimated, its value, and the interval where there is one: "ratio 1.9 [1.2, 3.1]"."""
    quantity = claim.deciding.quantity
    noun, kind = nouns.of(quantity.metric), claim.words(f"report.effect.{quantity.kind}")
    if claim.deciding.estimate.method == Method.EXACT or claim.reason:
        return f"{kind} {number(claim, 'effect', noun)}"
    return f"{kind} {number(claim, 'effect', noun, unit=False)} {number(claim, 'interval', noun)}"


def sample(claim: Claim) -> str:
    """Of how many seeds it is, or of how many items; or that it was computed."""
    if claim.deciding.estimate.method == Method.EXACT:
        return claim.words("claims.grounds.computed")
    n = claim.printed(claim.n)
    return (
        n
        if claim.deciding.quantity.over == "seeds"
        else claim.words("claims.grounds.items", count=n, items=claim.items)
    )
