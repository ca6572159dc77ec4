"""What is dear to make and follows from its key alone, kept for the next process in a folder of the user's cache.

An entry is a file named by the digest of its key, of the engine and of what is installed; it begins with the digest of its
content. What is damaged, or only half written, is made again, so that an entry is written where it stands; nothing is kept
where the folder cannot be written.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

LIMIT = 256 << 20  # bytes of all entries; each process measures them when it first keeps one
IN_MEMORY = 64 << 20  # bytes that a process holds of them
KEPT = 0.75  # of the limit: how much is left when the entries that were not used for the longest time are removed
UNTOUCHED = 3600  # seconds after which a use is written down again
ENGINE = Path(__file__).parent
_SIZE = hashlib.sha256().digest_size


def get(kind: str, key: bytes, make: Callable[[], bytes]) -> bytes:
    """What `make` returns, from an earlier call with the same kind and key, by whichever process, if there was one. `make`
    must be a function of the key, of the engine's code and of the installed libraries. It may raise: then nothing is kept.
    """
    content = find(kind, key)
    if content is None:
        content = make()
        keep(kind, key, content)
    return content


def find(kind: str, key: bytes) -> bytes | None:
    """What was kept, if it is there still; for what is made together with others."""
    entry = _entry(kind, key)
    packed = _MEMORY.get(entry)
    if packed is None:
        if _MEMORY.alone or (packed := _read(entry)) is None:
            return None
        _MEMORY.add(entry, packed)
    return zlib.decompress(packed)


def keep(kind: str, key: bytes, content: bytes) -> None:
    entry, packed = _entry(kind, key), zlib.compress(content, 1)
    _MEMORY.add(entry, packed)
    if _MEMORY.alone:
        return
    with suppress(OSError):
        kept = _Kept.of(folder())
        entry.parent.mkdir(parents=True, exist_ok=True)
        entry.write_bytes(hashlib.sha256(packed).digest() + packed)
        kept.add(_SIZE + len(packed))


def _entry(kind: str, key: bytes) -> Path:
    return folder() / kind / hashlib.sha256(b"\0".join([_engine(), kind.encode(), key])).hexdigest()


def leave_folder_alone() -> None:
    """From here on this process neither reads nor writes what is kept."""
    _MEMORY.alone = True


def folder() -> Path:
    return user_cache_path("ronkyo", appauthor=False) / "made"


def _read(entry: Path) -> bytes | None:
    try:
        kept = entry.read_bytes()
        digest, content = kept[:_SIZE], kept[_SIZE:]
        if hashlib.sha256(content).digest() != digest:
            return None
        if time.time() - entry.stat().st_mtime > UNTOUCHED:
            with suppress(OSError):
                os.utime(entry)
    except OSError:
        return None
    return content


@cache
def _engine() -> bytes:
    """A digest of the engine's files, and of the names and versions of what is installed beside it."""
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted(ENGINE.rglob("*")):
        if file.is_file() and file.suffix != ".pyc":
            digest.update(file.relative_to(ENGINE).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    for place in sys.path:
        with suppress(OSError):
            installed = sorted(name for name in os.listdir(place or ".") if name.endswith(".dist-info"))
            digest.update("\0".join(installed).encode())
    return digest.digest()


class _Memory:
    """What this process used last."""

    def __init__(self) -> None:
        self._contents: OrderedDict[Path, bytes] = OrderedDict()
        self._size = 0
        self.alone = False  # whether the folder is left alone

    def get(self, entry: Path) -> bytes | None:
        if entry in self._contents:
            self._contents.move_to_end(entry)
        return self._contents.get(entry)

    def add(self, entry: Path, content: bytes) -> None:
        self._size += len(content) - len(self._contents.pop(entry, b""))
        self._contents[entry] = content
        while self._size > IN_MEMORY:
            self._size -= len(self._contents.popitem(last=False)[1])


_MEMORY = _Memory()


class _Kept:
    """How many bytes the entries of a folder have, as far as this process knows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._size = sum(size for _, size, _ in self._entries())

    @staticmethod
    @cache
    def of(folder: Path) -> _Kept:
        return _Kept(folder)

    def add(self, size: int) -> None:
        self._size += size
        if self._size <= LIMIT:
            return
        entries = sorted(self._entries())
        self._size = sum(size for _, size, _ in entries)
        for _, size, file in entries:
            if self._size <= KEPT * LIMIT:
                break
            with suppress(OSError):  # another process removed it
                os.unlink(file)
            self._size -= size

    def _entries(self) -> list[tuple[float, int, str]]:
        """(when it was last used, bytes, file) of each. There may be 50,000: no Path for each."""
        found = []
        for folder, _, names in os.walk(self._folder):
            for file in (os.path.join(folder, name) for name in names):
                with suppress(OSError):
                    told = os.stat(file)
                    found.append((told.st_mtime, told.st_size, file))
        return found
