"""What determines a run, and its digest: two runs with the same key are the same run."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import ronkyo
from ronkyo import imports, pins, versions
from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.store import code


class VersionError(UserError):
    """Another version of a library is installed than the lock says."""


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
        return hashlib.sha256(json.dumps(asdict(self), allow_nan=False).encode()).hexdigest()

    def of_seed(self, seed: int) -> Parts:
        return replace(self, seed=seed)


def determine(project: Project, experiment: str, training: Any, numerics: str) -> tuple[Parts, dict[str, str]]:
    """What determines the run of seed 0 of a variant, and the texts of its code by their digests.

    training: the variant's settings. Raises VersionError, or CodeError of code that cannot be read."""
    module = f"{project.manifest.package}.experiments.{experiment}.train"
    tops = {entry.stem: project.source for entry in project.source.glob("[!_.]*")}
    tops.setdefault("ronkyo", Path(ronkyo.__file__).parents[1])
    reached, closure = code_of(module, type(training), tops)
    read = [*project.data_folder(experiment).glob("*.npy"), *(file for file in closure.files if file.suffix != ".py")]
    parts = Parts(
        code=reached.digests,
        parameters=training.model_dump(mode="json"),
        seed=0,
        data={project.relative(file): _content(file) for file in sorted(read)},
        versions={"python": ".".join(platform.python_version_tuple()[:2])} | _installed(project, closure),
        numerics=numerics,
    )
    return parts, {digest: reached.texts[name] for name, digest in reached.digests.items()}


def code_of(module: str, kind: type, tops: dict[str, Path]) -> tuple[code.Code, imports.Reached]:
    """What an experiment's train.py and its settings' class reach in the packages {name: folder around it}: definitions,
    and files that these can import."""
    folder = tops[module.partition(".")[0]].joinpath(*module.split(".")[:-1])
    files = [file for part in ("train", "settings") if (file := folder / f"{part}.py").is_file()]
    closure = imports.closure(files, [tops[name] / name for name in tops])
    roots = (f"{module}.train", f"{kind.__module__}.{kind.__qualname__}")
    return code.reached(roots, tops, closure.files), closure


def _installed(project: Project, closure: imports.Reached) -> dict[str, str]:
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


def _content(file: Path) -> str:
    stat = file.stat()
    return _digest(file, stat.st_mtime_ns, stat.st_size)


@cache
def _digest(file: Path, changed: int, size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
