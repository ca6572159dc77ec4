"""Overlapping windows of a sine and of the cosine beside it, as in the course's exercise."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from day3.experiments.sine_to_cosine.settings import Data
from ronkyo.files import Arrays


def prepare(data: Data, downloads: Path) -> tuple[Arrays, dict[str, Any]]:
    """x, cosine: (points,); sines, previous_cosines, cosines: (windows, window), what the encoder reads, what the
    decoder reads and what it is to write; train, validation, free_running: the places of those windows.
    """
    limit = data.half_periods * np.pi
    x = np.linspace(-limit, limit, data.points)
    sine, cosine = np.sin(x), np.cos(x)
    starts = np.arange(data.points - data.window)  # as in the course: the last window that would fit is left out
    within = starts[:, None] + np.arange(data.window)
    cosines = cosine[within]
    train_count = int(len(starts) * (1 - data.validation_share))  # Keras splits before it shuffles
    arrays = {
        "x": x,
        "cosine": cosine,
        "sines": sine[within],
        "previous_cosines": np.pad(cosines[:, :-1], [(0, 0), (1, 0)]),  # the first one is 0
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
