"""Word vectors: text and rated pairs, training, and the numbers and figures made of it."""

from pathlib import Path

import numpy as np
import pytest
from drawn import results_of
from pydantic import ValidationError
from seeds import (
    assert_a_seed_alone_equals_it_among_others,
    assert_a_worker_process_gives_the_same_bits,
    no_progress,
    train_seeds,
)

from day3 import speeches
from day3.experiments.word_vectors import data as word_data
from day3.experiments.word_vectors import figures, ppmi
from day3.experiments.word_vectors.data import Rated, prepare, read_ratings
from day3.experiments.word_vectors.settings import Data, Settings, Training
from day3.experiments.word_vectors.summarize import correlations, summarize
from day3.experiments.word_vectors.train import NOISE_SIZE, keep_probability, noise_table, train
from ronkyo import plotting
from ronkyo.files import DataError

NOWHERE = Path("no downloads")
SPEECHES = {"1900-A-1.txt": b"War and peace; peace and war. The END of war", "1901-B-1.txt": b"peace and gold and war"}
DATA = {
    "first_year": 1900,
    "last_year": 1901,
    "rare_count": 1,
    "queries": ["peace"],
    "opposites": [["war", "peace"]],
    "map": {"a": ["war"], "b": ["and", "peace"]},
}
TRAINING = {
    "model": "skipgram",
    "size": 4,
    "window": 2,
    "negatives": 2,
    "noise_power": 0.75,
    "frequent_share": 1.0,
    "epochs": 3,
    "learning_rate": 0.05,
}
VARIANTS = {"cbow": {"model": "cbow"}, "skipgram": {}, "window_1": {"window": 1}, "size_2": {"size": 2}}


def settings(**changes):
    document = {
        "seeds": 2,
        "data": DATA,
        "training": TRAINING,
        "variants": VARIANTS,
        "figures": {"variant": "skipgram", "seed": 1},
    }
    return Settings.model_validate(document | changes)


@pytest.fixture
def data():
    """Eight words in two groups of four that come together; the ratings say so, but for one pair of each list."""
    rng = np.random.default_rng(0)
    text = np.concatenate([rng.integers(4, size=20) + 4 * rng.integers(2) for _ in range(100)]).astype(np.int32)
    pairs = np.array([[0, 1], [4, 6], [0, 5], [3, 7]] * 3)
    return {
        "text": text,
        "vocabulary": np.array(list("abcdefgh")),
        "pairs": pairs,
        "ratings": np.array([9.0, 8, 1, 2] * 3),
        "lists": np.repeat(["men", "wordsim353", "simlex999"], 4),
        "queries": np.array([0, 4], dtype=np.int32),
        "opposites": np.array([[0, 1], [4, 5]], dtype=np.int32),
        "map_words": np.array([0, 1, 4, 5], dtype=np.int32),
        "map_groups": np.array(["甲", "甲", "乙", "乙"]),
    }


# -- text and ratings -------------------------------------------------------------------------------------------------


@pytest.fixture
def two_speeches(monkeypatch):
    monkeypatch.setattr(speeches, "read_speeches", lambda first_year, last_year: SPEECHES)
    rated = [Rated("war", "peace", 8.0), Rated("war", "silver", 2.0)]
    monkeypatch.setattr(word_data, "read_ratings", lambda name: rated)


@pytest.mark.usefixtures("two_speeches")
def test_rare_words_and_pairs_with_them_are_left_out():
    arrays, provenance = prepare(Data.model_validate(DATA), NOWHERE)
    assert arrays["vocabulary"].tolist() == ["and", "war", "peace"]
    words = ["war", "and", "peace", "peace", "and", "war", "war", "peace", "and", "and", "war"]
    assert arrays["vocabulary"][arrays["text"]].tolist() == words
    assert arrays["vocabulary"][arrays["pairs"]].tolist() == [["war", "peace"]] * 3
    assert arrays["lists"].tolist() == ["men", "wordsim353", "simlex999"]
    assert arrays["map_groups"].tolist() == ["a", "b", "b"]
    assert provenance["words"] == 15


@pytest.mark.usefixtures("two_speeches")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"queries": ["silver", "war"]}, r"word_vectors.data.queries: expected words of the text, found silver"),
        ({"opposites": [["war", "gold"]]}, r"word_vectors.data.opposites: .* found gold"),
        ({"map": {"a": ["the"]}}, r"word_vectors.data.map: .* found the"),
    ],
)
def test_words_of_interest_that_the_text_has_not_are_an_error(changes, message):
    with pytest.raises(DataError, match=message):
        prepare(Data.model_validate(DATA | changes), NOWHERE)


def test_the_published_lists_are_read_whole():
    counts = {name: len(read_ratings(file)) for name, file in word_data.LISTS.items()}
    assert counts == {"men": 3000, "wordsim353": 353, "simlex999": 999}
    assert Rated("old", "new", 1.58) in read_ratings("simlex999.txt")


def test_a_list_that_is_not_there_is_an_error():
    with pytest.raises(DataError, match="svd2vec: expected the file rg65.txt, found none"):
        read_ratings("rg65.txt")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"figures": {"variant": "glove", "seed": 0}}, "expected figures.variant to be a variant, found 'glove'"),
        ({"figures": {"variant": "cbow", "seed": 2}}, r"expected figures.seed below seeds of the first look \(2\)"),
        ({"data": DATA | {"opposites": [["war"]]}}, "at least 2 items"),
    ],
)
def test_settings_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        settings(**changes)


# -- training ---------------------------------------------------------------------------------------------------------


def test_negatives_come_by_the_power_of_the_counts():
    counts = np.array([16, 1, 81])
    table = noise_table(counts, 0.75)
    assert len(table) == NOISE_SIZE
    assert np.bincount(table) / NOISE_SIZE == pytest.approx(np.array([8, 1, 27]) / 36, abs=1e-5)


def test_frequent_words_are_left_out_more_often():
    kept = keep_probability(np.array([900, 99, 1]), 0.001)
    assert kept == pytest.approx([np.sqrt(0.001 / 0.9) + 0.001 / 0.9, np.sqrt(0.001 / 0.099) + 0.001 / 0.099, 1])


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_reports_its_steps(data, variant):
    finished, chosen = [], settings().variants[variant]
    run = train_seeds(train, data, chosen, [0, 1], finished.append)
    assert sum(finished) == 2 * 3
    assert {name: array.shape for name, array in run.items()} == {
        "pair_similarity": (2, 3, 12),
        "query_similarity": (2, 2, 8),
        "opposite_similarity": (2, 2, 8),
        "map_vectors": (2, 4, chosen.size),
    }
    assert not np.array_equal(run["map_vectors"][0], run["map_vectors"][1])


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_seed_alone_gives_the_same_bits_as_among_others(data, variant):
    assert_a_seed_alone_equals_it_among_others(train, data, settings().variants[variant])


def test_a_seed_gives_the_same_bits_in_a_worker_process(data):
    assert_a_worker_process_gives_the_same_bits(train, data, Training.model_validate(TRAINING))


@pytest.mark.parametrize("model", ["cbow", "skipgram"])
def test_words_of_one_group_become_alike(data, model):
    training = Training.model_validate(TRAINING | {"model": model, "size": 8, "epochs": 20, "learning_rate": 0.1})
    run = train_seeds(train, data, training, [0], no_progress)
    assert correlations(data, run["pair_similarity"][:, -1])[0]["men"] > 0.7


# -- numbers and figures ----------------------------------------------------------------------------------------------


def test_counting_alone_finds_the_groups(data):
    vectors = ppmi.vectors(data["text"], 8, window=2, power=0.75, size=3)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = units @ units.T
    assert vectors.shape == (8, 3)
    assert cosines[:4, :4].min() > cosines[:4, 4:].max()


def test_pairs_count_by_how_many_reaches_have_both():
    counts = ppmi._count(np.array([0, 1, 2]), 3, window=2).toarray()
    assert counts.tolist() == [[0, 1, 0.5], [1, 0, 1], [0.5, 1, 0]]


def test_correlation_is_of_ranks(data):
    similarity = np.exp(5 * data["ratings"])  # far from a line
    assert correlations(data, np.stack([similarity, -similarity])) == [
        pytest.approx(dict.fromkeys(["men", "wordsim353", "simlex999"], sign)) for sign in (1, -1)
    ]


@pytest.fixture
def results(data):
    chosen = settings()
    runs = {name: train_seeds(train, data, one, range(2), no_progress) for name, one in chosen.variants.items()}
    return results_of("word_vectors", chosen, data, runs, summarize(data, runs, chosen))


def test_summary_tells_chance_neighbours_and_opposites(data, results):
    assert results.constants["chance"]["men"] == pytest.approx(1.96 / np.sqrt(3), rel=1e-3)
    nearest = results.constants["nearest_cbow_a"]
    cosines = results.runs["cbow"]["query_similarity"][:, 0].mean(axis=0)
    assert list(nearest) == [data["vocabulary"][word] for word in np.argsort(-cosines) if word != 0][:6]
    run = results.runs["cbow"] | {"opposite_similarity": np.tile(np.arange(8.0), (2, 2, 1))}
    percentile = summarize(data, {"cbow": run}, settings()).seeds["cbow"]["opposite_percentile"]
    assert percentile.tolist() == [(1 / 8 + 5 / 8) / 2] * 2
    gain = results.seeds["cbow"]["men_gain"]
    curves = results.curves["cbow"]
    assert gain[1] == pytest.approx(curves["men_seed_1"][2] - curves["men_seed_1"][1])


def test_the_figure_has_every_word_of_the_map_and_every_variant(results):
    with plotting.style():
        plane, correlation = figures.vectors(results).axes
    assert [text.get_text() for text in plane.texts] == list("abef")
    assert [text.get_text() for text in plane.get_legend().get_texts()] == ["甲", "乙"]
    drawn = np.concatenate([line.get_xydata() for line in plane.lines])
    assert drawn == pytest.approx(figures.principal_plane(results.runs["skipgram"]["map_vectors"][1]))
    seeds = [line.get_xdata().tolist() for line in correlation.lines[2:]]
    assert seeds == [metrics["men"].tolist() for metrics in results.seeds.values()]
    assert [line.get_xdata()[0] for line in correlation.lines[:2]] == [
        results.constants[name]["men"] for name in ("ppmi_svd", "chance")
    ]


def test_the_plane_is_that_of_largest_variance():
    rng = np.random.default_rng(0)
    vectors = rng.normal(0, [9, 0.1, 3, 0.2], (50, 4))
    plane = figures.principal_plane(vectors)
    assert np.abs(np.corrcoef(plane[:, 0], vectors[:, 0])[0, 1]) > 0.99
    assert np.abs(np.corrcoef(plane[:, 1], vectors[:, 2])[0, 1]) > 0.99
    assert (plane[np.argmax(np.abs(plane), axis=0), [0, 1]] > 0).all()


def test_words_of_a_crowd_overlap_neither_each_other_nor_its_points_and_stay_near():
    rng = np.random.default_rng(0)
    points, sizes = rng.uniform(0, 60, (12, 2)), np.tile([20.0, 7.0], (12, 1))
    centres = figures.separated(points, sizes)
    gaps = np.abs(centres[:, None] - centres[None]) + 1e-5
    assert (np.any(gaps >= 0.999 * sizes[0], axis=2) | np.eye(12, dtype=bool)).all()
    off = np.abs(centres[:, None] - points[None]) + 1e-5
    assert np.any(off >= 0.999 * (sizes[0] + figures.MARKER) / 2, axis=2).all()
    assert np.hypot(*(centres - points).T).max() < 60


def test_a_word_alone_stands_right_of_its_point():
    centres = figures.separated(np.array([[0.0, 0.0], [90.0, 0.0]]), np.full((2, 2), 10.0))
    assert centres.tolist() == [[9.0, 0.0], [99.0, 0.0]]
