"""A project with parameters but without any training: tests write the results that they need."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ronkyo import files, results
from ronkyo.project import Manifest, Project
from ronkyo.report import chapters

HERE = Path(__file__).parent
MANIFEST = {"name": "sample", "package": "measured", "results": ["考察", "Discussion"], "boxes": {"確認テスト": "test"}}
ACCURACY = {
    "simple_rnn": [0.10, 0.12, 0.11, 0.09],
    "gru": [0.20, 0.23, 0.21, 0.19],
    "bilstm": [0.30, 0.32, 0.33, 0.29],
    "lstm": [0.31, 0.30, 0.34, 0.28],
    "lstm_clip": [0.30, 0.30, 0.30, 0.30],
}


def build(root: Path, language: str = "ja", **manifest: object) -> Project:
    """The project without results in a folder; manifest: more of `[tool.ronkyo]`."""
    params = (HERE / "params.yaml").read_text(encoding="utf-8").replace("language: ja", f"language: {language}")
    files.write_text(root / "params.yaml", params)
    return Project(root, Manifest.model_validate(MANIFEST | manifest), HERE / "src")


def write_results(project: Project) -> None:
    """Accuracies, losses of which one is not finite, shares of converged runs, constants, a figure."""
    seeds = {
        variant: {"accuracy": np.array(values), "loss": 1 / np.array(values)} for variant, values in ACCURACY.items()
    }
    seeds["gru"]["loss"][1] = np.inf
    items = {variant: {"accuracy": np.tile(table["accuracy"], 30)} for variant, table in seeds.items()}
    constants = {
        "chance": {"accuracy": 0.1, "tenth": 0.1, "fifth": 0.2},
        "broken": {"accuracy": np.nan},
        "nothing": {"accuracy": 0.0},
    }
    results.write_summary(project, "digits", results.Summary(seeds=seeds, constants=constants, items=items))
    half = np.r_[np.ones(4), np.zeros(4)]
    shares = {
        "hidden_16": {"converged": np.ones(8), "diverged": np.zeros(8), "steps": np.array([5.0, 6, 5, 6, 5, 6, 5, 6])},
        "hidden_32": {"converged": half, "diverged": 1 - half, "steps": np.array([3.0, 4, 3, 4, 4, 3, 4, 3])},
        "hidden_64": {"converged": np.zeros(8), "diverged": np.ones(8), "steps": np.array([1.0, 2, 1, 2, 1, 2, 2, 1])},
    }
    results.write_summary(project, "addition", results.Summary(seeds=shares))
    files.write_text(project.figure_file("digits/confusion"), "<svg xmlns='http://www.w3.org/2000/svg'/>")


def write_report(project: Project, text: str, **others: str) -> None:
    """report.md.j2; others: chapters by name, which it may include as "chapters/<name>.md.j2"."""
    files.write_text(project.templates / chapters.REPORT, text)
    for name, chapter in others.items():
        files.write_text(project.templates / "chapters" / f"{name}.md.j2", chapter)
