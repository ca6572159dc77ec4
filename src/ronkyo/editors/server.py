"""A language server for templates: completion and hover from `ronkyo names --json`, and what is wrong, on opening and saving.

The names are collected in a process of its own each time, so that a change of the project's code is seen.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import TextDocument

from ronkyo.editors.names import Entry
from ronkyo.errors import UserError
from ronkyo.project import Project

TEMPLATE = ".md.j2"
OPEN = re.compile(
    r"\{([{%])(?:(?![%}]\}).)*\Z", re.DOTALL
)  # up to the cursor: an expression or a tag that is not closed
STRING = re.compile(
    r"""(?:(\w+)\s*(?:\([^"'()]*|=\s*))?["']([^"'\n]*)\Z"""
)  # the function or keyword, and what is typed
LINK = re.compile(r"\]\(#([^)\s]*)\Z")
NAME = re.compile(r"[^\s\"'()\[\]{}#,=|]+")
NUMBERS = ("metrics", "constants")
# What the first text of a function's call, or a keyword, names; else it is a number of the results.
KINDS = {
    "param": ("parameters",),
    "constant": ("constants",),
    "figure": ("figures",),
    "ref": ("references",),
    "id": ("tables",),
}
ICONS = {"functions": types.CompletionItemKind.Function, "tags": types.CompletionItemKind.Keyword}


@dataclass
class Known:
    """What is known of a project, and the run that looks again. Kinds that a broken template hides stay as they were."""

    project: Project
    names: dict[str, list[Entry]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)  # files that have diagnostics
    looking: asyncio.Task[None] | None = None


class Server(LanguageServer):
    def __init__(self) -> None:
        super().__init__("ronkyo", version("pygls"), text_document_sync_kind=types.TextDocumentSyncKind.Incremental)
        self._known: dict[Path, Known] = {}

    def known(self, uri: str) -> Known | None:
        """Of the project around a document; None where there is none."""
        try:
            project = Project.find(Path(to_fs_path(uri) or ".").parent)
        except UserError:
            return None
        return self._known.setdefault(project.root, Known(project))

    def look(self, uri: str) -> None:
        """At the project of a document again; a look that is under way is ended."""
        if known := self.known(uri):
            if known.looking:
                known.looking.cancel()
            known.looking = asyncio.get_running_loop().create_task(self._look(known))

    async def _look(self, known: Known) -> None:
        command = (sys.executable, "-m", "ronkyo.cli", "-C", str(known.project.root), "names", "--json")
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
        )
        try:
            output, errors = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            raise
        if process.returncode:
            text = f"ronkyo names: {errors.decode(errors='replace').strip()}"
            self.window_log_message(types.LogMessageParams(types.MessageType.Error, text))
            return
        found = json.loads(output)
        known.names |= {kind: [Entry(**entry) for entry in entries] for kind, entries in found["names"].items()}
        self._publish(known, found["problems"])

    def _publish(self, known: Known, problems: list[dict[str, Any]]) -> None:
        """A line of its own for each problem, and nothing where there was one; what has no place stands in the report."""
        project = known.project
        report = project.relative(project.templates / "report.md.j2")
        by_file: dict[str, list[types.Diagnostic]] = {file: [] for file in known.told}
        for problem in problems:
            line = max(0, problem["line"] - 1)
            place = types.Range(types.Position(line, 0), types.Position(line + 1, 0))
            diagnostic = types.Diagnostic(place, problem["text"], types.DiagnosticSeverity.Error, source="ronkyo")
            by_file.setdefault(problem["file"] or report, []).append(diagnostic)
        for file, diagnostics in by_file.items():
            uri = from_fs_path(str(project.root / file)) or ""
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics))
        known.told = {file for file, diagnostics in by_file.items() if diagnostics}


def completions(names: dict[str, list[Entry]], before: str) -> tuple[str, list[tuple[str, Entry]]]:
    """What is typed of a name at the end of a text, and the entries that it may become, with their kinds."""
    if link := LINK.search(before):
        return link[1], _of(names, "references")
    if not (inside := OPEN.search(before)):
        return "", []
    if string := STRING.search(inside[0]):
        kinds = KINDS.get(string[1] or "", NUMBERS)
        return string[2], _of(names, *kinds)
    typed = re.search(r"\w*\Z", before)
    tags = ("tags",) if inside[1] == "%" else ()
    return typed[0] if typed else "", _of(names, *tags, "functions")


def _of(names: dict[str, list[Entry]], *kinds: str) -> list[tuple[str, Entry]]:
    return [(kind, entry) for kind in kinds for entry in names.get(kind, ())]


def told(names: dict[str, list[Entry]], line: str, character: int) -> str:
    """What is known of the name at a character of a line, as Markdown; "" for nothing."""
    at = next((found[0] for found in NAME.finditer(line) if found.start() <= character <= found.end()), "")
    entries = [(kind, entry) for kind, kept in names.items() for entry in kept if entry.name == at]
    if len({kind for kind, _ in entries} - {"tags", "functions"}) and f"{at}(" not in line:
        entries = [(kind, entry) for kind, entry in entries if kind not in ("tags", "functions")]
    return "\n\n".join(f"`{entry.name}` {entry.detail}  \n{entry.file}".rstrip() for _, entry in entries)


def create() -> Server:
    """The server with its features, which `start_io` starts."""
    server = Server()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        known = server.known(params.text_document.uri)
        if known and not known.names:
            server.look(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.look(params.text_document.uri)

    options = types.CompletionOptions(trigger_characters=['"', "'", "#", "{", "%", ".", "/", ":"])

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    def complete(params: types.CompletionParams) -> list[types.CompletionItem]:
        document, known = (
            server.workspace.get_text_document(params.text_document.uri),
            server.known(params.text_document.uri),
        )
        if not known or not params.text_document.uri.endswith(TEMPLATE):
            return []
        before = document.source[: document.offset_at_position(params.position)]
        typed, entries = completions(known.names, before)
        place = types.Range(_back(document, params.position, typed), params.position)
        return [
            types.CompletionItem(
                entry.name,
                kind=ICONS.get(kind, types.CompletionItemKind.Value),
                detail=entry.detail or None,
                text_edit=types.TextEdit(place, entry.name),
            )
            for kind, entry in entries
        ]

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        document, known = (
            server.workspace.get_text_document(params.text_document.uri),
            server.known(params.text_document.uri),
        )
        if not known or params.position.line >= len(document.lines):
            return None
        start = types.Position(params.position.line, 0)
        character = document.offset_at_position(params.position) - document.offset_at_position(start)
        text = told(known.names, document.lines[params.position.line], character)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None

    return server


def _back(document: TextDocument, position: types.Position, typed: str) -> types.Position:
    """Where a text began that ends at a position, in the client's units."""
    return types.Position(position.line, position.character - document.position_codec.client_num_units(typed))


def serve() -> None:
    """On stdin and stdout, until the editor ends it."""
    create().start_io()
