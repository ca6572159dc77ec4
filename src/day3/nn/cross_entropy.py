"""The cross entropy of a linear output layer over many classes, as one operation of autograd."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from day3.nn import kernels


def cross_entropy(inputs: Tensor, output: nn.Linear, targets: Tensor) -> Tensor:
    """The mean over a batch, as nn.functional.cross_entropy(output(inputs), targets).

    inputs: (batch, input_size), output: to the classes' scores, targets: (batch,) classes -> ()
    """
    return _CrossEntropy.apply(inputs, output.weight, output.bias, targets)


class _CrossEntropy(torch.autograd.Function):
    """Scores stand as (classes, batch), so that what is done for each example is done for all at once."""

    @staticmethod
    def forward(ctx, inputs: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
        read, weights, biases, classes = (tensor.detach().numpy() for tensor in (inputs, weight, bias, targets))
        scores = weights @ read.T
        highest, picked = np.empty((2, len(read)), read.dtype)
        total = np.empty(len(read))
        kernels.softmax(scores, biases, classes, highest, total, picked)
        scores[classes, np.arange(len(read))] -= 1
        ctx.read, ctx.weights, ctx.difference = read, weights, scores
        return torch.tensor(np.mean(np.log(total) + highest - picked), dtype=inputs.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """At a score: (probability - 1 for the target, 0 for others) / batch."""
        factor = np.full(len(ctx.read), gradient.item() / len(ctx.read), ctx.read.dtype)
        at_inputs = ctx.difference.T @ ctx.weights * factor[:, None]
        at_weights, at_biases = ctx.difference @ (ctx.read * factor[:, None]), ctx.difference @ factor
        return *map(torch.from_numpy, (at_inputs, at_weights, at_biases)), None
