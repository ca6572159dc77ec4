"""The stage that trains every seed of one variant: those that the store does not have."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ronkyo import files, numerics
from ronkyo.files import DataError
from ronkyo.project import Project
from ronkyo.run import capacity, workers
from ronkyo.run.unit import Task, Unit, stack
from ronkyo.store import Store, StoreError
from ronkyo.store.key import determine


@dataclass(frozen=True)
class Plan:
    """What a variant's stage is to do."""

    experiment: str
    variant: str
    tasks: list[Task]  # of every seed, in order
    missing: list[Task]  # those whose runs the store does not have


def run(project: Project, experiment: str, variant: str) -> None:
    planned = plan(project, experiment, variant)
    if planned.missing and not os.environ.get("RONKYO_CLUSTER"):
        problems = [line for *of, line in capacity.problems(project) if of == [experiment, variant]]
        if problems:
            raise DataError("\n".join(problems))
    workers.compute_all(project, planned.missing, workers.available(), f"{experiment} {variant}")
    finish(project, planned)


def plan(project: Project, experiment: str, variant: str) -> Plan:
    """What is left to compute of a variant; where something is, the texts of its code are in the store then. Of the
    project's code, only settings are imported.

    Raises DataError where these are not there, VersionError, CodeError or StoreError."""
    if project.has(experiment, "data") and not project.data_folder(experiment).is_dir():
        place = project.relative(project.data_folder(experiment))
        raise DataError(f"{place}: expected the experiment's data, found none; run: ronkyo repro prepare_{experiment}")
    settings, store = project.load_params()[experiment], Store.of(project)
    training = settings.variants[variant]
    parts, texts = determine(project, experiment, training, numerics.name(project.numerics))
    module, data = f"{project.manifest.package}.experiments.{experiment}.train", project.data_folder(experiment)
    tasks = [
        Task(Unit(module, training, seed), parts.of_seed(seed), data, experiment, variant)
        for seed in range(settings.seeds.of(variant))
    ]
    missing = [task for task in tasks if store.get(task.parts.key) is None]
    if missing:
        store.keep_code(texts)
    return Plan(experiment, variant, tasks, missing)


def is_missing(project: Project, experiment: str, variant: str) -> bool:
    """Whether something of a variant is to be computed; so it is where that cannot be said yet."""
    try:
        return bool(plan(project, experiment, variant).missing)
    except DataError:
        return True


def finish(project: Project, planned: Plan) -> None:
    """Write runs/<experiment>/<variant> from the store: the same bytes whenever and wherever its runs were computed.

    Raises StoreError where a run is not there, ContractError where runs do not fit together."""
    store, runs = Store.of(project), []
    for task in planned.tasks:
        if (arrays := store.get(task.parts.key)) is None:
            place = f"{planned.experiment}.{planned.variant}.{task.unit.seed}"
            raise StoreError(f"{place}: expected its run in {store.folder}, found none; run it again")
        runs.append(arrays)
    arrays = stack(planned.tasks[0].unit.module, runs)
    files.write_arrays(project.run_folder(planned.experiment, planned.variant), arrays)
