"""What determines a run, and its digest: two runs with the same key are the same run."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import ronkyo
from ronkyo import imports, pins, versions
from ronkyo.errors import UserError
from ronkyo.imports import Reached
from ronkyo.project import Project
from ronkyo.store import code


class VersionError(UserError):
    """Another version of a library is installed than the lock says."""


class ChangedError(UserError):
    """A run was computed from something else than what its key says."""


@dataclass(frozen=True)
class Parts:
    """Everything that a run is a function of. The variant's name and the number of seeds are not among it."""

    code: dict[str, str]  # digests of the definitions that it reaches, by dotted name
    parameters: Any  # the variant's settings, as plain values
    seed: int
    data: dict[str, str]  # digests of the experiment's arrays, and of files that its code names, by file
    versions: dict[str, str]  # of Python, and of the libraries that its code imports, as they are installed
    numerics: str  # the numerical baseline

    @cached_property
    def key(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, allow_nan=False).encode()).hexdigest()

    def of_seed(self, seed: int) -> Parts:
        return replace(self, seed=seed)


def determine(project: Project, experiment: str, training: Any, numerics: str) -> tuple[Parts, dict[str, str]]:
    """What determines the run of seed 0 of a variant, and the texts of its code by their digests.

    training: the variant's settings. Raises VersionError, or CodeError of code that cannot be read."""
    reached, closure, data = _content(project, experiment, training)
    parts = Parts(
        code=reached.digests,
        parameters=training.model_dump(mode="json"),
        seed=0,
        data=data,
        versions={"python": ".".join(platform.python_version_tuple()[:2])} | _installed(project, closure),
        numerics=numerics,
    )
    return parts, {digest: reached.texts[name] for name, digest in reached.digests.items()}


def expect_same(project: Project, experiment: str, training: Any, parts: Parts) -> None:
    """Raises ChangedError where the code or the data on disk are no longer those of the parts."""
    reached, _, data = _content(project, experiment, training)
    for found, expected in (reached.digests, parts.code), (data, parts.data):
        if changed := sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)):
            raise ChangedError(f"{changed[0]}: changed while it was to be computed; run it again")


def _content(project: Project, experiment: str, training: Any) -> tuple[code.Code, Reached, dict[str, str]]:
    """The code that a run reaches, what that imports, and the digests of its data."""
    module = f"{project.manifest.package}.experiments.{experiment}.train"
    tops = {entry.stem: project.source for entry in project.packages}
    tops.setdefault("ronkyo", Path(ronkyo.__file__).parents[1])
    reached, closure = code_of(module, type(training), tops)
    arrays = {file.name: file for file in project.data_folder(experiment).glob("*.npy")}
    named = {_shown(file, tops): file for file in closure.files if file.suffix != ".py"}
    return reached, closure, {name: _digest(file, *_state(file)) for name, file in sorted((arrays | named).items())}


def code_of(module: str, kind: type, tops: Mapping[str, Path]) -> tuple[code.Code, Reached]:
    """What an experiment's train.py and its settings' class reach in the packages {name: folder around it}: definitions,
    and files that these can import. Raises CodeError."""
    roots = (f"{module}.train", f"{kind.__module__}.{kind.__qualname__}")
    packages = [folder / name for name, folder in tops.items()]
    packages = [package if package.is_dir() else package.with_suffix(".py") for package in packages]
    sources = sorted(file for entry in packages for file in (entry.rglob("*.py") if entry.is_dir() else [entry]))
    return _code(roots, tuple(packages), tuple((file, *_state(file)) for file in sources))


@cache
def _code(roots: tuple[str, ...], packages: tuple[Path, ...], _: object) -> tuple[code.Code, Reached]:
    """What is found of the roots as long as no source file changes, whose states are the last argument."""
    tops = {entry.stem: entry.parent for entry in packages}
    files = {tops[root.partition(".")[0]].joinpath(*root.split(".")[:-1]).with_suffix(".py") for root in roots}
    closure = imports.closure(files, packages)
    return code.reached(roots, tops, closure.files), closure


def _installed(project: Project, closure: Reached) -> dict[str, str]:
    """{distribution: version} as installed, checked against the lock but for the build ("+cpu")."""
    found = versions.installed(closure.modules - {"ronkyo"}, closure.names - {"ronkyo"})
    pinned = pins.read(project.requirements_file)
    for name, version in found.items():
        expected = [text.partition("+")[0] for text in pinned.get(name, version).split(" or ")]
        if version.partition("+")[0] not in expected:
            lock = project.relative(project.requirements_file)
            message = f"{lock}: {name}: expected {pinned[name]}, found {version} installed"
            raise VersionError(f"{message}; `pip install -r {lock}` installs what the lock says")
    return found


def _shown(file: Path, tops: Mapping[str, Path]) -> str:
    """From the folder of sources, wherever that lies."""
    return next(file.relative_to(top).as_posix() for top in tops.values() if file.is_relative_to(top))


def _state(file: Path) -> tuple[int, int]:
    stat = file.stat()
    return stat.st_mtime_ns, stat.st_size


@cache
def _digest(file: Path, changed: int, size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
