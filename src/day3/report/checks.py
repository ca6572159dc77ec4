"""Is the built report typeset as it should be? `python -m day3.report.checks [PDF HTML]`, or `make check-report`.

Every line of the list is a check of the finished files by programs that others wrote (validators, poppler, pypdf,
pdfplumber); it prints what was measured, and the exit status is 1 if one fails.
"""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import pdfplumber
import pypdf
from lxml import html

VNU = Path("build/check/node_modules/vnu-jar/build/dist/vnu.jar")
OUTLOUD = Path(sys.executable).with_name("outloud")
FONTS = re.compile(r"[A-Z]{6}\+(Noto-Sans-JP|IBM-Plex-Mono)(-\w+)?")
ATTACHED = {"claims.json", "day3.md", "params.yaml"}
LEFT, RIGHT = 30.9 / 25.4 * 72, (210 - 30.9) / 25.4 * 72  # of the column, as report.css has it; points
TOP, BOTTOM = 26 / 25.4 * 72, (297 - 25) / 25.4 * 72
BODY_SIZE = 10
FLUSH, STRAY, FILLED = 0.95, 3, 0.15

NOT_FIRST = "、。，．・：；？！）」』】〉》〕｝ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮー々…"
NOT_LAST = "（「『【〈《〔｛"
MARKS = "、。，．」』）】〉》〕］｝"
INLINE = {"a", "b", "code", "data", "em", "i", "span", "strong", "sub", "sup"}
LETTER = "[ぁ-んァ-ヶ一-龥]"


class Outcome(NamedTuple):
    ok: bool
    figure: str


class Bookmark(NamedTuple):
    level: int  # 1 for a chapter
    title: str
    page: int  # from 0
    top: float  # of the heading, from the page's top


@dataclass(frozen=True)
class Line:
    """A line of body text, without its blanks."""

    page: int
    text: str
    left: float
    right: float
    is_last_thing: bool  # nothing is drawn at its right


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
            beside = [
                item
                for item in drawn
                if item["x0"] > last["x0"] + 1 and item["top"] < last["bottom"] - 2 and item["bottom"] > last["top"] + 2
            ]
            text = "".join(char["text"] for char in row).strip()
            lines.append(Line(sheet.page_number, text, first["x0"], last["x1"], not beside))
        words = [(word["top"], word["bottom"], word["text"]) for word in sheet.extract_words()]
        return cls(lines, words, max(inside, default=TOP))


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


def outline_is_the_headings(report: Report) -> Outcome:
    headings = report.html.xpath("//main//*[self::h2 or self::h3 or self::h4]")
    wanted = [_plain(f"{heading.get('data-number') or ''} {heading.get('data-text')}") for heading in headings]
    found = [_plain(title) for _, title, _, _ in report.outline if title != "目次"]
    return Outcome(bool(wanted) and found == wanted, f"{len(found)} bookmarks, {len(wanted)} headings")


def links_resolve(report: Report) -> Outcome:
    links = [link for sheet in report.reader.pages for link in _links(sheet)]
    bad = sorted({str(link["/Dest"]) for link in links if link.get("/Dest") is not None} - set(report.targets))
    ids = set(report.html.xpath("//@id"))
    inside = {unquote(href) for href in report.html.xpath("//a/@href") if href.startswith("#")}
    dead = sorted(href for href in inside if href[1:] not in ids)
    return Outcome(bool(links) and not bad + dead, f"{len(links)} in the PDF" + _listed(bad + dead))


def contents_print_the_right_page(report: Report) -> Outcome:
    wanted = {f"#{heading.get('id')}" for heading in report.html.xpath("//main//*[self::h2 or self::h3]")}
    entries, bad = 0, []
    for sheet, seen in zip(report.reader.pages, report.sheets, strict=True):
        if not any("目次" in text for _, _, text in seen.words) and not entries:
            continue
        height = float(sheet.mediabox.height)
        found = {}
        for link in _links(sheet):
            name = str(link.get("/Dest"))
            middle = height - (float(link["/Rect"][1]) + float(link["/Rect"][3])) / 2
            beside = [text for top, bottom, text in seen.words if top < middle < bottom]
            if f"#{name}" in wanted and beside and (printed := re.search(r"(\d+)$", beside[-1])):
                found[name] = int(printed[1])
        if len(found) < 5:  # the contents are over
            if entries:
                break
            continue
        entries += len(found)
        bad += [name for name, printed in found.items() if report.targets.get(name, -2) + 1 != printed]
    return Outcome(entries > 0 and not bad, f"{entries} entries" + _listed(bad))


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
    outside = [
        address for address in report.html.xpath("//@src | //link/@href") if not address.startswith(("data:", "#"))
    ]
    outside += re.findall(r'url\((?!"?(?:data:|#))[^)]{1,60}', "".join(report.html.xpath("//style/text()")))
    return Outcome(
        not outside, f"{report.page.stat().st_size / 1e6:.1f} MB, {len(outside)} files outside" + _listed(outside[:5])
    )


CHECKS: dict[str, Callable[[Report], Outcome]] = {
    "PDF/A-3a": is_pdf_a,
    "PDF/UA-1": is_pdf_ua,
    "qpdf --check": is_sound,
    "outloud": reads_aloud,
    "fonts": has_only_the_projects_fonts,
    "true rasters only": has_only_true_rasters,
    "files inside": has_provenance,
    "footers n/N": pages_end_with_their_number,
    "outline = headings": outline_is_the_headings,
    "internal links": links_resolve,
    "contents' pages": contents_print_the_right_page,
    "flush lines": lines_are_flush,
    "kinsoku": lines_break_where_they_may,
    "stray blanks": copied_text_has_no_stray_blanks,
    "headings with text": headings_stand_with_their_text,
    "captions": captions_stand_with_what_they_name,
    "alternative texts": images_have_alternatives,
    "pages filled": pages_are_filled,
    "HTML valid": html_is_valid,
    "HTML in one file": html_is_one_file,
}


def main(pdf: str = "reports/day3.pdf", page: str = "reports/day3.html") -> int:
    report = Report(Path(pdf), Path(page))
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
    sys.exit(main(*sys.argv[1:]))
