"""Training in parallel processes: the result does not depend on how seeds are split among them."""

import os
import time

import numpy as np
import pytest

from ronkyo.errors import UserError
from ronkyo.new import project as new
from ronkyo.project import Project, ProjectError
from ronkyo.run import prepare, unit, worker, workers
from ronkyo.run import train as stage
from ronkyo.run.contract import ContractError
from ronkyo.run.unit import Task, Unit
from ronkyo.store import Store
from ronkyo.store.key import determine

NAME = "least_squares"


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """Of a package of its own, since workers keep what they imported."""
    root = tmp_path_factory.mktemp("trained")
    new.write_files("trained", "trained", "en", root)
    return Project.find(root)


@pytest.fixture
def train(project, tmp_path, monkeypatch):
    prepare.run(project, NAME)
    training = project.load_params()[NAME].variants["plain"].model_copy(update={"steps": 10})
    parts, _ = determine(project, NAME, training, "native")
    module = f"trained.experiments.{NAME}.train"

    def train(seeds, count, experiment=NAME):
        monkeypatch.setenv("RONKYO_STORE", str(tmp_path / str(count)))
        tasks = [
            Task(Unit(module, training, seed), parts.of_seed(seed), project.data_folder(NAME), experiment, "plain")
            for seed in seeds
        ]
        workers.compute_all(project, tasks, workers=count, title="test")
        store = Store.of(project)
        return unit.stack(module, [store.get(task.parts.key) or {} for task in tasks])

    return train


def test_the_number_of_workers_changes_no_bit(train):
    alone = train(range(3), 1)
    for count in (2, 5):  # unequal shares; more workers than seeds
        split = train(range(3), count)
        assert alone.keys() == split.keys()
        for name in alone:
            assert np.array_equal(alone[name], split[name], equal_nan=True), name


def test_the_environment_is_as_before(train):
    train([0], 1)
    before = dict(os.environ)
    train([1], 1)
    assert os.environ == before


def test_an_error_in_a_worker_reaches_the_stage(train):
    with pytest.raises(ProjectError, match="least_square: expected an experiment, .*; nearest: least_squares"):
        train([0], 1, "least_square")


MISTAKES = {  # package: the function's new first lines, and the one line of the error
    "nothing": ("train", "return None", "train: expected {name: array}, found None"),
    "objects": (
        "train",
        'return {"x": [len]}',
        "train: x: expected an array of numbers or text, found list",
    ),
    "names": (
        "train",
        'return {f"x{seed}": np.zeros(3)}',
        "train: expected the same names and shapes for every seed, found {'x0': (3,)} and {'x1': (3,)}",
    ),
    "shapes": (
        "train",
        'return {"x": np.zeros(1 + seed)}',
        "train: expected the same names and shapes for every seed, found {'x': (1,)} and {'x': (2,)}",
    ),
    "stepless": ("steps", "return None", "steps: expected a whole number ≥ 0, found None"),
    "half": ("steps", "return 0.5", "steps: expected a whole number ≥ 0, found float 0.5"),
    "first": (  # the second seed's error comes before the first is done
        "train",
        "import time\n    return None if seed == 1 else time.sleep(120)",
        "train: expected {name: array}, found None",
    ),
}


def prepared(root, package, function, body) -> Project:
    """A project with data, in whose train.py the function begins with other lines."""
    new.write_files(package, package, "en", root)
    project = Project.find(root)
    file = project.experiments_folder / NAME / "train.py"
    head, define, rest = file.read_text(encoding="utf-8").partition(f"def {function}(")
    signature, _, rest = rest.partition("\n")
    file.write_text(f"{head}{define}{signature}\n    {body}\n{rest}", encoding="utf-8")
    prepare.run(project, NAME)
    return project


def test_more_steps_than_anyone_reads_do_not_keep_the_stage_from_its_end(tmp_path):
    project = prepared(tmp_path, "many", "train", "for _ in range(100_000):\n        progress(1)")
    stage.run(project, NAME, "plain")
    assert project.run_folder(NAME, "plain").is_dir()


@pytest.mark.parametrize("package", MISTAKES)
def test_what_a_function_must_not_return_is_one_line_as_soon_as_a_seed_has_it(tmp_path, monkeypatch, package):
    function, body, expected = MISTAKES[package]
    monkeypatch.setenv("RONKYO_WORKERS", "2")
    project = prepared(tmp_path, package, function, body)
    started = time.monotonic()
    with pytest.raises(ContractError) as raised:
        stage.run(project, NAME, "plain")
    assert str(raised.value).startswith(f"src/{package}/experiments/{NAME}/train.py: {expected}")
    assert "\n" not in str(raised.value)
    assert time.monotonic() - started < 60
    assert not project.run_folder(NAME, "plain").exists()


@pytest.mark.parametrize("value", ["0", "two", "-1"])
def test_a_wrong_number_of_workers_is_one_line(monkeypatch, value):
    monkeypatch.setenv("RONKYO_WORKERS", value)
    with pytest.raises(UserError, match=f"RONKYO_WORKERS: expected a whole number ≥ 1, found '{value}'"):
        workers.available()
    monkeypatch.setenv("RONKYO_WORKERS", "3")
    assert workers.available() == 3


def test_what_each_job_of_a_worker_prints_is_told_with_its_name(project):
    told = []
    with workers.Workers(project, 1) as local:
        local.said = lambda *said: told.append(said)
        for name in ("a", "b"):
            local.run(name, worker.commands, [["sh", "-c", f"echo {name}"]], {}).result()
    assert told == [("a", "a\n"), ("b", "b\n")]
