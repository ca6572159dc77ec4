"""The pipeline as a graph: edges follow from real paths, and only those that no chain implies are left."""

import networkx as nx

from ronkyo.run import definition, graph

NAME = "least_squares"


def chain(*kinds):
    return {(f"{first}_{NAME}", f"{second}_{NAME}") for first, second in zip(kinds, kinds[1:], strict=False)}


def test_stages_follow_each_other_from_data_to_report(small_files):
    stages = graph.read(small_files)
    assert set(stages.edges) == chain("prepare", "train", "summarize", "draw") | {(f"draw_{NAME}", "report")}
    assert stages.nodes[f"train_{NAME}"] == {"kind": "train", "experiment": NAME, "title": NAME, "count": 2}
    assert stages.nodes["report"] == {"kind": "report", "experiment": "", "title": "", "count": 1}


def test_an_experiment_is_called_by_its_packages_docstring(small_files):
    (small_files.experiments_folder / NAME / "__init__.py").write_text('"""Least squares\n\nMore.\n"""\n')
    assert graph.read(small_files).nodes[f"draw_{NAME}"]["title"] == "Least squares"


def test_a_path_that_only_begins_alike_is_no_edge(small_files):
    small_files.pipeline_file.write_text(
        "stages:\n"
        "  a: {outs: [data/digits]}\n"
        "  b: {deps: [data/digits_real]}\n"
        "  c: {deps: [data/digits/x], metrics: [m.json: {cache: false}]}\n"
        "  d: {deps: [m.json, data]}\n"
    )
    assert set(graph.read(small_files).edges) == {("a", "c"), ("c", "d")}
    assert isinstance(graph.read(small_files), nx.DiGraph)


def test_dvc_yaml_of_another_project_with_two_experiments_has_two_rows(small_files):
    folder = small_files.experiments_folder
    (folder / "another").mkdir()
    (folder / "another/figures.py").write_text("__all__ = []\n")
    del small_files.__dict__["experiments"]  # found once
    definition.write(small_files)
    assert {stage["experiment"] for stage in graph.read(small_files).nodes.values()} == {NAME, "another", ""}
