"""What the ledger says would turn a verdict: true when it is done, and of every part that is open."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ronkyo.claims import Claims, MetricsTable, Predicates
from ronkyo.claims.ledger import changes_if, terminal
from ronkyo.claims.power import probability_of_a_decision, seeds_needed, visible
from ronkyo.words import Words

RNG = np.random.default_rng(3)
NOISE = {name: RNG.normal(size=8) for name in ("ours", "near", "far")}
ITEMS = {name: RNG.normal(size=40) for name in ("ours", "near")}
WORDINGS = dict.fromkeys(("supported", "equal", "undecided", "contradicted"), "")


def claim(table, predicate, matters=None, items=None):
    """A claim about {variant: (n_seeds,) or a constant}; `predicate` makes it from Predicates."""
    metrics = MetricsTable(
        {"x": {name: {"loss": values} for name, values in table.items()}},
        items={"x": {name: {"loss": values} for name, values in (items or {}).items()}},
        matters={"x": {"loss": matters}} if matters else {},
    )
    claims = Claims(Words("en"))
    claims.state("a", predicate(Predicates(metrics)), "script:1", WORDINGS, lambda claim: "It is so.")
    return claims.stated[0].claim


def near(predicates):
    return predicates.higher("x.ours.loss", than="x.near.loss")


def number(text):
    return float(re.search(r"[0-9.]+", text)[0])


def test_undecided_says_what_its_seeds_would_have_shown():
    one = claim(NOISE, near)
    size = f"{visible(one.comparisons[0]):.2g}"
    assert changes_if(one) == [f"8 seeds show a difference of {size} or more in 80\u00a0% of cases"]


def test_undecided_says_how_many_seeds_show_what_matters():
    one = claim(NOISE, near, matters=0.5)
    seeds, low, high = seeds_needed(one.comparisons[0])
    assert changes_if(one)[0].endswith(f"; one of 0.5 needs {seeds} seeds ({low}–{high}: the spread is uncertain)")


@pytest.mark.parametrize(("ratio", "end"), [(False, "of 1"), (True, "by 2.718")])
def test_undecided_names_no_number_of_seeds_where_there_are_enough(ratio, end):
    values = NOISE["ours"] - NOISE["ours"].mean()
    half = claim({"ours": values}, lambda p: p.higher("x.ours.loss", 0)).comparisons[0].half_width
    values = values / half / 1.6 + 0.5  # [-0.1, 1.1] or so: neither above 0 nor within what matters
    table, matters = {"ours": np.exp(values) if ratio else values}, np.e if ratio else 1.0
    one = claim(table, lambda p: p.higher("x.ours.loss", int(ratio), ratio=ratio, matters=matters))
    assert (one.verdict, seeds_needed(one.comparisons[0]).seeds) == ("undecided", 8)
    assert changes_if(one)[0].endswith(f"; for one {end} these are enough")


def test_a_visible_factor_near_one_has_two_digits_behind_it():
    table = {name: np.exp(values / 100) for name, values in NOISE.items()}
    one = claim(table, lambda p: p.higher("x.ours.loss", "x.near.loss", ratio=True))
    assert re.search(r"by a factor of 1\.0[1-9][0-9] or more", changes_if(one)[0])


def test_every_part_that_is_open_is_named():
    table = NOISE | {"far": NOISE["far"] - 100}
    one = claim(table | {"other": 2 * NOISE["near"][::-1]}, lambda predicates: predicates.highest("x.ours.loss"))
    assert [text.partition(":")[0] for text in changes_if(one)] == ["near", "other"]


def test_seeds_add_nothing_to_items():
    one = claim(NOISE, lambda predicates: predicates.higher("x.ours.loss", "x.near.loss", over="both"), items=ITEMS)
    seeds, items = changes_if(one)
    assert seeds.startswith("seeds: 8 seeds show")
    assert items.startswith("items: 40 items show")
    assert items.endswith("; more seeds add no items")


def test_a_supported_claim_turns_where_it_is_narrowest():
    table = {"ours": NOISE["ours"] + 10, "near": NOISE["near"] + 5, "far": NOISE["far"]}

    def highest(predicates):
        return predicates.highest("x.ours.loss")

    gap = number(changes_if(claim(table, highest))[0])
    for factor, verdict in ((0.999, "supported"), (1.001, "undecided")):
        moved = table | {"near": table["near"] + gap * factor}
        assert claim(moved, highest).verdict == verdict


def test_a_claim_that_two_parts_contradict_turns_only_with_both():
    table = {"ours": NOISE["ours"], "near": NOISE["near"] + 5, "far": NOISE["far"] + 10}

    def highest(predicates):
        return predicates.highest("x.ours.loss")

    one = claim(table, highest)
    [text] = changes_if(one)
    gaps = dict(re.findall(r"(near|far): when the estimate rises by ([0-9.]+)", text))
    assert list(gaps) == ["near", "far"]
    moved = {name: table[name] - 1.001 * float(gap) for name, gap in gaps.items()}
    assert claim(table | {"near": moved["near"]}, highest).verdict == "contradicted"
    assert claim(table | moved, highest).verdict == "undecided"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_ratio_turns_when_it_is_multiplied_as_told(sign):
    table = {name: np.exp(values / 4) for name, values in NOISE.items()}
    table["ours"] = table["ours"] * np.exp(sign)
    one = claim(table, lambda predicates: predicates.higher("x.ours.loss", "x.near.loss", ratio=True))
    [text] = changes_if(one)
    factor = number(text) ** -sign
    assert ("divided" in text) == (sign == 1)
    for power, turned in ((0.999, False), (1.001, True)):
        moved = table | {"ours": table["ours"] * factor**power}
        again = claim(moved, lambda predicates: predicates.higher("x.ours.loss", "x.near.loss", ratio=True))
        assert (again.verdict != one.verdict) == turned


@pytest.mark.parametrize(("ratio", "change"), [(True, "is divided by 1.05"), (False, "falls by 0.05")])
def test_a_verdict_that_turns_first_to_equal_says_so_as_any_other(ratio, change):
    values = 1 + NOISE["ours"] / 10
    table = {"ours": np.exp(values) if ratio else values}
    high = claim(table, lambda p: p.higher("x.ours.loss", int(ratio), ratio=ratio)).comparisons[0].estimate.high
    matters = high / 1.05 if ratio else high - 0.05
    one = claim(table, lambda p: p.higher("x.ours.loss", int(ratio), ratio=ratio, matters=matters))
    assert (one.verdict, one.deciding.turn.verdict) == ("supported", "equal")
    [text] = changes_if(one)
    assert text.startswith(f"when the estimate {change}, so that")


def test_a_computed_number_turns_on_either_side():
    one = claim({"got": 1.0, "wanted": 1.0}, lambda predicates: predicates.exact("x.got.loss", equals="x.wanted.loss"))
    assert changes_if(one) == [
        "when the formula or its implementation changes and the value leaves ±1.00×10^−6",
    ]


def test_the_terminal_has_a_row_a_claim_and_below_it_what_would_decide_it():
    metrics = MetricsTable(
        {"x": {name: {"loss": values} for name, values in NOISE.items()}}, matters={"x": {"loss": 1}}
    )
    claims = Claims(Words("ja"))
    claims.state("open", near(Predicates(metrics)), "script:1", WORDINGS, lambda claim: "文。")
    claims.state("sure", Predicates(metrics).higher("x.ours.loss", -9), "script:2", WORDINGS, lambda claim: "文。")
    head, first, below, second, counts = terminal(claims, lambda part, seeds: f", {seeds} seeds: 3 min").splitlines()
    assert head.split() == ["verdict", "claim", "estimate", "n", "close", "looks", "FDR", "template"]
    assert first.split()[:2] == ["undecided", "open"]
    assert below.startswith("    8 seeds show a difference of ")
    assert below.endswith("seeds: 3 min")
    assert second.split()[:2] == ["supported", "sure"]
    assert second.split()[-2:] == ["stands", "script:2"]
    assert counts.startswith("2 claims: 1 supported, 0 equal, 1 undecided, 0 contradicted; 1 stand")


def test_values_of_the_most_different_sizes_still_say_what_they_show():
    one = claim(
        {"ours": [1e-5, 1e200, 1.0], "near": [1.0] * 3}, lambda p: p.higher("x.ours.loss", "x.near.loss", ratio=True)
    )
    assert changes_if(one) == ["3 seeds show a difference by a factor of 1×10^304 or more in 80\u00a0% of cases"]
    assert one.interval().endswith("×10^{−226}, ∞]")


def test_what_is_open_between_two_bounds_is_told_from_both():
    one = claim(NOISE, lambda predicates: predicates.equal("x.ours.loss", to="x.near.loss", within=0.1))
    size = f"{visible(one.comparisons[0]):.2g}"
    assert changes_if(one) == [f"8 seeds show a difference that is {size} or more from ±0.1 in 80\u00a0% of cases"]


def test_a_share_of_what_is_not_zeros_and_ones_asks_for_another_metric():
    one = claim(NOISE, lambda predicates: predicates.share("x.ours.loss", more_than=0.5))
    assert changes_if(one) == ["with a metric of zeros and ones, which this one is not; more seeds do not help"]


def test_one_item_is_told_as_one_value_which_no_seeds_change():
    items = {name: values[:1] for name, values in ITEMS.items()}
    one = claim(NOISE, lambda p: p.higher("x.ours.loss", than="x.near.loss", over="both"), items=items)
    assert changes_if(one)[1] == "items: when that is no longer so: one value tells nothing of the spread"
    assert probability_of_a_decision(one.predicate, 1000) == 0
