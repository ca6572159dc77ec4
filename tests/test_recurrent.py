"""Recurrent networks of torch: they start as Keras starts them, and the hand-written GRU is torch's GRU."""

import math

import pytest
import torch
from torch import nn

from day3.nn.recurrence import Recurrent
from day3.nn.recurrent import Classifier, dense, one_thread, parameter_count, recurrent_layer

# What keras.Model.summary() counts for Input((1000, 1)), the layer, Dense(10).
KERAS_COUNTS = {
    ("rnn", 128, False): 1 * 128 + 128 * 128 + 128 + 1290,
    ("gru", 128, False): 3 * (1 * 128 + 128 * 128 + 2 * 128) + 1290,
    ("lstm", 64, True): 2 * 4 * (1 * 64 + 64 * 64 + 64) + 1290,
    ("lstm", 64, False): 4 * (1 * 64 + 64 * 64 + 64) + 650,
}

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("cell", "hidden_size", "bidirectional"), KERAS_COUNTS)
def test_networks_have_as_many_trained_numbers_as_in_keras(cell, hidden_size, bidirectional):
    model = Classifier(cell, 1, hidden_size, 10, generator(), bidirectional)
    assert parameter_count(model) == KERAS_COUNTS[cell, hidden_size, bidirectional]


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize(("cell", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_layers_start_as_in_keras(cell, gates, bidirectional):
    input_size, hidden_size = 7, 32
    layer = recurrent_layer(cell, input_size, hidden_size, generator(), bidirectional)
    parameters = dict(layer.named_parameters())
    for suffix in ["", "_reverse"] if bidirectional else [""]:
        kernel = parameters[f"weight_ih_l0{suffix}"].detach()
        limit = math.sqrt(6 / (input_size + gates * hidden_size))
        assert kernel.abs().max() <= limit
        assert kernel.std().item() == pytest.approx(limit / math.sqrt(3), rel=0.15)  # of a uniform distribution

        recurrent = parameters[f"weight_hh_l0{suffix}"].detach()
        assert recurrent.shape == (gates * hidden_size, hidden_size)
        torch.testing.assert_close(recurrent.T @ recurrent, torch.eye(hidden_size))

        bias = (parameters[f"bias_ih_l0{suffix}"] + parameters[f"bias_hh_l0{suffix}"]).detach()
        expected = torch.zeros(gates, hidden_size)
        if cell == "lstm":
            expected[1] = 1
        assert torch.equal(bias, expected.flatten())
    if bidirectional:
        assert not torch.equal(parameters["weight_ih_l0"], parameters["weight_ih_l0_reverse"])


def test_dense_starts_glorot_uniform_with_zero_bias():
    layer = dense(30, 20, generator())
    limit = math.sqrt(6 / 50)
    assert 0.95 * limit < layer.weight.abs().max() <= limit
    assert torch.equal(layer.bias, torch.zeros(20))


def test_initialization_depends_on_the_generator_alone():
    torch.manual_seed(1)
    untouched = torch.get_rng_state()
    first = Classifier("lstm", 1, 8, 10, generator(5), bidirectional=True).state_dict()
    assert torch.equal(torch.get_rng_state(), untouched)
    torch.manual_seed(2)
    second = Classifier("lstm", 1, 8, 10, generator(5), bidirectional=True).state_dict()
    other = Classifier("lstm", 1, 8, 10, generator(6), bidirectional=True).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["output.weight"], other["output.weight"])


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_an_optimizer_moves_a_bias_once_although_torch_has_two(cell):
    layer = recurrent_layer(cell, 3, 4, generator())
    before = layer.bias_ih_l0.detach().clone()
    optimizer = torch.optim.SGD((p for p in layer.parameters() if p.requires_grad), lr=1.0)
    outputs, _ = layer(torch.ones(2, 5, 3))
    outputs.sum().backward()
    optimizer.step()
    assert not torch.equal(layer.bias_ih_l0, before)
    assert torch.equal(layer.bias_hh_l0, torch.zeros_like(layer.bias_hh_l0))


def test_classifier_joins_the_last_state_of_each_direction():
    model = Classifier("lstm", 1, 4, 3, generator(), bidirectional=True)
    inputs = torch.randn(2, 6, 1, generator=generator())
    states, _ = model.recurrent(inputs)
    ends = torch.cat([states[:, -1, :4], states[:, 0, 4:]], dim=1)  # backwards, the last step read is the first
    torch.testing.assert_close(model(inputs), model.output(ends))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("initialized", [False, True])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_layers_agree_with_torchs_in_values_and_gradients(cell, bidirectional, initialized, dtype, monkeypatch):
    monkeypatch.setattr("day3.nn.recurrence.BLOCK", 4)  # the six steps are summed in two blocks
    size = {"input_size": 3, "hidden_size": 5, "bidirectional": bidirectional, "dtype": dtype}
    ours, theirs = Recurrent(cell, **size), CELLS[cell](batch_first=True, **size)
    rng = generator()
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.normal_(generator=rng)
    theirs.load_state_dict(ours.state_dict())
    tolerance = {"rtol": 1e-9, "atol": 1e-11} if dtype == torch.float64 else {"rtol": 1e-5, "atol": 1e-5}
    for mine, torchs in zip(
        values_and_gradients(ours, initialized), values_and_gradients(theirs, initialized), strict=True
    ):
        torch.testing.assert_close(mine, torchs, **tolerance)


def values_and_gradients(layer, initialized):
    rng = generator(1)
    options = {"generator": rng, "dtype": layer.weight_hh_l0.dtype, "requires_grad": True}
    inputs = torch.randn(4, 6, 3, **options)
    shape = (2 if layer.bidirectional else 1, 4, 5)
    initial = [torch.randn(shape, **options) for _ in range(initialized * (2 if layer.mode == "LSTM" else 1))]
    states, last = layer(inputs, (initial[0] if len(initial) == 1 else tuple(initial)) if initialized else None)
    last = last if isinstance(last, tuple) else (last,)
    weights = torch.randn(states.shape, generator=rng, dtype=states.dtype)
    loss = (states * weights).sum() + sum(tensor.square().sum() for tensor in last)  # every state and the last ones
    return [states, *last, *torch.autograd.grad(loss, [inputs, *initial, *layer.parameters()])]


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_match_finite_differences(cell):
    rng = generator()
    layer = Recurrent(cell, 2, 3, bidirectional=True, dtype=torch.float64)
    names, parameters = zip(*layer.named_parameters(), strict=True)
    states = 2 if cell == "lstm" else 1
    shapes = [(2, 4, 2), *[(2, 2, 3)] * states, *(parameter.shape for parameter in parameters)]
    arguments = [torch.randn(shape, generator=rng, dtype=torch.float64, requires_grad=True) for shape in shapes]

    def states_and_last(inputs, *others):
        initial, values = others[:states], others[states:]
        hx = initial if cell == "lstm" else initial[0]
        outputs, last = torch.func.functional_call(layer, dict(zip(names, values, strict=True)), (inputs, hx))
        return outputs, *(last if cell == "lstm" else (last,))

    assert torch.autograd.gradcheck(states_and_last, arguments)


def test_one_thread_gives_the_threads_back():
    threads = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == threads
