"""What an earlier report stated, beside what our claims and numbers say of it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import field_validator

from ronkyo import params
from ronkyo.claims import estimates, kept, ledger
from ronkyo.claims.estimates import Estimate, Interval
from ronkyo.claims.quantity import Kind
from ronkyo.claims.statements import Claim
from ronkyo.claims.verdicts import Comparison, Verdict, every
from ronkyo.errors import nearest
from ronkyo.numbers import ABSENT
from ronkyo.project import Layout
from ronkyo.report.values import Value, Values

OPPOSITE = {Verdict.SUPPORTED: Verdict.CONTRADICTED, Verdict.CONTRADICTED: Verdict.SUPPORTED}


class Statement(params.Section):
    """What the earlier report said, and which of our claims tested it under which condition; without claims, why none did."""

    says: str
    short: str = ""  # the same in a few words, for the conclusions
    tested: str
    claims: dict[str, Literal["supported", "contradicted"]] = {}  # the verdict that speaks for the statement
    covers: Literal["whole", "part"] = "whole"  # of what it says

    @field_validator("claims", mode="before")
    @classmethod
    def _supported(cls, claims: Any) -> Any:
        ids = isinstance(claims, list) and all(isinstance(id, str) for id in claims)
        return dict.fromkeys(claims, "supported") if ids else claims

    def verdict(self, verdicts: Mapping[str, Verdict]) -> Verdict | None:
        """From the verdicts of claims by id; None where no claim tested it."""
        if not self.claims:
            return None
        pairs = [(verdicts[id], wanted) for id, wanted in self.claims.items()]
        return every(
            [verdict if wanted == "supported" else OPPOSITE.get(verdict, verdict) for verdict, wanted in pairs]
        )


class _Document(params.Section):
    statements: list[Statement]
    numbers: dict[str, str]
    comparable: dict[str, Any]


@dataclass(frozen=True)
class Original:
    """What the earlier report stated; numbers by metric, as printed."""

    name: str  # what our report calls it
    file: str  # from the project's root
    values: Values
    statements: list[Statement]
    numbers: dict[str, str]
    comparable: dict[str, Any]  # parameters whose values make our data the same as its: {key: value}

    @staticmethod
    def load(project: Layout, values: Values) -> Original:
        """A report that answers to no earlier one has no such file. Raises ParamsError."""
        path = project.templates / "original.yaml"
        file, name = project.relative(path), values.manifest.original or values.words("report.original")
        if not path.exists():
            return Original(name, file, values, [], {}, {})
        document = params.load_whole(path, file, _Document)
        return Original(name, file, values, document.statements, document.numbers, document.comparable)

    def says(self, id: str) -> list[str]:
        """The statements that a claim tested."""
        return [statement.says for statement in self.statements if id in statement.claims]

    def problems(self, ids: Collection[str]) -> Iterator[str]:
        """Statements about claims that are not among the report's, by their ids, and names that nothing has."""
        for number, statement in enumerate(self.statements):
            place = f"{self.file}: statements.{number}"
            for id in statement.claims:
                if id not in ids:
                    yield f"{place}.claims: no template states the claim {id!r}{nearest(id, ids)}"
            if statement.covers == "part" and not statement.claims:
                yield f"{place}.covers: expected claims that test a part of the statement, found none"
        for metric, text in self.numbers.items():
            if problem := self._problem_of(metric, text):
                yield f"{self.file}: {problem}"
        for key in self.comparable:
            try:
                self.values.setting(key)
            except ValueError as error:
                yield f"{self.file}: {error}"

    def _problem_of(self, metric: str, text: str) -> str:
        values = self.values
        try:
            (values.over_seeds if values.is_metric(metric) else values.number)(metric)
            float(text)
        except ValueError as error:
            return str(error)
        return ""

    def is_comparable(self, metric: str) -> bool:
        """Whether our data are those of the original, for the metric's experiment."""
        experiment = metric.split(".")[0]
        wanted = {key: value for key, value in self.comparable.items() if key.split(".")[0] == experiment}
        return all(self.values.setting(key) == value for key, value in wanted.items())

    def effect(self, comparison: Comparison) -> float | None:
        """The same difference or ratio between the original's numbers, where it printed both and there is one."""
        quantity = comparison.quantity
        keys = (quantity.metric, quantity.other)
        if quantity.kind not in (Kind.DIFFERENCE, Kind.RATIO) or quantity.over == "items":
            return None
        if any(key not in self.numbers for key in keys):
            return None
        a, b = (float(self.numbers[str(key)]) for key in keys)
        if quantity.kind == Kind.DIFFERENCE:
            return a - b
        return a / b if b else None

    def effects(self, claim: Claim) -> list[tuple[Comparison, float]]:
        """The comparisons of a claim that can be made between the original's numbers too."""
        pairs = [(comparison, self.effect(comparison)) for comparison in claim.comparisons]
        return [(comparison, effect) for comparison, effect in pairs if effect is not None]

    def entry(self, claim: Claim) -> ledger.Rows:
        """What claims.json says of it."""
        says = self.says(claim.id)
        if not says:
            return []
        return [{"says": text} for text in says] + [
            {
                "quantity": str(comparison.quantity),
                "value": ledger.rounded(effect),
                "inside": None if comparison.estimate.reason else _is_inside(effect, comparison.estimate),
                "same_data": self.is_comparable(comparison.quantity.metric),
            }
            for comparison, effect in self.effects(claim)
        ]

    def rows(self) -> list[list[str]]:
        """For each number that the original printed: metric, its value (* where the data are others), our mean with its
        interval, whether the value lies inside, the interval of one more run, whether it lies inside."""
        return [self._row(metric, printed) for metric, printed in self.numbers.items()]

    def _row(self, metric: str, printed: str) -> list[str]:
        words, number = self.values.words, float(printed)
        theirs = Value(printed + ("" if self.is_comparable(metric) else r"\*"), f"original:{metric}")
        if not self.values.is_metric(metric):
            ours = self.values.number(metric)
            agrees = "agrees" if math.isclose(ours, number, rel_tol=1e-9) else "disagrees"
            ours = Value(ledger.four_digits(ours), metric)
            return [f"`{metric}`", theirs, ours, words(f"report.{agrees}"), ABSENT, ABSENT]
        seeds = self.values.over_seeds(metric)
        mean = kept.mean_interval(seeds)
        one_run = estimates.prediction_interval(mean)
        ours = Value(f"{ledger.four_digits(mean.mean)} {_brackets(mean)}", metric)
        next_run = Value(_brackets(one_run), metric)
        return [f"`{metric}`", theirs, ours, self.where(number, mean), next_run, self.where(number, one_run)]

    def where(self, number: float, interval: Interval | Estimate) -> str:
        """Whether a number lies in an interval, in words; a dash where there is none."""
        if not math.isfinite(interval.low):
            return ABSENT
        return self.values.words("report.inside" if _is_inside(number, interval) else "report.outside")


def _is_inside(number: float, interval: Interval | Estimate) -> bool:
    return interval.low <= number <= interval.high


def _brackets(interval: Interval) -> str:
    return f"[{ledger.four_digits(interval.low)}, {ledger.four_digits(interval.high)}]"
