"""The mark behind a claim's sentence, and the word of a verdict."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ronkyo.claims.statements import Claim
from ronkyo.claims.verdicts import Verdict
from ronkyo.report.original import Statement
from ronkyo.words import Words


def badge(claim: Claim) -> str:
    """What stands behind a claim's sentence and leads to the ledger: number, hypothesis, verdict, what it rests on. The end of
    the hypothesis keeps the verdict from the beginning of a line."""
    words, hypothesis = claim.words, claim.hypothesis
    end = re.search(r"(?:[!-~]+|[^!-~\s]{,2})$", hypothesis)
    start = end.start() if end and not re.search("[$*_`<>]", end[0]) else len(hypothesis)  # markup is not cut
    text = words(
        "report.badge",
        claim=f"<span>{words('report.claim', number=claim.number)}</span>",
        hypothesis=f"{hypothesis[:start]}<span>{hypothesis[start:]}",
        verdict=f"<b>{words(f'claims.{claim.verdict}')}</b></span>",
        notes=words("claims.joiner").join(claim.notes),
    )
    return f'<a class="badge {claim.verdict}" href="#ledger:{claim.id}">{text}</a>'


def short_badge(claim: Claim) -> str:
    """The same beside a table that has the hypothesis and the verdict: the number, in the verdict's colour."""
    text = claim.words("report.claim", number=claim.number)
    return f'<a class="badge short {claim.verdict}" href="#ledger:{claim.id}">[{text}]</a>'


def page_of(claim: Claim) -> str:
    """A link to the claim, of which paper prints the page."""
    return f'<a class="page" href="#claim:{claim.id}">{claim.words("report.there")}</a>'


def mark(verdict: Verdict, words: Words) -> str:
    """The word of a verdict, coloured."""
    return f'<span class="verdict {verdict}">{words(f"claims.{verdict}")}</span>'


def marked(claim: Claim) -> str:
    """The verdict with what is to be known of it: that it is close, or not corrected for looks."""
    words = claim.words
    notes = [words("claims.close")] if claim.close else []
    notes += [words("claims.uncorrected", count=claim.uncorrected)] if claim.uncorrected else []
    return " ".join([mark(claim.verdict, words), *(f'<span class="part">{note}</span>' for note in notes)])


def told(statement: Statement, verdicts: Mapping[str, Verdict], words: Words) -> str:
    """The verdict on a statement of the earlier report; where the claims cover a part of it, that is said. verdicts: of claims
    by id."""
    verdict = statement.verdict(verdicts) if statement.claims.keys() <= verdicts.keys() else None
    if verdict is None:
        return words("report.not_tested")
    part = f'<span class="part">{words("report.in_part")}</span> ' if statement.covers == "part" else ""
    return part + mark(verdict, words)
