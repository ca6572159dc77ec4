"""Data augmentation, a method a function. An image is (height, width, 3), floats from 0 to 1."""

from __future__ import annotations

import math

import numpy as np
from skimage.color import hsv2rgb, rgb2hsv
from skimage.transform import resize

from day3.experiments.augmentation.settings import Methods, Range


def flip_left_right(image: np.ndarray) -> np.ndarray:
    """左右に反転する。"""
    return image[:, ::-1]


def flip_up_down(image: np.ndarray) -> np.ndarray:
    """上下に反転する。"""
    return image[::-1]


def rotate(image: np.ndarray, quarter_turns: int) -> np.ndarray:
    """反時計回りに 90 度ずつ回す。"""
    return np.rot90(image, quarter_turns)


def contrast(image: np.ndarray, factor: float) -> np.ndarray:
    """チャネルごとの平均からの差を factor 倍する（tf.image.adjust_contrast と同じ）。"""
    mean = image.mean(axis=(0, 1))
    return np.clip(mean + factor * (image - mean), 0, 1)


def brightness(image: np.ndarray, delta: float) -> np.ndarray:
    """すべての画素値に delta を加える。"""
    return np.clip(image + delta, 0, 1)


def hue(image: np.ndarray, delta: float) -> np.ndarray:
    """色相環の上で色を delta 周だけ回す。彩度と明度は変わらない。"""
    hsv = rgb2hsv(image)
    hsv[..., 0] = (hsv[..., 0] + delta) % 1
    return hsv2rgb(hsv)


def random_crop(image: np.ndarray, side: float, rng: np.random.Generator) -> np.ndarray:
    """縦横が side 倍の窓をランダムな位置から切り取り、元の大きさに戻す。"""
    height, width = (max(1, round(side * length)) for length in image.shape[:2])
    top = rng.integers(image.shape[0] - height, endpoint=True)
    left = rng.integers(image.shape[1] - width, endpoint=True)
    window = image[top : top + height, left : left + width]
    return np.clip(np.asarray(resize(window, image.shape)), 0, 1)


def random_erasing(image: np.ndarray, area: Range, aspect: Range, rng: np.random.Generator) -> np.ndarray:
    """ランダムな長方形を乱数で塗りつぶす（Zhong ら 2020、Algorithm 1）。"""
    rows, columns = image.shape[:2]
    while True:
        size = rng.uniform(area.lower, area.upper) * rows * columns
        ratio = rng.uniform(aspect.lower, aspect.upper)
        height, width = round(math.sqrt(size * ratio)), round(math.sqrt(size / ratio))
        if 0 < height <= rows and 0 < width <= columns:
            break
    top, left = rng.integers(rows - height, endpoint=True), rng.integers(columns - width, endpoint=True)
    erased = image.copy()
    erased[top : top + height, left : left + width] = rng.random((height, width, 3))
    return erased


def mixup(
    images: np.ndarray, labels: np.ndarray, alpha: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """2 枚の画像とそのラベルを同じ割合で混ぜる（Zhang ら 2018、2 節）。

    images: (2, height, width, 3), labels: (2, classes), each row summing to 1.
    """
    share = rng.beta(alpha, alpha)
    return share * images[0] + (1 - share) * images[1], share * labels[0] + (1 - share) * labels[1]


def course_augmentation(image: np.ndarray, methods: Methods, rng: np.random.Generator) -> np.ndarray:
    """講義の演習と同じ順序で、反転・コントラスト・輝度・回転・色相をランダムに変える。"""
    if rng.random() < 0.5:  # an even chance, as tf.image.random_flip_* has it
        image = flip_left_right(image)
    if rng.random() < 0.5:
        image = flip_up_down(image)
    image = contrast(image, rng.uniform(methods.contrast.lower, methods.contrast.upper))
    image = brightness(image, rng.uniform(-methods.brightness_max_delta, methods.brightness_max_delta))
    image = rotate(image, rng.choice(methods.quarter_turns))
    return hue(image, rng.uniform(-methods.hue_max_delta, methods.hue_max_delta))
