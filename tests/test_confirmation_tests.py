"""Confirmation tests: what is computed is what the formula says, and the course's numbers give the known answers."""

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from day3.experiments.confirmation_tests.settings import ChainRule, Convolution, ParameterCounts, Settings, Sigmoid
from day3.experiments.confirmation_tests.summarize import (
    chain_rule,
    convolution,
    multiplications,
    parameters_gru,
    parameters_lstm,
    parameters_rnn,
    sigmoid,
    summarize,
)
from ronkyo import params

DOCUMENT = params.read_document(Path(__file__).parents[1] / "params.yaml")["confirmation_tests"]
NUMBERS = st.floats(-100, 100)


def test_answers_to_the_questions_of_the_course():
    constants = summarize({}, {}, Settings.model_validate(DOCUMENT)).constants
    assert constants["convolution"] == {"height": 3, "width": 3, "formula": 3}
    assert constants["sigmoid"] == {"autograd": 0.25, "symbolic": 0.25, "formula": 0.25}
    assert constants["chain_rule"] == {"autograd": 2.5, "symbolic": 2.5, "identity": 1, "formula": 2.5}
    assert constants["parameters_gru"] == {"counted": 108, "formula": 108, "textbook": 96}
    assert constants["multiplications_lstm"] == {"counted": 112, "formula": 112}


@settings(deadline=None)  # torch's first call loads much
@given(
    input_size=st.integers(1, 12), kernel_size=st.integers(1, 6), stride=st.integers(1, 4), padding=st.integers(0, 3)
)
def test_convolution_has_the_size_of_the_formula(input_size, kernel_size, stride, padding):
    assume(kernel_size <= input_size + 2 * padding)
    sizes = convolution(Convolution(input_size=input_size, kernel_size=kernel_size, stride=stride, padding=padding))
    assert sizes["height"] == sizes["width"] == sizes["formula"]


def test_a_kernel_larger_than_the_padded_image_is_refused():
    with pytest.raises(ValidationError, match="expected kernel_size to be at most input_size"):
        Convolution(input_size=2, kernel_size=5, stride=1, padding=1)


@settings(deadline=None)  # torch's first call loads much
@given(x=NUMBERS, y=NUMBERS)
def test_chain_rule_gives_twice_the_inner_function(x, y):
    answer = chain_rule(ChainRule(x=x, y=y))
    assert answer["autograd"] == answer["formula"] == pytest.approx(answer["symbolic"])
    assert answer["identity"] == 1


@settings(deadline=None)  # torch's first call loads much
@given(gain=st.floats(0.01, 100))
def test_largest_slope_of_sigmoid_is_a_quarter_of_the_gain(gain):
    answer = sigmoid(Sigmoid(gain=gain))
    assert answer["autograd"] == pytest.approx(answer["formula"])
    assert answer["symbolic"] == pytest.approx(answer["formula"])


@settings(deadline=None)  # torch's first call loads much
@given(input_size=st.integers(1, 20), hidden_size=st.integers(1, 20))
def test_recurrent_layers_have_as_many_trained_numbers_as_the_formulas_say(input_size, hidden_size):
    question = ParameterCounts(input_size=input_size, hidden_size=hidden_size)
    for answer in parameters_rnn(question), parameters_gru(question), parameters_lstm(question):
        assert answer["counted"] == answer["formula"]


@settings(deadline=None)  # torch's first call loads much
@given(input_size=st.integers(1, 20), hidden_size=st.integers(1, 20))
def test_a_step_takes_as_many_multiplications_as_the_formulas_say(input_size, hidden_size):
    question = ParameterCounts(input_size=input_size, hidden_size=hidden_size)
    rnn, gru, lstm = (multiplications(cell, question) for cell in ("rnn", "gru", "lstm"))
    for answer in rnn, gru, lstm:
        assert answer["counted"] == answer["formula"]
    assert (gru["counted"], lstm["counted"]) == (3 * rnn["counted"], 4 * rnn["counted"])
