"""From the runs to numbers: perplexity and accuracy beside the trigram model's, and how the query goes on."""

from __future__ import annotations

import numpy as np

from day3.convergence import late_improvement
from day3.experiments.next_word import trigram
from day3.experiments.next_word.evaluation import measure, score
from day3.experiments.next_word.settings import UNKNOWN_ID, Settings
from ronkyo.files import Arrays
from ronkyo.results import Summary, Table

BLOCK = 50  # batches in a point of a curve, or a few more
QUERY_WORDS = 10  # likeliest next words that are told
EVALUATION_BATCH = 1024  # windows at a time; a matter of memory only
CURVES = {
    "title": "次の語：学習曲線（シードの中央値）",
    "y": "loss_median",
    "x_label": "バッチ",
    "y_label": "損失",
}


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    """Constants: trigram, corpus, query; and for each variant query_<variant>, {word: probability}, likeliest first."""
    queries = {f"query_{variant}": _likeliest(run["query_probabilities"], data) for variant, run in runs.items()}
    return Summary(
        seeds={variant: _metrics(run, data["test_windows"][:, -1]) for variant, run in runs.items()},
        constants={"trigram": _trigram(data), "corpus": _corpus(data), **queries},
        curves={variant: _curve(run["batch_loss"]) for variant, run in runs.items()},
    )


def _metrics(run: Arrays, targets: np.ndarray) -> Table:
    """Each (seed,): after the last epoch; train_loss is the mean over that epoch, late_improvement of the perplexity."""
    measures = [
        measure(log_probability, rank, targets)
        for log_probability, rank in zip(run["test_log_probability"], run["test_rank"], strict=True)
    ]
    columns = {name: np.array([one[name] for one in measures]) for name in measures[0]}
    return {
        "test_perplexity": columns.pop("perplexity"),
        **columns,
        "train_loss": run["train_loss"][:, -1],
        "late_improvement": late_improvement(np.exp(run["test_loss"])),
        "parameters": run["parameters"],
    }


def _trigram(data: Arrays) -> dict[str, float]:
    """The trigram model of the same training windows, on the same test windows."""
    model = trigram.fit(data["train_windows"][:, -3:], len(data["vocabulary"]))
    windows = data["test_windows"]
    scores = [
        score(np.log(model.probabilities(batch[:, -3:-1])), batch[:, -1])
        for batch in np.split(windows, range(EVALUATION_BATCH, len(windows), EVALUATION_BATCH))
    ]
    log_probability, rank = (np.concatenate(part) for part in zip(*scores, strict=True))
    return measure(log_probability, rank, windows[:, -1])


def _corpus(data: Arrays) -> dict[str, float]:
    read = data["train_windows"][:, -1 - len(data["query"]) : -1]
    return {
        "vocabulary_size": len(data["vocabulary"]),
        "train_windows": len(data["train_windows"]),
        "test_windows": len(data["test_windows"]),
        "train_unknown_share": float(np.mean(data["train_windows"][:, -1] == UNKNOWN_ID)),
        "test_unknown_share": float(np.mean(data["test_windows"][:, -1] == UNKNOWN_ID)),
        "query_unknown_words": int(np.sum(data["query"] == UNKNOWN_ID)),
        "query_count": int(np.sum((read == data["query"]).all(axis=1))),
    }


def _likeliest(probabilities: np.ndarray, data: Arrays) -> dict[str, float]:
    """{word: mean probability over seeds}, likeliest first. probabilities: (seed, words)."""
    mean = probabilities.mean(axis=0)
    order = np.argsort(-mean, kind="stable")[:QUERY_WORDS]
    return {str(data["vocabulary"][place]): float(mean[place]) for place in order}


def _curve(batch_loss: np.ndarray) -> Table:
    """Mean loss of blocks of batches: median and range over seeds, and every seed. batch_loss: (seed, step)."""
    seeds, count = batch_loss.shape
    blocks = np.array_split(batch_loss, max(1, count // BLOCK), axis=1)
    loss = np.stack([block.mean(axis=1) for block in blocks], axis=1)  # (seed, block)
    return {
        "step": np.cumsum([block.shape[1] for block in blocks]),
        "loss_median": np.median(loss, axis=0),
        "loss_low": loss.min(axis=0),
        "loss_high": loss.max(axis=0),
        **{f"loss_seed_{seed}": loss[seed] for seed in range(seeds)},
    }
