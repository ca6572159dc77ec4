"""What a preview shows: the report of a project, or a Markdown file from elsewhere. Both live in a worker's process."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from ronkyo.errors import UserError
from ronkyo.foreign import render
from ronkyo.project import Project
from ronkyo.report.build import Builder, Draft, Page, Problem


class Renderer(Protocol):
    def html(self) -> Page: ...

    def pdf(self) -> bytes:
        """Raises UserError."""
        ...

    def sources(self) -> list[Path]:
        """The files that the page stands on."""
        ...


class OfProject(Builder):
    """A project is found again in the process that renders, since its modules stay where they are loaded."""

    def __init__(self, root: Path) -> None:
        super().__init__(Project.find(root))

    def chapter(self, number: str) -> bytes:
        """The PDF of one chapter, with the numbers of the whole. Raises UserError."""
        return Draft.of(self.project).of_chapter(number).printed()


class OfFile:
    """Nothing is written beside the file."""

    def __init__(self, file: Path, boxes: Mapping[str, str]) -> None:
        self._file, self._boxes = file, boxes
        self._pictures: list[Path] = []

    def html(self) -> Page:
        try:
            parsed = render.parse(self._file, boxes=self._boxes)
            self._pictures = [self._file.parent / address for _, address in parsed.places.values()]
            return Page(render.for_browser(self._file, parsed), list(map(self._problem, parsed.warnings)))
        except UserError as error:
            return Page("", list(map(self._problem, str(error).splitlines())))

    def _problem(self, line: str) -> Problem:
        """With the file's name for its path."""
        found = re.match(rf"{re.escape(str(self._file))}((?::\d+)?): ", line)
        return Problem(f"{self._file.name}{found[1]}", line[found.end() :]) if found else Problem.read(line)

    def pdf(self) -> bytes:
        try:
            return render.printed(self._file, render.parse(self._file, boxes=self._boxes))[0]
        except UserError as error:
            raise UserError(str(error).replace(str(self._file), self._file.name)) from error

    def sources(self) -> list[Path]:
        return [self._file, *self._pictures]
