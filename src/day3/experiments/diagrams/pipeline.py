"""The DVC pipeline as a graph: the stages of one foreach or matrix are one node, edges follow from real paths."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from matplotlib.figure import Figure

from day3.experiments.diagrams.shapes import INPUT, OUTPUT, PLAIN, SMALL, STATE, Role, Shape, box, canvas, curve, text
from day3.plotting import COLUMN_CM

Edge = tuple[str, str]  # producer, consumer


@dataclass(frozen=True)
class Group:
    """The stages that one entry of dvc.yaml stands for, with all that they read and write."""

    count: int
    deps: frozenset[str]
    outs: frozenset[str]


def groups(pipeline: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Group]:
    """Every entry of dvc.yaml's `stages` by name. values: what its templates look up, the content of params.yaml."""
    found = {}
    for name, entry in pipeline["stages"].items():
        stage = entry.get("do", entry)
        contexts = list(_contexts(entry, values))
        written = [path for kind in ("outs", "metrics", "plots") for path in stage.get(kind, [])]
        found[name] = Group(
            count=len(contexts),
            deps=frozenset(_fill(path, context) for path in stage.get("deps", []) for context in contexts),
            outs=frozenset(_fill(_path(path), context) for path in written for context in contexts),
        )
    return found


def edges(graph: Mapping[str, Group]) -> set[Edge]:
    """Who reads what whom has written: one path is the other, or lies inside it."""
    return {
        (producer, consumer)
        for producer, consumer in itertools.permutations(graph, 2)
        if any(_overlap(out, dep) for out in graph[producer].outs for dep in graph[consumer].deps)
    }


def direct(links: set[Edge]) -> set[Edge]:
    """The edges that no chain of other edges already says (the transitive reduction of an acyclic graph)."""
    reached = _reached(links)
    return {(a, c) for a, c in links if not any(c in reached[b] for first, b in links if first == a and b != c)}


def layers(graph: Mapping[str, Group], links: set[Edge]) -> list[list[str]]:
    """Columns from the first stage to the last; each entry stands as close before its consumers as it can."""
    consumers = {name: [consumer for producer, consumer in links if producer == name] for name in graph}
    depth: dict[str, int] = {}
    for name in TopologicalSorter(consumers).static_order():
        depth[name] = max((depth[consumer] + 1 for consumer in consumers[name]), default=0)
    columns = [[name for name in graph if depth[name] == level] for level in range(max(depth.values()), -1, -1)]
    for before, after in reversed(list(itertools.pairwise(columns))):
        before.sort(key=lambda name: _mean([after.index(c) for c in consumers[name] if c in after], len(after)))
    return columns


def pipeline_graph(graph: Mapping[str, Group], names: Mapping[str, str]) -> Figure:
    """The graph from left to right. names: what an entry is called in the figure, else its name in dvc.yaml."""
    links = direct(edges(graph))
    columns = layers(graph, links)
    rows = max(map(len, columns))
    gap, height, pitch = 0.62, 0.98, 1.3
    drawing, axes = canvas(rows * pitch + 0.15)
    width = min(2.7, (COLUMN_CM - 0.2 - gap * (len(columns) - 1)) / len(columns))
    used = len(columns) * (width + gap) - gap
    shapes: dict[str, Shape] = {}
    for index, column in enumerate(columns):
        x = (COLUMN_CM - used + width) / 2 + index * (width + gap)
        for row, name in enumerate(column):
            y = ((rows + len(column)) / 2 - row - 0.5) * pitch + 0.05
            role, count = _role(name, links), graph[name].count
            if count > 1:
                box(axes, x + 0.07, y + 0.07, "", role, width - 0.14, height)
            shapes[name] = box(axes, x, y, "", role, width - 0.14, height)
            text(axes, x, y + 0.19, names.get(name, name), SMALL)
            text(axes, x, y - 0.24, f"{count} ステージ", SMALL)
    for producer, consumer in sorted(links):
        curve(axes, shapes[producer].right, shapes[consumer].left)
    return drawing


def _contexts(entry: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What `${…}` may look up in each stage of an entry."""
    if "foreach" in entry:
        items = _value(entry["foreach"], values)
        pairs = items.items() if isinstance(items, Mapping) else ((item, item) for item in items)
        yield from ({**values, "key": key, "item": item} for key, item in pairs)
    elif "matrix" in entry:
        options = {name: _value(given, values) for name, given in entry["matrix"].items()}
        for choice in itertools.product(*options.values()):
            yield {**values, "item": dict(zip(options, choice, strict=True))}
    else:
        yield dict(values)


def _value(given: Any, values: Mapping[str, Any]) -> Any:
    template = re.fullmatch(r"\$\{(.+)\}", given) if isinstance(given, str) else None
    return _look_up(template[1], values) if template else given


def _fill(path: str, context: Mapping[str, Any]) -> str:
    return re.sub(r"\$\{(.+?)\}", lambda template: str(_look_up(template[1], context)), path)


def _look_up(key: str, context: Mapping[str, Any]) -> Any:
    found: Any = context
    for part in key.strip().split("."):
        found = found[part]
    return found


def _path(written: str | Mapping[str, Any]) -> str:
    """An out is a path, or {path: its options}."""
    return written if isinstance(written, str) else next(iter(written))


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _reached(links: set[Edge]) -> dict[str, set[str]]:
    """From each node, all the nodes further on."""
    consumers = {name: {after for before, after in links if before == name} for edge in links for name in edge}
    reached: dict[str, set[str]] = {}
    for name in TopologicalSorter(consumers).static_order():
        reached[name] = consumers[name].union(*(reached[after] for after in consumers[name]))
    return reached


def _mean(positions: list[int], otherwise: float) -> float:
    return sum(positions) / len(positions) if positions else otherwise


def _role(name: str, links: set[Edge]) -> Role:
    if name.startswith("train"):
        return STATE
    if all(name != producer for producer, _ in links):
        return OUTPUT
    return PLAIN if any(name == consumer for _, consumer in links) else INPUT
