"""From the runs to numbers: what is lost, what of the latent variables is used, and how near samples are to images."""

from __future__ import annotations

import numpy as np

from day3.experiments.autoencoders.settings import Settings, Training
from ronkyo.files import Arrays
from ronkyo.results import Summary, Table


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    test = data["images"][data["test"]]
    seeds = {
        variant: _metrics(test, run, settings.variants[variant], settings.collapse.kl) for variant, run in runs.items()
    }
    grey = data["images"][data["train"]].mean(0)  # what a decoder without latent variables would answer
    return Summary(seeds=seeds, constants={"grey": {"error": float(np.mean((test - grey) ** 2))}})


def _metrics(test: np.ndarray, run: Arrays, training: Training, limit: float) -> Table:
    """Each (seed,); masked where the kind of autoencoder has no such thing.

    error, mean_error: of a pixel, see train; rate: nats that the latent variables tell of an image, of codes at most;
    collapsed: dimensions with a KL below the limit; perplexity: exp of the entropy of the codes that test images have;
    used_share: that of the number of codes; distance, uniform_distance: of a sample to the nearest test image, squared and
    a pixel's mean.
    """
    absent = np.ma.masked_all(len(run["error"]))
    rate = collapsed = perplexity = absent
    if training.kind == "vae":
        rate, collapsed = run["kl"].sum(1), (run["kl"] < limit).sum(1).astype(float)
    if training.kind == "vq_vae":
        rate = np.full(len(absent), training.latent_size / training.code_size * np.log(training.codes))
        perplexity = np.array([perplexity_of(counts) for counts in run["code_counts"]])
    return {
        "error": run["error"],
        "mean_error": run["mean_error"],
        "rate": rate,
        "collapsed": collapsed,
        "perplexity": perplexity,
        "used_share": perplexity / training.codes,
        "distance": np.array([nearest(samples, test) for samples in run["samples"]]),
        "uniform_distance": np.array([nearest(samples, test) for samples in run["uniform_samples"]]),
    }


def perplexity_of(counts: np.ndarray) -> float:
    """exp of the entropy: n if n codes are used alike. counts: (codes,)"""
    shares = counts[counts > 0] / counts.sum()
    return float(np.exp(-np.sum(shares * np.log(shares))))


def nearest(samples: np.ndarray, images: np.ndarray) -> float:
    """The mean over samples of the squared distance to the nearest image, by the number of pixels.

    samples: (sample, pixel), images: (image, pixel)
    """
    return float(np.mean([np.mean((images - sample) ** 2, axis=1).min() for sample in samples.astype(float)]))
