"""From the runs to numbers: how many strings are reversed without a fault, by length, and where the steps look."""

from __future__ import annotations

import numpy as np

from day3.experiments.reversal.settings import Settings
from ronkyo.files import Arrays
from ronkyo.results import Summary, Table

CURVES = {
    "title": "文字列の反転：学習曲線（シードの中央値）",
    "y": "loss_median",
    "x_label": "更新",
    "y_label": "損失",
}


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    """Constants: chance, the accuracy by length of letters written at random."""
    lengths = data["lengths"]
    return Summary(
        seeds={variant: _metrics(data, run) for variant, run in runs.items()},
        constants={"chance": {f"accuracy_{n}": float(len(data["alphabet"])) ** -int(n) for n in lengths}},
        curves={variant: _curve(run["loss"], settings.training.record_every) for variant, run in runs.items()},
    )


def accuracy(data: Arrays, run: Arrays) -> np.ndarray:
    """The share of strings that are reversed without a fault: (seed, length)"""
    right = []
    for place, length in enumerate(data["lengths"]):
        strings = data["strings"][place, :, :length]
        right.append((run["answers"][:, place, :, :length] == strings[:, ::-1]).all(axis=2).mean(axis=1))
    return np.stack(right, axis=1)


def _metrics(data: Arrays, run: Arrays) -> Table:
    """Each (seed,): accuracy_<length>; aligned, of the longest strings that were learned; parameters."""
    lengths = data["lengths"].tolist()
    by_length = accuracy(data, run)
    return {
        **{f"accuracy_{length}": by_length[:, place] for place, length in enumerate(lengths)},
        "aligned": run["aligned"][:, lengths.index(int(data["longest"]))],
        "parameters": run["parameters"],
    }


def _curve(loss: np.ndarray, record_every: int) -> Table:
    """Median and range over seeds, and every seed. loss: (seed, point)"""
    return {
        "step": record_every * np.arange(1, loss.shape[1] + 1),
        "loss_median": np.median(loss, axis=0),
        "loss_low": loss.min(axis=0),
        "loss_high": loss.max(axis=0),
        **{f"loss_seed_{seed}": values for seed, values in enumerate(loss)},
    }
