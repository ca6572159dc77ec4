"""One step of training: what the loops of the experiments with torch's layers have in common."""

from __future__ import annotations

from torch import Tensor

from day3.nn.adam import Adam


def update(optimizer: Adam, loss: Tensor, clip_value: float | None = None) -> None:
    """重みを 1 回更新する。clip_value があれば、勾配の各成分をその大きさで頭打ちにする。"""
    optimizer.zero_grad()
    loss.backward()
    if clip_value is not None:
        optimizer.gradients.clamp_(-clip_value, clip_value)
    optimizer.step()
