"""What a person asks of the store: why a run is to be computed, which runs there are, which can go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from ronkyo.errors import UserError, counted, nearest
from ronkyo.project import Project
from ronkyo.run.train import Plan, plan
from ronkyo.store import Run, Store, why
from ronkyo.store.key import Parts


def explanations(project: Project, name: str) -> Iterator[str]:
    """Lines for each seed of "experiment.variant", or the one of "experiment.variant.seed": from where its run comes, and
    why it is to be computed. Seeds of which the same is to be said stand together. Raises UserError."""
    experiment, variant, chosen = _parsed(project, name)
    store, planned = Store.of(project), plan(project, experiment, variant)
    stored = {run.parts.key: run for run in store.runs(project.manifest.package)}
    of_experiment = [run for run in stored.values() if run.experiment == experiment]
    told: dict[tuple[str, ...], tuple[str, list[int]]] = {}
    for task in planned.tasks:
        if chosen in (None, task.unit.seed):
            head, *lines = _explanation(store, task.parts, stored.get(task.parts.key), of_experiment)
            told.setdefault(tuple(lines) or (head,), (head, []))[1].append(task.unit.seed)
    for lines, (head, seeds) in told.items():
        yield f"{experiment}.{variant}.{_ranges(seeds)}: {head}"
        yield from (f"  {line}" for line in lines if line != head)


def _explanation(store: Store, parts: Parts, run: Run | None, others: list[Run]) -> list[str]:
    if run:
        return [f"in the store: computed {_when(run)} on {run.machine} in {run.seconds:.1f} s"]
    near = why.nearest(parts, others)
    if near is None:
        return [f"to be computed: the experiment has no run in {store.folder}"]
    lines = list(why.explain(store, near.parts, parts.of_seed(near.parts.seed)))
    seed = "" if near.parts.seed == parts.seed else "a new seed; "
    if not lines:
        return [f"to be computed: {seed}other seeds of the same are in the store"]
    name = f"{near.experiment}.{near.variant}"
    return [f"to be computed: {seed}differs from {name} of {_when(near)} on {near.machine} in", *lines]


def _parsed(project: Project, name: str) -> tuple[str, str, int | None]:
    experiment, _, rest = name.partition(".")
    variant, dot, seed = rest.partition(".")
    project.expect_experiment(experiment)
    settings: Any = project.load_params().get(experiment)
    variants = getattr(settings, "variants", {})
    if variant not in variants:
        where = f"{project.relative(project.params_file)}: {experiment}.variants"
        known = f"one of {', '.join(variants)}" if variants else "no variant, since there is none"
        raise UserError(
            f"{where}: expected {known}, found {repr(variant) if variant else 'none'}{nearest(variant, variants)}"
        )
    if dot and not (seed.isdecimal() and int(seed) < settings.seeds.of(variant)):
        raise UserError(f"{name}: expected a seed below {settings.seeds.of(variant)}, found {seed!r}")
    return experiment, variant, int(seed) if dot else None


def plans(project: Project) -> list[Plan]:
    """Of every variant that is trained, as params.yaml and the code are now."""
    return [
        plan(project, experiment, variant)
        for experiment, settings in project.load_params().items()
        if experiment in project.experiments and project.has(experiment, "train")
        for variant in settings.variants
    ]


def listing(project: Project) -> Iterator[str]:
    """A line for each variant and state of it that the store has: seeds, size, when the last was computed, whether
    params.yaml and the code as they are use it."""
    store, used = Store.of(project), _used(project)
    runs = store.runs(project.manifest.package)
    groups: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        state = run.parts.of_seed(0).key
        groups.setdefault((f"{run.experiment}.{run.variant}", state), []).append(run)
    width = max((len(name) for name, _ in groups), default=0)
    for (name, _), group in sorted(groups.items(), key=lambda item: (item[0][0], item[1][-1].when)):
        seeds = _ranges(sorted(run.parts.seed for run in group))
        count = sum(run.parts.key in used for run in group)
        use = {0: "not used", len(group): "used"}.get(count, f"{count} of {len(group)} used")
        size = sum(run.size for run in group)
        yield f"{name:<{width}}  seeds {seeds:<8}  {shown(size):>9}  {_when(group[-1])}  {use}"
    yield f"{counted(len(runs), 'run')}, {shown(sum(run.size for run in runs))}, in {store.folder}"


def unused(project: Project, days: float = 0) -> list[Run]:
    """Runs that params.yaml, the code and the data as they are do not use, computed more than `days` days ago."""
    used = _used(project)
    before = datetime.now(UTC) - timedelta(days=days)
    runs = Store.of(project).runs(project.manifest.package)
    return [run for run in runs if run.parts.key not in used and run.when <= before]


def _used(project: Project) -> set[str]:
    """The keys of the runs that params.yaml, the code and the data as they are use."""
    return {task.parts.key for planned in plans(project) for task in planned.tasks}


def remove(project: Project, runs: Iterable[Run]) -> None:
    store = Store.of(project)
    for run in runs:
        store.remove(run.parts.key)
    store.sweep()


def shown(size: int) -> str:
    """Bytes as kB or MB."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"


def _when(run: Run) -> str:
    return f"{run.when.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def _ranges(numbers: list[int]) -> str:
    """0, 1, 2, 5 as "0–2, 5"."""
    groups = [
        [number for _, number in group] for _, group in groupby(enumerate(numbers), key=lambda item: item[1] - item[0])
    ]
    return ", ".join(f"{group[0]}–{group[-1]}" if group[1:] else str(group[0]) for group in groups)
