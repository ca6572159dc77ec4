"""Handwritten digits of 8 × 8 pixels that scikit-learn brings along: no network is needed.

The test part of Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits, UCI; the writers of the last images are
not those of the first.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from ronkyo.files import Arrays, DataError

DIGEST = "65e5b4619795efb40c1082f4c350c049e4ad552200d369b6ae99e21eef5e72c5"


def prepare(train_images: int) -> tuple[Arrays, dict[str, Any]]:
    """images: (image, pixel), from 0 to 1, the rows of an image one after another; labels: (image,), the digits; train,
    test: the places of the first `train_images` and of the others. Raises DataError for other images than are known.
    """
    pixels, digits = map(np.asarray, load_digits(return_X_y=True))
    counts, labels = pixels.astype(np.uint8), digits.astype(np.int64)
    found = hashlib.sha256(counts.tobytes() + labels.tobytes()).hexdigest()
    if found != DIGEST:
        raise DataError(f"digits of scikit-learn: expected sha256 {DIGEST}, found {found}")
    if train_images >= len(counts):
        raise DataError(f"train_images: expected fewer than there are ({len(counts)}), found {train_images}")
    places = np.arange(len(counts))
    arrays = {
        "images": (counts / 16).astype(np.float32),
        "labels": labels,
        "train": places[:train_images],
        "test": places[train_images:],
    }
    return arrays, {
        "name": "scikit-learn に付属する手書き数字（8×8 画素）",
        "licence": "CC BY 4.0（E. Alpaydin、C. Kaynak）",
        "digest": found,
        "images": len(counts),
        "train_images": train_images,
        "test_images": len(counts) - train_images,
    }
