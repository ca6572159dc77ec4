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
        ctx.read, ctx.weights, ctx.probabilities, ctx.classes = read, weights, scores, classes
        return torch.tensor(np.mean(np.log(total) + highest - picked), dtype=inputs.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """At a score: (probability - 1 for the target, 0 for others) / batch."""
        batch = len(ctx.read)
        difference = ctx.probabilities.copy()
        difference[ctx.classes, np.arange(batch)] -= 1
        factor = ctx.read.dtype.type(gradient.item() / batch)
        gradients = (difference.T @ ctx.weights, difference @ ctx.read, difference.sum(1))
        return *(torch.from_numpy(array * factor) for array in gradients), None
