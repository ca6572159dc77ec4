"""The stages of dvc.yaml as DVC sees them: what each depends on, and whether that changed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from day3 import params, runs
from day3.errors import UserError

FILE = Path("dvc.yaml")
TIMES = Path("build/times")


class PipelineError(UserError):
    """dvc.yaml is not what DVC can read."""


def definition(stage: str, file: Path = FILE) -> dict[str, Any]:
    """The entry of a stage ("train_spoken_digits@gru") with `${key}` and `${item}` filled in."""
    name, _, instance = stage.partition("@")
    entry = params.read_document(file)["stages"][name]
    if not instance:
        return entry
    text = json.dumps(entry["do"])
    return json.loads(text.replace("${key}", instance).replace("${item}", instance))


def fingerprint(stage: str) -> dict[str, str]:
    """A digest of everything that a stage reads: its deps' contents and its parameters' values."""
    entry = definition(stage)
    document = params.read_document()
    found = {dep: _digest(Path(dep)) for dep in entry.get("deps", [])}
    return found | {f"{params.FILE}: {key}": repr(value_of(document, key)) for key in entry.get("params", [])}


def record_time(stage: str, seconds: float) -> None:
    runs.write_text(TIMES / f"{stage}.txt", f"{seconds:.1f}\n")


def recorded_time(stage: str) -> float | None:
    """Seconds that the stage's last run took on this machine."""
    file = TIMES / f"{stage}.txt"
    return float(file.read_text()) if file.exists() else None


def value_of(document: Any, key: str) -> Any:
    """What nested mappings have under a dotted key; None if they do not have it."""
    for part in key.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def _digest(path: Path) -> str:
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    digest = hashlib.sha256()
    for file in files:
        if "__pycache__" not in file.parts:
            digest.update(file.as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def states() -> dict[str, list[str]]:
    """Every stage in the order in which DVC runs them, with what changed since it last ran ([] = up to date)."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from networkx import topological_sort

    try:
        with Repo() as repo:
            order = [stage.addressing for stage in topological_sort(repo.index.graph.reverse())]
            status = repo.status()
    except DvcException as error:
        raise PipelineError(f"{FILE}: {error}") from error
    return {stage: [text for entry in status.get(stage, []) for text in _reasons(entry)] for stage in order}


def _reasons(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    return [
        f"{kind.removeprefix('changed ')} {path}: {', '.join(what) if isinstance(what, dict) else what}"
        for kind, paths in entry.items()
        for path, what in paths.items()
    ]
