"""The derivatives written by hand against torch's automatic differentiation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sympy
import torch
from torch.nn import functional

from day3.experiments.activations.settings import Settings
from day3.nn.activations import d_leaky_relu, d_relu, d_sigmoid, d_softmax, d_swish, d_tanh
from ronkyo.files import Arrays
from ronkyo.results import Summary

Function = Callable[[torch.Tensor], torch.Tensor]

_X = sympy.Symbol("x", real=True)
SYMBOLIC = {"sigmoid": 1 / (1 + sympy.exp(-_X)), "tanh": sympy.tanh(_X)}


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    """constants: for each function `max_error`, the largest difference of the derivative written by hand from torch's,
    and `max_slope`, the largest of torch's, both over the drawn points (of softmax: over the Jacobian's elements); for
    sigmoid and tanh also `exact_max_slope`, the largest of all points, found symbolically.
    """
    alpha, beta = settings.leaky_relu_alpha, settings.swish_beta
    x, inputs = settings.x(), settings.softmax_inputs()
    found = {
        "sigmoid": compare(d_sigmoid(x), derivative(torch.sigmoid, x)),
        "tanh": compare(d_tanh(x), derivative(torch.tanh, x)),
        "relu": compare(d_relu(x), derivative(torch.relu, x)),
        "leaky_relu": compare(d_leaky_relu(x, alpha), derivative(lambda x: functional.leaky_relu(x, alpha), x)),
        "swish": compare(d_swish(x, beta), derivative(lambda x: x * torch.sigmoid(beta * x), x)),
        "softmax": compare(d_softmax(inputs), jacobian(lambda row: torch.softmax(row, dim=-1), inputs)),
    }
    for name in SYMBOLIC:
        found[name]["exact_max_slope"] = exact_max_slope(name)
    return Summary(constants=found)


def compare(by_hand: np.ndarray, of_torch: np.ndarray) -> dict[str, float]:
    """by_hand, of_torch: of the same shape. Where by_hand is nan there is no derivative, so nothing to compare."""
    return {
        "max_error": float(np.nanmax(np.abs(by_hand - of_torch))),
        "max_slope": float(np.max(of_torch[np.isfinite(by_hand)])),
    }


def derivative(function: Function, x: np.ndarray) -> np.ndarray:
    """By torch's automatic differentiation: (point,) -> (point,)"""
    points = torch.from_numpy(x).requires_grad_()
    (slopes,) = torch.autograd.grad(function(points).sum(), points)
    return slopes.numpy()


def jacobian(function: Function, inputs: np.ndarray) -> np.ndarray:
    """By torch's automatic differentiation: (point, class) -> (point, class, class)"""
    return torch.func.vmap(torch.func.jacrev(function))(torch.from_numpy(inputs)).numpy()


def exact_max_slope(name: str) -> float:
    """The largest value of f'(x) over all real x, at a zero of f''(x) or at an end, by computer algebra."""
    return float(sympy.calculus.util.maximum(sympy.diff(SYMBOLIC[name], _X), _X, sympy.S.Reals))
