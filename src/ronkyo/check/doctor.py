"""`ronkyo doctor`: what this machine lacks, or has otherwise than the project was made with; a line each, with the cure."""

from __future__ import annotations

import locale
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from platformdirs import user_cache_path

from ronkyo import numerics, pins, system
from ronkyo.errors import UserError, told
from ronkyo.project import NoProject, Project
from ronkyo.store import Store
from ronkyo.typeset import fonts

PYTHON = ((3, 11), (3, 14))
ROOM = 500 << 20  # bytes: a report with its runs, several times
SHOWN = 3  # versions that differ, by name


def findings(start: Path) -> Iterator[str]:
    """Of the project around a folder, or of the machine alone where there is none."""
    try:
        project = Project.find(start)
    except NoProject:
        project = None
    for look in (_python, _libraries, _git, _fonts, _locale, _shared_memory):
        yield from _guarded(look)
    folders = {"cache": user_cache_path("ronkyo", appauthor=False), "temporary files": Path(tempfile.gettempdir())}
    if project:
        yield from _guarded(lambda: _versions(project))
        yield from _guarded(lambda: _processor(project))
        folders |= {"project": project.root, "reports": project.reports, "store": Store.of(project).folder}
    for name, folder in folders.items():
        yield from _guarded(lambda name=name, folder=folder: _room(name, folder))


def _guarded(look: Callable[[], Iterator[str]]) -> Iterator[str]:
    """What a look itself stumbles over is a finding."""
    try:
        yield from look()
    except (UserError, OSError) as error:
        yield told(error) or str(error)


def _python() -> Iterator[str]:
    low, high = (".".join(map(str, pair)) for pair in PYTHON)
    if not PYTHON[0] <= sys.version_info[:2] <= PYTHON[1]:
        yield f"python: expected {low} to {high}, found {sys.version.split()[0]}; make PYTHON=python{high} report"


def _libraries() -> Iterator[str]:
    if absent := system.missing("venv"):
        yield f"libraries: {system.lacking(absent)}"


def _git() -> Iterator[str]:
    if shutil.which("git") is None:
        packages = {"git": ("git", "git")}
        yield f"git: {system.lacking(packages)}"


def _fonts() -> Iterator[str]:
    """They are built when they are first used; here only what they are built from is looked at."""
    fonts.sources()
    return iter(())


def _locale() -> Iterator[str]:
    if sys.flags.utf8_mode == 0 and locale.getpreferredencoding(False).upper() not in ("UTF-8", "UTF8"):
        yield f"locale: expected UTF-8, found {locale.getpreferredencoding(False)}; export LC_ALL=C.UTF-8"


def _shared_memory() -> Iterator[str]:
    place = Path("/dev/shm")
    if sys.platform == "linux" and not (place.is_dir() and os.access(place, os.W_OK)):
        yield f"{place}: expected a folder that can be written, which torch's loaders use; mount -t tmpfs tmpfs {place}"


def _versions(project: Project) -> Iterator[str]:
    """Against requirements.lock; what is not installed here may be for another machine or purpose."""
    differing = []
    for name, pinned in pins.read(project.requirements_file).items():
        try:
            found = version(name).partition("+")[0]
        except PackageNotFoundError:
            continue
        if found not in pinned.split(" or "):
            differing.append(f"{name} {found} ({pinned})")
    if differing:
        more = f" and {len(differing) - SHOWN} more" if len(differing) > SHOWN else ""
        cure = f"pip install --no-deps --require-hashes -r {project.requirements_file.name}"
        yield f"versions: expected those of the lock, found {', '.join(differing[:SHOWN])}{more}; {cure}"


def _processor(project: Project) -> Iterator[str]:
    baseline = numerics.name(project.numerics)
    if " without " in baseline:
        yield f"processor: expected the portable baseline, found {baseline}; its numbers are its own: see docs/numerics.md"


def _room(name: str, folder: Path) -> Iterator[str]:
    """The nearest folder that is there decides."""
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    cure = "; XDG_CACHE_HOME chooses another" if name == "cache" else ""
    if not os.access(there, os.W_OK):
        yield f"{name}: {there}: expected a folder that can be written, found none{cure}"
    elif (free := shutil.disk_usage(there).free) < ROOM:
        yield f"{name}: {there}: expected {ROOM:,} bytes of room, found {free:,}{cure}"
