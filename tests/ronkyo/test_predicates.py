"""What a verdict is made of: pairs of seeds, groups of items, what matters, two kinds of evidence; and what never moves it."""

import math
import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ronkyo.claims import Claims, MetricsTable, Predicates, ledger, look_alpha
from ronkyo.claims.estimates import Estimate, Method
from ronkyo.claims.quantity import Kind, Quantity
from ronkyo.claims.verdicts import Comparison, Verdict, agreed, decisive, every, open_parts
from ronkyo.words import Words

S, E, U, C = Verdict.SUPPORTED, Verdict.EQUAL, Verdict.UNDECIDED, Verdict.CONTRADICTED


def comparison(low, high, bounds=(0.0, math.inf), matters=None, kind=Kind.DIFFERENCE):
    middle = math.sqrt(low * high) if kind == Kind.RATIO else (low + high) / 2
    estimate = Estimate(middle, low, high, 5, 1.0, Method.DIFFERENCE)
    return Comparison(Quantity(kind, "e.a.m", "e.b.m"), "b", *bounds, estimate, 0.95, (), matters=matters)


# -- what a comparison is made of -------------------------------------------------------------------------------------

A, B = np.array([0.7, 0.8, 0.9, 0.75]), np.array([0.5, 0.65, 0.6, 0.6, 0.0, 0.1])


def test_variants_with_different_numbers_of_seeds_are_compared_over_the_seeds_that_both_have():
    claims = Predicates(MetricsTable({"e": {"a": {"m": A}, "b": {"m": B}}}))
    for a, b, sign in (("a", "b", 1), ("b", "a", -1)):
        [found] = claims.higher(f"e.{a}.m", than=f"e.{b}.m").compare()
        assert found.estimate.value == pytest.approx(sign * np.mean(A - B[:4]))
        assert (found.estimate.n, found.seeds) == (4, 4)
    [found] = claims.higher("e.b.m", than=0.1).compare()
    assert found.estimate.n == 6
    often = Predicates(MetricsTable({"e": {"a": {"m": [1, 0, 1]}, "b": {"m": [0, 0, 0, 1, 1]}}}))
    [found] = often.more_often("e.a.m", than="e.b.m").compare()
    assert (found.estimate.n, found.estimate.value, found.seeds) == (2, 1.0, 3)


def test_each_comparison_has_its_part_of_the_level_of_a_look():
    looks = (5, 10, 20)
    table = {"e": {name: {"m": A + shift} for name, shift in (("a", 0), ("b", 1), ("c", 2))}}
    claims = Predicates(MetricsTable(table, looks={"e": looks}))
    for alpha in (0.05, 0.01):
        for found in claims.highest("e.a.m").compare(alpha):
            assert found.level == 1 - look_alpha(looks, alpha / 2)
            assert found.looks == looks


def test_items_that_belong_together_count_once():
    groups = ["x", "x", "y", "z", "z", "z"]
    a, b = np.array([1, 3, 4, 2, 2, 5.0]), np.array([0, 1, 1, 0, 1, 2.0])
    table = {"e": {"a": {"m": A}, "b": {"m": A}}}
    metrics = MetricsTable(table, items={"e": {"a": {"m": a}, "b": {"m": b}}}, groups={"e": groups})
    [found] = Predicates(metrics).higher("e.a.m", than="e.b.m", over="items").compare()
    one_each = MetricsTable({"e": {"a": {"m": [2, 4, 3]}, "b": {"m": [0.5, 1, 1]}}})
    [expected] = Predicates(one_each).higher("e.a.m", than="e.b.m").compare()
    assert found.estimate == expected.estimate
    assert found.seeds == 0


def test_groups_that_are_not_one_for_each_item_are_refused():
    metrics = MetricsTable({"e": {"a": {"m": A}}}, items={"e": {"a": {"m": A}}}, groups={"e": ["x"]})
    with pytest.raises(ValueError, match="e.a.m: expected a group for each of the 4 items, found 1"):
        Predicates(metrics).higher("e.a.m", than=0, over="items")


SHIFTS = {(1, 1): S, (-1, -1): C, (1, -1): U, (-1, 1): U, (1, 0): U, (0, -1): U}


@pytest.mark.parametrize(("shifts", "expected"), SHIFTS.items(), ids=str)
def test_two_kinds_of_evidence_decide_only_what_both_say(shifts, expected):
    noise = np.array([0.1, -0.1, 0.05, -0.05])
    seeds, items = ({"e": {"a": {"m": noise + shift}, "b": {"m": 0 * noise}}} for shift in shifts)
    verdict, parts = Predicates(MetricsTable(seeds, items)).higher("e.a.m", than="e.b.m", over="both").decide()
    assert verdict == expected
    assert [part.quantity.over for part in parts] == ["seeds", "items"]
    assert [part.level for part in parts] == [0.95, 0.95]  # neither decides alone


def test_two_kinds_of_evidence_are_one_of_the_parts_among_which_the_level_is_divided():
    metrics = MetricsTable(*({"e": {name: {"m": A + shift} for shift, name in enumerate("abc")}} for _ in range(2)))
    parts = Predicates(metrics).highest("e.c.m", over="both").compare()
    assert [part.level for part in parts] == [0.975] * 4


MATTERS = {
    "within what does not matter, above 0": ((0.01, 0.04), E),
    "within it, about 0": ((-0.04, 0.04), E),
    "within it, below 0": ((-0.04, -0.01), E),
    "reaching beyond it": ((0.01, 0.06), S),
    "reaching below it": ((-0.06, -0.01), C),
    "reaching beyond it on both sides": ((-0.06, 0.06), U),
}


@pytest.mark.parametrize(("interval", "expected"), MATTERS.values(), ids=MATTERS.keys())
def test_a_difference_shown_to_be_smaller_than_what_matters_is_equal(interval, expected):
    low, high = interval
    assert comparison(low, high, matters=0.05).verdict == expected
    ratio = comparison(math.exp(low), math.exp(high), (1.0, math.inf), math.exp(0.05), Kind.RATIO)
    assert ratio.verdict == expected
    lower = comparison(-high, -low, (-math.inf, 0.0), matters=0.05)
    assert lower.verdict == expected


@pytest.mark.parametrize("off", [-1e-17, 0.0, 1e-17])
def test_an_end_on_the_bound_but_for_rounding_has_not_passed_it(off):
    assert [comparison(low, high).verdict for low, high in ((off, 1.0), (-1.0, off))] == [U, U]
    ratios = [
        comparison(low, high, (1.0, math.inf), kind=Kind.RATIO) for low, high in ((1 + 1e-12, 2), (0.5, 1 - 1e-12))
    ]
    assert [ratio.verdict for ratio in ratios] == [U, U]
    assert comparison(-0.05, 0.04, matters=0.05).verdict == U


def test_what_matters_is_said_by_the_predicate_or_else_by_the_metric():
    table, matters = {"e": {"a": {"m": A, "k": A}, "b": {"m": A, "k": A}}}, {"e": {"m": 0.1, "k": {"ratio": 1.25}}}
    claims = Predicates(MetricsTable(table, matters=matters))

    def of(predicate):
        return [part.matters for part in predicate.compare()]

    assert of(claims.higher("e.a.m", than="e.b.m")) == of(claims.highest("e.a.m")) == [0.1]
    assert of(claims.lower("e.a.m", than=0.5, matters=0.2)) == of(claims.lowest("e.a.m", matters=0.2)) == [0.2]
    assert of(claims.higher("e.a.k", than="e.b.k", ratio=True)) == [1.25]
    for silent in (claims.higher("e.a.k", than="e.b.k"), claims.higher("e.a.m", than="e.b.m", ratio=True)):
        assert of(silent) == [None]
    assert of(claims.equal("e.a.m", to="e.b.m", within=0.3)) == [None]


@pytest.mark.parametrize(("ratio", "wrong", "least"), [(False, 0, "0"), (True, 1, "1"), (True, 0.5, "1")])
def test_what_matters_is_more_than_nothing(ratio, wrong, least):
    claims = Predicates(MetricsTable({"e": {"a": {"m": A}}}))
    with pytest.raises(ValueError, match=f"matters: expected a number > {least}, found {wrong}"):
        claims.higher("e.a.m", than=0.5, ratio=ratio, matters=wrong)


def test_one_part_that_is_equal_makes_the_whole_equal_unless_another_contradicts_it():
    assert [every(parts) for parts in ([S, E], [E, U], [E, C], [S, U], [S, S])] == [E, E, C, U, S]
    assert [agreed(parts) for parts in ([E, E], [S, E], [E, U])] == [E, U, U]


# -- what a verdict hangs on ------------------------------------------------------------------------------------------

TURNS = {  # interval, bounds, what matters -> how far it would have to move, and where an end would then be
    "support, to its bound": ((0.2, 1.0), (0.0, math.inf), None, -0.2, 0.0),
    "contradiction, to its bound": ((-1.0, -0.3), (0.0, math.inf), None, 0.3, 0.0),
    "doubt, by its nearer end": ((-0.1, 1.0), (0.0, math.inf), None, 0.1, 0.0),
    "equivalence, to the bound that it reaches first": ((-0.5, 0.2), (-1.0, 1.0), None, -0.5, -1.0),
    "support, to what no longer matters": ((0.2, 0.5), (0.0, math.inf), 0.4, -0.1, 0.4),
    "equal, to what matters": ((-0.2, 0.3), (0.0, math.inf), 0.4, 0.1, 0.4),
    "doubt, to equality": ((-0.2, 0.45), (0.0, math.inf), 0.4, -0.05, 0.4),
}


@pytest.mark.parametrize(("interval", "bounds", "matters", "move", "bound"), TURNS.values(), ids=TURNS.keys())
def test_a_verdict_turns_at_the_first_bound_that_an_end_reaches(interval, bounds, matters, move, bound):
    found = comparison(*interval, bounds, matters)
    assert found.turn.move == pytest.approx(move)
    assert found.turn.bound == bound
    assert found.turn.end + move == pytest.approx(bound)


def test_ratios_of_any_size_have_a_turn():
    for low, high in ((1e-300, 1e-290), (1e290, 1e300), (0.0, 1e-300), (1e-300, 1e300)):
        found = comparison(low, high, (1.0, math.inf), 1.25, Kind.RATIO)
        assert math.isfinite(found.turn.move)
        assert found.moved(found.turn.move * 1.001) != found.verdict


def test_a_claim_hangs_on_its_narrowest_support_its_widest_gap_or_its_clearest_doubt():
    supports, gaps, doubts = ([comparison(low, low + 2) for low in lows] for lows in ([1, 2], [-4, -3], [-0.2, -0.9]))
    assert decisive(S, supports) is supports[0]
    assert decisive(C, gaps) is gaps[0]
    assert decisive(U, doubts) is doubts[1]


def test_an_undecided_claim_is_left_open_by_its_undecided_parts_or_by_parts_that_disagree():
    support, doubt, gap = comparison(1, 2), comparison(-1, 1), comparison(-2, -1)
    assert open_parts(U, [support, doubt, doubt]) == [doubt, doubt]
    assert open_parts(U, [support, gap]) == [support, gap]
    assert open_parts(C, [doubt, gap]) == []


# -- what never moves a verdict ---------------------------------------------------------------------------------------

values = st.integers(4, 9).flatmap(
    lambda n: st.tuples(*(st.lists(st.integers(1, 60), min_size=n, max_size=n) for _ in range(2)))
)
kinds = st.sampled_from(["higher", "lower", "equal"])
factors = st.floats(1e-6, 1e6)
laws = settings(max_examples=40, deadline=None)


def claimed(a, b, kind="higher", unit=1.0, ratio=False, names=("e", "a", "b", "m")):
    """A claim with a margin and with what matters, in units of `unit`."""
    experiment, one, other, metric = names
    table = {experiment: {one: {metric: np.asarray(a)}, other: {metric: np.asarray(b)}}}
    claims = Predicates(MetricsTable(table, looks={experiment: (5, 10)}))
    keys = f"{experiment}.{one}.{metric}", f"{experiment}.{other}.{metric}"
    if kind == "equal":
        return claims.equal(*keys, within=20 * unit)
    if ratio:
        return getattr(claims, kind)(*keys, margin=0.1, ratio=True, matters=1.5)
    return getattr(claims, kind)(*keys, margin=2 * unit, matters=15 * unit)


def decide(*arguments, **options):
    verdict, [part] = claimed(*arguments, **options).decide()
    return verdict, part


@laws
@given(values, kinds, factors)
def test_a_verdict_on_a_difference_does_not_depend_on_the_unit(pair, kind, unit):
    a, b = (np.array(side) for side in pair)
    assert decide(a, b, kind)[0] == decide(a * unit, b * unit, kind, unit)[0]


@laws
@given(values, st.sampled_from(["higher", "lower"]), factors)
def test_a_verdict_on_a_ratio_does_not_depend_on_the_unit(pair, kind, unit):
    a, b = (np.array(side) for side in pair)
    assert decide(a, b, kind, ratio=True)[0] == decide(a * unit, b * unit, kind, ratio=True)[0]


@laws
@given(values, kinds, st.floats(-1000, 1000))
def test_a_verdict_on_a_difference_does_not_depend_on_a_constant_on_both_sides(pair, kind, constant):
    a, b = (np.array(side) for side in pair)
    assert decide(a, b, kind)[0] == decide(a + constant, b + constant, kind)[0]


name = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


@laws
@given(values, kinds, st.booleans(), st.lists(name, min_size=4, max_size=4, unique=True))
def test_no_name_moves_an_interval(pair, kind, ratio, names):
    one, other = (decide(*pair, kind, ratio=ratio, names=tuple(names)) for names in (names, ("e", "a", "b", "m")))
    assert one[0] == other[0]
    assert repr(one[1].estimate) == repr(other[1].estimate)  # where there is no interval its ends are nan


@laws
@given(values, kinds, st.booleans())
def test_a_verdict_turns_where_it_says_and_not_before(pair, kind, ratio):
    a, b = (np.array(side, dtype=float) for side in pair)
    ratio = ratio and kind != "equal"
    verdict, part = decide(a, b, kind, ratio=ratio)
    assume(not part.estimate.reason)
    move = part.turn.move
    assume(abs(move) > 1e-6)
    for by, turned in (0.999 * move, False), (1.001 * move, True):
        moved = decide(a * math.exp(by) if ratio else a + by, b, kind, ratio=ratio)[0]
        assert (moved != verdict) == turned


clear = st.integers(4, 9).flatmap(  # pairs whose difference is large or small beside its spread
    lambda n: st.tuples(
        st.lists(st.integers(40, 44), min_size=n, max_size=n),
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
        st.integers(-30, 30),
    )
)

CHANGES = {  # the words of a ledger -> the data of which they speak
    r"rises by ([\d.]+)": lambda a, by: a + by,
    r"falls by ([\d.]+)": lambda a, by: a - by,
    r"is multiplied by ([\d.]+)": lambda a, by: a * by,
    r"is divided by ([\d.]+)": lambda a, by: a / by,
}


@laws
@given(clear, kinds, st.booleans())
def test_what_the_ledger_says_would_change_a_verdict_does(drawn, kind, ratio):
    """The ledger has four digits; data that move by a little less than it says leave the verdict, by a little more turn it."""
    b, noise = (np.array(side, dtype=float) for side in drawn[:2])
    a = b + noise + drawn[2]
    ratio = ratio and kind != "equal"
    claims = Claims(Words("en"))
    claims.state(
        "one",
        claimed(a, b, kind, ratio=ratio),
        "here:1",
        dict.fromkeys(Verdict, ""),
        lambda claim: "It is.",
        "a is more",
    )
    claim = claims.stated[0].claim
    assume(claim.verdict != U and abs(claim.deciding.turn.move) > 0.02)
    [said] = ledger.changes_if(claim)
    [(pattern, move)] = [(pattern, move) for pattern, move in CHANGES.items() if re.search(pattern, said)]
    by = float(re.search(pattern, said)[1])
    for size, turned in (by / 1.005, False), (by * 1.005, True):
        found, _ = decide(move(a, size), b, kind, ratio=ratio)
        assert (found != claim.verdict) == turned
