"""What metrics are called in a sentence, and the items over which they are compared: report_templates/metrics.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import field_validator

from ronkyo import params
from ronkyo.claims.metrics import split
from ronkyo.claims.statements import Claim
from ronkyo.errors import nearest
from ronkyo.project import Layout
from ronkyo.report.values import Values


class Noun(params.Section):
    """What a metric is called, and how variants are compared by it."""

    noun: str
    better: Literal["higher", "lower"] | None = None
    ratio: bool = False
    format: str = ""  # "" and "%": the digits that the spread supports
    high: str = ""  # the words for more of it and for less, where they are not the usual ones
    low: str = ""

    @field_validator("format")
    @classmethod
    def _formats(cls, spec: str) -> str:
        try:
            format(0.5, spec)
        except ValueError:
            raise ValueError("expected a format of numbers, as .3f or %") from None
        return spec


class _Document(params.Section):
    metrics: dict[str, Noun] = {}
    items: dict[str, str] = {}


@dataclass(frozen=True)
class Nouns:
    """By "metric" or "experiment.metric", and by experiment what an item is called."""

    file: str  # from the project's root
    values: Values
    metrics: dict[str, Noun]
    items: dict[str, str]

    @staticmethod
    def load(project: Layout, values: Values) -> Nouns:
        """A project need not have the file. Raises ParamsError."""
        path = project.templates / "metrics.yaml"
        file = project.relative(path)
        document = params.load_whole(path, file, _Document) if path.exists() else _Document()
        return Nouns(file, values, document.metrics, document.items)

    def of(self, key: object) -> Noun | None:
        """Of a metric of a variant, experiment.variant.metric; None for anything else and for a metric without a noun."""
        if not isinstance(key, str) or not self.values.is_metric(key):
            return None
        experiment, _, metric = split(key)
        return self.metrics.get(f"{experiment}.{metric}", self.metrics.get(metric))

    def label(self, key: str) -> str:
        """What the variant of a metric is called."""
        return self.values.label(*split(key)[:2])

    def problems(self, claims: Sequence[Claim]) -> Iterator[str]:
        """Names that nothing has, and nouns of metrics that no claim compares."""
        values = self.values
        known = {
            name
            for experiment, variants in values.seeds.items()
            for metrics in variants.values()
            for metric in metrics
            for name in (metric, f"{experiment}.{metric}")
        }
        keys = [
            key for claim in claims for part in claim.comparisons for key in (part.quantity.metric, part.quantity.other)
        ]
        used = {
            name
            for experiment, _, metric in (split(key) for key in keys if isinstance(key, str))
            for name in (metric, f"{experiment}.{metric}")
        }
        for name in self.metrics:
            if name not in known:
                yield f"{self.file}: metrics.{name}: no experiment has this metric{nearest(name, known)}"
            elif name not in used:
                yield f"{self.file}: metrics.{name}: no claim compares this metric"
        for name in self.items:
            if name not in values.items:
                yield f"{self.file}: items.{name}: no experiment of this name has items{nearest(name, values.items)}"
