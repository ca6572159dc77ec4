"""What params.yaml asks for against what the machine has, before anything is computed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import combinations
from pathlib import Path
from typing import Any

from ronkyo.project import Project
from ronkyo.run.contract import ContractError, kind
from ronkyo.store import Store

BLOCK = 4096  # bytes: what a run takes at least in the store, for each of its folder, its text and an array
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")  # of a container


def problems(project: Project) -> Iterator[tuple[str, str, str]]:
    """(experiment, variant, a line) where a run needs more memory than there is, by the `memory` in its settings.py; and
    where the runs need more room than the store has. Raises ParamsError, ContractError."""
    there, shown = memory(), project.relative(project.params_file)
    folder = Store.of(project).folder
    room = shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists())).free
    for experiment, settings in project.load_params().items():
        if experiment not in project.experiments or not project.has(experiment, "train"):
            continue
        for variant, training in settings.variants.items():
            place = f"{shown}: {experiment}.variants.{variant}"
            if (needed := _needed(project, experiment, training)) > there:
                yield (
                    experiment,
                    variant,
                    f"{place}: a run takes {_bytes(needed)} of memory at least, found {_bytes(there)}",
                )
            seeds = settings.seeds.of(variant)
            if (needed := 3 * BLOCK * seeds) > room:
                text = f"{shown}: {experiment}.seeds: the runs of {seeds:,} seeds take {_bytes(needed)} at least"
                yield experiment, variant, f"{text}, found {_bytes(room)} in {folder}"


def same(project: Project) -> Iterator[str]:
    """A line for each variant that is equal to another."""
    shown = project.relative(project.params_file)
    for experiment, settings in project.load_params().items():
        for (a, one), (b, other) in combinations(getattr(settings, "variants", {}).items(), 2):
            if one == other:
                yield f"{shown}: {experiment}.variants.{b}: equal to {a}: its runs are the same"


def memory() -> int:
    """Bytes that a process can have: of the machine, or of the container around it."""
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for file in LIMITS:
        with suppress(OSError, ValueError):  # no container, or one without a limit: "max"
            there = min(there, int(Path(file).read_text()))
    return there


def _needed(project: Project, experiment: str, training: Any) -> int:
    """0 where the experiment does not say it."""
    told = getattr(project.module(experiment, "settings"), "memory", None)
    if told is None:
        return 0
    needed = told(training)
    if not isinstance(needed, int) or needed < 0:
        place = f"{project.file_of(experiment, 'settings')}: memory"
        raise ContractError(f"{place}: expected a whole number of bytes ≥ 0, found {kind(needed)}")
    return needed


def _bytes(number: int) -> str:
    """In GB; what no machine has, in powers of ten."""
    if number >= 10**18:
        return f"10^{len(str(number)) - 1} bytes"
    return f"{number:,} bytes" if number < 10**9 else f"{number / 1e9:,.1f} GB"
