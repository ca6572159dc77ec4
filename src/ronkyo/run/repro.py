"""`ronkyo repro`: what is out of date runs at the same time, on workers that stay; what DVC records is as by `dvc repro`."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, chdir, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from dvc.exceptions import DvcException
from dvc.stage import Stage

import ronkyo
from ronkyo import ending
from ronkyo.errors import UserError, told
from ronkyo.project import Project
from ronkyo.run import capacity, cluster, pipeline, train, unchanged, worker
from ronkyo.run.pipeline import Pipeline
from ronkyo.run.stage import MADE, Attempt, forget_removed_variants
from ronkyo.run.states import explained, recorded_time
from ronkyo.run.train import Plan
from ronkyo.run.unit import Task
from ronkyo.run.view import Progress, View
from ronkyo.run.workers import Workers

SCRIPT = re.compile(r"python (stages/\w+\.py)((?: [\w.@+-]+)*)")
TRAIN = "stage.main(train.run, sys.argv[1:])"  # of a script whose stage is taken apart into its runs


class Executor(Protocol):
    """Where runs are computed. A task whose future is done without an error has its run in the store."""

    def submit(self, task: Task, heard: Callable[[str, int], None]) -> Future[Any]: ...

    def close(self) -> None: ...


def reproduce(
    project: Project,
    targets: Sequence[str],
    workers: Workers,
    force: bool = False,
    single_item: bool = False,
    on: str = "",
    progress: bool = True,
) -> View | None:
    """Run what is out of date of the targets (default: all) and what they need, as many things at a time as there are workers;
    runs are computed on the cluster of the address `on`, if one is given; progress: whether it is shown. Returns what was
    done, None where a stage failed; then what failed was said. Raises PipelineError or ClusterError."""
    if (project.source / "ronkyo").is_dir():
        project.expect_own(ronkyo)
    forget_removed_variants(project, *project.experiments)
    with chdir(project.root), pipeline.opened(project, targets, force, single_item) as opened:
        if not on:
            _expect_room(project, {stage.addressing for stage in opened.stages})
        view = View(_weights(project, opened.stages), progress)
        workers.said = partial(_say, view)
        with closing(view), ExitStack() as ended:
            executor = None
            if on:
                executor = ended.enter_context(closing(cluster.executor(on, project, view.say)))
            ended.push(lambda kind, *_: workers.close() if kind else None)  # before outputs are as they were again
            done = Walk(project, opened, workers, executor, view).run()
        opened.record()
        if done and not targets and (files := opened.files()):
            unchanged.remember(project.root, files, opened.is_up_to_date)
        return view if done else None


def _expect_room(project: Project, stages: set[str]) -> None:
    """Raises UserError where runs that are to be computed need more than this machine has."""
    lines = [
        line
        for experiment, variant, line in capacity.problems(project)
        if f"train_{experiment}@{variant}" in stages
        and (".seeds: " in line or train.is_missing(project, experiment, variant))
    ]
    if lines:
        raise UserError("\n".join(dict.fromkeys(lines)))


def _say(view: View, name: str, text: str) -> None:
    for line in text.rstrip().splitlines():
        view.say(line if line.startswith(f"{name}: ") else f"{name}: {line}")


def _weights(project: Project, stages: Sequence[Stage]) -> dict[str, float]:
    """How long each stage took the last time, in seconds; what is not known is as the others."""
    times = {stage.addressing: recorded_time(project, stage.addressing) for stage in stages}
    known = [seconds for seconds in times.values() if seconds is not None]
    usual = statistics.fmean(known) if known else 1.0
    return {name: max(0.1, usual if seconds is None else seconds) for name, seconds in times.items()}


@dataclass
class Running:
    """A stage that has begun: a script or a command, or a training stage with its plan and its runs."""

    progress: Progress
    futures: list[Future[Any]] = field(default_factory=list)
    left: int = 0
    broken: bool = False
    attempt: Attempt | None = None
    plan: Plan | None = None


class Walk:
    """The stages of a pipeline, each as soon as those before it are done."""

    def __init__(
        self, project: Project, opened: Pipeline, workers: Workers, executor: Executor | None, view: View
    ) -> None:
        self._project, self._pipeline, self._workers, self._view = project, opened, workers, view
        self._executor = executor
        self._ranks = self._rank(opened)
        self._waiting = sorted(opened.stages, key=lambda stage: self._ranks[stage])
        self._running: dict[Stage, Running] = {}
        self._done: set[Stage] = set()
        self._failed, self._failures = False, set[str]()
        self._ends: SimpleQueue[tuple[Stage, Future[Any]]] = SimpleQueue()
        self._code = {file: unchanged.of(file) for stage in opened.stages for file in pipeline.code(stage)}

    def _rank(self, opened: Pipeline) -> dict[Stage, float]:
        """Minus the seconds from a stage's beginning to the end of the longest way that it is on."""
        ranks: dict[Stage, float] = {}
        for stage in reversed(opened.stages):
            after = [ranks[other] for other in ranks if stage in opened.upstream[other]]
            ranks[stage] = min(after, default=0.0) - self._view.weights[stage.addressing]
        return ranks

    def run(self) -> bool:
        """Whether all went well."""
        while True:
            ending.expect_none()
            ready = None if self._failed else self._next()
            if ready is None and not self._running:
                return not self._failed
            if ready is not None:
                self._waiting.remove(ready)
                with self._expecting_errors(ready):
                    self._begin(ready)
            for stage, future in self._ended(wait=ready is None):
                with self._expecting_errors(stage):
                    self._end_job(stage, future)
            self._view.show()

    def _next(self) -> Stage | None:
        return next((stage for stage in self._waiting if self._done.issuperset(self._pipeline.before(stage))), None)

    def _ended(self, wait: bool) -> Iterator[tuple[Stage, Future[Any]]]:
        """The jobs that have ended, after a moment at most."""
        with suppress(Empty):
            yield self._ends.get(wait, 0.2)
            while True:
                yield self._ends.get(False)

    @contextmanager
    def _expecting_errors(self, stage: Stage) -> Iterator[None]:
        """One line with the stage's name; nothing else begins after it, and what is under way ends."""
        try:
            yield
        except (UserError, DvcException, OSError, MemoryError) as error:
            ending.expect_none()  # of which it may be what came
            self._failed, name = True, stage.addressing
            text = told(error, name) or explained(error, self._project.root)
            *_, line = text.splitlines()
            text = line if line in self._failures else text  # one traceback of what all seeds and variants share
            self._failures.add(line)
            self._pipeline.fail(stage)
            self._view.fail(name, text if text.startswith(f"{name}: ") else f"{name}: {text}")
            for running in self._running.values():
                for future in running.futures:
                    future.cancel()

    # -- one stage ----------------------------------------------------------------------------------------------------

    def _begin(self, stage: Stage) -> None:
        if how := self._pipeline.begin(stage, lambda line: self._view.say(f"{stage.addressing}: {line}")):
            self._done.add(stage)
            self._view.end(stage.addressing, how)
            return
        if not any(stage in before for before in self._pipeline.upstream.values()):
            self._pipeline.record()  # what ends a pipeline, as the report, tells of it as by `dvc repro`
        script = SCRIPT.fullmatch(stage.cmd) if isinstance(stage.cmd, str) else None
        if script is None or Path(stage.wdir) != self._project.root:
            self._start(stage, worker.commands, *pipeline.shell(stage))
            return
        file, arguments = self._project.root / script[1], script[2].split()
        if file.name == "train.py" and TRAIN in file.read_text(encoding="utf-8"):
            self._begin_training(stage, arguments)
        else:
            names = {"DVC_STAGE": stage.addressing, "DVC_ROOT": str(self._project.root)}
            names[MADE] = json.dumps(self._pipeline.made(stage))
            self._start(stage, worker.script, file, arguments, names)

    def _start(self, stage: Stage, function: Any, *arguments: Any) -> None:
        running = self._running[stage] = Running(self._view.begin(stage.addressing))
        rank = (0.0, self._ranks[stage])  # before all runs: these are short, and others wait for them
        self._add(stage, running, self._workers.run(stage.addressing, function, *arguments, rank=rank))

    def _begin_training(self, stage: Stage, arguments: list[str]) -> None:
        attempt = Attempt.begin(train.run, arguments, stage.addressing, self._pipeline.made(stage))
        experiment, variant = arguments
        plan = train.plan(attempt.project, experiment, variant)
        progress = self._view.begin(stage.addressing, len(plan.missing), len(plan.tasks) - len(plan.missing))
        running = self._running[stage] = Running(progress, attempt=attempt, plan=plan)
        for task in plan.missing:
            if self._executor is not None:
                future = self._executor.submit(task, progress.hear)
            else:
                future = self._workers.submit(task, rank=(1.0, self._ranks[stage]), heard=progress.hear)
            self._add(stage, running, future)
        if not plan.missing:
            self._end(stage)

    def _add(self, stage: Stage, running: Running, future: Future[Any]) -> None:
        running.futures.append(future)
        running.left += 1
        future.add_done_callback(lambda future: self._ends.put((stage, future)))

    def _end_job(self, stage: Stage, future: Future[Any]) -> None:
        """The stage ends with its last job, unless one failed. Raises what the first that failed raised."""
        running = self._running[stage]
        running.left -= 1
        told, running.broken = running.broken, running.broken or future.cancelled() or future.exception() is not None
        running.progress.done += 1
        self._view.runs_done += running.plan is not None
        if running.left == 0 and running.broken:
            self._running.pop(stage)
        elif running.left == 0:
            self._end(stage)
        if not told and not future.cancelled():
            future.result()

    def _end(self, stage: Stage) -> None:
        running = self._running.pop(stage)
        if running.attempt is not None and running.plan is not None:
            train.finish(running.attempt.project, running.plan)
            running.attempt.started = running.progress.started
            running.attempt.end()
        self._expect_same_code(stage)
        self._pipeline.end(stage)
        self._done.add(stage)
        self._view.end(stage.addressing)

    def _expect_same_code(self, stage: Stage) -> None:
        """Workers keep what they import. Raises UserError."""
        for file in pipeline.code(stage):
            if file in self._code and unchanged.of(file) != self._code[file]:
                found = "expected it as it was when ronkyo repro began, found it changed; run it again"
                raise UserError(f"{self._project.relative(file)}: {found}")
