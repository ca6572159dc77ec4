"""The only way for a number to enter the text: from params.yaml, from metrics, from the data's provenance."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ronkyo import results
from ronkyo.claims import estimates, kept
from ronkyo.claims.metrics import MetricsTable, pick, split
from ronkyo.claims.quantity import Kind
from ronkyo.claims.statements import Claim
from ronkyo.errors import nearest
from ronkyo.numbers import NO_BREAK, rounded_pair, shown, to_spread
from ronkyo.params import Seeds
from ronkyo.project import TABLE, Layout, Manifest, Report
from ronkyo.words import Words


class Recipe(NamedTuple):
    """How a number was printed: what it is a number of, by which method of `Values`, in which format."""

    key: str
    how: str = ""  # "" where nothing can print it again
    spec: str = ""

    @staticmethod
    def read(attribute: str) -> Recipe:
        """Of <data value="KEY HOW SPEC">."""
        key, how, spec = [*attribute.split(" ", 2), "", ""][:3]
        return Recipe(key.replace(NO_BREAK, " "), how, spec)

    @property
    def attribute(self) -> str:
        """Its words are parted by spaces, which a key has not: some name what they belong to in words."""
        return " ".join([self.key.replace(" ", NO_BREAK), self.how, self.spec]).rstrip()


class Value(str):
    """A number as text that remembers where it comes from; the template marks it up, `| plain` gives it bare."""

    recipe: Recipe

    def __new__(cls, text: str, key: str, how: str = "", spec: str = "") -> Value:
        value = super().__new__(cls, text)
        value.recipe = Recipe(key, how, spec)
        return value

    def markup(self) -> str:
        return f'<data value="{html.escape(self.recipe.attribute)}">{self.inside}</data>'

    @property
    def inside(self) -> str:
        """The text as HTML."""
        return re.sub(r"\^\{(.*?)\}", r"<sup>\1</sup>", html.escape(str(self)))


class Values(MetricsTable):
    """Looks numbers up by dotted names. Every method raises ValueError that lists the known names and the nearest."""

    def __init__(self, project: Layout) -> None:
        self.project = project
        settings = project.settings()
        report = Report.model_validate(settings.pop("report")).model_dump()
        numerics = settings.pop("numerics")
        self.manifest = Manifest.model_validate(settings.pop(TABLE))
        self.labels = {name: told["labels"] for name, told in settings.items()}
        sections = {name: told["settings"] for name, told in settings.items() if told["settings"]}
        self.parameters = {"report": report, "numerics": numerics, **sections}
        self.words = Words(report["language"])
        names = list(settings)
        self.seeds = {name: table for name in names if (table := results.read_seeds(project, name))}
        self.constants = {name: table for name in names if (table := self._constants(name))}
        self.items = {name: table for name in names if (table := results.read_items(project, name))}
        plans = {name: section.get("seeds") for name, section in sections.items()}
        self.seed_plans = {
            name: Seeds.model_validate(plan)
            for name, plan in plans.items()
            if isinstance(plan, Mapping) and "looks" in plan
        }
        self.plans = {name: plan.looks for name, plan in self.seed_plans.items()}
        self.smallest = {name: plan.matters for name, plan in self.seed_plans.items()}
        tables = {name: results.read_groups(project, name) for name in self.items}
        self.grouped = {name: groups for name, groups in tables.items() if groups is not None}
        self.provenance = {name: told for name in names if (told := results.read_provenance(project, name))}

    def _constants(self, experiment: str) -> dict[str, Any]:
        """Without the means of variants, which stand beside them and are none even where the table of seeds is lost."""
        variants = self.parameters.get(experiment, {}).get("variants", ())
        tables = results.read_constants(self.project, experiment)
        return {name: table for name, table in tables.items() if name not in variants}

    def again(self, recipe: Recipe) -> Value | None:
        """The number as its recipe prints it; None where the recipe is of no method. Raises ValueError."""
        key, how, spec = recipe
        ways = (
            self.param,
            self.mean,
            self.median,
            self.interval,
            self.plus_minus,
            self.median_and_range,
            self.constant,
        )
        table: dict[str, Callable[[], Value]] = {way.__name__: partial(way, key, spec) for way in ways}
        table["count_of_seeds"] = partial(self.count_of_seeds, key)
        table["count"] = partial(self.count, key.removesuffix(".variants"))
        table["number_of_seeds"] = partial(self.number_of_seeds, key.removesuffix(".seeds"))
        table["source"] = partial(self.source, *key.split(".", 1))
        table["level"] = self.level
        return table[how]() if how in table else None

    def problems(self, claims: Sequence[Claim]) -> Iterator[str]:
        """Metrics of which params.yaml says what matters, and which their experiment has not, or which no claim compares so:
        by difference or by ratio."""
        compared = {
            (*split(part.quantity.metric)[::2], part.quantity.kind)
            for claim in claims
            for part in claim.comparisons
            if not part.two_sided  # where its own bounds say what matters
        }
        file = self.project.relative(self.project.params_file)
        for experiment, table in self.seeds.items():
            known = {metric for metrics in table.values() for metric in metrics}
            for metric, size in self.smallest.get(experiment, {}).items():
                place = f"{file}: {experiment}.seeds.matters.{metric}"
                kinds = [(Kind.RATIO, "{ratio: …}"), (Kind.DIFFERENCE, "a difference")]
                (given, found), (other, expected) = kinds if isinstance(size, Mapping) else kinds[::-1]
                if metric not in known:
                    yield f"{place}: the experiment has no such metric{nearest(metric, known)}"
                elif (experiment, metric, other) in compared and (experiment, metric, given) not in compared:
                    yield f"{place}: expected {expected}, as the claims compare it, found {found}"

    def over_items(self, key: str) -> np.ndarray:
        experiment, _, _ = split(key)
        if experiment in self.seeds and experiment not in self.items:
            expected = "expected Summary(items=…) in its summarize.py"
            raise ValueError(f"{key}: {experiment} writes no items: {expected}, to compare over them")
        return super().over_items(key)

    def is_absent(self, key: str) -> bool:
        """Whether other variants of the experiment have a metric that this one has not."""
        experiment, variant, metric = split(key)
        tables = self.seeds.get(experiment, {})
        return variant in tables and metric not in tables[variant] and any(metric in table for table in tables.values())

    def param(self, key: str, spec: str = "") -> Value:
        """A parameter; `<experiment>.variants.<variant>.<key>` also finds what the variant inherits."""
        value = self.setting(key)
        if isinstance(value, Mapping):
            hint = f'; seeds("{key.removesuffix(".seeds")}") tells how many' if key.endswith(".seeds") else ""
            raise ValueError(f"param {key!r}: expected a value, found a section of {', '.join(value)}{hint}")
        return Value(self._text(value, spec), key, "param", spec)

    def _text(self, value: Any, spec: str) -> str:
        if isinstance(value, list | tuple):
            return self.words("claims.joiner").join(self._text(item, spec) for item in value)
        return shown(value, spec)

    def mean(self, key: str, spec: str = "") -> Value:
        """Without a format (or with "%", in percent) to the digits that its interval supports; so the median and the
        interval."""
        values = self.over_seeds(key)
        return Value(_printed(float(values.mean()), spec, values), key, "mean", spec)

    def median(self, key: str, spec: str = "") -> Value:
        values = self.over_seeds(key)
        ordered = sorted(values, key=lambda value: (math.isnan(value), value))  # "never" (nan) counts as later than any
        middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        return Value(_printed(float(middle), spec, values), key, "median", spec)

    def interval(self, key: str, spec: str = "") -> Value:
        values = self.over_seeds(key)
        around = kept.mean_interval(values)
        mean, low, high = (_printed(number, spec, values) for number in (around.mean, around.low, around.high))
        level = shown(estimates.LEVEL, ".0%")
        text = self.words("report.interval", mean=mean, level=level, interval=f"[{low}, {high}]")
        return Value(text, key, "interval", spec)

    def plus_minus(self, key: str, spec: str) -> Value:
        """Mean ± half the width of its interval, both to the second digit of the half width; `spec` where there is none."""
        around = kept.mean_interval(self.over_seeds(key))
        if not math.isfinite(around.mean) or not around.half_width > 0:
            text = shown(around.mean, spec)
        elif spec.endswith("%"):
            text = f"{rounded_pair(100 * around.mean, 100 * around.half_width)}{NO_BREAK}%"
        else:
            text = rounded_pair(around.mean, around.half_width)
        return Value(text, key, "plus_minus", spec)

    def count_of_seeds(self, key: str) -> Value:
        """In how many of the seeds a metric of zeros and ones is one: 8/10."""
        values = self.over_seeds(key)
        return Value(f"{int(np.sum(values))}/{len(values)}", key, "count_of_seeds")

    def median_and_range(self, key: str, spec: str) -> Value:
        """For values that a few seeds rule, or that end at a bound: median [smallest, largest]."""
        values = self.over_seeds(key)
        low, high = (shown(float(end), spec) for end in (np.min(values), np.max(values)))
        return Value(f"{self.median(key, spec)} [{low}, {high}]", key, "median_and_range", spec)

    def constant(self, key: str, spec: str) -> Value:
        return Value(shown(self._constant(key), spec), key, "constant", spec)

    def level(self) -> Value:
        """The confidence level of every interval."""
        return Value(shown(estimates.LEVEL, ".0%"), "statistics.LEVEL", "level")

    def source(self, experiment: str, field: str) -> Value:
        """A field of the data's provenance: name, digest, …"""
        fields = pick(self.provenance, experiment, "source", experiment)
        key = f"{experiment}.{field}"
        return Value(self._text(pick(fields, field, "source", key), ""), key, "source")

    def variants(self, experiment: str) -> list[str]:
        """The variants of an experiment; ValueError where it has none."""
        section = pick(self.parameters, experiment, "experiment", experiment)
        return list(pick(section, "variants", "experiment", experiment))

    def label(self, experiment: str, variant: str) -> str:
        self.variants(experiment)
        return pick(self.labels[experiment], variant, "label", f"{experiment}.{variant}")

    def count(self, experiment: str) -> Value:
        """How many variants an experiment compares."""
        return Value(str(len(self.variants(experiment))), f"{experiment}.variants", "count")

    def number_of_seeds(self, experiment: str) -> Value:
        """How many seeds each variant has, as 10, or as 5–20 where they do not have the same number."""
        plan = pick(self.seed_plans, experiment, "seeds", experiment)
        counts = [plan.of(variant) for variant in self.variants(experiment)]
        ends = dict.fromkeys((min(counts), max(counts)))
        text = self.words("claims.range").join(map(str, ends))
        return Value(text, f"{experiment}.seeds", "number_of_seeds")

    def names(self, experiment: str, name: str) -> list[str]:
        """The names of the numbers in a group of constants, in their order."""
        groups = pick(self.constants, experiment, "constant", experiment)
        return list(pick(groups, name, "constant", f"{experiment}.{name}"))

    def evidence(self, key: str, over: str = "seeds") -> str:
        """The file that holds a metric over seeds or items, or a constant."""
        experiment = key.split(".")[0]
        if not self.is_metric(key):
            return self.project.relative(self.project.metrics_file(experiment))
        file = self.project.items_file if over == "items" else self.project.seeds_file
        return self.project.relative(file(experiment))


def _printed(number: float, spec: str, values: np.ndarray) -> str:
    """A number of values over seeds by its format, or to the second digit of half their interval's width."""
    if spec not in ("", "%"):
        return shown(number, spec)
    finite = values[np.isfinite(values)]
    half_width = kept.mean_interval(finite).half_width if len(finite) else math.nan
    return to_spread(number, half_width, percent=spec == "%")
