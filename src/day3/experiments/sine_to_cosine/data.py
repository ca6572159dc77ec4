"""Overlapping windows of a sine and of the cosine beside it, as in the course's exercise."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from day3.experiments.sine_to_cosine.settings import Data
from ronkyo.files import Arrays


def windows(sine: np.ndarray, cosine: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """窓を 1 点ずつずらして切り出す。入りうる最後の窓は、講義の演習と同じく除く。

    sine, cosine: (points,) -> エンコーダの入力、デコーダの入力、正解。どれも (windows, length)
    """
    within = np.arange(len(sine) - length)[:, None] + np.arange(length)
    previous = np.pad(cosine[within][:, :-1], [(0, 0), (1, 0)])  # デコーダは 1 つ前の正解を受け取り、最初は 0 とする
    return sine[within], previous, cosine[within]


def prepare(data: Data, downloads: Path) -> tuple[Arrays, dict[str, Any]]:
    """x, cosine: (points,); sines, previous_cosines, cosines: (windows, window), what the encoder reads, what the
    decoder reads and what it is to write; train, validation, free_running: the places of those windows.
    """
    limit = data.half_periods * np.pi
    x = np.linspace(-limit, limit, data.points)
    sine, cosine = np.sin(x), np.cos(x)
    sines, previous, cosines = windows(sine, cosine, data.window)
    starts = np.arange(len(sines))
    train_count = int(len(starts) * (1 - data.validation_share))  # Keras splits before it shuffles
    arrays = {
        "x": x,
        "cosine": cosine,
        "sines": sines,
        "previous_cosines": previous,
        "cosines": cosines,
        "train": starts[:train_count],
        "validation": starts[train_count:],
        "free_running": np.array(data.free_running_windows),
    }
    return arrays, {
        "name": "正弦波と余弦波（計算で生成）",
        "licence": "本プロジェクトで生成した数値",
        "digest": hashlib.sha256(np.stack([x, sine, cosine]).tobytes()).hexdigest(),
        "points": data.points,
        "windows": len(starts),
        "train_windows": train_count,
        "validation_windows": len(starts) - train_count,
    }
