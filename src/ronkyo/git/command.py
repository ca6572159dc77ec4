"""The commands `ronkyo git …`: what Git itself calls, and what tells it to."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ronkyo.errors import UserError
from ronkyo.project import Project

MARKER_SIZE = 7  # of Git's conflict markers; in a merge of bases, as of a criss-cross, they are longer


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    git = commands.add_parser("git", help="a merge driver for dvc.lock, a pre-commit hook, a comment")
    git.set_defaults(run=lambda directory: git.print_help() or 0)
    actions = git.add_subparsers(metavar="ACTION")
    install = actions.add_parser("install", help="set both up in this clone, and say what was done and how to undo it")
    install.set_defaults(run=_install)
    lock = actions.add_parser("merge-lock", help="what Git calls to merge dvc.lock, stage by stage")
    for name, text in ("base", "%%O"), ("ours", "%%A, where the merge is written"), ("theirs", "%%B"):
        lock.add_argument(name, type=Path, metavar=name.upper(), help=text)
    lock.add_argument("place", metavar="PATH", help="%%P, how the file is called")
    lock.add_argument("size", type=int, nargs="?", default=MARKER_SIZE, metavar="SIZE", help="%%L, of conflict markers")
    lock.set_defaults(run=_merge_lock)
    commit = actions.add_parser(
        "pre-commit", help="what Git calls before a commit: lint and currency of what is staged"
    )
    commit.set_defaults(run=_pre_commit)
    comment = actions.add_parser(
        "comment", help="a file as the comment on the pull request that GitHub Actions runs for"
    )
    comment.add_argument("file", type=Path, metavar="FILE.md", help="its text; an earlier comment is edited")
    comment.set_defaults(run=_comment)


def _install(directory: Path) -> int:
    from ronkyo.git import hooks

    print("\n".join(hooks.install(Project.find(directory))))
    return 0


def _merge_lock(base: Path, ours: Path, theirs: Path, place: str, size: int, directory: Path) -> int:
    """Exit status 1 for a conflict that a person must solve: Git's own, with its markers."""
    from ronkyo import files
    from ronkyo.git.merge import merge

    paths = [directory / path for path in (base, ours, theirs)]
    try:
        contents = [path.read_bytes() for path in paths]
    except OSError as error:
        raise UserError(f"{error.filename}: expected a file that can be read, found: {error.strerror}") from None
    try:
        done = merge(contents[0], contents[1], contents[2], place)
    except UserError as error:
        print(f"{error}; {place} is left as Git merges a text", file=sys.stderr)
        names = ("-L", "ours", "-L", "base", "-L", "theirs")
        subprocess.run(
            ["git", "merge-file", "-q", f"--marker-size={size}", *names, paths[1], paths[0], paths[2]], check=False
        )
        return 1
    files.write_text(paths[1], done.text)
    if size <= MARKER_SIZE:
        print("\n".join(_listing(place, done.again)), file=sys.stderr)
    return 0


def _listing(place: str, again: Mapping[str, list[str]]) -> list[str]:
    from ronkyo.errors import counted, few
    from ronkyo.git.merge import MOST_NAMED

    if not again:
        return [f"{place}: merged stage by stage; none must run again for it"]
    return [
        f"{place}: merged stage by stage; {counted(len(again), 'stage')} must run again (`ronkyo repro`):",
        *(f"  {name}: {few(reasons, MOST_NAMED)}" for name, reasons in again.items()),
    ]


def _pre_commit(directory: Path) -> int:
    """Exit status 1, which stops the commit, where something is found."""
    from ronkyo.git import staged

    try:
        found = staged.findings(Project.find(directory))
    except UserError as error:
        found = [str(error)]
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print("the commit is stopped; `git commit --no-verify` makes it all the same", file=sys.stderr)
    return int(bool(found))


def _comment(file: Path, directory: Path) -> int:
    from ronkyo.git.comment import PullRequest

    try:
        text = (directory / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: expected a text, found {error}") from error
    print(f"comment: {PullRequest.of(os.environ).put(text)}")
    return 0
