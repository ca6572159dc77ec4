"""The stage that trains every seed of one variant."""

from __future__ import annotations

from typing import Any

from ronkyo import files
from ronkyo.project import Project
from ronkyo.run import workers
from ronkyo.run.contract import ContractError, expect_arrays


def run(project: Project, experiment: str, variant: str) -> None:
    settings = project.load_params()[experiment]
    arrays = workers.train(
        project,
        experiment,
        data=files.read_arrays(project.data_folder(experiment)),
        training=settings.variants[variant],
        seeds=range(settings.seeds),
        workers=workers.available(),
        title=f"{experiment} {variant}",
    )
    expect_runs(f"{project.file_of(experiment, 'train')}: train", arrays, settings.seeds)
    files.write_arrays(project.run_folder(experiment, variant), arrays)


def expect_runs(place: str, arrays: Any, seeds: int) -> None:
    """Arrays of any numbers, a row for each seed. Raises ContractError."""
    expect_arrays(place, arrays)
    for name, array in arrays.items():
        if array.shape[:1] != (seeds,):
            raise ContractError(f"{place}: {name}: expected shape ({seeds}, …), a row a seed, found {array.shape}")
