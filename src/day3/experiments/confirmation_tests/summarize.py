"""Each answer by the formula that the report derives, and by computations that know nothing of the formula."""

from __future__ import annotations

from collections.abc import Callable

import sympy
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from day3.experiments.confirmation_tests.settings import ChainRule, Convolution, ParameterCounts, Settings, Sigmoid
from day3.nn.recurrent import Cell, parameter_count, recurrent_layer
from ronkyo.files import Arrays
from ronkyo.results import Summary

CELLS: dict[Cell, tuple[Callable[[int, int], nn.Module], int]] = {  # torch's, and how many plain layers it consists of
    "rnn": (nn.RNNCell, 1),
    "gru": (nn.GRUCell, 3),
    "lstm": (nn.LSTMCell, 4),
}


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    return Summary(
        constants={
            "convolution": convolution(settings.convolution),
            "chain_rule": chain_rule(settings.chain_rule),
            "sigmoid": sigmoid(settings.sigmoid),
            "parameters_rnn": parameters_rnn(settings.parameter_counts),
            "parameters_gru": parameters_gru(settings.parameter_counts),
            "parameters_lstm": parameters_lstm(settings.parameter_counts),
            **{f"multiplications_{cell}": multiplications(cell, settings.parameter_counts) for cell in CELLS},
        }
    )


def convolution(question: Convolution) -> dict[str, float]:
    """Height and width of the output image, from convolving one, and by floor((n + 2p - k) / s) + 1."""
    n, k = question.input_size, question.kernel_size
    image, kernel = torch.zeros(1, 1, n, n), torch.zeros(1, 1, k, k)
    output = functional.conv2d(image, kernel, stride=question.stride, padding=question.padding)
    return {
        "height": output.shape[2],
        "width": output.shape[3],
        "formula": (n + 2 * question.padding - k) // question.stride + 1,
    }


def chain_rule(question: ChainRule) -> dict[str, float]:
    """dz/dx of z = t², t = x + y at a point, by automatic differentiation, symbolically and by 2t.

    symbolic: z is written in x and y and derived without the chain rule. identity: 1 if that derivative and
    dz/dt · dt/dx are the same expression, that is, equal at every point, else 0.
    """
    point = torch.tensor(question.x, dtype=torch.float64, requires_grad=True)
    (dz_dx,) = torch.autograd.grad((point + question.y) ** 2, point)

    x, y, t = sympy.symbols("x y t", real=True)
    inner, outer = x + y, t**2
    by_chain_rule = sympy.diff(outer, t).subs(t, inner) * sympy.diff(inner, x)
    directly = sympy.diff(sympy.expand(outer.subs(t, inner)), x)
    return {
        "autograd": dz_dx.item(),
        "symbolic": float(directly.evalf(subs={x: question.x, y: question.y})),
        "identity": int(sympy.simplify(by_chain_rule - directly) == 0),
        "formula": 2 * (question.x + question.y),
    }


def sigmoid(question: Sigmoid) -> dict[str, float]:
    """The slope of σ(ax) at x = 0, by automatic differentiation, symbolically and by a σ(0) (1 - σ(0)) = a / 4."""
    point = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(torch.sigmoid(question.gain * point), point)

    x, a = sympy.symbols("x a", positive=True)
    derivative = sympy.diff(1 / (1 + sympy.exp(-a * x)), x)
    return {
        "autograd": slope.item(),
        "symbolic": float(derivative.evalf(subs={x: 0, a: question.gain})),
        "formula": question.gain / 4,
    }


def parameters_rnn(question: ParameterCounts) -> dict[str, float]:
    """n (d + n + 1): each of n units weighs d inputs, n states and a bias."""
    d, n = question.input_size, question.hidden_size
    return {"counted": _count("rnn", question), "formula": n * (d + n + 1)}


def parameters_gru(question: ParameterCounts) -> dict[str, float]:
    """formula: 3n (d + n + 2), a plain layer for the candidate and for each of two gates, with a second bias.

    The second bias is what a GRU needs whose reset gate multiplies W h + b and not h alone: torch's, and Keras'
    `reset_after`. It is that of this project and so the formula that the count has to meet. textbook: 3n (d + n + 1), of
    the GRU of Cho et al. 2014, whose reset gate multiplies h.
    """
    d, n = question.input_size, question.hidden_size
    return {"counted": _count("gru", question), "formula": 3 * n * (d + n + 2), "textbook": 3 * n * (d + n + 1)}


def parameters_lstm(question: ParameterCounts) -> dict[str, float]:
    """4n (d + n + 1): a plain layer for the candidate and for each of three gates."""
    d, n = question.input_size, question.hidden_size
    return {"counted": _count("lstm", question), "formula": 4 * n * (d + n + 1)}


def multiplications(cell: Cell, question: ParameterCounts) -> dict[str, float]:
    """In the matrix products of one step of one sequence, counted by torch on its own cells: n (d + n) of a plain layer."""
    d, n = question.input_size, question.hidden_size
    layer, plain_layers = CELLS[cell]
    with FlopCounterMode(display=False) as counter:
        layer(d, n)(torch.zeros(1, d))
    return {"counted": counter.get_total_flops() // 2, "formula": plain_layers * n * (d + n)}  # a sum for each product


def _count(cell: Cell, question: ParameterCounts) -> int:
    return parameter_count(recurrent_layer(cell, question.input_size, question.hidden_size, torch.Generator()))
