"""Metrics of every seed, and the gradient over the distance from the end."""

from __future__ import annotations

import numpy as np

from day3.experiments.gap.settings import Settings
from ronkyo.files import Arrays
from ronkyo.results import Summary, Table

CURVES = {
    "title": "間隔をおいた記憶：学習後の勾配の到達率（シードの中央値）",
    "y": "final_reach_median",
    "x_label": "最後の時刻からの距離",
    "y_label": "勾配の到達率",
}


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    return Summary(
        seeds={variant: _metrics(run, settings.training.tested_gaps) for variant, run in runs.items()},
        constants={"chance": {"accuracy": 1 / settings.training.symbols}},
        curves={variant: _curve(run) for variant, run in runs.items()},
    )


def _metrics(run: Arrays, gaps: list[int]) -> Table:
    """Each (seed,). accuracy_<gap>: of the test sequences with that gap. …_reach: at the marked step, the longest gap from
    the end; …_kept: masked for a cell that has no gate for it. marked_input, other_input: an LSTM's input gate at the marked
    step and at the others, mean over units and sequences, else masked."""
    absent = np.ma.masked_all(len(run["parameters"]))
    opened = run.get("gate_input_mean")  # (seed, time, hidden)
    return {
        **{f"accuracy_{gap}": run["accuracy"][:, place] for place, gap in enumerate(gaps)},
        "initial_reach": run["initial_reach"][:, -1],
        "final_reach": run["final_reach"][:, -1],
        "initial_kept": np.ma.masked_invalid(run["initial_kept"]),
        "final_kept": np.ma.masked_invalid(run["final_kept"]),
        "marked_input": absent if opened is None else opened[:, 0].mean(axis=1),
        "other_input": absent if opened is None else opened[:, 1:].mean(axis=(1, 2)),
        "parameters": run["parameters"],
    }


def _curve(run: Arrays) -> Table:
    """Of every distance from the last step: median and range over seeds, before and after training."""
    columns = {"step": np.arange(run["final_reach"].shape[1])}
    for name in ("initial_reach", "final_reach"):
        values = run[name]
        columns |= {
            f"{name}_median": np.median(values, axis=0),
            f"{name}_low": values.min(axis=0),
            f"{name}_high": values.max(axis=0),
        }
    return columns
