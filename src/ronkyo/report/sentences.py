"""A claim in the report: its sentence with a mark that leads to the ledger, its numbers as values that know their claim."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest

from ronkyo.claims.history import History
from ronkyo.claims.metrics import split
from ronkyo.claims.predicates import Predicate
from ronkyo.claims.quantity import Kind
from ronkyo.claims.statements import Claim, Claims, Stated
from ronkyo.claims.verdicts import Comparison
from ronkyo.report import findings
from ronkyo.report.badges import badge, short_badge
from ronkyo.report.compared import Wording, in_points
from ronkyo.report.nouns import Nouns
from ronkyo.report.places import MARK
from ronkyo.report.values import Recipe, Value


class MarkedClaim(Claim):
    """A claim whose numbers are printed as data of it."""

    def effect(self, spec: str = "", part: int | None = None) -> Value:
        return self.marked(super().effect(spec, part), "effect", spec, part)

    def interval(self, spec: str = "", part: int | None = None) -> Value:
        return self.marked(super().interval(spec, part), "interval", spec, part)

    def matters(self, part: int | None = None) -> Value:
        return self.marked(super().matters(part), "matters", part=part)

    def marked(self, number: str, how: str, spec: str = "", part: int | None = None) -> Value:
        return Value(number, f"claim:{self.id}", how if part is None else f"{how}.{part}", spec)

    def printed(self, number: str) -> str:
        return number.markup() if isinstance(number, Value) else number

    @property
    def ones(self) -> Value:
        return self.marked(super().ones, "ones")

    @property
    def n(self) -> Value:
        return self.marked(super().n, "n")

    def again(self, recipe: Recipe) -> Value | None:
        """A number of the claim as its recipe prints it; None where the recipe is of none. Raises ValueError."""
        how, _, index = recipe.how.partition(".")
        part = int(index) if index else None
        if how in ("effect", "interval"):
            return getattr(self, how)(recipe.spec, part)
        if how in ("effect_in_points", "interval_in_points", "effect_without_unit"):
            number = getattr(self, how.partition("_")[0])(recipe.spec, part)
            words = self.words if how.endswith("_in_points") else None
            return self.marked(in_points(number, words), how, recipe.spec, part)
        if how == "matters":
            return self.matters(part)
        return getattr(self, how) if how in ("ones", "n") else None


class MarkedClaims(Claims):
    """Claims as Markdown with HTML."""

    claim_type = MarkedClaim

    def __init__(self, nouns: Nouns, figures: Callable[[str], str | None], history: History | None = None) -> None:
        super().__init__(nouns.values.words, figures, history)
        self.nouns = nouns

    def hypothesis(self, comparisons: Sequence[Comparison]) -> str:
        wording = Wording.of(comparisons, self.nouns, self.words)
        return wording.hypothesis if wording else ""

    def otherwise(self, claim: Claim) -> str:
        quantity = claim.comparisons[0].quantity
        if (
            len(claim.comparisons) > 1
            or quantity.kind not in (Kind.DIFFERENCE, Kind.RATIO)
            or self.nouns.of(quantity.metric)
        ):
            return ""
        return f", or a noun for {split(quantity.metric)[2]} in {self.nouns.file}"

    def items(self, comparison: Comparison) -> str:
        return self.nouns.items.get(split(comparison.quantity.metric)[0]) or super().items(comparison)

    def state(
        self,
        id: str,
        predicate: Predicate,
        place: str,
        wordings: Mapping[str, str],
        caller: Callable[[Claim], str],
        hypothesis: str = "",
        figure: str | None = None,
    ) -> str:
        """Each line of the sentence keeps the mark of the wording's line that it comes from."""
        marks: list[str] = []

        def unmarked(claim: Claim) -> str:
            text = caller(claim).strip()
            marks.extend(mark[0] if (mark := MARK.search(line)) else "" for line in text.splitlines())
            return MARK.sub("", text)

        lines = super().state(id, predicate, place, wordings, unmarked, hypothesis, figure).split("\n")
        return "\n".join(mark + line for mark, line in zip_longest(marks[: len(lines)], lines, fillvalue=""))

    def text(self, sentence: str) -> str:
        """Tags, links and line breaks off, formulas without their signs."""
        text = re.sub(r"<sup>(.*?)</sup>", r"^\1", sentence)
        text = html.unescape(re.sub(r"</?(?:data|span|a|b|code)\b[^>]*>", "", text))
        text = re.sub(r"\[([^\]]*)\]\(#([^)]*)\)", r"\2", text)
        return super().text(text.replace("$", ""))

    def printed(self, stated: Stated) -> str:
        id = stated.claim.id
        mark = short_badge if stated.in_findings else badge
        return f'<span class="claim" id="claim:{id}">{stated.sentence} {mark(stated.claim)}</span>'

    def table(self, claims: Sequence[Claim], place: str) -> str:
        return f"\n\ue000{place}\ue001{findings.table(claims, self.nouns)}\n\n"
