"""What stands on the screens, and the tasks that keep it up to date: the newest edit wins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ronkyo.preview import places, watch
from ronkyo.preview.printed import Printed
from ronkyo.preview.renderers import Renderer
from ronkyo.preview.worker import RenderError, Worker
from ronkyo.project import MANIFEST
from ronkyo.report.build import Problem


class Session:
    """The last good page and PDF, and what is wrong with the newest text."""

    def __init__(self, make: Callable[[], Renderer], root: Path, start: str = "") -> None:
        """root: what places of problems are relative to; start: the heading to begin at."""
        self._root, self._start = root, start
        self._screen, self._paper, self._part = workers = Worker(make), Worker(make), Worker(make)
        self._workers = workers
        self.html, self.version = "", 0
        self.printed: Printed | None = None
        self._whole: Printed | None = None  # without a chapter that was set later
        self._whole_of = 0
        self._printed_of = 0  # the version that the PDF on the screen is of
        self._wrong: dict[str, list[Problem]] = {"html": [], "pdf": []}
        self._busy: set[str] = set()
        self._sources = [root / MANIFEST]  # until the renderer tells them
        self._dirty, self._news = asyncio.Event(), asyncio.Event()
        self._stale, self._stale_part = asyncio.Event(), asyncio.Event()  # the PDF, the chapter of it that was edited
        self._edited: Path | None = None
        self._readers = 0  # of the PDF
        self.stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        self._dirty.set()
        self._tasks = [
            asyncio.create_task(work()) for work in (self._set_pages, self._set_pdfs, self._set_chapters, self._watch)
        ]

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

    async def news(self, of_pdf: bool) -> AsyncIterator[dict[str, Any]]:
        """The state now, and again after each change."""
        self._readers += of_pdf
        if of_pdf:
            self._stale.set()
            self._stale_part.set()
        try:
            while not self.stop.is_set():
                news = self._news
                yield self._told()
                await news.wait()
        finally:
            self._readers -= of_pdf

    def _told(self) -> dict[str, Any]:
        pdf, wrong = self.printed, dict.fromkeys(problem for problems in self._wrong.values() for problem in problems)
        chapters = [(title, page) for title, page, _ in pdf.chapters] if pdf else []
        return {
            "version": self.version,
            "busy": sorted(self._busy),
            "start": self._start,
            "problems": [self._of_problem(problem) for problem in wrong],
            "pdf": pdf and {"number": pdf.number, "sizes": pdf.sizes, "chapters": chapters},
        }

    def _of_problem(self, problem: Problem) -> dict[str, Any]:
        near = places.near(self._root / problem.file, problem.line) if problem.line else []
        return {"place": problem.place, "message": problem.message, "near": near}

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    # -- tasks --------------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        async for changed in watch.changes(lambda: self._sources, self.stop):
            if any(path.suffix == ".py" for path in changed):  # modules stay as they were loaded
                for worker in self._workers:
                    worker.end()
            self._edited = next((path for path in changed if path.name.endswith(".md.j2")), self._edited)
            self._dirty.set()

    async def _set_pages(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            self._work("html", True)
            try:
                page = await self._screen.call("html")
            except RenderError as error:
                self._wrong["html"] = [Problem.read(line) for line in str(error).splitlines()]
            else:
                self._wrong["html"] = page.problems
                if page.html and page.html != self.html:
                    self.html, self.version = page.html, self.version + 1
                    self._stale_part.set()
                if page.html:
                    self._stale.set()  # also where the text is again what it was: the PDF may have failed meanwhile
            with suppress(RenderError):
                self._sources = await self._screen.call("sources")
            self._work("html", False)

    async def _set_pdfs(self) -> None:
        while True:
            await self._stale.wait()
            self._stale.clear()
            of = self.version
            if not self._readers:
                self._wrong["pdf"] = []  # nobody looks whether it is mended
                continue
            if self._whole_of == of:
                continue
            self._work("pdf", True)
            try:
                self._whole = await asyncio.to_thread(Printed, await self._paper.call("pdf"))
                self._wrong["pdf"], self._whole_of = [], of
                if of >= self._printed_of:  # or a newer chapter stands on the screen
                    self.printed, self._printed_of = self._whole, of
            except RenderError as error:
                self._wrong["pdf"] = [Problem.read(line) for line in str(error).splitlines()]
            self._work("pdf", False)

    async def _set_chapters(self) -> None:
        """The chapter that is written, alone: it is there before the whole."""
        while True:
            await self._stale_part.wait()
            self._stale_part.clear()
            whole, of = self._whole, self.version
            if not self._readers:
                continue
            heading = places.heading(self._edited) if self._edited else ""
            title = whole and heading and whole.title_of(heading)
            with suppress(RenderError):  # the whole tells it
                if not whole or not title:
                    await self._part.call("html")  # so that the first edit finds it warm
                    continue
                chapter = Printed(await self._part.call("chapter", title.removesuffix(heading).split()[-1]))
                if of > self._printed_of:
                    self.printed, self._printed_of = whole.with_chapter(title, chapter), of
                    self._tell()

    def _work(self, kind: str, begins: bool) -> None:
        (self._busy.add if begins else self._busy.discard)(kind)
        self._tell()
