"""A project's Git repository, asked by Git's own commands."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ronkyo.errors import UserError


class GitError(UserError):
    """What Git says when it cannot do what is asked."""


@dataclass(frozen=True)
class Repository:
    """Paths are from `root`, which may be a folder of the repository."""

    root: Path

    def run(self, *arguments: str, content: bytes | None = None) -> bytes:
        """What a git command prints; content: its standard input. Raises GitError."""
        command = ["git", "-c", "core.quotePath=false", *arguments]
        try:
            done = subprocess.run(command, cwd=self.root, input=content, capture_output=True, check=False)
        except OSError as error:
            raise GitError(f"git: expected the program, found: {error.strerror}") from None
        if done.returncode:
            told = " ".join(done.stderr.decode(errors="replace").split()) or f"exit status {done.returncode}"
            raise GitError(f"git {arguments[0]}: {told}")
        return done.stdout

    def text(self, *arguments: str, content: str | None = None) -> str:
        """The same as text, in which names that are no UTF-8 stay what they are. Raises GitError."""
        given = None if content is None else content.encode(errors="surrogateescape")
        return self.run(*arguments, content=given).decode(errors="surrogateescape")

    # -- nothing where Git cannot tell --------------------------------------------------------------------------------

    def lines(self, *arguments: str) -> list[str]:
        """What a git command prints."""
        return (self._asked(*arguments) or b"").decode(errors="replace").splitlines()

    def head(self) -> str:
        """The full hash of HEAD; "" where there is no commit."""
        return "".join(self.lines("rev-parse", "-q", "--verify", "HEAD"))

    @property
    def is_shallow(self) -> bool:
        return self.lines("rev-parse", "--is-shallow-repository") == ["true"]

    def content(self, revision: str, path: str) -> bytes | None:
        """Of a file at a revision."""
        return self._asked("show", f"{revision}:./{path}")

    def has(self, revision: str, *paths: str) -> bool:
        """Whether files and folders are as they are at a revision."""
        return self._asked("diff", "--quiet", revision, "--", *paths) is not None

    def blobs(self, revision: str) -> dict[str, str]:
        """Of all files at a revision: path -> hash."""
        entries = (self._asked("ls-tree", "-r", "-z", revision) or b"").decode(errors="replace").split("\0")
        return {path: told.split()[2] for told, _, path in (entry.partition("\t") for entry in entries) if path}

    def blob(self, content: bytes) -> str:
        """The hash under which Git keeps a content, in a repository of this kind."""
        kind = hashlib.sha256 if self.lines("rev-parse", "--show-object-format") == ["sha256"] else hashlib.sha1
        return kind(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

    def _asked(self, *arguments: str) -> bytes | None:
        try:
            return self.run(*arguments)
        except GitError:
            return None
