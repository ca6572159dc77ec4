"""Completion in the shells themselves: commands, options, names of the project."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ronkyo.editors import completion

SOURCE = Path(__file__).parents[2] / "src"
BASH = """
source {script}
COMP_LINE={line!r}; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9; COMP_WORDS=($COMP_LINE); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_python_argcomplete ronkyo "${{COMP_WORDS[COMP_CWORD]}}" ronkyo
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
LINES = [
    ("ronkyo stag", ["stages"]),
    ("ronkyo runs p", ["prune", "pull", "push"]),
    ("ronkyo repro --single", ["--single-item"]),
    ("ronkyo completion z", ["zsh"]),
    ("ronkyo repro summ", ["summarize_least_squares"]),
    ("ronkyo decide momentum", ["momentum-needs-fewer-steps"]),
    ("ronkyo why least_squares.p", ["least_squares.plain"]),
]


@pytest.fixture
def environment(small, tmp_path):
    """In which `ronkyo` is this one."""
    binary = tmp_path / "bin" / "ronkyo"
    binary.parent.mkdir()
    binary.write_text(f'#!/bin/sh\nexec {sys.executable} -m ronkyo.cli "$@"\n')
    binary.chmod(0o755)
    path = f"{binary.parent}{os.pathsep}{os.environ['PATH']}"
    sources = os.pathsep.join(filter(None, [str(SOURCE), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PATH": path, "PYTHONPATH": sources, "HOME": str(tmp_path), "TERM": "xterm"}


def shell(name: str) -> str:
    return shutil.which(name) or pytest.skip(f"expected {name}, found none")


def script(name, tmp_path) -> Path:
    file = tmp_path / f"completion.{name}"
    file.write_text(completion.script(name))
    return file


def words(small, environment, *command):
    """What a shell printed: of each line the word, without what fish says of it."""
    done = subprocess.run(command, cwd=small.root, env=environment, capture_output=True, text=True, timeout=60)
    return sorted(line.partition("\t")[0].strip() for line in done.stdout.splitlines() if line.strip())


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_bash_completes(line, expected, small, environment, tmp_path):
    text = BASH.format(script=script("bash", tmp_path), line=line)
    assert words(small, environment, shell("bash"), "--norc", "-c", text) == expected


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_fish_completes(line, expected, small, environment, tmp_path):
    text = f"source {script('fish', tmp_path)}; complete -C '{line}'"
    assert words(small, environment, shell("fish"), "--no-config", "-c", text) == expected


@pytest.mark.parametrize(("line", "expected"), [LINES[0], LINES[4], LINES[5]])
def test_zsh_completes(line, expected, small, environment, tmp_path):
    """On a terminal, with the Tab key."""
    start = f"autoload -Uz compinit; compinit -u -D; source {script('zsh', tmp_path)}; echo re''ady\n"
    zsh = shell("zsh")
    process, terminal = pty.fork()
    if not process:
        os.chdir(small.root)
        os.execve(zsh, ["zsh", "-f", "-i"], environment)
    try:
        os.write(terminal, start.encode())
        read_until(terminal, "ready")
        os.write(terminal, f"{line}\t".encode())
        read_until(terminal, expected[0])
    finally:
        os.close(terminal)
        os.waitpid(process, 0)


def read_until(terminal: int, text: str, seconds: float = 30) -> None:
    """Raises AssertionError where the terminal does not show it."""
    shown, end = "", time.monotonic() + seconds
    while text not in shown:
        assert select.select([terminal], [], [], max(0, end - time.monotonic()))[0], shown
        shown += os.read(terminal, 4096).decode(errors="replace")


def test_outside_a_project_names_are_none_and_files_are_files(small, environment, tmp_path):
    (tmp_path / "mine.md").write_text("# Mine\n")
    for line, expected in ("ronkyo repro summ", []), ("ronkyo render mi", ["mine.md"]):
        text = f"cd {tmp_path}\n" + BASH.format(script=script("bash", tmp_path), line=line)
        assert words(small, environment, shell("bash"), "--norc", "-c", text) == expected
