"""A process that stays and runs one job after the other: python -m ronkyo.run.worker DESCRIPTOR (of its end of a channel)

It ends at once, with what it started, when the other end is closed, as it is when the process that started it is gone:
nothing trains on alone.
"""

from __future__ import annotations

import os
import pickle
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from ronkyo import results
from ronkyo.errors import UserError, mistake, told
from ronkyo.project import Project
from ronkyo.run import unit
from ronkyo.run.unit import Task, Tell
from ronkyo.store import Store
from ronkyo.store.key import expect_same

EVERY = 0.1  # seconds between two messages of progress


def main(descriptor: int) -> None:
    os.set_inheritable(descriptor, False)
    channel: Connection = Connection(descriptor)
    jobs: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_receive, args=(channel, jobs), daemon=True).start()
    while True:
        answer = _answer(jobs.get(), lambda *told: channel.send(("heard", told)))
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        channel.send(answer)


def _receive(channel: Connection, jobs: SimpleQueue[bytes]) -> None:
    with suppress(EOFError, OSError):
        while True:
            jobs.put(channel.recv_bytes())
    os.killpg(0, signal.SIGKILL)  # the worker leads a group of its own


def _answer(job: bytes, tell: Tell) -> tuple[str, Any]:
    """What a job gives."""
    try:
        function, arguments = pickle.loads(job)
        return "done", function(*arguments, tell)
    except BaseException as error:
        if isinstance(error, UserError):
            return "error", error
        line = told(error)
        return ("error", UserError(line)) if line else ("mistake", mistake(error))


def compute(task: Task, store: Store, tell: Tell) -> None:
    """Compute a run into the store. What it tells: see `unit.compute_telling`. Raises UserError."""
    project, began = Project.find(), time.monotonic()
    data = results.read_data(project, task.experiment)
    for name in ("train", "steps"):
        project.function(task.experiment, "train", name)  # a line, where there is none
    arrays = unit.compute_telling(task.unit, data, tell, EVERY)
    seconds = round(time.monotonic() - began, 3)
    expect_same(project, task.experiment, task.unit.training, task.parts)
    store.put(task.parts, arrays, experiment=task.experiment, variant=task.variant, seconds=seconds)


def script(file: Path, arguments: Sequence[str], environment: dict[str, str], tell: Tell) -> None:
    """What `python FILE ARGUMENTS` does, but for the modules that are imported already. Raises UserError."""
    os.environ.update(environment)
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    before = sys.argv
    sys.argv = [str(file), *arguments]
    try:
        runpy.run_path(str(file), run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            raise UserError(end.code if isinstance(end.code, str) else f"exit status {end.code}") from None
    finally:
        sys.argv = before


def commands(lines: Sequence[Sequence[str]], options: dict[str, Any], tell: Tell) -> None:
    """Run commands as DVC does, one after the other. Raises UserError for the first that fails."""
    for line in lines:
        done = subprocess.run(line, **options)
        if done.returncode != 0:
            raise UserError(f"{line[-1]}: expected exit status 0, found {done.returncode}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
