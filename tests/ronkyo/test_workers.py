"""Training in parallel processes: the result does not depend on how seeds are split among them."""

from pathlib import Path

import numpy as np
import pytest

from ronkyo import params
from ronkyo.errors import UserError
from ronkyo.run import workers


@pytest.fixture
def training():
    base = params.load(Path(__file__).parents[2] / "params.yaml")["binary_addition"].variants["hidden_16"]
    return base.model_copy(update={"iterations": 100, "record_every": 50, "test_examples": 64})


def train(training, seeds, count):
    return workers.train("binary_addition", {}, training, seeds, workers=count, title="test")


def test_the_number_of_workers_changes_no_bit(training):
    alone = train(training, range(3), 1)
    for count in (2, 5):  # two blocks of unequal size; more workers than seeds
        split = train(training, range(3), count)
        assert alone.keys() == split.keys()
        for name in alone:
            assert np.array_equal(alone[name], split[name], equal_nan=True), name


def test_a_seed_gives_the_same_bits_whichever_others_are_trained(training):
    several, single = train(training, range(3), 2), train(training, [2], 1)
    for name in several:
        assert np.array_equal(several[name][2:], single[name], equal_nan=True), name


def test_progress_is_complete_and_named(training, capsys):
    train(training, range(2), 2)
    shown = capsys.readouterr().err
    assert "test" in shown
    assert "200/200" in shown


def test_an_error_in_a_worker_reaches_the_stage(training):
    with pytest.raises(ModuleNotFoundError, match="no_such_experiment"):
        workers.train("no_such_experiment", {}, training, [0], workers=1, title="test")


@pytest.mark.parametrize("value", ["0", "two", "-1"])
def test_a_wrong_number_of_workers_is_one_line(monkeypatch, value):
    monkeypatch.setenv("DAY3_WORKERS", value)
    with pytest.raises(UserError, match=f"DAY3_WORKERS: expected a whole number ≥ 1, found '{value}'"):
        workers.available()
    monkeypatch.setenv("DAY3_WORKERS", "3")
    assert workers.available() == 3
