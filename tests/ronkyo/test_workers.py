"""Training in parallel processes: the result does not depend on how seeds are split among them."""

import os

import numpy as np
import pytest

from ronkyo.errors import UserError
from ronkyo.new import project as new
from ronkyo.project import Project, ProjectError
from ronkyo.run import workers

NAME = "least_squares"


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """Of a package of its own, since workers keep what they imported."""
    root = tmp_path_factory.mktemp("trained")
    new.write_files("trained", "trained", "en", root)
    return Project.find(root)


@pytest.fixture
def train(project):
    settings = project.load_params()[NAME]
    data, _ = project.function(NAME, "data", "prepare")(settings.data, project.downloads)
    training = settings.variants["plain"].model_copy(update={"steps": 10})

    def train(seeds, count, experiment=NAME):
        return workers.train(project, experiment, data, training, seeds, workers=count, title="test")

    return train


def test_the_number_of_workers_changes_no_bit(train):
    alone = train(range(3), 1)
    for count in (2, 5):  # two blocks of unequal size; more workers than seeds
        split = train(range(3), count)
        assert alone.keys() == split.keys()
        for name in alone:
            assert np.array_equal(alone[name], split[name], equal_nan=True), name


def test_the_environment_is_as_before(train):
    before = dict(os.environ)
    train([0], 1)
    assert os.environ == before


def test_progress_is_complete_and_named(train, capsys):
    train(range(2), 2)
    shown = capsys.readouterr().err
    assert "test" in shown
    assert "20/20" in shown


def test_an_error_in_a_worker_reaches_the_stage(train):
    with pytest.raises(ProjectError, match="least_square: expected an experiment, .*; nearest: least_squares"):
        train([0], 1, "least_square")


@pytest.mark.parametrize("value", ["0", "two", "-1"])
def test_a_wrong_number_of_workers_is_one_line(monkeypatch, value):
    monkeypatch.setenv("RONKYO_WORKERS", value)
    with pytest.raises(UserError, match=f"RONKYO_WORKERS: expected a whole number ≥ 1, found '{value}'"):
        workers.available()
    monkeypatch.setenv("RONKYO_WORKERS", "3")
    assert workers.available() == 3
