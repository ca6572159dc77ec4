"""The encoder-decoder: sizes as in Keras, teacher forcing and free running agree, gradients are right."""

import pytest
import torch
from torch.func import functional_call

from day3.nn.decoder import attend
from day3.nn.recurrent import parameter_count
from day3.nn.seq2seq import Seq2Seq

CELLS = ["rnn", "gru", "lstm"]
# What keras.Model.summary() counts for encoder and decoder of 10 units each, one number a step, and Dense(1).
KERAS_COUNTS = {
    "rnn": 2 * (10 + 100 + 10) + 11,
    "gru": 2 * 3 * (10 + 100 + 2 * 10) + 11,
    "lstm": 2 * 4 * (10 + 100 + 10) + 11,
}
PLAIN = {"reverse_input": False, "peeky": False, "attention": False}
KINDS = [{}, {"reverse_input": True}, {"peeky": True}, {"attention": True}, dict.fromkeys(PLAIN, True)]

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(kind) or "plain")


def network(cell, input_size=1, hidden_size=10, output_size=1, seed=0, **kind):
    return Seq2Seq(cell, input_size, hidden_size, output_size, torch.Generator().manual_seed(seed), **PLAIN | kind)


def random(*shape, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1), dtype=dtype)


@pytest.mark.parametrize(("cell", "count"), KERAS_COUNTS.items())
def test_networks_have_as_many_trained_numbers_as_in_keras(cell, count):
    assert parameter_count(network(cell)) == count


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ({"reverse_input": True}, 0),
        ({"peeky": True}, 10 * 10 + 10),  # to each unit of the decoder, and to the output
        ({"attention": True}, 10),  # the context, to the output
        (dict.fromkeys(PLAIN, True), 10 * 10 + 10 + 10),
    ],
)
def test_what_the_decoder_sees_costs_the_weights_that_read_it(kind, more):
    assert parameter_count(network("rnn", **kind)) == KERAS_COUNTS["rnn"] + more


@each_kind
@pytest.mark.parametrize("cell", CELLS)
def test_teacher_forcing_with_its_own_outputs_is_free_running(cell, kind):
    model = network(cell, input_size=2, output_size=3, **kind)
    inputs = random(4, 7, 2)
    predicted = model.predict(inputs, steps=5)
    assert predicted.shape == (4, 5, 3)
    told = torch.cat([torch.zeros(4, 1, 3), predicted[:, :-1]], dim=1)
    torch.testing.assert_close(model(inputs, told), predicted)


@each_kind
@pytest.mark.parametrize("cell", CELLS)
def test_an_output_depends_on_the_whole_input_and_on_no_later_target(cell, kind):
    inputs, previous = random(2, 6, 1).requires_grad_(), random(2, 6, 1).requires_grad_()
    outputs = network(cell, **kind)(inputs, previous)
    of_inputs, of_previous = torch.autograd.grad(outputs[:, 2].sum(), [inputs, previous])
    assert (of_inputs != 0).all()
    assert (of_previous[:, :3] != 0).all()
    assert (of_previous[:, 3:] == 0).all()


@each_kind
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_match_finite_differences(cell, kind):
    model = network(cell, input_size=2, hidden_size=3, **kind).double()
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


def test_a_reversed_network_writes_from_a_window_what_the_plain_one_writes_from_its_reverse():
    inputs, previous = random(2, 5, 1), random(2, 5, 1)
    assert torch.equal(network("rnn", reverse_input=True)(inputs, previous), network("rnn")(inputs.flip(1), previous))


@pytest.mark.parametrize("kind", [{"peeky": True}, {"attention": True}])
def test_a_decoder_that_does_not_read_what_it_sees_is_the_plain_one(kind):
    plain, seeing = network("rnn"), network("rnn", **kind)
    parameters = {name: parameter.detach().clone() for name, parameter in plain.named_parameters()}
    for name, parameter in seeing.named_parameters():  # the weights of what is seen come after the plain ones
        read = torch.zeros_like(parameter)
        read[tuple(slice(size) for size in parameters[name].shape)] = parameters[name]
        parameters[name] = read
    inputs, previous = random(2, 5, 1), random(2, 5, 1)
    torch.testing.assert_close(functional_call(seeing, parameters, (inputs, previous)), plain(inputs, previous))


def test_a_peeky_decoder_sees_the_encoders_last_state_whatever_state_it_starts_from():
    model = network("rnn", peeky=True)
    previous, state, encoded = random(1, 3, 1), torch.zeros(1, 1, 10), random(1, 4, 10).requires_grad_()
    outputs, _ = model.decoder(previous, state, encoded)
    (seen,) = torch.autograd.grad(outputs[:, 0].sum(), encoded)
    assert (seen[:, :-1] == 0).all()
    assert (seen[:, -1] != 0).all()


def test_attention_is_a_mean_of_the_states_that_weighs_those_in_the_same_direction_most():
    encoded = torch.eye(3)[None]  # three orthogonal states
    even, first = attend(torch.tensor([[[0.0, 0.0, 0.0], [100.0, 0.0, 0.0]]]), encoded)[0]
    torch.testing.assert_close(even, torch.full((3,), 1 / 3))
    torch.testing.assert_close(first, encoded[0, 0])
