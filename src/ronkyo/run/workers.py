"""Processes that stay, on this machine: each imports its libraries once and runs one job after the other."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, as_completed
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from queue import PriorityQueue
from threading import Lock, Thread
from typing import Any

from tqdm import tqdm

import ronkyo
from ronkyo import numerics
from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.run import cluster, worker
from ronkyo.run.unit import Task
from ronkyo.store import Store

# glibc keeps the memory of large tensors instead of asking the system for it at every step.
ENVIRONMENT = {name: str(2**30) for name in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")}
WORKER = "ronkyo.run.worker"
TRIES = 2  # of a job whose worker dies; a third would wait for the same end


def available() -> int:
    """How many workers: RONKYO_WORKERS if set, else the processors that this process may use."""
    if chosen := os.environ.get("RONKYO_WORKERS"):
        if not chosen.isdecimal() or int(chosen) < 1:
            raise UserError(f"RONKYO_WORKERS: expected a whole number ≥ 1, found {chosen!r}")
        return int(chosen)
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def compute_all(project: Project, tasks: Sequence[Task], workers: int, title: str) -> None:
    """Compute the runs of an experiment into the store and show progress, on the cluster RONKYO_CLUSTER if that is set. The
    first error ends all workers; raises UserError."""
    bar = tqdm(desc=title, unit="step", mininterval=0.2, disable=None if tasks else True)  # None: off a terminal

    def hear(kind: str, steps: int) -> None:
        if kind == "steps":
            bar.total = steps * len(tasks)
        else:
            bar.update(steps)

    on = os.environ.get("RONKYO_CLUSTER")
    with bar, ExitStack() as ended:
        if on and tasks:
            executor = cluster.executor(on, project, lambda line: bar.write(line, sys.stderr))
        else:
            executor = Workers(project, min(workers, len(tasks)))
            executor.said = lambda name, text: bar.write(text, sys.stderr, end="")
        ended.enter_context(closing(executor))
        for future in as_completed([executor.submit(task, heard=hear) for task in tasks]):
            future.result()


class WorkerDied(Exception):  # noqa: N818
    """The process ended before its job did; the text says how."""


def _ignore(kind: str, value: int) -> None:
    pass


@dataclass(order=True)
class Job:
    """A function with its arguments, run in a worker as function(*arguments, tell)."""

    rank: tuple[float, ...]  # the lowest first, then the earliest
    number: int
    name: str = field(compare=False)
    call: bytes = field(compare=False)
    heard: Callable[[str, int], None] = field(compare=False)  # what `tell` is called with
    future: Future[Any] = field(compare=False, default_factory=Future)


class Workers:
    """`count` processes, which begin at once, with the project's sources and numerical baseline; they end with the `with`
    block. `said` gets the name of a job and what it printed."""

    def __init__(self, project: Project, count: int) -> None:
        self.said: Callable[[str, str], None] = lambda name, text: None
        self._project = project
        self._jobs: PriorityQueue[Job] = PriorityQueue()
        self._processes: set[Process] = set()
        self._lock, self._closed = Lock(), False
        self._threads = [Thread(target=self._serve, args=[self._start()], daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def submit(
        self, task: Task, rank: tuple[float, ...] = (), heard: Callable[[str, int], None] = _ignore
    ) -> Future[None]:
        """The future of a run; the worker itself puts it into the store. heard: see `worker.compute`."""
        name = f"{task.experiment}.{task.variant}.{task.unit.seed}"
        return self.run(name, worker.compute, task, Store.of(self._project), rank=rank, heard=heard)

    def run(
        self,
        name: str,
        function: Callable[..., Any],
        *arguments: Any,
        rank: tuple[float, ...] = (),
        heard: Callable[[str, int], None] = _ignore,
    ) -> Future[Any]:
        """The future of function(*arguments, tell) in a worker. It fails with UserError, also where a worker died."""
        job = Job(rank, next(_numbers), name, pickle.dumps((function, arguments)), heard)
        self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """End every process at once; what is under way is lost, what waits is cancelled."""
        with self._lock:
            self._closed = True
            for process in self._processes:
                process.kill()
        for _ in self._threads:
            self._jobs.put(Job((), next(_numbers), "", b"", _ignore))  # wakes one that waits
        for thread in self._threads:
            thread.join()
        while not self._jobs.empty():
            self._jobs.get().future.cancel()

    def _serve(self, process: Process | None) -> None:
        """One worker's jobs, by the thread that waits for it."""
        while (job := self._jobs.get()) and not self._closed:
            if job.future.set_running_or_notify_cancel():
                process = self._serve_one(job, process)
        job.future.cancel()
        self._end(process)

    def _serve_one(self, job: Job, process: Process | None) -> Process | None:
        """Run a job; returns the process that is there after it."""
        died = ""
        for _ in range(TRIES):
            try:
                process = process or self._start()
                value = process.run(job, self.said)
            except WorkerDied as end:
                self._end(process)
                process, died = None, str(end)
            except BaseException as error:
                job.future.set_exception(error)
                return process
            else:
                job.future.set_result(value)
                return process
        job.future.set_exception(UserError(f"{job.name}: its worker ended {TRIES} times before it was done: {died}"))
        return None

    def _start(self) -> Process:
        with self._lock:
            if self._closed:
                raise UserError("expected workers, found them closed")
            process = Process(self._project)
            self._processes.add(process)
        return process

    def _end(self, process: Process | None) -> None:
        if process is not None:
            with self._lock:
                self._processes.discard(process)
            process.close()


_numbers = count()


class Process:
    """A worker, seen from the process that started it."""

    def __init__(self, project: Project) -> None:
        ours, theirs = socket.socketpair()
        self._printed = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  until the process ends, which shares its position
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", WORKER, str(theirs.fileno())],
                cwd=project.root,
                env=environment(project),
                stdin=subprocess.DEVNULL,
                stdout=self._printed,
                stderr=self._printed,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for who started it
            )
        self._channel: Connection = Connection(ours.detach())

    def run(self, job: Job, said: Callable[[str, str], None]) -> Any:
        """Raises what the job raises, and WorkerDied."""
        self._printed.seek(0)
        self._printed.truncate()
        try:
            self._channel.send_bytes(job.call)
            while (answer := self._channel.recv())[0] == "heard":
                job.heard(*answer[1])
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
        if answer[0] == "mistake":
            raise UserError(f"{job.name}: {answer[1]}")
        return answer[1]

    def kill(self) -> None:
        """With what it started."""
        if self._process.returncode is not None:  # its number may be another's by now
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def close(self) -> None:
        self.kill()
        self._process.wait()
        self._channel.close()
        self._printed.close()


def environment(project: Project) -> dict[str, str]:
    """What a worker reads when it starts, before its libraries are loaded: the same sources as here, and the project's
    numerical baseline."""
    engine = Path(ronkyo.__file__).parents[1]
    sources = [str(project.source), *([] if engine.name in ("site-packages", "dist-packages") else [str(engine)])]
    paths = [*sources, *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | ENVIRONMENT | numerics.environment(project.numerics) | {"PYTHONPATH": os.pathsep.join(paths)}
