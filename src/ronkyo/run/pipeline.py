"""The stages of dvc.yaml as DVC sees them: what each depends on, and whether that changed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ronkyo import files, params
from ronkyo.errors import UserError
from ronkyo.project import Project


class PipelineError(UserError):
    """dvc.yaml is not what DVC can read."""


def definition(project: Project, stage: str) -> dict[str, Any]:
    """The entry of a stage ("train_spoken_digits@gru") with `${key}` and `${item}` filled in."""
    name, _, instance = stage.partition("@")
    entry = params.read_document(project.pipeline_file)["stages"][name]
    if not instance:
        return entry
    text = json.dumps(entry["do"])
    return json.loads(text.replace("${key}", instance).replace("${item}", instance))


def fingerprint(project: Project, stage: str) -> dict[str, str]:
    """A digest of everything that a stage reads: its deps' contents and its parameters' values."""
    entry = definition(project, stage)
    document = params.read_document(project.params_file)
    found = {dep: _digest(project.root, dep) for dep in entry.get("deps", [])}
    return found | {
        f"{project.params_file.name}: {key}": repr(params.value_of(document, key)) for key in entry.get("params", [])
    }


def record_time(project: Project, stage: str, seconds: float) -> None:
    files.write_text(_time_file(project, stage), f"{seconds:.1f}\n")


def recorded_time(project: Project, stage: str) -> float | None:
    """Seconds that the stage's last run took on this machine."""
    file = _time_file(project, stage)
    return float(file.read_text()) if file.exists() else None


def _time_file(project: Project, stage: str) -> Path:
    return project.root / "build" / "times" / f"{stage}.txt"


def _digest(root: Path, dep: str) -> str:
    path = root / dep
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    digest = hashlib.sha256()
    for file in files:
        if "__pycache__" not in file.parts:
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def states(project: Project) -> dict[str, list[str]]:
    """Every stage in the order in which DVC runs them, with what changed since it last ran ([] = up to date)."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from networkx import topological_sort

    try:
        with Repo(str(project.root)) as repo:
            order = [stage.addressing for stage in topological_sort(repo.index.graph.reverse())]
            status = repo.status()
    except DvcException as error:
        raise PipelineError(f"{project.pipeline_file.name}: {error}") from error
    return {stage: [text for entry in status.get(stage, []) for text in _reasons(entry)] for stage in order}


def _reasons(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    return [
        f"{kind.removeprefix('changed ')} {path}: {', '.join(what) if isinstance(what, dict) else what}"
        for kind, paths in entry.items()
        for path, what in paths.items()
    ]
