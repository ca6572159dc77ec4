"""Under DVC: it decides that a stage is stale, the store decides what is left to compute."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from new_project import alone

from ronkyo import cli
from ronkyo.new import project as new
from ronkyo.project import Project
from ronkyo.run import train as stage
from ronkyo.store import RUN, Store

PACKAGE = "small"  # which `alone` forgets
STAGE = "train_least_squares@plain"
TRAIN = f"src/{PACKAGE}/experiments/least_squares/train.py"


def started(root: Path, *command: str) -> str:
    source = Path(stage.__file__).parents[2]
    paths = [str(Path(sys.executable).parent), os.environ["PATH"]]
    names = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    environment = {**os.environ, **names, "PYTHONPATH": str(source), "PATH": os.pathsep.join(paths)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def dvc(root: Path, *arguments: str) -> str:
    return started(root, sys.executable, "-m", "dvc", *arguments)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def computed(root: Path) -> dict[Path, int]:
    """Each run of the store, and when it was written."""
    return {file: file.stat().st_mtime_ns for file in (root / ".dvc/cache/ronkyo").glob(f"[!.]?/[!.]*/{RUN}")}


def commit(root: Path) -> None:
    started(root, "git", "add", "-A")
    started(root, "git", "commit", "-qm", "state")


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A repository whose stage has run."""
    root = tmp_path_factory.mktemp("dvc") / PACKAGE
    with alone():
        new.create(PACKAGE, "en", root.parent)
    dvc(root, "repro", "-q", STAGE)
    commit(root)
    return root


def test_under_dvc_only_what_is_left_is_computed(root):
    first, lock = computed(root), (root / "dvc.lock").read_bytes()
    array = root / "runs/least_squares/plain/excess_loss.npy"
    five = array.read_bytes()
    assert len(first) == 5
    edit(root / "params.yaml", "seeds: 5", "seeds: 6")
    dvc(root, "repro", STAGE)
    second = computed(root)
    assert len(second) == 6
    assert first.items() < second.items()
    edit(root / TRAIN, "    x, y = data", "    # a comment\n    x, y = data")
    assert "Running stage" in dvc(root, "repro", STAGE)
    assert computed(root) == second
    started(root, "git", "checkout", "-q", ".")
    array.unlink()
    dvc(root, "repro", "--force", "--single-item", STAGE)  # without DVC's own cache of runs
    assert computed(root) == second
    assert array.read_bytes() == five
    assert (root / "dvc.lock").read_bytes() == lock


def test_a_queued_experiment_uses_the_same_store_and_gc_leaves_it(root):
    before = computed(root)
    dvc(root, "exp", "run", "--temp", "-S", "least_squares.seeds=7", STAGE)
    after = computed(root)
    assert before.items() < after.items()
    assert len({file.parent for file in after} - {file.parent for file in before}) == 7 - len(before)
    dvc(root, "gc", "--workspace", "--force")
    assert computed(root) == after


def test_runs_travel_by_a_remote(root, tmp_path, capsys, monkeypatch):
    def runs(action: str, *options: str) -> tuple[int, str]:
        with alone():
            status = cli.main(["-C", str(root), "runs", action, *options])
        told = capsys.readouterr()
        return status, told.out + told.err

    def missing() -> int:
        with alone():
            return len(stage.plan(Project.find(root), "least_squares", "plain").missing)

    remote = tmp_path / "remote"
    assert runs("push")[0] == 1
    (root / ".dvc/config.local").write_text(f"['remote \"team\"']\n    url = {remote}\n", encoding="utf-8")
    assert runs("push", "-r", "team") == (0, "push: 5 runs copied\n")
    assert runs("push", "-r", "team") == (0, "push: 0 runs copied\n")
    monkeypatch.setenv("RONKYO_STORE", str(tmp_path / "another machine's"))
    assert missing() == 5
    damaged = next(remote.glob("ronkyo/*/*/*.npy"))
    damaged.write_bytes(b"")
    status, text = runs("pull", "-r", "team")
    assert status == 0
    assert text.startswith("pull: 4 runs copied\n")
    assert damaged.parent.name in text
    assert missing() == 1
    store = Store(tmp_path / "another machine's")
    assert {run.variant for run in store.runs(PACKAGE)} == {"plain"}


def test_a_remote_that_is_not_there_is_one_line(root, capsys):
    for options in ([], ["-r", "nowhere"]):
        with alone():
            assert cli.main(["-C", str(root), "runs", "pull", *options]) == 1
        message = capsys.readouterr().err
        assert message.startswith("remote")
        assert message.count("\n") == 1
