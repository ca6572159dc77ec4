"""Reversal of strings: data, training with and without attention, and the numbers and figures made of it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from drawn import results_of
from pydantic import ValidationError
from seeds import (
    assert_a_seed_alone_equals_it_among_others,
    assert_a_worker_process_gives_the_same_bits,
    no_progress,
    train_seeds,
)

from day3.experiments.reversal import figures
from day3.experiments.reversal.data import prepare
from day3.experiments.reversal.settings import Data, Settings, Training, label
from day3.experiments.reversal.summarize import accuracy, summarize
from day3.experiments.reversal.train import forced, one_hot, reverse, train
from day3.nn.seq2seq import Seq2Seq

NOWHERE = Path("no downloads")
DATA = {"letters": 3, "longest": 3, "test_lengths": [2, 3, 5], "test_strings": 4, "seed": 0}
TRAINING = {
    "cell": "gru",
    "hidden_size": 6,
    "attention": False,
    "updates": 7,
    "batch_size": 4,
    "learning_rate": 0.01,
    "epsilon": 1e-8,
    "record_every": 3,
}
VARIANTS = {"plain": {}, "wide": {"hidden_size": 8}, "attention": {"attention": True}}


def training(**changes):
    return Training.model_validate(TRAINING | changes)


def settings(**changes):
    document = {"seeds": 2, "data": DATA, "training": TRAINING, "variants": VARIANTS, "figures": {"seed": 1}}
    return Settings.model_validate(document | changes)


@pytest.fixture
def data():
    return prepare(Data.model_validate(DATA), NOWHERE)[0]


def model(cell, attention):
    return Seq2Seq(cell, 3, 6, 3, torch.Generator().manual_seed(0), False, False, attention)


def test_test_strings_are_the_same_for_the_same_seed_and_others_for_another(data):
    assert data["alphabet"].tolist() == ["a", "b", "c"]
    assert data["strings"].shape == (3, 4, 5)
    assert set(data["strings"].ravel().tolist()) == {0, 1, 2}
    again, other = (prepare(Data.model_validate(DATA | {"seed": seed}), NOWHERE)[0]["strings"] for seed in (0, 1))
    assert np.array_equal(data["strings"], again)
    assert not np.array_equal(data["strings"], other)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": DATA | {"longest": 4}}, r"expected test_lengths to have longest \(4\)"),
        ({"figures": {"seed": 2}}, r"expected figures.seed below seeds of the first look \(2\)"),
        ({"data": DATA | {"letters": 27}}, "less than or equal to 26"),
    ],
)
def test_settings_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        settings(**changes)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("attention", [False, True])
def test_answering_alone_is_as_when_told_the_same_letters(cell, attention):
    network, strings = model(cell, attention), torch.tensor([[0, 2, 1, 1], [2, 2, 0, 1]])
    answers, weights = reverse(network, strings, 3)
    encoded, state = network.encode(one_hot(strings, 3))
    written = one_hot(answers, 3)
    told = torch.cat([torch.zeros(2, 1, 3), written[:, :-1]], dim=1)
    scores, _ = network.decoder(told, state, encoded)
    assert torch.equal(scores.argmax(dim=-1), answers)
    assert weights.shape == (2, 4, 4)
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(2, 4))


def test_the_weights_are_those_that_the_decoder_looks_with():
    network, strings = model("gru", True), torch.tensor([[0, 2, 1]])
    _, weights = reverse(network, strings, 3)
    encoded, state = network.encode(one_hot(strings, 3))
    hidden, _ = network.decoder.recurrent(torch.zeros(1, 1, 3), state)
    expected = torch.softmax(hidden @ encoded.mT, dim=-1)
    torch.testing.assert_close(weights[:, :1], expected)


def test_teacher_forcing_tells_each_step_the_letter_before():
    network, strings = model("gru", False), torch.tensor([[0, 2, 1]])
    scores = forced(network, strings, 3)
    encoded, state = network.encode(one_hot(strings, 3))
    told = torch.stack([torch.zeros(3), torch.eye(3)[1], torch.eye(3)[2]])[None]  # the answer is 1 2 0
    torch.testing.assert_close(scores, network.decoder(told, state, encoded)[0])


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_reports_its_steps(data, variant):
    finished, chosen = [], settings().variants[variant]
    run = train_seeds(train, data, chosen, [0, 1], finished.append)
    assert sum(finished) == 2 * 7
    assert {name: array.shape for name, array in run.items()} == {
        "loss": (2, 2),
        "answers": (2, 3, 4, 5),
        "weights": (2, 3, 5, 5),
        "aligned": (2, 3),
        "parameters": (2,),
    }
    assert (run["answers"][:, 0, :, 2:] == -1).all()
    assert (run["answers"][:, 2] >= 0).all()
    looked = run["weights"][:, 2].sum(axis=2)
    assert looked == pytest.approx(np.full((2, 5), float(chosen.attention)), abs=1e-5)
    assert not np.array_equal(run["loss"][0], run["loss"][1])


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_seed_alone_gives_the_same_bits_as_among_others(data, variant):
    assert_a_seed_alone_equals_it_among_others(train, data, settings().variants[variant])


def test_a_seed_gives_the_same_bits_in_a_worker_process(data):
    assert_a_worker_process_gives_the_same_bits(train, data, training(attention=True))


@pytest.mark.parametrize("attention", [False, True])
def test_short_strings_are_learned(data, attention):
    chosen = training(attention=attention, hidden_size=16, updates=400, batch_size=16)
    run = train_seeds(train, data, chosen, [0], no_progress)
    assert accuracy(data, run)[0, :2].tolist() == [1, 1]


def test_a_string_is_right_only_with_every_letter(data):
    right = data["strings"].copy()
    for place, length in enumerate(data["lengths"]):
        right[place, :, :length] = right[place, :, :length][:, ::-1]
    wrong = right.copy()
    wrong[1, 0, 2] = (wrong[1, 0, 2] + 1) % 3
    wrong[0, :, 3] = -1  # after the end of strings of two letters
    assert accuracy(data, {"answers": np.stack([right, wrong])}).tolist() == [[1, 1, 1], [1, 0.75, 1]]


@pytest.fixture
def results(data):
    chosen = settings()
    runs = {name: train_seeds(train, data, one, range(2), no_progress) for name, one in chosen.variants.items()}
    return results_of("reversal", chosen, data, runs, summarize(data, runs, chosen))


def test_summary_has_the_accuracy_of_each_length_and_the_alignment_of_the_longest_learned(data, results):
    run = results.runs["attention"]
    metrics = results.seeds["attention"]
    assert metrics["accuracy_5"].tolist() == accuracy(data, run)[:, 2].tolist()
    assert metrics["aligned"].tolist() == run["aligned"][:, 1].tolist()
    assert results.constants["chance"] == pytest.approx(
        {"accuracy_2": 1 / 9, "accuracy_3": 1 / 27, "accuracy_5": 3**-5}
    )
    assert results.curves["plain"]["step"].tolist() == [3, 6]


def test_the_figure_draws_accuracy_by_length_and_one_networks_weights(data, results):
    drawing = figures.alignment(results)
    right, weights = drawing.axes
    names = [label(name, one) for name, one in results.settings.variants.items()]
    assert names == ["GRU(6)", "GRU(8)", "GRU(6)・注意機構"]
    assert [text.get_text() for text in drawing.legends[0].get_texts()] == names
    for line, run in zip(right.lines, results.runs.values(), strict=False):
        assert line.get_ydata().tolist() == (100 * accuracy(data, run)).mean(axis=0).tolist()
    (image,) = weights.images
    assert np.array_equal(image.get_array(), results.runs["attention"]["weights"][1, 1, :3, :3])
    letters = [text.get_text().strip() for text in weights.get_xticklabels()]
    assert letters == data["alphabet"][data["strings"][1, 0, :3]].tolist()
    (ring,) = weights.lines
    assert ring.get_xydata().tolist() == [[2, 0], [1, 1], [0, 2]]
