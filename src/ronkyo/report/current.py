"""Whether results are those of the parameters and the code as they are, by what dvc.lock says, without DVC."""

from __future__ import annotations

import json
from typing import Any

from ronkyo import cache, lock, params
from ronkyo.errors import few
from ronkyo.lock import Lock, Makers
from ronkyo.project import Project
from ronkyo.report.evidence import REPORT

CODE = ".py"


def stale(project: Project) -> list[str]:
    """The stages before the report whose parameters or code are not those that they ran with; none without a dvc.lock.
    Raises LockError and ParamsError."""
    file = project.root / lock.FILE
    if not file.is_file():
        return []
    content = file.read_bytes()
    recorded = json.loads(cache.get("inputs", content, lambda: json.dumps(_inputs(content)).encode()))
    documents: dict[str, Any] = {}
    digests: dict[str, str | None] = {}

    def value(name: str, key: str) -> Any:
        if name not in documents:
            there = (project.root / name).is_file()
            documents[name] = params.read_document(project.root / name, name) if there else {}
        return params.value_of(documents[name], key)

    def digest(path: str) -> str | None:
        if path not in digests:
            digests[path] = lock.digest(project.root / path) if (project.root / path).is_file() else None
        return digests[path]

    return [
        stage
        for stage, (read, code) in recorded.items()
        if any(value(name, key) != was for name, values in read.items() for key, was in values.items())
        or any(digest(path) != md5 for path, md5 in code.items())
    ]


def told(project: Project) -> str:
    """A line about them, "" where there are none. Raises what `stale` raises."""
    stages = stale(project)
    return f"results are older than parameters or code: {few(stages, 3)}; `ronkyo repro` makes them" if stages else ""


def _inputs(content: bytes) -> dict[str, tuple[Any, dict[str, str]]]:
    """Of each stage but the report: its parameters, and the digests of the code that no stage makes."""
    stages = Lock.from_text(content, lock.FILE).stages
    makers = Makers({name: stage.outs for name, stage in stages.items()})
    return {
        name: (
            stage.params,
            {path: md5 for path, md5 in stage.deps.items() if path.endswith(CODE) and not makers(path)},
        )
        for name, stage in stages.items()
        if name != REPORT
    }
