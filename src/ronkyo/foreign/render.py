"""A report that somebody wrote for Markdown Preview Enhanced -> HTML and PDF by the engine of the pipeline's own report."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from lxml import html

from ronkyo import files
from ronkyo.errors import UserError
from ronkyo.foreign import arrange, decode, dialect, headers_footers
from ronkyo.typeset import page, pdf, tree
from ronkyo.typeset.front import Front
from ronkyo.typeset.glyphs import GETA, Missing, printed_tree
from ronkyo.words import Words

STYLE = Path(__file__).parent / "style"
CLOSE_CONTENTS = range(35, 44)  # entries


@dataclass
class Parsed:
    """A report from elsewhere, read and numbered."""

    tree: tree.Tree
    title: str
    day: date
    furniture: headers_footers.Furniture
    encoding: str
    places: dict[str, tuple[int, str]]  # of the pictures
    warnings: list[str] = field(default_factory=list)

    @property
    def front(self) -> Front:
        return Front(self.title, self.day)


def parse(file: Path) -> Parsed:
    """Raises UserError with FILE:line for what cannot be set; what can be left out is a warning."""
    text, encoding = decode.read(file)
    warnings: dict[str, None] = {}  # each once

    def warn(line: int, message: str) -> None:
        warnings[f"{file}:{line}: {message}" if line else f"{file}: {message}"] = None

    try:
        shown, body = headers_footers.split(text)
    except headers_footers.FrontMatterError as error:
        raise UserError(f"{file}:{error.line}: {error}") from error
    arranged = arrange.arrange(dialect.parse(body, warn), file.parent, file.stem, warn)
    try:
        built = tree.finish(arranged.root, Words("ja"))
    except tree.FormulaError as error:
        raise UserError("\n".join(f"{file}:{found.line or 1}: {found}" for found in error.all)) from error
    except tree.MissingTarget as error:
        raise UserError(f"{file}: {error}") from error
    for slot in built.root.xpath(".//*[@data-line]"):
        del slot.attrib["data-line"]
    arrange.settle_boxes(built.root, built.formulas)
    listed = dialect.own_contents(body)
    built.headings = [
        replace(heading, level=min(heading.level, 3)) if heading.id in listed else heading for heading in built.headings
    ]
    return Parsed(built, arranged.title, _day(arranged.front, file), shown, encoding, arranged.places, list(warnings))


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
    say(f"render: {file}: Markdown -> HTML")
    parsed = parse(file)
    if parsed.encoding != "utf-8":
        say(f"render: {file}: read as {parsed.encoding}")
    style, screen = ((STYLE / name).read_text(encoding="utf-8") for name in ("render.css", "render_screen.css"))
    day = f"{parsed.day.year} 年 {parsed.day.month} 月 {parsed.day.day} 日"
    style = f"{style}\n{headers_footers.style(parsed.furniture, parsed.title, day)}\n{_contents_style(parsed.tree)}"
    browser = page.for_browser(parsed.tree, parsed.front, file.parent, f"{style}\n{screen}")
    say(f"render: {file}: HTML -> PDF")
    missing = Missing()
    parsed.title = missing(parsed.title)
    printable = printed_tree(parsed.tree, missing)
    style = missing(style)
    try:
        printed = pdf.write(page.for_print(printable, parsed.front, style), parsed.day, STYLE)
    except UserError as error:
        if not (troubles := _take_out_unprintable(printable, parsed, style)):
            raise UserError(f"{file}: {error}") from error
        parsed.warnings += [f"{file}:{trouble}" for trouble in troubles]
        printed = pdf.write(page.for_print(printable, parsed.front, style), parsed.day, STYLE)
    try:
        files.write_text(targets[0], browser)
        files.write_bytes(targets[1], printed)
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


def _take_out_unprintable(printable: tree.Tree, parsed: Parsed, style: str) -> list[str]:
    """Placeholders for the pictures that WeasyPrint complains about, each tried alone; what it says of them."""
    troubles = []
    for source, (line, address) in parsed.places.items():
        alone = html.fragment_fromstring("<main><p><img alt='a'></p></main>")
        alone[0][0].set("src", source)
        try:
            pdf.write(page.for_print(tree.Tree(alone), parsed.front, style), parsed.day, STYLE)
        except pdf.PdfError as error:
            reason = "; ".join(error.complaints)
            troubles.append(f"{line}: image '{address}': {reason}; a placeholder stands for it in the PDF")
            for image in [image for image in printable.root.iter("img") if image.get("src") == source]:
                arrange.put_placeholder(image, address)
                del image.attrib["data-alt"]
    return troubles
