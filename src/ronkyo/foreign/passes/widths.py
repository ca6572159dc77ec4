"""Tables and formulas that are wider than the page get smaller letters in the PDF; in the browser they scroll."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ronkyo.foreign.passes.elements import HtmlElement
from ronkyo.foreign.safe import Warn
from ronkyo.typeset.mathematics import Drawing

SIZE, PADDING = 8.3, 10.0  # pt, as in the engine's style
TEXT = 10.0  # pt
APART = 1.0  # em between a formula and its number
LEAST_PADDING = 0.6  # em
SMALL, SMALLEST = 5.0, 3.0  # pt: what is told of, and where words break
INDENT = 20.0  # pt
LONGEST = 1 / 3  # of the text's width; longer words break
WIDEST = 2 / 3  # of the text's width; wider formulas in a cell get smaller
WORD = re.compile(r"[^\s\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]+|\S")


def fit(root: HtmlElement, formulas: Sequence[Drawing], text: float, warn: Warn) -> None:
    """text: width of the page's text in pt."""
    for slot in root.xpath("descendant::*[@data-formula][not(ancestor::table or ancestor::*[@class='cell'])]"):
        _fit_formula(slot, formulas, _room(slot, text), warn)
    for table in root.xpath("descendant::table[not(ancestor::table)]"):
        width = _room(table, text)
        longest, widest = width * LONGEST / SIZE, width * WIDEST / SIZE
        columns: dict[int, float] = defaultdict(float)
        for slot in table.xpath(".//*[@data-formula]"):
            if (ratio := widest / _drawn(slot, formulas)) < 1:
                _shrink(slot, SIZE * ratio, f"{ratio:.3g}em", warn)
        for column, cell in _cells(table):
            words = _longest_word(cell)
            if words > longest:
                _add(cell, "overflow-wrap: anywhere")
            drawn = max((_drawn(slot, formulas) for slot in cell.xpath(".//*[@data-formula]")), default=0)
            columns[column] = max(columns[column], min(words, longest), min(drawn, widest))
        if sum(columns.values()) * SIZE + len(columns) * PADDING <= width:
            continue
        size = min(0.97 * width / (sum(columns.values()) + len(columns) * LEAST_PADDING), SIZE)
        wrap = "normal"
        if size < SMALLEST:
            size, wrap = min(SMALLEST, width / len(columns) / 1.6), "anywhere"
        if size < SMALL:
            broken = " and its words broken" * (wrap == "anywhere")
            said = f"a table of {len(columns)} columns is wider than the page"
            warn(int(table.get("data-line") or 0), f"{said}: in the PDF its letters are {size:.1f} pt high{broken}")
        _add(table, f"--size: {size:.3g}pt; --wrap: {wrap}")


def _room(element: HtmlElement, text: float) -> float:
    """Its width, in pt."""
    return max(text - INDENT * len(element.xpath("ancestor::li | ancestor::blockquote | ancestor::dd")), text / 2)


def _fit_formula(slot: HtmlElement, formulas: Sequence[Drawing], room: float, warn: Warn) -> None:
    """A number beside it has its room."""
    formula = _drawn(slot, formulas)
    number = max((sum(map(_width, mark.text)) + APART for mark in slot.xpath("./span")), default=0)
    if (formula + 2 * number) * TEXT <= room:  # it stands in the middle
        return
    size = min(TEXT, room / (formula + number))
    _shrink(slot, size, f"{size:.3g}pt; padding-right: {number:.3g}em", warn)


def _drawn(slot: HtmlElement, formulas: Sequence[Drawing]) -> float:
    """Its width, in em."""
    return float(formulas[int(slot.get("data-formula"))].width.removesuffix("em"))


def _shrink(slot: HtmlElement, size: float, style: str, warn: Warn) -> None:
    _add(slot, f"--size: {style}")
    if size < SMALL:
        said = f"a formula is wider than the page: in the PDF its letters are {size:.1f} pt high"
        warn(int(slot.get("data-line") or 0), said)


def _cells(table: HtmlElement) -> Iterator[tuple[int, HtmlElement]]:
    """Those of one column, with its index."""
    taken: dict[int, int] = {}  # column -> how many rows a cell above still reaches
    for row in table.xpath("./tr | ./*/tr"):
        column = 0
        below = {index: rows - 1 for index, rows in taken.items()}
        for cell in row.iterchildren("td", "th"):
            while taken.get(column, 0):
                column += 1
            span = int(cell.get("colspan", "1")) or 1
            if span == 1:
                yield column, cell
            rows = int(cell.get("rowspan", "1"))
            below |= {index: rows - 1 for index in range(column, column + span)}
            column += span
        taken = below


def _longest_word(cell: HtmlElement) -> float:
    """In em; links and code break anywhere."""
    pieces = cell.xpath("descendant::text()[not(ancestor::a or ancestor::code)]") if len(cell) else [cell.text or ""]
    return sum(map(_width, max(WORD.findall("".join(pieces)), key=len, default="")))


def _width(letter: str) -> float:
    """About, in em of the report's font."""
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    return 0.72 if letter.isupper() or letter in "mw%@—…" else 0.56


def _add(element: HtmlElement, style: str) -> None:
    element.set("style", "; ".join(filter(None, (element.get("style"), style))))
