"""A process that renders: the server answers meanwhile, and outlives it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from ronkyo.errors import UserError, mistake


class RenderError(UserError):
    """What ended a rendering."""


class Worker:
    """A process with one object, of which it calls methods. It starts with the first call, and again after it died."""

    def __init__(self, make: Callable[[], Any], nice: int = 0) -> None:
        """nice: by how much its priority is lower."""
        self._make, self._nice = make, nice
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._files: tempfile.TemporaryDirectory[str] | None = None

    async def call(self, method: str, *arguments: Any) -> Any:
        """Raises RenderError with what the method raises, or with how the process died."""
        answer = await asyncio.to_thread(self._call, method, arguments)
        if isinstance(answer, RenderError):
            raise answer
        return answer

    def _call(self, method: str, arguments: tuple[Any, ...]) -> Any:
        with self._lock:
            process, connection = self._started()
            try:
                connection.send((method, arguments))
                return connection.recv()
            except (EOFError, OSError):
                self._leave(process)
                self._process = None
                return RenderError(
                    f"the renderer ended (exit status {process.exitcode}); the next edit starts it again"
                )

    def _started(self) -> tuple[BaseProcess, Connection]:
        if self._process and self._connection and self._process.is_alive():
            return self._process, self._connection
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._files = tempfile.TemporaryDirectory(prefix="ronkyo-", ignore_cleanup_errors=True)
        arguments = (theirs, self._make, self._nice, self._files.name)
        self._process = process = context.Process(target=_serve, args=arguments, daemon=True)
        process.start()
        theirs.close()
        return process, self._connection

    def end(self) -> None:
        """Whatever it does: a call under way fails. The next call starts a new process."""
        if process := self._process:
            process.terminate()
            self._leave(process)

    def _leave(self, process: BaseProcess) -> None:
        """Nothing stays of a process that ends, its temporary files included."""
        process.join()
        if self._files:
            self._files.cleanup()


def _serve(connection: Connection, make: Callable[[], Any], nice: int, files: str) -> None:
    tempfile.tempdir = files
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes of a terminal; the server ends this one
    os.nice(nice)
    sys.dont_write_bytecode = True  # nothing is written in the project, not even beside its modules
    renderer = None
    with suppress(EOFError, OSError):
        while True:
            method, arguments = connection.recv()
            try:
                renderer = renderer or make()
                answer = getattr(renderer, method)(*arguments)
            except UserError as error:
                answer = RenderError(str(error))
            except Exception as error:  # whatever it is, it is told, and the next edit may end it
                answer = RenderError(mistake(error).splitlines()[-1])
            connection.send(answer)
    sys.exit(0)
