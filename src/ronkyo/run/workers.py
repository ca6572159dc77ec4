"""Runs computed in parallel processes; the result does not depend on how many there are."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

import numpy as np
from tqdm import tqdm

import ronkyo
from ronkyo import files, numerics
from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.run import unit as units
from ronkyo.run.contract import ContractError, kind
from ronkyo.run.unit import Task
from ronkyo.store import Store

# glibc keeps the memory of large tensors instead of asking the system for it at every step.
ENVIRONMENT = {name: str(2**30) for name in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")}

_progress: Any = None  # a worker's queue of finished steps


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
    """Compute the runs of an experiment into the store and show progress. The first error ends all workers; raises
    ContractError."""
    if not tasks:
        return
    experiment, first = tasks[0].experiment, tasks[0].unit
    context = multiprocessing.get_context("forkserver")
    # torch is imported once, not once a worker
    context.set_forkserver_preload([first.module])
    queue = context.Queue()
    pool = ProcessPoolExecutor(min(workers, len(tasks)), context, initializer=_start_worker, initargs=(queue,))
    store = Store.of(project)
    with _environment(project), pool, _ending_workers():
        try:
            steps = pool.submit(steps_of, project, experiment, tasks[0].data, first.training).result()
        except (EOFError, BrokenProcessPool):  # of the server that imports the module; it has said why
            place = project.file_of(experiment, "train")
            raise ContractError(f"{place}: expected a module that can be imported, found the error above") from None
        bar = tqdm(total=steps * len(tasks), desc=title, unit="step", mininterval=0.2 if os.isatty(2) else 20)
        with bar:
            futures = [pool.submit(compute, task, store) for task in tasks]
            while len(done := [future for future in futures if future.done()]) < len(futures):
                for future in done:
                    future.result()  # an error ends the wait for the others
                with suppress(Empty):
                    bar.update(queue.get(timeout=0.2))
            for future in futures:
                future.result()
            bar.update(bar.total - bar.n)  # what is still on its way


@contextmanager
def _ending_workers() -> Iterator[None]:
    """An error inside ends the workers started inside, which would otherwise go on to the end of their blocks."""
    before = multiprocessing.active_children()
    try:
        yield
    except BaseException:
        for process in multiprocessing.active_children():
            if process not in before:
                process.kill()
        raise


@contextmanager
def _environment(project: Project) -> Iterator[None]:
    """What workers read when they start, before their libraries are loaded: the same sources as here, and the
    project's numerical baseline."""
    before = dict(os.environ)
    engine = Path(ronkyo.__file__).parents[1]
    sources = [str(project.source), *([] if engine.name in ("site-packages", "dist-packages") else [str(engine)])]
    os.environ.update(ENVIRONMENT | numerics.environment(project.numerics))
    os.environ.update(PYTHONPATH=os.pathsep.join([*sources, *filter(None, [before.get("PYTHONPATH")])]))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def compute(task: Task, store: Store) -> None:
    started = time.monotonic()
    arrays = units.compute(task.unit, files.read_arrays(task.data), _progress.put)
    seconds = round(time.monotonic() - started, 3)
    store.put(task.parts, arrays, experiment=task.experiment, variant=task.variant, seconds=seconds)


def steps_of(project: Project, experiment: str, data: Path, training: Any) -> int:
    """How many steps a seed takes; and whether there is a `train`. Raises ProjectError or ContractError."""
    project.function(experiment, "train", "train")
    steps = project.function(experiment, "train", "steps")(files.read_arrays(data), training)
    if not isinstance(steps, int | np.integer) or steps < 0:
        place = f"{project.file_of(experiment, 'train')}: steps"
        raise ContractError(f"{place}: expected a whole number ≥ 0, found {kind(steps)}")
    return int(steps)


def _start_worker(queue: Any) -> None:
    global _progress
    _progress = queue
    queue.cancel_join_thread()  # else a worker never ends while steps that nobody reads any more fill the pipe
