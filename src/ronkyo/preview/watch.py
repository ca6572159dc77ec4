"""Which files changed, as soon as they did."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

from watchfiles import awatch

QUIET = 10  # ms without a further change, after which what was written is looked at
AT_MOST = 100  # ms, where changes do not end
LOOK = 500  # ms after which it is asked whether the sources are others


async def changes(sources: Callable[[], list[Path]], stop: asyncio.Event) -> AsyncIterator[set[Path]]:
    """What changed of the sources, files and whole folders, until `stop`; they may change, too. Once more after other
    folders are looked at, maybe with nothing, since what changed in between is not seen: of code it is told."""
    while not stop.is_set():
        known = sources()
        watched = _folders(known)
        code = _code(watched)
        async for batch in awatch(
            *watched,
            recursive=False,
            step=QUIET,
            debounce=AT_MOST,
            stop_event=stop,
            rust_timeout=LOOK,
            yield_on_timeout=True,
        ):
            changed = {Path(path) for _, path in batch}
            if seen := {path for path in changed if _counts(path, known)}:
                yield seen
            if sources() != known or (changed and (changed & watched or _folders(known) != watched)):
                break  # other sources, a folder that was put in the place of one, or a new one
        yield {file for file, when in _code(watched).items() if code.get(file) != when}


def _folders(sources: list[Path]) -> set[Path]:
    """All in which a change may be seen; for what is not there, the nearest that is."""
    named = set(sources)
    folders: set[Path] = set()
    for source in sources:
        while not source.is_dir():
            source = source.parent
        folders.add(source)
        if source in named:
            folders |= {
                Path(folder) for folder, _, _ in os.walk(source) if "/." not in folder.removeprefix(str(source))
            }
    return folders


def _code(folders: set[Path]) -> dict[Path, int]:
    """When each file of code was written."""
    return {file: file.stat().st_mtime_ns for folder in folders for file in folder.glob("*.py") if file.is_file()}


def _counts(path: Path, sources: Iterable[Path]) -> bool:
    """No name of an editor or of an unfinished write."""
    if path.name.startswith((".", "#")) or path.name.endswith(("~", ".tmp", ".swp")):
        return False
    return any(source == path or source in path.parents or path in source.parents for source in sources)
