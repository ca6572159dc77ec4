"""Claims with their verdicts, in the order in which they are stated, and the sentences that the verdicts chose."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ronkyo.claims.estimates import Estimate, Method
from ronkyo.claims.false_discoveries import standing
from ronkyo.claims.history import History, Look
from ronkyo.claims.predicates import Predicate
from ronkyo.claims.quantity import Kind
from ronkyo.claims.verdicts import CLOSE, Comparison, Verdict, decisive
from ronkyo.numbers import ABSENT, shown, to_spread
from ronkyo.words import Words

EXPLANATION = "\ue002"  # a private character, which no text has: what follows it was not measured


@dataclass(frozen=True)
class Claim:
    """A claim with its verdict. Wordings see it as `claim`."""

    id: str
    number: int
    place: str  # template:line
    hypothesis: str  # what is claimed, in the reader's language
    predicate: Predicate
    verdict: Verdict
    comparisons: tuple[Comparison, ...]
    figure: str | None
    figure_file: str | None
    words: Words
    items: str  # what one item is called
    looks: tuple[Look, ...] = ()  # that were taken at its seeds
    uncorrected: int = 0  # how many these are, where one was not of the present plan
    wordings: Mapping[str, str] = field(default_factory=dict)  # of each verdict, as the template has it

    @cached_property
    def deciding(self) -> Comparison:
        return decisive(self.verdict, self.comparisons)

    @cached_property
    def close(self) -> bool:
        """Whether the verdict would be another one if one comparison's interval lay a tenth of its half width to a side;
        for a ratio on the scale of logarithms."""
        verdicts = [comparison.verdict for comparison in self.comparisons]
        return any(
            self.predicate.verdict([*verdicts[:part], comparison.moved(by), *verdicts[part + 1 :]]) != self.verdict
            for part, comparison in enumerate(self.comparisons)
            if math.isfinite(comparison.half_width)
            for by in (-CLOSE * comparison.half_width, CLOSE * comparison.half_width)
        )

    def effect(self, spec: str = "", part: int | None = None) -> str:
        """The estimated difference, ratio or share: of the deciding comparison, or of the comparison number `part`. Without
        a format it has the digits that the spread supports; "%" is that in percent. A share is in percent anyway."""
        estimate = self._part(part).estimate
        return _printed(estimate.value, spec, estimate)

    def interval(self, spec: str = "", part: int | None = None) -> str:
        """[low, high] of the same estimate; a dash where there is none. Without a format both have more digits where one would be
        printed as a bound that it does not reach."""
        comparison = self._part(part)
        estimate = comparison.estimate
        if estimate.reason:
            return ABSENT

        def printed(value: float, more: int) -> str:
            return _printed(value, spec, estimate, more)

        for more in range(4):
            ends = [printed(end, more) for end in (estimate.low, estimate.high)]
            if not {printed(bound, more) for bound in comparison.bounds} & set(ends):
                return f"[{', '.join(ends)}]"
        return f"[{printed(estimate.low, 0)}, {printed(estimate.high, 0)}]"  # they touch

    def counted(self, none: str, some: str, all: str) -> str:
        """One of three wordings of a share: no seed, some, every one; {k} and {n} in them are the numbers of seeds.

        Raises ValueError if the deciding comparison is of no share.
        """
        if self.deciding.estimate.method != Method.SHARE:
            raise ValueError(f"claim {self.id!r}: counted: expected a claim of a share, found {self.deciding.quantity}")
        wording = none if self.ones == "0" else all if self.ones == self.n else some
        return wording.replace("{k}", self.printed(self.ones)).replace("{n}", self.printed(self.n))  # not a formula's

    def marked(self, number: str, how: str, spec: str = "", part: int | None = None) -> str:
        """A number of the claim, with what tells how it was printed."""
        return number

    def printed(self, number: str) -> str:
        """A number as it stands in a text."""
        return number

    @property
    def ones(self) -> str:
        """In how many seeds a metric of zeros and ones is one; a dash where that is not known."""
        estimate = self.deciding.estimate
        return ABSENT if math.isnan(estimate.value) else str(round(estimate.value * estimate.n))

    @property
    def name(self) -> str:
        """What the deciding comparison compares with."""
        return self.deciding.name

    @property
    def n(self) -> str:
        return str(self.deciding.estimate.n)

    @property
    def grounds(self) -> str:
        """What the verdict rests on: "10 seeds, 50 clips"."""
        return self.words("claims.joiner").join(self._counted(over) for over in self._kinds()) or self.words(
            "claims.grounds.computed"
        )

    @property
    def notes(self) -> list[str]:
        """What is to be known of the verdict where it is read: that it is close, what it rests on, and that looks were taken
        for which its level is not corrected."""
        close = [self.words("claims.close")] if self.close else []
        looks = [self.words("claims.uncorrected", count=self.uncorrected)] if self.uncorrected else []
        return [*close, self.grounds, *looks]

    def by_kind(self) -> str:
        """What each kind of evidence says: "seeds: supported, voices: undecided"."""
        told = (
            self.words("claims.by_kind", kind=self.kind(part), verdict=self.words(f"claims.{part.verdict}"))
            for part in self.comparisons
        )
        return self.words("claims.joiner").join(told)

    def kind(self, part: Comparison) -> str:
        """Over what a comparison is made, in words."""
        return self.words("claims.seeds") if part.quantity.over == "seeds" else self.items

    def matters(self, part: int | None = None) -> str:
        """The difference that does not matter, as ±0.02; of a ratio the factors.

        Raises ValueError where nothing says what matters.
        """
        comparison = self._part(part)
        if comparison.matters is None:
            raise ValueError(
                f"claim {self.id!r}: matters: expected the metric's in params.yaml, or matters=…, found none"
            )
        kind = "ratio" if comparison.quantity.kind == Kind.RATIO else "difference"
        return self.words(f"claims.matters.{kind}", size=shown(comparison.matters, "g"))

    @property
    def reason(self) -> str:
        """Why there is no interval, as words; "" where there is one."""
        reason = self.deciding.estimate.reason
        return self.words(f"claims.reason.{reason}") if reason else ""

    @property
    def evidence(self) -> list[str]:
        """Where the claim's metrics are kept, each once."""
        return list(dict.fromkeys(file for comparison in self.comparisons for file in comparison.evidence))

    def names(self, verdict: str) -> str:
        """What tells the comparisons of this verdict apart, as a list in words: the variant that the claim's own is
        compared with, or its own where that is a constant. "" if there are none."""
        wanted = Verdict(verdict)
        return self.words("claims.joiner").join(part.name for part in self.comparisons if part.verdict == wanted)

    def _kinds(self) -> list[str]:
        """Over what the claim's estimates are: "seeds", "items" or both; nothing for computed numbers."""
        return list(
            dict.fromkeys(part.quantity.over for part in self.comparisons if part.estimate.method != Method.EXACT)
        )

    def _counted(self, over: str) -> str:
        """How many seeds, or items, a comparison has, from the fewest to the most."""
        parts = [
            part for part in self.comparisons if part.quantity.over == over and part.estimate.method != Method.EXACT
        ]
        numbers = sorted({part.estimate.n for part in parts})
        count = self.words("claims.range").join(map(str, dict.fromkeys((numbers[0], numbers[-1]))))
        if all(part.quantity.kind == Kind.DISCORDANT for part in parts):
            return self.words("claims.grounds.discordant", count=count)
        if over == "items":
            return self.words("claims.grounds.items", count=count, items=self.items)
        return self.words(f"claims.grounds.{'seed' if count == '1' else 'seeds'}", count=count)

    def _part(self, part: int | None) -> Comparison:
        if part is None:
            return self.deciding
        if not 0 <= part < len(self.comparisons):
            raise ValueError(f"part: expected 0 to {len(self.comparisons) - 1}, found {part}")
        return self.comparisons[part]


@dataclass(frozen=True)
class Stated:
    """A claim and the words that its verdict printed."""

    claim: Claim
    sentence: str  # as the template has it, with whatever markup
    text: str  # without markup, on one line
    in_findings: bool = False  # where a table tells its hypothesis, numbers and verdict


class Claims:
    """Decides claims in the order in which the templates state them, and keeps what was said.

    figures: the file of a figure's id, if it has one; raises ValueError for a figure that there is not. What a report prints
    of a claim is the business of a subclass: `claim_type`, `text`, `printed` and `table`; so is what it calls things:
    `hypothesis`, `otherwise` and `items`.
    history: at how many seeds earlier reports looked at each claim; without it, no looks are told.
    """

    claim_type = Claim

    def __init__(
        self,
        words: Words,
        figures: Callable[[str], str | None] = lambda id: None,
        history: History | None = None,
    ) -> None:
        self.words = words
        self.figures = figures
        self.history = history
        self.stated: list[Stated] = []
        self.wordless: list[Claim] = []  # whose verdict the template has no wording for
        self.closed_by: str | None = None  # the place of the ledger, which lists all claims and so stands after them
        self.counted_by: str | None = None  # the call, with its place, that counts all claims or looks them up
        self._standing: tuple[int, set[str]] = 0, set()  # of how many claims, which
        self.open: str | None = None  # the claim whose wording is being printed
        self.in_findings = False  # whether findings are being printed

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
        """The wording of the verdict as it is printed, and its explanation behind it; "" and a problem where the template
        has none. wordings: by verdict, as the template has them; "" for one that is made when it is needed."""
        self._check(id, predicate)
        verdict, comparisons = predicate.decide()
        number, file = len(self.stated) + len(self.wordless) + 1, self.figures(figure) if figure else None
        hypothesis = self._one_line(hypothesis.strip()) or self.hypothesis(comparisons)
        items = self.items(next((part for part in comparisons if part.quantity.over == "items"), comparisons[0]))
        looks = self.history.of(id, comparisons) if self.history else ((), 0)
        parts = tuple(comparisons)
        written = {verdict: text for verdict, text in wordings.items() if text}
        claim = self.claim_type(
            id, number, place, hypothesis, predicate, verdict, parts, figure, file, self.words, items, *looks, written
        )
        if verdict not in wordings:
            self.wordless.append(claim)
            return ""
        self.open = id
        sentence, explains, explanation = caller(claim).partition(EXPLANATION)
        self.open = None
        sentence = _lines(sentence, f"claim {id!r}", verdict)
        if claim.reason:
            sentence += self.words("claims.why_undecided", reason=claim.reason)
        self.stated.append(Stated(claim, sentence, self.text(sentence), self.in_findings))
        printed = self.printed(self.stated[-1])
        return f"{printed}\n{_lines(explanation, f'claim {id!r}', 'explanation')}" if explains else printed

    def findings(self, place: str, caller: Callable[[], str]) -> str:
        """What is printed of the claims that a text states, and the text behind it. Raises ValueError where it states none."""
        if self.in_findings or self.open:
            around = f"claim {self.open!r}" if self.open else "other findings"
            raise ValueError(f"findings: expected a text of their own, found findings inside {around}")
        before, told = len(self.by_id), len(self.stated)
        self.in_findings = True
        text = caller()
        self.in_findings = False
        if len(self.by_id) == before:
            raise ValueError("findings: expected claims in their text, found none")
        return f"{self.table([stated.claim for stated in self.stated[told:]], place)}{text}"

    @property
    def standing(self) -> set[str]:
        """The ids of those stated so far that are decided and stand at a held rate of false discoveries."""
        count, ids = self._standing
        if count != len(self.stated):
            ids = standing({stated.claim.id: stated.claim.predicate for stated in self.stated})
            self._standing = len(self.stated), ids
        return ids

    def stands(self, claim: Claim) -> bool | None:
        """Whether it is one of them; None for what is not decided, or not by chance."""
        counted = any(part.estimate.method != Method.EXACT for part in claim.comparisons)
        return claim.id in self.standing if counted and claim.verdict != Verdict.UNDECIDED else None

    @property
    def by_id(self) -> dict[str, Claim]:
        """All of them, with those that have no wording."""
        return {claim.id: claim for claim in (*(stated.claim for stated in self.stated), *self.wordless)}

    @property
    def problems(self) -> list[str]:
        """A line for each verdict without a wording, and for each claim without a hypothesis."""
        claims = sorted((*(stated.claim for stated in self.stated), *self.wordless), key=lambda claim: claim.number)
        expected = "expected hypothesis=…, what it claims in a few words of the reader's{}, found none"
        nameless = [
            f"{claim.place}: claim {claim.id!r}: {expected.format(self.otherwise(claim))}"
            for claim in claims
            if not claim.hypothesis
        ]
        return [_missing_wording(claim) for claim in self.wordless] + nameless

    def hypothesis(self, comparisons: Sequence[Comparison]) -> str:
        """What comparisons claim, if it can be said without an author; else ""."""
        return ""

    def otherwise(self, claim: Claim) -> str:
        """How else than by an author's words it could be said what a claim claims; "" where it could not."""
        return ""

    def items(self, comparison: Comparison) -> str:
        """What an item of a comparison is called."""
        return self.words("claims.items")

    def text(self, sentence: str) -> str:
        """A sentence without markup, on one line."""
        return self._one_line(sentence)

    def _one_line(self, text: str) -> str:
        return re.sub(r"\s*\n\s*", self.words("claims.line_break"), text)

    def printed(self, stated: Stated) -> str:
        return stated.sentence

    def table(self, claims: Sequence[Claim], place: str) -> str:
        """What stands before findings at a place."""
        return ""

    def _check(self, id: str, predicate: Predicate) -> None:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id):
            raise ValueError(f"claim {id!r}: expected an id of lower-case words joined by hyphens")
        if self.open:
            raise ValueError(f"claim {id!r}: expected a sentence, found a claim inside claim {self.open!r}")
        if twin := next((stated.claim for stated in self.stated if stated.claim.id == id), None):
            raise ValueError(f"claim {id!r}: stated already at {twin.place}")
        if not isinstance(predicate, Predicate):
            raise ValueError(f"claim {id!r}: expected a predicate such as higher(…), found {predicate!r}")
        for told in (self.closed_by and f"the ledger at {self.closed_by}", self.counted_by):
            if told:
                raise ValueError(f"claim {id!r}: stands after {told}, which must tell of it")


def _lines(text: str, claim: str, tag: str) -> str:
    """The lines of a wording. Raises ValueError if they are no part of a paragraph."""
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    if wrong := re.search(r"^(?:$|[-*|#>]|\$\$)", lines, re.MULTILINE):
        start = wrong[0] or ("a blank line" if lines else "nothing")
        raise ValueError(f"{claim}: expected a sentence below {{% {tag} %}}, found {start}")
    return lines


def _printed(value: float, spec: str, estimate: Estimate, more: int = 0) -> str:
    """A number of an estimate; without a format to the second digit of half its interval's width, or so many more. A ratio's
    is that of its logarithm, so that value and ends have the same number of digits."""
    if spec not in ("", "%"):
        return shown(value, spec)
    if estimate.method == Method.RATIO and not estimate.reason and 0 < estimate.low < estimate.high < math.inf:
        exponent = math.floor(math.log10((math.log(estimate.high) - math.log(estimate.low)) / 2))
        return shown(value, f"#,.{max(2, 1 - exponent) + more}g")
    percent = spec == "%" or estimate.method == Method.SHARE
    return to_spread(value, (estimate.high - estimate.low) / 2 / 10**more, percent)


def _missing_wording(claim: Claim) -> str:
    estimate = claim.deciding.estimate
    interval = f"interval [{estimate.low:.4g}, {estimate.high:.4g}]"
    values = estimate.reason or f"{estimate.value:.4g}, {interval}, n {estimate.n}"
    return (
        f"{claim.place}: claim {claim.id!r} is {claim.verdict} ({claim.deciding.quantity}: {values}), and there is no "
        f"wording for that: write {{% {claim.verdict} %}} and the sentence that is true then"
    )
