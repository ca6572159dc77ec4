"""Every seed is computed once: what a run's key depends on, and that the store loses nothing."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from new_project import alone

from ronkyo import cli, files
from ronkyo.claims.predicates import Predicates
from ronkyo.errors import UserError
from ronkyo.files import read_json
from ronkyo.new import parts as new_parts
from ronkyo.new import project as new
from ronkyo.project import Project
from ronkyo.report.values import Values
from ronkyo.run import prepare, summarize, unit
from ronkyo.run import train as stage
from ronkyo.store import RUN, Store, StoreError
from ronkyo.store.key import Parts

PACKAGE = "small"  # which `alone` forgets
PLAIN = "least_squares.plain"
TRAIN = f"src/{PACKAGE}/experiments/least_squares/train.py"
SRC = Path(stage.__file__).parents[2]


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Path:
    """A project with two experiments, and the runs of least_squares in its store."""
    root = tmp_path_factory.mktemp("store") / PACKAGE
    root.mkdir()
    new.write_files(PACKAGE, PACKAGE, "en", root)
    with alone():
        new_parts.create_experiment(Project.find(root), "second")
    with alone():
        project = Project.find(root)
        for experiment in project.experiments:
            prepare.run(project, experiment)
        for variant in ("plain", "momentum"):
            compute(project, variant)
    return root


def compute(project: Project, variant: str, experiment: str = "least_squares") -> list[int]:
    """As a stage does, in this process. Returns the seeds that were not in the store."""
    planned = stage.plan(project, experiment, variant)
    for task in planned.missing:
        arrays = unit.compute(task.unit, files.read_arrays(task.data), lambda _: None)
        Store.of(project).put(task.parts, arrays, experiment=experiment, variant=variant, seconds=1.5)
    stage.finish(project, planned)
    return [task.unit.seed for task in planned.missing]


@pytest.fixture
def root(filled, tmp_path, monkeypatch) -> Path:
    monkeypatch.delenv("RONKYO_STORE", raising=False)
    shutil.copytree(filled, tmp_path / PACKAGE, symlinks=True)
    return tmp_path / PACKAGE


@pytest.fixture
def missing(root):
    """The seeds of a variant that are to be computed, now."""

    def missing(name: str = PLAIN) -> list[int]:
        with alone():
            planned = stage.plan(Project.find(root), *name.split("."))
        return [task.unit.seed for task in planned.missing]

    return missing


@pytest.fixture
def edit(root):
    def edit(file: str, old: str, new: str) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert old in text
        (root / file).write_text(text.replace(old, new), encoding="utf-8")

    return edit


@pytest.fixture
def why(root, capsys):
    def why(name: str = PLAIN) -> str:
        with alone():
            status = cli.main(["-C", str(root), "why", name])
        told = capsys.readouterr()
        assert status == (1 if told.err else 0)
        return told.out + told.err

    return why


# -- what is computed ---------------------------------------------------------------------------------------------------


def test_runs_that_are_there_are_not_computed(missing):
    assert missing() == missing("least_squares.momentum") == []


def test_six_seeds_after_five_compute_one(missing, edit, why):
    edit("params.yaml", "seeds: 5", "seeds: 6")
    assert missing() == [5]
    assert why().splitlines()[1] == f"{PLAIN}.5: to be computed: a new seed; other seeds of the same are in the store"


PLAN = "seeds: {looks: [5, 8], taken: {plain: 8}, matters: {excess_loss: 0.01}}"


def test_a_variant_that_has_taken_a_look_computes_what_it_lacks_and_no_other_does(root, missing, edit, why):
    edit("params.yaml", "seeds: 5", PLAN)
    assert (missing(), missing("least_squares.momentum")) == ([5, 6, 7], [])
    assert why("least_squares.momentum.5") == "least_squares.momentum.5: expected a seed below 5, found '5'\n"
    assert why("least_squares.plain.7").startswith("least_squares.plain.7: to be computed: a new seed")


def test_variants_with_unequal_numbers_of_seeds_are_compared_over_those_that_both_have(root, edit):
    edit("params.yaml", "seeds: 5", PLAN)
    with alone():
        project = Project.find(root)
        assert (compute(project, "plain"), compute(project, "momentum")) == ([5, 6, 7], [])
        summarize.run(project, "least_squares")
        values = Values(project)
    assert {name: len(table["excess_loss"]) for name, table in values.seeds["least_squares"].items()} == {
        "plain": 8,
        "momentum": 5,
    }
    assert values.number_of_seeds("least_squares") == "5–8"
    assert values.looks("least_squares") == (5, 8)
    faster = Predicates(values).lower("least_squares.momentum.excess_loss", than="least_squares.plain.excess_loss")
    (comparison,) = faster.decide()[1]
    assert comparison.estimate.n == 5  # the seeds that both have
    difference = np.subtract(
        *(values.over_seeds(f"least_squares.{name}.excess_loss")[:5] for name in ("momentum", "plain"))
    )
    assert comparison.estimate.value == pytest.approx(difference.mean())


CHANGES_NOTHING = {
    "a comment": ("    x, y = data", "    # of the data\n    x, y = data"),
    "blank lines": ("\n\ndef descend", "\n\n\n\ndef descend"),
    "a docstring": ("(features,). The losses", "(features,) float64. The losses"),
    "a renamed local": ("velocity", "speed"),
    "layout": (
        "velocity, losses = np.zeros_like(weights), []",
        "velocity, losses = (\n        np.zeros_like(weights),\n[])",
    ),
    "a function that is not reached": ("return training.steps\n", "return 2 * training.steps\n"),
}


@pytest.mark.parametrize("change", CHANGES_NOTHING)
def test_what_changes_no_result_computes_nothing(missing, edit, change):
    edit(TRAIN, *CHANGES_NOTHING[change])
    assert missing() == []


def test_a_constant_in_a_function_that_is_called_computes_that_experiment(root, missing, edit, why):
    (root / f"src/{PACKAGE}/rates.py").write_text(
        "def half(x):\n    return x * 0.5\n\n\ndef third(x):\n    return x / 3\n", encoding="utf-8"
    )
    edit(TRAIN, "import numpy as np", f"import numpy as np\n\nfrom {PACKAGE}.rates import half")
    edit(TRAIN, "np.mean(error**2) / 2", "half(np.mean(error**2))")
    with alone():
        assert compute(Project.find(root), "plain") == [0, 1, 2, 3, 4]
    assert missing() == []
    edit(f"src/{PACKAGE}/rates.py", "x / 3", "x / 4")  # not reached
    assert missing() == []
    edit(f"src/{PACKAGE}/rates.py", "x * 0.5", "x * 0.25")
    assert missing() == [0, 1, 2, 3, 4]
    lines = why().splitlines()
    assert lines[0].startswith(f"{PLAIN}.0–4: to be computed: differs from {PLAIN} of ")
    assert lines[1:] == [
        f"  code: {PACKAGE}.rates.half:",
        "     def half(x):",
        "    -    return x * 0.5",
        "    +    return x * 0.25",
    ]


def test_another_experiment_does_not_count(missing, edit, root):
    with alone():
        compute(Project.find(root), "plain", "second")
    edit(TRAIN, "/ 2)", "/ 4)")
    assert missing() == [0, 1, 2, 3, 4]
    assert missing("second.plain") == []


def test_a_parameter_computes_its_variant(missing, edit, why):
    edit("params.yaml", "plain: {}", "plain: {learning_rate: 0.25}")
    assert (missing(), missing("least_squares.momentum")) == ([0, 1, 2, 3, 4], [])
    assert why(f"{PLAIN}.2").splitlines()[1:] == ["  parameters: learning_rate: 0.3 → 0.25"]


def test_variants_with_the_same_settings_share_their_runs(missing, edit):
    edit("params.yaml", "plain: {}", "plain: {}\n    again: {}")
    assert missing("least_squares.again") == []


def test_data_compute_what_is_trained_on_them(root, missing, why):
    file = root / "data/least_squares/x.npy"
    x = np.load(file)
    np.save(file, x)  # the same content at another time
    assert missing() == []
    np.save(file, x + 1)
    assert missing() == [0, 1, 2, 3, 4]
    assert re.fullmatch(r"  data: x.npy: \w{12} → \w{12}", why().splitlines()[1])


def test_the_numerical_baseline_computes(missing, root, why):
    text = (root / "params.yaml").read_text(encoding="utf-8")
    text = re.sub("^numerics: .*\n", "", text, flags=re.MULTILINE)
    (root / "params.yaml").write_text(f"numerics: native\n{text}", encoding="utf-8")
    assert missing() == [0, 1, 2, 3, 4]
    assert re.fullmatch(r"  numerics: .+ → native.*", why().splitlines()[1])


def test_a_new_version_computes_what_that_library_computes(root, edit, tmp_path):
    site = tmp_path / "site"

    def install(version: str) -> None:
        for old in site.glob("*.dist-info"):
            shutil.rmtree(old)
        folder = site / f"halves-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: halves\nVersion: {version}\n", encoding="utf-8")
        (folder / "top_level.txt").write_text("halves\n", encoding="utf-8")
        (site / "halves.py").write_text("HALF = 0.5\n", encoding="utf-8")

    def told(name: str) -> str:
        return started(root, "-m", "ronkyo.cli", "why", name, path=[site]).stdout

    install("1.0")
    file = f"src/{PACKAGE}/experiments/second/train.py"
    edit(file, "import numpy as np", "import numpy as np\nfrom halves import HALF")
    for name in ("second.plain", PLAIN):
        assert started(root, "stages/train.py", *name.split("."), path=[site]).returncode == 0
        assert "to be computed" not in told(name)
    install("1.1")
    assert told("second.plain").splitlines()[1:] == ["  versions: halves: 1.0 → 1.1"]
    assert "to be computed" not in told(PLAIN)


def started(root: Path, *command: str, path: Sequence[Path] = (), **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (SRC, *path))), "RONKYO_WORKERS": "1"}
    whole = [sys.executable, *command]
    return subprocess.run(whole, cwd=root, env=environment, capture_output=True, text=True, check=False, **options)


def test_another_version_than_the_lock_says_is_one_line(root, missing, edit):
    version = np.__version__
    (root / "requirements.lock").write_text(f"numpy=={version}\n", encoding="utf-8")
    assert missing() == []
    (root / "requirements.lock").write_text(
        f'numpy=={version} ; python_version >= "3.11"\nnumpy==1.0 ; python_version < "3.11"\n', encoding="utf-8"
    )
    assert missing() == []
    (root / "requirements.lock").write_text("numpy==1.0\n", encoding="utf-8")
    expected = f"requirements.lock: numpy: expected 1.0, found {version} installed"
    with pytest.raises(UserError, match=re.escape(expected)) as raised:
        missing()
    assert "\n" not in str(raised.value)


# -- what the store keeps -----------------------------------------------------------------------------------------------


def test_a_run_folder_has_the_same_bytes_from_the_store(root):
    with alone():
        project = Project.find(root)
        folder = project.run_folder("least_squares", "plain")
        before = {file.name: file.read_bytes() for file in folder.iterdir()}
        shutil.rmtree(project.root / ".dvc")
        assert compute(project, "plain") == [0, 1, 2, 3, 4]
        computed = {file.name: file.read_bytes() for file in folder.iterdir()}
        shutil.rmtree(folder)
        assert compute(project, "plain") == []
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == before == computed


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "runs")


def parts(seed: int = 0) -> Parts:
    return Parts({"a.b": "0" * 32}, {"rate": 0.5}, seed, {}, {"python": "3.11"}, "native")


ARRAYS = {"loss": np.arange(5.0), "count": np.asarray(3)}
NOTES = {"experiment": "a", "variant": "b", "seconds": 1.0}


def put(store: Store, seed: int = 0) -> Path:
    store.put(parts(seed), ARRAYS, **NOTES)
    return store.path(parts(seed).key)


def test_what_is_put_is_got_with_its_parts_in_text(store):
    assert store.get(parts().key) is None
    document = read_json(put(store) / RUN)
    assert Parts(**document["parts"]) == parts()
    assert Parts(**document["parts"]).key == parts().key
    arrays = store.get(parts().key)
    assert arrays is not None
    assert {name: array.tolist() for name, array in arrays.items()} == {"loss": [0, 1, 2, 3, 4], "count": 3}
    assert store.get(parts(1).key) is None


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(content)


DAMAGES = {
    "a flipped bit": lambda path: flip(path / "loss.npy"),
    "a truncated array": lambda path: (path / "loss.npy").write_bytes((path / "loss.npy").read_bytes()[:-8]),
    "no array": lambda path: (path / "loss.npy").unlink(),
    "no text": lambda path: (path / RUN).unlink(),
    "truncated text": lambda path: (path / RUN).write_text((path / RUN).read_text()[:-20]),
    "other text": lambda path: (path / RUN).write_text("[]"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_run_is_noticed_removed_and_put_again(store, capsys, damage):
    path = put(store)
    DAMAGES[damage](path)
    assert store.get(parts().key) is None
    message = capsys.readouterr().err
    assert message.startswith(f"{path}: ")
    assert message.endswith(": not as written, removed; the run is computed again\n")
    assert not path.exists()
    put(store)
    assert store.get(parts().key) is not None


def test_a_damaged_run_alone_is_computed_again(root, missing, capsys):
    run = next(run for run in Store(root / ".dvc/cache/ronkyo").runs(PACKAGE) if run.parts.seed == 3)
    path = Store(root / ".dvc/cache/ronkyo").path(run.parts.key)
    flip(path / "excess_loss.npy")
    assert missing(f"{run.experiment}.{run.variant}") == [3]


WRITER = """
import sys
from pathlib import Path
import numpy as np
from ronkyo.store import Store
from ronkyo.store.key import Parts
store = Store(Path(sys.argv[1]))
for seed in range(100):
    parts = Parts({"a.b": "0" * 32}, {"rate": 0.5}, seed, {}, {"python": "3.11"}, "native")
    store.put(parts, {"loss": np.arange(5.0), "count": np.asarray(3)}, experiment="a", variant="b", seconds=1.0)
    assert store.get(parts.key) is not None
"""


def test_writers_at_the_same_time_leave_every_run_whole(store):
    command = [sys.executable, "-c", WRITER, str(store.folder)]
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    writers = [subprocess.Popen(command, env=environment) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert all(store.get(parts(seed).key) is not None for seed in range(100))
    assert not list(store.folder.glob("*/.*"))


def test_a_file_that_grows_too_large_is_one_line_and_leaves_nothing(root, edit):
    edit("params.yaml", "plain: {}", "plain: {learning_rate: 0.25}")
    folder = root / ".dvc/cache/ronkyo"
    before = set(folder.glob("[0-9a-f]?/*"))
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (1024, 1024))
    done = started(root, "stages/train.py", "least_squares", "plain", preexec_fn=limit)
    assert done.returncode == 1
    expected = f"{folder}: expected a store that can be written, found: File too large"
    assert done.stderr.splitlines()[-1] == expected
    assert "Traceback" not in done.stderr
    assert set(folder.glob("[0-9a-f]?/*")) == before


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("disks can be mounted by root alone")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_one_line_and_keeps_finished_runs(small_disk):
    store, seeds = Store(small_disk), []

    def fill() -> None:
        for seed in range(1000):
            put(store, seed)
            seeds.append(seed)

    with pytest.raises(StoreError, match=f"^{small_disk}: expected a store that can be written, found: No space left"):
        fill()
    assert len(seeds) > 3
    assert all(store.get(parts(seed).key) is not None for seed in seeds)
    assert store.get(parts(len(seeds)).key) is None
    assert not list(small_disk.glob("*/.*"))


def test_killing_the_main_process_loses_no_finished_run(root, edit):
    edit(TRAIN, "    progress(training.steps)", "    import time\n    time.sleep(0.4)\n    progress(training.steps)")
    edit("params.yaml", "seeds: 5", "seeds: 4")
    store = Store(root / ".dvc/cache/ronkyo")
    old = {run.parts.key for run in store.runs(PACKAGE)}
    command = [sys.executable, "stages/train.py", "least_squares", "plain"]
    environment = {**os.environ, "PYTHONPATH": str(SRC), "RONKYO_WORKERS": "1"}
    process = subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)

    def finished() -> dict[str, int]:
        new = [run.parts.key for run in store.runs(PACKAGE) if run.parts.key not in old]
        return {key: (store.path(key) / RUN).stat().st_mtime_ns for key in new}

    deadline = time.monotonic() + 30
    while len(finished()) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    survived = finished()
    assert 2 <= len(survived) < 4
    assert started(root, "stages/train.py", "least_squares", "plain").returncode == 0
    after = finished()
    assert len(after) == 4
    assert survived.items() <= after.items()


# -- where it is, what is told of it, what goes -------------------------------------------------------------------------


def test_the_store_lies_in_dvcs_cache_or_where_it_is_said(root, monkeypatch, tmp_path):
    project = Project.find(root)
    assert Store.of(project).folder == root / ".dvc/cache/ronkyo"
    (root / ".dvc/config").write_text(
        "[core]\n    analytics = false\n[cache]\n    dir = ../../shared\n", encoding="utf-8"
    )
    assert Store.of(project).folder == tmp_path / "shared/ronkyo"
    (root / ".dvc/config.local").write_text(f"[cache]\n    dir = {tmp_path}/local\n", encoding="utf-8")
    assert Store.of(project).folder == tmp_path / "local/ronkyo"
    monkeypatch.setenv("RONKYO_STORE", str(tmp_path / "team"))
    assert Store.of(project).folder == tmp_path / "team"


def test_why_says_where_a_run_was_computed(why):
    machine = os.uname().nodename
    text = rf"{PLAIN}\.[0-4–]+: in the store: computed \d{{4}}-\d\d-\d\d \d\d:\d\dZ on {machine} in 1\.5 s"
    assert all(re.fullmatch(text, line) for line in why().splitlines())


MISTAKES = {
    "least_square.plain": "least_square: expected an experiment, .*; nearest: least_squares",
    "least_squares": "params.yaml: least_squares.variants: expected one of plain, momentum, found none",
    "least_squares.plan": "params.yaml: .*: expected one of plain, momentum, found 'plan'; nearest: plain",
    "least_squares.plain.5": "least_squares.plain.5: expected a seed below 5, found '5'",
    "least_squares.plain.x": "least_squares.plain.x: expected a seed below 5, found 'x'",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrong_name_is_one_line(why, name):
    assert re.fullmatch(MISTAKES[name] + "\n", why(name))


@pytest.fixture
def runs(root, capsys):
    def runs(*arguments: str) -> tuple[int, str]:
        with alone():
            status = cli.main(["-C", str(root), "runs", *arguments])
        told = capsys.readouterr()
        return status, told.out + told.err

    return runs


def test_runs_are_listed_by_variant_and_state(runs, edit, root):
    edit("params.yaml", "plain: {}", "plain: {steps: 10}")
    with alone():
        compute(Project.find(root), "plain")
    status, text = runs()
    rows = [re.split(r"  +", line) for line in text.splitlines()]
    assert status == 0
    assert [(row[0], row[1].strip(), row[-1]) for row in rows[:-1]] == [
        ("least_squares.momentum", "seeds 0–4", "used"),
        (PLAIN, "seeds 0–4", "not used"),
        (PLAIN, "seeds 0–4", "used"),
    ]
    assert rows[-1][0].startswith("15 runs, ")
    assert runs("list") == (status, text)


def test_pruning_removes_what_the_present_state_does_not_use(runs, edit, root, missing):
    edit("params.yaml", "plain: {}", "plain: {steps: 10}")
    with alone():
        compute(Project.find(root), "plain")
    store = Store(root / ".dvc/cache/ronkyo")
    status, text = runs("prune")
    assert status == 1
    assert re.fullmatch(r"prune: 5 runs, [\d.]+ kB: expected --yes where nobody can be asked\n", text)
    assert len(store.runs(PACKAGE)) == 15
    assert runs("prune", "--yes", "--older-than", "1")[1].startswith("0 runs removed, 0.0 kB freed")
    status, text = runs("prune", "--yes")
    assert status == 0
    assert re.fullmatch(r"5 runs removed, [\d.]+ kB freed\n", text)
    assert len(store.runs(PACKAGE)) == 10
    assert missing() == missing("least_squares.momentum") == []


def test_pruning_leaves_the_runs_of_other_projects_of_a_shared_store(runs, root, edit, monkeypatch, tmp_path):
    shared = Store(tmp_path / "shared")
    monkeypatch.setenv("RONKYO_STORE", str(shared.folder))
    put(shared)
    with alone():
        compute(Project.find(root), "plain")
    edit("params.yaml", "plain: {}", "plain: {steps: 10}")
    assert runs("prune", "--yes")[1].startswith("5 runs removed")
    assert shared.get(parts().key) is not None


def test_pruning_sweeps_what_was_given_up_long_ago(runs, root):
    runs("list")  # which writes what texts the present state has
    store = Store(root / ".dvc/cache/ronkyo")
    given_up, young = store.folder / "aa/.key.abc", store.folder / "aa/.key.def"
    text = store.folder / "code/unused.py"
    for folder in (given_up, young):
        folder.mkdir(parents=True)
    text.write_text("", encoding="utf-8")
    for path in (given_up, text):
        os.utime(path, (0, 0))
    used = len(list(store.folder.glob("code/*.py"))) - 1
    runs("prune", "--yes")
    assert (given_up.exists(), young.exists(), text.exists()) == (False, True, False)
    assert len(list(store.folder.glob("code/*.py"))) == used
