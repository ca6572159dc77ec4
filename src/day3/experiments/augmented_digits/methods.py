"""Data augmentation of many grey images at once. Images are (batch, side, side), from 0 to 1.

Every image draws for itself. Hue is left out: grey has none.
"""

from __future__ import annotations

import numpy as np

from day3.experiments.augmented_digits.settings import Method, Strength

SIDES = (slice(None), None, None)  # one number for each image


def flip(images: np.ndarray, strength: Strength, rng: np.random.Generator) -> np.ndarray:
    """左右と上下に、それぞれ半々の確率で反転する。"""
    left_right, up_down = rng.random((2, len(images))) < 0.5
    images = np.where(left_right[SIDES], images[:, :, ::-1], images)
    return np.where(up_down[SIDES], images[:, ::-1], images)


def quarter_turn(images: np.ndarray, strength: Strength, rng: np.random.Generator) -> np.ndarray:
    """講義の演習と同じく、0、90、180 度のどれかだけ回す。"""
    turns = rng.integers(3, size=len(images))[SIDES]
    once, twice = np.rot90(images, 1, (1, 2)), np.rot90(images, 2, (1, 2))
    return np.where(turns == 1, once, np.where(turns == 2, twice, images))


def tone(images: np.ndarray, strength: Strength, rng: np.random.Generator) -> np.ndarray:
    """平均からの差を何倍かし（コントラスト）、すべての画素に同じ値を加える（輝度）。"""
    factor = rng.uniform(strength.contrast.lower, strength.contrast.upper, len(images))[SIDES]
    delta = rng.uniform(-strength.brightness_max_delta, strength.brightness_max_delta, len(images))[SIDES]
    mean = images.mean(axis=(1, 2), keepdims=True)
    return np.clip(mean + factor * (images - mean) + delta, 0, 1)


def crop(images: np.ndarray, strength: Strength, rng: np.random.Generator) -> np.ndarray:
    """ランダムな位置から正方形の窓を切り取り、もとの大きさに戻す。"""
    shrink = rng.uniform(strength.crop_side.lower, strength.crop_side.upper, len(images))
    room = (images.shape[1] - 1) / 2 * (1 - shrink)  # how far the window's middle may lie from the image's
    down, right = rng.uniform(-1, 1, (2, len(images))) * room
    return resampled(images, shrink, np.zeros(len(images)), down, right)


def rotation(images: np.ndarray, strength: Strength, rng: np.random.Generator) -> np.ndarray:
    """中心のまわりに、小さな角度だけ回す。"""
    most = np.deg2rad(strength.rotation_max_degrees)
    angle, still = rng.uniform(-most, most, len(images)), np.zeros(len(images))
    return resampled(images, np.cos(angle), np.sin(angle), still, still)


def erasing(images: np.ndarray, strength: Strength, rng: np.random.Generator) -> np.ndarray:
    """ランダムな長方形を乱数で塗りつぶす。"""
    side = images.shape[1]
    lengths = rng.uniform(strength.erasing_side.lower, strength.erasing_side.upper, (2, len(images)))
    lengths = np.maximum(1, np.rint(lengths * side))
    starts = np.floor(rng.random(lengths.shape) * (side - lengths + 1))
    place = np.arange(side)
    rows, columns = (place >= starts[..., None]) & (place < (starts + lengths)[..., None])
    return np.where(rows[:, :, None] & columns[:, None], rng.random(images.shape), images)


def mixup(
    images: np.ndarray, labels: np.ndarray, alpha: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """それぞれの画像に、同じバッチの別の画像を混ぜる。ラベルも同じ割合で混ぜる。

    images: (batch, side, side), labels: (batch, classes)
    """
    share, partner = rng.beta(alpha, alpha, len(images)), rng.permutation(len(images))
    mixed = share[:, None, None] * images + (1 - share)[:, None, None] * images[partner]
    return mixed, share[:, None] * labels + (1 - share)[:, None] * labels[partner]


IMAGE_METHODS = {
    "flip": flip,
    "crop": crop,
    "tone": tone,
    "rotation": rotation,
    "quarter_turn": quarter_turn,
    "erasing": erasing,
}


def augment(
    images: np.ndarray, labels: np.ndarray, methods: list[Method], strength: Strength, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """methods を、その順に続けて適用する。"""
    for method in methods:
        if method == "mixup":
            images, labels = mixup(images, labels, strength.mixup_alpha, rng)
        else:
            images = IMAGE_METHODS[method](images, strength, rng)
    return images, labels


def resampled(
    images: np.ndarray, along: np.ndarray, across: np.ndarray, down: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """Each image read, between pixels bilinearly, at (row, column) = [[along, -across], [across, along]] · place + (down,
    right), all from its middle; 0 outside. along, across, down, right: (batch,)
    """
    batch, side = images.shape[:2]
    middle = (side - 1) / 2
    row, column = np.mgrid[:side, :side] - middle
    rows = along[SIDES] * row - across[SIDES] * column + down[SIDES] + middle + 1
    columns = across[SIDES] * row + along[SIDES] * column + right[SIDES] + middle + 1
    padded = np.pad(images, [(0, 0), (1, 1), (1, 1)])
    rows, columns = (np.clip(places, 0, side + 1) for places in (rows, columns))
    top, left = (np.minimum(places.astype(int), side) for places in (rows, columns))
    below, beside, which = rows - top, columns - left, np.arange(batch)[SIDES]
    upper = padded[which, top, left] * (1 - beside) + padded[which, top, left + 1] * beside
    lower = padded[which, top + 1, left] * (1 - beside) + padded[which, top + 1, left + 1] * beside
    return upper * (1 - below) + lower * below
