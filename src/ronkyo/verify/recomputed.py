"""A report's claims decided again, from its text, its ledger and the numbers that it stands on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ronkyo import files, results
from ronkyo.claims import ledger
from ronkyo.claims.history import History, Look
from ronkyo.claims.statements import Claim
from ronkyo.claims.verdicts import Verdict
from ronkyo.project import Layout
from ronkyo.report.nouns import Nouns
from ronkyo.report.original import Original
from ronkyo.report.sentences import MarkedClaims
from ronkyo.report.values import Values
from ronkyo.verify.check import WRONG

STATED = re.compile(  # sentence and mark end before another begins: a text without ends is not read again and again
    r'<span class="claim" id="claim:([a-z0-9-]+)">((?:(?!<span class="claim").)*?) '
    r'<a class="badge (short )?\w+" href="#ledger:\1">(?:(?!</a>|<a class="badge |<span class="claim").)*</a></span>',
    re.DOTALL,
)
FINDINGS = re.compile(r'<div class="findings" markdown="1">(?:(?!<div class="findings").)*?\n</div>', re.DOTALL)
ROW = re.compile(r"^\| \[\d+\]\(#ledger:([a-z0-9-]+)\)", re.MULTILINE)


@dataclass(frozen=True)
class Recomputed:
    """What a report says, and its claims as its numbers decide them.

    printed: each claim's sentence with its mark, as the text has it; problems: of each claim that cannot be decided again,
    why.
    """

    text: str
    place: str  # how the text is called
    document: Mapping[str, Any]
    ledger: str  # how the ledger is called
    values: Values
    claims: MarkedClaims
    original: Original
    printed: Mapping[str, str]
    problems: Mapping[str, str]

    @staticmethod
    def of(layout: Layout) -> Recomputed:
        """From a project, or from what a report carries of one. Raises UserError where a file is none of a report's."""
        text = files.read_text(layout.report_file("md"), layout.report_file("md").name)
        document = results.read_mapping(layout.claims_file, layout.claims_file.name, "claims by their ids")
        values = Values(layout)
        nouns, problems = Nouns.load(layout, values), {}
        claims = MarkedClaims(nouns, _figures(document).get, History(values, _looks(document)))
        sentences = {match[1]: match for match in STATED.finditer(text)}
        for id, entry in document.items():
            claims.in_findings = id in sentences and bool(sentences[id][3])
            try:
                _state(claims, id, entry, sentences[id][2] if id in sentences else "")
            except WRONG as error:
                problems[id] = str(error) if isinstance(error, ValueError) else repr(error)
        printed = {id: match[0] for id, match in sentences.items()}
        names = (file.name for file in (layout.report_file("md"), layout.claims_file))
        return Recomputed(
            text, next(names), document, next(names), values, claims, Original.load(layout, values), printed, problems
        )


def _state(claims: MarkedClaims, id: str, entry: Mapping[str, Any], sentence: str) -> None:
    """Raises one of WRONG."""
    if not sentence:
        raise ValueError("expected its sentence in the report, found none")

    def said(claim: Claim) -> str:
        """Without what is printed behind any wording."""
        return (
            sentence.removesuffix(claim.words("claims.why_undecided", reason=claim.reason))
            if claim.reason
            else sentence
        )

    wordings = {**dict.fromkeys(map(str, Verdict), ""), **dict(*entry.get("wordings", []))}
    predicate = ledger.predicate(entry, claims.nouns.values)
    claims.state(id, predicate, entry["place"][0], wordings, said, entry["hypothesis"], _figure(entry))


def _figure(entry: Mapping[str, Any]) -> str | None:
    """experiment/figure, of the drawing among the evidence."""
    drawings = [file for file in entry.get("evidence", []) if str(file).endswith(".svg")]
    return "/".join(Path(drawings[0]).with_suffix("").parts[-2:]) if drawings else None


def _figures(document: Mapping[str, Any]) -> dict[str, str]:
    """The file of each figure that the ledger names."""
    return {figure: entry["evidence"][-1] for entry in document.values() if (figure := _figure(entry))}


def _looks(document: Mapping[str, Any]) -> dict[str, list[Look]]:
    found = {}
    for id, entry in document.items():
        try:
            found[id] = [Look.read(row) for row in entry.get("looks", [])]
        except TypeError:
            found[id] = []  # the looks that are then found differ from what is there
    return found
