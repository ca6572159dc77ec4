"""What seeds can show, simulated: the visible difference, the printed number of seeds, and the prediction of a decision."""

import numpy as np
import pytest
from scipy import stats

from ronkyo.claims import MetricsTable, Predicates, estimates, power
from ronkyo.claims.verdicts import Verdict

FEW = 199  # resamples: enough for the hull, in which Student's interval is nearly always the wider


def rng(seed=20240616):
    return np.random.default_rng(seed)


def metrics(values, looks=(), **more):
    return MetricsTable({"e": {"a": {"m": np.asarray(values, dtype=float)} | more}}, looks={"e": looks})


def comparison(values, looks=(), **arguments):
    [found] = Predicates(metrics(values, looks)).higher("e.a.m", **({"than": 0} | arguments)).compare()
    return found


def of_spread(spread, n, repeats, generator):
    """Normal values without their mean and of this spread exactly: (repeats, n)."""
    values = generator.normal(size=(repeats, n))
    values -= values.mean(axis=1, keepdims=True)
    return spread * values / values.std(axis=1, ddof=1, keepdims=True)


def decided(found, values):
    low, high = estimates.hull(values, found.level, rng(), FEW)
    return found.verdicts(low, high) != Verdict.UNDECIDED


@pytest.mark.parametrize("looks", [(), (5, 10, 20)], ids=["one look", "three looks"])
@pytest.mark.parametrize("pilot", [5, 10])
@pytest.mark.parametrize(("times", "most"), [(0.35, 0.85), (0.5, 0.85), (0.8, 0.9)])  # 0.8: hardly more than the pilot
def test_the_printed_number_of_seeds_decides_in_four_of_five_cases(pilot, looks, times, most):
    """A pilot's spread is found, the number is printed for it, and so many seeds are run, the pilot's among them."""
    generator, parts, repeats = rng(), 50, 50
    shares = []
    for spread in np.sqrt(stats.chi2.ppf((np.arange(parts) + 0.5) / parts, pilot - 1) / (pilot - 1)):
        first = of_spread(spread, pilot, repeats, generator) + generator.normal(0, pilot**-0.5, (repeats, 1)) + times
        found = comparison(first[0], looks, matters=times)
        seeds = power.seeds_needed(found).seeds
        more = generator.normal(times, 1, (repeats, seeds - pilot))
        shares.append(np.mean(decided(found, np.hstack([first, more]))))
    assert 0.75 <= np.mean(shares) <= most


def test_the_range_of_the_number_of_seeds_holds_it_and_is_narrower_for_a_larger_pilot():
    generator = rng()
    small, large = (power.seeds_needed(comparison(of_spread(1, n, 1, generator)[0], matters=0.5)) for n in (5, 20))
    assert small.low <= small.seeds <= small.high
    assert large.low <= large.seeds <= large.high
    assert large.high - large.low < small.high - small.low
    for n, found in ((5, small), (20, large)):  # the ends are those of the interval of the spread
        low, high = np.sqrt((n - 1) / stats.chi2.ppf([0.9, 0.1], n - 1))
        assert [found.low, found.high] == [max(n, known_spread(0.5 / spread)) for spread in (low, high)]


def known_spread(effect):
    """Seeds for 80 %, from the noncentral t distribution; in 2.5 % of cases the difference is wrongly called equal."""
    n = np.arange(2, 2000)
    return n[np.argmax(stats.nct.sf(stats.t.ppf(0.975, n - 1), n - 1, effect * np.sqrt(n)) >= 0.8 - 0.025)]


def test_seeds_that_already_show_what_matters_are_the_number():
    assert power.seeds_needed(comparison([0.1, -0.1, 0.05, 0.0, -0.05], matters=1.0)).seeds == 5


def test_a_ratio_needs_as_many_seeds_as_its_logarithm():
    values = of_spread(1, 6, 1, rng())[0]
    ratio = comparison(np.exp(values), than=1, ratio=True, matters=np.exp(0.5))
    assert power.seeds_needed(ratio) == power.seeds_needed(comparison(values, matters=0.5))
    assert power.visible(ratio) == pytest.approx(np.exp(power.visible(comparison(values))))


def test_a_margin_takes_its_part_of_what_matters():
    values = of_spread(1, 6, 1, rng())[0]
    assert power.seeds_needed(comparison(values, margin=0.25, matters=0.75)) == power.seeds_needed(
        comparison(values, matters=0.5)
    )
    assert power.seeds_needed(comparison(values, margin=0.5, matters=0.5)) is None


NOTHING_NEEDED = {
    "nothing is said to matter": ([0.1, 0.3, -0.2], {}),
    "one seed": ([0.1], {"matters": 0.1}),
    "no spread": ([0.1, 0.1, 0.1], {"matters": 0.1}),
}


@pytest.mark.parametrize(("values", "arguments"), NOTHING_NEEDED.values(), ids=NOTHING_NEEDED.keys())
def test_without_a_spread_or_what_matters_no_number_of_seeds_is_named(values, arguments):
    assert power.seeds_needed(comparison(values, **arguments)) is None


@pytest.mark.parametrize("n", [3, 5, 10, 20])
def test_the_smallest_visible_difference_is_shown_in_four_of_five_cases(n):
    values = of_spread(1, n, 1, rng())[0]
    found = comparison(values, (5, 10, 20))
    shown = decided(found, rng(3).normal(power.visible(found), 1, (4000, n)))
    assert 0.75 <= np.mean(shown) <= 0.8 + 3 * np.sqrt(0.16 / 4000)  # the bootstrap's part takes a little


@pytest.mark.parametrize(("bound", "n"), [({"more_than": 0.5}, 10), ({"more_than": 0.2}, 6), ({"less_than": 0.5}, 12)])
def test_the_smallest_visible_share_is_shown_in_four_of_five_cases(bound, n):
    table = MetricsTable({"e": {"a": {"m": np.arange(n) % 2}}})
    [found] = Predicates(table).share("e.a.m", **bound).compare()
    hits = rng().binomial(n, power.visible(found), 20_000)
    low, high = estimates.clopper_pearson(hits, np.full(20_000, n), found.level)
    assert np.mean(found.verdicts(low, high) == Verdict.SUPPORTED) == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / 20_000))


def test_no_share_is_visible_where_even_all_of_the_seeds_would_leave_it_open():
    [found] = Predicates(MetricsTable({"e": {"a": {"m": [1, 0, 1, 0]}}})).share("e.a.m", more_than=0.5).compare()
    assert power.visible(found) is None


def posterior(values, generator):
    """A spread and a mean that may be the true ones."""
    n = len(values)
    spread = np.std(values, ddof=1) * np.sqrt((n - 1) / generator.chisquare(n - 1))
    return generator.normal(np.mean(values), spread / np.sqrt(n)), spread


@pytest.mark.parametrize("shift", [0.0, 0.4, 0.8])
def test_the_predicted_probability_of_a_decision_is_its_frequency_over_the_posterior(shift):
    values, generator, repeats = of_spread(1, 6, 1, rng())[0] + shift, rng(4), 2000
    predicate = Predicates(metrics(values, (6, 15))).higher("e.a.m", than=0, matters=0.5)
    [found] = predicate.compare()
    more = np.array([generator.normal(*posterior(values, generator), 9) for _ in range(repeats)])
    frequency = np.mean(decided(found, np.hstack([np.tile(values, (repeats, 1)), more])))
    predicted = power.probability_of_a_decision(predicate, 15)
    assert predicted == pytest.approx(frequency, abs=0.015 + 4 * np.sqrt(0.25 / repeats))


def test_the_prediction_of_a_share_is_its_beta_binomial():
    table = MetricsTable({"e": {"a": {"m": [1, 1, 1, 0, 1]}}})
    hits = np.arange(16)
    low, high = estimates.clopper_pearson(4 + hits, np.full(16, 20), 0.95)
    exact = stats.betabinom.pmf(hits, 15, 5, 2)[(low > 0.5) | (high < 0.5)].sum()
    predicted = power.probability_of_a_decision(Predicates(table).share("e.a.m", more_than=0.5), 20)
    assert predicted == pytest.approx(exact, abs=4 * np.sqrt(0.25 / power.DRAWS))


def test_seeds_in_which_two_things_never_differed_may_differ_later():
    table = MetricsTable({"e": {"a": {"m": [1, 1, 1, 0, 1]}, "b": {"m": [1, 1, 1, 0, 1]}}})
    predicate = Predicates(table).more_often("e.a.m", than="e.b.m")
    assert 0 < power.probability_of_a_decision(predicate, 100) < 1


def test_the_parts_of_a_predicate_are_combined_by_its_own_rule():
    values = of_spread(1, 10, 1, rng())[0]
    table = MetricsTable(
        {"e": {"a": {"m": values + 5}, "b": {"m": np.zeros(10)}}},
        items={"e": {"a": {"m": values}, "b": {"m": np.zeros(10)}}},
    )
    claim = Predicates(table)
    assert power.probability_of_a_decision(claim.higher("e.a.m", than="e.b.m"), 20) > 0.99
    assert power.probability_of_a_decision(claim.higher("e.a.m", than="e.b.m", over="both"), 20) == 0  # items stay open


def test_one_seed_predicts_nothing_and_enough_seeds_stay_what_they_are():
    assert np.isnan(power.probability_of_a_decision(Predicates(metrics([1.0])).higher("e.a.m", than=0), 20))
    settled = Predicates(metrics([1.0, 1.1, 0.9, 1.0])).higher("e.a.m", than=0)
    assert power.probability_of_a_decision(settled, 4) == 1
    same = Predicates(metrics([1.0, 1.0, 1.0])).higher("e.a.m", than=0)
    assert power.probability_of_a_decision(same, 20) == 0
