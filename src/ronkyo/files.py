"""Writing that loses nothing: files and folders are written under a temporary name, then renamed."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from ronkyo.errors import UserError, conflict

Arrays = dict[str, np.ndarray]


class DataError(UserError):
    """Data that cannot be had or is not what it should be: what, where, what was expected."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` (file or folder) that takes its place when the block ends without an error.

    What stands there and cannot be written over, as a folder, is set aside until then, and comes back if that fails. Of
    writers at the same time, the last one's stays, whole. Raises OSError where the place cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    new, aside = temporary / path.name, temporary / ".old"
    try:
        yield new
        while not _renamed(new, path):
            shutil.rmtree(aside, ignore_errors=True)  # what another writer put there meanwhile
            with suppress(FileNotFoundError):  # another writer was faster
                os.replace(path, aside)
    except BaseException:
        if os.path.lexists(aside) and not os.path.lexists(path):
            with suppress(OSError):  # another writer's stands there by now
                os.replace(aside, path)
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _renamed(new: Path, path: Path) -> bool:
    """Whether `new` could take the place; not that of a folder with something in it, or of the other kind."""
    try:
        os.replace(new, path)
    except (IsADirectoryError, NotADirectoryError):
        return False
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        return False
    return True


def write_bytes(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, document: Any) -> None:
    write_text(path, json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def read_text(path: Path, shown: str = "") -> str:
    """UTF-8 text; shown: how errors call the file. Raises DataError, also where Git could not merge it."""
    shown = shown or str(path)
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except FileNotFoundError:
        raise DataError(f"{shown}: expected a file, found nothing") from None
    except OSError as error:
        raise DataError(f"{shown}: expected a file that can be read, found: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{shown}: expected UTF-8 text, found byte {error.object[error.start]:#04x}") from None
    if line := conflict(content):
        raise DataError(f"{shown}: line {line}: expected a text, found an unsolved conflict of a merge")
    return text


def read_json(path: Path, shown: str = "") -> Any:
    """shown: how errors call the file. Raises DataError."""
    shown, text = shown or str(path), read_text(path, shown)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        found = f"{error.msg}, column {error.colno}" if text[error.pos :].strip() else "its end"
        raise DataError(f"{shown}: line {error.lineno}: expected JSON, found {found}") from None
    except (ValueError, RecursionError) as error:  # a number of too many digits, too many levels
        raise DataError(f"{shown}: expected JSON, found {error}") from None


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """A folder of .npy files: the same arrays give the same bytes (a .npz carries the time of day)."""
    with replacing(path) as temporary:
        temporary.mkdir()
        for name, array in arrays.items():
            np.save(temporary / f"{name}.npy", array, allow_pickle=False)


def read_arrays(path: Path, shown: str = "") -> Arrays:
    """The arrays of a folder, {} where there is none; shown: how errors call the folder. Raises DataError."""
    arrays = {}
    for file in sorted(path.glob("*.npy")):
        try:
            arrays[file.stem] = np.load(file, allow_pickle=False)
        except (OSError, ValueError, EOFError, MemoryError) as error:
            found = " ".join(str(error).split()) or type(error).__name__
            raise DataError(f"{shown or path}/{file.name}: expected a whole array, found: {found}") from None
    return arrays
