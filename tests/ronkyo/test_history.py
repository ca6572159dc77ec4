"""Which looks at a claim's seeds are told: those of the plan, those that were not, and those of another experiment."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pytest

from ronkyo.claims import MetricsTable, Predicates, all_of
from ronkyo.claims.history import History, Look
from ronkyo.claims.looks import look_alpha
from ronkyo.errors import UserError
from ronkyo.report import chapters, plans

RNG = np.random.default_rng(12)
VALUES = {name: RNG.normal(size=20) for name in ("a", "b", "c")}
PLAN = (5, 10, 20)
PLANNED = round(1 - look_alpha(PLAN, 0.05), 6)


def looks(seeds, plan, recorded=(), values=VALUES, name="lower", matters=None):
    """The looks at one claim, and how many they are where they were not planned."""
    seeds = dict.fromkeys("abc", seeds) if isinstance(seeds, int) else seeds
    table = {name: {"loss": values[name][:count]} for name, count in seeds.items()}
    predicates = Predicates(MetricsTable({"x": table}, looks={"x": plan}, matters={"x": {"loss": matters}}))
    predicate = {
        "lower": lambda: predicates.lower("x.a.loss", than="x.b.loss"),
        "ratio": lambda: predicates.lower("x.a.loss", than="x.b.loss", ratio=True),
        "lowest": lambda: predicates.lowest("x.a.loss"),
        "constant": lambda: predicates.lower("x.a.loss", than=0.5),
    }[name]()
    history = History(predicates.metrics, {"claim": recorded}, lambda experiment, looks: f"{experiment} {looks}")
    return history.of("claim", predicate.decide()[1])


def told(taken):
    return [(look.n, look.level) for look in taken]


def test_planned_looks_count_as_taken_once_the_seeds_are_there():
    taken, uncorrected = looks(10, PLAN)
    assert told(taken) == [(5, PLANNED), (10, PLANNED)]
    assert [look.plan for look in taken] == ["x (5, 10, 20)"] * 2
    differences = VALUES["a"] - VALUES["b"]
    assert [look.value for look in taken] == pytest.approx([differences[:n].mean() for n in (5, 10)], rel=1e-5)
    assert uncorrected == 0


def test_a_look_that_was_recorded_stays_as_it_was():
    taken, _ = looks(5, PLAN)
    first = [Look(taken[0].n, taken[0].value, taken[0].level, "an earlier commit")]
    assert looks(10, PLAN, first)[0][0] == first[0]


def test_seeds_that_were_added_without_a_plan_are_told():
    first, _ = looks(5, (5,))
    assert looks(10, (10,), first)[1] == 2
    assert told(looks(10, (10,), first)[0]) == [(5, 0.95), (10, 0.95)]


def test_a_plan_that_was_made_after_a_look_does_not_correct_it():
    first, _ = looks(5, (5,))
    assert looks(5, PLAN, first)[1] == 0  # nothing was added yet
    assert looks(10, PLAN, first)[1] == 2


def test_what_matters_is_not_chosen_after_a_look():
    first, _ = looks(5, PLAN)
    taken, uncorrected = looks(5, PLAN, first, matters=0.5)
    assert [(look.n, look.matters) for look in taken] == [(5, (None,)), (5, (0.5,))]
    assert uncorrected == 2
    assert looks(5, PLAN, taken, matters=0.5) == (taken, 2)
    later, uncorrected = looks(10, PLAN, first, matters=0.5)
    assert [(look.n, look.matters) for look in later] == [(5, (None,)), (10, (0.5,))]
    assert uncorrected == 2
    assert looks(10, PLAN, looks(5, PLAN, matters=0.5)[0], matters=0.5)[1] == 0


def test_a_look_of_which_it_was_not_recorded_what_mattered_counts_as_one_of_the_present_and_stays_as_it_was():
    rows = [{name: value for name, value in look.row.items() if name != "matters"} for look in looks(5, PLAN)[0]]
    taken, uncorrected = looks(5, PLAN, [Look.read(row) for row in rows], matters=0.5)
    assert [look.row for look in taken] == rows
    assert uncorrected == 0


def test_a_look_is_read_from_the_ledger_as_it_was_written():
    taken, _ = looks(5, PLAN, matters=0.5)
    assert [Look.read(json.loads(json.dumps(look.row))) for look in taken] == list(taken)


def test_going_back_to_fewer_seeds_does_not_forget_the_look_at_more():
    taken, _ = looks(10, PLAN)
    assert told(looks(5, PLAN, taken)[0]) == [(5, PLANNED), (10, PLANNED)]


def test_looks_of_another_experiment_are_dropped():
    first, _ = looks(5, (5,))
    others = {name: values + np.arange(20) for name, values in VALUES.items()} | {"b": VALUES["b"]}
    taken, uncorrected = looks(10, (10,), first, others)
    assert told(taken) == [(10, 0.95)]
    assert uncorrected == 0


def test_comparisons_of_one_claim_may_be_at_different_looks():
    first, _ = looks(5, PLAN, name="lowest")
    taken, uncorrected = looks({"a": 10, "b": 5, "c": 10}, PLAN, first, name="lowest")
    assert told(taken) == [(5, PLANNED), (10, PLANNED)]
    assert looks(10, PLAN, taken, name="lowest")[0] == taken  # b has caught up, and nothing new was seen
    assert uncorrected == 0


def test_a_claim_about_two_experiments_tells_the_same_when_it_is_looked_at_again():
    table = {name: {"a": {"loss": VALUES[of][:n]}} for name, of, n in (("x", "a", 10), ("y", "b", 20))}
    predicates = Predicates(MetricsTable(table, looks={"x": (10,), "y": (20,)}))
    comparisons = all_of(predicates.lower("x.a.loss", than=0), predicates.lower("y.a.loss", than=0)).compare()
    first, uncorrected = History(predicates.metrics, {}).of("claim", comparisons)
    assert told(first) == [(10, 0.95), (20, 0.95)]
    assert uncorrected == 0
    assert History(predicates.metrics, {"claim": first}).of("claim", comparisons) == (first, 0)


def test_a_value_that_is_not_there_is_kept_as_such():
    taken, _ = looks(5, PLAN, name="ratio")  # of numbers below zero there is no ratio
    assert [look.value for look in taken] == [None]
    assert looks(5, PLAN, taken, name="ratio")[0] == taken


def test_a_metric_is_looked_at_beside_a_number_too():
    assert looks(5, PLAN, name="constant")[0][0].value == pytest.approx(VALUES["a"][:5].mean() - 0.5, rel=1e-5)


# -- the plan's commit, and what the ledger keeps ---------------------------------------------------------------------


@pytest.fixture
def commit(small_copy):
    """Write the seeds of params.yaml; returns what commits them and gives the commit's name."""
    root = small_copy.root

    def git(*command: str) -> str:
        done = subprocess.run(["git", "-C", root, *command], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(seeds: str) -> str:
        write_seeds(small_copy, seeds)
        git("add", "params.yaml")
        git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", seeds)
        return git("rev-parse", "HEAD")[:10]

    git("init", "-q")
    return commit


def write_seeds(project, seeds: str) -> None:
    lines = project.params_file.read_text(encoding="utf-8").splitlines(keepends=True)
    lines = [f"  seeds: {seeds}\n" if line.startswith("  seeds:") else line for line in lines]
    project.params_file.write_text("".join(lines), encoding="utf-8")


def test_the_commit_of_a_plan_is_the_one_that_wrote_it(small_copy, commit):
    def first(*plan: int) -> str | None:
        return plans.first_commit(small_copy, "least_squares", plan)

    commit("{looks: [5, 10]}")
    commit("5")
    plan = commit("{looks: [5, 10]}")
    commit("{looks: [5, 10], taken: {plain: 10}}")
    assert first(5, 10) == plan
    assert first(5, 10, 20) is None  # not committed
    assert first(5) is None  # one look is no plan


def test_without_git_there_is_no_commit(small_copy):
    assert plans.first_commit(small_copy, "least_squares", (5, 10)) is None


def test_the_ledger_keeps_the_looks_of_the_last_report(small_copy, commit):
    plan = commit("{looks: [5, 10]}")
    small_copy.claims_file.unlink()
    entry = chapters.draft(small_copy).ledger()["momentum-needs-fewer-steps"]
    assert [(look["n"], look["plan"]) for look in entry["looks"]] == [(5, plan)]
    ledger = json.dumps({"momentum-needs-fewer-steps": entry})
    small_copy.claims_file.write_text(ledger.replace(plan, "0123456789"), encoding="utf-8")
    kept = chapters.draft(small_copy).ledger()["momentum-needs-fewer-steps"]
    assert kept["looks"] == [entry["looks"][0] | {"plan": "0123456789"}]


def test_a_ledger_without_looks_has_no_history(small_copy):
    small_copy.claims_file.write_text('{"momentum-needs-fewer-steps": {"verdict": "supported"}}', encoding="utf-8")
    entry = chapters.draft(small_copy).ledger()["momentum-needs-fewer-steps"]
    assert [look["n"] for look in entry["looks"]] == [5]


@pytest.mark.parametrize(
    ("text", "line"), [("<<<<<<< HEAD", ":1"), ('{"a": {"looks": [{"n": 5}]}}', ""), ('["a"]', "")]
)
def test_a_ledger_that_cannot_be_read_is_one_line(small_copy, text, line):
    small_copy.claims_file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=rf"^reports/claims.json{line}: .*Git may have"):
        chapters.draft(small_copy)
