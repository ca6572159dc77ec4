"""Where a number of the text comes from: the recipe in <data value="…"> -> the file in the report that holds it, and the
line there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from packaging.utils import canonicalize_name
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode

from ronkyo.report import evidence
from ronkyo.report.values import Recipe
from ronkyo.typeset.page import Origin
from ronkyo.words import Words

_KEY = re.compile(r'((?:  )+)("(?:[^"\\]|\\.)*"):')


class Origins:
    """Looks in the files that a report carries."""

    def __init__(self, carried: Mapping[str, bytes], words: Words) -> None:
        self._carried, self._words = carried, words

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
        """A key's line; of YAML also that of the nearest key around it: a variant need not write what it inherits."""
        if name not in self._carried:
            return None
        if name.endswith(".json"):
            document, lines = _json(self._carried[name])
            if not parts or not _holds(document, parts):
                return None
        else:
            lines = _lines_in_yaml(self._carried[name])
        ends = range(len(parts), 0, -1)
        return next((lines[tuple(parts[:end])] for end in ends if tuple(parts[:end]) in lines), None)


@lru_cache(maxsize=256)
def _lines_in_yaml(content: bytes) -> dict[tuple[str, ...], int]:
    """The line of each key, by its path."""
    lines: dict[tuple[str, ...], int] = {}
    waiting: list[tuple[tuple[str, ...], Any]] = [((), YAML(typ="safe").compose(content.decode()))]
    while waiting:
        path, node = waiting.pop()
        for key, value in node.value if isinstance(node, MappingNode) else ():
            if isinstance(key.value, str):
                lines[*path, key.value] = key.start_mark.line + 1
                waiting.append(((*path, key.value), value))
    return lines


@lru_cache(maxsize=256)
def _json(content: bytes) -> tuple[Any, dict[tuple[str, ...], int]]:
    """What a file says, and the line of each key of one that has a key a line, as files.write_json writes it."""
    lines: dict[tuple[str, ...], int] = {}
    path: list[str] = []
    for number, line in enumerate(content.decode().splitlines(), start=1):
        if key := _KEY.match(line):
            path[len(key[1]) // 2 - 1 :] = [json.loads(key[2])]
            lines.setdefault(tuple(path), number)
    return json.loads(content), lines


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
