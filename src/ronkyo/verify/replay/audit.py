"""Files that stages open and do not declare, from the lists that hook.py writes."""

from __future__ import annotations

import os
import re
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import ronkyo
from ronkyo import lock
from ronkyo.project import Project
from ronkyo.verify.replay import clone as clones
from ronkyo.verify.replay.clone import Clone

# Of every stage: what DVC and the engine read themselves, and what they write.
ENGINE_S = (*clones.NEEDED, lock.FILE, "build", ".dvc", "data/downloads")
SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/lib64", "/bin", "/sbin", "/run", "/opt", "/nix", "/snap")
SYSTEM += ("/System", "/Library", "/var/cache", "/var/lib")
HOME_S = (".cache", ".config", ".local", ".fonts", ".matplotlib", ".gitconfig", ".python_history")  # libraries' own


class Undeclared(NamedTuple):
    """A file that a stage opened; inside: it is one of the project, which then stands relative to its root."""

    file: str
    stages: tuple[str, ...]
    inside: bool


def undeclared(clone: Clone, original: Project) -> list[Undeclared]:
    """In the project: files that the stage does not declare, also where it did not find them in the clone. Outside: what is
    neither Python's, nor the system's, nor a cache."""
    found: dict[tuple[str, bool], set[str]] = {}
    entries, usual, roots = clones.entries(clone.given), _usual(clone), (clone.project.root, original.root)
    for stage, path in _opened(clone):
        if path.startswith(usual):
            continue
        root = next((root for root in roots if path.startswith(f"{root}{os.sep}")), None)
        name = path if root is None else Path(path).relative_to(root).as_posix()
        if root is None:
            named = Path(path).is_file()
        else:  # what is nowhere was only looked for, and what is empty says nothing
            here = [place / name for place in (clone.given.root, original.root) if (place / name).is_file()]
            named = any(file.stat().st_size for file in here)
            named = named and (root == original.root or not _allowed(entries, stage, name, clone))
        if named:
            found.setdefault((name, root is not None), set()).add(stage)
    return [Undeclared(name, tuple(sorted(stages)), inside) for (name, inside), stages in sorted(found.items())]


def _opened(clone: Clone) -> Iterator[tuple[str, str]]:
    """(stage, file) of all processes that a stage started; a module's bytecode stands for the module."""
    for listing in sorted(clone.opened.glob("*.txt")):
        stage, *paths = listing.read_text(encoding="utf-8").splitlines()
        for path in paths if stage else ():
            yield stage, re.sub(r"__pycache__/(\w+)\.[^/]*\.pyc(\.\d+)?$", r"\1.py", path)


def _allowed(entries: dict[str, dict], stage: str, file: str, clone: Clone) -> bool:
    """What runs besides the stages may read what any of them declares."""
    name = stage.partition("@")[0]
    of_stage = [entries[name]] if name in entries else entries.values()
    own = [path for entry in of_stage for path in (*clones.inputs(entry), *clones.outputs(entry))]
    own += ENGINE_S
    return "__pycache__" in file or _is_settings(file, clone) or any(clones.covers(path, file) for path in own)


def _is_settings(file: str, clone: Clone) -> bool:
    """params.yaml is checked as a whole, so by the settings of every experiment."""
    experiments = clone.project.experiments_folder.relative_to(clone.project.root).as_posix()
    return file.startswith(f"{experiments}/") and file.endswith(("/settings.py", "/__init__.py"))


def _usual(clone: Clone) -> tuple[str, ...]:
    """How paths begin of what is Python's, the system's, caches and settings of libraries, and of the replay itself."""
    python = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values(), *site.getsitepackages()]
    caches = [os.environ[name] for name in ("XDG_CACHE_HOME", "MPLCONFIGDIR", "NUMBA_CACHE_DIR") if name in os.environ]
    ours = [clone.folder / name for name in ("hook", "tmp", "store", "opened", "dvc")]
    engine = [] if (clone.project.root / "src" / "ronkyo").is_dir() else [Path(ronkyo.__file__).parent]
    places = [*python, *caches, *SYSTEM, *ours, *engine, *(Path.home() / name for name in HOME_S)]
    return tuple({f"{path}{os.sep}" for place in places for path in (place, os.path.realpath(place))})
