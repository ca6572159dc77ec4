"""The merge driver of dvc.lock and the pre-commit hook, set up in a clone."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from ronkyo import files, lock
from ronkyo.project import MANIFEST, Project
from ronkyo.repository import Repository

DRIVER = "merge.ronkyo-lock"
ATTRIBUTE = f"{lock.FILE} merge=ronkyo-lock"
HEAD = "#!/bin/sh\n# Written by `ronkyo git install`.\n"


def install(project: Project) -> list[str]:
    """A line for each thing that is done, or was there already, and how to undo it. Raises GitError."""
    top = top_folder(Repository(project.root))
    return [_install_driver(project), _install_attribute(project), *_install_hook(project, top)]


def top_folder(git: Repository) -> Path:
    """Raises GitError."""
    return _path(git, "--show-toplevel")


def _path(git: Repository, *arguments: str) -> Path:
    return Path(git.text("rev-parse", *arguments).removesuffix("\n"))


def _install_driver(project: Project) -> str:
    python = shlex.quote(sys.executable).replace("%", "%%")
    command = (
        f"if {_is_there(python)}; then {python} -P -m ronkyo.cli git merge-lock %O %A %B %P %L; "
        f"else {_missing(python, 'dvc.lock is merged as a text')}; git merge-file -q --marker-size=%L %A %O %B; fi"
    )
    for key, value in ("name", "dvc.lock stage by stage, by ronkyo"), ("driver", command):
        Repository(project.root).run("config", "--local", f"{DRIVER}.{key}", value)
    return f"git config {DRIVER}: the merge driver of this clone (undo: git config --remove-section {DRIVER})"


def _install_attribute(project: Project) -> str:
    file = project.root / ".gitattributes"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    if ATTRIBUTE in text.splitlines():
        return f"{file.name}: has `{ATTRIBUTE}`"
    end = "" if text.endswith("\n") or not text else "\n"
    files.write_text(file, f"{text}{end}{ATTRIBUTE}\n")
    return f"{file.name}: `{ATTRIBUTE}` added; commit it (undo: remove the line)"


def _install_hook(project: Project, top: Path) -> list[str]:
    """A hook of others is theirs to change, and so is a folder of hooks outside the repository."""
    line = hook_line(project.root.relative_to(top).as_posix())
    git = Repository(top)
    hooks = _path(git, "--path-format=absolute", "--git-path", "hooks")
    common = _path(git, "--path-format=absolute", "--git-common-dir")
    file = hooks / "pre-commit"
    text = file.read_text(encoding="utf-8", errors="surrogateescape") if file.exists() else ""
    if line in text.splitlines():
        return [f"{file}: has the hook"]
    own = text.startswith(HEAD) or not text
    if not own or not any(hooks.is_relative_to(folder) for folder in (top, common)):
        why = "a hook of yours" if text else "a folder that other repositories use, too"
        return [f"{file}: {why}, left as it is; this line in it checks what is staged:", f"  {line}"]
    kept = [old for old in text.splitlines() if old and old not in HEAD.splitlines() and not _same_project(old, line)]
    files.write_text(file, HEAD + "\n".join([*kept, line]) + "\n")
    file.chmod(0o755)
    return [f"{file}: checks what is staged before each commit (undo: remove its line)"]


def hook_line(folder: str) -> str:
    """One line of a shell script, run in the repository's top folder: nothing where the branch has no such project, a
    word where ronkyo is gone."""
    python, place = shlex.quote(sys.executable), shlex.quote(folder)
    return (
        f"if ! test -f {place}/{MANIFEST}; then :; elif {_is_there(python)}; "
        f"then {python} -P -m ronkyo.cli -C {place} git pre-commit || exit 1; "
        f"else {_missing(python, 'nothing is checked before this commit')}; fi"
    )


def _same_project(old: str, line: str) -> bool:
    """Whether a line of a hook was made for the same folder, by another Python."""
    return old.partition(";")[0] == line.partition(";")[0]


def _is_there(python: str) -> str:
    return f"{python} -P -c 'import ronkyo.git' 2>/dev/null"


def _missing(python: str, so: str) -> str:
    advice = shlex.quote(f"(`ronkyo git install` sets it up anew): {so}")
    return f"echo 'ronkyo is gone from' {python} {advice} >&2"
