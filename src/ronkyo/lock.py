"""dvc.lock as the stages say it, and the digests that it records, without DVC."""

from __future__ import annotations

import configparser
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pathspec import GitIgnoreSpec

from ronkyo import params
from ronkyo.errors import UserError

FILE = (
    Path("dvc.yaml").with_suffix(".lock").name
)  # written out, it would be a module of DVC, which code then depends on
FOLDER = ".dir"  # at the end of a folder's digest
IGNORED = (".git", ".hg/", ".dvc/")  # which DVC never looks at
EXPECTED = "expected what DVC writes (stages: NAME: cmd, deps, params, outs)"


class LockError(UserError):
    """A dvc.lock that is none: where, what was expected, what was found."""


@dataclass(frozen=True)
class Stage:
    """What a stage ran with and what came out. deps, outs: path from the project -> md5, with ".dir" at the end for a
    folder's; params: file -> key -> value."""

    name: str
    cmd: str | list[str]
    deps: Mapping[str, str]
    params: Mapping[str, Mapping[str, Any]]
    outs: Mapping[str, str]


@dataclass(frozen=True)
class Lock:
    """`document` is what the file says, in its order; `stages` the same, checked."""

    document: Mapping[str, Any]
    stages: Mapping[str, Stage]

    @staticmethod
    def read(file: Path) -> Lock:
        """Raises LockError."""
        try:
            return Lock.from_text(file.read_bytes(), file.name)
        except FileNotFoundError:
            raise LockError(f"{file.name}: expected a file, found nothing; run: ronkyo repro") from None
        except OSError as error:
            raise LockError(f"{file.name}: expected a file that can be read, found: {error.strerror}") from None

    @staticmethod
    def from_text(content: bytes, place: str) -> Lock:
        """place: how the file is called in errors. Raises LockError, or ParamsError for what is no YAML."""
        document = params.parse_document(content, place)
        entries = document.get("stages")
        if not isinstance(entries, dict):
            raise LockError(f"{place}: stages: {EXPECTED}, found {_shown(entries)}")
        return Lock(document, {str(name): _stage(str(name), entry, place) for name, entry in entries.items()})

    @property
    def outs(self) -> dict[str, str]:
        """Of all stages: path -> md5."""
        return {path: md5 for stage in self.stages.values() for path, md5 in stage.outs.items()}

    def upstream(self, name: str) -> list[str]:
        """The stages that make what a stage reads, all the way up, in the order of the file."""
        makers = Makers({other.name: other.outs for other in self.stages.values()})
        found: set[str] = set()
        waiting = [name]
        while waiting:
            new = {maker for path in self.stages[waiting.pop()].deps for maker in makers(path)} - found
            found |= new
            waiting += new
        return [other for other in self.stages if other in found - {name}]


class Makers:
    """Which stages make what lies at a path, in it or around it; none for what is a source."""

    def __init__(self, outs: Mapping[str, Iterable[str]]) -> None:
        """outs: stage -> paths of its outputs."""
        self._at: dict[str, str] = {}
        self._inside: dict[str, set[str]] = {}
        for stage, paths in outs.items():
            for path in paths:
                self._at[path] = stage
                for folder in _around(path):
                    self._inside.setdefault(folder, set()).add(stage)

    def __call__(self, path: str) -> set[str]:
        around = {self._at[folder] for folder in (path, *_around(path)) if folder in self._at}
        return around | self._inside.get(path, set())


def own_changes(old: Mapping[str, Stage], new: Mapping[str, Stage]) -> dict[str, bool]:
    """The stages of two locks that differ -> whether for a change of the project: of code, parameters, versions or data
    that no stage makes, in the stage itself or in one that made what it reads. False: the same gave other outputs, as
    it may on another machine."""
    names = [name for name in {**new, **old} if old.get(name) != new.get(name)]
    makers = Makers({name: [*stage.outs, *new.get(name, stage).outs] for name, stage in {**new, **old}.items()})
    own, waiting = set(), {}
    for name in names:
        before, after = old.get(name), new.get(name)
        if before is None or after is None or (before.cmd, before.params) != (after.cmd, after.params):
            own.add(name)
            continue
        changed = dict(before.deps.items() ^ after.deps.items())
        made = {path: makers(path).intersection(names) for path in changed}
        if all(made.values()):
            waiting[name] = set().union(*made.values())
        else:
            own.add(name)
    while downstream := {name for name, made in waiting.items() if name not in own and made & own}:
        own |= downstream
    return {name: name in own for name in names}


def _around(path: str) -> list[str]:
    """a/b/c -> [a, a/b]"""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _stage(name: str, entry: Any, place: str) -> Stage:
    where = f"{place}: stages.{name}"
    if not isinstance(entry, dict):
        raise LockError(f"{where}: {EXPECTED}, found {_shown(entry)}")
    cmd, read = entry.get("cmd", ""), entry.get("params", {})
    lines = cmd if isinstance(cmd, list) else [cmd]
    if not all(isinstance(line, str) for line in lines):
        raise LockError(f"{where}.cmd: expected a command, found {_shown(cmd)}")
    if not isinstance(read, dict) or not all(isinstance(values, dict) for values in read.values()):
        raise LockError(f"{where}.params: expected FILE: KEY: value, found {_shown(read)}")
    return Stage(name, cmd, _digests(entry, "deps", where), read, _digests(entry, "outs", where))


def _digests(entry: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    items = entry.get(key, [])
    if not isinstance(items, list):
        raise LockError(f"{where}.{key}: expected a list of path and md5, found {_shown(items)}")
    for item in items:
        if not isinstance(item, dict) or not all(isinstance(item.get(part), str) for part in ("path", "md5")):
            raise LockError(f"{where}.{key}: expected path and md5, found {_shown(item)}")
    return {item["path"].rstrip("/"): item["md5"] for item in items}


def _shown(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:60]}…"


# -- digests ----------------------------------------------------------------------------------------------------------


def digest(path: Path, root: Path | None = None) -> str:
    """What DVC records of a file or a folder; root: the folder whose .dvcignore says what of a folder is left out.
    Raises OSError."""
    return folder_digest(digests(path, root)) if path.is_dir() else _md5(path)


def digests(folder: Path, root: Path | None = None) -> dict[str, str]:
    """Of the files in a folder, path from the folder -> md5; root: as for `digest`. Raises OSError."""
    ignored = _ignored(root) if root else GitIgnoreSpec.from_lines(IGNORED)
    names = {file: file.relative_to(root or folder).as_posix() for file in _files(folder)}
    files = [file for file, name in names.items() if not ignored.match_file(name)]
    return {file.relative_to(folder).as_posix(): _md5(file) for file in files}


def folder_digest(files: Mapping[str, str]) -> str:
    """From the files in a folder, path from the folder -> md5: the md5 of their list as JSON, which is what DVC 3 keeps
    (dvc_data.hashfile.tree.Tree)."""
    entries = [{"md5": files[path], "relpath": path} for path in sorted(files)]
    return md5(json.dumps(entries).encode()) + FOLDER


def cache_folder(root: Path) -> Path:
    """DVC's cache of a project, which copies of it may share."""
    dvc = root / ".dvc"
    config = configparser.ConfigParser(interpolation=None)
    config.read([dvc / "config", dvc / "config.local"], encoding="utf-8")  # the second one's values count
    return (dvc / config.get("cache", "dir", fallback="cache")).resolve()


def cached(root: Path, md5: str) -> Path:
    """Where DVC's cache keeps a file, or the list of a folder."""
    return cache_folder(root) / "files" / "md5" / md5[:2] / md5[2:]


def forget_damaged(path: Path, root: Path) -> None:
    """Remove from DVC's cache what should be the file or the folder at the path and is not: DVC would put it there."""
    files = digests(path, root) if path.is_dir() else {"": _md5(path)}
    for digest in {*files.values(), *([folder_digest(files)] if path.is_dir() else [])}:
        kept = cached(root, digest)
        if kept.is_file() and _md5(kept) != digest.removesuffix(FOLDER):
            kept.unlink()


def md5(content: bytes) -> str:
    """As DVC records it of a file."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _md5(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _files(folder: Path) -> list[Path]:
    """All files below; a link to a folder is not followed, as by DVC."""
    return [file for file in folder.rglob("*") if file.is_file()]


def _ignored(root: Path) -> GitIgnoreSpec:
    file = root / ".dvcignore"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return GitIgnoreSpec.from_lines([*IGNORED, *lines])
