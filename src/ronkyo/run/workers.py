"""Processes that stay, on this machine: each imports its libraries once and runs one job after the other."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from queue import PriorityQueue
from threading import Lock, Thread
from typing import Any

import ronkyo
from ronkyo import numerics
from ronkyo.errors import UserError
from ronkyo.project import Project

# glibc keeps the memory of large tensors instead of asking the system for it at every step.
ENVIRONMENT = {name: str(2**30) for name in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")}
WORKER = "ronkyo.run.worker"
TRIES = 2  # of a job whose worker dies; a third would wait for the same end


def available() -> int:
    """How many workers: RONKYO_WORKERS if set, else the processors that this process may use."""
    if chosen := os.environ.get("RONKYO_WORKERS"):
        return parsed("RONKYO_WORKERS", chosen)
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parsed(place: str, text: str) -> int:
    """A number of workers. Raises UserError."""
    if not text.isdecimal() or int(text) < 1:
        raise UserError(f"{place}: expected a whole number ≥ 1, found {text!r}")
    return int(text)


class WorkerDied(Exception):  # noqa: N818
    """The process ended before its job did; the text says how."""


@dataclass(order=True)
class Job:
    """A function with its arguments, run in a worker as function(*arguments, tell)."""

    rank: tuple[float, ...]  # the lowest first, then the earliest
    number: int
    name: str = field(compare=False)
    call: bytes = field(compare=False)
    heard: Callable[[Any], None] = field(compare=False)  # what `tell` is called with
    future: Future[Any] = field(compare=False, default_factory=Future)


class Workers:
    """At most `count` processes, with the project's sources and numerical baseline. `said` gets the name of a job and
    what it printed. In a `with` block, at whose end the processes end."""

    def __init__(self, project: Project, count: int, said: Callable[[str, str], None]) -> None:
        self.count = count
        self._root, self._environment, self._said = project.root, environment(project), said
        self._jobs: PriorityQueue[Job] = PriorityQueue()
        self._threads: list[Thread] = []
        self._processes: set[Process] = set()
        self._lock, self._closed = Lock(), False

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def run(
        self,
        name: str,
        function: Callable[..., Any],
        *arguments: Any,
        rank: tuple[float, ...] = (),
        heard: Callable[[Any], None] = lambda value: None,
    ) -> Future[Any]:
        """The future of function(*arguments, tell) in a worker. It fails with UserError, also where a worker died."""
        job = Job(rank, next(_numbers), name, pickle.dumps((function, arguments)), heard)
        self._jobs.put(job)
        if len(self._threads) < self.count:
            self._threads.append(Thread(target=self._serve, daemon=True))
            self._threads[-1].start()
        return job.future

    def close(self) -> None:
        """End every process at once; what is under way is lost, what waits is cancelled."""
        with self._lock:
            self._closed = True
            for process in self._processes:
                process.kill()
        for _ in self._threads:
            self._jobs.put(Job((float("inf"),), next(_numbers), "", b"", print))
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        """One worker's jobs, by the thread that waits for it."""
        process = None
        while (job := self._jobs.get()) and not self._closed:
            if job.future.set_running_or_notify_cancel():
                process = self._serve_one(job, process)
        job.future.cancel()

    def _serve_one(self, job: Job, process: Process | None) -> Process | None:
        died = ""
        for _ in range(TRIES):
            try:
                process = process or self._start()
                value = process.run(job, self._said)
            except WorkerDied as end:
                process, died = None, str(end)
            except BaseException as error:
                job.future.set_exception(error)
                return process
            else:
                job.future.set_result(value)
                return process
        job.future.set_exception(UserError(f"{job.name}: its worker ended {TRIES} times, with {died}"))
        return process

    def _start(self) -> Process:
        with self._lock:
            if self._closed:
                raise UserError("the workers are closed")
            process = Process(self._root, self._environment)
            self._processes.add(process)
        return process


_numbers = count()


class Process:
    """A worker, seen from the process that started it."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        ours, theirs = socket.socketpair()
        self._printed = tempfile.TemporaryFile("a+b")
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", WORKER, str(theirs.fileno())],
                cwd=root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=self._printed,
                stderr=self._printed,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for who started it
            )
        self._channel: Connection = Connection(ours.detach())

    def run(self, job: Job, said: Callable[[str, str], None]) -> Any:
        """Raises what the job raises, and WorkerDied."""
        self._printed.truncate(0)
        try:
            self._channel.send_bytes(job.call)
            while (answer := self._channel.recv())[0] == "heard":
                job.heard(answer[1])
        except (EOFError, OSError):
            self.kill()
            code = self._process.wait()
            raise WorkerDied(signal.Signals(-code).name if code < 0 else f"exit status {code}") from None
        finally:
            self._printed.seek(0)
            if text := self._printed.read().decode(errors="replace"):
                said(job.name, text)
        if answer[0] == "error":
            raise answer[1]
        return answer[1]

    def kill(self) -> None:
        """With what it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()


def environment(project: Project) -> dict[str, str]:
    """What a worker reads when it starts, before its libraries are loaded: the same sources as here, and the project's
    numerical baseline."""
    engine = Path(ronkyo.__file__).parents[1]
    sources = [str(project.source), *([] if engine.name in ("site-packages", "dist-packages") else [str(engine)])]
    paths = [*sources, *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | ENVIRONMENT | numerics.environment(project.numerics) | {"PYTHONPATH": os.pathsep.join(paths)}
