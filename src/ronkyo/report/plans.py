"""When a plan of looks was first written, as Git tells."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ronkyo import params
from ronkyo.project import Project
from ronkyo.repository import Repository


def first_commit(project: Project, experiment: str, looks: Sequence[int]) -> str | None:
    """The commit since which params.yaml has had these looks, without a break up to now, in ten digits. None for a single look,
    which is no plan, for looks that are not committed yet, and without Git or so much of its history."""
    if len(looks) < 2:
        return None
    git, file = Repository(project.root), project.relative(project.params_file)
    return _first_commit(git, git.head(), file, experiment, tuple(looks))


@lru_cache(maxsize=256)
def _first_commit(git: Repository, head: str, file: str, experiment: str, looks: tuple[int, ...]) -> str | None:
    first = None
    for commit in git.lines("log", "--format=%H", head, "--", file):
        if _looks(git.content(commit, file) or b"", experiment) != list(looks):
            return first
        first = commit[:10]
    return None if git.is_shallow else first


def _looks(text: bytes, experiment: str) -> object:
    """Of an experiment in an earlier params.yaml; None where there is no plan."""
    try:
        return params.value_of(YAML(typ="safe").load(text.decode(errors="replace")), f"{experiment}.seeds.looks")
    except YAMLError:
        return None
