"""The conclusions on one page: questions, and the claims that answer them; report_templates/conclusions.yaml.

The page stands before the claims are stated: its call leaves a mark, which is filled when all of them are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import Field

from ronkyo import params
from ronkyo.claims.estimates import Method
from ronkyo.claims.statements import Claim, Stated
from ronkyo.errors import nearest
from ronkyo.numbers import ABSENT
from ronkyo.project import Layout
from ronkyo.report import blocks, findings
from ronkyo.report.badges import marked, page_of, told
from ronkyo.report.original import Original
from ronkyo.report.places import MARK
from ronkyo.report.sentences import MarkedClaims

SLOT = "\ue003"  # a private character, which no text has
NUMBERS = r'（[^（）]*<data value="claim:[^（）]*）| \([^()]*<data value="claim:[^()]*\)'
SAID = 5  # the column of what an earlier report said
MANY = 6  # rows that have a page of their own


class Conclusion(params.Section):
    """A question of an exercise, and the claim that answers it."""

    exercise: str = Field(pattern="^#.")  # the anchor of its heading
    name: str = ""  # what the exercise is called here; else as its heading
    question: str
    claim: str


class _Document(params.Section):
    conclusions: list[Conclusion]


@dataclass(frozen=True)
class Conclusions:
    """Those of a report, in order."""

    file: str  # from the project's root
    claims: MarkedClaims
    original: Original
    rows: Sequence[Conclusion]

    @staticmethod
    def load(project: Layout, claims: MarkedClaims, original: Original) -> Conclusions:
        """A project need not have the file. Raises ParamsError."""
        path = project.templates / "conclusions.yaml"
        file = project.relative(path)
        document = params.load_whole(path, file, _Document) if path.exists() else _Document(conclusions=[])
        return Conclusions(file, claims, original, document.conclusions)

    def conclusions(self) -> str:
        """The page, once all claims are stated."""
        if not self.rows:
            raise ValueError(f"conclusions(): expected {self.file} with conclusions, found none")
        return SLOT

    def filled(self, text: str) -> str:
        """With the page in place of its mark."""
        return text.replace(SLOT, self.page()) if SLOT in text else text

    def problems(self) -> Iterator[str]:
        """Claims that no template states."""
        ids = self.claims.by_id
        for number, row in enumerate(self.rows):
            if row.claim not in ids:
                place = f"{self.file}: conclusions.{number}.claim"
                yield f"{place}: no template states the claim {row.claim!r}{nearest(row.claim, ids)}"

    def page(self) -> str:
        """Each row bears the mark of its place in the file, where a heading that is not there is told of."""
        words, stated = self.claims.words, {entry.claim.id: entry for entry in self.claims.stated}
        head = words("report.conclusions", original=self.original.name).split("|")
        before, cells, places = "", [head], []
        for number, row in enumerate(self.rows):
            if row.claim in stated:
                exercise = "" if row.exercise == before else f"[{row.name or words('page.reference')}]({row.exercise})"
                cells.append([exercise, *self._cells(row, stated[row.claim])])
                places.append(f"\ue000{self.file}: conclusions.{number}\ue001")
                before = row.exercise
        if not self.original.statements:
            cells = [[*row[:SAID], *row[SAID + 1 :]] for row in cells]
        lines = blocks.table(cells[0], cells[1:], texts=range(len(head))).splitlines()
        table = "\n".join([*lines[:2], *map(str.__add__, places, lines[2:])])
        kind = "conclusions long" if len(places) > MANY else "conclusions"
        heading = f'## {words("report.conclusions.heading")} {{: #conclusions data-own-number="" }}'
        note = words("report.conclusions.note", original=self.original.name)
        return f'<section class="{kind}" markdown="1">\n\n{heading}\n\n{table}\n\n{note}\n\n</section>'

    def bare_page(self) -> str:
        """As it stands in the report's text."""
        return MARK.sub("", self.page())

    def _cells(self, row: Conclusion, stated: Stated) -> list[str]:
        claim, words = stated.claim, stated.claim.words
        return [
            blocks.cell(row.question),
            blocks.cell(_answer(stated)),
            words("report.conclusions.number", effect=findings.effect(claim, self.claims.nouns), n=_sample(claim)),
            marked(claim),
            self._said(claim.id) or ABSENT,
            page_of(claim),
        ]

    def _said(self, id: str) -> str:
        """What the earlier report said of it, and what came of that."""
        verdicts = {entry.claim.id: entry.claim.verdict for entry in self.claims.stated}
        words = self.claims.words
        said = (
            f"{blocks.cell(statement.short or statement.says)} {told(statement, verdicts, words)}"
            for statement in self.original.statements
            if id in statement.claims
        )
        return " ".join(dict.fromkeys(said))  # what is the same in short is said once


def _answer(stated: Stated) -> str:
    """The first sentence of the claim on one line, without brackets that tell its numbers: they have a column."""
    words = stated.claim.words
    stop, line_break = words("claims.stop"), words("claims.line_break")
    sentence = line_break.join(line.strip() for line in stated.sentence.splitlines())
    first, end, _ = sentence.partition(stop + line_break)
    sentence = first + end.strip()
    while (shorter := re.sub(NUMBERS, "", sentence)) != sentence:
        sentence = shorter
    return re.sub(r"(?<=</data>)(?=[\u3041-\u3096\u4e00-\u9fff])", " ", sentence)


def _sample(claim: Claim) -> str:
    """n = 10; or how many items, or that it was computed."""
    counts = claim.deciding.estimate.method != Method.EXACT and claim.deciding.quantity.over == "seeds"
    return claim.words("report.conclusions.n", n=findings.sample(claim)) if counts else findings.sample(claim)
