"""Does each page say what the Markdown says that the report carries? Letter by letter, in the order of reading.

Blanks do not count, as lines break anywhere. What the pages have beside the Markdown's text is generated, and expected where
it belongs: marks of list items, the page numbers of the contents, a table's head again on its next page, a hyphen at the
end of a line, running heads and page numbers. A figure or a formula is one letter here: how it is drawn, `drawings` checks.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from ronkyo.verify.check import Check

OBJECT = "\ufffc"  # stands for a figure or a formula
BULLETS = "•◦▪"  # of lists in lists
MOST = 20  # differences that are told one by one
NEAR = 3000  # letters in which the text is looked for again after a difference
SURE = 12  # letters that are enough to know a place by
AROUND = 16  # letters of context in a message
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_WORD = re.compile(r"[\d.,]*\d|[A-Za-z]+|.", re.DOTALL)


class Piece(NamedTuple):
    """What is to come next: letters without blanks; of kind "page", the number of the page on which the heading of the
    id `text` begins; of kind "again", letters that may come again where a page begins."""

    text: str
    kind: str = "text"
    heading: str = ""  # the id of the heading that begins here


@dataclass
class Found:
    """The pages' text as one: letters, where each page begins in them, and where lines end."""

    text: str
    begins: list[int]
    ends: set[int]

    @classmethod
    def of(cls, pages: Sequence[str]) -> Found:
        parts: list[str] = []
        begins: list[int] = []
        ends: set[int] = set()
        place = 0
        for page in pages:
            begins.append(place)
            for line in page.split("\n"):
                parts.append(bare(line))
                place += len(parts[-1])
                ends.add(place)
        return cls("".join(parts), begins, ends)

    def page(self, place: int) -> int:
        """From 1."""
        return bisect_right(self.begins, place)


def bare(text: str) -> str:
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


# -- what is to stand there -------------------------------------------------------------------------------------------


def pieces(body: Any) -> Iterator[Piece]:
    """Of the body of the page that is printed, in the order of reading."""
    yield from _pieces(body, 0)


def _pieces(element: Any, depth: int) -> Iterator[Piece]:
    """depth: lists around it"""
    if not isinstance(element.tag, str) or "footnote-backref" in element.get("class", ""):
        return
    if element.tag == "img":
        yield Piece(OBJECT)
        return
    if element.tag == "li" and (mark := _mark(element, depth)):
        yield Piece(mark)
    if element.tag == "p" and element.get("class") == "question":
        yield Piece("Q.")
    if element.tag == "tr" and element.getparent().tag == "tbody" and (head := element.xpath("../../thead")):
        again = "".join(piece.text for piece in _pieces(head[0], depth))
        yield Piece(again, "again")
    if element.tag in ("h2", "h3", "h4"):
        yield Piece("", heading=element.get("id", ""))
    if text := bare(element.text or ""):
        yield Piece(text)
    for child in element:
        yield from _pieces(child, depth + (element.tag in ("ul", "ol")))
        if text := bare(child.tail or ""):
            yield Piece(text)
    if element.tag == "a" and element.xpath('ancestor::nav[contains(@class, "contents")]'):
        yield Piece(element.get("href").removeprefix("#"), "page")


def _mark(item: Any, depth: int) -> str:
    """What stands before a list item."""
    parent = item.getparent()
    if item.xpath('ancestor::nav[contains(@class, "contents")]'):
        return ""
    if parent.tag == "ol":
        return f"{int(parent.get('start', 1)) + parent.index(item)}."
    return BULLETS[min(depth - 1, 2)]


# -- what stands there ------------------------------------------------------------------------------------------------


@dataclass
class Reading:
    """How far the pages were read, and what differed."""

    found: Found
    place: int = 0
    differences: list[str] = field(default_factory=list)
    begun: dict[str, int] = field(default_factory=dict)  # id of a heading -> its page
    told: list[tuple[int, str, str]] = field(default_factory=list)  # place, id of a heading, page in the contents

    def read(self, wanted: Sequence[Piece]) -> None:
        place = 0
        while place < len(wanted):
            place = place + 1 if self._take(wanted[place]) else self._resume(wanted, place)
        if rest := self.found.text[self.place :]:
            self._tell(self.place, "nothing more", f"{_short(rest)}")

    def _take(self, piece: Piece) -> bool:
        """Go on behind a piece; False where it does not stand there."""
        text = self.found.text
        if piece.heading:
            self.begun[piece.heading] = self.found.page(self.place)
        if piece.kind == "again":
            if self.place in self.found.begins and text.startswith(piece.text, self.place):
                self.place += len(piece.text)
        elif piece.kind == "page":
            start = self.place + len(text[self.place :]) - len(text[self.place :].lstrip("."))
            end = next((place for place in range(start + 1, len(text) + 1) if place in self.found.ends), start)
            if not text[start:end].isdecimal():
                return False
            self.told.append((start, piece.text, text[start:end]))
            self.place = end
        elif text.startswith(piece.text, self.place):
            self.place += len(piece.text)
        else:
            end = self._with_hyphens(piece.text)
            self.place = end or self.place
            return end is not None
        return True

    def _with_hyphens(self, wanted: str) -> int | None:
        """Where a text ends that goes on behind hyphens at the ends of lines."""
        text, place = self.found.text, self.place
        for number, letter in enumerate(wanted):
            if place < len(text) and text[place] == letter:
                place += 1
                continue
            divided = number and wanted[number - 1].isalpha() and letter.isalpha() and place + 1 in self.found.ends
            if not (divided and text[place] in "-\u2010" and text[place + 1 : place + 2] == letter):
                return None
            place += 2
        return place

    def _resume(self, wanted: Sequence[Piece], first: int) -> int:
        """Tell how the text differs up to the next place that is known again; the number of the piece that is there."""
        text, missed = self.found.text, ""
        for place in range(first, len(wanted)):
            signature = _signature(wanted, place)
            if len(signature) >= SURE or place == first:
                at = text.find(signature, self.place + (place == first), self.place + len(missed) + NEAR)
                if at >= 0:
                    self._tell_all(missed, text[self.place : at])
                    self.place = at
                    return place
            missed += wanted[place].text if wanted[place].kind == "text" else ""
        self._tell_all(missed, text[self.place :])
        self.place = len(text)
        return len(wanted)

    def _tell_all(self, wanted: str, found: str) -> None:
        """Word by word how two texts of the same place differ."""
        words = [_WORD.findall(text) for text in (wanted, found)]
        matcher = SequenceMatcher(None, *words, autojunk=False)
        for kind, start, end, low, high in matcher.get_opcodes():
            if kind == "equal":
                continue
            before = "".join(words[0][:start])[-AROUND:]
            after = "".join(words[0][end:])[:AROUND]
            parts = ("".join(words[0][start:end]), "".join(words[1][low:high]))
            lines = [f"…{before}{_short(part)}{after}…" for part in parts]
            self._tell(self.place + sum(map(len, words[1][:low])), *lines)

    def _tell(self, place: int, wanted: str, found: str) -> None:
        self.differences.append(f"page {self.found.page(place)}: expected {wanted}, found {found}")


def _signature(wanted: Sequence[Piece], place: int) -> str:
    """Letters to know a piece by, with those behind it if it is short."""
    letters = ""
    for piece in wanted[place:]:
        if piece.kind == "page" or len(letters) >= SURE:
            break
        letters += piece.text if piece.kind == "text" else ""
    return letters


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:40]}…{text[-10:]} ({len(text)} letters)"
