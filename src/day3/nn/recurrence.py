"""One recurrent layer of torch whose steps are compiled, forwards and backwards: torch's results, several times faster.

torch records some ten small operations for each step of an RNN or a GRU and replays them one by one. Here one direction of a
layer is one operation of autograd; day3.nn.kernels is what it does at each step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from day3.nn import kernels

Cell = Literal["rnn", "gru", "lstm"]
BLOCK = 64  # steps whose gradients are summed at once: so few that they stay in the processor's cache


class Kind(NamedTuple):
    """What the layer has to know of a cell."""

    mode: str  # as nn.RNNBase calls it
    sums: int  # for each unit
    forward: Callable[..., None]
    backward: Callable[..., None]


KINDS: dict[Cell, Kind] = {
    "rnn": Kind("RNN_TANH", 1, kernels.rnn, kernels.rnn_backward),
    "gru": Kind("GRU", 4, kernels.gru, kernels.gru_backward),
    "lstm": Kind("LSTM", 4, kernels.lstm, kernels.lstm_backward),
}


class Recurrent(nn.RNNBase):
    """torch's nn.RNN, nn.GRU or nn.LSTM with one layer and (batch, time, feature) input: same parameters, calls, results."""

    def __init__(
        self,
        cell: Cell,
        input_size: int,
        hidden_size: int,
        bidirectional: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        options: dict[str, Any] = {"bidirectional": bidirectional, "device": device, "dtype": dtype}
        super().__init__(KINDS[cell].mode, input_size, hidden_size, batch_first=True, **options)
        self.cell: Cell = cell

    def forward(self, input: Tensor, hx: Any = None) -> tuple[Tensor, Any]:
        """The states of every step and the last ones.

        input: (batch, time, input_size); hx: (directions, batch, hidden_size), for an LSTM a pair of such (state, memory),
        zeros when it is not given. Returns (batch, time, directions * hidden_size) and the last ones, shaped as hx.
        """
        directions = 2 if self.bidirectional else 1
        if hx is None:
            hx = input.new_zeros(directions, len(input), self.hidden_size)
            hx = (hx, hx) if self.cell == "lstm" else hx
        starts = zip(*hx, strict=True) if self.cell == "lstm" else ((state, None) for state in hx)
        outputs = []
        for suffix, start in zip(["", "_reverse"][:directions], starts, strict=True):
            names = (f"{name}_l0{suffix}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            read = input.flip(1) if suffix else input
            parameters = (getattr(self, name) for name in names)
            states, *last = _Recurrence.apply(self.cell, read, *start, *parameters)
            outputs.append((states.flip(0) if suffix else states, *last))
        states, *last = zip(*outputs, strict=True)
        last = tuple(map(torch.stack, last))
        joined = torch.cat(states, dim=1) if self.bidirectional else states[0]
        return joined.permute(2, 0, 1), last if self.cell == "lstm" else last[0]


class _Recurrence(torch.autograd.Function):
    """One direction of a layer."""

    @staticmethod
    def forward(
        ctx, cell: Cell, inputs: Tensor, state: Tensor, memory: Tensor | None, *parameters: Tensor
    ) -> tuple[Tensor, ...]:
        """inputs: (batch, time, input_size); state, memory: (batch, hidden), at the start, memory for an LSTM alone;
        parameters: weight_ih, weight_hh, bias_ih, bias_hh as torch has them.

        Returns the states (time, hidden, batch), the last state, (batch, hidden), and an LSTM's last memory.
        """
        x, first = inputs.detach().numpy(), state.detach().numpy()
        (batch, time, size), hidden = x.shape, first.shape[1]
        weight = _joined(cell, *(parameter.detach().numpy() for parameter in parameters))
        seen = np.empty((time + 1, size + 1 + hidden, batch), x.dtype)
        seen[:-1, :size] = x.transpose(1, 2, 0)
        seen[:, size] = 1
        seen[0, size + 1 :] = first.T
        gates = np.empty((time, len(weight), batch), x.dtype)
        memories = np.empty((0 if memory is None else time + 1, hidden, batch), x.dtype)
        if memory is not None:
            memories[0] = memory.detach().numpy().T
        KINDS[cell].forward(weight, seen, gates, memories)
        ctx.set_materialize_grads(False)
        ctx.cell, ctx.weight, ctx.seen, ctx.gates, ctx.memories = cell, weight, seen, gates, memories
        states = torch.from_numpy(seen[1:, size + 1 :])
        return states, *(torch.from_numpy(last.T.copy()) for last in (seen[-1, size + 1 :], *memories[-1:]))

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_states: Tensor | None, grad_last: Tensor | None, grad_memory: Tensor | None = None) -> tuple:
        cell, weight, seen = ctx.cell, ctx.weight, ctx.seen
        hidden, batch = ctx.memories.shape[1:]
        before = seen.shape[1] - hidden  # rows of `seen` before the states

        def last_step(gradient: Tensor | None) -> np.ndarray:
            return np.zeros((hidden, batch), seen.dtype) if gradient is None else gradient.numpy().T.copy(order="C")

        delta, gamma = last_step(grad_last), last_step(grad_memory)
        at_states = (
            np.empty((0, hidden, batch), seen.dtype) if grad_states is None else grad_states.contiguous().numpy()
        )
        recurrent = weight[_rows_of_state(cell, hidden), before:].T.copy()
        grad_weight = np.zeros_like(weight)
        grad_inputs = np.empty((len(ctx.gates), before - 1, batch), seen.dtype) if ctx.needs_input_grad[1] else None
        for end in range(len(ctx.gates), 0, -BLOCK):
            steps = slice(max(0, end - BLOCK), end)
            written = slice(steps.start, end + 1)  # the state of each step and of the one before
            gates = ctx.gates[steps]
            at_sums = np.empty_like(gates)
            KINDS[cell].backward(
                recurrent, seen[written], gates, ctx.memories[written], at_states[steps], delta, gamma, at_sums
            )
            grad_weight += _columns(at_sums) @ _columns(seen[steps]).T
            if grad_inputs is not None:
                np.matmul(weight[:, : before - 1].T, at_sums, out=grad_inputs[steps])
        at_memory = torch.from_numpy(gamma.T) if cell == "lstm" else None
        at_parameters = map(torch.from_numpy, _separated(cell, grad_weight, hidden))
        at_inputs = None if grad_inputs is None else torch.from_numpy(grad_inputs).permute(2, 0, 1)
        return None, at_inputs, torch.from_numpy(delta.T), at_memory, *at_parameters


def _joined(
    cell: Cell, of_input: np.ndarray, of_state: np.ndarray, bias: np.ndarray, bias_of_state: np.ndarray
) -> np.ndarray:
    """One weight that multiplies [inputs; 1; states]: (sums * hidden, input_size + 1 + hidden)."""
    size, hidden = of_input.shape[1], of_state.shape[1]
    weight = np.zeros((KINDS[cell].sums * hidden, size + 1 + hidden), of_state.dtype)
    weight[_rows_of_input(cell, hidden), :size] = of_input
    weight[_rows_of_input(cell, hidden), size] = bias
    weight[_rows_of_state(cell, hidden), size] += bias_of_state
    weight[_rows_of_state(cell, hidden), size + 1 :] = of_state
    return weight


def _separated(cell: Cell, grad_weight: np.ndarray, hidden: int) -> tuple[np.ndarray, ...]:
    """The gradients at the four that `_joined` joins."""
    size = grad_weight.shape[1] - hidden - 1
    of_input, of_state = grad_weight[_rows_of_input(cell, hidden)], grad_weight[_rows_of_state(cell, hidden)]
    return of_input[:, :size], of_state[:, size + 1 :], of_input[:, size], of_state[:, size]


def _rows_of_input(cell: Cell, hidden: int) -> Any:
    """Where the inputs' share of the gates stands: a GRU's candidate has two sums, and the state's share comes first."""
    return np.r_[: 2 * hidden, 3 * hidden : 4 * hidden] if cell == "gru" else slice(None)


def _rows_of_state(cell: Cell, hidden: int) -> slice:
    return slice(3 * hidden) if cell == "gru" else slice(None)


def _columns(steps: np.ndarray) -> np.ndarray:
    """(time, rows, batch) -> (rows, time * batch)"""
    return steps.transpose(1, 0, 2).reshape(steps.shape[1], -1)
