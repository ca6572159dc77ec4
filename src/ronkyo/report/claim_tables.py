"""Tables of the claims, and of what an earlier report stated beside them."""

from __future__ import annotations

from collections.abc import Callable

from ronkyo.claims import estimates
from ronkyo.claims.statements import Claim
from ronkyo.claims.verdicts import Verdict
from ronkyo.numbers import ABSENT, shown
from ronkyo.report import findings, places
from ronkyo.report.appendix import appendix
from ronkyo.report.badges import page_of, told
from ronkyo.report.blocks import caption as caption_of
from ronkyo.report.blocks import table
from ronkyo.report.original import Original
from ronkyo.report.sentences import MarkedClaims
from ronkyo.report.values import Value, Values

ONLY_FULL = '{: data-full="" }'  # of a cell that the submission leaves out


class ClaimTables:
    """The claims, and what an earlier report said."""

    def __init__(self, values: Values, claims: MarkedClaims, original: Original) -> None:
        self.project = values.project
        self.words = values.words
        self.claims = claims
        self.original = original

    def functions(self) -> dict[str, Callable[..., str]]:
        tables = (self.claims_table, self.original_claims_table, self.original_table)
        return {method.__name__: method for method in (*tables, self.false_discoveries, self.ledger)}

    def claims_table(self) -> str:
        """A row for each claim, after the last: number, hypothesis, estimate with interval, n, verdict, whether it stands among
        all of them, which only the full edition tells, and the page."""
        self._expect_all("claims_table()")
        claims = [stated.claim for stated in self.claims.stated]
        file = self.project.relative(self.project.claims_file)
        counts = {
            verdict: Value(str(sum(claim.verdict == verdict for claim in claims)), "claims") for verdict in Verdict
        }
        told = [f"{self.words(f'claims.{verdict}')} {count.markup()}" for verdict, count in counts.items()]
        counted = self.words("claims.joiner").join(told)
        caption = self.words("report.claims.caption", counts=counted, rate=shown(estimates.ALPHA, ".0%"))
        head, rows = self.words("report.claims").split("|"), [self._row(claim) for claim in claims]
        head[-2] += f" {ONLY_FULL}"
        return table(head, rows, texts=(1,)) + caption_of("table", "tab:claims", caption, file)

    def _expect_all(self, call: str) -> None:
        """No claim may be stated from here on: what is printed would be of a part of them."""
        self.claims.counted_by = f"{call} at {places.of_call()}"

    def _row(self, claim: Claim) -> list[str]:
        stands = self.claims.stands(claim)
        told = ABSENT if stands is None else self.words("report.stands" if stands else "report.falls")
        return [*findings.row(claim, self.claims.nouns), f"{told} {ONLY_FULL}", page_of(claim)]

    def false_discoveries(self) -> str:
        """How many of the decided claims stand when the rate of false ones among them is held; it stands after the last."""
        decided = [stated.claim for stated in self.claims.stated if self.claims.stands(stated.claim) is not None]
        fallen = [f"[{claim.number}](#ledger:{claim.id})" for claim in decided if not self.claims.stands(claim)]
        numbers = self.words("claims.joiner").join(fallen)
        self._expect_all("false_discoveries()")
        return self.words(
            "report.false_discoveries",
            decided=Value(str(len(decided)), "claims").markup(),
            rate=shown(estimates.ALPHA, ".0%"),
            standing=Value(str(len(decided) - len(fallen)), "claims").markup(),
            others=self.words("report.false_discoveries.others", numbers=numbers) if fallen else "",
        )

    def original_claims_table(self) -> str:
        """Every statement of the original report, under which condition it was tested, the verdict, and the claims that give
        it; after the last claim."""
        self._expect_all("original_claims_table()")
        claims = {stated.claim.id: stated.claim for stated in self.claims.stated}
        verdicts = {id: claim.verdict for id, claim in claims.items()}
        rows = []
        for statement in self.original.statements:
            tested = [claims[id] for id in statement.claims if id in claims]
            links = (
                self.words("claims.joiner").join(f"[{claim.number}](#ledger:{claim.id})" for claim in tested) or ABSENT
            )
            rows.append([statement.says, statement.tested, told(statement, verdicts, self.words), links])
        return self._beside_original("original_claims", "tab:original-claims", rows)

    def original_table(self) -> str:
        """The numbers that the original report printed, beside ours."""
        return self._beside_original("original_numbers", "tab:original", self.original.rows())

    def _beside_original(self, name: str, id: str, rows: list[list[str]]) -> str:
        head = self.words(f"report.{name}", original=self.original.name).split("|")
        caption = self.words(f"report.{name}.caption", original=self.original.name)
        return table(head, rows) + caption_of("table", id, caption, self.original.file)

    def ledger(self) -> str:
        """All claims with their evidence; it stands after the last of them."""
        self.claims.closed_by = places.of_call()
        return appendix(self.claims, self.original)
