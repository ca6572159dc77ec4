"""Sequence to sequence: one recurrent layer reads a sequence into a state, another writes a sequence from it.

Sutskever, Vinyals & Le 2014, figure 1, and Cho et al. 2014, section 2.2, with real numbers in place of words.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from day3.nn.recurrent import Cell, dense, recurrent_layer


class Seq2Seq(nn.Module):
    """Encoder and decoder of the same cell and size; the decoder starts from the encoder's last state."""

    def __init__(
        self, cell: Cell, input_size: int, hidden_size: int, output_size: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.encoder = recurrent_layer(cell, input_size, hidden_size, generator)
        self.decoder = recurrent_layer(cell, output_size, hidden_size, generator)
        self.output = dense(hidden_size, output_size, generator)

    def forward(self, inputs: Tensor, previous: Tensor) -> Tensor:
        """教師強制: デコーダは、各時刻で 1 つ前の正解を受け取る。

        inputs: (batch, time, input_size) 入力系列, previous: (batch, time, output_size) 1 つ前の正解
        -> (batch, time, output_size)
        """
        _, state = self.encoder(inputs)
        states, _ = self.decoder(previous, state)
        return self.output(states)

    @torch.no_grad()
    def predict(self, inputs: Tensor, steps: int) -> Tensor:
        """自走予測: デコーダは 0 から始め、以後は自分の出力を次の入力にする。

        inputs: (batch, time, input_size) 入力系列 -> (batch, steps, output_size)
        """
        _, state = self.encoder(inputs)
        value = inputs.new_zeros(len(inputs), 1, self.output.out_features)
        outputs = []
        for _ in range(steps):
            states, state = self.decoder(value, state)
            value = self.output(states)
            outputs.append(value)
        return torch.cat(outputs, dim=1)
