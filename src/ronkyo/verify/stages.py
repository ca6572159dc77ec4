"""dvc.yaml -> its stages, as far as `ronkyo pipeline` writes it, without DVC."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ronkyo import params
from ronkyo.errors import UserError
from ronkyo.project import Project

KNOWN = {"cmd", "deps", "params", "outs", "metrics", "plots"}
FIELD = re.compile(r"\$\{([^{}]*)\}")


class StageError(UserError):
    """A dvc.yaml that says what `ronkyo pipeline` never writes: stage, what was expected, what was found."""


@dataclass(frozen=True)
class Declared:
    """A stage of dvc.yaml. params: file -> keys; outs: path -> whether Git keeps it."""

    name: str
    cmd: str
    deps: list[str]
    params: dict[str, list[str]]
    outs: dict[str, bool]


def declared(project: Project) -> dict[str, Declared]:
    """Every stage by name, those of a `foreach` one by one. Raises ParamsError or StageError."""
    shown = project.relative(project.pipeline_file)
    pipeline = params.read_document(project.pipeline_file, shown)
    values: dict[str, Any] = {}
    for name in pipeline.get("vars", []):
        values |= params.read_document(project.root / str(name), str(name))
    try:
        stages = [stage for name, entry in pipeline.get("stages", {}).items() for stage in _stages(name, entry, values)]
    except (AttributeError, TypeError, ValueError) as error:
        raise StageError(f"{shown}: expected what `ronkyo pipeline` writes, found: {error}") from error
    except StageError as error:
        raise StageError(f"{shown}: {error}") from None
    return {stage.name: stage for stage in stages}


def _stages(name: str, entry: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Declared]:
    if "foreach" not in entry:
        yield _stage(name, entry, values)
        return
    each = entry["foreach"]
    each = _value(each[2:-1], values, name) if isinstance(each, str) and FIELD.fullmatch(each) else each
    items = each.items() if isinstance(each, dict) else ((str(item), item) for item in each)
    for key, item in items:
        yield _stage(f"{name}@{key}", entry["do"], {**values, "key": key, "item": item})


def _stage(name: str, entry: Mapping[str, Any], values: Mapping[str, Any]) -> Declared:
    if unknown := sorted(entry.keys() - KNOWN):
        raise StageError(f"{name}: expected {', '.join(sorted(KNOWN))} and foreach, found {unknown[0]}")

    def filled(text: str) -> str:
        return FIELD.sub(lambda field: str(_value(field[1], values, name)), text)

    read: dict[str, list[str]] = {}
    for item in entry.get("params", []):
        for file, keys in (item if isinstance(item, dict) else {"params.yaml": [item]}).items():
            read.setdefault(filled(file), []).extend(map(filled, keys))
    outs = {}
    for item in (item for kind in ("outs", "metrics", "plots") for item in entry.get(kind, [])):
        for path, options in (item if isinstance(item, dict) else {item: {}}).items():
            outs[filled(path).rstrip("/")] = options.get("cache") is False
    return Declared(name, filled(entry["cmd"]), [filled(dep).rstrip("/") for dep in entry.get("deps", [])], read, outs)


def _value(key: str, values: Mapping[str, Any], name: str) -> Any:
    found = params.value_of(dict(values), key.strip())
    if found is None:
        raise StageError(f"{name}: expected a value of ${{{key}}}, found none")
    return found
