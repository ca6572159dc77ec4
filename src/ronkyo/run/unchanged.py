"""Whether nothing changed since `ronkyo repro` last had nothing to do, from what the file system tells, without DVC."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from stat import S_ISDIR

RECORD = "build/unchanged.json"
TICK = 0.1  # seconds; a change within one tick of a file system's clock may leave a file's times as they were


def since_last_time(root: Path) -> bool:
    """In any doubt, no."""
    try:
        record = json.loads((root / RECORD).read_text(encoding="utf-8"))
        return record["state"] == state(root, record["paths"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def remember(root: Path, paths: Sequence[str], is_up_to_date: Callable[[], bool]) -> None:
    """Record the paths' state, if all is up to date in it."""
    time.sleep(TICK)
    before = state(root, paths)
    if is_up_to_date() and state(root, paths) == before:
        from ronkyo import files  # loads numpy, which the question does not need

        files.write_json(root / RECORD, {"paths": paths, "state": before})


def state(root: Path, paths: Sequence[str]) -> str:
    """A digest of what the file system tells of the paths, from the root, of all that is in folders, and of the
    environment that DVC reads."""
    told = [(path, of(path)) for top in paths for path in _tree(os.path.join(root, top))]
    variables = sorted(item for item in os.environ.items() if item[0].startswith("DVC_"))
    return hashlib.sha256(json.dumps([told, variables]).encode()).hexdigest()


def of(path: str | Path) -> tuple[int, ...] | None:
    """What changes when a file does, of a folder only what it is; None where there is nothing."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    if S_ISDIR(stat.st_mode):
        return (stat.st_mode,)
    return stat.st_mode, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _tree(top: str) -> Iterator[str]:
    yield top
    for folder, folders, names in os.walk(top, followlinks=True):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (os.path.join(folder, name) for name in (*folders, *sorted(names)))
