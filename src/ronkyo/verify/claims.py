"""Whether every claim's verdict, numbers and words follow from the numbers that a report carries."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import jinja2

from ronkyo.claims import ledger
from ronkyo.claims.statements import Stated
from ronkyo.report.compared import Wording
from ronkyo.verify.again import Again
from ronkyo.verify.check import Check
from ronkyo.verify.excerpts import shown, unlike

UNITS = 2  # of the sixth digit: what another processor's libraries may change in an estimate
ESTIMATES = ("effect", "low", "high", "value")


class Difference(NamedTuple):
    """At a place in an entry of the ledger: what the numbers give, and what is there."""

    path: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.path}: expected {shown(self.expected)}, found {shown(self.found)}"

    @property
    def is_rounding(self) -> bool:
        numbers = (self.expected, self.found)
        if self.path.rpartition(".")[2] not in ESTIMATES or not all(isinstance(number, float) for number in numbers):
            return False
        size = max(map(abs, numbers))
        return abs(self.expected - self.found) <= (UNITS + 0.5) * 10.0 ** (math.floor(math.log10(size)) - 5)


def check(again: Again) -> Check:
    """A line for each claim that is not as it is decided again, and one for each that is said otherwise."""
    lines = [f"{again.ledger}: {id}: {problem}" for id, problem in again.problems.items()]
    stated = {entry.claim.id: entry for entry in again.claims.stated}
    earlier = {id: again.original.entry(entry.claim) for id, entry in stated.items()}
    rounding = []
    for id, entry in json.loads(ledger.text(ledger.document(again.claims, earlier))).items():
        found = list(differences(entry, again.document[id]))
        others = [one for one in found if not one.is_rounding]
        rounding += [f"{again.ledger}: {id}: {one}" for one in found if one.is_rounding]
        if others:
            more = f"; {len(others) - 1} more of this claim" if len(others) > 1 else ""
            lines.append(f"{again.ledger}: {id}: {others[0]}{more}")
    lines += [f"{again.place}: claim:{id}: {line}" for id, entry in stated.items() for line in _said(again, entry)]
    lines += [
        f"{again.place}: claim:{id}: expected a claim of {again.ledger}, found none"
        for id in again.printed.keys() - again.document.keys()
    ]
    unknown = (
        [f"{len(rounding)} estimates differ in the sixth digit, as on another processor: {rounding[0]}"]
        if rounding
        else []
    )
    return Check("claims", f"{len(again.document):,} claims: verdicts, estimates, looks and words", lines, unknown)


def differences(expected: Any, found: Any, path: str = "") -> Iterator[Difference]:
    """Between two documents, leaf by leaf, in the order of the first."""
    if isinstance(expected, dict) and isinstance(found, dict):
        pairs = [(name, expected.get(name), found.get(name)) for name in {**expected, **found}]
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = [(str(index), *pair) for index, pair in enumerate(zip(expected, found, strict=True))]
    else:
        if expected != found or type(expected) is not type(found):
            yield Difference(path, expected, found)
        return
    for name, one, other in pairs:
        yield from differences(one, other, f"{path}.{name}" if path else name)


def _said(again: Again, stated: Stated) -> Iterator[str]:
    """What is wrong with a claim's sentence, or with the mark behind it."""
    claim, printed = stated.claim, again.printed[stated.claim.id]
    if (expected := again.claims.printed(stated)) != printed:
        yield unlike(expected, printed)
    said = _bare(stated.sentence)
    if claim.wordings:
        wording = claim.wordings.get(claim.verdict)
        if wording is None:
            yield f"expected a wording for {claim.verdict} in {again.ledger}, found none"
        elif (missing := _missing(wording, said)) is not None:
            yield f"expected the wording of {claim.verdict}, with {shown(missing)}, found {shown(stated.text)}"
    else:
        made = Wording.of(claim.comparisons, again.claims.nouns, claim.words)
        if made and _bare(made.said(claim)) not in said:
            yield f"expected {shown(again.claims.text(made.said(claim)))}, found {shown(stated.text)}"


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
