"""`@import "file"`: what stands in other files of the report's folder, set where the line stands.

The lines of all files of a report are numbered through, so that a token, an element and a warning need a number only;
`Sources` knows which line of which file it is.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from lxml import html
from markdown_it.rules_block import StateBlock
from pygments.lexers import find_lexer_class_for_filename

from ronkyo.errors import UserError
from ronkyo.foreign import decode, diagrams, headers_footers, pictures

PICTURES = ("png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "ico", "avif", "apng")
MARKDOWN = ("md", "markdown")
DIAGRAMS = {"mmd": "mermaid", "plantuml": "puml", "gv": "dot"}
TABLES = {"csv": ",", "tsv": "\t"}
NOT_SET = ("js", "css", "less", "html", "htm", "pdf")  # the preview runs or loads them
DEEPEST, MOST, MOST_BYTES = 10, 200, 5_000_000  # imports in each other, of a report; bytes of all of them


class ImportingError(Exception):
    """Why a file is not imported."""


@dataclass
class Source:
    """A file, and the place of its first line in the numbering of all."""

    file: Path
    first: int
    parent: int  # the line that imports it; 0: it is the report
    end: int  # the line after its last


@dataclass
class Sources:
    """The files of a report, itself first."""

    folder: Path
    all: list[Source] = field(default_factory=list)
    imported: list[int] = field(default_factory=list)  # bytes of each file, as often as it is

    def add(self, file: Path, text: str, parent: int = 0) -> Source:
        first = self.all[-1].end if self.all else 1
        source = Source(file, first, parent, first + text.count("\n") + 1)
        self.all.append(source)
        return source

    def of(self, line: int) -> Source:
        return next(source for source in reversed(self.all) if source.first <= max(line, 1))

    def place(self, line: int) -> str:
        """FILE:line of a line of the numbering, FILE for 0."""
        source = self.of(line)
        return f"{source.file}:{line - source.first + 1}" if line else str(source.file)

    def order(self, line: int) -> tuple[int, ...]:
        """Sorts lines as a reader meets them; those of the whole report last."""
        imports = [source.parent for source in reversed(self.stack(line)) if source.parent]
        return (*imports, line) if line else (self.all[-1].end,)

    def stack(self, line: int) -> list[Source]:
        """The file of a line and those that import it."""
        source = self.of(line)
        return [source, *(self.stack(source.parent) if source.parent else [])]

    def rebase(self, root: html.HtmlElement) -> None:
        """Addresses in an imported file are relative to it; after this, to the report."""
        for element in root.xpath(".//*[@data-line][@src or @href]"):
            source = self.of(int(element.get("data-line")))
            key = "src" if element.get("src") else "href"
            address = element.get(key)
            beside = source.file.parent.relative_to(self.folder) if source.parent else Path()
            if beside.parts and not pictures.SCHEME.match(address) and not address.startswith(("#", "/", "data:")):
                element.set(key, f"{beside.as_posix()}/{address}")


def place(state: StateBlock, start: int, written: str, address: str, options: dict[str, str]) -> None:
    """Sets the file where its line stands; one that is not imported is a warning, and its line stays as `written`."""
    sources: Sources = state.env["sources"]
    line = state.env["first"] + start
    suffix = address.rpartition(".")[2].lower()
    try:
        if suffix in PICTURES and not options.get("code_block"):
            push_paragraph(state, _picture(address, options), start, start + 1)
        else:
            _push(state, start, _find(sources, line, address), suffix, options)
    except (ImportingError, pictures.PictureError) as error:
        state.env["warn"](line, f'@import "{address}": {error}; the line stays as text')
        push_paragraph(state, written, start, start + 1)
    state.line = start + 1


def push_paragraph(state: StateBlock, content: str, start: int, end: int) -> None:
    state.push("paragraph_open", "p", 1).map = [start, end]
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = content, [start, end], []
    state.push("paragraph_close", "p", -1)


def _find(sources: Sources, line: int, address: str) -> Path:
    if pictures.SCHEME.match(address):
        raise ImportingError("only files in the report's own folder are read")
    stack = sources.stack(line)
    beside = stack[0].file.parent.relative_to(sources.folder) if stack[0].parent else Path()
    file = pictures.find(sources.folder, address if address.startswith("/") else str(beside / address))
    if file.resolve() in [source.file.resolve() for source in stack]:
        raise ImportingError("it would import itself: " + " → ".join(source.file.name for source in reversed(stack)))
    if len(stack) > DEEPEST or len(sources.imported) == MOST:
        raise ImportingError(f"at most {MOST} files are imported, {DEEPEST} deep")
    if (size := sum(sources.imported) + file.stat().st_size) > MOST_BYTES:
        raise ImportingError(f"expected at most {MOST_BYTES:,} bytes in all imported files, found {size:,}")
    sources.imported.append(file.stat().st_size)
    return file


def _push(state: StateBlock, start: int, file: Path, suffix: str, options: dict[str, str]) -> None:
    if suffix in NOT_SET and not options.get("code_block") and not options.get("as"):
        raise ImportingError("such a file is not set; {code_block=true} shows it as code")
    try:
        text, _ = decode.read(file)
    except UserError as error:
        raise ImportingError(str(error).removeprefix(f"{file}: ")) from error
    as_code = options.get("code_block") == "true"
    text = _cut(text, options)
    if suffix in MARKDOWN and not as_code:
        _parse(state, start, file, headers_footers.split(text, lambda *_: None)[1])
    elif suffix in TABLES and not as_code:
        _parse(state, start, file, _table(text, TABLES[suffix]))
    else:
        token = state.push("fence", "code", 0)
        language = options.get("as") or ("" if as_code else DIAGRAMS.get(suffix, suffix))
        if as_code or language not in diagrams.LANGUAGES:
            lexer = find_lexer_class_for_filename(file.name)
            language = options.get("as") or (lexer.aliases[0] if lexer and lexer.aliases else "text")
        token.info = language + (" {.line-numbers}" if "line-numbers" in options.get("class", "") else "")
        token.content, token.map = text, [start, start + 1]


def _cut(text: str, options: dict[str, str]) -> str:
    """Lines from line_begin to before line_end, counted from 0; a negative one counts from the end, as the preview has it."""
    lines = text.split("\n")
    begin, end = (options.get(key, "") for key in ("line_begin", "line_end"))
    numbers = [int(one) if re.fullmatch("-?[0-9]{1,9}", one) else None for one in (begin, end)]
    return "\n".join(lines[slice(*numbers)])


def _table(text: str, delimiter: str) -> str:
    rows = [
        [cell.replace("|", r"\|").replace("\n", "<br>").strip() for cell in row]
        for row in csv.reader(io.StringIO(text), delimiter=delimiter)
        if row
    ]
    if not rows:
        raise ImportingError("an empty table")
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def _parse(state: StateBlock, start: int, file: Path, text: str) -> None:
    """Its blocks, where the line stands."""
    source = state.env["sources"].add(file, text, state.env["first"] + start)
    before, state.env["first"] = state.env["first"], source.first
    inner = StateBlock(text, state.md, state.env, [])
    inner.level = state.level
    state.md.block.tokenize(inner, 0, inner.lineMax)
    for token in inner.tokens:
        if token.map:  # counted from the first line of the text around it
            token.map = [number + source.first - before for number in token.map]
    state.tokens += inner.tokens
    state.env["first"] = before


def _picture(address: str, options: dict[str, str]) -> str:
    given = " ".join(f'{key}="{options[key]}"' for key in ("width", "height") if key in options)
    title = f' "{options["title"]}"' if "title" in options else ""
    return f"![{options.get('alt', '')}]({address}{title})" + (f"{{{given}}}" if given else "")
