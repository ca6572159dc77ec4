"""Each answer twice: by the formula that the report derives, and by a computation that knows nothing of the formula."""

from __future__ import annotations

import torch
from torch.nn import functional

from day3.experiments.confirmation_tests.settings import ChainRule, Convolution, Settings, Sigmoid
from day3.results import Summary
from day3.runs import Arrays


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    return Summary(
        constants={
            "convolution": convolution(settings.convolution),
            "chain_rule": chain_rule(settings.chain_rule),
            "sigmoid": sigmoid(settings.sigmoid),
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
    """dz/dx of z = t², t = x + y, by automatic differentiation and by 2t."""
    x = torch.tensor(question.x, dtype=torch.float64, requires_grad=True)
    t = x + question.y
    (dz_dx,) = torch.autograd.grad(t**2, x)
    return {"autograd": dz_dx.item(), "formula": 2 * (question.x + question.y)}


def sigmoid(question: Sigmoid) -> dict[str, float]:
    """The largest slope of σ(ax), that at x = 0, by automatic differentiation and by a σ(0) (1 - σ(0)) = a / 4."""
    x = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(torch.sigmoid(question.gain * x), x)
    return {"autograd": slope.item(), "formula": question.gain / 4}
