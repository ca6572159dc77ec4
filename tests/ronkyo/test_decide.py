"""`ronkyo decide` in a real project: which seeds are computed, and why it stops. Real DVC, real processes."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from test_repro import NAME, RONKYO, change, run, stored

from ronkyo.claims import MetricsTable, Predicates
from ronkyo.decide.cost import Cost
from ronkyo.decide.taken import put, write
from ronkyo.errors import UserError
from ronkyo.new import project as new
from ronkyo.project import Project
from ronkyo.report.values import Values
from ronkyo.run import definition

PACKAGE = "decided"
DECIDE = (sys.executable, "-m", "ronkyo.cli", "decide", "-j", "2")
TRAIN = """
import numpy as np
from ronkyo.seeds import generator


def steps(data, training):
    return 1


def train(data, training, seed, progress):
    noise = generator("least_squares", seed, f"noise {training.momentum}").normal()
    progress(1)
    return {"excess_loss": np.array([1.0, training.learning_rate + noise])}
"""
# With this noise, the claims that a variant is below `plain` are, at 4, 8 and 16 seeds:
VARIANTS = """
    plain: {learning_rate: 20.0}
    far: {learning_rate: 17.0, momentum: 0.3}     # supported at once
    soon: {learning_rate: 19.5, momentum: 0.1}    # open, then supported
    never: {learning_rate: 19.5, momentum: 0.2}   # open, then unlikely to be decided
    last: {learning_rate: 20.0, momentum: 0.2}    # open to the end
"""
CHAPTER = """
## Results

{% for name in ("far", "soon", "never", "last") %}
{% set metric = "least_squares." ~ name ~ ".excess_loss" %}
{% claim name ~ "-is-below", lower(metric, "least_squares.plain.excess_loss"), hypothesis=name %}
{% supported %}
It is.
{% undecided %}
It may be.
{% contradicted %}
It is not.
{% endclaim %}
{% endfor %}
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A project whose claims were looked at once, at four seeds."""
    parent = tmp_path_factory.mktemp("template")
    new.create(PACKAGE, "en", parent)
    root = parent / PACKAGE
    text = (root / "params.yaml").read_text(encoding="utf-8")
    head, rest = text.split("  variants:")
    text = f"{head}  variants:{VARIANTS}  tolerance:{rest.split('  tolerance:')[1]}"
    (root / "params.yaml").write_text(text, encoding="utf-8")
    change(root, "seeds: 5 ", "seeds: {looks: [4, 8, 16]} ")
    experiment = root / "src" / PACKAGE / "experiments" / NAME
    (experiment / "train.py").write_text(TRAIN, encoding="utf-8")
    (root / f"report_templates/chapters/01_{NAME}.md.j2").write_text(CHAPTER, encoding="utf-8")
    (root / "report_templates/metrics.yaml").unlink()
    definition.write(Project.find(root))
    run(root, *RONKYO)
    return root


@pytest.fixture
def root(template, tmp_path) -> Path:
    return Path(shutil.copytree(template, tmp_path / PACKAGE, symlinks=True))


def seeds(root: Path) -> object:
    return YAML(typ="safe").load(root / "params.yaml")[NAME]["seeds"]


def looks(root: Path, claim: str) -> list[int]:
    ledger = json.loads((root / "reports/claims.json").read_text(encoding="utf-8"))
    return [look["n"] for look in ledger[claim]["looks"]]


def test_only_what_the_claim_compares_goes_to_the_next_look(root):
    before = len(stored(root))
    text = (root / "params.yaml").read_text(encoding="utf-8")
    out, errors = run(root, *DECIDE, "soon-is-below")
    first, *computed, last = out.splitlines()
    assert first.startswith("soon-is-below: undecided at 4 seeds, ")
    assert [line.partition(",")[0] for line in computed] == [f"{NAME}.{name}: 8 seeds" for name in ("soon", "plain")]
    assert last.startswith("soon-is-below: supported at 8 seeds, ")
    assert last.endswith("; decided")
    assert len(stored(root)) == before + 8
    assert errors.count("4 runs computed, 4 from the store") == 2
    assert (root / "params.yaml").read_text(encoding="utf-8") == text.replace(
        "[4, 8, 16]}", "[4, 8, 16], taken: {soon: 8, plain: 8}}"
    )
    assert looks(root, "soon-is-below") == [4, 8]
    assert looks(root, "last-is-below") == [4]
    assert run(root, *DECIDE, "soon-is-below")[0].endswith("; decided\n")


def test_a_constant_that_is_compared_with_takes_no_seeds(root):
    project = Project.find(root)
    metric = f"{NAME}.soon.excess_loss"
    _, [part] = Predicates(Values(project)).lower(metric, than=f"{NAME}.least.loss").decide()
    assert Cost(project).variants(part) == [(NAME, "soon")]


def test_a_constant_of_an_experiment_without_variants_takes_no_seeds(small_copy):
    table = {NAME: {"plain": {"loss": [1.0, 2.0, 4.0]}}, "counted": {"letters": {"entropy": 2.0}}}
    [part] = Predicates(MetricsTable(table)).lower(f"{NAME}.plain.loss", than="counted.letters.entropy").compare()
    assert Cost(small_copy).variants(part) == [(NAME, "plain")]


def test_it_stops_at_the_last_planned_look_or_when_a_decision_is_unlikely(root):
    out, _ = run(root, *DECIDE, "never-is-below", "last-is-below", "far-is-below", "--until", "16")
    lines = [line for line in out.splitlines() if "-is-below" in line]
    ends = {line.partition(":")[0]: line.partition("; ")[2] for line in lines if "; " in line}
    assert ends["far-is-below"] == "decided"
    assert ends["never-is-below"] == "stopped, a decision at 16 seeds has the probability 1%, below 10%"
    assert ends["last-is-below"] == "this was the last planned look"
    assert seeds(root)["taken"] == {"never": 8, "last": 16, "plain": 16}
    assert looks(root, "last-is-below") == [4, 8, 16]
    _, errors = run(root, *DECIDE, "last-is-below", expected=1)
    expected = f"params.yaml: {NAME}.seeds: expected a look beyond 16 to go on with last-is-below, found 4, 8, 16\n"
    assert errors == expected


def test_what_an_earlier_call_left_is_finished_first(root):
    change(root, "[4, 8, 16]}", "[4, 8, 16], taken: {plain: 8, last: 8}}")  # written before the seeds are computed
    out, _ = run(root, *DECIDE, "last-is-below")
    [line] = out.splitlines()
    assert line.startswith("last-is-below: undecided at 8 seeds, ")
    assert line.endswith("; the next planned look is at 16")
    assert looks(root, "last-is-below") == [4, 8]


def test_results_that_are_out_of_date_decide_nothing(root):
    change(root, "far: {learning_rate: 17.0, momentum: 0.3}", "far: {learning_rate: 20.0, momentum: 0.2}")  # as `last`
    out, _ = run(root, *DECIDE, "far-is-below")
    [line] = out.splitlines()
    assert line.startswith("far-is-below: undecided at 4 seeds, ")
    assert line.endswith("; the next planned look is at 8")


def test_seeds_without_a_plan_are_told_until_the_experiment_is_another(root):
    change(root, "seeds: {looks: [4, 8, 16]}", "seeds: 8")
    run(root, *RONKYO)
    claims = (sys.executable, "-m", "ronkyo.cli", "claims")
    assert "2 uncorrected" in next(line for line in run(root, *claims)[0].splitlines() if "soon-is-below" in line)
    run(root, "dvc", "repro", "-f", "-s", "report")
    assert looks(root, "soon-is-below") == [4, 8]
    change(root, "soon: {learning_rate: 19.5", "soon: {learning_rate: 19.4")
    run(root, *RONKYO)
    assert looks(root, "soon-is-below") == [8]
    assert looks(root, "last-is-below") == [4, 8]


def test_what_it_cannot_do_is_one_line(root):
    _, errors = run(root, *DECIDE, "soon-is-belov", expected=1)
    assert errors == "soon-is-belov: expected a claim of the report, found none of that id; nearest: soon-is-below\n"
    _, errors = run(root, *DECIDE, "last-is-below", "--until", "10", expected=1)
    planned = f"expected a look planned for last-is-below, 8 or 16; params.yaml: {NAME}.seeds has 4, 8, 16"
    assert errors == f"--until 10: {planned}\n"
    assert seeds(root) == {"looks": [4, 8, 16]}
    change(root, "seeds: {looks: [4, 8, 16]}", "seeds: 4")
    _, errors = run(root, *DECIDE, "last-is-below", expected=1)
    plan = "expected a plan, as seeds: {looks: [5, 10, 20]}, to go on with last-is-below, found 4: one look"
    assert errors == f"params.yaml: {NAME}.seeds: {plan}\n"
    comparison, chapter = (
        'lower(metric, "least_squares.plain.excess_loss")',
        f"report_templates/chapters/01_{NAME}.md.j2",
    )
    change(root, comparison, "share(metric, more_than=0.5)", chapter)
    _, errors = run(root, *DECIDE, "last-is-below", expected=1)
    share = f"share of {NAME}.last.excess_loss is of values other than 0 and 1"
    assert errors == f"last-is-below: expected a claim that is open to seeds, found it undecided since {share}\n"


PLANS = {
    "in braces": (
        "a:\n  seeds: {looks: [5, 10, ], }  # c\nb: 1\n",
        "a:\n  seeds: {looks: [5, 10, ], taken: {x: 10}, }  # c\nb: 1\n",
    ),
    "on lines": (
        "a:\n  seeds:   # 計画\n    looks: [5, 10]  # two\n\n  # next\n  c: null  # none\n",
        "a:\n  seeds:   # 計画\n    looks: [5, 10]  # two\n    taken: {x: 10}\n\n  # next\n  c: null  # none\n",
    ),
    "a list on lines": (
        "a:\n  seeds:\n    looks:\n    - 5\n    - 10\n",
        "a:\n  seeds:\n    taken: {x: 10}\n    looks:\n    - 5\n    - 10\n",
    ),
    "at the end": ("a:\n  seeds:\n    looks: [5, 10]", "a:\n  seeds:\n    looks: [5, 10]\n    taken: {x: 10}"),
    "with others": (
        "a: {seeds: {looks: [5, 10], taken: {y: 10}}}",
        "a: {seeds: {looks: [5, 10], taken: {y: 10, x: 10}}}",
    ),
    "again": (
        "a:\n  seeds:\n    looks: [5, 10]\n    taken:\n      x: 5  # kept\n",
        "a:\n  seeds:\n    looks: [5, 10]\n    taken:\n      x: 10  # kept\n",
    ),
    "none yet": ("a: {seeds: {looks: [5, 10], taken: {}}}", "a: {seeds: {looks: [5, 10], taken: {x: 10}}}"),
}


@pytest.mark.parametrize(("before", "after"), PLANS.values(), ids=PLANS)
def test_nothing_else_of_the_parameters_changes(before, after):
    assert put(before, ("a", "seeds", "taken", "x"), "10") == after
    assert YAML(typ="safe").load(after)["a"]["seeds"]["taken"]["x"] == 10


@pytest.mark.parametrize(
    "text",
    ["a:\n  seeds: &plan {looks: [5, 10]}\nb:\n  seeds: *plan\n", "a: &a\n  seeds: {looks: [5, 10]}\nb: {<<: *a}\n"],
    ids=["alias", "merge"],
)
def test_a_plan_that_two_experiments_share_is_not_written_into(small_copy, text):
    small_copy.params_file.write_text(text, encoding="utf-8")
    with pytest.raises(
        UserError, match=r"^params.yaml: b.seeds: expected a plan of its own, .* found one that is shared"
    ):
        write(small_copy, "b", {"x": 10})
    assert small_copy.params_file.read_text(encoding="utf-8") == text
