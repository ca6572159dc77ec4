"""A built report as the checks read it: its pages, lines, bookmarks and tags. Lengths are points from a page's top left."""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import pdfplumber
import pypdf
from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.editions import Edition
from ronkyo.words import Words

LEFT, RIGHT = 30.9 / 25.4 * 72, (210 - 30.9) / 25.4 * 72  # of the column, as report.css has it
TOP, BOTTOM = 26 / 25.4 * 72, (297 - 25) / 25.4 * 72
BODY_SIZE = 10


class Outcome(NamedTuple):
    ok: bool
    figure: str


class Bookmark(NamedTuple):
    level: int  # 1 for a chapter
    title: str
    page: int  # from 0
    top: float  # of the heading, from the page's top


class Box(NamedTuple):
    """On a page, from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, items: Iterable[Any]) -> Box:
        """Of pdfplumber's items, or of boxes."""
        edges = [
            item if isinstance(item, Box) else Box(item["x0"], item["top"], item["x1"], item["bottom"])
            for item in items
        ]
        lefts, tops, rights, bottoms = zip(*edges, strict=True)
        return cls(min(lefts), min(tops), max(rights), max(bottoms))


class Word(NamedTuple):
    """A run of letters on a page without a blank."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


@dataclass(frozen=True)
class Line:
    """A line of body text, without its blanks."""

    page: int
    text: str
    left: float
    right: float
    is_last_thing: bool  # nothing is drawn at its right
    hole: float = 0  # its widest blank


class Report:
    """The files, and what several checks want to know of them."""

    def __init__(
        self,
        pdf: Path,
        page: Path,
        words: Words,
        attached: frozenset[str] = frozenset(),
        validator: Path = Path("vnu.jar"),
        edition: Edition = "full",
    ) -> None:
        """page: the HTML; attached: the names of the files that must be in the PDF; validator: that of the HTML;
        edition: of the PDF, while the HTML has everything."""
        self.pdf, self.page, self.words, self.attached, self.validator = pdf, page, words, attached, validator
        self.edition: Edition = edition

    @cached_property
    def reader(self) -> pypdf.PdfReader:
        return pypdf.PdfReader(self.pdf)

    @cached_property
    def html(self) -> Any:
        return html.parse(str(self.page)).getroot()

    @cached_property
    def texts(self) -> list[str]:
        """The text of each page as poppler copies it."""
        return run("pdftotext", self.pdf, "-").stdout.split("\f")[:-1]

    @cached_property
    def sheets(self) -> list[Sheet]:
        with pdfplumber.open(self.pdf) as document:
            return [Sheet.read(sheet) for sheet in document.pages]

    @cached_property
    def outline(self) -> list[Bookmark]:
        bookmarks: list[Bookmark] = []

        def visit(items: Any, level: int) -> None:
            for item in items:
                if isinstance(item, list):
                    visit(item, level + 1)
                    continue
                number = self.reader.get_destination_page_number(item)
                height = float(self.reader.pages[number or 0].mediabox.height)
                bookmarks.append(Bookmark(level, item.title, number or 0, height - float(item.top or 0)))

        visit(self.reader.outline, 1)
        return bookmarks

    @cached_property
    def targets(self) -> dict[str, int]:
        """name of a destination -> page from 0."""
        return {
            name: number
            for name, place in self.reader.named_destinations.items()
            if (number := self.reader.get_destination_page_number(place)) is not None
        }


@dataclass(frozen=True)
class Sheet:
    """What is drawn on a page, measured from its top left corner."""

    lines: list[Line]
    words: list[Word]
    lowest: float  # of what is drawn between the margins
    head: list[tuple[float, float, str]] = field(default_factory=list)  # left, right, text of the words above the text
    marked: dict[int, Box] = field(default_factory=dict)  # what each mark of the tags encloses

    @property
    def body(self) -> str:
        """The text below the running head, without blanks."""
        return bare("".join(word.text for word in self.words if word.bottom >= TOP - 2))

    @classmethod
    def read(cls, sheet: Any) -> Sheet:
        drawn = [*sheet.chars, *sheet.curves, *sheet.rects, *sheet.lines, *sheet.images]
        inside = [item["bottom"] for item in drawn if item["top"] > TOP - 20 and item["bottom"] < BOTTOM + 2]
        rows: dict[int, list[Any]] = {}
        for char in sheet.chars:
            if abs(char["size"] - BODY_SIZE) < 0.05 and "Sans" in char["fontname"] and char["top"] < BOTTOM:
                rows.setdefault(round(char["bottom"]), []).append(char)
        lines = []
        for _, row in sorted(rows.items()):
            row.sort(key=lambda char: char["x0"])
            first, last = row[0], row[-1]
            level = [item for item in drawn if item["top"] < last["bottom"] - 2 and item["bottom"] > last["top"] + 2]
            beside = [item for item in level if item["x0"] > last["x0"] + 1]
            text = "".join(char["text"] for char in row).strip()
            lines.append(Line(sheet.page_number, text, first["x0"], last["x1"], not beside, _widest_blank(level)))
        words = sheet.extract_words()
        marked: dict[int, list[Any]] = {}
        for item in drawn:
            if item.get("mcid") is not None:
                marked.setdefault(item["mcid"], []).append(item)
        return cls(
            lines,
            [Word(word["x0"], word["top"], word["x1"], word["bottom"], word["text"]) for word in words],
            max(inside, default=TOP),
            [(word["x0"], word["x1"], word["text"]) for word in words if word["bottom"] < TOP - 2],
            {mark: Box.around(items) for mark, items in marked.items()},
        )


def _widest_blank(items: list[Any]) -> float:
    """Between things that stand in one line; grounds and frames behind it are none."""
    things = [item for item in items if item.get("text", "-").strip() and item["width"] < (RIGHT - LEFT) / 2]
    things.sort(key=lambda item: item["x0"])
    ends = accumulate((thing["x1"] for thing in things), max)
    return max((after["x0"] - end for end, after in zip(ends, things[1:], strict=False)), default=0)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return subprocess.CompletedProcess([], 127, "", f"{command[0]} is not installed")


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return ((done.stderr or done.stdout).strip().splitlines() or ["no answer"])[-1]


def listed(bad: list[str]) -> str:
    return f"; wrong: {', '.join(bad)}" if bad else ""


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def embedded(page: Any) -> Iterator[tuple[str, Any]]:
    """(id, root of the SVG) of each drawing in the figures of an HTML, whether it stands there or is an image."""
    for figure in page.xpath("//figure[@id]"):
        for image in figure.xpath(".//img[starts-with(@src, 'data:image/svg+xml;base64,')]"):
            yield figure.get("id"), etree.fromstring(base64.b64decode(image.get("src").partition(",")[2]))
        for drawing in figure.xpath(".//*[local-name()='svg'][not(contains(@class, 'math'))]"):
            yield figure.get("id"), drawing


def links_of(sheet: Any) -> Iterator[Any]:
    for annotation in sheet.get("/Annots", []):
        if (link := annotation.get_object()).get("/Subtype") == "/Link":
            yield link


def structure(reader: pypdf.PdfReader) -> Iterator[Any]:
    root: Any = reader.trailer["/Root"]
    waiting = kids_of(root["/StructTreeRoot"])
    while waiting:
        element = waiting.pop()
        yield element
        waiting += kids_of(element)


def kids_of(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    return [kid for kid in (kid.get_object() for kid in kids) if isinstance(kid, dict) and kid.get("/Type") != "/OBJR"]
