"""Whether every claim's verdict, numbers and words follow from the numbers that a report carries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise, zip_longest

import jinja2

from ronkyo.claims import ledger
from ronkyo.claims.statements import Stated
from ronkyo.errors import counted
from ronkyo.report.compared import Wording
from ronkyo.verify.check import Check
from ronkyo.verify.differences import Difference, differences, shown, unlike
from ronkyo.verify.recomputed import FINDINGS, ROW, Recomputed

ESTIMATES = ("effect", "low", "high", "value")


def check(recomputed: Recomputed) -> Check:
    """A line for each claim that is not as it is decided again, and one for each that is said otherwise."""
    lines = [f"{recomputed.ledger}: {id}: {problem}" for id, problem in recomputed.problems.items()]
    stated = {entry.claim.id: entry for entry in recomputed.claims.stated}
    earlier = {id: recomputed.original.entry(entry.claim) for id, entry in stated.items()}
    rounding = []
    for id, entry in json.loads(ledger.text(ledger.document(recomputed.claims, earlier))).items():
        found = list(differences(entry, recomputed.document[id]))
        others = [one for one in found if not _is_rounding(one)]
        rounding += [f"{recomputed.ledger}: {id}: {one}" for one in found if _is_rounding(one)]
        if others:
            more = f"; {len(others) - 1} more of this claim" if len(others) > 1 else ""
            lines.append(f"{recomputed.ledger}: {id}: {others[0]}{more}")
    lines += [
        f"{recomputed.place}: claim:{id}: {line}" for id, entry in stated.items() for line in _said(recomputed, entry)
    ]
    lines += [
        f"{recomputed.place}: claim:{id}: expected a claim of {recomputed.ledger}, found none"
        for id in recomputed.printed.keys() - recomputed.document.keys()
    ]
    lines += _rows(recomputed)
    claims = counted(len(recomputed.document), "claim")
    told = f"the sixth digit of estimates ({len(rounding):,}), which another processor may change"
    unknown = [f"{told}: {rounding[0]}"] if rounding else []
    return Check("claims", f"{claims}: verdicts, estimates, looks and words", lines, unknown)


def _is_rounding(difference: Difference) -> bool:
    return difference.path.rpartition(".")[2] in ESTIMATES and difference.is_rounding


def _said(recomputed: Recomputed, stated: Stated) -> Iterator[str]:
    """What is wrong with a claim's sentence, or with the mark behind it."""
    claim, printed = stated.claim, recomputed.printed[stated.claim.id]
    if (expected := recomputed.claims.printed(stated)) != printed:
        yield unlike(expected, printed)
    said = _bare(stated.sentence)
    if claim.wordings:
        wording = claim.wordings.get(claim.verdict)
        if wording is None:
            yield f"expected a wording for {claim.verdict} in {recomputed.ledger}, found none"
        elif (missing := _missing(wording, said)) is not None:
            yield f"expected the wording of {claim.verdict}, with {shown(missing)}, found {shown(stated.text)}"
    else:
        made = Wording.of(claim.comparisons, recomputed.claims.nouns, claim.words)
        wanted = made.said(claim, numbers=not stated.in_findings) if made else ""
        if _bare(wanted) not in said:
            yield f"expected {shown(recomputed.claims.text(wanted))}, found {shown(stated.text)}"


def _rows(recomputed: Recomputed) -> Iterator[str]:
    """Where a claim whose mark is short has not one row in the tables of findings, in the order of the text."""
    rows = [id for match in FINDINGS.finditer(recomputed.text) for id in ROW.findall(match[0])]
    stated = [entry.claim.id for entry in recomputed.claims.stated if entry.in_findings]
    for row, id in zip_longest(rows, stated, fillvalue="nothing"):
        if row != id:
            yield f"{recomputed.place}: tables of findings: expected {id}, found {row}"
            return


def _missing(wording: str, said: str) -> str | None:
    """The first text of a template that a sentence has not where it should stand; None where all of them follow each other.
    Nothing is executed: what stands between the tags of a block may be printed or not."""
    try:
        tokens = [(kind, value) for _, kind, value in jinja2.Environment().lex(wording) if kind != "whitespace"]
    except jinja2.TemplateSyntaxError as error:
        return str(error)
    tags = [value for (before, _), (_, value) in pairwise(tokens) if before == "block_begin"]
    at, inside = 0, 0
    for index, (kind, value) in enumerate(tokens):
        if kind == "name" and tokens[index - 1][0] == "block_begin":
            del tags[0]
            inside += f"end{value}" in tags
            inside -= value.startswith("end")
        elif kind == "data" and not inside:
            at = said.find(_bare(value), at)
            if at < 0:
                return value.strip()
            at += len(_bare(value))
    return None


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)
