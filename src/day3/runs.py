"""What a run is called, where it is kept, where its randomness comes from; and writing that loses nothing.

A run is one (experiment, variant, seed). Files are replaced whole: written under a temporary name, then renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from day3.errors import UserError

DATA = Path("data")
RUNS = Path("runs")
REPORTS = Path("reports")
FONTS = Path("build/fonts")

Arrays = dict[str, np.ndarray]


class DataError(UserError):
    """Data that cannot be had or is not what it should be: what, where, what was expected."""


def generator(experiment: str, seed: int, stream: str) -> np.random.Generator:
    """A random generator for one purpose ("data order", "initialization") of one seed.

    The variant is left out on purpose: variants of the same seed see the same examples in the same order and start
    from the same draws, so that they can be compared in pairs.
    """
    key = hashlib.sha256(f"{experiment}/{stream}".encode()).digest()[:16]
    return np.random.default_rng([int.from_bytes(key, "little"), seed])


def data_folder(experiment: str) -> Path:
    return DATA / experiment


def run_folder(experiment: str, variant: str) -> Path:
    return RUNS / experiment / variant


def provenance_file(experiment: str) -> Path:
    return REPORTS / "data" / f"{experiment}.json"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` (file or folder) that takes its place when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        target = temporary / path.name
        yield target
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        os.replace(target, path)
    finally:
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
