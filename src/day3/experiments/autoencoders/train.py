"""Train an autoencoder, then measure it on images that it has not seen, and draw from its prior."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from day3.experiments.autoencoders.settings import Training
from day3.nn.adam import Adam
from day3.nn.autoencoder import Autoencoder
from day3.nn.recurrent import one_thread
from day3.nn.update import update
from ronkyo.files import Arrays
from ronkyo.seeds import generator

NAME = "autoencoders"


def steps(data: Arrays, training: Training) -> int:
    """Weight updates of one seed."""
    return training.epochs * math.ceil(len(data["train"]) / training.batch_size)


@one_thread()
def train(data: Arrays, training: Training, seed: int, progress: Callable[[int], None]) -> Arrays:
    """Of the test images: reconstructions (image, pixel); error (), a pixel's mean squared error from the latent
    variables that the loss counts (of a VAE: drawn ones), mean_error (), from their means; kl (latent_size,), the mean over
    images; code_counts (codes,), 0 codes where there is no codebook. samples, uniform_samples (sample, pixel): from the
    prior, see `_priors`.
    """
    images = torch.from_numpy(data["images"])
    model = _model(images.shape[1], training, seed)
    optimizer = Adam(model.parameters(), training.learning_rate, training.epsilon)
    order, noise = (generator(NAME, seed, stream) for stream in ("data order", "noise"))
    for _ in range(training.epochs):
        for batch in torch.from_numpy(order.permutation(data["train"])).split(training.batch_size):
            update(optimizer, _loss(model, images[batch], _normal(noise, len(batch), training.latent_size), training))
            progress(1)
    with torch.no_grad():
        return _measure(model, images[data["train"]], images[data["test"]], training, seed)


def _model(pixels: int, training: Training, seed: int) -> Autoencoder:
    initialization = generator(NAME, seed, "initialization")
    return Autoencoder(
        training.kind,
        pixels,
        training.hidden_size,
        training.latent_size,
        training.codes,
        training.code_size,
        training.commitment,
        training.straight_through,
        torch.Generator().manual_seed(int(initialization.integers(2**63))),
    )


def _loss(model: Autoencoder, images: Tensor, noise: Tensor, training: Training) -> Tensor:
    """The negative of the evidence lower bound with β, or the VQ-VAE's loss: nats an image."""
    encoded = model.encode(images, noise)
    squares = (model.decode(encoded.latent) - images).square().sum(1)
    reconstruction = squares / (2 * training.pixel_deviation**2)
    return (reconstruction + training.kl_weight * encoded.kl.sum(1) + encoded.quantisation).mean()


def _measure(model: Autoencoder, seen: Tensor, unseen: Tensor, training: Training, seed: int) -> Arrays:
    size = training.latent_size
    encoded = model.encode(unseen, _normal(generator(NAME, seed, "test noise"), len(unseen), size))
    drawn = model.decode(encoded.latent)
    means = model.decode(encoded.mean) if training.kind == "vae" else drawn
    learned, uniform = _priors(model, seen, training, generator(NAME, seed, "samples"))
    codes = len(model.codebook) if training.kind == "vq_vae" else 0
    return {
        "reconstructions": means.numpy(),
        "error": (drawn - unseen).square().mean().numpy(),
        "mean_error": (means - unseen).square().mean().numpy(),
        "kl": encoded.kl.mean(0).numpy(),
        "code_counts": np.bincount(encoded.codes.flatten().numpy(), minlength=codes),
        "samples": model.decode(learned).numpy(),
        "uniform_samples": model.decode(uniform).numpy(),
    }


def _priors(model: Autoencoder, seen: Tensor, training: Training, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Latent variables drawn from the prior, twice (sample, latent_size).

    A VAE's are standard normal, and a plain autoencoder's are, too, times the deviation of the training images' and plus their
    mean: both times the same ones. A VQ-VAE's first ones follow the chain of codes that the training images have, its
    second ones are uniform.
    """
    count = training.drawn_samples
    encoded = model.encode(seen, torch.zeros(len(seen), training.latent_size))
    if training.kind == "vq_vae":
        uniform = rng.integers(training.codes, size=(count, encoded.codes.shape[1]))
        both = chain(encoded.codes.numpy(), count, rng), uniform
        learned, uniform = (model.codebook[torch.from_numpy(codes)].flatten(1) for codes in both)
        return learned, uniform
    drawn = _normal(rng, count, training.latent_size)
    if training.kind == "autoencoder":
        drawn = encoded.mean.mean(0) + encoded.mean.std(0) * drawn
    return drawn, drawn


def chain(codes: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Code sequences of a first-order Markov chain: each code is that of an image which had the same code before it.

    codes: (image, position), what is imitated -> (count, position)
    """
    drawn = codes[rng.integers(len(codes), size=count)]
    for position in range(1, codes.shape[1]):
        for sample in drawn:
            followers = codes[codes[:, position - 1] == sample[position - 1], position]
            sample[position] = rng.choice(followers)
    return drawn


def _normal(rng: np.random.Generator, *shape: int) -> Tensor:
    return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))
