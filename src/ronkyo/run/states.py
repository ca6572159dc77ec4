"""Which stages are out of date, and why: what DVC says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dvc.exceptions import DvcException
from networkx import topological_sort

from ronkyo import workspace
from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.run.stage import time_file


class PipelineError(UserError):
    """dvc.yaml is not what DVC can read."""


def recorded_time(project: Project, stage: str) -> float | None:
    """Seconds that the stage's last run took on this machine."""
    file = time_file(project, stage)
    return float(file.read_text()) if file.exists() else None


def states(project: Project) -> dict[str, list[str]]:
    """Every stage in the order in which DVC runs them, with what changed since it last ran ([] = up to date)."""
    try:
        with workspace.reading(project.root) as repo:
            stages = list(topological_sort(repo.index.graph.reverse()))
            status = repo.status()
    except DvcException as error:
        raise PipelineError(f"{project.pipeline_file.name}: {error}") from error
    if not stages:
        raise PipelineError(f"{project.pipeline_file.name}: expected stages, found none; `ronkyo pipeline` writes them")
    return {
        stage.name: [text for entry in status.get(stage.addressing, []) for text in _reasons(entry, project.root)]
        for stage in stages
    }


def listing(project: Project, reasons_of: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A line for each stage: how long its last run took, and why it is out of date; then the time of all."""
    width, total = max(map(len, reasons_of)), 0.0
    for stage, reasons in reasons_of.items():
        seconds = recorded_time(project, stage)
        total += seconds or 0
        took = f"{seconds:7.1f} s" if seconds is not None else "        –"
        yield f"{stage:<{width}}  {took}  {'; '.join(reasons) or 'up to date'}"
    yield f"{'total':<{width}}  {total:7.1f} s"


def _reasons(entry: Any, root: Path) -> list[str]:
    """DVC tells paths from the current folder."""
    if isinstance(entry, str):
        return [entry]
    return [
        f"{kind.removeprefix('changed ')} {os.path.relpath(path, root)}: "
        f"{', '.join(change) if isinstance(change, dict) else change}"
        for kind, paths in entry.items()
        for path, change in paths.items()
    ]
