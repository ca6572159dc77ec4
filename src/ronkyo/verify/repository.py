"""A project's Git repository: what it keeps, asked without changing anything."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Repository:
    """Paths are from `root`, which may be a folder of the repository. Where Git cannot tell, there is nothing."""

    root: Path

    def lines(self, *arguments: str) -> list[str]:
        """What a git command prints."""
        return self._ask(*arguments).decode(errors="replace").splitlines()

    def head(self) -> str:
        """The full hash of HEAD; "" where there is no commit."""
        return "".join(self.lines("rev-parse", "-q", "--verify", "HEAD"))

    def content(self, revision: str, path: str) -> bytes | None:
        """Of a file at a revision."""
        done = self._run("show", f"{revision}:./{path}")
        return done.stdout if done and not done.returncode else None

    def blobs(self, revision: str) -> dict[str, str]:
        """Of all files at a revision: path -> hash."""
        entries = self._ask("ls-tree", "-r", "-z", revision).decode(errors="replace").split("\0")
        return {path: told.split()[2] for told, _, path in (entry.partition("\t") for entry in entries) if path}

    def blob(self, content: bytes) -> str:
        """The hash under which Git keeps a content, in a repository of this kind."""
        kind = hashlib.sha256 if self.lines("rev-parse", "--show-object-format") == ["sha256"] else hashlib.sha1
        return kind(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

    def _ask(self, *arguments: str) -> bytes:
        done = self._run(*arguments)
        return done.stdout if done and not done.returncode else b""

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
        command = ["git", "-c", "core.quotePath=false", *arguments]
        try:
            return subprocess.run(command, cwd=self.root, capture_output=True, check=False)
        except OSError:
            return None
