"""Two sides -> everything that differs between them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ronkyo.compare import execution, metrics, text
from ronkyo.compare.execution import FileChange, Pair, StageChange
from ronkyo.compare.machine import Machine, told_apart
from ronkyo.compare.metrics import Metric
from ronkyo.compare.parameters import Parameter, changed, parameters
from ronkyo.compare.revision import ComparisonError, Side
from ronkyo.project import Project
from ronkyo.words import Words

MOST_STAGES = 5  # that a note names


@dataclass(frozen=True)
class ClaimChange:
    id: str
    old: dict[str, Any] | None  # as in claims.json
    new: dict[str, Any] | None

    @property
    def flipped(self) -> bool:
        return self.old is not None and self.new is not None and self.old["verdict"] != self.new["verdict"]


@dataclass(frozen=True)
class Comparison:
    old: Side
    new: Side
    notes: list[str] = field(default_factory=list)  # what could not be compared
    parameters: list[Parameter] = field(default_factory=list)
    claims: list[ClaimChange] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)  # those that differ
    unchanged: list[Metric] = field(default_factory=list)
    curves: list[tuple[str, str]] = field(default_factory=list)  # experiment, variant
    figures: list[str] = field(default_factory=list)
    text: list[text.Change] = field(default_factory=list)
    stages: list[StageChange] = field(default_factory=list)
    files: list[FileChange] = field(default_factory=list)
    data: list[Pair] = field(default_factory=list)
    versions: list[Pair] = field(default_factory=list)
    machine: Machine = field(default_factory=Machine)

    @property
    def flipped(self) -> list[ClaimChange]:
        return [claim for claim in self.claims if claim.flipped]

    @property
    def moved(self) -> list[Metric]:
        """Those whose interval says that the sides differ, the clearest first."""
        return sorted((metric for metric in self.metrics if metric.moved), key=lambda metric: -metric.strength)

    def count(self, *standings: str) -> int:
        return sum(metric.standing in standings for metric in self.metrics)

    @property
    def only_moved(self) -> list[ClaimChange]:
        """Claims of both sides whose verdict stayed."""
        return [claim for claim in self.claims if claim.old and claim.new and not claim.flipped]

    @property
    def alone(self) -> list[ClaimChange]:
        """Claims of one side."""
        return [claim for claim in self.claims if not claim.old or not claim.new]

    @property
    def without_claims(self) -> list[Side]:
        return [side for side in (self.old, self.new) if side.claims is None]

    @property
    def without_text(self) -> list[Side]:
        return [side for side in (self.old, self.new) if side.text is None]

    @property
    def has_changes(self) -> bool:
        parts = (self.parameters, self.claims, self.metrics, self.curves, self.figures, self.text, self.stages)
        return any(parts) or bool(self.files or self.data or self.versions)


def compare(project: Project, old: Side, new: Side, words: Words) -> Comparison:
    """Raises ComparisonError when neither side has anything to compare."""
    if not old.metrics and not new.metrics and old.text is None and new.text is None:
        reports = project.relative(project.reports)
        raise ComparisonError(f"{old.name} and {new.name}: expected results in {reports}/, found none on either side")
    every = list(metrics.of_both(old, new))
    claims = _claims(old.claims, new.claims) if old.claims is not None and new.claims is not None else []
    ran = list(execution.stages(old, new, words))
    flipped = [claim.id for claim in claims if claim.flipped]
    return Comparison(
        old=old,
        new=new,
        notes=[*_notes(old, new, words)],
        parameters=parameters(old.params, new.params),
        claims=claims,
        metrics=[metric for metric in every if metric.differs],
        unchanged=[metric for metric in every if not metric.differs],
        curves=[*_curves(old, new)],
        figures=changed(old.figures, new.figures),
        text=text.changes(old.text, new.text, words) if old.text is not None and new.text is not None else [],
        stages=ran,
        files=execution.files(project, old, new),
        data=execution.data(old, new),
        versions=execution.versions(old, new),
        machine=told_apart(project, new, ran, every, (old.text, new.text), flipped),
    )


# -- notes ------------------------------------------------------------------------------------------------------------


def _notes(old: Side, new: Side, words: Words) -> Iterator[str]:
    for side in (old, new):
        for file in side.lacking:
            yield words("compare.note.lacking", side=side.title(words), file=file)
    for side in (old, new):
        if side.outdated:
            yield outdated(side, words)
    for side, other in ((old, new), (new, old)):
        if alone := [name for name in side.experiments if name not in other.experiments]:
            names = words("claims.joiner").join(alone)
            yield words("compare.note.alone", side=side.title(words), experiments=names)
    yield from _seed_notes(old, new, words)


def _seed_notes(old: Side, new: Side, words: Words) -> Iterator[str]:
    """Where numbers of seeds differ: a note for an experiment, or for those of its variants that differ alike."""
    for experiment, variants in new.seeds.items():
        alike: dict[tuple[int, int], list[str]] = {}
        for variant in variants:
            counts = (_seed_count(old, experiment, variant), _seed_count(new, experiment, variant))
            alike.setdefault(counts, []).append(f"{experiment}.{variant}")
        for (a, b), names in alike.items():
            if a and b and a != b:
                named = words("claims.joiner").join(names) if len(alike) > 1 else experiment
                yield words("compare.note.seeds", named=named, old=a, new=b, common=min(a, b))


def outdated(side: Side, words: Words) -> str:
    """That a side's results are not those of its parameters or code."""
    stages = words("claims.joiner").join(side.outdated[:MOST_STAGES] + ["…"] * (len(side.outdated) > MOST_STAGES))
    key = "compare.note.outdated" if side.revision else "compare.note.outdated_workspace"
    return words(key, side=side.title(words), stages=stages)


def _seed_count(side: Side, experiment: str, variant: str) -> int:
    table = side.seeds.get(experiment, {}).get(variant, {})
    return max((len(values) for values in table.values()), default=0)


# -- claims and curves ------------------------------------------------------------------------------------------------


def _claims(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[ClaimChange]:
    return [
        ClaimChange(id, old.get(id), new.get(id))
        for id in {**new, **old}
        if id not in old or id not in new or not _same_claim(old[id], new[id])
    ]


def _same_claim(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether verdict, seeds and numbers are the same, but for the last of the digits that claims.json has."""
    pairs = [(old.get(name), new.get(name)) for name in ("effect", "low", "high")]
    return all(old.get(name) == new.get(name) for name in ("verdict", "n")) and all(
        a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=metrics.LAST_DIGIT)) for a, b in pairs
    )


def _curves(old: Side, new: Side) -> Iterator[tuple[str, str]]:
    for experiment in {**new.curves, **old.curves}:
        before, after = old.curves.get(experiment, {}), new.curves.get(experiment, {})
        for variant in {**after, **before}:
            if not _same_table(before.get(variant), after.get(variant)):
                yield experiment, variant


def _same_table(old: Mapping[str, np.ndarray] | None, new: Mapping[str, np.ndarray] | None) -> bool:
    if old is None or new is None or old.keys() != new.keys():
        return False
    return all(metrics.agree(old[name], new[name]) for name in old)
