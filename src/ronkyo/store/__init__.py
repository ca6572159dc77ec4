"""Every seed is computed once: runs, kept by what determines them.

A store is a folder that processes and machines may share. <key[:2]>/<key>/ has a run's arrays and run.json, what determines
it in text; code/<digest>.py a text of each definition that a run executed.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ronkyo import files
from ronkyo.errors import UserError
from ronkyo.files import Arrays
from ronkyo.lock import cache_folder
from ronkyo.project import Project
from ronkyo.store.key import Parts

RUN = "run.json"
ABANDONED = 86_400  # seconds after which what somebody was writing is taken for given up


class StoreError(UserError):
    """The store cannot be read or written, or has not what it should have: where, and what was found."""


@dataclass(frozen=True)
class Run:
    """What a store tells of one of its runs."""

    parts: Parts
    experiment: str
    variant: str
    when: datetime
    seconds: float
    machine: str
    size: int  # bytes


@dataclass(frozen=True)
class Store:
    folder: Path

    @staticmethod
    def of(project: Project) -> Store:
        """In RONKYO_STORE, or in DVC's cache, which copies of a project share."""
        if chosen := os.environ.get("RONKYO_STORE"):
            return Store(project.root / Path(chosen).expanduser())
        return Store(cache_folder(project.root) / "ronkyo")

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / key

    def get(self, key: str) -> Arrays | None:
        """The run's arrays; None if it is not there. One that is not as it was written is removed, with a line.

        Raises StoreError where the system does not let it be read."""
        path = self.path(key)
        if not path.is_dir():
            return None
        with _reporting(self.folder, "read"):
            try:
                digests = json.loads((path / RUN).read_bytes())["arrays"]
                contents = {name: (path / f"{name}.npy").read_bytes() for name in digests}
                damaged = [f"{name}.npy" for name in digests if _digest(contents[name]) != digests[name]]
            except (FileNotFoundError, ValueError, KeyError, TypeError):
                damaged = [RUN]
        if damaged:
            print(f"{path}: {', '.join(damaged)}: not as written, removed; the run is computed again", file=sys.stderr)
            self.remove(key)
            return None
        return {name: np.load(io.BytesIO(content), allow_pickle=False) for name, content in contents.items()}

    def put(self, parts: Parts, arrays: Mapping[str, np.ndarray], **notes: Any) -> None:
        """Write a run, whole or not at all; one that is there stays. notes: experiment, variant, seconds; machine where
        it is not this one. Raises StoreError."""
        contents = {}
        for name, array in arrays.items():
            np.save(buffer := io.BytesIO(), array, allow_pickle=False)
            contents[name] = buffer.getvalue()
        told = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "machine": platform.node(), **notes}
        digests = {name: _digest(content) for name, content in contents.items()}
        with self.adding(parts.key) as folder:
            for name, content in contents.items():
                (folder / f"{name}.npy").write_bytes(content)
            files.write_json(folder / RUN, {**told, "parts": asdict(parts), "arrays": digests})

    @contextmanager
    def adding(self, key: str) -> Iterator[Path]:
        """A folder that becomes the run's when the block ends without an error, unless one is there. Raises StoreError."""
        path = self.path(key)
        with _reporting(self.folder, "written"):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=f".{key}.", dir=path.parent))
            try:
                new = temporary / key
                new.mkdir()
                yield new
                try:
                    os.rename(new, path)
                except OSError:
                    if not path.is_dir():  # else another writer was faster: the runs are the same
                        raise
            finally:
                shutil.rmtree(temporary, ignore_errors=True)

    def remove(self, key: str) -> None:
        """At once for readers. Raises StoreError."""
        path = self.path(key)
        with _reporting(self.folder, "written"):
            aside = Path(tempfile.mkdtemp(prefix=f".{key}.", dir=path.parent))
            with suppress(FileNotFoundError):  # another process was faster
                os.rename(path, aside / key)
            shutil.rmtree(aside, ignore_errors=True)

    def keep_code(self, texts: Mapping[str, str]) -> None:
        """Write texts of code by their digests, where they are not there yet. Raises StoreError."""
        with _reporting(self.folder, "written"):
            for digest, text in texts.items():
                if not self._code(digest).is_file():
                    files.write_text(self._code(digest), text)

    def code(self, digest: str) -> str:
        """The text of a definition; "" where it was lost."""
        file = self._code(digest)
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    def _code(self, digest: str) -> Path:
        return self.folder / "code" / f"{digest}.py"

    def runs(self, package: str) -> list[Run]:
        """Of a project's package, oldest first. Those whose text cannot be read are left out."""
        return sorted(self._runs(f"{package}.experiments."), key=lambda run: run.when)

    def _runs(self, prefix: str) -> Iterator[Run]:
        for file in self.folder.glob(f"[!.]?/[!.]*/{RUN}"):
            with suppress(OSError, ValueError, KeyError, TypeError):
                document = json.loads(file.read_bytes())
                parts = Parts(**document["parts"])
                if any(name.startswith(prefix) for name in parts.code):
                    told = (document[name] for name in ("experiment", "variant", "seconds", "machine"))
                    experiment, variant, seconds, machine = told
                    size = sum(inner.stat().st_size for inner in file.parent.iterdir())
                    when = datetime.fromisoformat(document["when"])
                    yield Run(parts, experiment, variant, when, seconds, machine, size)

    def sweep(self) -> None:
        """Remove what was given up while it was written, and texts of code that no run has."""
        before = time.time() - ABANDONED
        used = {digest for run in self._runs("") for digest in run.parts.code.values()}
        texts = [file for file in self.folder.glob("code/*.py") if file.stem not in used]
        for path in (*self.folder.glob("[!.]?/.*"), *self.folder.glob("code/.*"), *texts):
            with suppress(OSError):
                if path.stat().st_mtime < before:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def _reporting(folder: Path, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{folder}: expected a store that can be {what}, found: {files.reason(error, folder)}"
        ) from None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
