"""When a plan of looks was first written, as Git tells."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ronkyo import params
from ronkyo.project import Project


def first_commit(project: Project, experiment: str, looks: Sequence[int]) -> str | None:
    """The commit since which params.yaml has had these looks, without a break up to now, in ten digits. None for a single look,
    which is no plan, for looks that are not committed yet, and without Git or so much of its history."""
    if len(looks) < 2:
        return None
    file, first = f"./{project.relative(project.params_file)}", None
    for commit in _git(project, "log", "--format=%H", "--", file).split():
        if _looks(_git(project, "show", f"{commit}:{file}"), experiment) != list(looks):
            return first
        first = commit[:10]
    return None if _git(project, "rev-parse", "--is-shallow-repository").strip() == "true" else first


def _looks(text: str, experiment: str) -> object:
    """Of an experiment in an earlier params.yaml; None where there is no plan."""
    try:
        return params.value_of(YAML(typ="safe").load(text), f"{experiment}.seeds.looks")
    except YAMLError:
        return None


def _git(project: Project, *arguments: str) -> str:
    """What a git command prints; nothing where it fails, as outside a repository."""
    try:
        done = subprocess.run(["git", *arguments], cwd=project.root, capture_output=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""
