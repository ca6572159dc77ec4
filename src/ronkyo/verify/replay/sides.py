"""Under what the report's results were computed, and under what they were computed again, as far as it is recorded."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from ronkyo import lock, numerics, params, pins
from ronkyo.errors import UserError
from ronkyo.lock import Lock
from ronkyo.numerics import Choice
from ronkyo.project import DEFAULTS, Numerics, Project
from ronkyo.store import Store
from ronkyo.store.key import determine
from ronkyo.verify.replay.clone import Clone


@dataclass(frozen=True)
class Side:
    """What is not recorded is empty."""

    numerics: Choice  # as params.yaml chooses
    baselines: tuple[str, ...] = ()  # what that meant there
    machines: dict[str, int] = field(default_factory=dict)  # name -> runs computed there
    python: tuple[str, ...] = ()
    processor: str = ""
    seconds: float | None = None  # of all its runs, one after the other


@dataclass(frozen=True)
class Sides:
    report: Side
    replay: Side
    libraries: int  # that a stage of the lock depends on
    other: dict[str, tuple[str, str]]  # of these, {name: (as the lock says, as installed here; "" if it is not)}

    @staticmethod
    def of(project: Project, clone: Clone) -> Sides:
        recorded = _recorded(clone.given)
        installed = {name: _installed(name) for name in recorded}
        other = {
            name: (text, installed[name])
            for name, text in recorded.items()
            if installed[name].partition("+")[0] not in [one.partition("+")[0] for one in text.split(" or ")]
        }
        return Sides(_before(project, clone), _now(clone), len(recorded), other)


def _recorded(given: Project) -> dict[str, str]:
    """The versions with which the stages of dvc.lock ran."""
    file = given.root / lock.FILE
    stages = Lock.read(file).stages.values() if file.is_file() else []
    return dict(sorted(item for stage in stages for item in stage.params.get(pins.FILE, {}).items()))


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _before(project: Project, clone: Clone) -> Side:
    """From the store's notes on the runs that the project uses; another copy of it may have none."""
    try:
        keys = set(_keys(project))
    except UserError:  # other versions of libraries than the report's, or code that cannot be read
        keys = set()
    runs = [run for run in Store.of(project).runs(project.manifest.package) if run.parts.key in keys]
    return Side(
        _choice(clone.given),
        tuple(sorted({run.parts.numerics for run in runs})),
        dict(Counter(run.machine for run in runs)),
        tuple(sorted({run.parts.versions["python"] for run in runs})),
        seconds=sum(run.seconds for run in runs) if runs else None,
    )


def _keys(project: Project) -> Iterator[str]:
    """Of the runs that params.yaml, the code and the data as they are use. Nothing is computed and nothing written."""
    for experiment, settings in project.load_params().items():
        if experiment in project.experiments and project.has(experiment, "train"):
            for variant, training in settings.variants.items():
                parts, _ = determine(project, experiment, training, numerics.name(project.numerics))
                yield from (parts.of_seed(seed).key for seed in range(settings.seeds.of(variant)))


def _now(clone: Clone) -> Side:
    choice = _choice(clone.project)
    processor = numerics.name("native").removeprefix("native: ")
    python = ".".join(platform.python_version_tuple()[:2])
    return Side(choice, (numerics.name(choice),), {platform.node(): 0}, (python,), processor)


def _choice(project: Project) -> Choice:
    document = params.read_document(project.params_file, project.params_file.name)
    return params.load_section(DEFAULTS | document, project.params_file.name, "numerics", Numerics).root
