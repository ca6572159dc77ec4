"""Seeds of one variant trained in parallel processes; the result does not depend on how many there are."""

from __future__ import annotations

import multiprocessing
import os
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
from ronkyo import numerics
from ronkyo.errors import UserError
from ronkyo.files import Arrays
from ronkyo.project import Project
from ronkyo.run import unit as units
from ronkyo.run.contract import ContractError, kind
from ronkyo.run.unit import Unit, stack

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


def train(
    project: Project, experiment: str, data: Arrays, training: Any, seeds: Sequence[int], workers: int, title: str
) -> Arrays:
    """Train every seed and show progress. Returns the experiment's arrays, each (seed, …) in the order of `seeds`. The
    first error ends all workers; raises ContractError."""
    context = multiprocessing.get_context("forkserver")
    # torch is imported once, not once a worker
    module = f"{project.manifest.package}.experiments.{experiment}.train"
    context.set_forkserver_preload([module])
    queue = context.Queue()
    pool = ProcessPoolExecutor(min(workers, len(seeds)), context, initializer=_start_worker, initargs=(queue,))
    with _environment(project), pool, _ending_workers():
        try:
            steps = pool.submit(steps_of, project, experiment, data, training).result()
        except (EOFError, BrokenProcessPool):  # of the server that imports the module; it has said why
            place = project.file_of(experiment, "train")
            raise ContractError(f"{place}: expected a module that can be imported, found the error above") from None
        bar = tqdm(total=steps * len(seeds), desc=title, unit="step", mininterval=0.2 if os.isatty(2) else 20)
        with bar:
            futures = [pool.submit(compute, Unit(module, training, seed), data) for seed in seeds]
            while len(done := [future for future in futures if future.done()]) < len(futures):
                for future in done:
                    future.result()  # an error ends the wait for the others
                with suppress(Empty):
                    bar.update(queue.get(timeout=0.2))
            results = [future.result() for future in futures]
            bar.update(bar.total - bar.n)  # what is still on its way
    return stack(module, results)


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


def compute(unit: Unit, data: Arrays) -> Arrays:
    return units.compute(unit, data, _progress.put)


def steps_of(project: Project, experiment: str, data: Arrays, training: Any) -> int:
    """How many steps a seed takes; and whether there is a `train`. Raises ProjectError or ContractError."""
    project.function(experiment, "train", "train")
    steps = project.function(experiment, "train", "steps")(data, training)
    if not isinstance(steps, int | np.integer) or steps < 0:
        place = f"{project.file_of(experiment, 'train')}: steps"
        raise ContractError(f"{place}: expected a whole number ≥ 0, found {kind(steps)}")
    return int(steps)


def _start_worker(queue: Any) -> None:
    global _progress
    _progress = queue
    queue.cancel_join_thread()  # else a worker never ends while steps that nobody reads any more fill the pipe
