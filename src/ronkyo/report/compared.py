"""The usual words of a claim that compares one metric of two variants, or of a variant with a number.

They come from the metric's noun, the variants' labels and the bounds, and say no more than the verdict does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ronkyo.claims.metrics import split
from ronkyo.claims.predicates import Predicates
from ronkyo.claims.quantity import Kind
from ronkyo.claims.statements import Claim, Claims
from ronkyo.claims.verdicts import Comparison, Verdict
from ronkyo.numbers import NO_BREAK, shown, to_spread
from ronkyo.report import places
from ronkyo.report.nouns import Noun, Nouns
from ronkyo.words import Words

SPACED = (
    r"(?<=[!-~])(?=[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff])|(?<=[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff])(?=[!-~])"
)


@dataclass(frozen=True)
class Wording:
    """Of one comparison, which may be made over seeds, over items or over both."""

    comparison: Comparison
    noun: Noun
    a: str  # the label of the variant
    b: str  # the other variant, or a number
    other: str  # the metric of the other variant, or the number
    words: Words

    @staticmethod
    def of(comparisons: Sequence[Comparison], nouns: Nouns, words: Words) -> Wording | None:
        """None where the comparisons are several, or have no such words."""
        comparison, values = comparisons[0], nouns.values
        quantity, noun = comparison.quantity, nouns.of(comparison.quantity.metric)
        same = {(replace(part.quantity, over=quantity.over), part.low, part.high) for part in comparisons}
        if noun is None or len(same) > 1 or quantity.kind not in (Kind.DIFFERENCE, Kind.RATIO):
            return None
        experiment, variant, metric = split(quantity.metric)
        a, than = nouns.label(quantity.metric), quantity.other
        if isinstance(than, str):
            if not values.is_metric(than) or split(than)[2] != metric:
                return None
            label = nouns.label(than)
            b, other = words("compared.that", b=label), words("compared.other", b=label, noun=noun.noun)
        else:
            assert than is not None  # which only a share has
            b = other = _written(than, noun.format)
        return Wording(comparison, noun, a, b, other, words)

    @property
    def hypothesis(self) -> str:
        high = self.comparison.high
        if self.comparison.two_sided:
            return self._text("equal", matters=self._amount(high))
        return self._beyond(above=math.isinf(high))

    def said(self, claim: Claim, numbers: bool = True) -> str:
        """The sentence of the claim's verdict, with or without its numbers."""
        if claim.verdict == Verdict.EQUAL:
            text = self._equal()
        elif claim.verdict == Verdict.UNDECIDED:
            text = self._open(claim)
        else:
            text = self._beyond(above=math.isinf(self.comparison.high) == (claim.verdict == Verdict.SUPPORTED))
        return f"{text}{self._numbers(claim) if numbers else ''}{self.words('claims.stop')}"

    def _beyond(self, above: bool) -> str:
        """The metric is higher, or the difference or ratio is above the margin; or the other way."""
        comparison = self.comparison
        if comparison.bound == comparison.equality:
            return self._text("above" if above else "below")
        return self._text(
            f"{comparison.quantity.kind}.{'above' if above else 'below'}", bound=self._amount(comparison.bound)
        )

    def _open(self, claim: Claim) -> str:
        comparison = self.comparison
        kinds = self.words("claims.and").join(map(claim.kind, claim.comparisons))
        source = self.words("compared.both" if len(claim.comparisons) > 1 else "compared.source", kinds=kinds)
        if comparison.bound == comparison.equality:
            return self._text("open", source=source)
        return self._text(f"{comparison.quantity.kind}.open", bound=self._amount(comparison.bound), source=source)

    def _equal(self) -> str:
        matters = self.comparison.matters
        assert matters is not None
        if self.comparison.quantity.kind == Kind.RATIO:
            return self._text("equal_ratio", least=_written(1 / matters, ".3g"), matters=self._amount(matters))
        return self._text("equal", matters=self._amount(matters))

    def _text(self, key: str, **fields: str) -> str:
        """With a space between Japanese and Latin letters, which labels may be."""
        words, noun = self.words, self.noun
        high, low = noun.high or words("compared.high"), noun.low or words("compared.low")
        names = {"a": self.a, "b": self.b, "other": self.other, "noun": noun.noun, "high": high, "low": low}
        return re.sub(SPACED, " ", words(f"compared.{key}", **names, **fields))

    def _numbers(self, claim: Claim) -> str:
        """Estimate and interval, of seeds and of items where there are both; "" where there is no interval."""
        if claim.reason:
            return ""
        kind = self.comparison.quantity.kind
        told = [
            self.words(
                f"compared.{kind}.numbers",
                effect=number(claim, "effect", self.noun, part),
                interval=number(claim, "interval", self.noun, part),
            )
            for part in range(len(claim.comparisons))
        ]
        if len(told) > 1:
            told = [
                self.words(
                    "compared.by",
                    kind=claim.kind(part),
                    verdict=self.words(f"claims.{part.verdict}"),
                    numbers=numbers,
                )
                for part, numbers in zip(claim.comparisons, told, strict=True)
            ]
        return self.words("compared.numbers", numbers=self.words("compared.joiner").join(told))

    def _amount(self, value: float) -> str:
        """A bound: of differences as the metric is printed."""
        if self.comparison.quantity.kind == Kind.RATIO or not self.noun.format:
            return _written(value, "g")
        text = _written(value, self.noun.format)
        return in_points(text, self.words) if self.noun.format.endswith("%") else text


def number(claim: Claim, how: str, noun: Noun | None, part: int | None = None, unit: bool = True) -> str:
    """Estimate or interval, as printed in a text: of the deciding comparison, or of one of them; a difference of values in
    percent is one of points, with or without that word."""
    quantity = (claim.deciding if part is None else claim.comparisons[part]).quantity
    spec = noun.format if noun and quantity.kind == Kind.DIFFERENCE else ""
    text = getattr(claim, how)(spec, part)
    if spec.endswith("%"):
        how += "_in_points" if unit else "_without_unit"
        text = claim.marked(in_points(text, claim.words if unit else None), how, spec, part)
    return claim.printed(text)


def in_points(percent: str, words: Words | None) -> str:
    """A difference of values in percent, as points; without words, bare."""
    sign = f"{NO_BREAK}%"
    number = percent.replace(sign, "")
    return words("compared.points", number=number) if words and sign in percent else number


def _written(value: float, spec: str) -> str:
    """A number that a template gives, by a format of metrics.yaml."""
    text = to_spread(value, math.nan, percent=True) if spec == "%" else shown(value, spec)
    return re.sub(r"\^\{(.*?)\}", r"<sup>\1</sup>", text)


class Compared:
    """States claims that word themselves."""

    def __init__(self, nouns: Nouns, claims: Claims) -> None:
        self._nouns, self._claims = nouns, claims

    def compared(
        self,
        metric: str,
        than: str | float,
        margin: float = 0,
        ratio: bool | None = None,
        over: str = "seeds",
        matters: float | None = None,
        id: str | None = None,
        hypothesis: str = "",
        figure: str | None = None,
        condition: str = "",
    ) -> str:
        """The claim that a variant's metric is better than another variant's, or than a number, with the sentence of its
        verdict. Which way is better, and whether ratios are compared, stands in metrics.yaml. condition: begins the
        hypothesis and the sentence."""
        noun, values = self._nouns.of(metric), self._nouns.values
        if values.is_metric(metric):
            values.over_seeds(metric)  # a name that nothing has lacks no words
        if noun is None or noun.better is None:
            expected = f"{self._nouns.file}: metrics.{split(metric)[2]} with noun and better"
            raise ValueError(f"compared({metric!r}): expected {expected}, found {'no better' if noun else 'nothing'}")
        direction = getattr(Predicates(values), noun.better)
        predicate = direction(metric, than, margin, noun.ratio if ratio is None else ratio, over, matters)

        def wording(comparisons: Sequence[Comparison]) -> Wording:
            if found := Wording.of(comparisons, self._nouns, self._claims.words):
                return found
            expected = "expected the same metric of another variant, or a number"
            raise ValueError(f"compared({metric!r}): than: {expected}, found {than!r}")

        def said(claim: Claim) -> str:
            return condition + wording(claim.comparisons).said(claim, numbers=not self._claims.in_findings)

        if condition:
            hypothesis = condition + (hypothesis or wording(predicate.compare()).hypothesis)
        id = id or _id(metric, than)
        return self._claims.state(id, predicate, places.of_call(), dict.fromkeys(Verdict, ""), said, hypothesis, figure)


def _id(metric: str, than: str | float) -> str:
    """b-c-than-d, of a.b.c and a.d.c."""
    _, variant, name = split(metric)
    other = split(than)[1] if isinstance(than, str) else str(than)
    return re.sub(r"[^a-z0-9]+", "-", f"{variant}-{name}-than-{other}".lower()).strip("-")
