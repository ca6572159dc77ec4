"""Learn word vectors from the text, and measure how alike the words of interest are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from day3.experiments.word_vectors.settings import Training
from day3.nn import word2vec
from ronkyo.files import Arrays
from ronkyo.seeds import generator

MODELS = {"cbow": word2vec.cbow, "skipgram": word2vec.skipgram}
NOISE_SIZE = 2**20  # places of the table that negatives are drawn from


def steps(data: Arrays, training: Training) -> int:
    """Passes over the text of one seed."""
    return training.epochs


def train(data: Arrays, training: Training, seed: int, progress: Callable[[int], None]) -> Arrays:
    """pair_similarity (epoch, pairs): the cosine of each rated pair after the epoch. After the last one: query_similarity
    (queries, words) and opposite_similarity (opposites, words), the cosine of a word, of the first of two opposites, with each
    word; map_vectors (mapped, size).
    """
    windows, draws = (generator("word_vectors", seed, purpose) for purpose in ("windows", "negatives"))
    counts = np.bincount(data["text"], minlength=len(data["vocabulary"]))
    noise, kept = noise_table(counts, training.noise_power), keep_probability(counts, training.frequent_share)
    hints = generator("word_vectors", seed, "initialization").random((len(counts), training.size), dtype=np.float32)
    hints = (hints - np.float32(0.5)) / np.float32(training.size)  # as in the authors' program
    targets = np.zeros_like(hints)
    state = np.uint64(draws.integers(2**63))

    similarity = []
    for epoch in range(training.epochs):
        text = data["text"][windows.random(len(data["text"])) < kept[data["text"]]]
        reach = windows.integers(1, training.window, len(text), endpoint=True)
        done = (epoch + np.arange(len(text)) / len(text)) / training.epochs
        rates = (training.learning_rate * (1 - done)).astype(np.float32)
        state = np.uint64(MODELS[training.model](hints, targets, text, reach, noise, training.negatives, rates, state))
        units = hints / np.linalg.norm(hints, axis=1, keepdims=True)
        similarity.append(np.sum(units[data["pairs"][:, 0]] * units[data["pairs"][:, 1]], axis=1))
        progress(1)
    return {
        "pair_similarity": np.array(similarity),
        "query_similarity": units[data["queries"]] @ units.T,
        "opposite_similarity": units[data["opposites"][:, 0]] @ units.T,
        "map_vectors": hints[data["map_words"]],
    }


def noise_table(counts: np.ndarray, power: float) -> np.ndarray:
    """(NOISE_SIZE,) words, each as often as its count to the power asks, to a place. counts: (words,)"""
    shares = counts**power / np.sum(counts**power)
    ends = np.rint(np.cumsum(shares) * NOISE_SIZE).astype(np.int64)
    return np.repeat(np.arange(len(counts), dtype=np.int32), np.diff(ends, prepend=0))


def keep_probability(counts: np.ndarray, frequent_share: float) -> np.ndarray:
    """With which probability each place of a word is read, √(t/f) + t/f of its share f of the text, at most 1. counts: (words,)

    The authors' program; their paper (Mikolov et al. 2013b, eq. 5) has √(t/f) alone.
    """
    ratio = frequent_share * counts.sum() / np.maximum(counts, 1)
    return np.minimum(1, np.sqrt(ratio) + ratio)
