"""`ronkyo compare --sweep`: three or more experiments in one table and one figure for each parameter."""

import json
import re

import numpy as np
import pypdf
import pytest

from ronkyo import cli
from ronkyo.claims import estimates
from ronkyo.compare import sweep
from ronkyo.compare.revision import Side
from ronkyo.project import Project
from ronkyo.words import Words

NAMES = ["second", "lighter", "slow"]
WIDTH = "least_squares.variants.heavy.momentum"
RATE = "least_squares.training.learning_rate"
METRIC = "least_squares.heavy.excess_loss"


@pytest.fixture(scope="module")
def found(compared):
    return sweep.load(Project.find(compared), NAMES, Words("ja"), [METRIC])


def side(losses, rate, metrics=None) -> Side:
    seeds = {"e": {"v": {"loss": np.array(losses)}}}
    metrics = {"e": {"v": metrics or {"loss": 1}}}
    return Side("s", "commit", "0" * 40, {"e": {"rate": rate}}, metrics=metrics, seeds=seeds)


def test_only_parameters_that_differ_are_columns_with_the_value_of_each_experiment(found):
    assert found.varied == {WIDTH: [0.8, 0.5, 0.8], RATE: [0.3, 0.3, 0.05]}


def test_a_metric_is_given_by_every_seed_of_each_experiment(found):
    (values,) = found.metrics.values()
    assert [len(seeds) for seeds in values] == [3, 3, 3]
    assert values[0] is not None
    assert not np.array_equal(values[0], values[1])


def test_the_table_has_a_row_for_each_experiment_with_the_interval_of_its_mean(found):
    rows = sweep.table(found, Words("ja"))
    assert [row[1:3] for row in rows] == [["0.8", "0.3"], ["0.5", "0.3"], ["0.8", "0.05"]]
    interval = estimates.mean_interval(next(iter(found.metrics.values()))[0])
    numbers = [float(number) for number in re.findall(r"[0-9.]+", rows[0][3])]
    assert numbers == pytest.approx([interval.mean, interval.low, interval.high], rel=0.05)


def test_the_figure_shows_every_seed_and_the_mean_over_the_parameters_value(found):
    drawing = sweep.draw(found, WIDTH)
    (panel,) = drawing.axes
    rings = [line for line in panel.lines if line.get_marker() == "o"]
    means = [line for line in panel.lines if line.get_marker() == "D"]
    assert [set(line.get_xdata()) for line in rings] == [{0.8}, {0.5}, {0.8}]
    for line, values in zip(rings, found.metrics[METRIC], strict=True):
        np.testing.assert_array_equal(line.get_ydata(), values)
    assert [float(line.get_ydata()[0]) for line in means] == pytest.approx([np.mean(v) for v in found.metrics[METRIC]])
    assert panel.get_xlabel() == "momentum"


def test_without_a_choice_the_first_metric_of_each_variant_that_differs_is_shown(compared):
    found = sweep.load(Project.find(compared), NAMES, Words("ja"))
    variants = [metric.split(".")[1] for metric in found.metrics]
    assert variants == ["heavy"]  # quick has a learning rate of its own


def test_html_and_pdf_hold_the_table_and_a_figure_for_each_numeric_parameter(compared, tmp_path, capsys):
    assert cli.main(["-C", str(compared), "compare", "--sweep", *NAMES, "--metric", METRIC, "-o", str(tmp_path)]) == 0
    page = (tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert page.count("<figcaption") == 3  # a table, and two figures: each parameter differs while the other stays
    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "sweep.pdf").pages)
    assert "momentum" in text
    assert "///" not in text
    assert "dvc exp apply lighter" in text
    assert "1 つのパラメータだけに帰することはできない" in text


def test_json_and_markdown_hold_the_same_numbers(compared, capsys):
    assert cli.main(["-C", str(compared), "compare", "--sweep", *NAMES, "--metric", METRIC, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert cli.main(["-C", str(compared), "compare", "--sweep", *NAMES, "--metric", METRIC, "--md"]) == 0
    assert [one["parameters"][WIDTH] for one in document] == [0.8, 0.5, 0.8]
    assert all(one["metrics"][METRIC]["n"] == 3 for one in document)
    markdown = capsys.readouterr().out
    assert markdown.count("\n| ") == 3
    assert f"`{METRIC}`" in markdown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["second", "lighter"], "--sweep: expected 3 or more different experiments, found 2"),
        (["second", "second", "lighter"], "--sweep: expected 3 or more different experiments, found 2"),
        (["second", "lighter", "slwo"], "nearest: slow"),
        ([*NAMES, "--metric", "least_squares.heavy.excess_los"], f"nearest: {METRIC}"),
        (["second", "third", "third~0"], "expected parameters that differ, found none"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(compared, tmp_path, capsys, arguments, message):
    assert cli.main(["-C", str(compared), "compare", "-o", str(tmp_path), "--sweep", *arguments]) == 1
    error = capsys.readouterr().err.strip()
    assert message in error
    assert "\n" not in error
    assert list(tmp_path.iterdir()) == []


def test_a_metric_of_one_side_only_is_known_and_empty_elsewhere():
    sides = [side([1.0, 2.0], 1, {"loss": 1.5, "old": 3.0}), side([1.0, 2.0], 2)]
    assert sweep._known(["e.v.old"], sides) == ["e.v.old"]
    assert sweep._printed(sweep._values(sides[1], "e.v.old")) == "—"
    assert sweep._printed(sweep._values(sides[0], "e.v.old")) == "3"


def test_a_parameter_of_words_is_no_axis():
    sides = [side([1.0, 2.0], rate) for rate in ("tanh", "relu", "relu")]
    assert sweep.Sweep(sides, {"e.rate": ["tanh", "relu", "relu"], "e.n": [1, 2, 3]}, {}).numeric == ["e.n"]


def test_a_parameter_that_never_differs_alone_is_no_axis():
    sides = [side([1.0, 2.0], rate) for rate in (1, 2, 3)]
    assert sweep.Sweep(sides, {"e.rate": [1, 2, 3], "e.n": [1, 2, 3]}, {}).numeric == []
    assert sweep.Sweep(sides, {"e.rate": [1, 2, 3]}, {}).numeric == ["e.rate"]
