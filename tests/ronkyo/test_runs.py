"""Names, randomness and files of runs."""

import math

import numpy as np
import pytest

from ronkyo import files, results
from ronkyo.claims import estimates
from ronkyo.seeds import generator


def test_a_stream_gives_the_same_draws_again_and_other_streams_give_others():
    first = generator("binary_addition", 3, "data order").integers(1 << 30, size=4)
    again = generator("binary_addition", 3, "data order").integers(1 << 30, size=4)
    others = [
        ("binary_addition", 3, "initialization"),
        ("binary_addition", 4, "data order"),
        ("next_word", 3, "data order"),
    ]
    assert np.array_equal(first, again)
    for key in others:
        assert not np.array_equal(first, generator(*key).integers(1 << 30, size=4))


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    file = tmp_path / "out.txt"
    files.write_text(file, "old")

    def fail():
        with files.replacing(file) as temporary:
            temporary.write_text("half")
            raise RuntimeError("stop")

    pytest.raises(RuntimeError, fail)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_is_replaced_without_leaving_old_members(tmp_path):
    files.write_arrays(tmp_path / "run", {"a": np.arange(3), "b": np.ones(2)})
    files.write_arrays(tmp_path / "run", {"a": np.arange(4)})
    assert {name: list(array) for name, array in files.read_arrays(tmp_path / "run").items()} == {"a": [0, 1, 2, 3]}


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    arrays = {"weights": np.linspace(0, 1, 7), "labels": np.array(["a", "字"])}
    for name in ("one", "two"):
        files.write_arrays(tmp_path / name, arrays)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


@pytest.fixture
def summary(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written = results.Summary(
        seeds={
            "plain": {"loss": np.array([0.1, 0.2, 0.4]), "accuracy": np.array([1.0, 0.5, 0.0])},
            "other": {"loss": np.array([np.nan, np.inf, 1.0]), "accuracy": np.array([0.0, 0.0, 0.0])},
        },
        constants={"baseline": {"accuracy": 0.25}},
        curves={"plain": {"step": np.array([1, 2]), "loss": np.array([0.3, 1 / 3])}},
        items={"plain": {"accuracy": np.array([1.0, 1 / 3])}, "other": {"accuracy": np.array([0.0, 0.0])}},
    )
    results.write_summary("task", written)
    return written


def test_a_summary_is_read_back_exactly(summary):
    for read, written in (results.read_seeds, summary.seeds), (results.read_items, summary.items):
        tables = read("task")
        assert list(tables) == ["plain", "other"]
        for variant, metrics in written.items():
            for metric, values in metrics.items():
                np.testing.assert_array_equal(tables[variant][metric], values)
    assert results.read_constants("task") == {"baseline": {"accuracy": 0.25}}


def test_items_are_a_row_each_in_a_table_of_text(summary):
    lines = results.items_file("task").read_text().splitlines()
    assert lines == ["variant,item,accuracy", "plain,0,1.0", f"plain,1,{1 / 3!r}", "other,0,0.0", "other,1,0.0"]


def test_an_experiment_without_items_has_none(summary):
    assert results.read_items("another") == {}


def test_metrics_hold_means_and_null_where_a_seed_is_not_finite(summary):
    metrics = files.read_json(results.metrics_file("task"))
    assert metrics["plain"] == {"loss": 0.233333, "accuracy": 0.5}
    assert metrics["other"] == {"loss": None, "accuracy": 0}


def test_a_constant_must_not_hide_a_variant(summary):
    clash = results.Summary(seeds=summary.seeds, constants={"plain": {"loss": 1.0}})
    with pytest.raises(ValueError, match="plain: expected a name that no variant has"):
        results.write_summary("task", clash)


def test_the_interval_of_a_mean_covers_it_in_95_of_100_samples():
    rng = np.random.default_rng(0)
    intervals = [estimates.mean_interval(rng.normal(3.0, 2.0, 5)) for _ in range(4000)]
    covered = np.mean([found.low <= 3.0 <= found.high for found in intervals])
    assert abs(covered - estimates.LEVEL) < 0.012


@pytest.mark.parametrize("values", [[1.0], [1.0, float("nan")], [1.0, float("inf")]])
def test_one_seed_or_a_value_that_is_not_finite_gives_no_interval(values):
    found = estimates.mean_interval(np.array(values))
    assert math.isnan(found.low)
    assert math.isnan(found.high)
