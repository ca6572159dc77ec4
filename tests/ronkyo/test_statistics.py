"""Intervals against closed forms and scipy's own tests, and, by simulation, how often a claim errs and how often it sees."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from ronkyo.claims import estimates

LEVEL = estimates.LEVEL
FEW = 199  # resamples: enough for the hull, in which Student's interval is nearly always the wider


def rng():
    return np.random.default_rng(20240616)


def supported(differences):
    return estimates.mean_estimate(differences, LEVEL, rng(), FEW).low > 0


def rate(draw, repeats=1000):
    generator = rng()
    return np.mean([supported(draw(generator)) for _ in range(repeats)])


PAIRS_WITHOUT_A_DIFFERENCE = {
    "normal": lambda rng, n: rng.normal(size=n) - rng.normal(size=n),
    "skewed": lambda rng, n: rng.lognormal(sigma=1.0, size=n) - rng.lognormal(sigma=1.0, size=n),
    "accuracies of 375 clips": lambda rng, n: (rng.binomial(375, 0.12, n) - rng.binomial(375, 0.12, n)) / 375,
}


@pytest.mark.parametrize("n", [2, 4, 5, 10])
@pytest.mark.parametrize("draw", PAIRS_WITHOUT_A_DIFFERENCE.values(), ids=PAIRS_WITHOUT_A_DIFFERENCE.keys())
def test_without_a_difference_a_claim_is_supported_no_more_often_than_the_level_allows(draw, n):
    found = rate(lambda generator: draw(generator, n))
    assert found <= (1 - LEVEL) / 2 + 3 * np.sqrt(0.025 * 0.975 / 1000)  # one side's error, and the simulation's own


SKEWED = {  # the mean is no different, but the differences are skewed
    "normal": lambda rng, shape: rng.normal(size=shape),
    "exponential": lambda rng, shape: rng.exponential(size=shape) - 1,
    "log-normal (σ = 1)": lambda rng, shape: rng.lognormal(size=shape) - np.exp(0.5),
}


@pytest.mark.parametrize("shape", SKEWED)
def test_with_skewed_differences_a_claim_errs_as_often_as_the_docs_say(shape):
    table = (Path(__file__).parents[2] / "docs/claims.md").read_text(encoding="utf-8")
    [head], [row] = (
        re.findall(rf"^\| {re.escape(name)} \|(.*)\|$", table, re.MULTILINE) for name in ("differences", shape)
    )
    counts = [int(cell.rpartition("=")[2]) for cell in head.split("|")]
    rates = dict(zip(counts, (float(cell.strip(" %")) / 100 for cell in row.split("|")), strict=True))
    assert {5, 10, 20} <= rates.keys()
    repeats = 3000
    for n, told in rates.items():
        _, high = estimates.hull(SKEWED[shape](rng(), (repeats, n)), LEVEL, rng(), 499)
        assert np.mean(high < 0) == pytest.approx(told, abs=4 * np.sqrt(told * (1 - told) / repeats))


def test_without_a_difference_the_best_of_a_family_is_hardly_ever_found():
    """Four equal variants, three comparisons at Bonferroni's level: the claim needs all three."""
    level, generator, hits = 1 - (1 - LEVEL) / 3, rng(), 0
    for _ in range(500):
        variants = generator.normal(size=(4, 5))
        made = [estimates.mean_estimate(variants[0] - other, level, rng(), FEW) for other in variants[1:]]
        hits += all(one.low > 0 for one in made)
    assert hits / 500 <= (1 - LEVEL) / 2


def test_the_power_to_see_a_difference_grows_with_seeds():
    powers = [rate(lambda generator, n=n: generator.normal(1.0, 1.0, n), repeats=400) for n in (3, 5, 10, 20)]
    assert powers == sorted(powers)
    assert powers[0] < 0.5
    assert powers[-1] > 0.95


@pytest.mark.parametrize("n", [3, 5, 10])
def test_without_a_difference_a_share_is_called_more_than_half_no_more_often_than_the_level_allows(n):
    generator = rng()
    found = [estimates.share_estimate(generator.binomial(1, 0.5, n), LEVEL).low > 0.5 for _ in range(1000)]
    assert np.mean(found) <= (1 - LEVEL) / 2 + 3 * np.sqrt(0.025 * 0.975 / 1000)


def test_an_interval_holds_students_and_the_bootstraps():
    differences = np.random.default_rng(3).exponential(size=12) - 0.4
    found = estimates.mean_estimate(differences, LEVEL, rng())
    student = stats.ttest_1samp(differences, 0).confidence_interval(LEVEL)
    bootstrap = stats.bootstrap((differences,), np.mean, rng=rng(), n_resamples=estimates.RESAMPLES).confidence_interval
    assert found.low == pytest.approx(min(student.low, bootstrap.low))
    assert found.high == pytest.approx(max(student.high, bootstrap.high))
    assert found.high > student.high  # the skew


def test_the_same_values_give_the_same_interval_and_its_mirror_the_mirrored_student():
    differences = np.array([0.1, 0.4, -0.2, 0.3, 0.2])
    one, same = (estimates.mean_estimate(differences, LEVEL, rng()) for _ in range(2))
    mirrored = estimates.mean_estimate(-differences, LEVEL, rng())
    assert one == same
    assert (mirrored.low, mirrored.high) == pytest.approx((-one.high, -one.low))


def test_a_ratio_is_the_geometric_mean_of_paired_ratios():
    a, b = np.array([1.0, 2.0, 4.0]), np.array([2.0, 2.0, 2.0])
    found = estimates.ratio_estimate(a, b, LEVEL, rng())
    half = stats.t.ppf(0.975, 2) * np.log(2) / np.sqrt(3)
    assert found.value == pytest.approx(1.0)
    assert (found.low, found.high) == pytest.approx((np.exp(-half), np.exp(half)))


def test_a_share_has_the_exact_binomial_interval():
    found = estimates.share_estimate(np.array([1, 1, 1, 0, 1, 1, 1, 1, 1, 1]), LEVEL)
    assert found.value == 0.9
    exact = stats.binomtest(9, 10).proportion_ci(LEVEL, "exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))


@pytest.mark.parametrize("hits", [0, 10])
def test_the_interval_of_a_share_ends_at_none_and_all(hits):
    found = estimates.share_estimate(np.repeat([1, 0], [hits, 10 - hits]), LEVEL)
    exact = stats.binomtest(hits, 10).proportion_ci(LEVEL, "exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))


UNDECIDABLE = {
    "one seed": ([0.3], "one value"),
    "the same value in all seeds": ([0.3, 0.3, 0.3], "no spread"),
    "the same value but for rounding": ([0.3, 0.1 + 0.2, 0.3], "no spread"),
    "a value that is not a number": ([0.3, np.nan, 0.1], "not finite"),
    "an infinite value": ([0.3, np.inf, 0.1], "not finite"),
    "zeros": ([0.0, 0.0], "no spread"),
}


@pytest.mark.parametrize(("values", "reason"), UNDECIDABLE.values(), ids=UNDECIDABLE.keys())
def test_what_cannot_be_decided_has_a_reason_and_no_interval(values, reason):
    for found in (
        estimates.mean_estimate(np.array(values), LEVEL, rng()),
        estimates.ratio_estimate(np.exp(np.array(values)), 1.0, LEVEL, rng()),
    ):
        assert found.reason == reason
        assert np.isnan([found.low, found.high]).all()


def test_a_ratio_of_what_is_not_positive_is_not_taken():
    assert estimates.ratio_estimate(np.array([1.0, 0.0]), 1.0, LEVEL, rng()).reason == "not positive"
    assert estimates.ratio_estimate(np.array([1.0, 2.0]), np.array([1.0, 0.0]), LEVEL, rng()).reason == "not finite"


@pytest.mark.parametrize(
    ("hits", "reason"), [([1], "one value"), ([], "no value"), ([1, 0.5], "not zeros and ones"), ([1, 0], "")]
)
def test_a_share_needs_two_zeros_or_ones(hits, reason):
    assert estimates.share_estimate(np.array(hits), LEVEL).reason == reason


@given(arrays(float, st.integers(0, 6), elements=st.floats(width=64)))
def test_no_values_at_all_crash_an_estimate(values):
    if len(values):
        with np.errstate(all="ignore"):
            estimates.mean_estimate(values, LEVEL, rng(), FEW)
            estimates.ratio_estimate(values, 1.0, LEVEL, rng(), FEW)
    estimates.share_estimate(values, LEVEL)


def test_of_two_events_the_more_frequent_is_told_by_the_seeds_in_which_just_one_happens():
    a, b = np.array([1, 1, 1, 1, 1, 0, 1, 0]), np.array([0, 0, 0, 0, 0, 1, 1, 0])
    found = estimates.discordant_estimate(a, b, LEVEL)
    assert (found.n, found.value) == (6, pytest.approx(5 / 6))
    mcnemar = stats.binomtest(5, 6).pvalue
    assert (found.low > 0.5) == (mcnemar < 0.05)


def test_a_prediction_interval_holds_the_next_run_as_often_as_it_says():
    generator = rng()
    runs = generator.normal(size=(2000, 6))
    found = [estimates.prediction_interval(estimates.mean_interval(values[:5])) for values in runs]
    inside = [one.low <= values[5] <= one.high for one, values in zip(found, runs, strict=True)]
    assert np.mean(inside) == pytest.approx(LEVEL, abs=0.02)
