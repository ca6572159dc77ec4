"""A report that somebody wrote for Markdown Preview Enhanced -> HTML and PDF by the engine of the pipeline's own report."""

from __future__ import annotations

import copy
import os
import re
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import chdir
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from lxml import html

from day3 import runs
from day3.errors import UserError
from day3.report import arrange, dialect, furniture, page, pdf, reading, tree
from day3.report.document import TEMPLATES
from day3.report.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
STYLES = (TEMPLATES / "render.css", TEMPLATES / "render_screen.css")  # for both, for the browser only
CLOSE_CONTENTS = range(35, 44)  # entries
GETA = "〓"  # what printers set for a character that they do not have
INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef\u00ad]")


@dataclass
class Parsed:
    """A report from elsewhere, read and numbered."""

    tree: tree.Tree
    title: str
    day: date
    furniture: furniture.Furniture
    encoding: str
    places: dict[str, tuple[int, str]]  # of the pictures
    warnings: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(title=self.title, course="", author="", date=self.day.isoformat(), code_url=".")  # pyright: ignore


def parse(file: Path) -> Parsed:
    """Raises UserError with FILE:line for what cannot be set; what can be left out is a warning."""
    text, encoding = reading.read(file)
    warnings: dict[str, None] = {}  # each once

    def warn(line: int, message: str) -> None:
        warnings[f"{file}:{line}: {message}" if line else f"{file}: {message}"] = None

    try:
        shown, body = furniture.split(text)
    except furniture.FrontMatterError as error:
        raise UserError(f"{file}:{error.line}: {error}") from error
    arranged = arrange.arrange(dialect.parse(body, warn), file.parent, file.stem, warn)
    try:
        built = tree.finish(arranged.root)
    except tree.FormulaError as error:
        raise UserError("\n".join(f"{file}:{found}" for found in map(_told, error.all))) from error
    except tree.ReferenceError as error:
        raise UserError(f"{file}: {error}") from error
    for slot in built.root.xpath(".//*[@data-line]"):
        del slot.attrib["data-line"]
    arrange.settle_boxes(built.root)
    listed = dialect.own_contents(body)
    built.headings = [
        replace(heading, level=min(heading.level, 3)) if heading.id in listed else heading for heading in built.headings
    ]
    return Parsed(built, arranged.title, _day(arranged.front, file), shown, encoding, arranged.places, list(warnings))


def _told(error: tree.FormulaError) -> str:
    tex = " ".join(error.tex.split())
    problem = str(error).partition(f"formula {error.tex.strip()!r}: ")[2].removesuffix(f": {error.tex.strip()}")
    return f"{error.line or 1}: formula {tex!r}: {' '.join(problem.split())}"


def _day(front: str, file: Path) -> date:
    """The date that stands before the first chapter; else the file's own."""
    if match := arrange.DATE.search(unicodedata.normalize("NFKC", front)):
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = int(seconds) if seconds.isdigit() else file.stat().st_mtime
    return datetime.fromtimestamp(moment, UTC).date()


def render(file: Path, folder: Path | None = None, say: Callable[[str], None] = print) -> list[str]:
    """Write <stem>.html and <stem>.pdf into the folder (default: the file's own); returns the warnings.

    Raises UserError; then nothing is written and what was there stays.
    """
    folder = folder or file.parent
    targets = [folder / f"{file.stem}.{kind}" for kind in ("html", "pdf")]
    for target in targets:
        if target.is_dir() or (target.exists() and target.samefile(file)):
            raise UserError(
                f"{target}: expected a place for the output, found {'a folder' if target.is_dir() else 'FILE'}"
            )
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: expected a folder, found a file")
    if not (ROOT / STYLES[0]).is_file():
        raise UserError(f"{ROOT / TEMPLATES}: not found; expected day3 to be installed from its project (make install)")
    if unbuilt := [name for name in fonts() if not (ROOT / name).is_file()]:
        raise UserError(f"{ROOT / unbuilt[0]}: the fonts are not built yet; in {ROOT} run: dvc repro fonts")
    say(f"render: {file}: Markdown -> HTML")
    parsed = parse(file)
    if parsed.encoding != "utf-8":
        say(f"render: {file}: read as {parsed.encoding}")
    style, screen = ((ROOT / name).read_text(encoding="utf-8") for name in STYLES)
    day = f"{parsed.day.year} 年 {parsed.day.month} 月 {parsed.day.day} 日"
    style = f"{style}\n{furniture.style(parsed.furniture, parsed.title, day)}\n{_contents_style(parsed.tree)}"
    with chdir(ROOT):
        browser = page.for_browser(parsed.tree, parsed.settings, TEMPLATES, f"{style}\n{screen}")
        say(f"render: {file}: HTML -> PDF")
        missing = Missing()
        parsed.title = missing(parsed.title)
        printable = printed_tree(parsed.tree, missing)
        style = missing(style)
        try:
            printed = pdf.write(page.for_print(printable, parsed.settings, TEMPLATES, style), parsed.day)
        except UserError as error:
            if not (troubles := _take_out_unprintable(printable, parsed, style)):
                raise UserError(f"{file}: {error}") from error
            parsed.warnings += [f"{file}:{trouble}" for trouble in troubles]
            printed = pdf.write(page.for_print(printable, parsed.settings, TEMPLATES, style), parsed.day)
    try:
        runs.write_text(targets[0], browser)
        runs.write_bytes(targets[1], printed)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror or error}") from error
    say(f"render: {targets[0]} and {targets[1]} are ready")
    if missing:
        shown = " ".join(f"{character} (U+{ord(character):04X})" for character in sorted(missing)[:12])
        parsed.warnings.append(f"{file}: not in the report's font, shown as {GETA} in the PDF: {shown}")
    return parsed.warnings


def _contents_style(built: tree.Tree) -> str:
    """Contents that nearly fit under the title are set closer."""
    listed = sum(heading.level in (2, 3) for heading in built.headings)
    return "@media print { .contents ol { line-height: 1.3 } }" if listed in CLOSE_CONTENTS else ""


def fonts() -> Iterable[Path]:
    """What both outputs need, from the project's root."""
    return [runs.FONTS / f"{name}.{kind}" for name, *_ in page.FONT_FACES for kind in ("ttf", "woff2")]


class Missing(set[str]):
    """The characters that the fonts of the current folder lack (a browser has others); calling it puts a mark in their
    place."""

    def __init__(self) -> None:
        super().__init__()
        names = ("NotoSansJP-Regular", "IBMPlexMono-Regular")
        self._in_text, mono = (_characters_of((runs.FONTS / f"{name}.ttf").resolve()) for name in names)
        self._in_code = self._in_text | mono

    def __call__(self, text: str, in_code: bool = False) -> str:
        known = self._in_code if in_code else self._in_text
        text = unicodedata.normalize("NFC", INVISIBLE.sub("", text))
        for character in set(text) - {"\n", "\t"}:
            if ord(character) not in known:
                self.add(character)
                text = text.replace(character, GETA)
        return text


def printed_tree(built: tree.Tree, missing: Missing) -> tree.Tree:
    root = copy.deepcopy(built.root)
    for code in root.xpath(".//code | .//pre"):
        for element in code.iter():
            element.text = missing(element.text or "", in_code=True)
            if element is not code:
                element.tail = missing(element.tail or "", in_code=True)
    for back in root.xpath('.//a[@class="footnote-backref"]'):  # for the browser only
        back.text = None
    for element in root.iter():
        inside = bool(element.xpath("ancestor-or-self::code | ancestor-or-self::pre"))
        if element.text and not inside:
            element.text = missing(element.text)
        if element.tail and not element.xpath("ancestor::code | ancestor::pre"):
            element.tail = missing(element.tail)
        for name in ("data-text", "alt"):
            if name in element.attrib:
                element.set(name, missing(element.get(name)))
    headings = [replace(heading, text=missing(heading.text)) for heading in built.headings]
    return tree.Tree(root, headings, built.labels)


def _take_out_unprintable(printable: tree.Tree, parsed: Parsed, style: str) -> list[str]:
    """Placeholders for the pictures that WeasyPrint complains about, each tried alone; what it says of them."""
    troubles = []
    for source, (line, address) in parsed.places.items():
        alone = html.fragment_fromstring("<main><p><img alt='a'></p></main>")
        alone[0][0].set("src", source)
        try:
            pdf.write(page.for_print(tree.Tree(alone), parsed.settings, TEMPLATES, style), parsed.day)
        except UserError as error:
            reason = str(error).removeprefix("PDF: expected no complaint of WeasyPrint, found: ")
            troubles.append(f"{line}: image '{address}': {reason}; a placeholder stands for it in the PDF")
            for image in [image for image in printable.root.iter("img") if image.get("src") == source]:
                arrange.put_placeholder(image, address)
                del image.attrib["data-alt"]
    return troubles


@cache
def _characters_of(file: Path) -> frozenset[int]:
    with TTFont(file) as font:
        return frozenset(font.getBestCmap() or {})
