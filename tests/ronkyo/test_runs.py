"""Randomness of runs, and what they are summarized to."""

import math

import numpy as np
import pytest

from ronkyo import files, results
from ronkyo.claims import estimates
from ronkyo.project import Manifest, Project
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


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path, Manifest(name="small", package="small"), tmp_path / "src")


@pytest.fixture
def summary(project):
    written = results.Summary(
        seeds={
            "plain": {"loss": np.array([0.1, 0.2, 0.4]), "accuracy": np.array([1.0, 0.5, 0.0])},
            "other": {"loss": np.array([np.nan, np.inf, 1.0]), "accuracy": np.array([0.0, 0.0, 0.0])},
        },
        constants={"baseline": {"accuracy": 0.25}},
        curves={"plain": {"step": np.array([1, 2]), "loss": np.array([0.3, 1 / 3])}},
        items={"plain": {"accuracy": np.array([1.0, 1 / 3])}, "other": {"accuracy": np.array([0.0, 0.0])}},
        groups=np.array(["ada", "bram"]),
    )
    results.write_summary(project, "task", written)
    return written


def test_a_summary_is_read_back_exactly(project, summary):
    for read, written in (results.read_seeds, summary.seeds), (results.read_items, summary.items):
        tables = read(project, "task")
        assert list(tables) == ["plain", "other"]
        for variant, metrics in written.items():
            for metric, values in metrics.items():
                np.testing.assert_array_equal(tables[variant][metric], values)
    assert results.read_constants(project, "task") == {"baseline": {"accuracy": 0.25}}


def test_curves_have_six_digits(project, summary):
    assert (project.curves_folder("task") / "plain.csv").read_text() == "step,loss\n1,0.3\n2,0.333333\n"


def test_items_are_a_row_each_in_a_table_of_text(project, summary):
    lines = project.items_file("task").read_text().splitlines()
    assert lines == [
        "variant,item,group,accuracy",
        "plain,0,ada,1.0",
        f"plain,1,bram,{1 / 3!r}",
        "other,0,ada,0.0",
        "other,1,bram,0.0",
    ]


def test_the_groups_of_items_are_read_back(project, summary):
    groups = results.read_groups(project, "task")
    assert groups is not None
    assert groups.tolist() == ["ada", "bram"]


def test_items_without_groups_have_no_column_of_them(project, summary):
    results.write_summary(project, "task", results.Summary(items=summary.items))
    assert project.items_file("task").read_text().splitlines()[0] == "variant,item,accuracy"
    assert results.read_groups(project, "task") is None


def test_variants_with_unequal_numbers_of_seeds_are_read_back(project):
    written = {"plain": {"loss": np.array([0.1, 0.2])}, "other": {"loss": np.array([0.3, 0.4, 0.5])}}
    results.write_summary(project, "task", results.Summary(seeds=written))
    tables = results.read_seeds(project, "task")
    assert {name: table["loss"].tolist() for name, table in tables.items()} == {
        "plain": [0.1, 0.2],
        "other": [0.3, 0.4, 0.5],
    }


def test_a_metric_that_a_variant_has_not_is_in_no_file_and_not_read(project):
    absent = np.ma.masked_all(2)
    written = {
        "plain": {"loss": np.array([0.1, np.nan]), "rate": absent},
        "other": {"loss": absent, "rate": np.ones(2)},
    }
    results.write_summary(project, "task", results.Summary(seeds=written))
    assert project.seeds_file("task").read_text().splitlines()[1:] == [
        "plain,0,0.1,",
        "plain,1,nan,",
        "other,0,,1.0",
        "other,1,,1.0",
    ]
    assert results.read_metrics(project, "task") == {"plain": {"loss": None}, "other": {"rate": 1}}
    assert {name: list(table) for name, table in results.read_seeds(project, "task").items()} == {
        "plain": ["loss"],
        "other": ["rate"],
    }


def test_an_experiment_without_items_has_none(project, summary):
    assert results.read_items(project, "another") == {}
    assert results.read_groups(project, "another") is None


def test_tables_that_a_summary_no_longer_has_are_removed(project, summary):
    results.write_summary(project, "other task", summary)
    results.write_summary(project, "task", results.Summary(constants={"baseline": {"accuracy": 0.5}}))
    assert (results.read_seeds(project, "task"), results.read_items(project, "task")) == ({}, {})
    assert not project.curves_folder("task").exists()
    assert results.read_constants(project, "task") == {"baseline": {"accuracy": 0.5}}
    results.write_summary(project, "task", results.Summary())  # what is not there is no error
    assert results.read_seeds(project, "other task")
    assert project.curves_folder("other task").is_dir()


def test_metrics_hold_means_and_null_where_a_seed_is_not_finite(project, summary):
    metrics = files.read_json(project.metrics_file("task"))
    assert metrics["plain"] == {"loss": 0.233333, "accuracy": 0.5}
    assert metrics["other"] == {"loss": None, "accuracy": 0}


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
