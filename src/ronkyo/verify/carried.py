"""The files that a report carries, within limits, however it carries them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable

from ronkyo.verify.confined import Refused

MOST = 500  # files
LARGEST, ALL = 32 << 20, 64 << 20  # bytes, of one and of all together


def files(entries: Iterable[tuple[str, Callable[[int], bytes]]]) -> dict[str, bytes]:
    """name -> content of (name, what reads at most so many bytes of it). Raises Refused beyond a limit."""
    found: dict[str, bytes] = {}
    room = ALL
    for name, read in entries:
        if name in found:
            raise Refused(f"refused: it carries two files {name!r}")
        if len(found) == MOST:
            raise Refused(f"refused: it carries more than {MOST} files")
        most = min(LARGEST, room)
        found[name] = read(most + 1)
        if len(found[name]) > most:
            raise Refused(f"refused: {name!r} is larger than {LARGEST >> 20} MB, or all together than {ALL >> 20} MB")
        room -= len(found[name])
    return found


def inflated(content: bytes, most: int) -> bytes:
    """At most so many bytes of what zlib packed."""
    return zlib.decompressobj().decompress(content, most)
