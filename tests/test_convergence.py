"""Whether a run was still learning at its end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from day3.convergence import late_improvement


def test_late_improvement_compares_the_last_tenth_with_the_tenth_before():
    errors = np.array([[9.0] * 16 + [5, 3, 4, 2], [1.0] * 16 + [2, 2, 3, 3]])
    assert late_improvement(errors) == pytest.approx([1 - 3 / 4, 1 - 3 / 2])


def test_a_tenth_is_one_point_at_least():
    assert late_improvement(np.array([[9.0, 4.0, 3.0]])) == pytest.approx([0.25])
    assert np.isnan(late_improvement(np.array([[9.0]]))).all()


@given(unit=st.floats(1e-6, 1e6), points=st.integers(2, 40))
def test_late_improvement_does_not_depend_on_the_unit(unit, points):
    errors = np.random.default_rng(points).uniform(1, 2, (3, points))
    assert late_improvement(unit * errors) == pytest.approx(late_improvement(errors))
