"""torch's linear layer by numpy's products: MKL, which torch has for them, is slow where it gives the same bits everywhere."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class Linear(nn.Linear):
    """nn.Linear: (…, input_size) -> (…, output_size)."""

    def forward(self, input: Tensor) -> Tensor:
        return _Linear.apply(input, self.weight, self.bias)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inputs: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """y = x Wᵀ + b"""
        read, weights, biases = (tensor.detach().numpy() for tensor in (inputs, weight, bias))
        ctx.read, ctx.weights = read.reshape(-1, read.shape[-1]), weights
        outputs = ctx.read @ weights.T
        outputs += biases
        return torch.from_numpy(outputs.reshape(*read.shape[:-1], len(weights)))

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, ...]:
        at = gradient.numpy().reshape(-1, len(ctx.weights))
        at_inputs = (at @ ctx.weights).reshape(*gradient.shape[:-1], ctx.weights.shape[1])
        return tuple(map(torch.from_numpy, (at_inputs, at.T @ ctx.read, at.sum(0))))
