"""Claims with their verdicts, in the order in which they are stated, and the sentences that the verdicts chose."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ronkyo.claims.history import History, Look
from ronkyo.claims.predicates import Comparison, Predicate, Verdict, decisive
from ronkyo.numbers import ABSENT, shown
from ronkyo.words import Words


@dataclass(frozen=True)
class Claim:
    """A claim with its verdict. Wordings see it as `claim`."""

    id: str
    number: int
    place: str  # template:line
    verdict: Verdict
    comparisons: tuple[Comparison, ...]
    figure: str | None
    figure_file: str | None
    words: Words
    looks: tuple[Look, ...] = ()  # that were taken at its seeds
    uncorrected: int = 0  # how many these are, where one was not of the present plan

    @property
    def deciding(self) -> Comparison:
        return decisive(self.verdict, self.comparisons)

    def effect(self, spec: str, part: int | None = None) -> str:
        """The estimated difference, ratio or share: of the deciding comparison, or of the comparison number `part`."""
        return shown(self._part(part).estimate.value, spec)

    def interval(self, spec: str, part: int | None = None) -> str:
        """[low, high] of the same estimate; a dash where there is none."""
        estimate = self._part(part).estimate
        return ABSENT if estimate.reason else f"[{shown(estimate.low, spec)}, {shown(estimate.high, spec)}]"

    @property
    def name(self) -> str:
        """What the deciding comparison compares with."""
        return self.deciding.name

    @property
    def n(self) -> str:
        return str(self.deciding.estimate.n)

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


class Claims:
    """Decides claims in the order in which the templates state them, and keeps what was said.

    figures: the file of a figure's id, None for a figure that there is not. What a report prints of a claim is the
    business of a subclass: `claim_type`, `text` and `printed`.
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
        self.open: str | None = None  # the claim whose wording is being printed

    def state(
        self,
        id: str,
        predicate: Predicate,
        place: str,
        wordings: Sequence[str],
        caller: Callable[[Claim], str],
        figure: str | None = None,
    ) -> str:
        """The wording of the verdict as it is printed; "" and a problem where the template has none."""
        self._check(id, predicate, figure)
        verdict, comparisons = predicate.decide()
        number, file = len(self.stated) + len(self.wordless) + 1, self.figures(figure) if figure else None
        looks = self.history.of(id, comparisons) if self.history else ((), 0)
        claim = self.claim_type(id, number, place, verdict, tuple(comparisons), figure, file, self.words, *looks)
        if verdict not in wordings:
            self.wordless.append(claim)
            return ""
        self.open = id
        sentence = "\n".join(line.strip() for line in caller(claim).strip().splitlines())
        self.open = None
        if wrong := re.search(r"^(?:$|[-*|#>]|\$\$)", sentence, re.MULTILINE):
            start = wrong[0] or ("a blank line" if sentence else "nothing")
            raise ValueError(f"claim {id!r}: expected a sentence below {{% {verdict} %}}, found {start}")
        if claim.reason:
            sentence += self.words("claims.why_undecided", reason=claim.reason)
        self.stated.append(Stated(claim, sentence, self.text(sentence)))
        return self.printed(self.stated[-1])

    @property
    def ids(self) -> set[str]:
        return {claim.id for claim in (*(stated.claim for stated in self.stated), *self.wordless)}

    @property
    def problems(self) -> list[str]:
        """A line for each verdict without a wording."""
        return [_missing_wording(claim) for claim in self.wordless]

    def text(self, sentence: str) -> str:
        """A sentence without markup, on one line."""
        return re.sub(r"\s*\n\s*", self.words("claims.line_break"), sentence)

    def printed(self, stated: Stated) -> str:
        return stated.sentence

    def _check(self, id: str, predicate: Predicate, figure: str | None) -> None:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id):
            raise ValueError(f"claim {id!r}: expected an id of lower-case words joined by hyphens")
        if self.open:
            raise ValueError(f"claim {id!r}: expected a sentence, found a claim inside claim {self.open!r}")
        if twin := next((stated.claim for stated in self.stated if stated.claim.id == id), None):
            raise ValueError(f"claim {id!r}: stated already at {twin.place}")
        if not isinstance(predicate, Predicate):
            raise ValueError(f"claim {id!r}: expected a predicate such as higher(…), found {predicate!r}")
        if self.closed_by:
            raise ValueError(f"claim {id!r}: stands after the ledger at {self.closed_by}, which must list it")
        if figure and self.figures(figure) is None:
            raise ValueError(f"claim {id!r}: figure {figure!r}: no such figure")


def _missing_wording(claim: Claim) -> str:
    estimate = claim.deciding.estimate
    interval = f"interval [{estimate.low:.4g}, {estimate.high:.4g}]"
    values = estimate.reason or f"{estimate.value:.4g}, {interval}, n {estimate.n}"
    return (
        f"{claim.place}: claim {claim.id!r} is {claim.verdict} ({claim.deciding.quantity}: {values}), and there is no "
        f"wording for that: write {{% {claim.verdict} %}} and the sentence that is true then"
    )
