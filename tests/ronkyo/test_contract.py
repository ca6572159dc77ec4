"""What a new experiment may get wrong is one line that says where, what was expected and what was found."""

from __future__ import annotations

import numpy as np
import pytest

from ronkyo import cli, files, results
from ronkyo.errors import UserError
from ronkyo.run import draw, prepare, stage, summarize, train

NAME = "least_squares"
FOLDER = f"src/small/experiments/{NAME}"


@pytest.fixture
def edited(small_files):
    """Replaces a piece of one of the experiment's modules."""

    def edit(module, old, new):
        file = small_files.experiments_folder / NAME / f"{module}.py"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        return small_files

    return edit


def message(function, *arguments):
    with pytest.raises(UserError) as error:
        function(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("def (", ":1: expected Python, found an error: invalid syntax"),
        ("import nowhere", ": expected its imports, found: No module named 'nowhere'"),
    ],
)
def test_code_that_cannot_be_read_is_one_line(small_files, line, expected):
    file = small_files.experiments_folder / NAME / "settings.py"
    file.write_text(f"{line}\n", encoding="utf-8")
    assert message(small_files.load_params) == f"{FOLDER}/settings.py{expected}"


@pytest.mark.parametrize(
    ("module", "old", "new", "command", "expected"),
    [
        (
            "settings",
            "    return f",
            "    return 1 + f",
            "check",
            "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        ),
        (
            "settings",
            "class Data(",
            "None.name\n\n\nclass Data(",
            "check",
            "AttributeError: 'NoneType' object has no attribute 'name'",
        ),
        (
            "train",
            "def descend(",
            "def descend((",
            "claims",
            "expected Python, found an error: Function parameters cannot be parenthesized",
        ),
    ],
)
def test_a_mistake_in_code_is_told_with_its_line(edited, capsys, module, old, new, command, expected):
    project = edited(module, old, new)
    text = (project.root / FOLDER / f"{module}.py").read_text(encoding="utf-8")
    line = text[: text.index(new.partition("\n")[0])].count("\n") + 1
    assert cli.main(["-C", str(project.root), command]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == f"{FOLDER}/{module}.py:{line}: {expected}"


@pytest.mark.parametrize(
    ("module", "old", "new", "expected"),
    [
        ("data", "def prepare(", "def prepared(", "a function prepare, found none; nearest: prepared"),
        ("train", "def steps(", "def step(", "a function steps, found none; nearest: step"),
        ("settings", "class Settings(", "class Setting(", "a class Settings, found none; nearest: Setting"),
        ("settings", "def label(", "def labels(", "a function label, found none; nearest: labels"),
        ("summarize", "def summarize(", "def summarise(", "a function summarize, found none; nearest: summarise"),
        ("figures", '["learning_curves"]', '["learning_curve"]', "a function learning_curve, found none; nearest: "),
        ("figures", "__all__ =", "NAMES =", "__all__, a list of the figures' names, found None"),
    ],
)
def test_a_name_that_a_module_lacks(edited, module, old, new, expected):
    project = edited(module, old, new)
    ask = {
        "data": lambda: project.function(NAME, "data", "prepare"),
        "train": lambda: project.function(NAME, "train", "steps"),
        "summarize": lambda: project.function(NAME, "summarize", "summarize"),
        "figures": lambda: draw.figures(project, NAME),
        "settings": lambda: project.label(NAME, project.load_params()[NAME], "plain"),
    }
    assert message(ask[module]).startswith(f"{FOLDER}/{module}.py: expected {expected}")


def test_a_mistake_in_a_table_is_told_with_the_line_of_the_template_too(small_files, capsys):
    table, chapter = f"{FOLDER}/tables.py", "report_templates/chapters/01_least_squares.md.j2"
    (small_files.root / table).write_text(
        "__all__ = ['total']\ndef total(values):\n    return 1 / 0\n", encoding="utf-8"
    )
    (small_files.root / chapter).write_text("{{ total() }}\n", encoding="utf-8")
    assert cli.main(["-C", str(small_files.root), "claims"]) == 1
    assert capsys.readouterr().err == f"{chapter}:1: {table}:3: ZeroDivisionError: division by zero\n"


def test_data_without_a_digest(edited):
    project = edited("data", '"digest":', '"digets":')
    expected = f"{FOLDER}/data.py: prepare: provenance: digest: expected text, found nothing; nearest: digets"
    assert message(prepare.run, project, NAME) == expected
    assert not project.data_folder(NAME).exists()


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (None, "expected (arrays, provenance), two mappings, found None"),
        (({"x": [1, 2]}, {}), "x: expected an array of numbers or text, found list [1, 2]"),
        (([], {}), "expected {name: array}, found list []"),
    ],
)
def test_data_that_is_no_pair_of_arrays_and_provenance(made, found):
    assert message(prepare.checked, "data.py: prepare", made) == f"data.py: prepare: {found}"


SEEDS = {"plain": {"loss": np.ones(5)}, "momentum": {"loss": np.ones(5)}}
STEP = np.arange(2)
ITEMS = {"plain": {"right": np.ones(2)}}


@pytest.mark.parametrize(
    ("summary", "found"),
    [
        ({}, "expected a Summary, found dict {}"),
        ({"seeds": SEEDS | {"momentum": {"los": np.ones(5)}}}, "seeds: momentum: loss: expected it, since the first"),
        ({"seeds": {"plain": {"loss": np.ones(4)}}}, "seeds: plain: loss: expected 5 values, one a seed, found 4"),
        ({"seeds": {"plain": {"loss": np.float64(1)}}}, "seeds: plain: loss: expected one dimension"),
        ({"seeds": {"plain": {"loss": np.ones((5, 2))}}}, "seeds: plain: loss: expected one dimension"),
        (
            {"seeds": {"plein": SEEDS["plain"]}},
            "seeds: expected a variant, one of plain, momentum, found 'plein'; nearest: pl",
        ),
        ({"curves": {"least": {"step": STEP}}}, "curves: expected a variant, one of plain, momentum, found 'least'"),
        ({"items": {"all": {"right": STEP}}}, "items: expected a variant, one of plain, momentum, found 'all'"),
        ({"seeds": [SEEDS]}, "seeds: expected a mapping of names to tables, found list "),
        (
            {"seeds": {"plain": np.ones(5)}},
            "seeds: plain: expected {name: array}, found an array of float64, shape (5,)",
        ),
        ({"seeds": {"plain": {}}}, "seeds: plain: expected a column, found none"),
        ({"items": {"plain": {"group": STEP}}}, "items: plain: group: expected another name: a column has it"),
        ({"constants": 1.0}, "constants: expected a mapping of names to tables, found float 1.0"),
        ({"constants": {"least": 1.0}}, "constants: least: expected {metric: number}, found float 1.0"),
        ({"constants": {"least": {"loss": np.nan}}}, "constants: least: loss: expected finite numbers, found nan"),
        ({"constants": {"least": {"loss": "low"}}}, "constants: least: loss: expected a number, found str 'low'"),
        ({"constants": {"plain": {"loss": 1.0}}}, "constants: plain: expected a name that no variant has"),
        ({"items": {"plain": {"right": np.array([1, np.inf])}}}, "items: plain: right: expected finite numbers"),
        ({"items": ITEMS, "groups": ["a", "b"]}, "groups: names: expected an array of numbers or text, found list"),
        ({"items": ITEMS, "groups": np.array(["a"])}, "groups: expected a name for each of 2 items, found an array of"),
        ({"groups": np.array(["a", "b"])}, "groups: expected a name for each of no items, found an array of"),
        (
            {"items": ITEMS | {"momentum": {"right": np.ones(3)}}, "groups": np.array(["a", "b"])},
            "groups: expected a name for each of 2, 3 items, found an array of",
        ),
        (
            {"seeds": {"plain": {"loss": np.ma.array([1.0] * 5, mask=[0, 0, 0, 0, 1])}}},
            "seeds: plain: loss: expected numbers",
        ),
        ({"items": {"plain": {"right": np.ma.masked_all(2)}}}, "items: plain: right: expected numbers"),
        ({"curves": {"plain": {"loss": STEP, "step": STEP}}}, "curves: plain: expected step first, found loss, step"),
        ({"curves": {"plain": {"step": STEP, "loss": np.ones(3)}}}, "curves: plain: loss: expected one dimension"),
    ],
)
def test_a_summary_that_is_not_one(small_files, summary, found):
    settings = small_files.load_params()[NAME]
    given = results.Summary(**summary) if summary else summary
    assert message(summarize.expect_summary, "summarize.py: summarize", given, settings).startswith(
        f"summarize.py: summarize: {found}"
    )


@pytest.mark.parametrize(
    ("old", "wrong", "expected"),
    [
        (
            'run["excess_loss"], settings',
            'run["loss"], settings',
            "runs: plain: expected one of excess_loss, found 'loss'",
        ),
        (
            "_curve(run[",
            '_curve(runs["plein"][',
            "runs: expected one of plain, momentum, found 'plein'; nearest: plain",
        ),
        (
            'data["least_loss"]',
            'data["last_loss"]',
            "data: expected one of least_loss, x, y, found 'last_loss'; nearest: least",
        ),
    ],
)
def test_a_name_that_summarize_is_not_given(edited, old, wrong, expected):
    project = edited("summarize", old, wrong)
    prepare.run(project, NAME)
    for variant in ("plain", "momentum"):
        files.write_arrays(project.run_folder(NAME, variant), {"excess_loss": np.ones((5, 2))})
    assert message(summarize.run, project, NAME).startswith(f"{FOLDER}/summarize.py: summarize: {expected}")
    assert not project.metrics_file(NAME).exists()


def test_a_variant_without_the_seeds_of_its_own_look(small_files):
    text = small_files.params_file.read_text(encoding="utf-8")
    plan = "seeds: {looks: [5, 8], taken: {momentum: 8}}"
    small_files.params_file.write_text(text.replace("seeds: 5", plan), encoding="utf-8")
    given, settings = results.Summary(seeds=SEEDS), small_files.load_params()[NAME]
    expected = "summarize.py: seeds: momentum: loss: expected 8 values, one a seed, found 5"
    assert message(summarize.expect_summary, "summarize.py", given, settings) == expected


def test_settings_whose_seeds_are_a_number(edited):
    project = edited("settings", "seeds: Seeds", "seeds: int")
    expected = f"{FOLDER}/settings.py: Settings: expected seeds: Seeds, of ronkyo.params, found <class 'int'>"
    assert message(project.load_params) == expected


def test_metrics_of_seeds_and_curves_may_be_nan_and_infinite(small_files):
    values = np.array([1.0, np.nan, np.inf, 0.0, -np.inf])
    curve = {"step": np.arange(5), "loss": values}
    seeds = {"plain": {"loss": values}, "momentum": {"loss": np.ma.masked_all(5)}}
    summary = results.Summary(seeds=seeds, curves={"plain": curve})
    summarize.expect_summary("summarize.py", summary, small_files.load_params()[NAME])


def test_tables_that_the_pipeline_does_not_list(edited):
    project = edited("summarize", "    return Summary(", "    part = {}\n    return Summary(**part, ")
    summary = results.Summary(seeds=SEEDS, items={"plain": {"right": np.ones(2)}}, curves={"plain": {"step": STEP}})
    expected = f"{FOLDER}/summarize.py: expected Summary(items=…) in the code, since dvc.yaml follows it; found tables"
    assert message(summarize._expect_declared, project, NAME, summary).startswith(expected)


def test_a_figure_function_that_returns_nothing(edited):
    project = edited("figures", "    return drawing", "    return None")
    expected = f"{FOLDER}/figures.py: learning_curves: expected a matplotlib Figure, found None"
    prepare.run(project, NAME)
    project.figures_folder(NAME).mkdir(parents=True)
    for variant in project.load_params()[NAME].variants:
        results.write_table(project.curves_folder(NAME) / f"{variant}.csv", _curve())
        files.write_arrays(project.run_folder(NAME, variant), {"excess_loss": np.zeros((5, 3))})
    assert message(draw.run, project, NAME) == expected
    assert project.figures_folder(NAME).is_dir()


def _curve():
    names = ("step", "excess_loss_median", "excess_loss_low", "excess_loss_high")
    return {name: np.ones(3) for name in names}


def test_runs_of_a_variant_that_is_removed_go_and_others_stay(small_files):
    for variant in ("plain", "momentum", "tiny"):
        (small_files.run_folder(NAME, variant)).mkdir(parents=True)
    (small_files.root / "runs/another/gru").mkdir(parents=True)
    stage.forget_removed_variants(small_files, NAME)
    assert {folder.name for folder in (small_files.root / "runs" / NAME).iterdir()} == {"plain", "momentum"}
    assert (small_files.root / "runs/another/gru").is_dir()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "train.py: expected EXPERIMENT VARIANT, found nothing"),
        ([NAME], f"train.py: expected EXPERIMENT VARIANT, found {NAME}"),
        (
            ["last_squares", "plain"],
            "last_squares: expected an experiment, a folder in src/small/experiments; nearest: ",
        ),
        ([NAME, "plein"], f"params.yaml: {NAME}.variants: expected plein, found none; nearest: plain"),
    ],
)
def test_a_stage_that_is_called_with_something_else_is_one_line(small_files, monkeypatch, arguments, expected):
    monkeypatch.chdir(small_files.root)
    monkeypatch.setattr("sys.argv", ["stages/train.py"])
    with pytest.raises(SystemExit) as exit:
        stage.main(train.run, arguments)
    assert str(exit.value).startswith(expected)
