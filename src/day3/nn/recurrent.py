"""Recurrent networks of torch that start as Keras starts them, each from a generator of its own.

Keras' defaults: Glorot-uniform input kernels (Glorot & Bengio 2010, eq. 16), orthogonal recurrent kernels
(Saxe et al. 2014), zero biases, except that an LSTM's forget gate starts at 1 (Jozefowicz et al. 2015). Keras joins the
gates in one kernel (input_size, gates * hidden_size) and takes the fans of the joined one; so does this module.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from day3.nn.linear import Linear
from day3.nn.recurrence import Cell, Recurrent


def recurrent_layer(
    cell: Cell, input_size: int, hidden_size: int, generator: torch.Generator, bidirectional: bool = False
) -> Recurrent:
    """One recurrent layer, called as torch's: outputs, last = layer(inputs) or layer(inputs, initial).

    inputs: (batch, time, input_size); outputs: (batch, time, directions * hidden_size); last and initial:
    (directions, batch, hidden_size), for an LSTM a pair of such (state, memory).

    torch gives every cell two biases whose sum counts. Keras' SimpleRNN and LSTM have one: there `bias_hh` is held at
    zero and is not trained, so that a step of an optimizer moves the sum once, and counts agree with Keras'. A GRU
    has two in Keras as well (`reset_after`), since the reset gate multiplies only the second.
    """
    layer = Recurrent(cell, input_size, hidden_size, bidirectional, device="meta").to_empty(device="cpu")
    for name, parameter in layer.named_parameters():
        if name.startswith("weight_ih"):
            _glorot_uniform(parameter, generator)
        elif name.startswith("weight_hh"):
            nn.init.orthogonal_(parameter, generator=generator)
        else:
            nn.init.zeros_(parameter)
        if name.startswith("bias_ih") and cell == "lstm":
            nn.init.ones_(parameter.detach()[hidden_size : 2 * hidden_size])  # input, forget, cell, output
        if name.startswith("bias_hh") and cell != "gru":
            parameter.requires_grad_(False)
    return layer


def dense(input_size: int, output_size: int, generator: torch.Generator) -> Linear:
    """A linear layer: (…, input_size) -> (…, output_size)."""
    layer = Linear(input_size, output_size, device="meta").to_empty(device="cpu")
    _glorot_uniform(layer.weight, generator)
    nn.init.zeros_(layer.bias)
    return layer


class Classifier(nn.Module):
    """Reads a whole sequence and scores the classes from the last state of each direction."""

    def __init__(
        self,
        cell: Cell,
        input_size: int,
        hidden_size: int,
        classes: int,
        generator: torch.Generator,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.recurrent = recurrent_layer(cell, input_size, hidden_size, generator, bidirectional)
        self.output = dense(hidden_size * (2 if bidirectional else 1), classes, generator)

    def read(self, inputs: Tensor) -> Tensor:
        """inputs: (batch, time, input_size) -> the last state of each direction, (batch, directions * hidden_size)"""
        _, last = self.recurrent(inputs)
        state = last[0] if isinstance(last, tuple) else last  # (directions, batch, hidden_size)
        return state.transpose(0, 1).flatten(1)

    def forward(self, inputs: Tensor) -> Tensor:
        """inputs: (batch, time, input_size). Returns the logits, (batch, classes)."""
        return self.output(self.read(inputs))


def parameter_count(module: nn.Module) -> int:
    """How many numbers are trained."""
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)


@contextmanager
def one_thread() -> Iterator[None]:
    """torch on one core: runs are spread over processes, and sums do not depend on how many cores there are.

    Numbers below float32's normal range count as zero: gradients that vanish over many steps become such numbers, and
    processors take some hundred times as long for each.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(threads)


def _glorot_uniform(weight: Tensor, generator: torch.Generator) -> None:
    """weight: (fan_out, fan_in), Keras' kernel transposed."""
    limit = math.sqrt(6 / sum(weight.shape))
    nn.init.uniform_(weight, -limit, limit, generator=generator)
