"""What stands on the screens, and the tasks that keep it up to date: the newest edit wins."""

from __future__ import annotations

import asyncio
import time
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
        self._screen, self._paper = Worker(make), Worker(make)
        self.html, self.version, self.seconds = "", 0, 0.0
        self.printed: Printed | None = None
        self._wrong: dict[str, list[Problem]] = {"html": [], "pdf": []}
        self._busy: set[str] = set()
        self._sources = [root / MANIFEST]  # until the renderer tells them
        self._dirty, self._news = asyncio.Event(), asyncio.Event()
        self._stale = asyncio.Event()  # the PDF
        self._readers = 0  # of the PDF
        self.stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        self._dirty.set()
        self._tasks = [asyncio.create_task(work()) for work in (self._set_pages, self._set_pdfs, self._watch)]

    async def end(self) -> None:
        """No process and no task stays."""
        self.close()
        for task in self._tasks:
            task.cancel()
        self._screen.end()
        self._paper.end()
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
        try:
            while not self.stop.is_set():
                news = self._news
                yield self._told()
                await news.wait()
        finally:
            self._readers -= of_pdf

    def _told(self) -> dict[str, Any]:
        printed = self.printed
        return {
            "version": self.version,
            "seconds": round(self.seconds, 2),
            "busy": sorted(self._busy),
            "start": self._start,
            "problems": [self._of_problem(problem) for problem in (*self._wrong["html"], *self._wrong["pdf"])],
            "pdf": printed and {"number": printed.number, "sizes": printed.sizes, "chapters": printed.chapters},
        }

    def _of_problem(self, problem: Problem) -> dict[str, Any]:
        file, _, line = problem.place.rpartition(":")
        near = places.near(self._root / file, int(line)) if file and line.isdecimal() else []
        return {"place": problem.place, "message": problem.message, "near": near}

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    # -- tasks --------------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        async for changed in watch.changes(lambda: self._sources, self.stop):
            if any(path.suffix == ".py" for path in changed):  # modules stay as they were loaded
                self._screen.end()
                self._paper.end()
            self._dirty.set()

    async def _set_pages(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            begun = time.monotonic()
            self._work("html", True)
            try:
                page = await self._screen.call("html")
            except RenderError as error:
                self._wrong["html"] = [Problem.read(line) for line in str(error).splitlines()]
            else:
                self._wrong["html"] = page.problems
                if page.html and page.html != self.html:
                    self.html, self.version, self.seconds = page.html, self.version + 1, time.monotonic() - begun
                    self._stale.set()
            with suppress(RenderError):
                self._sources = await self._screen.call("sources")
            self._work("html", False)

    async def _set_pdfs(self) -> None:
        of = 0  # which version the PDF is of
        while True:
            await self._stale.wait()
            self._stale.clear()
            if not self._readers or not self.version or of == self.version:
                continue
            of = self.version
            self._work("pdf", True)
            try:
                self.printed = await asyncio.to_thread(Printed, await self._paper.call("pdf"))
                self._wrong["pdf"] = []
            except RenderError as error:
                self._wrong["pdf"] = [Problem.read(line) for line in str(error).splitlines()]
            self._work("pdf", False)

    def _work(self, kind: str, begins: bool) -> None:
        (self._busy.add if begins else self._busy.discard)(kind)
        self._tell()
