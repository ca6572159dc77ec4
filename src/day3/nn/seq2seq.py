"""Sequence to sequence: one recurrent layer reads a sequence into a state, another writes a sequence from it.

Sutskever, Vinyals & Le 2014, figure 1, and Cho et al. 2014, section 2.2, with real numbers in place of words.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from day3.nn.decoder import Decoder
from day3.nn.recurrent import Cell, recurrent_layer


class Seq2Seq(nn.Module):
    """Encoder and decoder of the same cell and size; the decoder starts from the encoder's last state."""

    def __init__(
        self,
        cell: Cell,
        input_size: int,
        hidden_size: int,
        output_size: int,
        generator: torch.Generator,
        reverse_input: bool,
        peeky: bool,
        attention: bool,
    ) -> None:
        super().__init__()
        self.reverse_input = reverse_input
        self.encoder = recurrent_layer(cell, input_size, hidden_size, generator)
        self.decoder = Decoder(cell, output_size, hidden_size, generator, peeky, attention)

    def encode(self, inputs: Tensor) -> tuple[Tensor, Any]:
        """入力系列を読む。反転するときは、後ろの時刻から読む（Sutskever et al. 2014, 3.3 節）。

        inputs: (batch, time, input_size) -> (batch, time, hidden_size) 各時刻の状態, 最後の状態
        """
        return self.encoder(inputs.flip(1) if self.reverse_input else inputs)

    def forward(self, inputs: Tensor, previous: Tensor) -> Tensor:
        """教師強制: デコーダは、各時刻で 1 つ前の正解を受け取る。

        inputs: (batch, time, input_size) 入力系列, previous: (batch, time, output_size) 1 つ前の正解
        -> (batch, time, output_size)
        """
        encoded, state = self.encode(inputs)
        outputs, _ = self.decoder(previous, state, encoded)
        return outputs

    @torch.no_grad()
    def predict(self, inputs: Tensor, steps: int) -> Tensor:
        """自走予測: デコーダは 0 から始め、以後は自分の出力を次の入力にする。

        inputs: (batch, time, input_size) 入力系列 -> (batch, steps, output_size)
        """
        encoded, state = self.encode(inputs)
        value = inputs.new_zeros(len(inputs), 1, self.decoder.output.out_features)
        outputs = []
        for _ in range(steps):
            value, state = self.decoder(value, state, encoded)
            outputs.append(value)
        return torch.cat(outputs, dim=1)
