"""A report that somebody wrote for Markdown Preview Enhanced -> HTML and PDF, set as a project's own report is."""

from __future__ import annotations

import copy
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import pypdfium2
from lxml import html

from ronkyo import files
from ronkyo.errors import UserError, nearest
from ronkyo.foreign import arrange, count, decode, dialect, headers_footers, page_setup
from ronkyo.foreign.imports import Sources
from ronkyo.foreign.passes import links, pictures, widths
from ronkyo.foreign.passes.elements import HtmlElement
from ronkyo.foreign.patterns import DATE
from ronkyo.typeset import page, pdf, tree
from ronkyo.typeset.equations import FormulaError
from ronkyo.typeset.front import Front
from ronkyo.typeset.glyphs import GETA, Missing, printed_tree
from ronkyo.words import Words

STYLE = Path(__file__).parent / "style"
FRAMES = 15_000  # of Python, for what stands in each other
MOST_HEADINGS, MOST_ELEMENTS = 10_000, 100_000  # each takes WeasyPrint about 150 kB, or 15
CLOSE_CONTENTS = range(35, 44)  # entries
NO_BOXES: Mapping[str, str] = MappingProxyType({})


@dataclass
class Parsed:
    """A report from elsewhere, read and numbered."""

    tree: tree.Tree
    front: Front
    furniture: headers_footers.Furniture
    encoding: str
    places: dict[str, tuple[int, str]]  # data: address of a picture -> line and address in the report
    warnings: list[str]
    text: str  # the source
    source: count.Source


def parse(file: Path, language: str | None = None, boxes: Mapping[str, str] = NO_BOXES) -> Parsed:
    """The report of a file; arguments as for `render`.

    Raises UserError with FILE:line for what cannot be set; what can be left out is a warning.
    """
    text, encoding = decode.read(file)
    sources, source = Sources(file.parent), count.Source()
    warnings: dict[tuple[int, str], None] = {}  # each once

    def warn(line: int, message: str) -> None:
        warnings[line, message] = None

    furniture, body = headers_footers.split(text, warn)
    sources.add(file, body)

    def unset(formula: FormulaError) -> None:
        warn(int(formula.line or 0), f"{formula}; it is shown as its source")

    guessed = "ja" if re.search("[\u3041-\u3096\u30a1-\u30fa]", body) else "en"
    words = Words(language or furniture.language or guessed)
    root = dialect.parse(body, sources, warn, words, source)
    _check_size(file, root)
    arranged = arrange.arrange(root, sources, furniture.title, warn, words)
    try:
        built = tree.finish(root, words, boxes, unset=unset)
    except tree.MissingTarget as error:
        raise UserError(f"{file}: {error}") from error
    widths.fit(built.root, built.formulas, page_setup.text_width(furniture.page), warn)
    arrange.finish(built)
    written = tuple(text for text in (furniture.author, furniture.date) if text)
    front = Front(
        arranged.title or file.stem,
        _day(f"{furniture.date} {arranged.front}", file),
        author=furniture.author,
        language=words.language,
        titled=arranged.title is not None,
        byline=written,
    )
    told = [
        f"{sources.place(line)}: {message}" for line, message in sorted(warnings, key=lambda one: sources.order(one[0]))
    ]
    return Parsed(built, front, furniture, encoding, arranged.places, told, text, source)


def _check_size(file: Path, root: HtmlElement) -> None:
    headings, elements = sum(1 for _ in root.iter(*tree.HEADINGS)), sum(1 for _ in root.iter())
    if headings > MOST_HEADINGS:
        raise UserError(f"{file}: expected at most {MOST_HEADINGS:,} headings, found {headings:,}")
    if elements > MOST_ELEMENTS:
        kinds = "paragraphs, cells, lines of code, words that code colours and the like"
        raise UserError(f"{file}: expected at most {MOST_ELEMENTS:,} elements ({kinds}), found {elements:,}")


def _day(front: str, file: Path) -> date:
    """The date that stands before the first chapter; else the file's own."""
    if match := DATE.search(unicodedata.normalize("NFKC", front)):
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = int(seconds) if seconds.isdigit() else file.stat().st_mtime
    return datetime.fromtimestamp(moment, UTC).date()


def render(
    file: Path,
    folder: Path | None = None,
    language: str | None = None,
    boxes: Mapping[str, str] = NO_BOXES,
    say: Callable[[str], None] = print,
    force: bool = False,
    report: bool = False,
) -> list[str]:
    """Write <stem>.html and <stem>.pdf into the folder (default: the file's own); returns the warnings.

    language: "ja" or "en"; default: what `lang` in the front matter says, else Japanese for a text with kana, else English
    boxes: as for typeset.tree.build; force: whether files that ronkyo did not write may be overwritten; report: whether
    to say what of the source is missing in the results though a warning tells of it
    Raises UserError; then nothing is written and what was there stays.
    """
    folder = folder or file.parent
    targets = [folder / f"{file.stem}.{kind}" for kind in ("html", "pdf")]
    _check(folder, targets, file, force)
    say(f"render: {file}: Markdown -> HTML")
    parsed = parse(file, language, boxes)
    if parsed.encoding != "utf-8":
        say(f"render: {file}: read as {parsed.encoding}")
    links.rebase(parsed.tree.root, file.parent, folder)
    browser = for_browser(file, parsed)
    say(f"render: {file}: HTML -> PDF")
    paper, warnings = printed(file, parsed)
    files.write_text(targets[0], browser)
    files.write_bytes(targets[1], paper)
    say(f"render: {targets[0]} and {targets[1]} are ready")
    warnings = [*parsed.warnings, *warnings]
    losses, figures = count.compared(parsed.source, count.of_page(browser), count.of_pdf(paper))
    for loss in losses if report else ():
        say(f"render: {file}:{loss.line}: {loss.message}")
    say(f"render: {file}: {figures}")
    warned = {int(line) for warning in warnings for line in re.findall(r":(\d+): ", warning)[:1]}
    return warnings + [f"{file}:{loss.line}: {loss.message}" for loss in count.unexplained(losses, warned)]


def _check(folder: Path, targets: list[Path], file: Path, force: bool) -> None:
    if not file.exists():
        beside = file.parent.glob("*.md") if file.parent.is_dir() else ()
        known = nearest(file.name, [path.name for path in beside])
        raise UserError(f"{file}: expected a Markdown file, found nothing{known}")
    for target in targets:
        if target.is_dir() or (target.exists() and target.samefile(file)):
            kind = "a folder" if target.is_dir() else "FILE"
            raise UserError(f"{target}: expected a place for the output, found {kind}")
        if target.exists() and not force and not _is_ours(target):
            raise UserError(f"{target}: was not written by ronkyo; --force overwrites it")
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: expected a folder, found a file")


def _is_ours(target: Path) -> bool:
    """Whether an HTML or PDF names ronkyo as what made it."""
    content = target.read_bytes()
    if target.suffix == ".html":
        return b'<meta name="generator" content="ronkyo">' in content[:2000]
    try:
        with pypdfium2.PdfDocument(content) as document:
            return document.get_metadata_value("Creator") == "ronkyo"
    except pypdfium2.PdfiumError:
        return False


def _styles(parsed: Parsed) -> tuple[str, str]:
    """What the browser and the PDF get beside the engine's own sheets."""
    names = ("render.css", "render_screen.css", "render_print.css")
    both, screen, paper = ((STYLE / name).read_text(encoding="utf-8") for name in names)
    listed = sum(heading.level in (2, 3) for heading in parsed.tree.headings)
    if listed in CLOSE_CONTENTS:  # contents that nearly fit under the title are set closer
        both += "@media print { .contents ol { line-height: 1.3 } }"
    furniture = headers_footers.style(parsed.furniture, parsed.front.title * parsed.front.titled)
    return f"{both}\n{screen}", f"{both}\n{paper}\n{furniture}"


def for_browser(file: Path, parsed: Parsed) -> str:
    """The page for the browser."""
    return page.for_browser(parsed.tree, parsed.front, file.parent, _styles(parsed)[0]).html


@contextmanager
def _deeply() -> Iterator[None]:
    """WeasyPrint calls itself for elements in elements, of which there are no more than passes.nesting lets be."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@_deeply()
def printed(file: Path, parsed: Parsed) -> tuple[bytes, list[str]]:
    """The PDF, and warnings of what it cannot show. Raises UserError."""
    missing = Missing()
    front = replace(parsed.front, title=missing(parsed.front.title))
    printable = printed_tree(replace(parsed.tree, root=links.flattened(parsed.tree.root)), missing)
    style = missing(_styles(parsed)[1])
    warnings: list[str] = []
    fields = {"title": front.title, "date": Words(front.language).date(front.day), "url": f"{file.stem}.html"}
    running = headers_footers.running(parsed.furniture, fields, lambda said: warnings.append(f"{file}: {said}"))
    for element in running:
        for part in element.iter():
            part.text, part.tail = missing(part.text or ""), missing(part.tail or "")
        printable.root.insert(0, element)
    content, said = _written(printable, front, style, parsed.furniture.page.scale)
    if said:
        troubles = _take_out_unprintable(printable, parsed.places, front, style)
        troubles += _take_out_styles(running, front, style)
        warnings += [f"{file}:{trouble}" for trouble in troubles]
        if troubles:
            content, said = _written(printable, front, style, parsed.furniture.page.scale)
    if content is None:
        raise UserError(f"{file}: PDF: {said}")
    if said:
        warnings.append(f"{file}: PDF: {said}")
    if missing:
        warnings.append(f"{file}: no font has a glyph, shown as {GETA} in the PDF: {missing.told(parsed.text)}")
    return content, warnings


def _written(printable: tree.Tree, front: Front, style: str, scale: float = 1) -> tuple[bytes | None, str]:
    """The PDF, if there is one, and what WeasyPrint says of it."""
    try:
        return pdf.write(page.for_print(printable, front, style), front.day, STYLE, scale=scale), ""
    except pdf.PdfError as error:
        return error.content, "; ".join(error.complaints)


def _complaints(elements: Iterable[HtmlElement], front: Front, style: str) -> str:
    """What WeasyPrint says of some elements alone."""
    alone = html.Element("main")
    alone.extend(copy.deepcopy(list(elements)))
    return _written(tree.Tree(alone), front, style)[1]


def _take_out_styles(running: Iterable[HtmlElement], front: Front, style: str) -> list[str]:
    """Declarations that WeasyPrint ignores in what stands at the head and foot of each page; what it says."""
    said = _complaints(running, front, style)
    if not said:
        return []
    for part in (part for element in running for part in element.xpath(".//*[@style]")):
        part.set("style", ";".join(each for each in part.get("style").split(";") if f"`{each}`" not in said))
    return [f" front matter: a template of the page's head or foot: {said}"]


def _take_out_unprintable(
    printable: tree.Tree, places: Mapping[str, tuple[int, str]], front: Front, style: str
) -> list[str]:
    """Placeholders for the pictures that WeasyPrint complains about; what it says of them. Each is tried alone, since it
    names no picture when a drawing's text has a character that no font has."""
    troubles = []
    for source, (line, address) in places.items():
        if reason := _complaints([html.Element("img", {"alt": "a", "src": source})], front, style):
            troubles.append(f"{line}: image '{address}': {reason}; a placeholder stands for it in the PDF")
            for image in [image for image in printable.root.iter("img") if image.get("src") == source]:
                pictures.put_placeholder(image, address, Words(front.language))
                del image.attrib["data-alt"]
    return troubles
