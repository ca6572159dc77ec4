"""Does each page, and each figure, draw what was drawn there when the report was written, and is nothing else shown?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ronkyo.errors import counted
from ronkyo.typeset import drawn
from ronkyo.verify.check import Check, first
from ronkyo.verify.container import Report
from ronkyo.verify.pdf_text import OBJECT

FIGURES = "figures.json"


def check(report: Report) -> Check:
    """Of a PDF by the digests of what it draws, of an HTML by those of its images."""
    needed, look = (drawn.NAME, _pdf) if report.kind == "pdf" else (FIGURES, _html)
    if needed not in report.files:
        return Check("drawings", "nothing", [f"{needed}: expected it, found nothing"])
    try:
        found = look(report)
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        return Check("drawings", "nothing", [f"{needed}: expected digests of drawings, found {error!r}"])
    return replace(found, differences=first(found.differences))


def _pdf(report: Report) -> Check:
    expected = json.loads(report.files[drawn.NAME])
    found = drawn.Drawn(report.drawn["pages"], [drawn.Figure(*figure) for figure in report.drawn["figures"]])
    lines = [*report.drawn["extras"]]
    if len(expected["pages"]) != len(found.pages):
        lines.append(f"expected {len(expected['pages'])} pages, found {len(found.pages)}")
    told = set()
    for page, line in _figures(expected["figures"], found.figures, _names(report)):
        told.add(page)
        lines.append(line)
    for number, (one, other) in enumerate(zip(expected["pages"], found.pages, strict=False), start=1):
        if one != other and number not in told:
            lines.append(f"page {number}: expected what was drawn when the report was written, found another drawing")
    return Check("drawings", f"{counted(len(found.pages), 'page')}, {len(found.figures)} figures and formulas", lines)


def _figures(expected: list[Any], found: list[drawn.Figure], names: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """(page, what differs there) of each figure."""
    if len(expected) != len(found):
        yield 0, f"expected {len(expected)} figures and formulas, found {len(found)}"
    for (page, digest), figure in zip(expected, found, strict=False):
        if (page, digest) != (figure.page, figure.digest):
            name = names.get(figure.alternative, repr(figure.alternative[:60]))
            yield figure.page, f"page {figure.page}: {name}: expected the drawing that was set there, found another"


def _html(report: Report) -> Check:
    """Of formulas an HTML has no digests."""
    names, expected = _names(report), json.loads(report.files[FIGURES])
    known = {(figure["alt"], figure["md5"]) for figure in expected.values()}
    images, lines, others = report.drawn["images"], [], 0
    for alternative, digest in images:
        if alternative not in names:
            others += 1
        elif (alternative, digest) not in known:
            lines.append(f"{names[alternative]}: expected the drawing that was set there, found another")
    formulas = report.pages[0].count(OBJECT) - len(images)
    unknown = [f"{counted(formulas, 'formula')}, whose drawings only a PDF has digests of"] * bool(formulas)
    unknown += [f"{counted(others, 'image')}, which {FIGURES} does not list"] * bool(others)
    return Check("drawings", counted(len(images) - others, "figure"), lines, unknown)


def _names(report: Report) -> dict[str, str]:
    """How a figure is called, by what is read aloud in its place."""
    figures = json.loads(report.files.get(FIGURES, b"{}"))
    return {figure["alt"]: f"figure {name}" for name, figure in figures.items() if figure["alt"]}
