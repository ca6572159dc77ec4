"""Faults of the system as real as they come: small disks, limits, signals; and what they do to a copy of a small project."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import smallest

root_only = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None,
    reason="mounts need root on Linux",
)


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    errors: str

    @property
    def lines(self) -> list[str]:
        """On the error stream."""
        return self.errors.splitlines()


@dataclass(frozen=True)
class Copy:
    """A project that a test may break."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *command: str, **options) -> subprocess.Popen[str]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        around = {"cwd": self.root, "env": smallest.environment() | self.environment, "preexec_fn": heed_signals}
        return subprocess.Popen(command, text=True, **(pipes | around | options))

    def run(self, *words: str, before: str = "", stdout=subprocess.PIPE) -> Done:
        """`ronkyo WORDS`. before: what a shell does first, in a mount namespace of its own, so that its mounts pass."""
        command = [*smallest.RONKYO, *words]
        if before:
            command = ["unshare", "-m", "sh", "-ec", f'{before}\nexec "$@"', "sh", *command]
        return ended(self.start(*command, stdout=stdout))

    def change(self, file: str, old: str, new: str) -> None:
        smallest.change(self.root, old, new, file)

    def make_stale(self) -> None:
        """Other data: everything is out of date."""
        self.change("params.yaml", "noise: 0.5", "noise: 0.6")

    def contents(self) -> dict[str, bytes]:
        """Of all outputs, and dvc.lock; names alone of what nobody should leave behind."""
        places = [self.root / name for name in ("data", "runs", "reports", "dvc.lock")]
        files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
        return {str(file.relative_to(self.root)): file.read_bytes() for file in files if file.is_file()}


def heed_signals() -> None:
    """Also where the tests run in the background, or by nohup."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def ended(process: subprocess.Popen[str], seconds: float = 120) -> Done:
    out, errors = process.communicate(timeout=seconds)
    return Done(process.returncode, out or "", errors or "")


def small_disk(folder: str, room: int) -> str:
    """For `before`: a file system with the folder's content on it, and so many free bytes (in whole pages of 4096)."""
    pages = -(-room // 4096)
    return (
        f"cp -a {folder} ../kept; mount -t tmpfs -o size=64m tmpfs {folder}; cp -a ../kept/. {folder}; rm -r ../kept\n"
        f"used=$(df -B4096 --output=used {folder} | tail -1)\n"
        f"mount -o remount,size=$(((used + {pages}) * 4096)) {folder}"
    )


def read_only(folder: str) -> str:
    """For `before`."""
    return f'mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}; cd "$PWD"'


def expect_one_line(done: Done, *words: str) -> str:
    """The last line on the error stream tells of the fault; other lines are those of stages that ended well, or of one that
    ended at the same time with the same fault."""
    assert done.status == 1, done.out + done.errors
    assert "Traceback" not in done.errors
    *others, line = done.lines
    ended_well = (" s", "computed", "from the store", "about a minute")
    assert all(other.endswith((*ended_well, line.partition(": ")[2])) for other in others), done.errors
    for word in words:
        assert word in line
    return line


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
