"""Where claims get their numbers from: a protocol, and the least that satisfies it, a dictionary."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from ronkyo.errors import nearest


class Metrics(Protocol):
    """Numbers by dotted names, experiment.variant.metric. Every method raises ValueError for a name that it lacks, with
    the known names and the nearest."""

    def is_metric(self, key: str) -> bool:
        """Whether the name has a value for each seed, or else is a constant."""
        ...

    def over_seeds(self, key: str) -> np.ndarray:
        """A metric of every seed: (n_seeds,)."""
        ...

    def over_items(self, key: str) -> np.ndarray:
        """A metric of every test item, a mean over seeds: (n_items,)."""
        ...

    def number(self, key: str) -> float:
        """A constant; nan where it is not finite."""
        ...

    def setting(self, key: str) -> Any:
        """A parameter; experiment.variants.variant.key is one of a variant."""
        ...

    def variants(self, experiment: str) -> Sequence[str]:
        """The variants that an experiment compares."""
        ...

    def label(self, experiment: str, variant: str) -> str:
        """What a variant is called."""
        ...

    def evidence(self, key: str, over: str = "seeds") -> str:
        """Where a metric over seeds or items, or a constant, is kept."""
        ...

    def looks(self, experiment: str) -> tuple[int, ...]:
        """The numbers of seeds at which the experiment's claims are looked at; () where none are planned."""
        ...

    def matters(self, key: str, ratio: bool) -> float | None:
        """The smallest difference of a metric that matters, or the smallest ratio (> 1); None where nothing says so."""
        ...

    def groups(self, experiment: str) -> np.ndarray | None:
        """The group of every test item, (n_items,) names; None for items that do not belong together."""
        ...


class MetricsTable:
    """Metrics from dictionaries.

    table: {experiment: {variant: {metric: values over seeds, or one number for a constant}}}; items: the same with values
    over test items; parameters: nested as params.yaml is, {experiment: {"variants": {variant: {key: value}}}}; looks:
    {experiment: rising numbers of seeds}; matters: {experiment: {metric: a difference, or {"ratio": a ratio > 1}}}; groups:
    {experiment: the group of every item}.
    """

    def __init__(
        self,
        table: Mapping[str, Mapping[str, Mapping[str, Any]]],
        items: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
        looks: Mapping[str, Sequence[int]] | None = None,
        matters: Mapping[str, Mapping[str, Any]] | None = None,
        groups: Mapping[str, Sequence[Any] | np.ndarray] | None = None,
    ) -> None:
        self.seeds: dict[str, dict[str, Any]] = {}
        self.constants: dict[str, dict[str, Any]] = {}
        for experiment, variants in table.items():
            for name, metrics in variants.items():
                for metric, values in metrics.items():
                    kept = self.constants if np.ndim(values) == 0 else self.seeds
                    kept.setdefault(experiment, {}).setdefault(name, {})[metric] = values
        self.items = items or {}
        self.parameters = parameters or {}
        self.plans, self.smallest, self.grouped = looks or {}, matters or {}, groups or {}

    def is_metric(self, key: str) -> bool:
        experiment, name, _ = split(key)
        pick(self.seeds | self.constants, experiment, "metric", key)
        variants = self.seeds.get(experiment, {})
        pick(variants | self.constants.get(experiment, {}), name, "metric", key)
        return name in variants

    def over_seeds(self, key: str) -> np.ndarray:
        return self._over(self.seeds, key)

    def over_items(self, key: str) -> np.ndarray:
        return self._over(self.items, key)

    def _over(self, tables: Mapping[str, Any], key: str) -> np.ndarray:
        experiment, variant, metric = split(key)
        variants = pick(tables, experiment, "metric", key)
        return np.asarray(pick(pick(variants, variant, "metric", key), metric, "metric", key), dtype=float)

    def number(self, key: str) -> float:
        value = self._constant(key)
        return math.nan if value is None else float(value)

    def _constant(self, key: str) -> Any:
        experiment, name, metric = split(key)
        groups = pick(self.constants, experiment, "constant", key)
        return pick(pick(groups, name, "constant", key), metric, "constant", key)

    def setting(self, key: str) -> Any:
        value: Any = self.parameters
        for part in key.split("."):
            value = pick(value, part, "param", key)
        return value

    def variants(self, experiment: str) -> Sequence[str]:
        return list(pick(self.seeds, experiment, "experiment", experiment))

    def label(self, experiment: str, variant: str) -> str:
        return variant

    def evidence(self, key: str, over: str = "seeds") -> str:
        return key

    def looks(self, experiment: str) -> tuple[int, ...]:
        return tuple(self.plans.get(experiment, ()))

    def matters(self, key: str, ratio: bool) -> float | None:
        experiment, _, metric = split(key)
        smallest = self.smallest.get(experiment, {}).get(metric)
        if isinstance(smallest, Mapping):
            return smallest["ratio"] if ratio else None
        return None if ratio else smallest

    def groups(self, experiment: str) -> np.ndarray | None:
        groups = self.grouped.get(experiment)
        return None if groups is None else np.asarray(groups)


def split(key: str) -> tuple[str, str, str]:
    """experiment, variant and metric of a name. Raises ValueError."""
    parts = key.split(".", 2)
    if len(parts) != 3:
        raise ValueError(f"expected experiment.variant.metric, found {key!r}")
    return parts[0], parts[1], parts[2]


def pick(mapping: Any, part: str, kind: str, key: str) -> Any:
    """What a mapping has under a part of a name. Raises ValueError with the known parts and the nearest."""
    if not isinstance(mapping, Mapping) or part not in mapping:
        known = [str(name) for name in mapping] if isinstance(mapping, Mapping) else []
        raise ValueError(f"{kind} {key!r}: no {part!r}{nearest(part, known)}; known: {', '.join(known) or 'nothing'}")
    return mapping[part]
