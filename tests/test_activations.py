"""Activation functions: torch agrees, extremes overflow nowhere, undefined is nan, figures draw what they say."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pydantic import ValidationError
from torch.nn import functional

from day3.experiments.activations import figures
from day3.experiments.activations.settings import Settings
from day3.experiments.activations.summarize import compare, derivative, exact_max_slope, summarize
from day3.nn import activations
from ronkyo import params
from ronkyo.results import Results

DOCUMENT = params.read_document(Path(__file__).parents[1] / "params.yaml")["activations"]
ALPHA, BETA = 0.1, 1.5

# name: (function, derivative, torch's function)
CASES = {
    "sigmoid": (activations.sigmoid, activations.d_sigmoid, torch.sigmoid),
    "tanh": (activations.tanh, activations.d_tanh, torch.tanh),
    "relu": (activations.relu, activations.d_relu, torch.relu),
    "leaky_relu": (
        lambda x: activations.leaky_relu(x, ALPHA),
        lambda x: activations.d_leaky_relu(x, ALPHA),
        lambda x: functional.leaky_relu(x, ALPHA),
    ),
    "swish": (
        lambda x: activations.swish(x, BETA),
        lambda x: activations.d_swish(x, BETA),
        lambda x: functional.silu(BETA * x) / BETA,
    ),
}
NUMBERS = st.floats(-50, 50).filter(lambda x: abs(x) > 1e-6)  # the corner at 0 has its own tests
ARRAYS = arrays(np.float64, array_shapes(max_dims=3, max_side=4), elements=NUMBERS)
EXTREMES = np.array([-1e300, -1e4, -1e-300, 1e-300, 1e4, 1e300])


@pytest.fixture(scope="module")
def results():
    settings = Settings.model_validate(DOCUMENT)
    return Results(settings, {}, {}, {}, {}, {})


@pytest.mark.parametrize("name", CASES)
@settings(deadline=None)  # torch's first call loads much
@given(x=ARRAYS)
def test_functions_and_derivatives_are_those_of_torch(name, x):
    function, derivative, of_torch = CASES[name]
    points = torch.from_numpy(x).requires_grad_()
    expected = of_torch(points)
    (slope,) = torch.autograd.grad(expected.sum(), points)
    np.testing.assert_allclose(function(x), expected.detach().numpy(), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(derivative(x), slope.numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", CASES)
def test_extreme_inputs_overflow_nowhere(name):
    function, derivative, _ = CASES[name]
    if name == "swish":  # is as large as its input
        assert np.isfinite(function(EXTREMES / 10)).all()
    else:
        assert np.isfinite(function(EXTREMES)).all()
        assert np.isfinite(derivative(EXTREMES)).all()


def test_sigmoid_keeps_its_precision_far_from_zero():
    assert activations.sigmoid(np.array(-700.0)) == pytest.approx(np.exp(-700.0), rel=1e-12)
    assert activations.d_sigmoid(np.array(700.0)) == pytest.approx(np.exp(-700.0), rel=1e-12)


def test_derivatives_with_a_corner_have_no_value_there():
    zero = np.zeros(1)
    assert np.isnan(activations.d_relu(zero)).all()
    assert np.isnan(activations.d_leaky_relu(zero, ALPHA)).all()
    assert activations.relu(zero) == activations.leaky_relu(zero, ALPHA) == 0
    assert activations.d_swish(zero, BETA) == 0.5


@settings(deadline=None)  # torch's first call loads much
@given(x=arrays(np.float64, array_shapes(min_dims=1, max_dims=3, max_side=4), elements=st.floats(-800, 800)))
def test_softmax_gives_probabilities_that_a_shift_does_not_change(x):
    y = activations.softmax(x)
    np.testing.assert_allclose(y.sum(axis=-1), 1.0)
    np.testing.assert_allclose(y, torch.softmax(torch.from_numpy(x), dim=-1).numpy(), rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(y, activations.softmax(x + 1000.0), rtol=1e-9, atol=1e-300)


@settings(deadline=None)  # torch's first call loads much
@given(x=arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 5)), elements=st.floats(-20, 20)))
def test_softmax_jacobian_is_that_of_torch_row_by_row(x):
    jacobians = activations.d_softmax(x)
    assert jacobians.shape == (*x.shape, x.shape[1])
    for jacobian, row in zip(jacobians, x, strict=True):
        expected = torch.func.jacrev(lambda inputs: torch.softmax(inputs, dim=-1))(torch.from_numpy(row))
        np.testing.assert_allclose(jacobian, expected.numpy(), rtol=1e-9, atol=1e-15)


# -- experiment -------------------------------------------------------------------------------------------------------


def test_every_function_has_the_error_of_its_derivative(results):
    constants = summarize({}, {}, results.settings).constants
    assert constants.keys() == {*CASES, "softmax"}
    assert all(values["max_error"] < 1e-14 for values in constants.values())


def test_a_wrong_derivative_shows_as_an_error():
    x = np.linspace(-1, 1, 11)
    assert compare(activations.d_tanh(x) + 0.125, derivative(torch.tanh, x))["max_error"] == pytest.approx(0.125)


def test_largest_slopes_are_those_that_the_functions_are_known_for(results):
    slopes = {name: values["max_slope"] for name, values in summarize({}, {}, results.settings).constants.items()}
    swish = pytest.approx(1.0998, abs=1e-3)  # Ramachandran et al. 2017: beta 1, near x = 2.4
    softmax = pytest.approx(0.25, abs=1e-4)  # no y (1 - y) is larger
    assert slopes == {"sigmoid": 0.25, "tanh": 1, "relu": 1, "leaky_relu": 1, "swish": swish, "softmax": softmax}


@pytest.mark.parametrize(("name", "largest"), [("sigmoid", 1 / 4), ("tanh", 1)])
def test_computer_algebra_finds_the_largest_slope_of_all(results, name, largest):
    assert exact_max_slope(name) == largest
    assert summarize({}, {}, results.settings).constants[name]["exact_max_slope"] == largest


def test_zero_is_exactly_among_the_points(results):
    x = results.settings.x()
    assert len(x) == DOCUMENT["points"]
    assert x[len(x) // 2] == 0.0
    assert (x[0], x[-1]) == (-DOCUMENT["x_limit"], DOCUMENT["x_limit"])


def test_an_even_number_of_points_is_refused():
    with pytest.raises(ValidationError, match="expected points to be odd"):
        Settings.model_validate({**DOCUMENT, "points": 600})


def panels(settings):
    """{name of CASES: (axes of the function, axes of its derivative)}"""
    axes = figures.functions(Results(settings, {}, {}, {}, {}, {})).axes
    return dict(zip(CASES, zip(axes[: len(CASES)], axes[len(CASES) :], strict=True), strict=True))


def test_each_function_stands_above_its_derivative():
    settings = Settings.model_validate({**DOCUMENT, "leaky_relu_alpha": ALPHA, "swish_beta": BETA})
    for name, drawn in panels(settings).items():
        for axes, of in zip(drawn, CASES[name], strict=False):
            np.testing.assert_array_equal(axes.lines[0].get_xdata(), settings.x())
            np.testing.assert_array_equal(axes.lines[0].get_ydata(), of(settings.x()))


def test_open_circles_mark_where_a_derivative_has_no_value(results):
    ends = {"relu": [0.0, 1.0], "leaky_relu": [DOCUMENT["leaky_relu_alpha"], 1.0]}
    for name, (function, slope) in panels(results.settings).items():
        assert len(function.lines) == 1
        circles = [line for line in slope.lines if line.get_markerfacecolor() == "white"]
        drawn = [(line.get_xdata().item(), line.get_ydata().item()) for line in circles]
        assert drawn == [(0.0, end) for end in ends.get(name, [])]


def test_softmax_figure_shows_outputs_their_derivatives_and_the_jacobian(results):
    outputs, derivatives, jacobian = figures.softmax(results).axes
    inputs, classes = results.settings.softmax_inputs(), len(DOCUMENT["softmax_logits"])
    for index in range(classes):
        np.testing.assert_array_equal(outputs.lines[index].get_ydata(), activations.softmax(inputs)[:, index])
        np.testing.assert_array_equal(derivatives.lines[index].get_ydata(), activations.d_softmax(inputs)[:, index, 0])
    expected = activations.d_softmax(np.array(DOCUMENT["softmax_logits"]))
    assert [text.get_text() for text in jacobian.texts] == [f"{value:.2f}" for value in expected.flat]
