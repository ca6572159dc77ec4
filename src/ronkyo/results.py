"""What the stages make: an experiment's data, runs and summary, the report's claims. All is read here, and checked."""

from __future__ import annotations

import csv
import io
import math
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ronkyo import numbers
from ronkyo.files import Arrays, DataError, read_arrays, read_json, read_text, replacing, write_json, write_text
from ronkyo.project import Layout, Project

Table = dict[str, np.ndarray]  # column name -> values, all of one length


@dataclass(frozen=True)
class Summary:
    """What summarize makes of an experiment's runs.

    seeds: {variant: {metric: (n_seeds,)}}, all masked where a variant has no such metric; constants: {name: {metric:
    number}}, numbers that no seed changes; curves: {variant: {column: (n_points,)}}, first column "step"; items: {variant:
    {metric: (n_items,)}}, means over seeds for each item of the data that was judged (a clip, a window), the same items in
    every variant; groups: (n_items,) names of what each item belongs to (a clip's voice), None where items are drawn one by
    one.
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


class ResultError(DataError):
    """A result that is not there or not what its stage writes: which file, where in it, what was expected and found, and
    what makes it again where it stands in a project."""


def write_summary(project: Project, experiment: str, summary: Summary) -> None:
    """metrics/<experiment>.json: means, for DVC's tables; seeds/<experiment>.csv: every seed; items/<experiment>.csv:
    every item; curves/<experiment>/, to six digits, since they only are drawn. Tables that the summary has not are removed,
    since claims read what is there.
    """
    means = {
        variant: {
            metric: numbers.six_digits(float(np.mean(values)))
            for metric, values in metrics.items()
            if not np.ma.is_masked(values)
        }
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
    return long | {metric: np.ma.concatenate([table[metric] for table in tables.values()]) for metric in metrics}


def read_seeds(project: Layout, experiment: str) -> dict[str, Table]:
    """{variant: {metric: (n_seeds,)}}, or {} for an experiment without seeds. Raises ResultError."""
    return _read_long_table(project, experiment, project.seeds_file(experiment), "seed")


def read_items(project: Layout, experiment: str) -> dict[str, Table]:
    """{variant: {metric: (n_items,)}}, or {} for an experiment without items. Raises ResultError."""
    return _read_long_table(project, experiment, project.items_file(experiment), "item", "group")


def read_groups(project: Layout, experiment: str) -> np.ndarray | None:
    """(n_items,) names of the groups that an experiment's items belong to; None where they belong to none. Raises
    ResultError."""
    file = project.items_file(experiment)
    if not file.exists():
        return None
    with _making(project, f"summarize_{experiment}"):
        table = read_table(file, project.relative(file))
    if not {"group", "variant"} <= table.keys():
        return None
    return np.array(table["group"])[np.array(table["variant"]) == table["variant"][0]]


def _read_long_table(project: Layout, experiment: str, file: Path, row: str, *others: str) -> dict[str, Table]:
    if not file.exists():
        return {}
    shown = project.relative(file)
    with _making(project, f"summarize_{experiment}"):
        table = read_table(file, shown)
        if missing := {"variant", row} - table.keys():
            raise DataError(f"{shown}:1: expected the column {min(missing)}, found {', '.join(table)}")
        variants = np.array(table["variant"])
        rows = {variant: np.flatnonzero(variants == variant) for variant in dict.fromkeys(table["variant"])}
        metrics = {name: table[name] for name in table if name not in ("variant", row, *others)}
        absent = {
            (variant, name)
            for name, cells in metrics.items()
            for variant, places in rows.items()
            if "" in cells and not any(cells[place] for place in places)
        }
        for variant, name in absent:
            for place in rows[variant]:
                metrics[name][place] = "nan"
        numbers_of = {name: _numbers(metrics, name, shown) for name in metrics}
    return {
        variant: {name: column[places] for name, column in numbers_of.items() if (variant, name) not in absent}
        for variant, places in rows.items()
    }


def read_metrics(project: Layout, experiment: str) -> dict[str, dict[str, float | None]]:
    """{variant or group of constants: {metric: number}}, None for one that is not finite; {} where there is no file. Raises
    ResultError."""
    file = project.metrics_file(experiment)
    if not file.exists():
        return {}
    shown = project.relative(file)
    with _making(project, f"summarize_{experiment}"):
        document = read_mapping(file, shown, "{variant: {metric: number}}")
        for name, table in document.items():
            for metric, value in table.items():
                if value is not None and not _is_number(value):
                    raise DataError(f"{shown}: {name}.{metric}: expected a finite number or null, found {value!r:.60}")
    return document


def read_constants(project: Layout, experiment: str) -> dict[str, dict[str, float]]:
    """{name: {metric: number}}. Raises ResultError."""
    variants, constants = read_seeds(project, experiment), {}
    for name, table in read_metrics(project, experiment).items():
        if name not in variants:
            constants[name] = {metric: math.nan if value is None else value for metric, value in table.items()}
    return constants


def read_curves(project: Layout, experiment: str) -> dict[str, Table]:
    """{variant: {column: (n_points,)}}. Raises ResultError."""
    with _making(project, f"summarize_{experiment}"):
        return {
            file.stem: read_numbers(file, project.relative(file)) for file in _csv(project.curves_folder(experiment))
        }


def _csv(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.csv"))


def read_provenance(project: Layout, experiment: str) -> dict[str, Any]:
    """What the report tells of where data come from; {} where there is no file. Raises ResultError."""
    file = project.provenance_file(experiment)
    if not file.exists():
        return {}
    shown = project.relative(file)
    with _making(project, f"prepare_{experiment}"):
        document = read_json(file, shown)
        if not isinstance(document, dict):
            raise DataError(f"{shown}: expected {{name: …, digest: …}}, found {document!r:.60}")
        for key in ("name", "digest"):
            if not isinstance(document.get(key), str):
                raise DataError(f"{shown}: {key}: expected text, found {document.get(key)!r:.60}")
    return document


def read_claims(project: Layout) -> dict[str, dict[str, Any]]:
    """The ledger of the last report, {claim: entry}; {} where there is none. Raises ResultError."""
    file = project.claims_file
    if not file.exists():
        return {}
    try:
        return read_mapping(file, project.relative(file), "{claim: {verdict, effect, …}}")
    except DataError as error:
        raise ResultError(f"{error}; it keeps the looks so far, which only Git may have") from None


def read_data(project: Project, experiment: str) -> Arrays:
    """What prepare made; {} of an experiment without data.py. Raises ResultError."""
    with _making(project, f"prepare_{experiment}"):
        return _read_folder(project, project.data_folder(experiment)) if project.has(experiment, "data") else {}


def read_runs(project: Project, experiment: str, variant: str) -> Arrays:
    """Each array (seed, …); {} of an experiment without train.py. Raises ResultError."""
    with _making(project, f"train_{experiment}@{variant}"):
        folder = project.run_folder(experiment, variant)
        return _read_folder(project, folder) if project.has(experiment, "train") else {}


def _read_folder(project: Project, folder: Path) -> Arrays:
    shown = project.relative(folder)
    arrays = read_arrays(folder, shown)
    if not arrays:
        raise DataError(f"{shown}: expected arrays (.npy), found {'none' if folder.is_dir() else 'nothing'}")
    return arrays


@contextmanager
def _making(project: Layout, stage: str) -> Iterator[None]:
    """Of what is wrong inside, the command that makes it again."""
    try:
        yield
    except DataError as error:
        raise ResultError(f"{error}{again(project, stage)}") from None


def again(project: Layout, stage: str) -> str:
    """The end of a message: what makes the outputs of a stage again; "" in copies of a project's files."""
    return f"; run: ronkyo repro -s {stage}" if (project.root / ".dvc").is_dir() else ""


def read_results(project: Project, experiment: str, settings: Any) -> Results:
    """Raises ResultError."""
    variants = list(getattr(settings, "variants", {}))
    curves = read_curves(project, experiment)
    return Results(
        labels={variant: project.label(experiment, settings, variant) for variant in variants},
        settings=settings,
        data=read_data(project, experiment),
        runs={variant: read_runs(project, experiment, variant) for variant in variants},
        seeds=read_seeds(project, experiment),
        constants=read_constants(project, experiment),
        curves={variant: curves[variant] for variant in variants if variant in curves},
    )


def read_mapping(file: Path, shown: str, kind: str) -> dict[str, dict[str, Any]]:
    """A file of mappings in a mapping. Raises DataError."""
    document = read_json(file, shown)
    if not isinstance(document, dict):
        raise DataError(f"{shown}: expected {kind}, found {document!r:.60}")
    for name, entry in document.items():
        if not isinstance(entry, dict):
            raise DataError(f"{shown}: {name}: expected a mapping, as in {kind}, found {entry!r:.60}")
    return document


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def write_table(path: Path, table: Mapping[str, np.ndarray]) -> None:
    columns = [[_cell(value) for value in column] for column in table.values()]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*columns, strict=True))
    write_text(path, text.getvalue())


def read_table(path: Path, shown: str = "") -> dict[str, list[str]]:
    """Columns by their names; shown: how errors call the file. Raises DataError."""
    shown = shown or str(path)
    try:
        head, *rows = list(csv.reader(io.StringIO(read_text(path, shown), newline="")))
    except (csv.Error, ValueError) as error:  # a ValueError: not one line
        found = error if isinstance(error, csv.Error) else "nothing"
        raise DataError(f"{shown}: expected a table with names of columns, found {found}") from None
    for line, row in enumerate(rows, start=2):
        if len(row) != len(head):
            raise DataError(f"{shown}:{line}: expected {len(head)} cells, found {len(row)}")
    return {name: [row[index] for row in rows] for index, name in enumerate(head)}


def read_numbers(path: Path, shown: str = "") -> Table:
    """A table of numbers alone. Raises DataError."""
    table = read_table(path, shown)
    return {name: _numbers(table, name, shown or str(path)) for name in table}


def _numbers(table: Mapping[str, list[str]], name: str, shown: str) -> np.ndarray:
    try:
        return np.array(table[name], dtype=float)
    except ValueError:
        for line, cell in enumerate(table[name], start=2):
            try:
                float(cell)
            except ValueError:
                raise DataError(f"{shown}:{line}: {name}: expected a number, found {cell!r:.60}") from None
        raise


def _cell(value: Any) -> str:
    if value is np.ma.masked:
        return ""
    return repr(float(value)) if isinstance(value, float | np.floating) else str(value)
