"""Lines of Japanese text: flush, without holes, broken where they may be; what is copied out of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ronkyo.check.report import BODY_SIZE, LEFT, RIGHT, Line, Outcome, Report, listed, plain

FLUSH, STRAY = 0.95, 3
HOLE = BODY_SIZE  # the widest blank that may be in a line
NOT_FIRST = "、。，．・：；？！）」』】〉》〕｝ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮー々…"
NOT_LAST = "（「『【〈《〔｛"
MARKS = "、。，．」』）】〉》〕］｝"
INLINE = {"a", "b", "code", "data", "em", "i", "span", "strong", "sub", "sup"}
LETTER = "[ぁ-んァ-ヶ一-龥]"


def lines_are_flush(report: Report) -> Outcome:
    full = [line for sheet in report.sheets for line in sheet.lines if _is_full(line)]
    flush = [line for line in full if abs(_gap(line)) < 0.6]
    share = len(flush) / len(full) if full else 1
    return Outcome(share >= FLUSH, f"{share:.1%} of {len(full)} full lines (at least {FLUSH:.0%})")


def _is_full(line: Line) -> bool:
    """From one edge of the column to the other, so far as the next character would not have fitted."""
    return (
        bool(re.search("[ぁ-ん]", line.text))
        and line.left < LEFT + 12
        and line.right > RIGHT - 21
        and line.is_last_thing
    )


def _gap(line: Line) -> float:
    """Between the line's end and the column's; a mark's blank half may stand outside."""
    gap = RIGHT - line.right
    return gap + BODY_SIZE / 2 if line.text[-1] in MARKS and gap < -1 else gap


def lines_have_no_holes(report: Report) -> Outcome:
    """Space that makes a line flush is spread over it, not left beside Latin words."""
    full = [line for sheet in report.sheets for line in sheet.lines if _is_full(line)]
    bad = [f"p. {line.page} {line.text[:12]}…" for line in full if line.hole > HOLE]
    widest = max((line.hole for line in full), default=0)
    return Outcome(not bad, f"widest blank {widest:.1f} pt (at most {HOLE})" + listed(bad[:8]))


def lines_break_where_they_may(report: Report) -> Outcome:
    lines = [line for sheet in report.sheets for line in sheet.lines if line.text]
    bad = [
        f"p. {line.page} {line.text[:6]}…{line.text[-6:]}"
        for line in lines
        if (line.text[0] in NOT_FIRST and line.left < LEFT + 1) or (line.text[-1] in NOT_LAST and line.is_last_thing)
    ]
    return Outcome(not bad, f"{len(lines)} lines" + listed(bad))


def copied_text_has_no_stray_blanks(report: Report) -> Outcome:
    """A blank between two Japanese letters that stands neither in the report nor between two of its elements."""
    written = plain("".join(_written(report.html)))
    bad = []
    for text in report.texts:
        for blank in re.finditer(f"(?={LETTER}{{2}}( ){LETTER}{{2}})", text):
            around = text[blank.start(1) - 2 : blank.end(1) + 2]
            if around not in written:
                bad.append(around)
    return Outcome(len(bad) <= STRAY, f"{len(bad)} (at most {STRAY})" + listed(bad[:8]))


def _written(element: Any) -> Iterator[str]:
    """The text of the HTML, with blanks around all that is not part of a sentence."""
    if not isinstance(element.tag, str):
        return
    apart = "" if element.tag in INLINE and "badge" not in element.get("class", "") else " "
    yield apart
    yield element.text or ""
    for child in element:
        yield from _written(child)
        yield child.tail or ""
    yield apart
