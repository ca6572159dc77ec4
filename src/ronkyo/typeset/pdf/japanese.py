"""How a line of Japanese gets even edges, as Japanese books do it (JIS X 4051, JLREQ 3.8).

The room that is left in a line goes between its kanji and kana. Programs that copy text take a gap of a tenth of an em for
a blank, so past LIMIT only the blanks beside Latin words and numbers still grow, by BLANK at most; a line that would need
more stays ragged, since wide holes are worse than an uneven edge. The blank half of a 、 or 」 at the end of a line, and of
a 「 at its beginning, stands outside the measure. `weasyprint_70` applies this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LIMIT = 0.09  # em
BLANK = 0.2  # em; with its own width and LIMIT, half an em
OPENING = "「『（【〈《〔［｛"
CLOSING = "、。，．」』）】〉》〕］｝"

_JAPANESE = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uffef"
_STRETCHES = re.compile(f"[ \u00a0{_JAPANESE}]+")
_RUNS = re.compile(f"[ \u00a0]+|[{_JAPANESE}]+")
_IS_JAPANESE = re.compile(f"[{_JAPANESE}]")


class Spread(float):
    """What the characters of a line get, in the unit of `gap`. It stands where WeasyPrint keeps what a blank gets, and is
    0 for WeasyPrint's own code, which would give it to blanks only."""

    gap: float
    blank: float  # what a blank gets beyond the gap

    def __new__(cls, gap: float, blank: float = 0.0) -> Spread:
        spread = super().__new__(cls, 0.0)
        spread.gap, spread.blank = gap, blank
        return spread

    def of(self, character: str) -> float:
        """The room that a character gets, half of it on each side."""
        return (self.gap + self.blank * (character in " \u00a0")) * stretches(character)

    def width(self, text: str) -> float:
        """The room that a text gets: none outside it."""
        return sum(map(self.of, text)) - (self.of(text[0]) + self.of(text[-1])) / 2

    def runs(self, text: str) -> Iterator[tuple[int, int, float]]:
        """(start, end, room of each character) of each part of a text that stretches evenly."""
        for run in _RUNS.finditer(text):
            yield *run.span(), self.of(run[0][0])


def spread_of(text: str, room: float, em: float) -> Spread | None:
    """What to add to the gaps of a line so that `room` is used up; None if that would tear holes.

    >>> spread_of("日本語", 2.0, em=100).gap
    1.0
    >>> spread_of("日本語", 20.0, em=100)
    >>> spread_of("日本 語", 40.0, em=100).blank
    13.0
    """
    gaps, blanks = Spread(1).width(text), Spread(0, 1).width(text)
    if gaps <= 0:
        return None
    if room <= gaps * LIMIT * em:
        return Spread(room / gaps)
    left = room - gaps * LIMIT * em
    return Spread(LIMIT * em, left / blanks) if left <= blanks * BLANK * em else None


def is_japanese(text: str) -> bool:
    """Whether any character of the text is."""
    return _IS_JAPANESE.search(text) is not None


def stretches(text: str) -> bool:
    """Whether the text's first character is a blank, kanji, kana or a Japanese mark."""
    return _STRETCHES.match(text) is not None
