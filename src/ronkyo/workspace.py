"""DVC's view of a project's folder, for those who only read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dvc.repo import Repo


@contextmanager
def reading(root: Path) -> Iterator[Repo]:
    """DVC's repository. Where the project's folder cannot be written, its lock lies elsewhere: nobody changes anything there.
    Raises DvcException."""
    own = root / ".dvc" / "tmp"
    if os.access(own if own.is_dir() else own.parent, os.W_OK) or not own.parent.is_dir():
        with Repo(str(root)) as repo:
            yield repo
        return
    with TemporaryDirectory(prefix="ronkyo-") as elsewhere:

        class Reading(Repo):
            tmp_dir = elsewhere  # type: ignore[assignment]

            def _ignore(self) -> None:
                """Git need not be told of what lies elsewhere."""

        with Reading(str(root)) as repo:
            yield repo
