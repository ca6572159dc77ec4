"""The numpy RNN: its gradient is right by three independent accounts, and networks side by side do not touch."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from day3.nn.activations import d_sigmoid, sigmoid
from day3.nn.numpy_rnn import (
    FUNCTIONS,
    Weights,
    backward,
    backward_from_last,
    backward_ratio,
    forward,
    gradient_error,
    gradient_norm,
    initialize,
    jacobian_ratio,
    numerical_gradient,
    squared_error,
)

EPSILON = 1e-5
ACTIVATIONS = st.sampled_from(sorted(FUNCTIONS))
SIZES = st.tuples(*[st.integers(1, 4)] * 5)  # time, batch, input_size, hidden_size, output_size


def networks(count=1, input_size=2, hidden_size=5, output_size=1, seed=0, initialization="normal"):
    rngs = [np.random.default_rng([seed, network]) for network in range(count)]
    return initialize(rngs, initialization, input_size, hidden_size, output_size)


def sequences(count=1, time=4, batch=3, input_size=2, output_size=1, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((count, time, batch, input_size))
    return x, rng.uniform(size=(count, time, batch, output_size))


def draw(sizes, seed):
    time, batch, input_size, hidden_size, output_size = sizes
    weights = networks(1, input_size, hidden_size, output_size, seed)
    return weights, *sequences(1, time, batch, input_size, output_size, seed)


def bptt(weights, x, d, activation, output_gradient="exact"):
    z, y = forward(weights, x, activation)
    return backward(weights, x, z, y, d, activation, output_gradient)


def error_of_output(y, d):
    """The last step's error of z_T W_out."""
    return ((y - d) * y * (1 - y))[:, -1]


def pick(weights, network):
    return Weights(*(part[network : network + 1].copy() for part in weights))


@settings(deadline=None)
@given(sizes=SIZES, activation=ACTIVATIONS, seed=st.integers(0, 10_000))
def test_bptt_matches_finite_differences(sizes, activation, seed):
    weights, x, d = draw(sizes, seed)
    if activation == "relu":  # no unit may cross ReLU's kink on the way
        z, _ = forward(weights, x, "relu")
        u = x @ weights.w_in[:, None] + z[:, :-1] @ weights.w[:, None]
        assume(np.abs(u).min() > 1e3 * EPSILON)
    by_hand, numerical = bptt(weights, x, d, activation), numerical_gradient(weights, x, d, activation, EPSILON)
    for a, b in zip(by_hand, numerical, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-8)


@settings(deadline=None)
@given(sizes=SIZES, activation=ACTIVATIONS, seed=st.integers(0, 10_000))
def test_bptt_matches_torch_autograd(sizes, activation, seed):
    weights, x, d = draw(sizes, seed)
    w_in, w, w_out = leaves = [torch.from_numpy(part[0]).requires_grad_() for part in weights]
    z, loss = torch.zeros(x.shape[2], len(w), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    for x_t, d_t in zip(torch.from_numpy(x[0]), torch.from_numpy(d[0]), strict=True):
        z = getattr(torch, activation)(x_t @ w_in + z @ w)
        loss = loss + ((torch.sigmoid(z @ w_out) - d_t) ** 2).sum() / 2
    expected = torch.autograd.grad(loss, leaves, allow_unused=True)  # one step long, the loss does not depend on w
    for a, b in zip(bptt(weights, x, d, activation), expected, strict=True):
        np.testing.assert_allclose(a[0], 0.0 if b is None else b.numpy(), rtol=1e-9, atol=1e-13)


def test_loss_is_half_the_squared_error_summed_over_steps():
    y, d = np.full((1, 8, 1, 1), 0.75), np.full((1, 8, 1, 1), 0.25)
    assert squared_error(y, d) == pytest.approx(8 * 0.5**2 / 2)


def test_course_gradient_is_the_one_of_the_course_listing():
    """An example at a time, a step at a time, σ' of the squashed output: as the course writes it."""
    weights, x, d = networks(), *sequences(batch=1)
    w_in, w, w_out = (part[0] for part in weights)
    time, hidden_size = x.shape[1], len(w)
    u, z = np.zeros((time + 1, hidden_size)), np.zeros((time + 1, hidden_size))
    delta, delta_out = np.zeros((time + 1, hidden_size)), np.zeros(time)
    for t in range(time):
        u[t + 1] = x[0, t, 0] @ w_in + z[t] @ w
        z[t + 1] = sigmoid(u[t + 1])
        y = sigmoid(z[t + 1] @ w_out)
        delta_out[t] = ((y - d[0, t, 0]) * d_sigmoid(y)).item()
    expected = Weights(np.zeros_like(w_in), np.zeros_like(w), np.zeros_like(w_out))
    for t in reversed(range(time)):
        delta[t] = (delta[t + 1] @ w.T + delta_out[t] * w_out[:, 0]) * d_sigmoid(u[t + 1])
        expected.w_out[:, 0] += z[t + 1] * delta_out[t]
        expected.w[:] += np.outer(z[t], delta[t])
        expected.w_in[:] += np.outer(x[0, t, 0], delta[t])
    for a, b in zip(bptt(weights, x, d, "sigmoid", "course"), expected, strict=True):
        np.testing.assert_allclose(a[0], b, rtol=1e-12)


def test_gradient_check_accepts_the_exact_gradient_and_rejects_the_course_one():
    weights, x, d = networks(hidden_size=16), *sequences(time=8)
    assert gradient_error(weights, x, d, "sigmoid", "exact", EPSILON) < 1e-7
    assert gradient_error(weights, x, d, "sigmoid", "course", EPSILON) > 1e-2


def test_relu_at_zero_passes_on_no_error():
    weights, x, d = networks(), np.zeros((1, 1, 1, 2)), np.ones((1, 1, 1, 1))
    gradient = bptt(weights, x, d, "relu")
    assert all(np.array_equal(part, np.zeros_like(part)) for part in gradient)


@pytest.mark.parametrize("activation", sorted(FUNCTIONS))
@pytest.mark.parametrize("hidden_size", [3, 16, 128])
def test_a_network_is_bit_identical_alone_and_beside_others(activation, hidden_size):
    many, (x, d) = networks(7, hidden_size=hidden_size), sequences(7, time=8, batch=1)
    together = bptt(many, x, d, activation)
    norms = gradient_norm(together)
    for network in range(7):
        only = slice(network, network + 1)
        alone = bptt(pick(many, network), x[only], d[only], activation)
        assert all(np.array_equal(a, b[only]) for a, b in zip(alone, together, strict=True))
        assert np.array_equal(gradient_norm(alone), norms[only])


def test_all_networks_can_read_the_same_sequences():
    many, (x, _) = networks(3), sequences(1)
    _, y = forward(many, x, "tanh")
    for network in range(3):
        np.testing.assert_array_equal(y[network], forward(pick(many, network), x, "tanh")[1][0])


@settings(deadline=None)
@given(time=st.integers(1, 5), activation=st.sampled_from(["sigmoid", "tanh"]), seed=st.integers(0, 10_000))
def test_the_last_loss_goes_back_as_finite_differences_say(time, activation, seed):
    """With W_in = 1 the input x_t is added to u_t as it is, so that moving an element of x_t moves that of u_t."""
    weights = networks(hidden_size=3, seed=seed)._replace(w_in=np.eye(3)[None])
    x, d = sequences(time=time, batch=1, input_size=3, seed=seed)
    moves = EPSILON * np.eye(x.size).reshape(-1, time, 1, 3)
    moved = np.concatenate([x + moves, x - moves])
    many = Weights(*(np.repeat(part, len(moved), axis=0) for part in weights))
    _, y = forward(many, moved, activation)
    plus, minus = np.split(squared_error(y[:, -1:], d[:, -1:]), 2)
    z, y = forward(weights, x, activation)
    by_hand = backward_from_last(weights, z, error_of_output(y, d), activation)
    np.testing.assert_allclose(by_hand.ravel(), (plus - minus)[:, 0] / (2 * EPSILON), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("activation", sorted(FUNCTIONS))
def test_the_losses_of_all_steps_go_back_as_the_sum_of_their_own_ways(activation):
    """Cutting the sequence after each step in turn and adding the gradients of W gives BPTT's gradient of W."""
    weights, x, d = networks(), *sequences(time=4, batch=2)
    expected = bptt(weights, x, d, activation).w
    total = np.zeros_like(expected)
    for end in range(1, 5):
        z, y = forward(weights, x[:, :end], activation)
        delta = backward_from_last(weights, z, error_of_output(y, d[:, :end]), activation)
        total += np.einsum("ntbi,ntbj->nij", z[:, :-1], delta)
    np.testing.assert_allclose(total, expected)


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_a_linear_network_multiplies_the_gradient_by_its_weight_at_every_step(factor):
    """ReLU units that are all active are linear: five steps are four times the factor."""
    weights = networks(2)._replace(w_in=np.full((2, 2, 5), 0.01), w=np.broadcast_to(factor * np.eye(5), (2, 5, 5)))
    x, d = sequences(time=5)
    np.testing.assert_allclose(backward_ratio(weights, np.abs(x), d, "relu"), factor**4)
    np.testing.assert_allclose(jacobian_ratio(weights, np.abs(x), "relu"), factor**4)


def test_a_network_that_forgets_passes_nothing_back_and_a_dead_one_has_nothing_to_pass():
    weights, (x, d) = networks(2), sequences(2)
    weights.w[0] = 0
    weights.w_out[1] = 0
    np.testing.assert_array_equal(backward_ratio(weights, x, d, "sigmoid"), [0, np.nan])
    np.testing.assert_array_equal(jacobian_ratio(weights, x, "sigmoid"), [0, np.nan])


def test_a_saturated_output_hides_the_gradient_of_the_loss_but_not_that_of_the_output_before_its_sigmoid():
    weights, (x, d) = networks(), sequences()
    free = jacobian_ratio(weights, x, "sigmoid")
    weights.w_out[:] = np.abs(weights.w_out) * 1e6
    assert np.isnan(backward_ratio(weights, x, d, "sigmoid"))
    assert np.isfinite(jacobian_ratio(weights, x, "sigmoid"))
    assert free > 0


def test_gradient_norm_is_the_length_of_all_gradients_together():
    gradient = networks(3)
    flat = np.concatenate([part.reshape(3, -1) for part in gradient], axis=1)
    np.testing.assert_allclose(gradient_norm(gradient), np.linalg.norm(flat, axis=1))


def test_initializations_are_the_same_draws_at_other_scales():
    hidden_size = 50
    normal, xavier, he = (networks(hidden_size=hidden_size, initialization=name) for name in ("normal", "xavier", "he"))
    assert normal.w.std() == pytest.approx(1.0, rel=0.05)
    for part, fan_in in zip(range(3), (2, hidden_size, hidden_size), strict=True):
        np.testing.assert_allclose(xavier[part], normal[part] / np.sqrt(fan_in))
        np.testing.assert_allclose(he[part], normal[part] * np.sqrt(2 / fan_in))
