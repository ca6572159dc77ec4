"""Adam (Kingma & Ba 2015) on all parameters as one run of memory: torch's results, in one compiled pass a step."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import nn

from day3.nn import kernels

MEAN_KEEP, SQUARE_KEEP = 0.9, 0.999  # the paper's β1 and β2


class Adam:
    """torch.optim.Adam for parameters of one type that are all trained.

    From then on each parameter and its gradient is a view into `parameters` and `gradients`, (numbers,); a gradient is
    added to what stands there, so `zero_grad` comes before every backward pass.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], learning_rate: float, epsilon: float) -> None:
        self.learning_rate, self.epsilon, self.steps = learning_rate, epsilon, 0
        trained = [parameter for parameter in parameters if parameter.requires_grad]
        self.parameters = torch.cat([parameter.detach().flatten() for parameter in trained])
        self.gradients, mean, square = (torch.zeros_like(self.parameters) for _ in range(3))
        sizes = [parameter.numel() for parameter in trained]
        runs = zip(trained, self.parameters.split(sizes), self.gradients.split(sizes), strict=True)
        for parameter, values, gradient in runs:
            parameter.data, parameter.grad = values.view_as(parameter), gradient.view_as(parameter)
        self._arrays = [tensor.numpy() for tensor in (self.parameters, self.gradients, mean, square)]

    def zero_grad(self) -> None:
        self.gradients.zero_()

    def step(self) -> None:
        self.steps += 1
        step_size = self.learning_rate / (1 - MEAN_KEEP**self.steps)
        correction = 1 / math.sqrt(1 - SQUARE_KEEP**self.steps)
        numbers = (MEAN_KEEP, SQUARE_KEEP, step_size, correction, self.epsilon)
        kernels.adam(*self._arrays, *map(self._arrays[0].dtype.type, numbers))
