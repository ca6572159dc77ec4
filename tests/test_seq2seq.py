"""The encoder-decoder: sizes as in Keras, teacher forcing and free running agree, gradients are right."""

import pytest
import torch
from torch.func import functional_call

from day3.nn.recurrent import parameter_count
from day3.nn.seq2seq import Seq2Seq

CELLS = ["rnn", "gru", "lstm"]
# What keras.Model.summary() counts for encoder and decoder of 10 units each, one number a step, and Dense(1).
KERAS_COUNTS = {
    "rnn": 2 * (10 + 100 + 10) + 11,
    "gru": 2 * 3 * (10 + 100 + 2 * 10) + 11,
    "lstm": 2 * 4 * (10 + 100 + 10) + 11,
}


def network(cell, input_size=1, hidden_size=10, output_size=1, seed=0):
    return Seq2Seq(cell, input_size, hidden_size, output_size, torch.Generator().manual_seed(seed))


def random(*shape, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1), dtype=dtype)


@pytest.mark.parametrize(("cell", "count"), KERAS_COUNTS.items())
def test_networks_have_as_many_trained_numbers_as_in_keras(cell, count):
    assert parameter_count(network(cell)) == count


@pytest.mark.parametrize("cell", CELLS)
def test_teacher_forcing_with_its_own_outputs_is_free_running(cell):
    model = network(cell, input_size=2, output_size=3)
    inputs = random(4, 7, 2)
    predicted = model.predict(inputs, steps=5)
    assert predicted.shape == (4, 5, 3)
    told = torch.cat([torch.zeros(4, 1, 3), predicted[:, :-1]], dim=1)
    torch.testing.assert_close(model(inputs, told), predicted)


@pytest.mark.parametrize("cell", CELLS)
def test_an_output_depends_on_the_whole_input_and_on_no_later_target(cell):
    inputs, previous = random(2, 6, 1).requires_grad_(), random(2, 6, 1).requires_grad_()
    outputs = network(cell)(inputs, previous)
    of_inputs, of_previous = torch.autograd.grad(outputs[:, 2].sum(), [inputs, previous])
    assert (of_inputs != 0).all()
    assert (of_previous[:, :3] != 0).all()
    assert (of_previous[:, 3:] == 0).all()


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_match_finite_differences(cell):
    model = network(cell, input_size=2, hidden_size=3).double()
    names, parameters = zip(*model.named_parameters(), strict=True)
    inputs, previous = random(2, 4, 2, dtype=torch.double), random(2, 4, 1, dtype=torch.double)
    tensors = tuple(tensor.detach().requires_grad_() for tensor in (inputs, previous, *parameters))

    def outputs(inputs, previous, *parameters):
        return functional_call(model, dict(zip(names, parameters, strict=True)), (inputs, previous))

    assert torch.autograd.gradcheck(outputs, tensors)


def test_the_generator_decides_the_network():
    inputs = random(1, 5, 1)
    first, again, other = (network("lstm", seed=seed).predict(inputs, steps=3) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
