"""A report's results computed again in a clean clone, each thing graded by how far it is what was committed."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ronkyo import ending, files, results
from ronkyo.errors import nearest
from ronkyo.numerics import Choice
from ronkyo.project import Project
from ronkyo.repository import Repository
from ronkyo.verify.replay import audit, grades, sample
from ronkyo.verify.replay import clone as clones
from ronkyo.verify.replay.audit import Undeclared
from ronkyo.verify.replay.clone import Clone, ReplayError
from ronkyo.verify.replay.grades import Grade, Thing
from ronkyo.verify.replay.sample import Drawn
from ronkyo.verify.replay.sides import Sides

RUNNING = re.compile(r"Running (?:stage )?'(.+)'")
TABLES = ("metrics", "seeds", "items", "data", "figures")  # in reports/: what claims and chapters are made from
FAILED = re.compile(r"^(?:WARNING|ERROR): failed to run: ")  # DVC, of the stage that it ran last


@dataclass(frozen=True)
class Chosen:
    """What is to be computed: all; the experiments of some claims; or so many drawn seeds of each variant."""

    claims: Sequence[str] = ()
    seeds: int | None = None
    draw: int | None = None  # the seed of the draw; None: a new one
    workspace: bool = False
    numerics: Choice | None = None


@dataclass
class Replay:
    """What was computed again, and how far it is what was committed."""

    chosen: Chosen
    of: str  # the commit; "" of the workspace
    sides: Sides
    began: datetime
    things: list[Thing] = field(default_factory=list)
    drawn: Drawn | None = None
    draw: int | None = None
    counts: dict[str, dict[str, int]] = field(default_factory=dict)  # seeds of each variant, those not drawn, too
    undeclared: list[Undeclared] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)  # stage -> the last lines that it printed
    stages: dict[str, float | None] = field(default_factory=dict)  # seconds of each that ran, in their order
    seconds: float = 0.0

    @property
    def is_confirmed(self) -> bool:
        """Whether all verdicts are the same, nothing is left unchecked and no input is undeclared."""
        kept = {Grade.BYTES, Grade.NUMBER, Grade.INTERVAL, Grade.VERDICT}
        return not self.undeclared and not self.failed and all(thing.grade in kept for thing in self.things)


def replay(project: Project, chosen: Chosen, say: Callable[[str], None]) -> Replay:
    """Compute again what is chosen, in a temporary folder; the project stays as it is. say: gets a line for each step.

    Raises ReplayError."""
    began = time.monotonic()
    with clones.cloned(project, chosen.workspace, chosen.numerics) as clone:
        commit = "" if chosen.workspace else Repository(project.root).head()
        done = Replay(chosen, commit, Sides.of(project, clone), datetime.now(UTC))
        if chosen.seeds:
            made = _sampled(clone, done, chosen.seeds, say)
        elif chosen.claims:
            made = _of_claims(clone, done, say)
        else:
            made = _whole(clone, done, say)
        done.things = list(made)
        done.undeclared = audit.undeclared(clone, project)
        done.stages = {name: _seconds(clone, name) for name in done.stages}
    done.seconds = time.monotonic() - began
    return done


# -- what is computed -------------------------------------------------------------------------------------------------


def _whole(clone: Clone, done: Replay, say: Callable[[str], None]) -> Iterator[Thing]:
    _stages(clone, done, [], say)
    of_tables = list(_graded(clone, _experiments(clone)))
    yield from of_tables
    yield from (of_claims := list(grades.claims(*map(grades.read_claims, (clone.given, clone.project)))))
    known = {thing.name: thing.grade for thing in of_tables if thing.kind == "metrics"}
    known |= {f"claim:{thing.name}": thing.grade for thing in of_claims}
    texts = [_text(project.report_file("md")) for project in (clone.given, clone.project)]
    yield from grades.numbers(texts[0], texts[1], known)
    yield from grades.outputs(clone.given, clone.project)


def _of_claims(clone: Clone, done: Replay, say: Callable[[str], None]) -> Iterator[Thing]:
    """The experiments that the claims compare, with all their seeds, and every claim that stands on these alone; what
    other claims stand on stays as committed."""
    ledger = grades.read_claims(clone.given)
    for id in done.chosen.claims:
        if id not in ledger:
            file = clone.given.relative(clone.given.claims_file)
            raise ReplayError(f"{file}: expected the claim {id}, found none{nearest(id, ledger)}")
    experiments = sorted({name for id in done.chosen.claims for name in _stands_on(ledger[id])})
    asked = {id: entry for id, entry in ledger.items() if _stands_on(entry) <= {*experiments}}
    kinds = ("summarize", "draw")
    known = clones.entries(clone.given)
    _stages(clone, done, [name for one in experiments for kind in kinds if (name := f"{kind}_{one}") in known], say)
    yield from _graded(clone, experiments)
    clone.give(_others(clone, experiments))
    decided = clone.folder / "tmp" / "claims.json"
    say("claims")
    _run(clone, done, "claims", _inside(clone, "claims", decided))
    found = results.read_mapping(decided, decided.name, "claims by their ids") if decided.is_file() else {}
    yield from grades.claims(asked, {id: entry for id, entry in found.items() if id in asked})


def _stands_on(entry: Mapping[str, Any]) -> set[str]:
    """The experiments of a claim's evidence (reports/seeds/NAME.csv, reports/figures/NAME/…)."""
    places = (file.split("/") for file in entry["evidence"])
    return {parts[2].partition(".")[0] for parts in places if parts[0] == "reports" and len(parts) > 2}


def _graded(clone: Clone, experiments: Sequence[str]) -> Iterator[Thing]:
    """All that experiments have of which all seeds were computed."""
    sides, counts = (clone.given, clone.project), _counts(clone)
    every = {
        name: {variant: list(range(count)) for variant, count in counts[name].items()}
        for name in experiments
        if name in counts
    }
    yield from grades.runs(*sides, every)
    yield from grades.constants(*sides, experiments)
    yield from grades.tables(*sides, experiments)


def _others(clone: Clone, experiments: Iterable[str]) -> Iterator[str]:
    """The committed results of the other experiments."""
    for name in TABLES:
        for file in sorted((clone.given.reports / name).rglob("*.*")):
            relative = file.relative_to(clone.given.reports / name)
            if relative.parts[0].partition(".")[0] not in experiments:
                yield clone.given.relative(file)


def _sampled(clone: Clone, done: Replay, number: int, say: Callable[[str], None]) -> Iterator[Thing]:
    """Drawn seeds of every variant; of experiments without seeds, what they compute at all."""
    counts = done.counts = _counts(clone)
    done.draw = 1 + secrets.randbelow(10**9) if done.chosen.draw is None else done.chosen.draw
    done.drawn = sample.draw(counts, number, done.draw)
    say(f"drawn with --draw {done.draw}: {sum(map(len, (v for e in done.drawn.values() for v in e.values())))} runs")
    known = clones.entries(clone.given)
    single = [name for name in _experiments(clone) if name not in counts and f"summarize_{name}" in known]
    prepared = [f"prepare_{name}" for name in counts if f"prepare_{name}" in known]
    if targets := [*prepared, *(f"summarize_{name}" for name in single)]:
        _stages(clone, done, targets, say)
    file = clone.folder / "tmp" / "drawn.json"
    files.write_json(file, done.drawn)
    _run(clone, done, "seeds", _inside(clone, "seeds", file), say)
    yield from grades.runs(clone.given, clone.project, done.drawn)
    yield from grades.constants(clone.given, clone.project, single)


def _counts(clone: Clone) -> dict[str, dict[str, int]]:
    """How many seeds each variant has, from the committed tables: {experiment: {variant: seeds}}."""
    known = clones.entries(clone.given)
    found = {name: results.read_seeds(clone.given, name) for name in _experiments(clone) if f"train_{name}" in known}
    return {
        name: {variant: len(next(iter(table.values()))) for variant, table in variants.items()}
        for name, variants in found.items()
        if variants
    }


def _experiments(clone: Clone) -> list[str]:
    """Those with committed results."""
    reports = clone.given.reports
    return sorted(
        {*(file.stem for file in reports.glob("metrics/*.json")), *(one.name for one in reports.glob("figures/*"))}
    )


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


# -- processes --------------------------------------------------------------------------------------------------------


def _stages(clone: Clone, done: Replay, targets: Sequence[str], say: Callable[[str], None]) -> None:
    """`dvc repro` in the clone. Where a stage fails for a file that it did not declare, it gets the file and runs again."""
    command = [sys.executable, "-m", "dvc", "repro", "--keep-going", *targets]
    while True:
        done.failed.clear()
        _run(clone, done, "dvc", command, say)
        if not done.failed:
            return
        names = {found.file for found in audit.undeclared(clone, clone.given) if found.inside}
        lacking = [name for name in names if not (clone.project.root / name).exists()]
        lacking = [name for name in lacking if (clone.given.root / name).is_file()]
        if not lacking:
            return
        say(f"once more with what is not declared: {', '.join(sorted(lacking))}")
        clone.give(lacking)


def _inside(clone: Clone, *arguments: str | Path) -> list[str]:
    """The command that runs a function of inside.py with the clone's engine."""
    return [sys.executable, "-P", str(clone.folder / "hook" / "inside.py"), *map(str, arguments)]


def _run(
    clone: Clone, done: Replay, name: str, command: Sequence[str], say: Callable[[str], None] = lambda line: None
) -> None:
    """A command in the clone; what fails is in `done.failed` afterwards, with the end of what was printed."""
    began, lines, steps = time.monotonic(), [""], [name]
    environment = clone.environment() | ({} if name == "dvc" else {"DVC_STAGE": name})
    with _started(command, clone.project.root, environment) as process:
        for line in process.stdout:
            if found := RUNNING.search(line):
                steps.append(found[1])
                lines = []
                say(f"{time.monotonic() - began:7.1f} s  {found[1]}")
            elif FAILED.search(line):
                done.failed[steps[-1]] = _last(lines)
            lines = [*lines[-40:], line.rstrip().rpartition("\r")[2]]
        process.wait()
    if name == "dvc":
        done.stages |= dict.fromkeys(steps[1:])
    if process.returncode and not done.failed:
        done.failed[steps[-1]] = _last(lines)


def _last(lines: Sequence[str]) -> str:
    return "\n".join(lines[-8:]).strip()


@contextmanager
def _started(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Iterator[Any]:
    """A process with what it starts; all of them end with the block, and with this process."""
    with subprocess.Popen(
        [sys.executable, "-P", ending.__file__, *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)


def _seconds(clone: Clone, stage: str) -> float | None:
    file = clone.project.root / "build" / "times" / f"{stage}.txt"
    return float(file.read_text()) if file.is_file() else None
