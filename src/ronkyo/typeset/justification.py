"""Japanese justification for WeasyPrint, which by itself stretches nothing but blanks.

Both edges of a paragraph are made even as Japanese books do it (JIS X 4051, JLREQ 3.8): the room that is left in a line
goes between its kanji and kana; the blank half of a 、 or 」 at the end of a line, and of a 「 at its beginning, stands
outside the measure. Programs that copy text take a gap of a tenth of an em for a blank, so past LIMIT only the blanks
beside Latin words and numbers still grow, by BLANK at most; a line that would need more stays ragged, since wide holes are
worse than an uneven edge.

It replaces two private functions, so it is made for one version of WeasyPrint and does nothing with any other; then
`STYLE_WITHOUT` sets text flush left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

VERSION = "70.0"
LIMIT = 0.09  # em
BLANK = 0.2  # em; with its own width and LIMIT, half an em
SMALLEST = 0.85  # em; the same gap would look wider in smaller print
STYLE_WITHOUT = "html { --text-align: start !important }"

_JAPANESE = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uffef"
_STRETCHES = re.compile(f"[ \u00a0{_JAPANESE}]+")
_RUNS = re.compile(f"[ \u00a0]+|[{_JAPANESE}]+")
_IS_JAPANESE = re.compile(f"[{_JAPANESE}]")
_OPENING = "「『（【〈《〔［｛"
_CLOSING = "、。，．」』）】〉》〕］｝"
_OTHER = "\ufffc"  # stands for what does not stretch: an image, a formula, a label in small print


class Spread(float):
    """WeasyPrint's justification_spacing of a text: 0 for its own code, which would give it to blanks only."""

    gap: float
    blank: float  # what a blank gets beyond the gap

    def __new__(cls, gap: float, blank: float = 0.0) -> Spread:
        spread = super().__new__(cls, 0.0)
        spread.gap, spread.blank = gap, blank
        return spread

    def of(self, character: str) -> float:
        """The room that a character gets, half of it on each side."""
        return (self.gap + self.blank * _is_blank(character)) * _stretches(character)

    def width(self, text: str) -> float:
        """The room that a text gets: none outside it."""
        return sum(map(self.of, text)) - (self.of(text[0]) + self.of(text[-1])) / 2


def is_supported() -> bool:
    import weasyprint

    return weasyprint.__version__ == VERSION


@contextmanager
def applied() -> Iterator[None]:
    """While the block runs, WeasyPrint justifies Japanese lines; with another version nothing changes."""
    if not is_supported():
        yield
        return
    inline, Layout = _private("layout.inline"), _private("text.line_break").Layout  # noqa: N806

    text_align, set_text = inline.text_align, Layout.set_text

    def align(context: Any, line: Any, available_width: float, last: bool) -> float:
        offset = _align(line, available_width, last)
        return text_align(context, line, available_width, last) if offset is None else offset

    def set_spread_text(layout: Any, text: str, justify: bool = False) -> None:
        set_text(layout, text, justify)
        if justify and isinstance(layout.justification_spacing, Spread):
            _space_letters(layout, layout.justification_spacing)

    inline.text_align, Layout.set_text = align, set_spread_text
    try:
        yield
    finally:
        inline.text_align, Layout.set_text = text_align, set_text


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


def _private(name: str) -> Any:
    """A module of WeasyPrint's own, whose types are nobody's business."""
    return import_module(f"weasyprint.{name}")


def _align(line: Any, available_width: float, last: bool) -> float | None:
    """Spread the line and return its offset; None if WeasyPrint is to decide."""
    style = line.style
    if style["text_align_all"] != "justify" or style["white_space"] not in ("normal", "nowrap", "pre-line"):
        return None
    if style["direction"] != "ltr":
        return None
    em = style["font_size"]
    leaves = list(_leaves(line))
    text = "".join(leaf.text if _is_text(leaf, em) else _OTHER for leaf in leaves)
    if not _IS_JAPANESE.search(text):
        return 0 if last else None
    offset = -em / 2 if text[0] in _OPENING else 0
    room = available_width - line.width - offset + (em / 2 if text[-1] in _CLOSING else 0)
    if not last and room > 0 and (spread := spread_of(text, room, em)) is not None:
        _spread(line, em, spread, 0, leaves[0], leaves[-1])
    return offset


def _leaves(box: Any) -> Iterator[Any]:
    boxes = _private("formatting_structure.boxes")

    if not isinstance(box, boxes.LineBox | boxes.InlineBox):
        if getattr(box, "text", _OTHER):
            yield box
        return
    for child in box.children:
        if child.is_in_normal_flow():
            yield from _leaves(child)


def _is_text(box: Any, em: float) -> bool:
    return hasattr(box, "text") and box.style["font_size"] >= SMALLEST * em


def _stretches(character: str) -> bool:
    return _STRETCHES.match(character) is not None


def _is_blank(character: str) -> bool:
    return character in " \u00a0"


def _spread(box: Any, em: float, spread: Spread, advance: float, first: Any, last: Any) -> float:
    """Move the box by `advance` and widen it; return by how much what follows is to be moved."""
    boxes = _private("formatting_structure.boxes")

    if isinstance(box, boxes.LineBox | boxes.InlineBox):
        before = advance
        box.position_x += before
        for child in box.children:
            if child.is_in_normal_flow():
                advance = _spread(child, em, spread, advance, first, last)
        box.width += advance - before
        return advance
    if not _is_text(box, em) or not any(map(_stretches, box.text)):
        box.translate(advance, 0)
        return advance
    if box is not first:  # Pango adds nothing outside a text
        advance += spread.of(box.text[0]) / 2
    box.position_x += advance
    box.justification_spacing = box.pango_layout.justification_spacing = spread
    box.pango_layout.text = box.text  # without the blank that was cut off at the end of the line
    width = spread.width(box.text)
    box.width += width
    advance += width
    if box is not last:
        advance += spread.of(box.text[-1]) / 2
    return advance


def _space_letters(layout: Any, spread: Spread) -> None:
    """Give each run of stretching characters a letter spacing, which Pango halves to both sides of each."""
    library = _private("text.ffi")
    ffi, pango = library.ffi, library.pango
    attributes = pango.pango_layout_get_attributes(layout.layout)
    if attributes == ffi.NULL:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
    letter_spacing = layout.style["letter_spacing"]
    own = 0 if letter_spacing == "normal" else letter_spacing
    for run in _RUNS.finditer(layout.text):
        spacing = round((spread.of(run[0][0]) + own) * library.TO_UNITS)
        attribute = pango.pango_attr_letter_spacing_new(spacing)
        attribute.start_index = len(layout.text[: run.start()].encode())
        attribute.end_index = len(layout.text[: run.end()].encode())
        pango.pango_attr_list_change(attributes, attribute)
    pango.pango_layout_set_attributes(layout.layout, attributes)
