"""The only way for a number to enter the text: from params.yaml, from metrics, from the data's provenance."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ronkyo import files, results
from ronkyo.claims import estimates
from ronkyo.errors import nearest
from ronkyo.numbers import NO_BREAK, rounded_pair, shown
from ronkyo.project import Project


class Value(str):
    """A number as text that remembers where it comes from; the template marks it up, `| plain` gives it bare."""

    key: str

    def __new__(cls, text: str, key: str) -> Value:
        value = super().__new__(cls, text)
        value.key = key
        return value

    def markup(self) -> str:
        shown = re.sub(r"\^\{(.*?)\}", r"<sup>\1</sup>", html.escape(str(self)))
        return f'<data value="{html.escape(self.key)}">{shown}</data>'


class Values:
    """Looks numbers up by dotted names. Every method raises ValueError that lists the known names and the nearest."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.sections = project.load_params()
        names = project.experiments
        self.seeds = {name: found for name in names if (found := results.read_seeds(project, name))}
        self.constants = {name: found for name in names if (found := results.read_constants(project, name))}
        self.items = {name: found for name in names if (found := results.read_items(project, name))}
        self.provenance = {
            name: files.read_json(file) for name in names if (file := project.provenance_file(name)).exists()
        }

    def param(self, key: str, spec: str = "") -> Value:
        """A parameter; `<experiment>.variants.<variant>.<key>` also finds what the variant inherits."""
        return Value(shown(self.setting(key), spec), key)

    def setting(self, key: str) -> Any:
        """The same parameter as it is, for a comparison."""
        found: Any = {name: section.model_dump() for name, section in self.sections.items()}
        for part in key.split("."):
            found = _pick(found, part, "param", key)
        return found

    def mean(self, key: str, spec: str) -> Value:
        return Value(shown(float(self.over_seeds(key).mean()), spec), key)

    def median(self, key: str, spec: str) -> Value:
        values = self.over_seeds(key)
        ordered = sorted(values, key=lambda value: (math.isnan(value), value))  # "never" (nan) counts as later than any
        middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        return Value(shown(float(middle), spec), key)

    def interval(self, key: str, spec: str) -> Value:
        found = estimates.mean_interval(self.over_seeds(key))
        between = f"[{shown(found.low, spec)}, {shown(found.high, spec)}]"
        return Value(f"{shown(found.mean, spec)}（{shown(estimates.LEVEL, '.0%')} 信頼区間 {between}）", key)

    def plus_minus(self, key: str, spec: str) -> Value:
        """Mean ± half the width of its interval, both to the second digit of the half width; `spec` where there is none."""
        found = estimates.mean_interval(self.over_seeds(key))
        if not math.isfinite(found.mean) or not found.half_width > 0:
            return Value(shown(found.mean, spec), key)
        if spec.endswith("%"):
            return Value(f"{rounded_pair(100 * found.mean, 100 * found.half_width)}{NO_BREAK}%", key)
        return Value(rounded_pair(found.mean, found.half_width), key)

    def count_of_seeds(self, key: str) -> Value:
        """In how many of the seeds a metric of zeros and ones is one: 8/10."""
        values = self.over_seeds(key)
        return Value(f"{int(np.sum(values))}/{len(values)}", key)

    def median_and_range(self, key: str, spec: str) -> Value:
        """For values that a few seeds rule, or that end at a bound: median [smallest, largest]."""
        values = self.over_seeds(key)
        low, high = (shown(float(end), spec) for end in (np.min(values), np.max(values)))
        return Value(f"{self.median(key, spec)} [{low}, {high}]", key)

    def constant(self, key: str, spec: str) -> Value:
        return Value(shown(self._constant(key), spec), key)

    def level(self) -> Value:
        """The confidence level of every interval."""
        return Value(shown(estimates.LEVEL, ".0%"), "statistics.LEVEL")

    def source(self, experiment: str, field: str) -> Value:
        """A field of the data's provenance: name, digest, …"""
        found = _pick(
            _pick(self.provenance, experiment, "source", experiment), field, "source", f"{experiment}.{field}"
        )
        return Value(shown(found, ""), f"{experiment}.{field}")

    def variants(self, experiment: str) -> dict[str, Any]:
        """The variants of an experiment, by name; ValueError where it has none."""
        settings = _pick(self.sections, experiment, "experiment", experiment)
        return _pick(dict(settings), "variants", "experiment", experiment)

    def label(self, experiment: str, variant: str) -> str:
        _pick(self.variants(experiment), variant, "label", f"{experiment}.{variant}")
        return self.project.label(experiment, self.sections[experiment], variant)

    def count(self, experiment: str) -> Value:
        """How many variants an experiment compares."""
        return Value(str(len(self.variants(experiment))), f"{experiment}.variants")

    def names(self, experiment: str, name: str) -> list[str]:
        """The names of the numbers in a group of constants, in their order."""
        return list(
            _pick(_pick(self.constants, experiment, "constant", experiment), name, "constant", f"{experiment}.{name}")
        )

    def is_metric(self, key: str) -> bool:
        """Whether "experiment.name.metric" names a variant, which has a value for each seed, or else a constant."""
        experiment, name, _ = _split(key)
        _pick(self.seeds | self.constants, experiment, "metric", key)
        variants = self.seeds.get(experiment, {})
        _pick(variants | self.constants.get(experiment, {}), name, "metric", key)
        return name in variants

    def evidence(self, key: str, over: str = "seeds") -> str:
        """The file that holds a metric over seeds or items, or a constant."""
        experiment = key.split(".")[0]
        if not self.is_metric(key):
            return self.project.relative(self.project.metrics_file(experiment))
        file = self.project.items_file if over == "items" else self.project.seeds_file
        return self.project.relative(file(experiment))

    def over_seeds(self, key: str) -> np.ndarray:
        """A metric of every seed: (n_seeds,)."""
        return self._over(self.seeds, key)

    def over_items(self, key: str) -> np.ndarray:
        """A metric of every test item, a mean over seeds: (n_items,)."""
        return self._over(self.items, key)

    def _over(self, tables: Mapping[str, Any], key: str) -> np.ndarray:
        experiment, variant, metric = _split(key)
        found = _pick(_pick(tables, experiment, "metric", key), variant, "metric", key)
        return _pick(found, metric, "metric", key)

    def number(self, key: str) -> float:
        """A constant as a number, for a comparison; nan where it is not finite."""
        found = self._constant(key)
        return math.nan if found is None else float(found)

    def _constant(self, key: str) -> Any:
        experiment, name, metric = _split(key)
        found = _pick(_pick(self.constants, experiment, "constant", key), name, "constant", key)
        return _pick(found, metric, "constant", key)


def _split(key: str) -> tuple[str, str, str]:
    parts = key.split(".", 2)
    if len(parts) != 3:
        raise ValueError(f"expected experiment.variant.metric, found {key!r}")
    return parts[0], parts[1], parts[2]


def _pick(found: Any, part: str, kind: str, key: str) -> Any:
    if not isinstance(found, Mapping) or part not in found:
        known = [str(name) for name in found] if isinstance(found, Mapping) else []
        raise ValueError(f"{kind} {key!r}: no {part!r}{nearest(part, known)}; known: {', '.join(known) or 'nothing'}")
    return found[part]
