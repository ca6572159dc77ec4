"""`ronkyo repro` beside `dvc repro`: the same bytes, whatever ends early, and nothing twice. Real DVC, real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest
from ruamel.yaml import YAML

import ronkyo
from ronkyo.new import project as new
from ronkyo.project import Project
from ronkyo.run import definition, unchanged

NAME, PACKAGE = "least_squares", "reproduced"
ENGINE = Path(ronkyo.__file__).parents[1]
SUMMARY, PLAIN = f"summarize_{NAME}", f"train_{NAME}@plain"
RONKYO = (sys.executable, "-m", "ronkyo.cli", "repro", "-j", "2")
WAITING = """

def train(data, training, seed, progress):
    \"\"\"Seed 0 is done at once, the others wait for a file.\"\"\"
    import time
    from pathlib import Path

    while seed > 0 and not Path("go").exists():
        time.sleep(0.02)
    return computed(data, training, seed, progress)
"""


def start(root: Path, *command: str, **options) -> subprocess.Popen[str]:
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(ENGINE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    environment = {name: value for name, value in environment.items() if not name.startswith(("DVC_", "RONKYO_"))}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=root, env=environment, **pipes, **options)


def run(root: Path, *command: str, expected: int = 0) -> tuple[str, str]:
    """What it printed, and its lines on the error stream."""
    process = start(root, *command)
    out, errors = process.communicate()
    assert process.returncode == expected, out[-800:] + errors[-1500:]
    return out, errors


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A repository in which nothing has run, at small settings."""
    parent = tmp_path_factory.mktemp("template")
    new.create(PACKAGE, "en", parent)
    root = parent / PACKAGE
    change(root, "seeds: 5 ", "seeds: 2 ")
    change(root, "steps: 200", "steps: 20")
    return root


@pytest.fixture
def root(template, tmp_path) -> Path:
    return Path(shutil.copytree(template, tmp_path / PACKAGE, symlinks=True))


@pytest.fixture
def waiting(root) -> Path:
    """A project whose second seed waits for a file `go`."""
    file = root / "src" / PACKAGE / "experiments" / NAME / "train.py"
    text = file.read_text(encoding="utf-8")
    assert "def train(" in text
    file.write_text(text.replace("def train(", "def computed(") + WAITING, encoding="utf-8")
    definition.write(Project.find(root))
    return root


def change(root: Path, old: str, new: str, file: str = "params.yaml") -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), encoding="utf-8")


def contents(root: Path) -> dict[str, bytes]:
    """Of every file but those that say when and how long."""
    files = [file for file in root.rglob("*") if file.is_file()]
    relative = {file.relative_to(root).as_posix(): file for file in files if file.name != "run.json"}
    passing = (".git/", ".dvc/tmp/", "build/")
    return {name: file.read_bytes() for name, file in relative.items() if not name.startswith(passing)}


def locked(root: Path) -> list[str]:
    """The stages that dvc.lock records."""
    file = root / "dvc.lock"
    return list(YAML(typ="safe").load(file)["stages"]) if file.is_file() else []


def stored(root: Path) -> set[str]:
    return {file.parent.name for file in (root / ".dvc/cache/ronkyo").glob("*/*/run.json")}


def until(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def built(template, tmp_path_factory) -> tuple[Path, str, str]:
    """A project in which all ran side by side, and what that printed."""
    root = Path(shutil.copytree(template, tmp_path_factory.mktemp("built") / PACKAGE, symlinks=True))
    return root, *run(root, *RONKYO)


def test_without_a_terminal_there_is_one_line_a_stage(built):
    _, out, errors = built
    assert out == "stages: 6 ran\n"
    names = [line.partition(":")[0] for line in errors.splitlines() if not line.startswith("draw_least_squares: fonts")]
    assert sorted(names) == sorted(
        [f"prepare_{NAME}", PLAIN, f"train_{NAME}@momentum", SUMMARY, f"draw_{NAME}", "report"]
    )
    assert errors.count(" s, 2 runs computed\n") == 2


def test_all_bytes_and_the_lock_are_those_of_dvc_repro_also_with_one_more_seed(built, template, tmp_path):
    serial = Path(shutil.copytree(template, tmp_path / "serial" / PACKAGE, symlinks=True))
    parallel = Path(shutil.copytree(built[0], tmp_path / "parallel" / PACKAGE, symlinks=True))
    run(serial, "dvc", "repro")
    assert contents(parallel) == contents(serial)
    assert [name.partition("_")[0] for name in locked(serial)] == [
        *("prepare", "train", "train", "summarize", "draw", "report")
    ]
    for copy in (serial, parallel):
        change(copy, "seeds: 2 ", "seeds: 3 ")
    run(serial, "dvc", "repro")
    assert run(parallel, *RONKYO)[1].count(" s, 1 run computed, 2 from the store\n") == 2
    assert contents(parallel) == contents(serial)
    assert "Data and pipelines are up to date" in run(parallel, "dvc", "repro")[0]
    assert run(serial, *RONKYO)[0] == "everything is up to date\n"


def test_dvc_is_not_loaded_when_nothing_changed(built):
    asked = "import sys; from ronkyo import cli; cli.main(['repro']); print({'dvc', 'numpy'} & sys.modules.keys())"
    assert run(built[0], sys.executable, "-c", asked)[0] == "everything is up to date\nset()\n"


def test_every_file_that_decides_is_watched(built, monkeypatch):
    root = built[0]
    paths = json.loads((root / unchanged.RECORD).read_text(encoding="utf-8"))["paths"]

    def noticed(change) -> bool:
        before = unchanged.state(root, paths)
        change()
        return unchanged.state(root, paths) != before

    folders = ("data", "reports", "runs", "src", "stages", "report_templates")
    files = [file for folder in folders for file in (root / folder).rglob("*") if file.is_file()]
    files += [
        root / name for name in ("dvc.lock", "dvc.yaml", "params.yaml", "versions.yaml", ".dvcignore", ".dvc/config")
    ]
    outs = [out for stage in YAML(typ="safe").load(root / "dvc.lock")["stages"].values() for out in stage["outs"]]
    kept = [out["md5"] for out in outs if out["path"].startswith(("data/", "runs/", f"reports/{PACKAGE}.pdf"))]
    assert len(kept) == 4
    files += [root / ".dvc/cache/files/md5" / digest[:2] / digest[2:] for digest in kept]
    for file in files:
        assert file.is_file()
        if "reports/curves" not in file.as_posix():  # no stage's own
            assert noticed(file.touch), file
    added = root / "src" / PACKAGE / "added.py"
    assert noticed(added.touch)
    assert noticed(added.unlink)
    assert noticed((root / ".dvc" / "config.local").touch)
    assert noticed(lambda: monkeypatch.setenv("DVC_NO_ANALYTICS", "1"))
    assert not noticed((root / "README.md").touch)
    assert not noticed((root / "src" / PACKAGE / "__pycache__").mkdir)


def test_files_of_variables_and_of_other_pipelines_are_watched(root):
    folder = root / "more"
    folder.mkdir()
    first = {"vars": ["words.yaml"], "stages": {"first": {"cmd": "echo ${word} > first.txt", "outs": ["first.txt"]}}}
    second = {
        "cmd": "cp more/first.txt ${name}",
        "deps": ["more/first.txt"],
        "outs": ["${name}"],
        "vars": ["names.yaml"],
    }
    for file, document in {
        folder / "dvc.yaml": first,
        folder / "words.yaml": {"word": "one"},
        root / "dvc.yaml": {"stages": {"second": second}},
        root / "names.yaml": {"name": "a.txt"},
    }.items():
        YAML(typ="safe").dump(document, file)
    assert run(root, *RONKYO)[0] == "stages: 2 ran\n"
    assert run(root, *RONKYO)[0] == "everything is up to date\n"
    change(root, "one", "two", "more/words.yaml")
    assert run(root, *RONKYO)[0] == "stages: 2 ran\n"
    assert (root / "a.txt").read_text(encoding="utf-8") == "two\n"
    change(root, "a.txt", "b.txt", "names.yaml")
    assert run(root, *RONKYO)[0] == "stages: 1 up to date, 1 ran\n"
    change(root, "first.txt", "./first.txt", "more/dvc.yaml")
    assert run(root, *RONKYO)[0].startswith("stages: ")


def test_a_copy_is_not_taken_for_what_it_was_copied_from(built, tmp_path):
    copy = Path(shutil.copytree(built[0], tmp_path / PACKAGE, symlinks=True))
    assert not unchanged.since_last_time(copy)


def test_a_target_is_run_with_what_it_needs_and_nothing_else(root):
    assert run(root, *RONKYO, PLAIN)[0] == "stages: 2 ran\n"
    assert locked(root) == [f"prepare_{NAME}", PLAIN]
    assert run(root, *RONKYO, PLAIN)[0] == "everything is up to date\n"
    shutil.rmtree(root / "runs")
    assert run(root, *RONKYO, f"train_{NAME}")[0] == "stages: 1 up to date, 1 from DVC's cache, 1 ran\n"
    assert run(root, *RONKYO, "--force", "--single-item", PLAIN)[1].endswith(" s, 0 runs computed, 2 from the store\n")
    assert run(root, *RONKYO, "trian", expected=1)[1].startswith("Stage 'trian' not found inside 'dvc.yaml' file")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "return None",
            f"{SUMMARY}: src/{PACKAGE}/experiments/{NAME}/summarize.py: summarize: expected a Summary, found None",
        ),
        ("return 1 / 0", ": ZeroDivisionError: division by zero"),
    ],
)
def test_a_stage_that_fails_is_one_line_what_is_done_is_recorded_and_nothing_begins_after_it(root, line, told):
    file = f"src/{PACKAGE}/experiments/{NAME}/summarize.py"
    text = (root / file).read_text(encoding="utf-8")
    head, define, rest = text.partition("def summarize(")
    signature, _, rest = rest.partition("\n")
    (root / file).write_text(f"{head}{define}{signature}\n    {line}\n{rest}", encoding="utf-8")
    out, errors = run(root, *RONKYO, expected=1)
    assert out == ""
    assert errors.splitlines()[-1].endswith(told)
    assert locked(root) == [f"prepare_{NAME}", PLAIN, f"train_{NAME}@momentum"]
    assert not (root / "reports" / "figures").exists()
    (root / file).write_text(text, encoding="utf-8")
    assert run(root, *RONKYO, SUMMARY)[0] == "stages: 3 up to date, 1 ran\n"


def test_a_frozen_stage_is_recorded_as_by_dvc_repro(root, tmp_path):
    first = {"cmd": "sleep 1; echo ${word} > a", "outs": ["a"]}
    second = {"cmd": "cp a b", "deps": ["a"], "outs": ["b"], "frozen": True}
    YAML(typ="safe").dump({"vars": [{"word": "one"}], "stages": {"first": first, "second": second}}, root / "dvc.yaml")
    (root / "b").write_text("one\n", encoding="utf-8")
    other = Path(shutil.copytree(root, tmp_path / "other", symlinks=True))
    for change_word in (False, True):
        for folder, command in (root, RONKYO), (other, ("dvc", "repro")):
            if change_word:
                change(folder, "word: one", "word: two", "dvc.yaml")
            run(folder, *command)
        assert (root / "dvc.lock").read_bytes() == (other / "dvc.lock").read_bytes()


def test_runs_that_fail_alike_are_one_line_of_their_stage(root):
    change(root, "numerics: portable", "numerics: fast")
    found = "expected one of 'portable' or 'native', found 'fast'"
    assert run(root, *RONKYO, expected=1)[1] == f"params.yaml: numerics: {found}\n"
    change(root, "numerics: fast", "numerics: portable")
    change(root, "    weights =", "    return None\n    weights =", f"src/{PACKAGE}/experiments/{NAME}/train.py")
    lines = run(root, *RONKYO, PLAIN, expected=1)[1].splitlines()
    assert [line for line in lines if line.startswith(PLAIN)] == lines[1:]
    assert len(lines) == 2
    assert lines[1].endswith("train: expected {name: array}, found None")


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return [child for child in psutil.Process(process.pid).children() if "ronkyo.run.worker" in child.cmdline()]


def test_after_kill_9_of_the_main_process_no_worker_goes_on_and_no_finished_run_is_lost(waiting):
    process = start(waiting, *RONKYO, PLAIN)
    until(lambda: len(stored(waiting)) == 1)
    workers = workers_of(process)
    assert workers
    process.kill()
    process.communicate()
    until(lambda: not any(worker.is_running() for worker in workers), seconds=5)
    (waiting / "go").touch()
    assert run(waiting, *RONKYO, PLAIN)[1].splitlines()[-1].endswith(" s, 1 run computed, 1 from the store")
    assert locked(waiting) == [f"prepare_{NAME}", PLAIN]


def test_after_kill_9_of_the_main_process_no_command_goes_on(root):
    YAML(typ="safe").dump({"stages": {"own": {"cmd": "sleep 60; true", "outs": ["a"]}}}, root / "dvc.yaml")
    process = start(root, *RONKYO)
    children = psutil.Process(process.pid).children
    until(lambda: "sleep" in {child.name() for child in children(recursive=True)})
    commands = children(recursive=True)
    process.kill()
    process.communicate()
    until(lambda: not any(command.is_running() for command in commands), seconds=5)


def test_after_kill_9_of_a_worker_another_one_computes_its_run(waiting):
    process = start(waiting, *RONKYO, PLAIN)
    until(lambda: len(stored(waiting)) == 1)
    for worker in workers_of(process):
        worker.kill()
    (waiting / "go").touch()
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert errors.splitlines()[-1].endswith(" s, 2 runs computed")
    assert len(stored(waiting)) == 2


def test_a_run_that_ends_its_worker_each_time_is_one_line_and_the_others_are_kept(waiting):
    file = waiting / f"src/{PACKAGE}/experiments/{NAME}/train.py"
    change(waiting, "time.sleep(0.02)", "import os; os.kill(os.getpid(), 9)", str(file.relative_to(waiting)))
    errors = run(waiting, *RONKYO, PLAIN, expected=1)[1]
    told = f"{PLAIN}: {NAME}.plain.1: its worker ended 2 times before it was done: SIGKILL"
    assert errors.splitlines()[-1].endswith(told)
    assert len(stored(waiting)) == 1


def test_ctrl_c_ends_everything_within_two_seconds_and_loses_no_finished_run(waiting):
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # also where the tests run in the background
    process = start(waiting, *RONKYO, f"train_{NAME}", preexec_fn=heeding)
    until(lambda: len(stored(waiting)) == 2)  # the first of each variant; the second ones wait
    workers = workers_of(process)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert time.monotonic() - began < 2
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "interrupted: what is finished is kept; the same call goes on"
    assert "Traceback" not in errors
    assert not any(worker.is_running() for worker in workers)
    assert locked(waiting) == [f"prepare_{NAME}"]
    (waiting / "go").touch()
    assert run(waiting, *RONKYO, f"train_{NAME}")[1].count(" s, 1 run computed, 1 from the store\n") == 2


def test_dvc_is_refused_meanwhile_and_code_that_changes_meanwhile_is_not_recorded(waiting):
    process = start(waiting, *RONKYO, PLAIN)
    until(lambda: len(stored(waiting)) == 1)
    assert "Unable to acquire lock" in run(waiting, "dvc", "repro", expected=255)[1]
    file = f"src/{PACKAGE}/experiments/{NAME}/train.py"
    change(waiting, "the others wait", "the others are waiting", file)
    (waiting / "go").touch()
    _, errors = process.communicate()
    assert process.returncode == 1
    assert errors.splitlines()[-1] == f"{PLAIN}: {file}: changed while the stage ran; run it again"
    assert locked(waiting) == [f"prepare_{NAME}"]


@pytest.mark.parametrize("what", ["code", "data"])
def test_what_was_computed_from_something_else_than_its_key_says_is_not_stored(waiting, what):
    process = start(waiting, *RONKYO, PLAIN)
    until(lambda: len(stored(waiting)) == 1)
    if what == "code":
        changed = f"src/{PACKAGE}/experiments/{NAME}/train.py"
        change(waiting, "time.sleep(0.02)", "time.sleep(0.03)", changed)
        told = f"{PACKAGE}.experiments.{NAME}.train.train"
    else:
        file = waiting / "data" / NAME / "x.npy"
        np.save(file, np.load(file) + 1)
        told = "x.npy"
    (waiting / "go").touch()
    _, errors = process.communicate()
    assert process.returncode == 1
    assert errors.splitlines()[-1] == f"{PLAIN}: {told}: changed while it was to be computed; run it again"
    assert len(stored(waiting)) == 1


def test_commands_of_ones_own_run_at_the_same_time_as_dvc_runs_them(root):
    told = "print(time.time()); time.sleep(0.5); print(time.time(), os.environ['DVC_STAGE'])"
    cmd = f'python -c "import os, sys, time; {told}" > ${{item}}'
    stages = {"own": {"foreach": ["a", "b", "c", "d"], "do": {"cmd": cmd, "outs": ["${item}"]}}}
    YAML(typ="safe").dump({"stages": stages}, root / "dvc.yaml")
    assert run(root, *RONKYO)[0] == "stages: 4 ran\n"
    told = [(root / name).read_text(encoding="utf-8").split() for name in "abcd"]
    assert [stage for *_, stage in told] == ["own@a", "own@b", "own@c", "own@d"]
    spans = sorted((float(began), float(ended)) for began, ended, _ in told)
    assert spans[1][0] < spans[0][1]  # two at once
    assert spans[2][0] >= min(spans[0][1], spans[1][1])  # and no third
    change(root, "time.sleep(0.5)", "sys.exit(3)", "dvc.yaml")
    assert "expected exit status 0, found 3" in run(root, *RONKYO, expected=1)[1]
