"""Edits and other commands while something runs: nothing is recorded as if it came from what it did not come from."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import smallest
from ruamel.yaml import YAML
from smallest import NAME, RONKYO, change, run

from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.run import states, summarize
from ronkyo.run.stage import Attempt

STAGE = f"summarize_{NAME}"
SETTINGS = f"src/{smallest.PACKAGE}/experiments/{NAME}/summarize.py"
HOLD = """from dvc.repo import Repo, lock_repo
with Repo('.') as repo, lock_repo(repo):
    print('held', flush=True); input()"""
IN_PROCESS = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of DVC's libraries


def attempt() -> Attempt:
    return Attempt.begin(summarize.run, [NAME], STAGE)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (SETTINGS, '"""', '"""A', SETTINGS),
        ("params.yaml", "tolerance: 0.01", "tolerance: 0.02", f"params.yaml: {NAME}"),
        ("versions.yaml", "numpy: ", "numpy: 9", "versions.yaml: numpy"),
    ],
)
def test_what_changes_while_its_stage_runs_ends_it(root, file, old, new, told):
    running = attempt()
    change(root, old, new, file)
    with pytest.raises(UserError) as caught:
        running.end()
    assert str(caught.value) == f"{STAGE}: {told}: changed while the stage ran; run it again"


def test_so_does_a_checkout_there_and_back(root):
    run(root, "git", "checkout", "--quiet", "-b", "other")
    change(root, '"""', '"""A', SETTINGS)
    run(root, "git", "commit", "--quiet", "--all", "--message", "other")
    running = attempt()
    for branch in ("-", "-"):
        run(root, "git", "checkout", "--quiet", branch)
    with pytest.raises(UserError, match="changed while the stage ran"):
        running.end()


def test_what_another_stage_reads_may_change(root):
    running = attempt()
    change(root, "noise: 0.5", "noise: 0.5  # a comment")
    change(root, "title: A report", "title: The report")
    running.end()


def test_a_command_of_ones_own_whose_input_changes_meanwhile_is_not_recorded(root):
    (root / "in.txt").write_text("1", encoding="utf-8")
    command = "python -c \"open('in.txt', 'w').write('22'); open('out.txt', 'w').write('1')\""
    YAML(typ="safe").dump(
        {"stages": {"own": {"cmd": command, "deps": ["in.txt"], "outs": ["out.txt"]}}}, root / "dvc.yaml"
    )
    before = (root / "dvc.lock").read_bytes()
    assert run(root, *RONKYO, "repro", expected=1)[1] == "own: in.txt: changed while the stage ran; run it again\n"
    assert (root / "dvc.lock").read_bytes() == before
    assert not any((root / ".dvc/cache/runs").rglob(f"*{'own'}*"))


@contextmanager
def held(root):
    """The number of a process that has DVC's lock."""
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process.pid
        process.communicate("\n")


@IN_PROCESS
def test_of_two_commands_at_once_the_second_says_who_is_at_work(root):
    with held(root) as number:
        began = time.monotonic()
        with pytest.raises(UserError) as caught:
            states.states(Project.find())
        assert time.monotonic() - began < 30
        told = run(root, *RONKYO, "repro", "-f", "-s", STAGE, expected=1)[1]
    for line in (str(caught.value), told):
        assert re.search(rf"busy: process {number} on .* is at work here since .* \(-c ", line)
    assert len(told.splitlines()) == 1


def test_the_blocker_of_a_file_is_named_in_one_line(root):
    from dvc.lock import LockError

    blocked = f"'{root}/runs' is busy, it is being blocked by:\n  (PID 1): dvc repro\n\nIf there are no processes …"
    assert states.explained(LockError(blocked), root).startswith("busy: process 1 on ")


@IN_PROCESS
def test_a_fresh_clone_is_up_to_date_and_says_what_is_not_here(root, tmp_path):
    run(tmp_path, "git", "clone", "--quiet", str(root), "clone")
    told = states.states(Project.find(tmp_path / "clone"))
    assert {name: state.reasons for name, state in told.items() if state.reasons} == {}
    assert told[f"train_{NAME}@plain"].absent == [f"data/{NAME}", f"runs/{NAME}/plain"]
    change(tmp_path / "clone", "tolerance: 0.01", "tolerance: 0.02")
    assert states.states(Project.find(tmp_path / "clone"))[STAGE].reasons
    (tmp_path / "clone" / SETTINGS).unlink()
    (reason,) = [text for text in states.states(Project.find(tmp_path / "clone"))[STAGE].reasons if SETTINGS in text]
    assert reason == f"deps {SETTINGS}: deleted"
