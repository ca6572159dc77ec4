"""Many claims at once: what stands is Benjamini & Hochberg's choice, and few of it is false."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ronkyo.claims import MetricsTable, Predicate, Predicates, estimates
from ronkyo.claims.false_discoveries import standing
from ronkyo.claims.quantity import Kind, Quantity
from ronkyo.claims.verdicts import Comparison

FEW = 199  # resamples: enough for the hull, in which Student's interval is nearly always the wider


def claim(differences):
    """A claim that the mean of the differences is above 0."""

    def compare(alpha):
        estimate = estimates.mean_estimate(differences, 1 - alpha, np.random.default_rng(1), FEW)
        return Comparison(Quantity(Kind.DIFFERENCE, "e.a.m", 0), "a", 0.0, math.inf, estimate, 1 - alpha, ())

    return Predicate(((compare,),))


def mixture(generator, false, true, n=10):
    """Claims about differences that do not exist, and about differences of 1.5 spreads: {id: predicate}."""
    differences = generator.normal(size=(false + true, n))
    differences[false:] += 1.5
    return {f"{'true' if one >= false else 'false'}-{one}": claim(d) for one, d in enumerate(differences)}


def test_of_true_and_false_claims_few_that_stand_are_false_though_more_that_are_decided_are():
    generator, repeats, stand_false, decided_false, missed = np.random.default_rng(7), 60, [], [], []
    for _ in range(repeats):
        claims = mixture(generator, false=20, true=8)
        found = standing(claims)
        decided = {id for id, predicate in claims.items() if predicate.decide()[0] != "undecided"}
        assert found <= decided
        for ids, shares in (found, stand_false), (decided, decided_false):
            shares.append(sum(id.startswith("false") for id in ids) / max(len(ids), 1))
        missed.append(sum(id.startswith("true") for id in claims.keys() - found))
    assert np.mean(stand_false) <= 0.05  # 0.05 · 20 / 28 is expected
    assert np.mean(decided_false) > 0.05
    assert np.mean(missed) < 2


def test_where_all_claims_are_false_none_stands_but_now_and_then():
    generator, repeats = np.random.default_rng(8), 80
    some = np.mean([bool(standing(mixture(generator, false=15, true=0))) for _ in range(repeats)])
    assert some <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / repeats)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 15), min_size=1, max_size=12))
def test_what_stands_is_what_benjamini_and_hochberg_choose(hits):
    """Shares have exact p values, two times the smaller tail."""
    table = {"e": {f"v{one}": {"m": np.repeat([1, 0], [k, 15 - k])} for one, k in enumerate(hits)}}
    claims = {
        f"v{one}": Predicates(MetricsTable(table)).share(f"e.v{one}.m", more_than=0.5) for one in range(len(hits))
    }
    tails = [min(stats.binom.sf(k - 1, 15, 0.5), stats.binom.cdf(k, 15, 0.5)) for k in hits]
    adjusted = stats.false_discovery_control(np.minimum(1, 2 * np.array(tails)))
    assert standing(claims) == {f"v{one}" for one in np.flatnonzero(adjusted < 0.05)}


def test_computed_claims_are_not_counted():
    """15 of 20 is decided alone and not beside another; the exact one is no other."""
    table = {"e": {"a": {"m": np.repeat([1, 0], [15, 5])}, "b": {"m": np.repeat([1, 0], 10)}, "c": {"one": 1.0}}}
    claims = Predicates(MetricsTable(table))
    share = claims.share("e.a.m", more_than=0.5)
    assert standing({"share": share, "exact": claims.exact("e.c.one", equals=1)}) == {"share"}
    assert standing({"share": share, "other": claims.share("e.b.m", more_than=0.5)}) == set()
    assert standing({"exact": claims.exact("e.c.one", equals=1)}) == set()
    assert standing({}) == set()


def test_what_is_equal_only_at_the_level_of_one_claim_does_not_stand_by_a_difference():
    """0.005 ± a little is within 0.0054 at 5 %, and only above 0 at what 60 undecided claims leave."""
    noise = np.random.default_rng(3).normal(size=(60, 5))
    table = {
        "e": {"a": {"m": [0.0049, 0.0051, 0.0050, 0.0052, 0.0048]}, **{f"v{n}": {"m": noise[n]} for n in range(60)}}
    }
    predicates = Predicates(MetricsTable(table, matters={"e": {"m": 0.0054}}))
    claims = {name: predicates.higher(f"e.{name}.m", 0) for name in table["e"]}
    assert [claims["a"].decide(alpha)[0] for alpha in (0.05, 0.05 / 61)] == ["equal", "supported"]
    assert "a" not in standing(claims)
