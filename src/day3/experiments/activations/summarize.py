"""The derivatives written by hand against torch's automatic differentiation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional

from day3.experiments.activations.settings import Settings
from day3.nn.activations import d_leaky_relu, d_relu, d_sigmoid, d_softmax, d_swish, d_tanh
from day3.results import Summary
from day3.runs import Arrays


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    """constants: for each function `max_error`, the largest difference from torch over the drawn points."""
    alpha, beta = settings.leaky_relu_alpha, settings.swish_beta
    x, inputs = settings.x(), settings.softmax_inputs()
    errors = {
        "sigmoid": derivative_error(d_sigmoid(x), torch.sigmoid, x),
        "tanh": derivative_error(d_tanh(x), torch.tanh, x),
        "relu": derivative_error(d_relu(x), torch.relu, x),
        "leaky_relu": derivative_error(d_leaky_relu(x, alpha), lambda x: functional.leaky_relu(x, alpha), x),
        "swish": derivative_error(d_swish(x, beta), lambda x: x * torch.sigmoid(beta * x), x),
        "softmax": jacobian_error(d_softmax(inputs), lambda row: torch.softmax(row, dim=-1), inputs),
    }
    return Summary(constants={name: {"max_error": error} for name, error in errors.items()})


def derivative_error(by_hand: np.ndarray, function: Callable[[torch.Tensor], torch.Tensor], x: np.ndarray) -> float:
    """by_hand, x: (point,). Where by_hand is nan there is no derivative, so nothing to compare."""
    points = torch.from_numpy(x).requires_grad_()
    (derivative,) = torch.autograd.grad(function(points).sum(), points)
    return float(np.nanmax(np.abs(by_hand - derivative.numpy())))


def jacobian_error(by_hand: np.ndarray, function: Callable[[torch.Tensor], torch.Tensor], inputs: np.ndarray) -> float:
    """by_hand: (point, class, class), inputs: (point, class)."""
    jacobians = torch.func.vmap(torch.func.jacrev(function))(torch.from_numpy(inputs))
    return float(np.max(np.abs(by_hand - jacobians.numpy())))
