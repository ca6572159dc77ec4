"""What a preview shows: the report of a project, or a Markdown file from elsewhere. Both live in a worker's process."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from ronkyo.errors import UserError
from ronkyo.foreign import render
from ronkyo.project import Project
from ronkyo.report import current, quick
from ronkyo.report.build import Builder, Page, Problem
from ronkyo.report.quick import Edit, Known, Quick


class Renderer(Protocol):
    def html(self) -> Page: ...

    def printed(self) -> tuple[bytes, list[Problem]]:
        """The PDF, and what is wrong in it alone. Raises UserError."""
        ...

    def sources(self) -> list[Path]:
        """The files that the page stands on."""
        ...

    def known(self) -> bytes:
        """What another process must know of the last page to set what changed alone; nothing where it cannot."""
        ...

    def learn(self, known: bytes) -> None: ...

    def edit(self) -> Edit | None:
        """What changed since the page that is known; None where only the whole page can tell."""
        ...

    def chapter(self) -> tuple[str, bytes] | None:
        """The heading and the PDF of the chapter that changed, likewise. Raises UserError."""
        ...


class OfProject(Builder):
    """A project is found again in the process that renders, since its modules stay where they are loaded."""

    def __init__(self, root: Path) -> None:
        super().__init__(Project.find(root))
        self._templates: dict[str, str] = {}
        self._quick: Quick | None = None

    def html(self) -> Page:
        self.project = Project.find(self.project.root)  # pyproject.toml may be another
        self._templates = quick.templates(self.project)
        page = super().html()
        try:
            told = current.told(self.project) if page.blocks else ""
        except UserError as error:
            told = str(error)
        return Page(page.blocks, [*page.problems, *Problem.each(told.splitlines())])

    def printed(self) -> tuple[bytes, list[Problem]]:
        self.project = Project.find(self.project.root)
        return self.pdf(), []

    def known(self) -> bytes:
        known = Known.of(*self.built, self._templates) if self.built else None
        return pickle.dumps(known) if known else b""

    def learn(self, known: bytes) -> None:
        content: Known = pickle.loads(known)
        if self._quick is None or not self._quick.learn(content):
            self.project = Project.find(self.project.root)
            self._quick = Quick(self.project, content)

    def edit(self) -> Edit | None:
        return self._quick and self._quick.page()

    def chapter(self) -> tuple[str, bytes] | None:
        return self._quick and self._quick.chapter()


class OfFile:
    """Nothing is written beside the file."""

    def __init__(self, file: Path, boxes: Mapping[str, str]) -> None:
        self._file, self._boxes = file, boxes
        self._pictures: list[Path] = []

    def html(self) -> Page:
        try:
            parsed = render.parse(self._file, boxes=self._boxes)
            self._pictures = [self._file.parent / address for _, address in parsed.places.values()]
            return Page([render.for_browser(self._file, parsed)], list(map(self._problem, parsed.warnings)))
        except UserError as error:
            return Page([], list(map(self._problem, str(error).splitlines())))

    def _problem(self, line: str) -> Problem:
        """With the file's name for its path."""
        found = re.match(rf"{re.escape(str(self._file))}((?::\d+)?): ", line)
        return Problem(f"{self._file.name}{found[1]}", line[found.end() :]) if found else Problem.read(line)

    def printed(self) -> tuple[bytes, list[Problem]]:
        try:
            content, warnings = render.printed(self._file, render.parse(self._file, boxes=self._boxes))
            return content, list(map(self._problem, warnings))
        except UserError as error:
            raise UserError(str(error).replace(str(self._file), self._file.name)) from error

    def sources(self) -> list[Path]:
        return [self._file, *self._pictures]

    def known(self) -> bytes:
        return b""

    def learn(self, known: bytes) -> None: ...

    def edit(self) -> None: ...

    def chapter(self) -> None: ...
