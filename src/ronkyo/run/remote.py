"""Runs to and from a DVC remote, so that a team computes a seed once among them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dvc.exceptions import DvcException
from dvc.repo import Repo
from dvc_objects.fs.utils import as_atomic

from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.run.runs import plans
from ronkyo.store import RUN, Store


class RemoteError(UserError):
    """The remote is not there or does not answer: what DVC or its file system says."""


def push(project: Project, name: str | None) -> int:
    """Runs that params.yaml, the code and the data as they are use, that the store has and the remote has not.

    Returns how many were copied. Raises RemoteError or StoreError."""
    store, count = Store.of(project), 0
    with _remote(project, name) as (system, folder):
        for planned in plans(project):
            kept = [task.parts.key for task in planned.tasks if task not in planned.missing]
            missing = [key for key in kept if not system.exists(f"{folder}/{key[:2]}/{key}/{RUN}")]
            for key in missing:  # run.json last, since a run is there when that is
                for file in (*sorted(store.path(key).glob("*.npy")), store.path(key) / RUN):
                    with as_atomic(system, f"{folder}/{key[:2]}/{key}/{file.name}", create_parents=True) as temporary:
                        system.put_file(str(file), temporary)
            count += len(missing)
    return count


def pull(project: Project, name: str | None) -> int:
    """Runs that params.yaml, the code and the data as they are use, that the store has not and the remote has.

    Returns how many were copied. Raises RemoteError or StoreError."""
    store, count = Store.of(project), 0
    with _remote(project, name) as (system, folder):
        for planned in plans(project):
            for key in (task.parts.key for task in planned.missing):
                at = f"{folder}/{key[:2]}/{key}"
                if system.exists(f"{at}/{RUN}"):
                    contents = {path.rpartition("/")[2]: system.cat_file(path) for path in system.find(at)}
                    with store.adding(key) as new:
                        for file, content in contents.items():
                            (new / file).write_bytes(content)
                    count += store.get(key) is not None  # None: damaged on the way
    return count


@contextmanager
def _remote(project: Project, name: str | None) -> Iterator[tuple[Any, str]]:
    """The file system of a DVC remote (None: the default one), and the folder of runs there."""
    try:
        with Repo(str(project.root)) as repo:
            remote = repo.cloud.get_remote(name, "ronkyo runs push")
            yield remote.fs, remote.fs.join(remote.path, "ronkyo")
    except DvcException as error:
        raise RemoteError(f"remote: {' '.join(str(error).split())}") from error
    except OSError as error:
        raise RemoteError(f"remote {name or ''}: expected that it answers, found: {error}") from error
