"""Writing that loses nothing: files and folders are written under a temporary name, then renamed."""

from __future__ import annotations

import errno
import fcntl
import glob
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from ronkyo.errors import UserError, conflict, not_utf8

Arrays = dict[str, np.ndarray]


class DataError(UserError):
    """Data that cannot be had or is not what it should be: what, where, what was expected."""


@contextmanager
def replacing(path: Path, size: int | None = None) -> Iterator[Path]:
    """A temporary path beside `path` (file or folder) that takes its place when the block ends without an error.

    What stands there and cannot be written over, as a folder, is set aside until then, and comes back if that fails. Of
    writers at the same time, the last one's stays, whole; what one left that was killed goes. size: how many bytes are to
    be written, if that is known. Raises OSError with the path where it cannot be written, on a full disk with how much is
    missing.
    """
    try:
        with _temporary(path) as temporary:
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
    except OSError as error:
        if error.filename is None or _prefix(path) in str(error.filename):  # else of another file, which was read
            error.strerror = reason(error, path.parent, size)
            error.filename, error.filename2 = str(path), None
        raise


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A folder beside `path`, locked as long as its process lives; those that nobody locks are removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f"{glob.escape(_prefix(path))}*"):
        with suppress(OSError), _locked(left, fcntl.LOCK_NB):
            shutil.rmtree(left, ignore_errors=True)
    with ExitStack() as held:
        temporary = None
        while temporary is None or not temporary.exists():  # another process took it for one that was left
            temporary = Path(tempfile.mkdtemp(prefix=_prefix(path), dir=path.parent))
            held.callback(shutil.rmtree, temporary, ignore_errors=True)
            with suppress(OSError):  # gone, or a file system without locks
                held.enter_context(_locked(temporary))
        yield temporary


def _prefix(path: Path) -> str:
    return f".{path.name}.new-"


@contextmanager
def _locked(folder: Path, how: int = 0) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
        yield
    finally:
        os.close(descriptor)


def reason(error: OSError, folder: Path, size: int | None = None) -> str:
    """What the system says; on a full disk also how much room the folder has for so many bytes."""
    if error.strerror != os.strerror(errno.ENOSPC):
        return error.strerror or str(error)
    free = shutil.disk_usage(folder).free
    if size is None or size <= free:
        return f"{error.strerror} ({free:,} bytes are free)"
    return f"{error.strerror} ({size - free:,} bytes are missing: {size:,} to write, {free:,} free)"


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
    with replacing(path, len(content)) as temporary:
        temporary.write_bytes(content)


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Files that belong together: all of them or, where one cannot be written, none."""
    with ExitStack() as ready:
        for path, content in contents.items():
            ready.enter_context(replacing(path, len(content))).write_bytes(content)


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
        raise DataError(f"{shown}{not_utf8(error)}") from None
    if line := conflict(content):
        raise DataError(f"{shown}:{line}: expected a text, found an unsolved conflict of a merge")
    return text


def read_json(path: Path, shown: str = "") -> Any:
    """shown: how errors call the file. Raises DataError."""
    shown, text = shown or str(path), read_text(path, shown)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        found = f"{error.msg}, column {error.colno}" if text[error.pos :].strip() else "its end"
        raise DataError(f"{shown}:{error.lineno}: expected JSON, found {found}") from None
    except (ValueError, RecursionError) as error:  # a number of too many digits, too many levels
        raise DataError(f"{shown}: expected JSON, found {error}") from None


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """A folder of .npy files: the same arrays give the same bytes (a .npz carries the time of day)."""
    with replacing(path, sum(array.nbytes + 128 for array in arrays.values())) as temporary:
        temporary.mkdir()
        for name, array in arrays.items():
            np.save(buffer := io.BytesIO(), array, allow_pickle=False)  # numpy's own writing does not tell what fails
            (temporary / f"{name}.npy").write_bytes(buffer.getbuffer())


def read_arrays(path: Path, shown: str = "") -> Arrays:
    """The arrays of a folder, {} where there is none; shown: how errors call the folder. Raises DataError."""
    arrays = {}
    for file in sorted(path.glob("*.npy")):
        try:
            arrays[file.stem] = np.load(file, allow_pickle=False)
        except Exception as error:  # of a head that is none, numpy's parser raises what Python's does
            found = " ".join(str(error).split()) or type(error).__name__
            raise DataError(f"{shown or path}/{file.name}: expected a whole array, found: {found}") from None
    return arrays
