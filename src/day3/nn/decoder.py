"""The decoder of a sequence-to-sequence network, and what it may see of the encoder besides the state it starts from.

Peeky: the encoder's summary at every step, Cho et al. 2014, section 2.2. Attention: Luong, Pham & Manning 2015, section
3.1, global, with the score "dot"; the context goes to the output layer beside the state, with no layer between them.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from day3.nn.recurrent import Cell, dense, recurrent_layer


class Decoder(nn.Module):
    """再帰層と線形の出力層。"""

    def __init__(
        self,
        cell: Cell,
        output_size: int,
        hidden_size: int,
        generator: torch.Generator,
        peeky: bool,
        attention: bool,
    ) -> None:
        super().__init__()
        self.peeky, self.attention = peeky, attention
        self.recurrent = recurrent_layer(cell, output_size + hidden_size * peeky, hidden_size, generator)
        self.output = dense(hidden_size * (1 + peeky + attention), output_size, generator)

    def forward(self, previous: Tensor, state: Any, encoded: Tensor) -> tuple[Tensor, Any]:
        """1 つ前の値の列から、出力の列を求める。

        previous: (batch, time, output_size) 1 つ前の値, state: はじめの状態,
        encoded: (batch, input_time, hidden_size) エンコーダの各時刻の状態
        -> (batch, time, output_size), 終わりの状態
        """
        seen = []
        if self.peeky:  # のぞき見: エンコーダの最後の状態を、毎時刻、入力と出力層に加える
            seen.append(encoded[:, -1:].expand(-1, previous.shape[1], -1))
        states, state = self.recurrent(_joined(previous, *seen), state)
        if self.attention:  # 注意: エンコーダの状態の重み付き平均を、毎時刻、出力層に加える
            seen.append(attend(states, encoded))
        return self.output(_joined(states, *seen)), state


def _joined(first: Tensor, *others: Tensor) -> Tensor:
    """(batch, time, …) feature by feature."""
    return torch.cat([first, *others], dim=-1) if others else first


def attend(states: Tensor, encoded: Tensor) -> Tensor:
    """文脈ベクトル: エンコーダの状態 e_s の重み付き平均 c_t = Σ_s α_{t,s} e_s。

    states: (batch, time, hidden_size), encoded: (batch, input_time, hidden_size) -> (batch, time, hidden_size)
    """
    return attention_weights(states, encoded) @ encoded


def attention_weights(states: Tensor, encoded: Tensor) -> Tensor:
    """内積による注意の重み: デコーダの状態と向きの近い、エンコーダの状態ほど重く見る。

    states: (batch, time, hidden_size), encoded: (batch, input_time, hidden_size) -> (batch, time, input_time)
    """
    # α_{t,s} = exp(h_t · e_s) / Σ_r exp(h_t · e_r)
    return torch.softmax(states @ encoded.mT, dim=-1)
