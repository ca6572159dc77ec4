"""Where a number of the text comes from: the key of <data value="key"> -> the file that holds it, and the line there."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ronkyo.project import Project
from ronkyo.report.values import Recipe


class Origins:
    """Looks in the project's files as they are now; a file that is not there has no numbers."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.original = project.templates / "original.yaml"
        self.texts: dict[Path, str] = {}

    def of_number(self, key: str) -> str | None:
        """`reports/metrics/next_word.json#L12` for the key of a Value; `#ledger:id` for a number of a claim, since the
        ledger leads on; None for a key that none of the project's files has."""
        key = Recipe.read(key).key
        kind, _, name = key.partition(":")
        if kind == "claim":
            return f"#ledger:{name}"
        if kind == "original":
            return self._in_yaml(self.original, _load(self.original), ["numbers", name])
        if key in ("claims", "statistics.LEVEL"):  # every comparison's level stands there
            return self.project.relative(self.project.claims_file)
        if key == "python" or key in self.project.manifest.versions:
            return self.project.relative(self.project.requirements_file)
        experiment, *parts = key.split(".", 2)
        return (
            self._in_json(self.project.metrics_file(experiment), parts)
            or self._in_json(self.project.provenance_file(experiment), parts)
            or self._in_yaml(self.project.params_file, self.params, key.split("."))
        )

    def of_figure(self, id: str) -> str | None:
        """What a figure shows: every seed's metrics of its experiment, or else where the experiment's data come from."""
        experiment = id.partition("/")[0]
        project = self.project
        files = (project.seeds_file(experiment), project.metrics_file(experiment), project.provenance_file(experiment))
        return next((project.relative(file) for file in files if file.is_file()), None)

    @cached_property
    def params(self) -> Any:
        return _load(self.project.params_file)

    def _in_json(self, file: Path, parts: Sequence[str]) -> str | None:
        """A key's line in a file that has one key a line, as files.write_json writes it."""
        if file not in self.texts:
            self.texts[file] = file.read_text(encoding="utf-8") if file.is_file() else "{}"
        if not parts or not _holds(json.loads(self.texts[file]), parts):
            return None
        lines = self.texts[file].splitlines()
        at = 0
        for depth, part in enumerate(parts, start=1):
            start = re.compile(rf"\s{{{2 * depth}}}{re.escape(json.dumps(part, ensure_ascii=False))}:")
            at = next((index for index in range(at, len(lines)) if start.match(lines[index])), at)
        return f"{self.project.relative(file)}#L{at + 1}"

    def _in_yaml(self, file: Path, mapping: Any, parts: Sequence[str]) -> str | None:
        """A key's line, or that of the nearest key around it: a variant need not write what it inherits."""
        line = None
        for part in parts:
            if not isinstance(mapping, dict) or part not in mapping:
                break
            line, mapping = mapping.lc.key(part)[0] + 1, mapping[part]  # pyright: ignore[reportAttributeAccessIssue]
        return None if line is None else f"{self.project.relative(file)}#L{line}"


def _load(file: Path) -> Any:
    return YAML().load(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _holds(mapping: Any, parts: Sequence[str]) -> bool:
    for part in parts:
        if not isinstance(mapping, dict) or part not in mapping:
            return False
        mapping = mapping[part]
    return True
