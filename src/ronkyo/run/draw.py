"""The stage that draws every figure of one experiment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from matplotlib.figure import Figure

from ronkyo import files, plotting, results
from ronkyo.project import Project
from ronkyo.run import graph
from ronkyo.run.contract import ContractError, kind


def run(project: Project, experiment: str) -> None:
    module = project.module(experiment, "figures")
    functions = figures(project, experiment)
    drawn_from = results.read_results(project, experiment, project.load_params().get(experiment))
    if getattr(module, "READS_PIPELINE", False):
        drawn_from = replace(drawn_from, pipeline=graph.read(project))
    with files.replacing(project.figures_folder(experiment)) as folder, plotting.style():
        folder.mkdir()
        for name, function in functions.items():
            drawing = function(drawn_from)
            if not isinstance(drawing, Figure):
                place = f"{project.file_of(experiment, 'figures')}: {name}"
                raise ContractError(f"{place}: expected a matplotlib Figure, found {kind(drawing)}")
            (folder / f"{name}.svg").write_bytes(plotting.to_svg(drawing, f"{experiment}/{name}"))


def figures(project: Project, experiment: str) -> dict[str, Callable[..., Any]]:
    """The functions that `__all__` names, by name. Raises ContractError or ProjectError."""
    names = getattr(project.module(experiment, "figures"), "__all__", None)
    if not isinstance(names, list | tuple):
        place = project.file_of(experiment, "figures")
        raise ContractError(f"{place}: expected __all__, a list of the figures' names, found {kind(names)}")
    return {name: project.function(experiment, "figures", name) for name in names}
