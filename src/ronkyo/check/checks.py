"""Is the built report typeset as it should be? `python -m ronkyo.check.checks [PDF HTML]`, or `make check-report`.

Every line of the list is a check of the finished files by programs that others wrote (validators, poppler, pypdf,
pdfplumber), the last two of what stops a build; it prints what was measured, and the exit status is 1 if one fails.
Whether another machine writes the same bytes is for `make check-reproducible`.
"""

from __future__ import annotations

import argparse
import base64
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import pdfplumber
import pypdf
from lxml import html

from ronkyo.errors import ReportError
from ronkyo.report import build, chapters
from ronkyo.typeset import page, pdf

VNU = Path("build/check/node_modules/vnu-jar/build/dist/vnu.jar")
OUTLOUD = Path(sys.executable).with_name("outloud")
FONTS = re.compile(r"[A-Z]{6}\+(Noto-Sans-JP|IBM-Plex-Mono)(-\w+)?")
ATTACHED = {"claims.json", "day3.md", "params.yaml"}
LEFT, RIGHT = 30.9 / 25.4 * 72, (210 - 30.9) / 25.4 * 72  # of the column, as report.css has it; points
TOP, BOTTOM = 26 / 25.4 * 72, (297 - 25) / 25.4 * 72
BODY_SIZE = 10
FLUSH, STRAY, FILLED = 0.95, 3, 0.15
HOLE = BODY_SIZE  # the widest blank that may be in a line

NOT_FIRST = "、。，．・：；？！）」』】〉》〕｝ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮー々…"
NOT_LAST = "（「『【〈《〔｛"
MARKS = "、。，．」』）】〉》〕］｝"
INLINE = {"a", "b", "code", "data", "em", "i", "span", "strong", "sub", "sup"}
LETTER = "[ぁ-んァ-ヶ一-龥]"

FAULTS = {  # each must stop the build, with template and line
    "bad TeX": r"$\frac{1}$",
    "an unknown figure": '{{ figure("nowhere/nothing", caption="図", alt="図") }}',
    "an unknown metric": '{{ mean("nowhere.nothing.metric", ".3f") }}',
    "an unknown reference": '{{ ref("fig:nowhere") }}',
}
COMPLAINT = '<!doctype html><html lang="ja"><title>試験</title><body><a href="#nowhere"></a></body></html>'


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

    def __init__(self, pdf: Path, page: Path) -> None:
        self.pdf, self.page = pdf, page

    @cached_property
    def reader(self) -> pypdf.PdfReader:
        return pypdf.PdfReader(self.pdf)

    @cached_property
    def html(self) -> Any:
        return html.parse(str(self.page)).getroot()

    @cached_property
    def texts(self) -> list[str]:
        """The text of each page as poppler copies it."""
        return _run("pdftotext", self.pdf, "-").stdout.split("\f")[:-1]

    @cached_property
    def sheets(self) -> list[Sheet]:
        with pdfplumber.open(self.pdf) as document:
            return [Sheet.read(sheet) for sheet in document.pages]

    @cached_property
    def outline(self) -> list[Bookmark]:
        found: list[Bookmark] = []

        def visit(items: Any, level: int) -> None:
            for item in items:
                if isinstance(item, list):
                    visit(item, level + 1)
                    continue
                number = self.reader.get_destination_page_number(item)
                height = float(self.reader.pages[number or 0].mediabox.height)
                found.append(Bookmark(level, item.title, number or 0, height - float(item.top or 0)))

        visit(self.reader.outline, 1)
        return found

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
    words: list[tuple[float, float, str]]  # top, bottom, text
    lowest: float  # of what is drawn between the margins
    head: list[tuple[float, float, str]] = field(default_factory=list)  # left, right, text of the words above the text
    marked: dict[int, Box] = field(default_factory=dict)  # what each mark of the tags encloses

    @property
    def body(self) -> str:
        """The text below the running head, without blanks."""
        return _bare("".join(text for _, bottom, text in self.words if bottom >= TOP - 2))

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
            [(word["top"], word["bottom"], word["text"]) for word in words],
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


# -- the file ---------------------------------------------------------------------------------------------------------


def is_pdf_a(report: Report) -> Outcome:
    return _validate(report, "pdfa-3a")


def is_pdf_ua(report: Report) -> Outcome:
    return _validate(report, "pdfua-1")


def is_sound(report: Report) -> Outcome:
    done = _run("qpdf", "--check", report.pdf)
    return Outcome(done.returncode == 0, "no error" if done.returncode == 0 else _last_line(done))


def reads_aloud(report: Report) -> Outcome:
    done = _run(OUTLOUD, "--quiet", report.pdf)
    counts = re.search(r"(\d+) error\(s\), (\d+) warning", done.stdout)
    return Outcome(done.returncode == 0, f"{counts[1]} errors, {counts[2]} warnings" if counts else _last_line(done))


def has_only_the_projects_fonts(report: Report) -> Outcome:
    rows = _run("pdffonts", report.pdf).stdout.splitlines()[2:]
    bad = [row.split()[0] for row in rows if not _is_projects_font(row)]
    return Outcome(bool(rows) and not bad, f"{len(rows)} fonts, embedded, subset, with Unicode" + _listed(bad))


def _is_projects_font(row: str) -> bool:
    name, *kind, _encoding, embedded, subset, unicode, _, _ = row.split()
    return bool(FONTS.fullmatch(name)) and "3" not in kind and embedded == subset == unicode == "yes"


def has_only_true_rasters(report: Report) -> Outcome:
    rows = [row.split() for row in _run("pdfimages", "-list", report.pdf).stdout.splitlines()[2:]]
    images = [row for row in rows if row[2] == "image"]
    rasters = sum(_rasters(source) for source in report.html.xpath("//img/@src"))
    smoothed = [row for row in rows if row[9] == "yes"]
    return Outcome(
        len(images) <= rasters and not smoothed,
        f"{len(images)} images, {rasters} rasters in the figures, {len(smoothed)} interpolated",
    )


def _rasters(source: str) -> int:
    if not source.startswith("data:image/svg"):
        return 1
    return base64.b64decode(source.partition(",")[2]).count(b"<image")


def has_provenance(report: Report) -> Outcome:
    inside = set(re.findall(r"^\d+: (.+)$", _run("pdfdetach", "-list", report.pdf).stdout, re.MULTILINE))
    return Outcome(inside >= ATTACHED, ", ".join(sorted(inside)) or "none")


# -- finding one's way ------------------------------------------------------------------------------------------------


def pages_end_with_their_number(report: Report) -> Outcome:
    bad = [
        str(number)
        for number, text in enumerate(report.texts, start=1)
        if text.strip().rsplit("\n", 1)[-1].strip() != f"{number}/{len(report.texts)}"
    ]
    return Outcome(bool(report.texts) and not bad, f"{len(report.texts)} pages" + _listed(bad))


def heads_name_the_chapter(report: Report) -> Outcome:
    """The report's title at the left; at the right the chapter that is current where the page begins. The first page, which
    is the title itself, has none."""
    title = _plain(report.html.xpath("string(//h1)"))
    chapters = [mark for mark in report.outline if mark.level == 1 and mark.title != "目次"]
    with_chapter, bad = 0, []
    for number, sheet in enumerate(report.sheets):
        begun = [mark.title for mark in chapters if (mark.page, mark.top) < (number, TOP + 30)]
        chapter = _plain(begun[-1]) if begun else ""
        wanted = f"{title} {chapter}".strip() if number else ""
        found = " ".join(text for _, _, text in sheet.head)
        with_chapter += bool(number and chapter)
        lefts, rights = [left for left, _, _ in sheet.head], [right for _, right, _ in sheet.head]
        astray = wanted and found and (abs(min(lefts) - LEFT) > 1 or (chapter and abs(max(rights) - RIGHT) > 1))
        if found != wanted or astray:
            bad.append(f"p. {number + 1}: {found or 'none'}")
    return Outcome(
        len(report.sheets) > 1 and not bad,
        f"{len(report.sheets) - 1} with the report's title, {with_chapter} of them with a chapter's" + _listed(bad[:5]),
    )


def outline_is_the_headings(report: Report) -> Outcome:
    headings = report.html.xpath("//main//*[self::h2 or self::h3 or self::h4]")
    wanted = [_plain(f"{heading.get('data-number') or ''} {heading.get('data-text')}") for heading in headings]
    found = [_plain(title) for _, title, _, _ in report.outline if title != "目次"]
    bad = [mark.title for mark in report.outline if _bare(mark.title) not in report.sheets[mark.page].body]
    return Outcome(
        bool(wanted) and found == wanted and not bad,
        f"{len(found)} bookmarks, {len(wanted)} headings, {len(bad)} on another page" + _listed(bad),
    )


def links_resolve(report: Report) -> Outcome:
    links = [link for sheet in report.reader.pages for link in _links(sheet)]
    bad = sorted({str(link["/Dest"]) for link in links if link.get("/Dest") is not None} - set(report.targets))
    ids = set(report.html.xpath("//@id"))
    inside = {unquote(href) for href in report.html.xpath("//a/@href") if href.startswith("#")}
    dead = sorted(href for href in inside if href[1:] not in ids)
    return Outcome(bool(links) and not bad + dead, f"{len(links)} in the PDF" + _listed(bad + dead))


def contents_print_the_right_page(report: Report) -> Outcome:
    """Every chapter and section, with the page on which it begins."""
    headings = {heading.get("id"): heading for heading in report.html.xpath("//main//*[self::h2 or self::h3]")}
    first = next((mark.page for mark in report.outline if mark.title == "目次"), 0)
    last = next((mark.page for mark in report.outline if mark.level == 1 and mark.title != "目次"), first)
    printed: dict[str, int] = {}
    for sheet, seen in list(zip(report.reader.pages, report.sheets, strict=True))[first : max(last, first + 1)]:
        height = float(sheet.mediabox.height)
        for link in _links(sheet):
            name = str(link.get("/Dest"))
            middle = height - (float(link["/Rect"][1]) + float(link["/Rect"][3])) / 2
            beside = [text for top, bottom, text in seen.words if top < middle < bottom]
            if name in headings and beside and (number := re.search(r"(\d+)$", beside[-1])):
                printed[name] = int(number[1])
    bad = [name for name, number in printed.items() if not _is_on(report, name, number - 1, headings[name])]
    bad += [f"{name} is missing" for name in headings if name not in printed]
    return Outcome(bool(printed) and not bad, f"{len(printed)} of {len(headings)} headings" + _listed(bad))


def _is_on(report: Report, name: str, page: int, heading: Any) -> bool:
    return report.targets.get(name) == page and _bare(heading.get("data-text")) in report.sheets[page].body


def references_say_what_they_lead_to(report: Report) -> Outcome:
    """図 3, 式 (2), 主張 5: the number is the one printed there, in the HTML and on the PDF's page that the link leads to."""
    labels = {element.get("id"): label for element in report.html.xpath("//*[@id]") if (label := _label(element))}
    bad = []
    references = [
        link for link in report.html.xpath("//a[@class]") if {"reference", "verdict"} & set(link.get("class").split())
    ]
    for link in references:
        name = unquote(link.get("href"))[1:]
        if name not in labels or not _bare(link.text_content()).startswith(_bare(labels[name])):
            bad.append(f"{_plain(link.text_content())} -> {labels.get(name, name)}")
    linked = [str(link.get("/Dest")) for sheet in report.reader.pages for link in _links(sheet)]
    followed = [name for name in linked if name in labels]
    for name in sorted(set(followed)):
        page = report.targets.get(name)
        if page is None or _bare(labels[name]).removeprefix("式") not in _bare(report.texts[page]):
            bad.append(f"{labels[name]} is not on p. {(page or 0) + 1}")
    return Outcome(
        len(followed) >= len(references) and not bad,
        f"{len(references)} in the HTML, {len(followed)} links to what has a number in the PDF" + _listed(bad[:8]),
    )


def _label(element: Any) -> str:
    """The number that stands at what can be referred to: a caption's, an equation's, a claim's."""
    if element.get("class") == "equation":
        return "式 " + element.xpath("string(span[@class='equation-number'])")
    return element.xpath("string(figcaption/b | p[@class='claim-head']/b)")


# -- lines and pages --------------------------------------------------------------------------------------------------


def lines_are_flush(report: Report) -> Outcome:
    full = [line for sheet in report.sheets for line in sheet.lines if _is_full(line)]
    flush = [line for line in full if abs(_gap(line)) < 0.6]
    share = len(flush) / len(full) if full else 0
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
    return Outcome(bool(full) and not bad, f"widest blank {widest:.1f} pt (at most {HOLE})" + _listed(bad[:8]))


def lines_break_where_they_may(report: Report) -> Outcome:
    lines = [line for sheet in report.sheets for line in sheet.lines if line.text]
    bad = [
        f"p. {line.page} {line.text[:6]}…{line.text[-6:]}"
        for line in lines
        if (line.text[0] in NOT_FIRST and line.left < LEFT + 1) or (line.text[-1] in NOT_LAST and line.is_last_thing)
    ]
    return Outcome(bool(lines) and not bad, f"{len(lines)} lines" + _listed(bad))


def copied_text_has_no_stray_blanks(report: Report) -> Outcome:
    """A blank between two Japanese letters that stands neither in the report nor between two of its elements."""
    written = _plain("".join(_written(report.html)))
    bad = []
    for text in report.texts:
        for found in re.finditer(f"(?={LETTER}{{2}}( ){LETTER}{{2}})", text):
            around = text[found.start(1) - 2 : found.end(1) + 2]
            if around not in written:
                bad.append(around)
    return Outcome(len(bad) <= STRAY, f"{len(bad)} (at most {STRAY})" + _listed(bad[:8]))


def _written(element: Any) -> Iterator[str]:
    """The text of the HTML, with blanks around all that is not part of a sentence."""
    if not isinstance(element.tag, str):
        return
    apart = "" if element.tag in INLINE and "verdict" not in element.get("class", "") else " "
    yield apart
    yield element.text or ""
    for child in element:
        yield from _written(child)
        yield child.tail or ""
    yield apart


def headings_stand_with_their_text(report: Report) -> Outcome:
    bad = []
    for _, title, number, top in report.outline:
        below = [
            1 for word_top, bottom, _ in report.sheets[number].words if word_top > top + 25 and bottom < BOTTOM + 2
        ]
        if not below and report.sheets[number].lowest < top + 40:
            bad.append(title)
    return Outcome(bool(report.outline) and not bad, f"{len(report.outline)} headings" + _listed(bad))


def captions_stand_with_what_they_name(report: Report) -> Outcome:
    captions, bad = 0, 0
    for element in _structure(report.reader):
        kids = _kids(element)
        for caption in (kid for kid in kids if kid.get("/S") == "/Caption"):
            captions += 1
            named = [kid for kid in kids if kid.get("/S") != "/Caption"]
            bad += not named or _page_of(named[0]) != _page_of(caption)  # one that is parted has a parent of its own
    return Outcome(captions > 0 and not bad, f"{captions} captions, {bad} parted")


def equations_stand_whole_with_their_number(report: Report) -> Outcome:
    """Each inside the column of one page, its number clear of it at the right and at its height. What introduces it may
    end the page before (two lines of a paragraph always stay together); how often it does is told."""
    wanted = len(report.html.xpath("//*[@class='equation']"))
    with_number = len(report.html.xpath("//*[@class='equation'][*[@class='equation-number']]"))
    sheets: Any = report.reader.pages
    pages = {sheet.indirect_reference.idnum: number for number, sheet in enumerate(sheets)}
    found, numbered, begin_a_page, bad = 0, 0, 0, []
    for element in _structure(report.reader):
        kids = _kids(element)
        if element.get("/S") != "/Div" or not kids or not str(kids[0].get("/Alt", "")).startswith("数式"):
            continue
        places = [[(pages[page], mark) for kid in part for page, mark in _marks(kid)] for part in (kids[:1], kids[1:])]
        first = min(page for page, _ in places[0])
        sheet = report.sheets[first]
        formula, number = [[sheet.marked[mark] for page, mark in part if page == first] for part in places]
        found += 1
        numbered += len(kids) > 1
        begin_a_page += Box.around(formula).top < TOP + 12
        if {page for part in places for page, _ in part} != {first} or not _stands_well(formula, number):
            bad.append(f"p. {first + 1}: {str(kids[0]['/Alt'])[:20]}…")
    return Outcome(
        found == wanted and numbered == with_number and not bad,
        f"{found} of {wanted}, {numbered} of {with_number} with their number, {begin_a_page} begin a page"
        + _listed(bad[:5]),
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
    for kid in _kids(element):
        yield from _marks(kid)


def _page_of(element: Any) -> Any:
    """Where the element begins."""
    for kid in _kids(element):
        return _page_of(kid)
    return element.raw_get("/Pg").idnum


def images_have_alternatives(report: Report) -> Outcome:
    figures = [element for element in _structure(report.reader) if element.get("/S") == "/Figure"]
    silent = [element for element in figures if not str(element.get("/Alt", "")).strip()]
    images = report.html.xpath("//img")
    missing = [image for image in images if not (image.get("alt") or "").strip()]
    return Outcome(
        bool(figures) and not silent and not missing,
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
    half = sum(share < 0.6 for share in shares.values())
    least = min(shares.values(), default=0)
    return Outcome(not bad, f"least {least:.0%} (at least {FILLED:.0%}); {half} pages under 60 %" + _listed(bad))


# -- the HTML ---------------------------------------------------------------------------------------------------------


def html_is_valid(report: Report) -> Outcome:
    done = _run("java", "-jar", VNU, "--errors-only", report.page)
    errors = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    return Outcome(
        done.returncode == 0 and not errors, f"{len(errors)} errors" + _listed([e[-120:] for e in errors[:5]])
    )


def html_is_one_file(report: Report) -> Outcome:
    """It opens offline: nothing is outside, the fonts are inside."""
    loaded = "//@src | //@srcset | //@poster | //object/@data | //link/@href | //*[local-name()='image']/@href"
    outside = [address for address in report.html.xpath(loaded) if not address.startswith(("data:", "#"))]
    style = "".join(report.html.xpath("//style/text()"))
    outside += re.findall(r'url\((?!"?(?:data:|#))[^)]{1,60}|@import[^;]{1,60}', style)
    fonts = re.findall(r'@font-face\s*{[^}]*url\("data:font/', style)
    return Outcome(
        bool(fonts) and not outside,
        f"{report.page.stat().st_size / 1e6:.1f} MB, {len(fonts)} fonts inside, {len(outside)} files outside"
        + _listed(outside[:5]),
    )


def html_needs_no_script(report: Report) -> Outcome:
    """There is none, and nothing is hidden that one would have to show."""
    bad = [f"<{element.tag}>" for element in report.html.xpath("//script | //noscript | //main//*[@hidden]")]
    bad += [f"{name}=" for name in report.html.xpath("//@*[starts-with(name(), 'on')]/..")]
    bad += [address[:40] for address in report.html.xpath("//@href[starts-with(., 'javascript:')]")]
    return Outcome(not bad, f"{len(bad)} scripts" + _listed(bad[:5]))


# -- what stops a build -----------------------------------------------------------------------------------------------


def faults_stop_the_build(_report: Report) -> Outcome:
    passed = []
    for name, fault in FAULTS.items():
        with tempfile.TemporaryDirectory() as folder:
            template = Path(folder, "report.md.j2")
            template.write_text(f"一行目\n\n{fault}\n", encoding="utf-8")
            try:
                rendered = chapters.render(template.parent)
                build.parse(rendered.text, template.parent, rendered.references)
                passed.append(f"{name} goes through")
            except ReportError as error:
                if not str(error).startswith(f"{template}:3: "):
                    passed.append(f"{name}: {error}")
    return Outcome(
        not passed, f"{len(FAULTS) - len(passed)} of {len(FAULTS)} end it with template and line" + _listed(passed)
    )


def complaints_stop_the_build(_report: Report) -> Outcome:
    """A report that was built had an empty log, since any line in WeasyPrint's log ends the build."""
    try:
        pdf.write(page.Printable(COMPLAINT), date(2000, 1, 1), Path())
    except ReportError as error:
        return Outcome("nowhere" in str(error), str(error))
    return Outcome(False, "a link to nowhere goes through")


CHECKS: dict[str, Callable[[Report], Outcome]] = {
    "PDF/A-3a": is_pdf_a,
    "PDF/UA-1": is_pdf_ua,
    "qpdf --check": is_sound,
    "outloud": reads_aloud,
    "fonts": has_only_the_projects_fonts,
    "true rasters only": has_only_true_rasters,
    "files inside": has_provenance,
    "footers n/N": pages_end_with_their_number,
    "running heads": heads_name_the_chapter,
    "outline = headings": outline_is_the_headings,
    "internal links": links_resolve,
    "contents' pages": contents_print_the_right_page,
    "references": references_say_what_they_lead_to,
    "flush lines": lines_are_flush,
    "no holes in lines": lines_have_no_holes,
    "kinsoku": lines_break_where_they_may,
    "stray blanks": copied_text_has_no_stray_blanks,
    "headings with text": headings_stand_with_their_text,
    "captions": captions_stand_with_what_they_name,
    "equations": equations_stand_whole_with_their_number,
    "alternative texts": images_have_alternatives,
    "pages filled": pages_are_filled,
    "HTML valid": html_is_valid,
    "HTML in one file": html_is_one_file,
    "HTML without scripts": html_needs_no_script,
    "faults in templates": faults_stop_the_build,
    "WeasyPrint's log": complaints_stop_the_build,
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ronkyo.check.checks", description="Measure how the built report is typeset; 1 if a check fails."
    )
    parser.add_argument("pdf", nargs="?", type=Path, default=Path("reports/day3.pdf"), help="default: %(default)s")
    parser.add_argument("html", nargs="?", type=Path, default=Path("reports/day3.html"), help="default: %(default)s")
    given = parser.parse_args(arguments)
    for file in (given.pdf, given.html):
        if not file.is_file():
            sys.exit(f"{file}: expected the built report, found no such file; make report builds it")
    report = Report(given.pdf, given.html)
    failed = 0
    for name, check in CHECKS.items():
        outcome = check(report)
        failed += not outcome.ok
        print(f"{'ok  ' if outcome.ok else 'FAIL'} {name:20} {outcome.figure}", flush=True)
    print(f"{len(CHECKS) - failed} of {len(CHECKS)} checks passed")
    return min(failed, 1)


# -- tools ------------------------------------------------------------------------------------------------------------


def _validate(report: Report, profile: str) -> Outcome:
    import page

    found = page.validate_pdf(str(report.pdf), profile=profile)
    bad = sorted({failure.rule_id for failure in found.failures})
    return Outcome(found.is_compliant, f"{found.rules.total} rules, {found.rules.failed} broken" + _listed(bad))


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return subprocess.CompletedProcess([], 127, "", f"{command[0]} is not installed")


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    return ((done.stderr or done.stdout).strip().splitlines() or ["no answer"])[-1]


def _listed(bad: list[str]) -> str:
    return f"; wrong: {', '.join(bad)}" if bad else ""


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _links(sheet: Any) -> Iterator[Any]:
    for annotation in sheet.get("/Annots", []):
        if (link := annotation.get_object()).get("/Subtype") == "/Link":
            yield link


def _structure(reader: pypdf.PdfReader) -> Iterator[Any]:
    root: Any = reader.trailer["/Root"]
    waiting = _kids(root["/StructTreeRoot"])
    while waiting:
        element = waiting.pop()
        yield element
        waiting += _kids(element)


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    return [kid for kid in (kid.get_object() for kid in kids) if isinstance(kid, dict) and kid.get("/Type") != "/OBJR"]


if __name__ == "__main__":
    sys.exit(main())
