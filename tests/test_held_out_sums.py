"""Held-out sums: which pairs are seen, which are not, and what is measured on each."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from seeds import assert_a_seed_alone_equals_it_among_others, assert_a_worker_process_gives_the_same_bits, train_seeds

from day3.experiments.held_out_sums.settings import Settings, label
from day3.experiments.held_out_sums.summarize import summarize
from day3.experiments.held_out_sums.train import EXPERIMENT, accuracy, encode, learn, outputs, split, steps, train
from day3.nn.numpy_rnn import Weights
from ronkyo import params
from ronkyo.seeds import generator

DOCUMENT = params.read_document(Path(__file__).parents[1] / "params.yaml")[EXPERIMENT]
SMALL = {
    "digits": 4,
    "longer_digits": 6,
    "longer_examples": 64,
    "example": [5, 3],
    "iterations": 40,
}


def section(variants=None, **training):
    """The section of params.yaml, small."""
    document = {**DOCUMENT, "seeds": 3, "training": {**DOCUMENT["training"], **SMALL, **training}}
    return document if variants is None else {**document, "variants": variants}


def training_of(**changes):
    return Settings.model_validate(section({"half": changes})).variants["half"]


def quiet(_):
    pass


def as_set(pairs):
    return {tuple(pair) for pair in pairs.tolist()}


# -- which pairs are seen ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "count"), [(0.5, 32), (0.05, 3), (0.001, 1)])
def test_every_pair_is_either_seen_or_held_out_and_the_example_is_held_out(share, count):
    for seed in range(20):
        seen, unseen = split(training_of(train_share=share), np.random.default_rng(seed))
        assert len(seen) == count
        assert as_set(seen).isdisjoint(as_set(unseen))
        assert len(as_set(seen) | as_set(unseen)) == len(seen) + len(unseen) == 8 * 8
        assert (5, 3) in as_set(unseen)


def test_of_one_seed_the_smaller_share_is_part_of_the_larger_and_another_seed_has_other_pairs():
    half, tenth = (split(training_of(train_share=share), np.random.default_rng(0))[0] for share in (0.5, 0.1))
    assert as_set(tenth) < as_set(half)
    assert as_set(split(training_of(), np.random.default_rng(1))[0]) != as_set(half)


def test_nothing_is_learned_from_pairs_that_are_held_out(monkeypatch):
    learned = []

    def recording(pairs, *rest):
        learned.append(pairs)
        return learn(pairs, *rest)

    monkeypatch.setattr("day3.experiments.held_out_sums.train.learn", recording)
    train({}, training_of(train_share=0.1), 0, quiet)
    seen, _ = split(training_of(train_share=0.1), generator(EXPERIMENT, 0, "split"))
    assert learned[0].shape == (40, 2)
    assert as_set(learned[0]) <= as_set(seen)


# -- what is measured -------------------------------------------------------------------------------------------------


def test_least_significant_digit_comes_first():
    x, d = encode(np.array([[6, 3]]), 5)
    np.testing.assert_array_equal(x[0], [[0, 1], [1, 1], [1, 0], [0, 0], [0, 0]])
    np.testing.assert_array_equal(d[0, :, 0], [1, 0, 0, 1, 0])


def test_a_sum_is_right_only_if_its_carries_are():
    """A unit that is driven by a digit 1 and an output that knows nothing before it: what is carried is lost."""
    weights = Weights(np.full((2, 1), 100.0), np.zeros((1, 1)), np.array([[50.0]]))
    pairs = np.array([[1, 6], [4, 3], [1, 1], [7, 7]])
    np.testing.assert_allclose(outputs(weights, pairs, 3)[:2], 1.0)
    assert accuracy(weights, pairs, 3) == 0.5


def test_addition_of_pairs_that_were_not_seen_is_learned():
    training = training_of(digits=8, example=[93, 58], iterations=3000)
    run = train_seeds(train, {}, training, [0, 1], quiet)
    np.testing.assert_array_equal(run["unseen_accuracy"], 1.0)
    np.testing.assert_array_equal(np.rint(run["example_output"]), [[1, 1, 1, 0, 1, 0, 0, 1]] * 2)


def test_a_seed_is_bit_identical_after_another_and_in_another_process():
    assert_a_seed_alone_equals_it_among_others(train, {}, training_of())
    assert_a_worker_process_gives_the_same_bits(train, {}, training_of())


def test_progress_adds_up_to_the_steps_of_all_seeds():
    done, training = [], training_of()
    train_seeds(train, {}, training, [0, 1, 2], done.append)
    assert sum(done) == 3 * steps({}, training)


# -- summary ----------------------------------------------------------------------------------------------------------


def run_of(unseen, longer, output):
    return {
        "seen_accuracy": np.ones(3),
        "unseen_accuracy": np.array(unseen),
        "longer_accuracy": np.array(longer),
        "example_output": np.array(output),
    }


def test_a_seed_adds_what_it_never_saw_where_not_one_sum_is_wrong_and_the_example_is_read_as_a_number():
    settings = Settings.model_validate(section({"half": {}}) | {"example": {"variant": "half", "seed": 1}})
    run = run_of([1, 0.999, 1], [0, 1, 0.5], [[0, 0, 0, 0], [0.1, 0.4, 0.3, 0.9], [1, 1, 1, 1]])
    summary = summarize({}, {"half": run}, settings)
    assert summary.seeds["half"]["adds_unseen"].tolist() == [1, 0, 1]
    assert summary.seeds["half"]["adds_longer"].tolist() == [0, 1, 0]
    assert summary.constants["example"] == {"a": 5, "b": 3, "sum": 8, "predicted": 8}
    assert summary.constants["example_output"] == {"1": 0.1, "2": 0.4, "3": 0.3, "4": 0.9}
    assert summary.constants["seen"] == {"half": 32}


# -- settings ---------------------------------------------------------------------------------------------------------


def test_a_label_says_the_share():
    assert label("thousandth", training_of(train_share=0.001)) == "組の 0.1 % で学習"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (section(example=[8, 0]), "expected example to be two numbers from 0 to 7"),
        (section() | {"example": {"variant": "third", "seed": 0}}, "expected example.variant to be one of half"),
        (section() | {"example": {"variant": "half", "seed": 3}}, "expected example.seed below seeds"),
    ],
)
def test_settings_that_cannot_be_run_are_refused(document, message):
    with pytest.raises(ValidationError, match=message):
        Settings.model_validate(document)
