"""Writing that loses nothing: files and folders are written under a temporary name, then renamed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ronkyo.errors import UserError

Arrays = dict[str, np.ndarray]


class DataError(UserError):
    """Data that cannot be had or is not what it should be: what, where, what was expected."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` (file or folder) that takes its place when the block ends without an error.

    An old folder is set aside until the new one stands in its place, and comes back if that fails.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    old, new = temporary / "old", temporary / path.name
    try:
        yield new
        if path.is_dir() and not path.is_symlink():
            os.replace(path, old)
        os.replace(new, path)
    finally:
        if old.exists() and not path.exists():
            os.replace(old, path)
        shutil.rmtree(temporary, ignore_errors=True)


def write_bytes(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, document: Any) -> None:
    write_text(path, json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """A folder of .npy files: the same arrays give the same bytes (a .npz carries the time of day)."""
    with replacing(path) as temporary:
        temporary.mkdir()
        for name, array in arrays.items():
            np.save(temporary / f"{name}.npy", array, allow_pickle=False)


def read_arrays(path: Path) -> Arrays:
    return {file.stem: np.load(file, allow_pickle=False) for file in sorted(path.glob("*.npy"))}
