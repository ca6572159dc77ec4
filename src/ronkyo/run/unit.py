"""The unit of all work: one seed of one variant. A pure function of plain values, so that it can run anywhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ronkyo.files import Arrays
from ronkyo.run.contract import ContractError, expect_arrays, kind
from ronkyo.store.key import Parts

Tell: TypeAlias = Callable[[str, int], None]


@dataclass(frozen=True)
class Unit:
    """What a run is computed from, besides its data."""

    module: str  # of the experiment's train.py, as Python imports it
    training: Any  # the variant's settings
    seed: int


@dataclass(frozen=True)
class Task:
    """A unit with what determines it, and where it finds its data. Done when its run is in the store."""

    unit: Unit
    parts: Parts
    data: Path  # the experiment's folder of arrays
    experiment: str
    variant: str


def compute(unit: Unit, data: Arrays, progress: Callable[[int], None]) -> Arrays:
    """What the experiment's `train` returns: {name: array}. Raises ContractError."""
    arrays = import_module(unit.module).train(data, unit.training, unit.seed, progress)
    expect_arrays(place(unit.module), arrays)
    return {name: np.asarray(array) for name, array in arrays.items()}


def compute_telling(unit: Unit, data: Arrays, tell: Tell, every: float) -> Arrays:
    """As `compute`. It tells ("steps", how many the run takes), then ("done", how many more are done), once in `every`
    seconds at most and at the end. Raises ContractError."""
    total, done, told, last = steps(unit, data), 0, 0, time.monotonic()
    tell("steps", total)

    def progress(more: int) -> None:
        nonlocal done, told, last
        done += more
        if time.monotonic() - last > every:
            tell("done", done - told)
            told, last = done, time.monotonic()

    arrays = compute(unit, data, progress)
    tell("done", total - told)
    return arrays


def steps(unit: Unit, data: Arrays) -> int:
    """How many steps the experiment says that a run takes. Raises ContractError."""
    steps = import_module(unit.module).steps(data, unit.training)
    if not isinstance(steps, int | np.integer) or steps < 0:
        raise ContractError(f"{place(unit.module, 'steps')}: expected a whole number ≥ 0, found {kind(steps)}")
    return int(steps)


def stack(module: str, runs: Sequence[Arrays]) -> Arrays:
    """The runs of a variant, each array (seed, …). Raises ContractError where one has other names or shapes than the
    first."""
    first, *others = [{name: array.shape for name, array in arrays.items()} for arrays in runs]
    for shapes in others:
        if shapes != first:
            expected = "expected the same names and shapes for every seed"
            raise ContractError(f"{place(module)}: {expected}, found {first} and {shapes}")
    return {name: np.stack([arrays[name] for arrays in runs]) for name in first}


def place(module: str, function: str = "train") -> str:
    return f"src/{module.replace('.', '/')}.py: {function}"
