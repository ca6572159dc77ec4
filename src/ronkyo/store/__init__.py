"""Every seed is computed once: runs, kept by what determines them.

A store is a folder that several processes and machines may share: <key[:2]>/<key>/ has a run's arrays and run.json, what
determines it in text; code/ the texts of the code by their digests.
"""

from __future__ import annotations

import configparser
import hashlib
import io
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ronkyo import files
from ronkyo.errors import UserError
from ronkyo.files import Arrays
from ronkyo.project import Project
from ronkyo.store.key import Parts

RUN = "run.json"


class StoreError(UserError):
    """The store cannot be written: where, and what the system says."""


@dataclass(frozen=True)
class Store:
    folder: Path

    @staticmethod
    def of(project: Project) -> Store:
        """In RONKYO_STORE, or beside DVC's cache, which copies of a project share."""
        if chosen := os.environ.get("RONKYO_STORE"):
            return Store(project.root / Path(chosen).expanduser())
        dvc = project.root / ".dvc"
        config = configparser.ConfigParser(interpolation=None)
        config.read([dvc / "config", dvc / "config.local"], encoding="utf-8")  # the second's values count
        return Store((dvc / config.get("cache", "dir", fallback="cache")).resolve() / "ronkyo")

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / key

    def get(self, key: str) -> Arrays | None:
        """The run's arrays; None if it is not there. One that is not as it was written is removed, with a line."""
        path = self.path(key)
        if not path.is_dir():
            return None
        try:
            digests = files.read_json(path / RUN)["arrays"]
            contents = {name: (path / f"{name}.npy").read_bytes() for name in digests}
            damaged = [name for name in digests if _digest(contents[name]) != digests[name]]
        except (OSError, ValueError, KeyError, TypeError):
            damaged = [RUN]
        if damaged:
            print(f"{path}: {', '.join(damaged)}: not as it was written; the run is computed again", file=sys.stderr)
            shutil.rmtree(path, ignore_errors=True)
            return None
        return {name: np.load(io.BytesIO(content), allow_pickle=False) for name, content in contents.items()}

    def put(self, parts: Parts, arrays: Mapping[str, np.ndarray], **notes: Any) -> None:
        """Write a run, whole or not at all; one that is there stays. notes: what is told of it beside its parts.

        Raises StoreError where the folder cannot be written."""
        path = self.path(parts.key)
        if path.is_dir():
            return
        with _writing(self.folder), files.replacing(path) as folder:
            files.write_arrays(folder, arrays)
            digests = {name: _digest((folder / f"{name}.npy").read_bytes()) for name in arrays}
            told = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "machine": platform.node(), **notes}
            files.write_json(folder / RUN, {**told, "parts": asdict(parts), "arrays": digests})

    def keep_code(self, texts: Mapping[str, str]) -> None:
        """Write the texts of code by their digests, where they are not there yet. Raises StoreError."""
        with _writing(self.folder):
            for digest, text in texts.items():
                file = self.folder / "code" / f"{digest}.py"
                if not file.is_file():
                    files.write_text(file, text)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{folder}: expected a store that can be written, found: {error.strerror}") from None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
