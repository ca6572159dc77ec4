"""Processes that are killed, terminals that are closed, two at once: nothing goes on alone, and running again goes on."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time

import psutil
import pytest
from injection import Copy, Done, ended, heed_signals, until
from smallest import ENGINE, NAME, RONKYO, environment

from ronkyo import ending

TRAIN = f"train_{NAME}@plain"
SLOW = """

def train(data, training, seed, progress):
    \"\"\"It waits for a file.\"\"\"
    import time
    from pathlib import Path

    Path("begun").touch()
    while not Path("go").exists():
        time.sleep(0.02)
    return computed(data, training, seed, progress)
"""


@pytest.fixture
def waiting(copy) -> Copy:
    """A project whose training waits for a file `go`, and says with `begun` that it does."""
    file = f"src/faulty/experiments/{NAME}/train.py"
    copy.change(file, "def train(", "def computed(")
    with (copy.root / file).open("a", encoding="utf-8") as stream:
        stream.write(SLOW)
    return copy


def begin(copy: Copy, *command: str) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """A command (by default one that trains) whose training has begun, and all its descendants."""
    process = copy.start(*(command or (*RONKYO, "repro", "-j", "1", TRAIN)))
    until(lambda: (copy.root / "begun").exists() or process.poll() is not None)
    return process, psutil.Process(process.pid).children(recursive=True)


def expect_gone(processes: list[psutil.Process]) -> None:
    assert processes
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []


@pytest.mark.parametrize(
    ("command", "again"), [((*RONKYO, "repro", "-j", "1"), []), (("dvc", "repro", TRAIN), [TRAIN])]
)
def test_after_kill_9_of_the_main_process_nothing_runs_and_running_again_goes_on(waiting, command, again):
    before = waiting.contents()
    process, children = begin(waiting, *command)
    if command[0] == "dvc":  # the stage itself, with its worker
        stage = next(child for child in children if "stages/train.py" in child.cmdline())
        children = stage.children(recursive=True)
        stage.kill()
    process.kill()
    process.communicate()
    expect_gone(children)
    (waiting.root / "go").touch()
    assert waiting.run("repro", *again).status == 0
    assert waiting.contents().keys() == before.keys()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_of_it_with_its_status_and_outputs_are_as_before(waiting, number):
    before = waiting.contents()
    process, children = begin(waiting)
    process.send_signal(number)
    done = ended(process, 30)
    assert done.status == 128 + number
    assert "Traceback" not in done.errors
    assert "interrupted" in done.lines[-1]
    expect_gone(children)
    assert waiting.contents() == before


def test_a_closed_terminal_ends_it(waiting):
    ours, theirs = pty.openpty()
    environment_of_child = environment()
    process = subprocess.Popen(
        [*RONKYO, "repro", "-j", "1", TRAIN], cwd=waiting.root, env=environment_of_child,
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=_take_terminal,
    )  # fmt: skip
    os.close(theirs)
    until(lambda: (waiting.root / "begun").exists())
    children = psutil.Process(process.pid).children(recursive=True)
    os.close(ours)
    assert process.wait(timeout=30) == 128 + signal.SIGHUP
    expect_gone(children)


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    heed_signals()


def test_a_reader_that_left_is_no_error(copy):
    with copy.start(*RONKYO, "names", "--json") as process:
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=120) == 0


def test_locks_of_dvc_and_git_that_a_killed_process_left_do_not_matter(copy):
    (copy.root / ".dvc" / "tmp" / "rwlock").write_text("")  # half of it
    (copy.root / ".git" / "index.lock").touch()
    copy.make_stale()
    assert copy.run("repro", f"prepare_{NAME}").status == 0


def test_of_two_at_once_the_second_is_told_in_one_line_who_works(waiting):
    process, _ = begin(waiting)
    done = waiting.run("repro")
    assert done.status == 1
    line = done.lines[-1]
    assert "Traceback" not in done.errors
    assert str(process.pid) in line
    (waiting.root / "go").touch()
    assert ended(process).status == 0


def test_a_child_ends_with_who_started_it(tmp_path):
    """As fonts, formulas and a replay's commands do."""
    script = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-P', sys.argv[1], 'sleep', '60'], "
        "start_new_session=True); print(child.pid, flush=True); child.wait()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, ending.__file__], stdout=subprocess.PIPE, text=True, cwd=ENGINE
    )
    child = psutil.Process(int(parent.stdout.readline()))
    until(lambda: child.children())
    family = [child, *child.children()]
    time.sleep(0.5)
    parent.kill()
    parent.communicate()
    expect_gone(family)


def test_a_killed_worker_is_replaced(waiting):
    process, children = begin(waiting)
    worker = next(child for child in children if "ronkyo.run.worker" in child.cmdline())
    (waiting.root / "go").touch()
    worker.kill()
    done: Done = ended(process)
    assert done.status == 0, done.errors
