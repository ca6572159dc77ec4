"""What summarize makes of an experiment's runs, how it is kept as text in reports/, and how figures get it back."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ronkyo import numbers
from ronkyo.files import Arrays, read_arrays, read_json, replacing, write_json, write_text
from ronkyo.project import Layout, Project

Table = dict[str, np.ndarray]  # column name -> values, all of one length


@dataclass(frozen=True)
class Summary:
    """What summarize makes of an experiment's runs.

    seeds: {variant: {metric: (n_seeds,)}}; constants: {name: {metric: number}}, numbers that no seed changes;
    curves: {variant: {column: (n_points,)}}, first column "step"; items: {variant: {metric: (n_items,)}}, means over
    seeds for each item of the data that was judged (a clip, a window), the same items in every variant; groups: (n_items,)
    names of what each item belongs to (a clip's voice), None where items are drawn one by one.
    """

    seeds: dict[str, Table] = field(default_factory=dict)
    constants: dict[str, dict[str, float]] = field(default_factory=dict)
    curves: dict[str, Table] = field(default_factory=dict)
    items: dict[str, Table] = field(default_factory=dict)
    groups: np.ndarray | None = None


@dataclass(frozen=True)
class Results:
    """Everything that a figure of an experiment may draw from; an experiment without a part has {} there."""

    settings: Any
    data: Arrays
    runs: dict[str, Arrays]
    seeds: dict[str, Table]
    constants: dict[str, dict[str, float]]
    curves: dict[str, Table]
    labels: dict[str, str] = field(default_factory=dict)  # what each variant is called
    pipeline: Any = None  # of figures with READS_PIPELINE = True: the stages as a graph, see run/graph.py


def write_summary(project: Project, experiment: str, summary: Summary) -> None:
    """metrics/<experiment>.json: means, for DVC's tables; seeds/<experiment>.csv: every seed; items/<experiment>.csv:
    every item; curves/<experiment>/, to six digits, since they only are drawn. Tables that the summary has not are removed,
    since claims read what is there.
    """
    means = {
        variant: {metric: numbers.six_digits(float(np.mean(values))) for metric, values in metrics.items()}
        for variant, metrics in summary.seeds.items()
    }
    constants = {
        name: {metric: numbers.six_digits(value) for metric, value in values.items()}
        for name, values in summary.constants.items()
    }
    write_json(project.metrics_file(experiment), means | constants)
    seeds_file, items_file = project.seeds_file(experiment), project.items_file(experiment)
    for file, tables, row_name in (seeds_file, summary.seeds, "seed"), (items_file, summary.items, "item"):
        if tables:
            write_table(file, _long_table(tables, row_name, summary.groups if row_name == "item" else None))
        else:
            file.unlink(missing_ok=True)
    curves_folder = project.curves_folder(experiment)
    if summary.curves:
        with replacing(curves_folder) as folder:
            folder.mkdir()
            for variant, curve in summary.curves.items():
                write_table(folder / f"{variant}.csv", {name: _to_six_digits(column) for name, column in curve.items()})
    elif curves_folder.exists():
        shutil.rmtree(curves_folder)


def _to_six_digits(column: np.ndarray) -> np.ndarray:
    """(n_points,): six significant digits of each number, whole numbers as they are."""
    if not np.issubdtype(np.asarray(column).dtype, np.floating):
        return column
    return np.array([float(f"{value:.6g}") for value in column])


def _long_table(tables: dict[str, Table], row_name: str, groups: np.ndarray | None) -> dict[str, Any]:
    """{variant: {metric: (n_rows,)}} -> columns variant, `row_name` (0, 1, …), group of the row where there are groups, and
    the metrics, variants one after another."""
    rows = [(variant, row) for variant, table in tables.items() for row in range(len(next(iter(table.values()))))]
    metrics = next(iter(tables.values()))
    long: dict[str, Any] = {"variant": [variant for variant, _ in rows], row_name: [row for _, row in rows]}
    if groups is not None:
        long["group"] = [groups[row] for _, row in rows]
    return long | {metric: np.concatenate([table[metric] for table in tables.values()]) for metric in metrics}


def read_seeds(project: Layout, experiment: str) -> dict[str, Table]:
    """{variant: {metric: (n_seeds,)}}, or {} for an experiment without seeds."""
    return _read_long_table(project.seeds_file(experiment), "seed")


def read_items(project: Layout, experiment: str) -> dict[str, Table]:
    """{variant: {metric: (n_items,)}}, or {} for an experiment without items."""
    return _read_long_table(project.items_file(experiment), "item", "group")


def read_groups(project: Layout, experiment: str) -> np.ndarray | None:
    """(n_items,) names of the groups that an experiment's items belong to; None where they belong to none."""
    file = project.items_file(experiment)
    table = read_table(file) if file.exists() else {}
    if "group" not in table:
        return None
    return np.array(table["group"])[np.array(table["variant"]) == table["variant"][0]]


def _read_long_table(file: Path, *row_names: str) -> dict[str, Table]:
    if not file.exists():
        return {}
    table = read_table(file)
    variants, metrics = np.array(table["variant"]), [name for name in table if name not in ("variant", *row_names)]
    return {
        str(variant): {metric: np.array(table[metric], dtype=float)[variants == variant] for metric in metrics}
        for variant in dict.fromkeys(variants)
    }


def read_constants(project: Layout, experiment: str) -> dict[str, dict[str, float]]:
    variants = read_seeds(project, experiment)
    if not project.metrics_file(experiment).exists():
        return {}
    return {
        name: values for name, values in read_json(project.metrics_file(experiment)).items() if name not in variants
    }


def read_results(project: Project, experiment: str, settings: Any) -> Results:
    variants = list(getattr(settings, "variants", {}))
    curves = {
        variant: {name: np.array(column, dtype=float) for name, column in read_table(file).items()}
        for variant in variants
        if (file := project.curves_folder(experiment) / f"{variant}.csv").exists()
    }
    return Results(
        labels={variant: project.label(experiment, settings, variant) for variant in variants},
        settings=settings,
        data=read_arrays(project.data_folder(experiment)),
        runs={variant: read_arrays(project.run_folder(experiment, variant)) for variant in variants},
        seeds=read_seeds(project, experiment),
        constants=read_constants(project, experiment),
        curves=curves,
    )


def write_table(path: Path, table: Mapping[str, np.ndarray]) -> None:
    columns = [[_cell(value) for value in column] for column in table.values()]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*columns, strict=True))
    write_text(path, text.getvalue())


def read_table(path: Path) -> dict[str, list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    return {name: [row[index] for row in rows] for index, name in enumerate(head)}


def _cell(value: Any) -> str:
    return repr(float(value)) if isinstance(value, float | np.floating) else str(value)
