"""Figures of the autoencoders: images rebuilt and drawn, what each latent dimension tells, which codes are used."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ronkyo.plotting import COLORS, INK, figure
from ronkyo.results import Results

__all__ = ["vae", "vq_vae"]

SIDE = 8  # pixels of an image, both ways


def vae(results: Results) -> Figure:
    """Reconstructions and samples of the plain autoencoder and the VAEs; KL of each dimension, by its size, over seeds."""
    variants = ["autoencoder", "vae", "vae_strong"]
    drawing, (left, right) = figure(height_cm=4.8, columns=2, gridspec_kw={"width_ratios": [1.25, 1]})
    rows = [("元の画像", _originals(results)), *_pairs(results, variants)]
    _sheet(left, rows, results.settings.figures.images)
    left.set_title("(a) 復元と、事前分布からの標本")
    shown = [variant for variant in results.runs if results.settings.variants[variant].kind == "vae"]
    for variant, color, line, marker in zip(shown, COLORS, ("-", "--", ":"), "os^", strict=False):
        kl = -np.sort(-results.runs[variant]["kl"], axis=1)  # (seed, latent_size), the largest first
        places = np.arange(1, kl.shape[1] + 1)
        right.fill_between(places, kl.min(0), kl.max(0), color=color, alpha=0.2, linewidth=0)
        name = results.labels[variant]
        right.plot(places, np.median(kl, axis=0), line, marker=marker, markersize=2.5, color=color, label=name)
    right.axhline(results.settings.collapse.kl, color=INK, linewidth=0.8, linestyle=":")
    right.set(xscale="log", yscale="log", xlabel="次元（KL の大きい順）", ylabel="KL（ナット）")
    right.set_title("(b) 次元ごとの KL")
    right.set_ylim(bottom=1e-5)  # the legend stands below the lines
    right.legend(loc="lower left")
    return drawing


def vq_vae(results: Results) -> Figure:
    """Reconstructions and samples of the VQ-VAE; how often each code is used, by its rank, over seeds."""
    drawing, (left, right) = figure(height_cm=4.3, columns=2, gridspec_kw={"width_ratios": [1.25, 1]})
    run, example = results.runs["vq_vae"], results.settings.figures.example_seed
    rows = [
        ("元の画像", _originals(results)),
        ("復元", run["reconstructions"][example]),
        ("復元（勾配なし）", results.runs["vq_vae_blocked"]["reconstructions"][example]),
        ("標本（連鎖）", run["samples"][example]),
        ("標本（一様）", run["uniform_samples"][example]),
    ]
    _sheet(left, rows, results.settings.figures.images)
    left.set_title("(a) 復元と標本")
    shown = [variant for variant in results.runs if results.settings.variants[variant].kind == "vq_vae"]
    for variant, color, line in zip(shown, COLORS, ("-", "--", ":"), strict=False):
        counts = -np.sort(-results.runs[variant]["code_counts"], axis=1)  # (seed, codes), the most used first
        shares = counts / counts.sum(1, keepdims=True)
        places = np.arange(1, counts.shape[1] + 1) / counts.shape[1]
        right.fill_between(places, shares.min(0), shares.max(0), color=color, alpha=0.2, linewidth=0)
        right.plot(places, np.median(shares, axis=0), line, color=color, label=results.labels[variant])
    right.set(yscale="log", xlabel="コードの順位 / コードの数", ylabel="使われた割合")
    right.set_title("(b) コードの使われ方")
    drawing.legend(loc="outside lower right", fontsize=6.5, ncols=3)
    return drawing


def _originals(results: Results) -> np.ndarray:
    """(image, pixel): the test images."""
    return results.data["images"][results.data["test"]]


def _pairs(results: Results, variants: list[str]) -> list[tuple[str, np.ndarray]]:
    """Of each variant a row of reconstructions and a row of samples."""
    example = results.settings.figures.example_seed
    names = {"reconstructions": "復元", "samples": "標本"}
    return [
        (f"{results.labels[variant]} {name}", results.runs[variant][key][example])
        for key, name in names.items()
        for variant in variants
    ]


def _sheet(axes: Axes, rows: list[tuple[str, np.ndarray]], columns: int) -> None:
    """Images in rows with their names, white between them. rows: name and (image, pixel)"""
    space = SIDE + 1
    sheet = np.ones((len(rows) * space - 1, columns * space - 1))
    for row, (_, images) in enumerate(rows):
        for column, image in enumerate(images[:columns]):
            top, left = row * space, column * space
            sheet[top : top + SIDE, left : left + SIDE] = 1 - np.clip(image.reshape(SIDE, SIDE), 0, 1)
    grey = np.repeat(np.rint(sheet * 255).astype(np.uint8)[..., None], 3, axis=2)
    axes.imshow(grey, interpolation="none")
    middles = np.arange(len(rows)) * space + (SIDE - 1) / 2
    axes.set_yticks(middles, [name for name, _ in rows])
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.grid(visible=False)
