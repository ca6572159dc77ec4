"""What stands together on a page: headings and text, captions, equations and their numbers; pages that are left empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ronkyo.check.report import BOTTOM, LEFT, RIGHT, TOP, Box, Outcome, Report, bare, kids_of, listed, structure

FILLED = 0.85  # of a page
MOST = 45  # pages of a submission


def headings_stand_with_their_text(report: Report) -> Outcome:
    bad = []
    for _, title, number, top in report.outline:
        below = [1 for word in report.sheets[number].words if word.top > top + 25 and word.bottom < BOTTOM + 2]
        if not below and report.sheets[number].lowest < top + 40:
            bad.append(title)
    return Outcome(not bad, f"{len(report.outline)} headings" + listed(bad))


def captions_stand_with_what_they_name(report: Report) -> Outcome:
    captions, bad = 0, 0
    for element in structure(report.reader):
        kids = kids_of(element)
        for caption in (kid for kid in kids if kid.get("/S") == "/Caption"):
            captions += 1
            named = [kid for kid in kids if kid.get("/S") != "/Caption"]
            bad += not named or _page_of(named[0]) != _page_of(caption)  # one that is parted has a parent of its own
    return Outcome(not bad, f"{captions} captions, {bad} parted")


def equations_stand_whole_with_their_number(report: Report) -> Outcome:
    """Each inside the column of one page, its number clear of it at the right and at its height. What introduces it may
    end the page before (two lines of a paragraph always stay together); how often it does is told."""
    wanted = len(report.html.xpath("//*[@class='equation']"))
    with_number = len(report.html.xpath("//*[@class='equation'][*[@class='equation-number']]"))
    sheets: Any = report.reader.pages
    pages = {sheet.indirect_reference.idnum: number for number, sheet in enumerate(sheets)}
    spoken = report.words("speech.formula", formula="").strip()
    equations, numbered, begin_a_page, bad = 0, 0, 0, []
    for element in structure(report.reader):
        kids = kids_of(element)
        if element.get("/S") != "/Div" or not kids or not str(kids[0].get("/Alt", "")).startswith(spoken):
            continue
        places = [[(pages[page], mark) for kid in part for page, mark in _marks(kid)] for part in (kids[:1], kids[1:])]
        first = min(page for page, _ in places[0])
        sheet = report.sheets[first]
        formula, number = [[sheet.marked[mark] for page, mark in part if page == first] for part in places]
        equations += 1
        numbered += len(kids) > 1
        begin_a_page += Box.around(formula).top < TOP + 12
        if {page for part in places for page, _ in part} != {first} or not _stands_well(formula, number):
            bad.append(f"p. {first + 1}: {str(kids[0]['/Alt'])[:20]}…")
    is_less = report.edition != "full" and equations <= wanted and numbered <= with_number
    return Outcome(
        (is_less or (equations, numbered) == (wanted, with_number)) and not bad,
        f"{equations} of {wanted}, {numbered} of {with_number} with their number, {begin_a_page} begin a page"
        + listed(bad[:5]),
    )


def _stands_well(formula: list[Box], number: list[Box]) -> bool:
    box = Box.around(formula)
    inside = box.left > LEFT - 1 and box.right < RIGHT + 1 and box.top > TOP - 3 and box.bottom < BOTTOM + 3
    if not number:
        return inside
    beside = Box.around(number)
    at_its_height = box.top - 5 < (beside.top + beside.bottom) / 2 < box.bottom + 5
    return inside and at_its_height and box.right < beside.left and RIGHT - 20 < beside.right < RIGHT + 1


def _marks(element: Any) -> Iterator[tuple[int, int]]:
    """(page's object, mark) of all that is drawn for the element."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        if isinstance(kid, int):
            yield element.raw_get("/Pg").idnum, int(kid)
    for kid in kids_of(element):
        yield from _marks(kid)


def _page_of(element: Any) -> Any:
    """Where the element begins."""
    for kid in kids_of(element):
        return _page_of(kid)
    return element.raw_get("/Pg").idnum


def images_have_alternatives(report: Report) -> Outcome:
    figures = [element for element in structure(report.reader) if element.get("/S") == "/Figure"]
    silent = [element for element in figures if not str(element.get("/Alt", "")).strip()]
    images = report.html.xpath("//img")
    missing = [image for image in images if not (image.get("alt") or "").strip()]
    return Outcome(
        (bool(figures) or not images) and not silent and not missing,
        f"{len(figures)} in the PDF, {len(images)} in the HTML; {len(silent) + len(missing)} without",
    )


def pages_are_filled(report: Report) -> Outcome:
    """All but the last page of a chapter."""
    starts = {number for level, _, number, top in report.outline if level == 1 and top < TOP + 30}
    shares = {
        number + 1: (sheet.lowest - TOP) / (BOTTOM - TOP)
        for number, sheet in enumerate(report.sheets)
        if number + 1 not in starts and number + 1 < len(report.sheets)
    }
    bad = [f"p. {number}: {share:.0%}" for number, share in shares.items() if share < FILLED]
    return Outcome(
        not bad,
        f"least {min(shares.values(), default=1):.0%} (at least {FILLED:.0%}), {len(bad)} pages under" + listed(bad),
    )


def pages_are_few(report: Report) -> Outcome:
    count = len(report.reader.pages)
    if report.edition == "full":
        return Outcome(True, f"{count} pages of everything")
    return Outcome(count <= MOST, f"{count} pages of the submission (at most {MOST})")


def formulas_can_be_copied(report: Report) -> Outcome:
    """The TeX that each formula's tag has is what is copied from the page; each is spoken, too. Poppler takes a letter that is
    repeated in a narrow place for one that is printed twice, so repetitions are not compared."""
    formulas = [element for element in structure(report.reader) if element.get("/S") == "/Formula"]
    wanted = len(report.html.xpath("//*[local-name()='svg'][contains(concat(' ', @class, ' '), ' math ')]"))
    copied = _once("".join(report.texts))
    bad = [
        str(formula.get("/ActualText", formula.get("/Alt")))[:30]
        for formula in formulas
        if not bare(str(formula.get("/ActualText", ""))) or not str(formula.get("/Alt", "")).strip()
    ]
    bad += [
        tex[:30] for tex in {str(formula.get("/ActualText", "")) for formula in formulas} if _once(tex) not in copied
    ]
    return Outcome(
        not bad and bool(formulas) >= bool(wanted), f"{len(formulas)} formulas, {wanted} in the HTML" + listed(bad[:8])
    )


def _once(text: str) -> str:
    """Without blanks, and each letter once where it is repeated."""
    return re.sub(r"(.)\1+", r"\1", bare(text))
