"""The numpy RNN: its gradient is right by three independent accounts, and what is compiled is what numpy computes."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numba.core.dispatcher import Dispatcher

from day3.nn import activations, numpy_rnn
from day3.nn.activations import d_sigmoid, sigmoid
from day3.nn.gradient_check import gradient_error, numerical_gradient
from day3.nn.numpy_rnn import (
    Activation,
    OutputGradient,
    Weights,
    activate,
    add_product,
    add_product_with_transpose,
    backward,
    backward_from_last,
    backward_ratio,
    exp,
    fit,
    forward,
    gradient_norm,
    initialize,
    jacobian_ratio,
    squared_error,
)

EPSILON = 1e-5
ACTIVATIONS = st.sampled_from(Activation)
SIZES = st.tuples(*[st.integers(1, 4)] * 5)  # time, batch, input_size, hidden_size, output_size
UNITS = st.integers(1, 20)  # around the eight and the four that the products take at a time


def network(input_size=2, hidden_size=5, output_size=1, seed=0, initialization="normal"):
    return initialize(np.random.default_rng(seed), initialization, input_size, hidden_size, output_size)


def sequences(time=4, batch=3, input_size=2, output_size=1, seed=0):
    rng = np.random.default_rng([1, seed])
    return rng.standard_normal((time, batch, input_size)), rng.uniform(size=(time, batch, output_size))


def draw(sizes, seed):
    time, batch, input_size, hidden_size, output_size = sizes
    return network(input_size, hidden_size, output_size, seed), *sequences(time, batch, input_size, output_size, seed)


def bptt(weights, x, d, activation, output_gradient=OutputGradient.exact):
    z, y = forward(weights, x, activation)
    return backward(weights, x, z, y, d, activation, output_gradient)


def error_of_output(y, d):
    """The last step's error of z_T W_out."""
    return ((y - d) * y * (1 - y))[-1]


# -- the same in plain numpy ------------------------------------------------------------------------------------------

SLOPES = {
    "sigmoid": lambda z: z * (1 - z),
    "tanh": lambda z: 1 - z**2,
    "relu": lambda z: np.heaviside(z, 0.0),
}


def plain_gradient(weights, x, d, activation, output_gradient):
    """All examples at once, a step at a time. -> loss: (batch,), the gradient"""
    f, slope = getattr(activations, activation), SLOPES[activation]
    z, y = [np.zeros((x.shape[1], len(weights.w)))], []
    for x_t in x:
        z.append(f(x_t @ weights.w_in + z[-1] @ weights.w))
        y.append(sigmoid(z[-1] @ weights.w_out))
    factor = {"exact": lambda y: y * (1 - y), "course": d_sigmoid}[output_gradient]
    delta = np.zeros_like(z[0])
    gradient = Weights(*(np.zeros_like(part) for part in weights))
    for t in reversed(range(len(x))):
        delta_out = (y[t] - d[t]) * factor(y[t])
        delta = (delta_out @ weights.w_out.T + delta @ weights.w.T) * slope(z[t + 1])
        for part, left, right in zip(gradient, (x[t], z[t], z[t + 1]), (delta, delta, delta_out), strict=True):
            part += left.T @ right
    return np.sum((np.stack(y) - d) ** 2, axis=(0, 2)) / 2, gradient


@pytest.mark.parametrize("output_gradient", OutputGradient)
@pytest.mark.parametrize("activation", Activation)
@pytest.mark.parametrize("hidden_size", [3, 16, 128])
def test_loss_and_gradient_are_those_of_plain_numpy(hidden_size, activation, output_gradient):
    weights, (x, d) = network(hidden_size=hidden_size, initialization="xavier"), sequences(time=8, batch=5)
    loss, gradient = plain_gradient(weights, x, d, activation.name, output_gradient.name)
    _, y = forward(weights, x, activation)
    np.testing.assert_allclose(squared_error(y, d), loss, rtol=1e-12)
    for a, b in zip(bptt(weights, x, d, activation, output_gradient), gradient, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12 * np.abs(b).max())


@pytest.mark.parametrize("output_gradient", OutputGradient)
@pytest.mark.parametrize("activation", Activation)
@pytest.mark.parametrize("hidden_size", [16, 128])
def test_learning_is_that_of_plain_numpy(hidden_size, activation, output_gradient):
    start = network(hidden_size=hidden_size, initialization="xavier")
    x, d = (np.stack(a) for a in zip(*(sequences(time=8, batch=1, seed=seed) for seed in range(10)), strict=True))
    learned, loss, norm = fit(start, x, d, activation, output_gradient, 0.1)
    expected = Weights(*(part.copy() for part in start))
    for i in range(len(x)):
        error, gradient = plain_gradient(expected, x[i], d[i], activation.name, output_gradient.name)
        assert loss[i] == pytest.approx(error.item(), rel=1e-9)
        assert norm[i] == pytest.approx(np.sqrt(sum(np.sum(part**2) for part in gradient)), rel=1e-9)
        expected = Weights(*(part - 0.1 * slope for part, slope in zip(expected, gradient, strict=True)))
    for a, b in zip(learned, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@settings(deadline=None)
@given(rows=st.integers(1, 5), inner=UNITS, columns=UNITS, seed=st.integers(0, 10_000))
def test_products_are_those_of_numpy_and_are_added(rows, inner, columns, seed):
    rng = np.random.default_rng(seed)
    out, a, b = (rng.standard_normal(shape) for shape in ((rows, columns), (rows, inner), (inner, columns)))
    one, other = out.copy(), out.copy()
    add_product(one, a, b)
    add_product_with_transpose(other, a, b.T.copy())
    np.testing.assert_allclose(one, out + a @ b, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(other, out + a @ b, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("low", [-1e-9, -1.0, -40.0, -708.0])
def test_exponentials_differ_from_the_exact_ones_by_a_unit_in_the_last_place_at_most(low):
    """np.exp itself is within a unit: in extended precision, where there is one, ours is the nearest or next to it."""
    x = np.linspace(low, 0.0, 5001)
    exact = np.exp(x.astype(np.longdouble))
    error = np.abs((np.array([exp(value) for value in x]) - exact) / np.spacing(exact.astype(float)))
    assert error.max() <= 1.01 if np.finfo(np.longdouble).eps < np.finfo(float).eps else 2.0


def test_exponentials_at_the_ends_of_the_range():
    assert exp(0.0) == exp(-0.0) == 1.0
    assert exp(-708.5) == exp(-1e9) == exp(-math.inf) == 0.0
    assert math.isnan(exp(math.nan))


@pytest.mark.parametrize("activation", Activation)
def test_activations_are_those_of_the_chapter_on_activations(activation):
    u = np.concatenate([np.linspace(-750.0, 750.0, 3001), np.linspace(-1.0, 1.0, 2001), [-np.inf, np.inf, np.nan]])
    z = u[None].copy()
    activate(z, activation)
    np.testing.assert_allclose(
        z[0], getattr(activations, activation.name)(u), rtol=0, atol=5e-16 * np.nanmax(z[np.isfinite(z)])
    )


def test_all_that_is_compiled_together_stands_in_one_file():
    """numba looks for changes in the file of the function that is called, and in none of those that this one calls."""
    compiled = {name: value for name, value in vars(numpy_rnn).items() if isinstance(value, Dispatcher)}
    assert {"forward", "backward", "fit"} <= compiled.keys()
    for function in compiled.values():
        assert Path(function.py_func.__code__.co_filename) == Path(numpy_rnn.__file__)


# -- the gradient -----------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(sizes=SIZES, activation=ACTIVATIONS, seed=st.integers(0, 10_000))
def test_bptt_matches_finite_differences(sizes, activation, seed):
    weights, x, d = draw(sizes, seed)
    if activation == Activation.relu:  # no unit may cross ReLU's kink on the way
        z, _ = forward(weights, x, activation)
        u = x @ weights.w_in + z[:-1] @ weights.w
        assume(np.abs(u).min() > 1e3 * EPSILON)
    by_hand, numerical = bptt(weights, x, d, activation), numerical_gradient(weights, x, d, activation, EPSILON)
    for a, b in zip(by_hand, numerical, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-8)


@settings(deadline=None)
@given(sizes=SIZES, activation=ACTIVATIONS, seed=st.integers(0, 10_000))
def test_bptt_matches_torch_autograd(sizes, activation, seed):
    weights, x, d = draw(sizes, seed)
    w_in, w, w_out = leaves = [torch.from_numpy(part).requires_grad_() for part in weights]
    z, loss = torch.zeros(x.shape[1], len(w), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    for x_t, d_t in zip(torch.from_numpy(x), torch.from_numpy(d), strict=True):
        z = getattr(torch, activation.name)(x_t @ w_in + z @ w)
        loss = loss + ((torch.sigmoid(z @ w_out) - d_t) ** 2).sum() / 2
    expected = torch.autograd.grad(loss, leaves, allow_unused=True)  # one step long, the loss does not depend on w
    for a, b in zip(bptt(weights, x, d, activation), expected, strict=True):
        np.testing.assert_allclose(a, 0.0 if b is None else b.numpy(), rtol=1e-9, atol=1e-13)


def test_loss_is_half_the_squared_error_summed_over_steps():
    y, d = np.full((8, 1, 1), 0.75), np.full((8, 1, 1), 0.25)
    assert squared_error(y, d) == pytest.approx(8 * 0.5**2 / 2)


def test_course_gradient_is_the_one_of_the_course_listing():
    """An example at a time, a step at a time, σ' of the squashed output: as the course writes it."""
    weights, (x, d) = network(), sequences(batch=1)
    w_in, w, w_out = weights
    time, hidden_size = len(x), len(w)
    u, z = np.zeros((time + 1, hidden_size)), np.zeros((time + 1, hidden_size))
    delta, delta_out = np.zeros((time + 1, hidden_size)), np.zeros(time)
    for t in range(time):
        u[t + 1] = x[t, 0] @ w_in + z[t] @ w
        z[t + 1] = sigmoid(u[t + 1])
        y = sigmoid(z[t + 1] @ w_out)
        delta_out[t] = ((y - d[t, 0]) * d_sigmoid(y)).item()
    expected = Weights(np.zeros_like(w_in), np.zeros_like(w), np.zeros_like(w_out))
    for t in reversed(range(time)):
        delta[t] = (delta[t + 1] @ w.T + delta_out[t] * w_out[:, 0]) * d_sigmoid(u[t + 1])
        expected.w_out[:, 0] += z[t + 1] * delta_out[t]
        expected.w[:] += np.outer(z[t], delta[t])
        expected.w_in[:] += np.outer(x[t, 0], delta[t])
    for a, b in zip(bptt(weights, x, d, Activation.sigmoid, OutputGradient.course), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_gradient_check_accepts_the_exact_gradient_and_rejects_the_course_one():
    weights, (x, d) = network(hidden_size=16), sequences(time=8)
    assert gradient_error(weights, x, d, Activation.sigmoid, OutputGradient.exact, EPSILON) < 1e-7
    assert gradient_error(weights, x, d, Activation.sigmoid, OutputGradient.course, EPSILON) > 1e-2


def test_relu_at_zero_passes_on_no_error():
    gradient = bptt(network(), np.zeros((1, 1, 2)), np.ones((1, 1, 1)), Activation.relu)
    assert all(np.array_equal(part, np.zeros_like(part)) for part in gradient)


# -- the way back from the last step ----------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    time=st.integers(1, 5),
    activation=st.sampled_from([Activation.sigmoid, Activation.tanh]),
    seed=st.integers(0, 10_000),
)
def test_the_last_loss_goes_back_as_finite_differences_say(time, activation, seed):
    """With W_in = 1 the input x_t is added to u_t as it is, so that moving an element of x_t moves that of u_t."""
    weights = network(hidden_size=3, seed=seed)._replace(w_in=np.eye(3))
    x, d = sequences(time=time, batch=1, input_size=3, seed=seed)

    def last_loss(x):
        return squared_error(forward(weights, x, activation)[1][-1:], d[-1:]).item()

    moves = EPSILON * np.eye(x.size).reshape(-1, *x.shape)
    expected = [(last_loss(x + move) - last_loss(x - move)) / (2 * EPSILON) for move in moves]
    z, y = forward(weights, x, activation)
    by_hand = backward_from_last(weights, z, error_of_output(y, d), activation)
    np.testing.assert_allclose(by_hand.ravel(), expected, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("activation", Activation)
def test_the_losses_of_all_steps_go_back_as_the_sum_of_their_own_ways(activation):
    """Cutting the sequence after each step in turn and adding the gradients of W gives BPTT's gradient of W."""
    weights, (x, d) = network(), sequences(time=4, batch=2)
    expected = bptt(weights, x, d, activation).w
    total = np.zeros_like(expected)
    for end in range(1, 5):
        z, y = forward(weights, x[:end], activation)
        delta = backward_from_last(weights, z, error_of_output(y, d[:end]), activation)
        total += np.einsum("tbi,tbj->ij", z[:-1], delta)
    np.testing.assert_allclose(total, expected)


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_a_linear_network_multiplies_the_gradient_by_its_weight_at_every_step(factor):
    """ReLU units that are all active are linear: five steps are four times the factor."""
    weights = network()._replace(w_in=np.full((2, 5), 0.01), w=factor * np.eye(5))
    x, d = sequences(time=5)
    assert backward_ratio(weights, np.abs(x), d, Activation.relu) == pytest.approx(factor**4)
    assert jacobian_ratio(weights, np.abs(x), Activation.relu) == pytest.approx(factor**4)


@pytest.mark.parametrize(("part", "ratio"), [("w", 0.0), ("w_out", np.nan)])
def test_a_network_that_forgets_passes_nothing_back_and_a_dead_one_has_nothing_to_pass(part, ratio):
    weights, (x, d) = network(), sequences()
    getattr(weights, part)[:] = 0
    np.testing.assert_equal(backward_ratio(weights, x, d, Activation.sigmoid), ratio)
    np.testing.assert_equal(jacobian_ratio(weights, x, Activation.sigmoid), ratio)


def test_a_saturated_output_hides_the_gradient_of_the_loss_but_not_that_of_the_output_before_its_sigmoid():
    weights, (x, d) = network(), sequences()
    free = jacobian_ratio(weights, x, Activation.sigmoid)
    weights.w_out[:] = np.abs(weights.w_out) * 1e6
    assert np.isnan(backward_ratio(weights, x, d, Activation.sigmoid))
    assert np.isfinite(jacobian_ratio(weights, x, Activation.sigmoid))
    assert free > 0


# -- learning ---------------------------------------------------------------------------------------------------------


def test_an_iteration_moves_the_weights_by_the_learning_rate_times_the_gradient():
    start, (x, d) = network(), sequences(batch=1)
    moved, _, norm = fit(start, x[None], d[None], Activation.tanh, OutputGradient.exact, 0.5)
    distance = np.sqrt(sum(np.sum((a - b) ** 2) for a, b in zip(start, moved, strict=True)))
    assert distance == pytest.approx(0.5 * norm.item())


def test_the_weights_that_learning_starts_from_are_not_changed():
    start, untouched, (x, d) = network(), network(), sequences(batch=1)
    fit(start, x[None], d[None], Activation.tanh, OutputGradient.exact, 0.5)
    assert all(np.array_equal(a, b) for a, b in zip(start, untouched, strict=True))


def test_a_diverging_network_keeps_its_last_finite_weights_and_has_no_loss_from_there_on():
    start = network()
    start.w[:] = 1e60
    x, d = np.zeros((3, 8, 1, 2)), np.ones((3, 8, 1, 1))
    x[1:] = 1.0  # nothing to read in the first example; then, over eight steps, the state leaves the range of float64
    weights, loss, norm = fit(start, x, d, Activation.relu, OutputGradient.course, 0.5)
    np.testing.assert_array_equal(np.isnan(loss), [False, True, True])
    np.testing.assert_array_equal(np.isnan(norm), [False, True, True])
    assert all(np.array_equal(a, b) for a, b in zip(weights, start, strict=True))


def test_gradient_norm_is_the_length_of_all_gradients_together():
    gradient = network(hidden_size=13)
    assert gradient_norm(gradient) == pytest.approx(np.linalg.norm(np.concatenate([part.ravel() for part in gradient])))


def test_initializations_are_the_same_draws_at_other_scales():
    hidden_size = 50
    normal, xavier, he = (network(hidden_size=hidden_size, initialization=name) for name in ("normal", "xavier", "he"))
    assert normal.w.std() == pytest.approx(1.0, rel=0.05)
    for part, fan_in in zip(range(3), (2, hidden_size, hidden_size), strict=True):
        np.testing.assert_allclose(xavier[part], normal[part] / np.sqrt(fan_in))
        np.testing.assert_allclose(he[part], normal[part] * np.sqrt(2 / fan_in))
