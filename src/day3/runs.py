"""What a run is called, where it is kept, where its randomness comes from; and writing that loses nothing.

A run is one (experiment, variant, seed). Files are replaced whole: written under a temporary name, then renamed.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from day3.errors import UserError

DATA = Path("data")
RUNS = Path("runs")
REPORTS = Path("reports")
FONTS = Path("build/fonts")

Arrays = dict[str, np.ndarray]
Table = dict[str, np.ndarray]  # column name -> values, all of one length


class DataError(UserError):
    """Data that cannot be had or is not what it should be: what, where, what was expected."""


@dataclass(frozen=True)
class Summary:
    """What summarize makes of an experiment's runs.

    seeds: {variant: {metric: (n_seeds,)}}; constants: {name: {metric: number}}, numbers that no seed changes;
    curves: {variant: {column: (n_points,)}}, first column "step".
    """

    seeds: dict[str, Table] = field(default_factory=dict)
    constants: dict[str, dict[str, float]] = field(default_factory=dict)
    curves: dict[str, Table] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """Everything that a figure of an experiment may draw from; an experiment without a part has {} there."""

    settings: Any
    data: Arrays
    runs: dict[str, Arrays]
    seeds: dict[str, Table]
    constants: dict[str, dict[str, float]]
    curves: dict[str, Table]


def generator(experiment: str, seed: int, stream: str) -> np.random.Generator:
    """A random generator for one purpose ("data order", "initialization") of one seed.

    The variant is left out on purpose: variants of the same seed see the same examples in the same order and start
    from the same draws, so that they can be compared in pairs.
    """
    key = hashlib.sha256(f"{experiment}/{stream}".encode()).digest()[:16]
    return np.random.default_rng([int.from_bytes(key, "little"), seed])


def data_folder(experiment: str) -> Path:
    return DATA / experiment


def run_folder(experiment: str, variant: str) -> Path:
    return RUNS / experiment / variant


def provenance_file(experiment: str) -> Path:
    return REPORTS / "data" / f"{experiment}.json"


def metrics_file(experiment: str) -> Path:
    return REPORTS / "metrics" / f"{experiment}.json"


def seeds_file(experiment: str) -> Path:
    return REPORTS / "seeds" / f"{experiment}.csv"


def curves_folder(experiment: str) -> Path:
    return REPORTS / "curves" / experiment


def figures_folder(experiment: str) -> Path:
    return REPORTS / "figures" / experiment


# -- writing and reading ----------------------------------------------------------------------------------------------


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` (file or folder) that takes its place when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        target = temporary / path.name
        yield target
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        os.replace(target, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_bytes(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, document: Any) -> None:
    write_text(path, json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """A folder of .npy files: the same arrays give the same bytes (a .npz carries the time of day)."""
    with replacing(path) as temporary:
        temporary.mkdir()
        for name, array in arrays.items():
            np.save(temporary / f"{name}.npy", array, allow_pickle=False)


def read_arrays(path: Path) -> Arrays:
    return {file.stem: np.load(file, allow_pickle=False) for file in sorted(path.glob("*.npy"))}


def write_table(path: Path, table: Mapping[str, np.ndarray]) -> None:
    columns = [[_cell(value) for value in column] for column in table.values()]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(zip(*columns, strict=True))


def read_table(path: Path) -> dict[str, list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    return {name: [row[index] for row in rows] for index, name in enumerate(head)}


def _cell(value: Any) -> str:
    return repr(float(value)) if isinstance(value, float | np.floating) else str(value)


# -- an experiment's results ------------------------------------------------------------------------------------------


def write_summary(experiment: str, summary: Summary) -> None:
    """metrics/<experiment>.json: means, for DVC's tables; seeds/<experiment>.csv: every seed; curves/<experiment>/."""
    means = {
        variant: {metric: _rounded(np.mean(values)) for metric, values in metrics.items()}
        for variant, metrics in summary.seeds.items()
    }
    constants = {
        name: {metric: _rounded(value) for metric, value in values.items()} for name, values in summary.constants.items()
    }
    if clash := means.keys() & constants.keys():
        raise ValueError(f"{experiment}: {', '.join(sorted(clash))}: expected a name that no variant has")
    write_json(metrics_file(experiment), means | constants)
    if summary.seeds:
        write_table(seeds_file(experiment), _long_table(summary.seeds))
    if summary.curves:
        with replacing(curves_folder(experiment)) as folder:
            folder.mkdir()
            for variant, curve in summary.curves.items():
                write_table(folder / f"{variant}.csv", curve)


def _long_table(seeds: dict[str, Table]) -> dict[str, Any]:
    rows = [(variant, seed) for variant, metrics in seeds.items() for seed in range(len(next(iter(metrics.values()))))]
    metrics = next(iter(seeds.values()))
    long: dict[str, Any] = {"variant": [variant for variant, _ in rows], "seed": [seed for _, seed in rows]}
    return long | {metric: np.concatenate([table[metric] for table in seeds.values()]) for metric in metrics}


def read_seeds(experiment: str) -> dict[str, Table]:
    """{variant: {metric: (n_seeds,)}}, or {} for an experiment without seeds."""
    if not seeds_file(experiment).exists():
        return {}
    table = read_table(seeds_file(experiment))
    variants, metrics = np.array(table["variant"]), [name for name in table if name not in ("variant", "seed")]
    return {
        str(variant): {metric: np.array(table[metric], dtype=float)[variants == variant] for metric in metrics}
        for variant in dict.fromkeys(variants)
    }


def read_constants(experiment: str) -> dict[str, dict[str, float]]:
    variants = read_seeds(experiment)
    if not metrics_file(experiment).exists():
        return {}
    return {name: values for name, values in read_json(metrics_file(experiment)).items() if name not in variants}


def read_results(experiment: str, settings: Any) -> Results:
    variants = list(getattr(settings, "variants", {}))
    curves = {
        variant: {name: np.array(column, dtype=float) for name, column in read_table(file).items()}
        for variant in variants
        if (file := curves_folder(experiment) / f"{variant}.csv").exists()
    }
    return Results(
        settings=settings,
        data=read_arrays(data_folder(experiment)),
        runs={variant: read_arrays(run_folder(experiment, variant)) for variant in variants},
        seeds=read_seeds(experiment),
        constants=read_constants(experiment),
        curves=curves,
    )


def _rounded(value: float) -> float | None:
    """Six significant digits; JSON has no word for a number that is not finite."""
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 1e15 else float(f"{number:.6g}")
