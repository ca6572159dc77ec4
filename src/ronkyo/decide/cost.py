"""What more seeds cost: the time that runs took on this machine, as the store recorded it."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Mapping

from ronkyo.claims.metrics import split
from ronkyo.claims.verdicts import Comparison
from ronkyo.project import Project
from ronkyo.store import Run, Store


class Cost:
    def __init__(self, project: Project) -> None:
        self._sections = project.load_params()
        groups: dict[tuple[str, str], list[Run]] = {}
        for run in Store.of(project).runs(project.manifest.package):
            if run.machine == platform.node():
                groups.setdefault((run.experiment, run.variant), []).append(run)
        self._seconds = {name: _seconds(runs) for name, runs in groups.items()}

    def seeds(self, experiment: str, variant: str) -> int:
        """How many a variant has by params.yaml."""
        return self._sections[experiment].seeds.of(variant)

    def of(self, part: Comparison, seeds: int) -> str:
        """Of having so many seeds of a comparison, in words."""
        return self.told(dict.fromkeys(self.variants(part), seeds))

    def variants(self, part: Comparison) -> list[tuple[str, str]]:
        """(experiment, variant) of each metric that is compared; a constant has no variant, and its experiment need have
        none."""
        keys = [split(key)[:2] for key in (part.quantity.metric, part.quantity.other) if isinstance(key, str)]
        return [
            (experiment, name)
            for experiment, name in keys
            if name in getattr(self._sections.get(experiment), "variants", ())
        ]

    def told(self, counts: Mapping[tuple[str, str], int]) -> str:
        """In words, as ", about 3.4 min on one core": of having as many seeds of (experiment, variant); "" where one never ran
        on this machine."""
        lacking = {name: max(0, count - self.seeds(*name)) for name, count in counts.items()}
        if not lacking.keys() <= self._seconds.keys():
            return ""
        seconds = sum(count * self._seconds[name] for name, count in lacking.items())
        return (
            f", about {seconds / 60:.1f} min on one core" if seconds >= 60 else f", about {seconds:.0f} s on one core"
        )


def _seconds(runs: list[Run]) -> float:
    """The median over the seeds of what was computed last."""
    last = runs[-1].parts.of_seed(0)
    return statistics.median(run.seconds for run in runs if run.parts.of_seed(0) == last)
