"""Sine to cosine: windows, training, and the numbers and figures made of it."""

import math
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

from day3.experiments.sine_to_cosine import figures
from day3.experiments.sine_to_cosine.data import prepare
from day3.experiments.sine_to_cosine.settings import Data, Settings, Training, label
from day3.experiments.sine_to_cosine.summarize import summarize
from day3.experiments.sine_to_cosine.train import steps, train

NOWHERE = Path("no downloads")

COURSE = {
    "half_periods": 3,
    "points": 100,
    "window": 24,
    "validation_share": 0.2,
    "free_running_windows": [0, 24, 49, 74],
}
DATA = {
    "half_periods": 1,
    "points": 18,
    "window": 5,
    "validation_share": 0.2,
    "free_running_windows": [0, 12],
}
TRAINING = {
    "cell": "rnn",
    "hidden_size": 3,
    "reverse_input": False,
    "peeky": False,
    "attention": False,
    "epochs": 2,
    "batch_size": 4,
    "learning_rate": 0.001,
    "epsilon": 1e-7,
}
VARIANTS = {
    "simple_rnn": {"cell": "rnn"},
    "gru": {"cell": "gru"},
    "lstm": {"cell": "lstm"},
    "reversed": {"reverse_input": True},
    "peeky": {"peeky": True},
    "attention": {"attention": True},
}


def training(**changes):
    return Training.model_validate(TRAINING | changes)


def settings(**changes):
    section = {
        "seeds": 2,
        "data": DATA,
        "training": TRAINING,
        "variants": VARIANTS,
        "convergence": {"mse": 5.5},
        "figures": {"example_seed": 1},
    }
    return Settings.model_validate(section | changes)


@pytest.fixture
def data():
    """13 windows of 5 points, 10 to train with, so that the last batch of 4 has 2."""
    return prepare(Data.model_validate(DATA), NOWHERE)[0]


# -- windows ----------------------------------------------------------------------------------------------------------


def test_windows_are_those_of_the_course():
    arrays, provenance = prepare(Data.model_validate(COURSE), NOWHERE)
    x = [-3 * math.pi + 6 * math.pi * place / 99 for place in range(100)]
    assert arrays["x"] == pytest.approx(x)
    assert arrays["sines"].shape == arrays["previous_cosines"].shape == arrays["cosines"].shape == (76, 24)
    for start in (0, 1, 37, 75):
        window = x[start : start + 24]
        assert arrays["sines"][start] == pytest.approx([math.sin(value) for value in window])
        assert arrays["cosines"][start] == pytest.approx([math.cos(value) for value in window])
        assert arrays["previous_cosines"][start].tolist() == [0, *arrays["cosines"][start, :-1]]
    assert arrays["train"].tolist() == list(range(60))
    assert arrays["validation"].tolist() == list(range(60, 76))
    assert arrays["free_running"].tolist() == [0, 24, 49, 74]
    assert {"windows": 76, "train_windows": 60, "validation_windows": 16}.items() <= provenance.items()


def test_the_digest_tells_other_data():
    digests = {
        prepare(Data.model_validate(COURSE | {"half_periods": turns}), NOWHERE)[1]["digest"] for turns in (3, 3, 4)
    }
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"free_running_windows": [13]}, r"expected free_running_windows below points - window \(13\)"),
        ({"window": 17}, r"expected window \(17\) to leave windows to train with"),
    ],
)
def test_windows_that_do_not_exist_are_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        Data.model_validate(DATA | changes)


def test_an_example_seed_that_is_not_trained_is_refused():
    with pytest.raises(ValidationError, match=r"expected figures.example_seed below seeds of the first look \(1\)"):
        settings(seeds=1)


# -- training ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_reports_its_steps(data, variant):
    finished = []
    chosen = settings().variants[variant]
    run = train_seeds(train, data, chosen, [0, 1], finished.append)
    assert sum(finished) == 2 * steps(data, chosen) == 12
    assert {name: array.shape for name, array in run.items()} == {
        "train_mse": (2, 2),
        "validation_mse": (2, 2),
        "predictions": (2, 2, 5),
        "parameters": (2,),
    }
    assert not np.array_equal(run["train_mse"][0], run["train_mse"][1])


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_seed_alone_gives_the_same_bits_as_among_others(data, variant):
    assert_a_seed_alone_equals_it_among_others(train, data, settings().variants[variant])


def test_a_seed_gives_the_same_bits_in_a_worker_process(data):
    assert_a_worker_process_gives_the_same_bits(train, data, training())


def test_variants_of_a_seed_see_the_same_batches_and_seeds_see_others(data, monkeypatch):
    seen = []
    mse_loss = torch.nn.functional.mse_loss
    monkeypatch.setattr(torch.nn.functional, "mse_loss", lambda x, y: seen.append(y.tolist()) or mse_loss(x, y))
    orders = {}
    for variant, chosen in settings().variants.items():
        for seed in (0, 1):
            seen.clear()
            train_seeds(train, data, chosen, [seed], no_progress)
            orders[variant, seed] = list(seen)
    assert all(orders[variant, 0] == orders["gru", 0] != orders[variant, 1] for variant in VARIANTS)
    assert orders["gru", 0][:3] != orders["gru", 0][3:]  # another order in the second epoch


def test_validation_windows_are_not_learned_from(data):
    changed = data | {"cosines": data["cosines"].copy()}
    changed["cosines"][data["validation"]] += 1
    one, other = (train_seeds(train, arrays, training(), [0], no_progress) for arrays in (data, changed))
    assert np.array_equal(one["predictions"], other["predictions"])
    assert not np.array_equal(one["validation_mse"], other["validation_mse"])


def test_without_learning_nothing_changes(data):
    run = train_seeds(train, data, training(learning_rate=0.0), [0], no_progress)
    assert run["train_mse"][0, 0] == run["train_mse"][0, 1]


@pytest.mark.parametrize("variant", VARIANTS)
def test_training_learns_to_write_the_cosine_of_training_windows_on_its_own(data, variant):
    data["free_running"] = np.array([2, 7])
    run = train_seeds(
        train, data, training(**VARIANTS[variant], hidden_size=8, epochs=150, learning_rate=0.02), [0], no_progress
    )
    assert run["train_mse"][0, -1] < 0.01 < run["train_mse"][0, 0]
    errors = run["predictions"][0] - data["cosines"][data["free_running"]]
    assert np.mean(errors**2) < 0.02


# -- numbers and figures ----------------------------------------------------------------------------------------------


@pytest.fixture
def results(data):
    chosen = settings()
    runs = {variant: train_seeds(train, data, chosen.variants[variant], range(2), no_progress) for variant in VARIANTS}
    summary = summarize(data, runs, chosen)
    return results_of("sine_to_cosine", chosen, data, runs, summary)


def test_summary_measures_free_running_predictions_against_the_true_cosine(data):
    true = data["cosines"][[0, 12]]
    run = {
        "train_mse": np.array([[3.0, 1.0], [4.0, 2.0]]),
        "validation_mse": np.array([[7.0, 5.0], [8.0, 6.0]]),
        "predictions": np.stack([true, true + [[0.1], [0.3]]]),
        "parameters": np.array([9, 9]),
    }
    summary = summarize(data, {"gru": run}, settings())
    metrics = {name: values.tolist() for name, values in summary.seeds["gru"].items()}
    assert metrics["free_running_mse"] == pytest.approx([0, (0.01 + 0.09) / 2])
    del metrics["free_running_mse"]
    assert metrics.pop("late_improvement") == pytest.approx([1 - 5 / 7, 1 - 6 / 8])
    assert metrics == {"train_mse": [1, 2], "validation_mse": [5, 6], "restricted_epochs": [2, 2], "parameters": [9, 9]}
    curve = summary.curves["gru"]
    assert list(curve)[0] == "step"
    assert curve["step"].tolist() == [1, 2]
    assert [curve[f"train_mse_{part}"].tolist() for part in ("low", "median", "high", "seed_1")] == [
        [3, 1],
        [3.5, 1.5],
        [4, 2],
        [4, 2],
    ]


@pytest.mark.parametrize(("errors", "epochs"), [([1, 1, 1], 1), ([9, 1, 1], 2), ([9, 1, 9], 3), ([9, 9, 1], 3)])
def test_epochs_are_counted_to_the_end_of_the_first_that_stays_below_the_threshold(data, results, errors, epochs):
    run = results.runs["gru"] | {"validation_mse": np.array([errors, errors])}
    assert summarize(data, {"gru": run}, settings()).seeds["gru"]["restricted_epochs"].tolist() == [epochs, epochs]


def test_answering_zero_has_the_mean_square_of_the_cosine_as_its_error(data, results):
    zero = results.constants["zero"]
    assert zero["train_mse"] == pytest.approx(np.mean(data["cosines"][:10] ** 2))
    assert zero["validation_mse"] == pytest.approx(np.mean(data["cosines"][10:] ** 2))
    assert zero["free_running_mse"] == pytest.approx(np.mean(data["cosines"][[0, 12]] ** 2))


def test_figures_show_every_variant(results):
    names = [label(variant, training) for variant, training in results.settings.variants.items()]
    assert names == [
        "SimpleRNN(3)",
        "GRU(3)",
        "LSTM(3)",
        "SimpleRNN(3)・入力の反転",
        "SimpleRNN(3)・のぞき見",
        "SimpleRNN(3)・Attention",
    ]
    panels = figures.predictions(results).axes
    assert [panel.get_title().replace("\n", "・") for panel in panels] == [
        f"({letter}) {name}" for letter, name in zip("abcdef", names, strict=True)
    ]
    panels = figures.learning_curves(results).axes
    assert [panel.get_title().replace("\n", "・") for panel in panels] == [
        f"({letter}) {name}" for letter, name in zip("abcdef", names, strict=True)
    ]
    assert panels[3].get_title() == "(d) SimpleRNN(3)\n入力の反転"  # too wide for a third of the column
    assert [text.get_text() for text in figures.mse(results).axes[0].get_yticklabels()] == names


def test_learning_curves_draw_the_validation_error_over_the_other_variants(results):
    for panel, curve in zip(figures.learning_curves(results).axes, results.curves.values(), strict=True):
        *others, own = (line.get_ydata().tolist() for line in panel.lines)
        assert own == curve["validation_mse_median"].tolist()
        assert others == [
            other["validation_mse_median"].tolist() for other in results.curves.values() if other is not curve
        ]
        assert panel.get_yscale() == "log"


def test_a_longer_training_begins_as_the_shorter_one_and_is_drawn_in_its_place(data):
    chosen = settings(
        variants={"gru": {"cell": "gru"}, "gru_long": {"cell": "gru", "epochs": 3}, "lstm": {"cell": "lstm"}}
    )
    runs = {
        name: train_seeds(train, data, training, range(2), no_progress) for name, training in chosen.variants.items()
    }
    assert np.array_equal(runs["gru"]["validation_mse"], runs["gru_long"]["validation_mse"][:, :2])
    results = results_of("sine_to_cosine", chosen, data, runs, summarize(data, runs, chosen))
    gru, lstm = figures.learning_curves(results).axes
    assert (gru.get_title(), lstm.get_title()) == ("(a) GRU(3)", "(b) LSTM(3)")
    other, end, own = (np.asarray(line.get_xdata()).tolist() for line in gru.lines)
    assert (other, end, own) == ([1, 2], [2, 2], [1, 2, 3])
    assert len(lstm.lines) == 2


def test_predictions_of_the_shorter_and_the_longer_trainings_stand_in_figures_of_their_own(data):
    variants = {"gru": {"cell": "gru"}, "gru_long": {"cell": "gru", "epochs": 3}, "lstm": {"cell": "lstm"}}
    chosen = settings(variants=variants)
    runs = {name: train_seeds(train, data, chosen.variants[name], range(2), no_progress) for name in chosen.variants}
    results = results_of("sine_to_cosine", chosen, data, runs, summarize(data, runs, chosen))
    names = {
        drawn: [panel.get_title() for panel in drawn(results).axes]
        for drawn in (figures.predictions, figures.long_predictions)
    }
    assert names[figures.predictions] == [f"(a) {results.labels['gru']}", f"(b) {results.labels['lstm']}"]
    assert [title[:3] for title in names[figures.long_predictions]] == ["(a)", "(b)"]
    assert "エポック" in "".join(names[figures.long_predictions])


def test_predictions_are_drawn_where_their_windows_lie(data, results):
    panel = figures.predictions(results).axes[0]
    lines = [(line.get_xdata().tolist(), line.get_ydata().tolist()) for line in panel.lines]
    run = results.runs["simple_rnn"]
    for window, start in enumerate([0, 12]):
        for seed in range(2):
            expected = (data["x"][start : start + 5].tolist(), run["predictions"][seed, window].tolist())
            assert lines.count(expected) == (2 if seed == 1 else 1)  # the example seed is drawn again, thick
    assert (data["x"].tolist(), data["cosine"].tolist()) in lines
