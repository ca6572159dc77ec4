"""Which stages are out of date, and why: what DVC says."""

from __future__ import annotations

import os
import platform
import re
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from dvc.exceptions import DvcException
from dvc.lock import LockError
from networkx import topological_sort

from ronkyo import workspace
from ronkyo.errors import UserError, shown
from ronkyo.project import Project
from ronkyo.run.stage import time_file


class PipelineError(UserError):
    """dvc.yaml is not what DVC can read."""


def recorded_time(project: Project, stage: str) -> float | None:
    """Seconds that the stage's last run took on this machine."""
    file = time_file(project, stage)
    return float(file.read_text()) if file.exists() else None


class State(NamedTuple):
    """Of a stage. reasons: what changed since it last ran; absent: what Git does not keep and is not here, as in a fresh
    clone, which changes nothing."""

    reasons: list[str]
    absent: list[str]


def states(project: Project) -> dict[str, State]:
    """Every stage in the order in which DVC runs them. Raises PipelineError."""
    try:
        with workspace.reading(project.root) as repo:
            stages = list(topological_sort(repo.index.graph.reverse()))
            status = repo.status()
            kept = {
                os.path.relpath(out.fs_path, project.root) for stage in stages for out in stage.outs if out.use_cache
            }
    except DvcException as error:
        raise PipelineError(f"{project.pipeline_file.name}: {explained(error, project.root)}") from error
    if not stages:
        raise PipelineError(f"{project.pipeline_file.name}: expected stages, found none; `ronkyo pipeline` writes them")
    around = kept | {os.path.dirname(path) for path in kept}  # summarize reads the folder of all runs
    told: dict[str, State] = {}
    for stage in stages:
        state = told[stage.name] = State([], [])
        ran = any(item.hash_info for item in (*stage.deps, *stage.outs))
        entries = status.get(stage.addressing, []) if ran else ["never ran"]
        for path, text in (each for entry in entries for each in _changes(entry, project.root)):
            if path in around and text.endswith((": deleted", ": not in cache")):
                state.absent.append(path)
            else:
                state.reasons.append(text)
    return told


def listing(project: Project, states: Mapping[str, State]) -> Iterator[str]:
    """A line for each stage: how long its last run took, and why it is out of date; then the time of all."""
    width, total = max(map(len, states)), 0.0
    for stage, (reasons, absent) in states.items():
        seconds = recorded_time(project, stage)
        total += seconds or 0
        took = f"{seconds:7.1f} s" if seconds is not None else "        –"
        away = f" (not here: {', '.join(absent)})" if absent else ""
        yield f"{stage:<{width}}  {took}  {'; '.join(reasons) or f'up to date{away}'}"
    yield f"{'total':<{width}}  {total:7.1f} s"


def _changes(entry: Any, root: Path) -> Iterator[tuple[str, str]]:
    """(path, what changed); DVC tells paths from the current folder, where that is in the project."""
    if isinstance(entry, str):
        yield "", entry
        return
    here = Path.cwd() if Path.cwd().is_relative_to(root) else root
    for kind, paths in entry.items():
        for path, change in paths.items():
            name = os.path.relpath(here / path, root)
            yield (
                name,
                f"{kind.removeprefix('changed ')} {name}: {', '.join(change) if isinstance(change, dict) else change}",
            )


def explained(error: BaseException, root: Path) -> str:
    """In one line; DVC's errors with what they came from, of its locks who holds them."""
    if isinstance(error, LockError):
        return _busy(error, root)
    if isinstance(error, OSError) and error.filename:
        return f"{shown(error.filename)}: {error.strerror}"
    texts = [" ".join(str(error).split())]
    while not isinstance(error, UserError) and (error := error.__cause__) is not None:  # type: ignore[assignment]
        texts.append(" ".join(str(error).split()))
    return ": ".join(filter(None, texts))


def _busy(error: LockError, root: Path) -> str:
    """DVC names who reads or writes a file; its lock of the whole has a number alone."""
    holders = re.findall(r"\(PID (\d+)\)", str(error))
    with suppress(OSError):
        holders = holders or re.findall(r"\d+", (root / ".dvc" / "tmp" / "lock").read_text())
    for pid in map(int, holders):
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            command = process.cmdline()
            command = command[1:] if Path(command[0]).name.startswith("python") else command
            told = " ".join(shlex.join([Path(command[0]).name, *command[1:]]).split())[:80]
            since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(process.create_time()))
            who = f"process {pid} on {platform.node()} is at work here since {since}"
            return f"busy: {who} ({told}); wait until it has ended"
    return "busy: another process is at work here, perhaps on another machine; wait until it has ended"
