"""What stands on the screens, and the tasks that keep it up to date: the newest edit wins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ronkyo.preview import places, watch
from ronkyo.preview.patches import patch
from ronkyo.preview.printed import Printed
from ronkyo.preview.renderers import Renderer
from ronkyo.preview.worker import RenderError, Worker
from ronkyo.project import MANIFEST
from ronkyo.report.build import Problem

LOWER, LOWEST = 10, 15  # priority of what is set whole, so that an edit need not wait for it


class Session:
    """The last good page and PDF, and what is wrong with the newest text.

    An edit is set twice: at once what it changes in its chapter, with what is known of the last whole page, and then the
    whole, which has the last word.
    """

    def __init__(self, make: Callable[[], Renderer], root: Path, start: str = "") -> None:
        """root: what places of problems are relative to; start: the heading to begin at."""
        self._root, self._start = root, start
        self._whole_page, self._whole_pdf = Worker(make, LOWER), Worker(make, LOWEST)
        self._part_page, self._part_pdf = Worker(make), Worker(make)
        self._workers = (self._whole_page, self._whole_pdf, self._part_page, self._part_pdf)
        self.blocks: list[str] = []
        self.version = 0
        self.printed: Printed | None = None
        self._edit = 1  # how many there were
        self._set = self._printed_of = 0  # the edit that the last whole page, and the PDF on the screen, is of
        self._judged = 0  # the edit of which the whole was made, or failed
        self._base: list[str] = []  # the last whole page, of which `known` tells
        self._known = b""
        self._knowing = asyncio.Lock()  # what is set in part belongs to the page that is known
        self._in_part = False  # whether the newest edit could be set in part
        self._wrong: dict[str, list[Problem]] = {"part": [], "html": [], "pdf": []}
        self._busy: set[str] = set()
        self._sources = [root / MANIFEST]  # until the renderer tells them
        self._edited_page, self._edited_part, self._edited_pdf, self._stale_pdf = (asyncio.Event() for _ in range(4))
        self._news = asyncio.Event()
        self._readers = 0  # of the PDF
        self.stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def html(self) -> str:
        return "".join(self.blocks)

    async def begin(self) -> None:
        self._edited_page.set()
        works = (self._watch, self._set_pages, self._set_parts, self._set_pdfs, self._set_chapters)
        self._tasks = [asyncio.create_task(work()) for work in works]
        for task in self._tasks:
            task.add_done_callback(self._broken)

    def _broken(self, task: asyncio.Task[None]) -> None:
        """What no task should come to is told, too."""
        if not task.cancelled() and (error := task.exception()):
            self._wrong["task"] = [Problem("", f"the preview must be started again: {error!r}")]
            self._tell()

    async def end(self) -> None:
        """No process and no task stays."""
        self.close()
        for task in self._tasks:
            task.cancel()
        for worker in self._workers:
            worker.end()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        """Whoever waits for news goes."""
        self.stop.set()
        self._tell()

    # -- what browsers are told ---------------------------------------------------------------------------------------

    async def news(self, of_pdf: bool, version: int) -> AsyncIterator[dict[str, Any]]:
        """The state now, and again after each change; with it the way from the page that the reader has, where there is one.

        version: of the page that the reader has"""
        self._readers += of_pdf
        if of_pdf:
            self._stale_pdf.set()
            self._edited_pdf.set()
        seen = self.blocks if version == self.version else None
        try:
            while not self.stop.is_set():
                news, told = self._news, self._told()
                if not of_pdf and version != self.version:
                    told["patch"] = patch(seen, self.blocks) if seen else None
                    told["from"], told["count"] = version, len(seen or ())
                    version, seen = self.version, self.blocks
                yield told
                await news.wait()
        finally:
            self._readers -= of_pdf

    def _told(self) -> dict[str, Any]:
        pdf, wrong = self.printed, dict.fromkeys(problem for problems in self._wrong.values() for problem in problems)
        chapters = [(title, page) for title, page, _ in pdf.chapters] if pdf else []
        return {
            "version": self.version,
            "edit": self._edit,
            "busy": sorted(self._busy),
            "start": self._start,
            "problems": [self._of_problem(problem) for problem in wrong],
            "pdf": pdf and {"number": pdf.number, "edit": self._printed_of, "sizes": pdf.sizes, "chapters": chapters},
        }

    def _of_problem(self, problem: Problem) -> dict[str, Any]:
        told = {"place": problem.place, "message": problem.message, "chapter": "", "near": []}
        if line := problem.line:
            file = self._root / problem.file
            told |= {"chapter": places.heading(file, line), "near": places.near(file, line)}
        return told

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    # -- tasks --------------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        async for changed in watch.changes(lambda: self._sources, self.stop):
            if any(path.suffix == ".py" for path in changed):  # modules stay as they were loaded
                for worker in self._workers:
                    worker.end()
            self._edit += 1
            for edited in (self._edited_part, self._edited_page, self._edited_pdf):
                edited.set()

    async def _set_parts(self) -> None:
        while True:
            await self._next(self._edited_part)
            async with self._knowing:
                edit, of = None, self._edit
                with suppress(RenderError):  # the whole tells it
                    edit = await self._part_page.call("edit") if self._known else None
                self._in_part = edit is not None
                if edit is None or self._judged >= of:  # the whole has the last word
                    continue
                self._wrong["part"] = edit.problems
                if not edit.problems:
                    if self._set == 0:  # the whole page failed
                        self._wrong["html"] = []
                    self._show(edit.applied(self._base))
                self._tell()

    async def _set_pages(self) -> None:
        while True:
            await self._next(self._edited_page)
            edit = self._edit
            self._work("html", True)
            try:
                page = await self._whole_page.call("html")
                problems, blocks = page.problems, page.blocks
            except RenderError as error:
                problems, blocks = Problem.each(str(error).splitlines()), []
            if edit == self._edit or not self._in_part:
                self._wrong |= {"html": problems, "part": []}
                if blocks:
                    self._show(blocks)
            self._judged, self._set = edit, edit if blocks else 0
            with suppress(RenderError):
                self._sources = await self._whole_page.call("sources")
            if blocks:
                self._stale_pdf.set()  # also where the text is again what it was: the PDF may have failed meanwhile
                await self._know(blocks)
            self._work("html", False)

    async def _know(self, blocks: list[str]) -> None:
        """That the next edit may be set in part."""
        with suppress(RenderError):
            known = await self._whole_page.call("known")
            async with self._knowing:
                self._base, self._known = blocks, b""
                if known:
                    await self._part_page.call("learn", known)
                    self._known = known
        self._edited_pdf.set()
        if self._edit != self._set:
            self._edited_part.set()

    async def _set_pdfs(self) -> None:
        whole_of = 0
        while True:
            await self._next(self._stale_pdf)
            of = self._set
            if not self._readers:
                self._wrong["pdf"] = []  # nobody looks whether it is mended
                continue
            if whole_of == of or not of:
                continue
            self._work("pdf", True)
            try:
                content, problems = await self._whole_pdf.call("printed")
                printed = await asyncio.to_thread(Printed, content)
                self._wrong["pdf"], whole_of = problems, of
                if of >= self._printed_of:  # or a newer chapter stands on the screen
                    self.printed, self._printed_of = printed, of
            except RenderError as error:
                self._wrong["pdf"] = Problem.each(str(error).splitlines())
            self._work("pdf", False)

    async def _set_chapters(self) -> None:
        """The chapter that is written, alone: it is there before the whole."""
        known, of = b"", self._edit
        while True:
            await self._next(self._edited_pdf)
            if not self._readers:
                continue
            with suppress(RenderError):  # the whole tells it
                if known and self.printed and of != self._edit:
                    of = self._edit
                    if found := await self._part_pdf.call("chapter"):
                        title, content = found
                        chapter = await asyncio.to_thread(Printed, content)
                        if of > self._printed_of and (changed := self.printed.with_chapter(title, chapter)):
                            self.printed, self._printed_of = changed, of
                            self._tell()
                if self._known and known is not self._known:
                    known = self._known
                    await self._part_pdf.call("learn", known)

    async def _next(self, event: asyncio.Event) -> None:
        await event.wait()
        event.clear()

    def _show(self, blocks: list[str]) -> None:
        if blocks != self.blocks:
            self.blocks, self.version = blocks, self.version + 1

    def _work(self, kind: str, begins: bool) -> None:
        (self._busy.add if begins else self._busy.discard)(kind)
        self._tell()
