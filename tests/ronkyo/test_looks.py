"""Looking at a comparison more than once: the level of a look against simulations that know nothing of how it was found."""

import numpy as np
import pytest
from scipy import stats

from ronkyo.claims import MetricsTable, Predicates, estimates
from ronkyo.claims.looks import look_alpha
from ronkyo.claims.verdicts import Verdict

PLANS = [(5, 10, 20), (5, 10, 20, 40), (4, 8, 16), (10, 20, 40)]
FEW = 199  # resamples: enough for the hull, in which Student's interval is nearly always the wider
REPEATS = 4000
each_plan = pytest.mark.parametrize("looks", PLANS, ids=str)


def rng(seed=20240616):
    return np.random.default_rng(seed)


def error(share, repeats=REPEATS):
    """Three standard errors of a simulated share."""
    return 3 * np.sqrt(share * (1 - share) / repeats)


def smallest_p(looks, repeats):
    differences = rng().normal(size=(repeats, looks[-1]))
    return np.min([stats.ttest_1samp(differences[:, :n], 0, axis=1).pvalue for n in looks], axis=0)


@each_plan
def test_all_looks_together_find_a_difference_that_does_not_exist_as_often_as_one_look_may(looks):
    p = smallest_p(looks, 100_000)
    for alpha in (0.05, 0.05 / 3, 0.05 / 63):  # a level is rounded down, by one part in a hundred at most
        found = np.mean(p < look_alpha(looks, alpha))
        assert 0.99 * alpha - error(alpha, 100_000) <= found <= alpha + error(alpha, 100_000)


@pytest.mark.parametrize("looks", [(), (10,), (1, 10)], ids=str)
def test_one_look_or_none_is_made_at_the_whole_level(looks):
    assert look_alpha(looks, 0.05) == 0.05


def test_the_level_of_a_look_is_rounded_so_that_no_processor_changes_it():
    found = [look_alpha(looks, alpha) for looks in PLANS for alpha in (0.05, 0.05 / 3, 0.05 / 63)]
    assert found == [float(f"{level:.3g}") for level in found]


def test_a_look_keeps_between_its_share_of_the_level_and_all_of_it():
    levels = [look_alpha(looks, 0.05) for looks in ((5, 10), (5, 10, 20), (5, 10, 20, 40), (5, 6, 7, 8, 9, 10, 20, 40))]
    assert levels == sorted(levels, reverse=True)
    assert all(0.05 / count < level < 0.05 for count, level in zip((2, 3, 4, 8), levels, strict=True))
    assert look_alpha((10_000, 10_001), 0.05) > 0.049  # hardly a second chance


def test_looks_that_do_not_rise_are_refused():
    with pytest.raises(ValueError, match="looks: expected rising numbers of seeds, found 10, 5"):
        look_alpha((10, 5), 0.05)


def verdicts(looks, true_difference=0.0, matters=None, repeats=REPEATS):
    """The verdicts of "higher" at each look, (n_looks, repeats), by the comparison that the predicate makes."""
    table = {"e": {"a": {"m": rng().normal(size=looks[-1])}, "b": {"m": rng(1).normal(size=looks[-1])}}}
    metrics = MetricsTable(table, looks={"e": looks})
    [comparison] = Predicates(metrics).higher("e.a.m", than="e.b.m", matters=matters).compare()
    differences = rng(2).normal(true_difference, 1, (repeats, looks[-1]))
    return np.array(
        [comparison.verdicts(*estimates.hull(differences[:, :n], comparison.level, rng(), FEW)) for n in looks]
    )


def first_decided(found):
    """What is said by those who stop at the first look that decides, (repeats,)."""
    decided = found != Verdict.UNDECIDED
    return found[np.argmax(decided, axis=0), np.arange(found.shape[1])]


@each_plan
def test_without_a_difference_all_planned_looks_together_support_a_claim_no_more_often_than_one_look_may(looks):
    found = verdicts(looks)
    for said in (first_decided(found), *found):  # at the first look that decides, and at whatever look is the last
        assert np.mean(said == Verdict.SUPPORTED) <= 0.025 + error(0.025)
        assert np.mean(said != Verdict.UNDECIDED) <= 0.05 + error(0.05)
    ever = np.mean((found == Verdict.SUPPORTED).any(axis=0))
    assert ever <= 0.025 + error(0.025)


@each_plan
def test_looks_at_the_level_of_one_would_err_too_often(looks):
    assert np.mean(smallest_p(looks, 20_000) < 0.05) > 0.08


@each_plan
def test_a_difference_that_just_matters_is_hardly_ever_called_equal(looks):
    """At the largest standard error that still can decide, and at a small one."""
    for matters in (1.0, 0.5):
        found = verdicts(looks, true_difference=matters, matters=matters)
        assert np.mean((found == Verdict.EQUAL).any(axis=0)) <= 0.025 + error(0.025)


def test_variants_without_a_difference_are_called_equal_once_there_are_seeds_enough():
    found = verdicts((20, 40), matters=0.8)
    assert np.mean(found[-1] == Verdict.EQUAL) > 0.9


@pytest.mark.parametrize("looks", [(5, 10, 20), (10, 20, 40)], ids=str)
def test_without_a_preference_a_share_at_planned_looks_is_decided_no_more_often_than_one_look_may(looks):
    level = 1 - look_alpha(looks, 0.05)
    hits = np.cumsum(rng().integers(0, 2, (20_000, looks[-1])), axis=1)
    ends = [estimates.clopper_pearson(hits[:, n - 1], np.full(len(hits), n), level) for n in looks]
    assert np.mean(np.any([low > 0.5 for low, _ in ends], axis=0)) <= 0.025 + error(0.025, 20_000)
