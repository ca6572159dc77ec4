"""One recurrent layer of torch whose steps are compiled, forwards and backwards: torch's results, several times faster.

torch records some ten small operations for each step of an RNN or a GRU and replays them one by one. Here a layer is one
operation of autograd; day3.nn.kernels is what it does at each step.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
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
        initial = hx if self.cell == "lstm" and hx is not None else (hx, None)
        states, *last = _Recurrence.apply(self.cell, input, *initial, *self._parameters.values())
        return states, tuple(last) if self.cell == "lstm" else last[0]


class _Recurrence(torch.autograd.Function):
    """A layer, of one direction or of two."""

    @staticmethod
    def forward(
        ctx, cell: Cell, inputs: Tensor, state: Tensor | None, memory: Tensor | None, *parameters: Tensor
    ) -> tuple[Tensor, ...]:
        """inputs: (batch, time, input_size); state, memory: (directions, batch, hidden), at the start, None for zeros;
        parameters: weight_ih, weight_hh, bias_ih, bias_hh as torch has them, of each direction.

        Returns the states (batch, time, directions * hidden), the last state, (directions, batch, hidden), and an LSTM's
        last memory.
        """
        x = inputs.detach().numpy().transpose(1, 2, 0)
        initial = [None if tensor is None else tensor.detach().numpy() for tensor in (state, memory)]
        arrays = [parameter.detach().numpy() for parameter in parameters]
        ctx.set_materialize_grads(False)
        ctx.cell, ctx.passes = cell, []
        for d in range(len(arrays) // 4):
            start = (None if array is None else array[d].T for array in initial)
            ctx.passes.append(_forward(cell, arrays[4 * d : 4 * d + 4], _turned(x, d), *start))
        states = [_turned(done.states, d) for d, done in enumerate(ctx.passes)]
        joined = states[0] if len(states) == 1 else np.concatenate(states, axis=1)
        last = [np.stack([done.states[-1].T for done in ctx.passes])]
        if cell == "lstm":
            last.append(np.stack([done.memories[-1].T for done in ctx.passes]))
        return torch.from_numpy(joined.transpose(2, 0, 1)), *map(torch.from_numpy, last)

    @staticmethod
    @once_differentiable
    def backward(ctx, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        """gradients: ∂L/∂ what `forward` returns."""
        at_states, *at_last = (None if gradient is None else gradient.numpy() for gradient in gradients)
        at_reads, at_first, at_parameters = [], [], []
        for d, done in enumerate(ctx.passes):
            rows = slice(d * done.hidden, (d + 1) * done.hidden)
            at_steps = None if at_states is None else _turned(at_states[..., rows].transpose(1, 2, 0), d)
            at_end = (None if gradient is None else gradient[d].T for gradient in at_last)
            grad_inputs, first, grad_weight = _backward(ctx.cell, done, ctx.needs_input_grad[1], at_steps, *at_end)
            at_parameters += map(torch.from_numpy, _separated(ctx.cell, grad_weight, done.hidden))
            if grad_inputs is not None:
                at_reads.append(_turned(grad_inputs, d))
            at_first.append(first)
        at_inputs = torch.from_numpy(np.sum(at_reads, axis=0).transpose(2, 0, 1)) if at_reads else None
        at_initial = (
            torch.from_numpy(np.stack([gradient.T for gradient in gradients])) if needed else None
            for gradients, needed in zip(zip(*at_first, strict=True), ctx.needs_input_grad[2:4], strict=True)
        )
        return None, at_inputs, *at_initial, *at_parameters


class _Pass(NamedTuple):
    """What one direction has computed, as day3.nn.kernels has it."""

    weight: np.ndarray
    seen: np.ndarray
    gates: np.ndarray
    memories: np.ndarray

    @property
    def hidden(self) -> int:
        return self.memories.shape[1]

    @property
    def states(self) -> np.ndarray:
        """(time, hidden, batch)"""
        return self.seen[1:, -self.hidden :]


def _forward(
    cell: Cell, parameters: list[np.ndarray], x: np.ndarray, state: np.ndarray | None, memory: np.ndarray | None
) -> _Pass:
    """x: (time, input_size, batch); state, memory: (hidden, batch)."""
    (time, size, batch), hidden = x.shape, parameters[1].shape[1]
    weight = _joined(cell, *parameters)
    seen = np.empty((time + 1, size + 1 + hidden, batch), x.dtype)
    seen[:-1, :size] = x
    seen[:, size] = 1
    seen[0, size + 1 :] = 0 if state is None else state
    gates = np.empty((time, len(weight), batch), x.dtype)
    memories = np.empty((time + 1 if cell == "lstm" else 0, hidden, batch), x.dtype)
    memories[:1] = 0 if memory is None else memory
    KINDS[cell].forward(weight, seen, gates, memories)
    return _Pass(weight, seen, gates, memories)


def _backward(
    cell: Cell,
    done: _Pass,
    inputs_too: bool,
    at_states: np.ndarray | None,
    at_state: np.ndarray | None,
    at_memory: np.ndarray | None = None,
) -> tuple[np.ndarray | None, tuple[np.ndarray, np.ndarray], np.ndarray]:
    """From ∂L/∂ every state, (time, hidden, batch), the last state and the last memory, (hidden, batch), None for zeros:
    ∂L/∂ the inputs, (time, input_size, batch), the first state and memory, and the weight."""
    weight, seen, hidden = done.weight, done.seen, done.hidden
    batch, before = seen.shape[2], seen.shape[1] - hidden  # rows of `seen` before the states
    none = np.empty((0, hidden, batch), seen.dtype)
    at_states = none if at_states is None else np.ascontiguousarray(at_states)
    delta, gamma = np.zeros((2, hidden, batch), seen.dtype)
    delta += 0 if at_state is None else at_state
    gamma += 0 if at_memory is None else at_memory
    recurrent = weight[_rows_of_state(cell, hidden), before:].T.copy()
    grad_weight = np.zeros_like(weight)
    grad_inputs = np.empty((len(done.gates), before - 1, batch), seen.dtype) if inputs_too else None
    for end in range(len(done.gates), 0, -BLOCK):
        steps = slice(max(0, end - BLOCK), end)
        written = slice(steps.start, end + 1)  # the state of each step and of the one before
        gates = done.gates[steps]
        at_sums = np.empty_like(gates)
        KINDS[cell].backward(
            recurrent, seen[written], gates, done.memories[written], at_states[steps], delta, gamma, at_sums
        )
        grad_weight += _columns(at_sums) @ _columns(seen[steps]).T
        if grad_inputs is not None:
            np.matmul(weight[:, : before - 1].T, at_sums, out=grad_inputs[steps])
    return grad_inputs, (delta, gamma), grad_weight


def _turned(steps: np.ndarray, direction: int) -> np.ndarray:
    """In the order in which a direction reads, and back."""
    return steps[::-1] if direction == 1 else steps


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


@cache
def _rows_of_input(cell: Cell, hidden: int) -> Any:
    """Where the inputs' share of the gates stands: a GRU's candidate has two sums, and the state's share comes first."""
    return np.r_[: 2 * hidden, 3 * hidden : 4 * hidden] if cell == "gru" else slice(None)


def _rows_of_state(cell: Cell, hidden: int) -> slice:
    return slice(3 * hidden) if cell == "gru" else slice(None)


def _columns(steps: np.ndarray) -> np.ndarray:
    """(time, rows, batch) -> (rows, time * batch)"""
    return steps.transpose(1, 0, 2).reshape(steps.shape[1], -1)
