"""What augmentation makes of one photograph. Every random choice comes from the seed in params.yaml."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from skimage.transform import resize

from day3.experiments.augmentation import methods as by
from day3.experiments.augmentation.settings import LABELS, Settings
from ronkyo import plotting
from ronkyo.results import Results
from ronkyo.seeds import generator

__all__ = ["methods", "grid"]


def methods(results: Results) -> Figure:
    """The photograph and each method alone, with the value that was drawn for it."""
    settings: Settings = results.settings
    allowed, data = settings.methods, settings.data
    image, partner = results.data["photograph"] / 255, results.data["partner"] / 255

    def draw(stream: str) -> np.random.Generator:
        return generator("augmentation", settings.figures.seed, stream)

    factor = draw("contrast").uniform(allowed.contrast.lower, allowed.contrast.upper)
    delta = draw("brightness").uniform(-allowed.brightness_max_delta, allowed.brightness_max_delta)
    turn = draw("hue").uniform(-allowed.hue_max_delta, allowed.hue_max_delta)
    mixed, shares = by.mixup(np.stack([image, partner]), np.eye(2), allowed.mixup_alpha, draw("mixup"))
    crop = by.random_crop(image, allowed.crop_side, draw("crop"))
    erased = by.random_erasing(image, allowed.erasing_area, allowed.erasing_aspect, draw("erasing"))
    first, second = LABELS[data.photograph], LABELS[data.partner]
    panels = [
        ("元の画像", image, first),
        ("左右の反転", by.flip_left_right(image), ""),
        ("上下の反転", by.flip_up_down(image), ""),
        ("回転", by.rotate(image, 1), "90°"),
        ("回転", by.rotate(image, 2), "180°"),
        ("切り取り", crop, f"一辺を {allowed.crop_side:g} 倍"),
        ("コントラスト", by.contrast(image, factor), f"差を {factor:.2f} 倍"),
        ("輝度", by.brightness(image, delta), f"{delta:+.2f}"),
        ("色相", by.hue(image, turn), f"{turn:+.3f} 周"),
        ("random erasing", erased, f"面積の {np.mean(np.any(erased != image, axis=2)):.0%}"),
        ("mixup の相手", partner, second),
        ("mixup", mixed, f"{first} {shares[0]:.2f}\n{second} {shares[1]:.2f}"),
    ]
    drawing, axes = plotting.figure(height_cm=5.8, rows=2, columns=6, gridspec_kw={"hspace": 0.04})
    for place, (name, pixels, detail) in zip(axes.flat, panels, strict=True):
        _show(place, pixels)
        place.set_title(name, pad=4)
        place.set_xlabel(detail.replace("-", "−"), labelpad=3, fontsize=7)
    return drawing


def grid(results: Results) -> Figure:
    """The course's combination of methods, drawn anew for each image of the grid."""
    settings: Settings = results.settings
    rows, columns, tile = settings.figures.rows, settings.figures.columns, settings.figures.tile
    rng = generator("augmentation", settings.figures.seed, "grid")
    image = np.asarray(resize(results.data["photograph"] / 255, (tile, tile), anti_aliasing=True))
    height = plotting.COLUMN_CM * rows / columns
    drawing, axes = plotting.figure(height_cm=height, rows=rows, columns=columns, squeeze=False)
    for place in axes.flat:
        _show(place, by.course_augmentation(image, settings.methods, rng))
    return drawing


def _show(place: Axes, image: np.ndarray) -> None:
    """The pixels as they are (PDF/A forbids smoothing between them), framed: an image may be white."""
    place.imshow(np.rint(image * 255).astype(np.uint8), interpolation="none")
    place.set(xticks=[], yticks=[])
    place.spines[:].set(visible=True, linewidth=0.4)
