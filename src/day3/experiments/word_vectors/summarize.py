"""From the runs to numbers: the rank correlation of cosines with people's ratings, beside counting and chance."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm, rankdata

from day3.experiments.word_vectors import ppmi
from day3.experiments.word_vectors.data import LISTS
from day3.experiments.word_vectors.settings import Settings
from ronkyo.files import Arrays
from ronkyo.results import Summary, Table

NEAREST = 6  # words that are told of a query
CURVES = {
    "title": "単語の分散表現：MEN との順位相関（シードの中央値）",
    "y": "men_median",
    "x_label": "エポック",
    "y_label": "順位相関",
}


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    """Constants: ppmi_svd and chance (what one of forty orders drawn at random exceeds) by list, pairs by list, corpus;
    and nearest_<variant>_<query>, {word: cosine}, nearest first."""
    training = settings.training
    words = len(data["vocabulary"])
    baseline = ppmi.vectors(data["text"], words, training.window, training.noise_power, training.size)
    counted = {name: float(np.sum(data["lists"] == name)) for name in LISTS}
    nearest = {
        f"nearest_{variant}_{query}": found
        for variant, run in runs.items()
        for query, found in _nearest(data, run["query_similarity"].mean(axis=0)).items()
    }
    return Summary(
        seeds={variant: _metrics(data, run) for variant, run in runs.items()},
        constants={
            "ppmi_svd": correlations(data, _cosines(baseline, data["pairs"])[None])[0],
            "chance": {name: float(norm.ppf(0.975) / np.sqrt(count - 1)) for name, count in counted.items()},
            "pairs": counted,
            "corpus": {"text": len(data["text"]), "words": words, "opposites": len(data["opposites"])},
            **nearest,
        },
        curves={variant: _curve(data, run) for variant, run in runs.items()},
    )


def correlations(data: Arrays, similarity: np.ndarray) -> list[dict[str, float]]:
    """Spearman's with the ratings, by list. similarity: (n, pairs) -> n of {list: correlation}"""
    members = {name: data["lists"] == name for name in LISTS}
    return [
        {name: _spearman(one[of_list], data["ratings"][of_list]) for name, of_list in members.items()}
        for one in similarity
    ]


def _spearman(x: np.ndarray, y: np.ndarray) -> float:
    """Pearson's correlation of the ranks, of equal values their mean."""
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])


def _metrics(data: Arrays, run: Arrays) -> Table:
    """Each (seed,): by list, the correlation after the last epoch; men_gain, what the last epoch added to MEN's;
    opposite_percentile, the share of words that are less like a word than its opposite is, a mean over opposites.
    """
    last = correlations(data, run["pair_similarity"][:, -1])
    before = correlations(data, run["pair_similarity"][:, -2]) if run["pair_similarity"].shape[1] > 1 else last
    similarity = run["opposite_similarity"]  # (seed, opposite, word)
    of_opposite = np.take_along_axis(similarity, data["opposites"][None, :, 1:], axis=2)
    return {
        **{name: np.array([one[name] for one in last]) for name in LISTS},
        "men_gain": np.array([one["men"] - other["men"] for one, other in zip(last, before, strict=True)]),
        "opposite_percentile": np.mean(similarity < of_opposite, axis=(1, 2)),
    }


def _cosines(vectors: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """vectors: (words, size), pairs: (pairs, 2) -> (pairs,); a word without a vector is like none."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.where(length > 0, length, 1)
    return np.sum(units[pairs[:, 0]] * units[pairs[:, 1]], axis=1)


def _nearest(data: Arrays, similarity: np.ndarray) -> dict[str, dict[str, float]]:
    """{query: {word: cosine}}, nearest first. similarity: (queries, words)"""
    vocabulary = data["vocabulary"]
    found = {}
    for query, cosines in zip(data["queries"], similarity, strict=True):
        order = [word for word in np.argsort(-cosines, kind="stable") if word != query][:NEAREST]
        found[str(vocabulary[query])] = {str(vocabulary[word]): float(cosines[word]) for word in order}
    return found


def _curve(data: Arrays, run: Arrays) -> Table:
    """MEN's correlation after each epoch: median and range over seeds, and every seed."""
    men = np.array([[one["men"] for one in correlations(data, seed)] for seed in run["pair_similarity"]])
    return {
        "step": np.arange(1, men.shape[1] + 1),
        "men_median": np.median(men, axis=0),
        "men_low": men.min(axis=0),
        "men_high": men.max(axis=0),
        **{f"men_seed_{seed}": values for seed, values in enumerate(men)},
    }
