"""The DVC pipeline as a graph: the stages of one foreach or matrix are one node, edges follow from real paths."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from day3.experiments.diagrams.shapes import (
    BACKWARD,
    CONTEXT,
    FRAME,
    GREY,
    INPUT,
    OUTPUT,
    PLAIN,
    SMALL,
    STATE,
    Point,
    Role,
    Shape,
    arrow,
    box,
    canvas,
    text,
)

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


def pipeline_graph(graph: Mapping[str, Group], names: Mapping[str, str]) -> Figure:
    """A row for each experiment, a column for each kind of stage; below, what serves a column; at the right, the end.

    names: what an experiment, or an entry that belongs to none, is called in the figure.
    """
    links = direct(edges(graph))
    experiments = list(dict.fromkeys(experiment for _, experiment in map(_parts, graph) if experiment))
    tall = _PITCH * len(experiments)
    drawing, axes = canvas(_BELOW + tall + 0.7)
    rows = {experiment: _BELOW + tall - (row + 0.5) * _PITCH for row, experiment in enumerate(experiments)}
    for experiment, y in rows.items():
        text(axes, 0.1, y, names.get(experiment, experiment), SMALL, align="left")
    frames = {}
    for kind, column in _COLUMNS.items():
        frames[kind] = box(axes, column.x, _BELOW + tall / 2, "", FRAME, 1.95, tall, behind=True)
        text(axes, column.x, _BELOW + tall + 0.32, column.title)

    shapes: dict[str, Shape] = {}
    for name, group in graph.items():
        kind, experiment = _parts(name)
        consumers = {consumer for producer, consumer in links if producer == name}
        if experiment:
            shapes[name] = _stack(axes, _COLUMNS[kind], rows[experiment], group.count)
        elif consumers:
            below = _COLUMNS[_parts(min(consumers))[0]]
            shapes[name] = box(axes, below.x, 0.4, names.get(name, name), PLAIN, 1.95, 0.6, SMALL)
        else:
            shapes[name] = box(axes, _END, _BELOW + tall / 2, names.get(name, name), _REPORT, 1.7, tall, SMALL)

    strokes: set[tuple[Point, Point]] = set()
    for producer, consumer in links:
        start, end, (kind, experiment) = shapes[producer], shapes[consumer], _parts(consumer)
        if not experiment:
            strokes.add((start.right, (end.left[0], start.y)))
        elif not _parts(producer)[1] and all((producer, name) in links for name in graph if _parts(name)[0] == kind):
            strokes.add((start.top, frames[kind].bottom))  # one arrow stands for those to the whole column
        else:
            strokes.add((start.right, end.left))
    for start, end in sorted(strokes):
        arrow(axes, start, end, color=GREY)
    return drawing


@dataclass(frozen=True)
class _Column:
    title: str
    x: float
    role: Role


_COLUMNS = {
    "prepare": _Column("データの準備", 4.0, INPUT),
    "train": _Column("学習", 6.4, STATE),
    "summarize": _Column("集計", 8.8, CONTEXT),
    "draw": _Column("作図", 11.2, BACKWARD),
}
_REPORT = Role(OUTPUT.fill, OUTPUT.edge, corner=0.2)
_END = 13.85  # x of what everything ends in
_PITCH, _BELOW = 0.74, 1.15  # height of a row, room below the rows


def _parts(name: str) -> tuple[str, str]:
    """Kind and experiment of an entry; two empty texts when it belongs to no experiment."""
    kind, _, experiment = name.partition("_")
    return (kind, experiment) if kind in _COLUMNS else ("", "")


def _stack(axes: Axes, column: _Column, y: float, count: int) -> Shape:
    if count > 1:
        box(axes, column.x + 0.06, y + 0.06, "", column.role, 1.45, 0.44)
    return box(axes, column.x, y, f"× {count}" if count > 1 else "", column.role, 1.45, 0.44, SMALL)


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
