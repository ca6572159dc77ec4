"""Where a number of the text comes from: the recipe in <data value="…"> -> the file in the report that holds it, and the
line there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

from ronkyo.report import evidence
from ronkyo.report.values import Recipe
from ronkyo.typeset.page import Origin
from ronkyo.words import Words


class Origins:
    """Looks in the files that a report carries."""

    def __init__(self, carried: Mapping[str, bytes], words: Words) -> None:
        self._carried, self._words = carried, words
        self._trees: dict[str, Any] = {}

    def archive(self) -> bytes:
        return evidence.archive(self._carried)

    def of_number(self, recipe: str) -> Origin | None:
        """The entry of the file that holds it; of a number of a claim that in the ledger, which leads on; None for what no
        file holds."""
        key = Recipe.read(recipe).key
        kind, _, id = key.partition(":")
        if kind in ("claim", "ledger"):
            return Origin(f"#ledger:{id}", key)
        if key in ("claims", "statistics.LEVEL"):  # every comparison's level stands there
            return Origin(
                f"#{evidence.ANCHOR}claims.json", self._words("evidence.place", number=key, file="claims.json")
            )
        for name, parts in _places(key):
            if line := self._line(name, parts):
                place = self._words("evidence.line", number=key, file=name, line=line)
                return Origin(f"#{evidence.ANCHOR}{name}", place)
        return None

    def of_figure(self, id: str) -> Origin | None:
        """What a figure shows: every seed's metrics of its experiment, or else where the experiment's data come from."""
        experiment = id.partition("/")[0]
        names = (f"seeds-{experiment}.csv", f"metrics-{experiment}.json", f"data-{experiment}.json")
        return next((Origin(f"#{evidence.ANCHOR}{name}", name) for name in names if name in self._carried), None)

    def of_file(self, path: str) -> str | None:
        name = evidence.attachment_name(path)
        return f"#{evidence.ANCHOR}{name}" if name in self._carried else None

    def _line(self, name: str, parts: Sequence[str]) -> int | None:
        if name not in self._carried:
            return None
        return (self._line_in_json if name.endswith(".json") else self._line_in_yaml)(name, parts)

    def _line_in_yaml(self, name: str, parts: Sequence[str]) -> int | None:
        """A key's line, or that of the nearest key around it: a variant need not write what it inherits."""
        if name not in self._trees:
            self._trees[name] = YAML().load(self._carried[name].decode())
        line, mapping = None, self._trees[name]
        for part in parts:
            if not isinstance(mapping, dict) or part not in mapping:
                break
            line, mapping = mapping.lc.key(part)[0] + 1, mapping[part]  # pyright: ignore[reportAttributeAccessIssue]
        return line

    def _line_in_json(self, name: str, parts: Sequence[str]) -> int | None:
        """A key's line in a file that has one key a line, as files.write_json writes it."""
        text = self._carried[name].decode()
        if not parts or not _holds(json.loads(text), parts):
            return None
        lines, at = text.splitlines(), 0
        for depth, part in enumerate(parts, start=1):
            start = re.compile(rf"\s{{{2 * depth}}}{re.escape(json.dumps(part, ensure_ascii=False))}:")
            at = next((index for index in range(at, len(lines)) if start.match(lines[index])), at)
        return at + 1


def _places(key: str) -> list[tuple[str, Sequence[str]]]:
    """The files that may hold a number, and its keys there, the likeliest first."""
    kind, _, id = key.partition(":")
    if kind == "original":
        return [("templates-original.yaml", ["numbers", id])]
    experiment, *parts = key.split(".", 2)
    results = [(f"{kind}-{experiment}.json", parts) for kind in ("metrics", "data")]
    return [*results, ("params.yaml", key.split(".")), ("versions.yaml", [canonicalize_name(key)])]


def _holds(mapping: Any, parts: Sequence[str]) -> bool:
    for part in parts:
        if not isinstance(mapping, dict) or part not in mapping:
            return False
        mapping = mapping[part]
    return True
