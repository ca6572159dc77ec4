"""Does each page say what the Markdown says that the report carries? Letter by letter, in the order of reading.

What the pages have beside the Markdown's text is generated, and expected where it belongs: marks of list items, the page
numbers of the contents, a table's head again on its next page, a hyphen at the end of a line, running heads and page
numbers. A figure is one letter here, and so is a formula, with its TeX in a PDF: how it is drawn, `drawings` checks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ronkyo.errors import UserError, counted
from ronkyo.typeset import drawn
from ronkyo.verify import confined, html_file
from ronkyo.verify.check import Check, first
from ronkyo.verify.confined import Refused
from ronkyo.verify.container import Report
from ronkyo.verify.html_file import DRAWINGS, UNSEEN
from ronkyo.verify.pdf_text import OBJECT
from ronkyo.verify.reading import Found, Piece, Reading, bare

if TYPE_CHECKING:
    from ronkyo.typeset.front import Front
    from ronkyo.typeset.page import Sources
    from ronkyo.typeset.tree import Heading, Tree

SETTINGS = "settings.json"
BULLETS = "•◦▪"  # of lists, of lists in lists, …
_IN_CONTENTS = 'ancestor::nav[contains(@class, "contents")]'


def check(report: Report) -> Check:
    texts = [name for name in report.files if name.endswith(".md")]
    read = counted(len(report.pages), "page") if report.kind == "pdf" else "the page"
    if len(texts) != 1 or SETTINGS not in report.files:
        return Check("pages", "nothing", unknown=[f"expected one Markdown text and {SETTINGS} inside, found none"])
    content = {
        "kind": report.kind,
        "name": texts[0].removesuffix(".md"),
        "text": report.files[texts[0]].decode(errors="replace"),
        "settings": report.files[SETTINGS].decode(errors="replace"),
        "sizes": {name: len(report.files[name]) for name in report.files if name != drawn.NAME},
        "pages": report.pages,
        "margins": report.margins,
        "letters": report.drawn.get("letters", ""),
        "moves": report.files.get(drawn.NAME, b"{}").decode(errors="replace"),
    }
    answer = confined.call(differences, json.dumps(content).encode(), report.path)
    return Check("pages", f"{read}, {answer['letters']:,} letters", first(answer["differences"]))


def differences(content: bytes) -> dict[str, Any]:
    """What `check` tells, a line each, and how many letters were compared; where `confined` runs it."""
    from ronkyo.typeset import page
    from ronkyo.typeset.placement import Placement

    given = json.loads(content)
    try:
        front, sources, built = _set(given)
    except (KeyError, TypeError, ValueError, UserError) as error:
        raise Refused(f"expected a text that its pages can be set from, found {error!r}") from error
    printed = given["kind"] == "pdf"
    if printed:
        try:
            text = page.for_print(built, front, sources=sources, placed=Placement(_moves(given["moves"]))).html
        except (UserError, ValueError) as error:
            raise Refused(f"{drawn.NAME}: {error}") from error
    else:
        text = page.for_browser(built, front, Path(), sources=sources, known=frozenset(given["letters"])).html
    body = html_file.parsed(text.encode())
    reading = Reading(Found.of(given["pages"]))
    reading.read(pieces(body, printed))
    lines = [
        f"{f'page {reading.found.page(place)}: ' * printed}expected {wanted}, found {shown}"
        for place, wanted, shown in reading.differences
    ]
    if printed:
        ids = set(body.xpath("//@id"))
        headings = {heading.id: heading for heading in built.headings if heading.id in ids}
        lines += _contents(reading, headings)
        chapters = [
            (reading.begun.get(id, 0), f"{heading.number} {heading.text}")
            for id, heading in headings.items()
            if heading.level == 2
        ]
        chapters += [(reading.begun[id], "") for id in ("page:contents",) if id in reading.begun]
        lines += _margins(reading.found, given["margins"], front.title, chapters)
    elif [html_file.style(body)] != given["margins"]:
        lines.append("expected the style that ronkyo gives a page, which hides and adds nothing, found another")
    return {"letters": len(reading.found.text), "differences": lines}


def _set(given: Mapping[str, Any]) -> tuple[Front, Sources, Tree]:
    """The text as the report is set from it, but with blank formulas and images; where its links lead does not matter."""
    from ronkyo.report import evidence
    from ronkyo.report.origins import Origins
    from ronkyo.typeset import tree
    from ronkyo.typeset.front import Front
    from ronkyo.words import Words

    class Names(Origins):
        def archive(self) -> bytes:
            return b""

        def of_number(self, recipe: str) -> None:
            return None

    settings = json.loads(given["settings"])
    told, boxes = settings["report"], settings["tool.ronkyo"]["boxes"]
    front = Front(day=date.fromisoformat(told.pop("date")), **told)
    words = Words(front.language)
    carried = {name: bytes(given["sizes"][name]) for name in sorted(given["sizes"], key=evidence.place_of)}
    text = given["text"] + evidence.section(carried, words, f"{given['name']}.crate.zip")
    built = tree.build(text, words, boxes, drawn=False)
    for image in built.root.iter("img"):
        image.set("src", "data:,")
    return front, Names(carried, words), built


def _moves(content: str) -> dict[str, int]:
    """Of figures, as the PDF tells. Raises ValueError."""
    told = json.loads(content or "{}")
    moves = told.get("moves", {}) if isinstance(told, dict) else None
    if not isinstance(moves, dict) or not all(type(blocks) is int for blocks in moves.values()):
        raise ValueError(f"expected moves of figures as whole numbers, found {moves!r}")
    return moves


def _contents(reading: Reading, headings: Mapping[str, Heading]) -> Iterator[str]:
    for place, id, number in reading.told:
        page = reading.found.page(reading.begun[id]) if id in reading.begun else 0
        if number != str(page):
            shown = repr(headings[id].text) if id in headings else id
            yield f"page {reading.found.page(place)}: expected {page} as the page of {shown}, found {number}"


def _margins(found: Found, margins: Sequence[str], title: str, chapters: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Outside the text there is the page's number, and from the second page on the title and the current chapter's, which is
    none over the contents and what follows them."""
    for number, (begin, margin) in enumerate(zip(found.begins, margins, strict=True), start=1):
        wanted = f"{number}/{len(margins)}"
        if number > 1:
            current = [chapter for place, chapter in sorted(chapters) if place <= begin]
            wanted = f"{title} {''.join(current[-1:])} {wanted}"
        if bare(margin) != bare(wanted):
            yield f"page {number}: expected {' '.join(wanted.split())!r} outside its text, found {' '.join(margin.split())!r}"


# -- what is to stand there -------------------------------------------------------------------------------------------


def pieces(body: Any, printed: bool) -> list[Piece]:
    """Of the body of a page, printed or for the browser, in the order of reading."""
    return [piece for piece in _pieces(body, 0, printed) if piece.text or piece.heading]


def _pieces(element: Any, depth: int, printed: bool) -> Iterator[Piece]:
    """depth: lists around it"""
    hidden = printed and "footnote-backref" in (element.get("class") or "")
    if not isinstance(element.tag, str) or element.tag in UNSEEN or hidden:
        return
    if element.tag in DRAWINGS:
        yield Piece(OBJECT + (bare(element.get("data-tex", "")) if printed else ""))
        return
    in_contents = bool(element.xpath(_IN_CONTENTS))
    if printed and element.tag == "li" and not in_contents:
        yield Piece(_mark(element, depth))
    if printed and element.tag == "tr" and (head := element.xpath("parent::tbody/../thead")):
        yield Piece("".join(piece.text for piece in _pieces(head[0], depth, printed)), "again")
    if element.tag in ("h2", "h3", "h4") or element.get("class") == "claim":
        yield Piece("", heading=element.get("id", ""))
    if printed and element.get("class") == "question":
        yield Piece("Q.")
    yield Piece(bare(element.text or ""))
    for child in element:
        yield from _pieces(child, depth + (element.tag in ("ul", "ol")), printed)
        yield Piece(bare(child.tail or ""))
    if printed and element.tag == "a" and (in_contents or element.get("class") == "page"):
        yield Piece(element.get("href").removeprefix("#"), "page")


def _mark(item: Any, depth: int) -> str:
    """What stands before a list item."""
    parent = item.getparent()
    if parent.tag == "ol":
        return f"{int(item.get('value', int(parent.get('start', 1)) + parent.index(item)))}."
    return BULLETS[min(depth - 1, 2)]
