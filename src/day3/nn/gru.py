"""A GRU that trains several times faster on a CPU than torch.nn.GRU, for the same numbers.

torch has no fused GRU for training on a CPU: autograd records some fifteen small operations a step and replays them
one by one. Here the derivative is written by hand, so that everything which does not depend on the gradient coming
from the next step is computed once for all steps, and only one matrix product a step is left in the loop.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class GRU(nn.GRU):
    """torch.nn.GRU with one layer and (batch, time, feature) input: same parameters, same calls, same results."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bidirectional: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            input_size, hidden_size, batch_first=True, bidirectional=bidirectional, device=device, dtype=dtype
        )

    def forward(self, input: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The states of every step and the last ones.

        input: (batch, time, input_size); hx: (directions, batch, hidden_size), zeros when it is not given.
        Returns (batch, time, directions * hidden_size) and (directions, batch, hidden_size).
        """
        directions = 2 if self.bidirectional else 1
        if hx is None:
            hx = input.new_zeros(directions, len(input), self.hidden_size)
        inputs = input.transpose(0, 1)  # time first
        states, last = [], []
        for direction, suffix in enumerate(["", "_reverse"][:directions]):
            weight_ih, weight_hh, bias_ih, bias_hh = (
                getattr(self, f"{name}_l0{suffix}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            read = inputs.flip(0) if suffix else inputs
            written = _Recurrence.apply(
                nn.functional.linear(read, weight_ih, bias_ih), hx[direction], weight_hh, bias_hh
            )
            last.append(written[-1])
            states.append(written.flip(0) if suffix else written)
        return torch.cat(states, dim=2).transpose(0, 1), torch.stack(last)


class _Recurrence(torch.autograd.Function):
    """The states h_1 … h_T of a GRU from its inputs' share of the gates; time first.

    Cho et al. 2014, eqs. 5-8, with the reset gate after the matrix product, as cuDNN, torch and Keras have it:

        r_t = σ(x_t W_r + b_r + h_{t-1} U_r + c_r)          reset gate
        z_t = σ(x_t W_z + b_z + h_{t-1} U_z + c_z)          update gate
        m_t = h_{t-1} U_n + c_n
        n_t = tanh(x_t W_n + b_n + r_t ⊙ m_t)               candidate
        h_t = (1 - z_t) ⊙ n_t + z_t ⊙ h_{t-1}
    """

    @staticmethod
    def forward(ctx, inputs: Tensor, initial: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """inputs: (time, batch, 3 * hidden), x_t W + b for the gates r, z, n; initial: (batch, hidden), h_0;
        weight: (3 * hidden, hidden), U transposed; bias: (3 * hidden,), c.

        Returns (time, batch, hidden).
        """
        time, batch, width = inputs.shape
        size = width // 3
        u = weight.t().contiguous()
        gates = inputs.new_empty(inputs.shape)
        resets, updates, memories = gates.split(size, dim=2)
        candidates, states = inputs.new_empty(2, time, batch, size)
        previous = initial
        for t in range(time):
            torch.addmm(bias, previous, u, out=gates[t])
            gates[t, :, : 2 * size].add_(inputs[t, :, : 2 * size]).sigmoid_()
            torch.addcmul(inputs[t, :, 2 * size :], resets[t], memories[t], out=candidates[t]).tanh_()
            previous = torch.lerp(candidates[t], previous, updates[t], out=states[t])
        ctx.save_for_backward(gates, candidates, states, initial, weight)
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_states: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """With δ_t = ∂L/∂h_t, through all later steps too, the gradients at the gates' sums are

            r: δ_t (1 - z_t)(1 - n_t²) m_t r_t(1 - r_t)     z: δ_t (h_{t-1} - n_t) z_t(1 - z_t)
            n: δ_t (1 - z_t)(1 - n_t²), which reaches h_{t-1} U_n + c_n multiplied by r_t

        so all but δ_t is known beforehand, and δ_{t-1} = ∂L/∂h_{t-1} at its own step + z_t δ_t + (gates' gradients) U^T.
        """
        gates, candidates, states, initial, weight = ctx.saved_tensors
        time, batch, size = states.shape
        resets, updates, memories = gates.split(size, dim=2)
        previous = torch.cat([initial[None], states[:-1]])

        to_candidate = (1 - updates) * (1 - candidates.square())
        factors = torch.stack(
            [
                to_candidate * memories * resets * (1 - resets),
                (previous - candidates) * updates * (1 - updates),
                to_candidate * resets,
            ],
            dim=2,
        )  # (time, batch, 3, hidden): from δ_t to the gradients at the recurrent sums of r, z, n
        deltas = torch.empty_like(states)
        at_sums = torch.empty_like(factors)
        delta = torch.zeros_like(initial)
        for t in reversed(range(time)):
            torch.add(delta, grad_states[t], out=deltas[t])
            torch.mul(deltas[t, :, None], factors[t], out=at_sums[t])
            delta = torch.addmm(deltas[t] * updates[t], at_sums[t].view(batch, 3 * size), weight)

        recurrent = at_sums.view(time * batch, 3 * size)
        grad_weight = recurrent.t() @ previous.reshape(time * batch, size)
        grad_bias = recurrent.sum(0)
        at_sums[:, :, 2] = deltas * to_candidate  # the input's share of n is not multiplied by r
        return at_sums.view(time, batch, 3 * size), delta, grad_weight, grad_bias
