"""The stage that makes the metrics and curves of one experiment from its runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ronkyo import imports, results
from ronkyo.errors import nearest
from ronkyo.project import Project
from ronkyo.results import Summary, Table
from ronkyo.run.contract import ContractError, Given, expect_arrays, kind

TABLES = ("seeds", "items", "curves")
COLUMNS = {"variant", "seed", "item", "group"}  # of the tables of seeds and items, beside the metrics


def run(project: Project, experiment: str) -> None:
    settings = project.load_params()[experiment]
    place = f"{project.file_of(experiment, 'summarize')}: summarize"
    data = Given(f"{place}: data", results.read_data(project, experiment))
    runs = {
        variant: Given(f"{place}: runs: {variant}", results.read_runs(project, experiment, variant))
        for variant in getattr(settings, "variants", {})
    }
    summary = project.function(experiment, "summarize", "summarize")(data, Given(f"{place}: runs", runs), settings)
    expect_summary(place, summary, settings)
    _expect_declared(project, experiment, summary)
    results.write_summary(project, experiment, summary)


def expect_summary(place: str, summary: Any, settings: Any) -> None:
    """Metrics of seeds and curves may be nan or inf; constants, items and the steps of a curve may not. Only a variant's
    metric of seeds may be masked, and as a whole. Raises ContractError."""
    if not isinstance(summary, Summary):
        raise ContractError(f"{place}: expected a Summary, found {kind(summary)}")
    for part in (*TABLES, "constants"):
        if not isinstance(tables := getattr(summary, part), Mapping):
            raise ContractError(f"{place}: {part}: expected a mapping of names to tables, found {kind(tables)}")
    variants = getattr(settings, "variants", {})
    for part in TABLES:
        tables = getattr(summary, part)
        for variant, table in tables.items():
            if variant not in variants:
                known = f"a variant, one of {', '.join(variants)}" if variants else "no variant, since there is none"
                raise ContractError(f"{place}: {part}: expected {known}, found {variant!r}{nearest(variant, variants)}")
            first = next(iter(tables.values())) if part != "curves" else table
            _expect_table(f"{place}: {part}: {variant}", table, first)
            for name, column in table.items():
                if (masked := np.ma.count_masked(column)) and (part != "seeds" or masked < len(column)):
                    expected = "expected numbers, or of a metric of seeds none"
                    raise ContractError(f"{place}: {part}: {variant}: {name}: {expected}, found {masked} masked")
            if part != "curves" and (taken := COLUMNS & table.keys()):
                raise ContractError(f"{place}: {part}: {variant}: {min(taken)}: expected another name: a column has it")
    for variant, table in summary.seeds.items():
        for metric, values in table.items():
            if len(values) != (seeds := settings.seeds.of(variant)):
                found = f"expected {seeds} values, one a seed, found {len(values)}"
                raise ContractError(f"{place}: seeds: {variant}: {metric}: {found}")
    for variant, table in summary.items.items():
        for metric, values in table.items():
            _expect_finite(f"{place}: items: {variant}: {metric}", values)
    _expect_groups(f"{place}: groups", summary)
    for variant, table in summary.curves.items():
        if next(iter(table), None) != "step":
            raise ContractError(f"{place}: curves: {variant}: expected step first, found {', '.join(table)}")
        _expect_finite(f"{place}: curves: {variant}: step", table["step"])
    _expect_constants(f"{place}: constants", summary.constants, variants)


def _expect_groups(place: str, summary: Summary) -> None:
    """A name or number for each item."""
    if summary.groups is None:
        return
    expect_arrays(place, {"names": summary.groups})
    counts = {len(values) for table in summary.items.values() for values in table.values()}
    if counts != {summary.groups.size} or summary.groups.ndim != 1:
        items = ", ".join(map(str, sorted(counts))) or "no"
        raise ContractError(f"{place}: expected a name for each of {items} items, found {kind(summary.groups)}")


def _expect_declared(project: Project, experiment: str, summary: Summary) -> None:
    """dvc.yaml lists a table as an output where the code says Summary(items=…)."""
    file = project.file_of(experiment, "summarize")
    declared = imports.keywords(project.root / file, "Summary")
    for part in TABLES:
        if bool(getattr(summary, part)) != (part in declared):
            state = "found it in the code, and no table in it" if part in declared else "found tables without it"
            raise ContractError(f"{file}: expected Summary({part}=…) in the code, since dvc.yaml follows it; {state}")


def _expect_table(place: str, table: Any, first: Table) -> None:
    """Columns of one length, the same ones as in `first`."""
    expect_arrays(place, table)
    if not table:
        raise ContractError(f"{place}: expected a column, found none")
    for name, column in table.items():
        if column.ndim != 1 or len(column) != len(next(iter(table.values()))):
            expected = "expected one dimension and one length for all"
            raise ContractError(f"{place}: {name}: {expected}, found shape {column.shape}")
    if missing := first.keys() - table.keys():
        raise ContractError(f"{place}: {min(missing)}: expected it, since the first variant has it, found nothing")
    if extra := table.keys() - first.keys():
        raise ContractError(f"{place}: {min(extra)}: expected what the first variant has, {', '.join(first)}")


def _expect_constants(place: str, constants: Mapping[str, Any], variants: Mapping[str, Any]) -> None:
    for name, table in constants.items():
        if name in variants:
            raise ContractError(f"{place}: {name}: expected a name that no variant has")
        if not isinstance(table, Mapping):
            raise ContractError(f"{place}: {name}: expected {{metric: number}}, found {kind(table)}")
        for key, value in table.items():
            if not isinstance(value, int | float | np.number):
                raise ContractError(f"{place}: {name}: {key}: expected a number, found {kind(value)}")
            _expect_finite(f"{place}: {name}: {key}", value)


def _expect_finite(place: str, values: Any) -> None:
    if not np.all(np.isfinite(np.asarray(values, dtype=float))):
        raise ContractError(f"{place}: expected finite numbers, found nan or inf")
