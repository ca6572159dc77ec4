"""Figures of augmentation put to the test."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from day3.experiments.augmented_digits.methods import augment
from day3.experiments.augmented_digits.settings import SIDE
from ronkyo.plotting import COLORS, INK, figure, tell_seeds
from ronkyo.results import Results
from ronkyo.seeds import generator

__all__ = ["gains", "digits"]

BASE = "none"
EXAMPLES = 4  # images of each method


def gains(results: Results) -> Figure:
    """The accuracy minus that without augmentation, in points: every seed (circles) and the mean (diamond)."""
    variants = [variant for variant in results.seeds if variant != BASE]
    sizes = results.settings.training.sizes
    drawing, panels = figure(height_cm=1.5 + 0.36 * len(variants), columns=len(sizes), sharey=True, squeeze=False)
    for letter, panel, size in zip("abcdef", panels.flat, sizes, strict=False):
        panel.axvline(0, color=INK, linewidth=0.8, linestyle=":")
        for row, variant in enumerate(variants):
            gain = 100 * paired(results.seeds[variant], results.seeds[BASE], f"accuracy_{size}")
            apart = row + np.linspace(-0.2, 0.2, len(gain))  # seeds with the same value stay visible
            look = {"markersize": 2.8, "markerfacecolor": "none", "markeredgewidth": 0.7, "color": COLORS[0]}
            (dots,) = panel.plot(gain, apart, "o", **look)
            tell_seeds(dots, gain, "シード")
            panel.plot(gain.mean(), row, "D", markersize=4, color=COLORS[1])
        panel.set_title(f"({letter}) {size:,} 枚")
        panel.grid(visible=False, axis="y")
    panels.flat[0].set_yticks(range(len(variants)), [results.labels[variant] for variant in variants])
    panels.flat[0].set_ylim(len(variants) - 0.5, -0.5)
    drawing.supxlabel("拡張なしとの正解率の差（ポイント）", fontsize="medium")
    return drawing


def digits(results: Results) -> Figure:
    """Some training images as they are, and as each variant makes them."""
    variants, training = list(results.labels), results.settings.variants
    images = results.data["images"].reshape(-1, SIDE, SIDE)[results.data["train"][:EXAMPLES]]
    drawing, panels = figure(height_cm=2.6, columns=len(variants), squeeze=False)
    for panel, variant in zip(panels.flat, variants, strict=True):
        rng, chosen = generator("augmented_digits", 0, "figure"), training[variant]
        made, _ = augment(images, np.eye(len(images)), chosen.methods, chosen.strength, rng)
        tiles = np.pad(1 - np.clip(made, 0, 1), [(0, 0), (0, 1), (0, 1)], constant_values=1)
        sheet = np.block([[tiles[0], tiles[1]], [tiles[2], tiles[3]]])
        grey = np.repeat(np.rint(sheet * 255).astype(np.uint8)[..., None], 3, axis=2)
        panel.imshow(grey, interpolation="none")
        panel.set(xticks=[], yticks=[])
        panel.set_xlabel(results.labels[variant].replace("と", "\nと").replace("random ", "random\n"), fontsize=7)
        panel.spines[:].set_visible(False)
        panel.grid(visible=False)
    return drawing


def paired(seeds: dict[str, np.ndarray], base: dict[str, np.ndarray], metric: str) -> np.ndarray:
    """The differences of the seeds that both have, (seed,)."""
    count = min(len(seeds[metric]), len(base[metric]))
    return seeds[metric][:count] - base[metric][:count]
