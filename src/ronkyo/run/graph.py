"""The stages of dvc.yaml as a graph, for a figure of the pipeline itself."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import networkx as nx

from ronkyo import params
from ronkyo.project import Project
from ronkyo.run.stage import MODULES


def read(project: Project) -> nx.DiGraph:
    """A node for each entry of dvc.yaml, in its order, with what it is: `kind`, `experiment` ("" of the report), `title`
    and `count`, how many stages it stands for. An edge leads from who writes a path to who reads it, or what is in it;
    those that a chain of others implies are left out."""
    pipeline, values = (params.read_document(file) for file in (project.pipeline_file, project.params_file))
    graph = nx.DiGraph()
    for name, entry in pipeline["stages"].items():
        kind, _, experiment = name.partition("_")
        title = project.title(experiment) if kind in MODULES else ""
        graph.add_node(name, kind=kind, experiment=experiment, title=title, count=_count(entry, values))
    ends = {name: _ends(entry.get("do", entry)) for name, entry in pipeline["stages"].items()}
    links = [
        (producer, consumer)
        for producer, consumer in permutations(ends, 2)
        if any(_overlap(out, dep) for out in ends[producer][1] for dep in ends[consumer][0])
    ]
    graph.add_edges_from(links)
    graph.remove_edges_from(set(links) - set(nx.transitive_reduction(graph).edges))
    return graph


def _count(entry: Mapping[str, Any], values: Mapping[str, Any]) -> int:
    return len(params.value_of(values, entry["foreach"].strip("${}"))) if "foreach" in entry else 1


def _ends(stage: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The paths that a stage reads, and those that it writes; `${key}` stands for any name."""
    written = [out for kind in ("outs", "metrics", "plots") for out in stage.get(kind, [])]
    return stage.get("deps", []), [out if isinstance(out, str) else next(iter(out)) for out in written]


def _overlap(first: str, second: str) -> bool:
    return first == second or first.startswith(f"{second}/") or second.startswith(f"{first}/")
