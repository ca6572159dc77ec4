"""Two texts side by side, letter by letter: what is to come, piece by piece, and what the pages have.

Blanks do not count, since lines break anywhere.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import NamedTuple

HYPHEN = "\x02"  # how PDFium writes one that ends a line
NEAR = 3000  # letters in which the text is looked for again after a difference
SURE = 12  # letters that are enough to know a place by
AROUND = 16  # letters of context in a message
# Letters for which the engine's fonts have one glyph, which a PDF gives back as one of them.
_TWINS = dict(zip("‑‒⋯‧‵∕～➀➁➂➃➄➅➆➇➈➉➊➋➌➍➎➏➐➑➒➓", "-–…・｀／〜①②③④⑤⑥⑦⑧⑨⑩❶❷❸❹❺❻❼❽❾❿", strict=True))
_ONE_GLYPH = str.maketrans(_TWINS)
_BLANK = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_WORD = re.compile(r"[\d.,]*\d|[A-Za-z]+|.", re.DOTALL)


class Piece(NamedTuple):
    """What is to come next: letters without blanks, by kind.

    text: the letters themselves; again: letters that may come again where a page begins; page: the number of the page on
    which the heading of the id `text` begins
    """

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


@dataclass
class Reading:
    """How far the pages were read, and what differed: (place, expected, found)."""

    found: Found
    place: int = 0
    differences: list[tuple[int, str, str]] = field(default_factory=list)
    begun: dict[str, int] = field(default_factory=dict)  # id of a heading -> where it begins
    told: list[tuple[int, str, str]] = field(default_factory=list)  # place, id of a heading, page that is printed there

    def read(self, wanted: Sequence[Piece]) -> None:
        place = 0
        while place < len(wanted):
            place = place + 1 if self._take(wanted[place]) else self._resume(wanted, place)
        if rest := self.found.text[self.place :]:
            self.differences.append((self.place, "nothing more", _short(rest)))

    def _take(self, piece: Piece) -> bool:
        """Go on behind a piece; False where it does not stand there."""
        text = self.found.text
        if piece.heading:
            self.begun[piece.heading] = self.place
        if piece.kind == "page":
            return self._take_page(piece.text)
        if piece.kind == "again":
            again = self.place in self.found.begins and text.startswith(piece.text, self.place)
            self.place += len(piece.text) * again
        elif text.startswith(piece.text, self.place):
            self.place += len(piece.text)
        else:
            end = self._with_hyphens(piece.text)
            self.place = self.place if end is None else end
            return end is not None
        return True

    def _take_page(self, heading: str) -> bool:
        """Dots and a number that ends a line."""
        text, start = self.found.text, self.place
        while text.startswith(".", start):
            start += 1
        end = next((place for place in range(start + 1, len(text) + 1) if place in self.found.ends), start)
        if text[start:end].isdecimal():
            self.told.append((start, heading, text[start:end]))
            self.place = end
        return self.place == end

    def _with_hyphens(self, wanted: str) -> int | None:
        """Where a text ends that goes on behind hyphens at the ends of lines, its own or those of divided words."""
        text, place = self.found.text, self.place
        for letter in wanted:
            here, after = text[place : place + 1], text[place + 1 : place + 2]
            divides = here == HYPHEN or here == "-" and place + 1 in self.found.ends
            if here == letter or here == HYPHEN and letter == "-":
                place += 1
            elif divides and letter.isalpha() and after == letter:
                place += 2
            else:
                return None
        return place

    def _resume(self, wanted: Sequence[Piece], first: int) -> int:
        """Tell how the text differs up to the next place that is known again; the number of the piece that is there."""
        text, missed = self.found.text, ""
        for place in range(first, len(wanted)):
            signature = _signature(wanted, place)
            if len(signature) >= SURE:
                at = text.find(signature, self.place + (place == first), self.place + len(missed) + NEAR)
                if at >= 0:
                    self._tell(missed, text[self.place : at])
                    self.place = at
                    return place
            missed += wanted[place].text if wanted[place].kind == "text" else ""
        self._tell(missed, text[self.place :])
        self.place = len(text)
        return len(wanted)

    def _tell(self, wanted: str, found: str) -> None:
        """Word by word how two texts of the same place differ."""
        words = [_WORD.findall(text) for text in (wanted, found)]
        for kind, start, end, low, high in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
            if kind != "equal":
                before = "".join(words[0][:start])[-AROUND:]
                after = "".join(words[0][end:])[:AROUND]
                parts = ("".join(words[0][start:end]), "".join(words[1][low:high]))
                place = self.place + sum(map(len, words[1][:low]))
                expected, shown = (
                    f"…{text}…" if (text := f"{before}{_short(part)}{after}") else "nothing" for part in parts
                )
                self.differences.append((place, expected, shown))


def bare(text: str) -> str:
    return _BLANK.sub("", text).translate(_ONE_GLYPH)


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
