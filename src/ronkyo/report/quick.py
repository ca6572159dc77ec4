"""What an edit of a chapter changes, at once: its pieces are set with what the last build knows of the rest.

It is a build that has the last word: what the new text changes elsewhere, as numbers behind it and the ledger, comes with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.report import build, evidence
from ronkyo.report.build import Draft, Problem
from ronkyo.report.chapters import REPORT, Templates
from ronkyo.report.origins import Origins
from ronkyo.report.places import Places
from ronkyo.typeset import chapter, page, pdf, pieces
from ronkyo.typeset.front import Front
from ronkyo.typeset.page import Screen
from ronkyo.typeset.pieces import Change, Pieces
from ronkyo.typeset.tree import Tree

MADE = ("text", "claims", "figures", "crate")  # of the templates, among the kinds of what a report carries


class Edit(NamedTuple):
    """Blocks [begin, end) of the last build's page with those that stand in their place, from the first to the last; and
    what is wrong, which ends it."""

    blocks: list[tuple[int, int, list[str]]]
    problems: list[Problem]

    def applied(self, page: list[str]) -> list[str]:
        """The blocks of the last build's page after the edit."""
        page = list(page)
        for begin, end, fresh in reversed(self.blocks):
            page[begin:end] = fresh
        return page


@dataclass(frozen=True)
class Known:
    """What a build tells of all that an edit does not change."""

    front: Front
    templates: dict[str, str]  # by their names, the text that each had
    text: str
    spans: dict[str, tuple[int, int]]  # of each template in the text
    ledger: str | None  # where it stands
    pieces: Pieces
    starts: list[int]  # of each piece in the blocks: of each piece but the first, and the end
    outlines: set[str]
    carried: dict[str, bytes]

    @staticmethod
    def of(draft: Draft, screen: Screen, templates: dict[str, str]) -> Known | None:
        """templates: as they were before the draft. None where the report does not part."""
        text, words = draft.rendered.text + draft.more, draft.rendered.values.words
        known, places = Pieces.of(text, words), _starts(screen.blocks)
        if known is None or len(places) != len(known.texts):
            return None
        all_spans = draft.rendered.places.spans()
        spans = {name: span for name in templates if (span := all_spans.get(_file(draft.project, name)))}
        carried = {name: item.content for name, item in draft.carried.items()}
        ledger = draft.rendered.claims.closed_by
        return Known(draft.front, templates, text, spans, ledger, known, places, screen.outlines, carried)

    @property
    def basis(self) -> tuple[list[str], dict[str, bytes]]:
        """The claims, and the files that the text stands on."""
        given = {name: content for name, content in self.carried.items() if evidence.kind_of(name) not in MADE}
        return list(json.loads(self.carried["claims.json"])), given


def templates(project: Project) -> dict[str, str]:
    """The text of each, by its name."""
    return {
        file.relative_to(project.templates).as_posix(): file.read_text(encoding="utf-8", errors="replace")
        for file in sorted(project.templates.rglob("*.md.j2"))
    }


class Quick:
    """A project's chapters after an edit, until the next build."""

    def __init__(self, project: Project, known: Known) -> None:
        self._project, self._known = project, known
        self._templates = Templates(project)
        self._templates.draft(REPORT)
        self._words, self._boxes = self._templates.values.words, self._templates.values.manifest.boxes
        self._origins = Origins(known.carried, self._words)
        # of a template its text, what it gives, what is wrong
        self._rendered: dict[str, tuple[str, str, list[str]]] = {}

    def learn(self, known: Known) -> bool:
        """False where the results or the claims are others: then a new one is to be made."""
        if known.basis != self._known.basis:
            return False
        self._known, self._origins = known, Origins(known.carried, self._words)
        return True

    def page(self) -> Edit | None:
        """None where a build alone can tell."""
        try:
            text, marked = self._text()
        except UserError as error:
            return Edit([], Problem.each(str(error).splitlines()))
        if text is None:
            return None
        changes, new = self._known.pieces.changes(text)
        tree = self._tree(changes, new, marked)
        if not isinstance(tree, Tree):
            return None if tree is None else Edit([], Problem.each(tree))
        blocks = page.blocks(tree, self._known.front, self._project.root, self._origins, set(self._known.outlines))
        starts, known = _starts(blocks), self._known.starts
        if len(starts) != len(new):
            return None
        replaced = []
        for change in changes:
            if not change.first or not change.begin:
                return None  # the summary
            begin, end = starts[change.begin - 1], starts[change.end - 1]
            replaced.append((known[change.first - 1], known[change.last - 1], blocks[begin:end]))
        if replaced:
            replaced[-1][2].extend(blocks[starts[-1] : -2])  # outlines of letters that the page has not
        return Edit(replaced, [])

    def chapter(self) -> tuple[str, bytes] | None:
        """The heading and the PDF of the first chapter that changed; None where a build alone can tell. Raises UserError."""
        text, marked = self._text()
        if text is None:
            return None
        changes, new = self._known.pieces.changes(text)
        if not changes or not changes[0].first:
            return None
        whole = self._known.pieces.chapter(changes[0].first)
        tree = self._tree(changes, new, marked, whole)
        number = sum(map(bool, map(pieces.CHAPTER.match, self._known.pieces.texts[: whole.start])))
        headings = tree.root.findall("h2") if isinstance(tree, Tree) else []
        if not isinstance(tree, Tree) or number >= len(headings):
            return None
        only = chapter.only(tree, headings[number].get("data-number").split()[-1])
        front, root = self._known.front, self._project.root
        printed = pdf.write(lambda placed: page.for_print(only, front, placed=placed), front.day, root)
        return headings[number].text_content(), printed

    def _tree(
        self, changes: Sequence[Change], new: Sequence[str], marked: str, whole: range = range(0)
    ) -> Tree | list[str] | None:
        """Or what is wrong."""
        places, ledger = Places(marked), self._known.ledger
        try:
            tree = self._known.pieces.tree(changes, new, self._words, self._boxes, whole)
        except UserError as error:
            return build.traced(error, places, ledger) if isinstance(error, build.TRACED) else str(error).splitlines()
        if tree is None:
            return None
        if problems := build.faulty(tree, places, ledger, self._project):
            return problems
        build.place_pictures(tree.root, self._project)
        return tree

    def _text(self) -> tuple[str | None, str]:
        """The text with the templates that changed, None where those of chapters are not all; and with its marks what they
        gave. Raises ReportError."""
        found, known = templates(self._project), self._known
        changed = {name: text for name, text in found.items() if text != known.templates.get(name)}
        if REPORT in changed or found.keys() != known.templates.keys() or not changed.keys() <= known.spans.keys():
            return None, ""
        for name, source in changed.items():
            if self._rendered.get(name, ("",))[0] != source:
                self._rendered[name] = (source, *self._templates.again(name))
        if problems := [problem for name in changed for problem in self._rendered[name][2]]:
            raise UserError("\n".join(problems))
        text = known.text
        for name in sorted(changed, key=lambda name: known.spans[name], reverse=True):
            begin, end = known.spans[name]
            old, new = text[begin:end], Places(self._rendered[name][1]).text.strip("\n")
            text = text[:begin] + new + old[len(old.rstrip("\n")) :] + text[end:]
        return text, "".join(self._rendered[name][1] for name in changed)


def _starts(blocks: Sequence[str]) -> list[int]:
    """Of each piece but the first, and the end of the last one: of the body, without the outlines of formulas."""
    end = len(blocks) - 2
    return [*pieces.starts(blocks), end - blocks[end - 1].startswith('<svg class="outlines"')]


def _file(project: Project, name: str) -> str:
    return project.relative(project.templates / name)
