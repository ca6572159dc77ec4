"""A folder in which a project's stages find what dvc.yaml declares, and nothing else."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

import ronkyo
from ronkyo import numerics, params
from ronkyo.errors import UserError
from ronkyo.numerics import Choice
from ronkyo.project import Project
from ronkyo.repository import GitError, Repository

NEEDED = ("dvc.yaml", "params.yaml", "versions.yaml", "pyproject.toml", "requirements.lock")
CONFIG = "[core]\n    analytics = false\n    check_update = false\n    no_scm = true\n[cache]\n    dir = cache\n"
HERE = Path(__file__).parent


class ReplayError(UserError):
    """What cannot be replayed: where, what was expected, what was found."""


@dataclass(frozen=True)
class Clone:
    """given: the project as committed, which nothing changes; project: what runs; opened: lists of what stages open.

    All of it is below `folder`, also what stages write for the moment."""

    folder: Path
    given: Project
    project: Project
    opened: Path

    def environment(self) -> dict[str, str]:
        """Of a stage: an empty store and cache, this Python, nothing that the user's shell says of a numerical baseline."""
        taken = (*numerics.environment("portable"), "RONKYO_STORE", "RONKYO_CLUSTER")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DVC_") and name not in taken}
        engine = Path(ronkyo.__file__).parents[1]
        own = self.project.root / "src"
        sources = [str(self.folder / "hook"), str(own if (own / "ronkyo").is_dir() else engine)]
        return kept | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
            "PYTHONPATH": os.pathsep.join(sources),
            "RONKYO_STORE": str(self.folder / "store"),
            "RONKYO_OPENED": str(self.opened),
            "TMPDIR": str(self.folder / "tmp"),
            "DVC_SITE_CACHE_DIR": str(self.folder / "dvc"),
            "DVC_NO_ANALYTICS": "1",
        }

    def give(self, files: Iterable[str]) -> None:
        """Put committed files into the clone."""
        for file in files:
            target = self.project.root / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.given.root / file, target, follow_symlinks=False)


@contextmanager
def cloned(project: Project, workspace: bool = False, choice: Choice | None = None) -> Iterator[Clone]:
    """A clone of HEAD's files, or of the workspace's that Git does not ignore; gone when the block ends, however it ends.

    choice: another numerical baseline than params.yaml has. Raises ReplayError where there is no repository."""
    folder = Path(tempfile.mkdtemp(prefix="ronkyo-replay-")).resolve()
    try:
        for name in ("given", "clone/.dvc", "hook", "opened", "tmp"):
            (folder / name).mkdir(parents=True)
        (_copy if workspace else _extract)(project.root, folder / "given")
        shutil.copy(HERE / "hook.py", folder / "hook" / "sitecustomize.py")
        shutil.copy(HERE / "inside.py", folder / "hook")
        (folder / "clone/.dvc/config").write_text(CONFIG, encoding="utf-8")
        given, own = (_moved(project, folder / name) for name in ("given", "clone"))
        if not given.pipeline_file.is_file():
            raise ReplayError(f"{given.pipeline_file.name}: expected it among the committed files, found none")
        clone = Clone(folder, given, own, folder / "opened")
        clone.give(declared(given))
        if project.downloads.is_dir():  # as a user has them
            shutil.copytree(project.downloads, own.downloads)
        if choice:
            _choose(own.params_file, choice)
        yield clone
    finally:
        _remove(folder)


def _moved(project: Project, root: Path) -> Project:
    return replace(project, root=root, source=root / project.source.relative_to(project.root))


def _extract(root: Path, folder: Path) -> None:
    """HEAD's files below `root`."""
    archive = _printed(root, "archive", "--format=tar", "HEAD")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="tar")


def _copy(root: Path, folder: Path) -> None:
    names = _printed(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").decode().split("\0")
    for name in filter(None, names):
        if os.path.lexists(root / name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name, follow_symlinks=False)


def _printed(root: Path, *arguments: str) -> bytes:
    try:
        return Repository(root).run(*arguments)
    except GitError as error:
        raise ReplayError(f"{root}: expected a Git repository with a commit, found: {error}") from None


def _choose(file: Path, choice: Choice) -> None:
    """Another `numerics` in params.yaml, all else as it is written."""
    text = file.read_text(encoding="utf-8")
    text, count = re.subn(r"^numerics:.*$", f"numerics: {choice}", text, flags=re.MULTILINE)
    file.write_text(text if count else f"numerics: {choice}\n{text}", encoding="utf-8")


def _remove(folder: Path) -> None:
    """Also where a process that was killed a moment ago still writes."""
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


# -- what dvc.yaml declares -------------------------------------------------------------------------------------------


def entries(project: Project) -> dict[str, dict[str, Any]]:
    """The entries of dvc.yaml by name; of a group, what it says of each of its stages."""
    document = params.read_document(project.pipeline_file, project.pipeline_file.name)
    return {name: entry.get("do", entry) for name, entry in document.get("stages", {}).items()}


def outputs(entry: Mapping[str, Any]) -> list[str]:
    listed = [out for kind in ("outs", "metrics", "plots") for out in entry.get(kind, [])]
    return [_pattern(out if isinstance(out, str) else next(iter(out))) for out in listed]


def inputs(entry: Mapping[str, Any]) -> list[str]:
    """Its files and folders, and the files of its parameters."""
    of_params = [file for item in entry.get("params", []) if isinstance(item, Mapping) for file in item]
    return [_pattern(dep) for dep in (*entry.get("deps", []), *of_params)]


def covers(pattern: str, file: str) -> bool:
    """Whether a path of dvc.yaml is the file, or a folder around it."""
    return fnmatchcase(file, pattern) or fnmatchcase(file, f"{pattern}/*")


def declared(given: Project) -> list[str]:
    """The committed files that a stage depends on and that no stage makes, those that DVC and stages read, and what makes
    packages of the folders around modules: without it, Python would look for them elsewhere."""
    stages = entries(given).values()
    made = [out for entry in stages for out in outputs(entry)]
    patterns = {dep for entry in stages for dep in inputs(entry) if not any(_overlap(dep, out) for out in made)}
    links = [file for file in given.root.rglob("*") if file.is_file() or file.is_symlink()]
    names = sorted(file.relative_to(given.root).as_posix() for file in links)
    chosen = [name for name in names if name in NEEDED or any(covers(pattern, name) for pattern in patterns)]
    folders = {folder for name in chosen if name.endswith(".py") for folder in PurePosixPath(name).parents}
    around = [str(folder / "__init__.py") for folder in folders]
    return sorted({*chosen, *(file for file in around if (given.root / file).is_file())})


def _pattern(path: str) -> str:
    """`${key}` stands for any name."""
    return re.sub(r"\$\{.*?\}", "*", path).rstrip("/")


def _overlap(first: str, second: str) -> bool:
    return covers(first, second) or covers(second, first)
