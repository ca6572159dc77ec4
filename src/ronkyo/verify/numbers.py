"""Whether every number in a report's text is what its recipe prints from the numbers that the report carries."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from ronkyo import params, pins
from ronkyo.report import findings
from ronkyo.report.appendix import block
from ronkyo.report.claim_tables import ClaimTables
from ronkyo.report.conclusions import Conclusions
from ronkyo.report.sentences import MarkedClaim
from ronkyo.report.values import Recipe
from ronkyo.verify.check import WRONG, Check
from ronkyo.verify.differences import plain, shown, unlike
from ronkyo.verify.recomputed import FINDINGS, ROW, Recomputed

NUMBER = re.compile(r'<data value="([^"<>]*)">((?:(?!<data ).)*?)</data>', re.DOTALL)
BLOCK = re.compile(
    r'<div class="ledger \w+" id="ledger:([a-z0-9-]+)" markdown="1">(?:(?!<div class="ledger ).)*?\n</div>', re.DOTALL
)
CONCLUSIONS = re.compile(r'<section class="conclusions[ \w]*" markdown="1">.*?\n</section>', re.DOTALL)
LONG_FORMAT = re.compile(r"\d{3}")  # which no number needs, and which would fill the memory


class Text(NamedTuple):
    """A piece of the report that its claims write: where it stands, what it is called, what they write now."""

    start: int
    end: int
    name: str
    written: str


class Numbers:
    """Those of a report's text."""

    def __init__(self, recomputed: Recomputed) -> None:
        self.recomputed, self.text = recomputed, recomputed.text
        self.lines = [0, *(match.end() for match in re.finditer("\n", recomputed.text))]

    def check(self) -> Check:
        """Those in the ledger and in tables of claims are read with the text around them, which is written again."""
        written = sorted(self._written())
        starts = [text.start for text in written]
        lines = [line for text in written for line in self._unlike(text)]
        unknown, total = Counter(), 0
        for match in NUMBER.finditer(self.text):
            total += 1
            before = bisect_right(starts, match.start()) - 1
            if before >= 0 and match.start() < written[before].end:
                continue
            recipe = Recipe.read(html.unescape(match[1]))
            if not recipe.how:
                unknown[recipe.key.partition(":")[0].partition(".")[0]] += 1
            elif line := self._differing(recipe, match[2]):
                lines.append(f"{self._place(match.start())}: {recipe.key}: expected {line}")
        kinds = ", ".join(f"{kind} ({count:,})" for kind, count in unknown.items())
        told = [f"numbers that do not say how they were printed: {kinds}"] if unknown else []
        return Check(
            "numbers", f"{total - unknown.total():,} of {total:,} numbers of {self.recomputed.place}", lines, told
        )

    def _place(self, offset: int) -> str:
        return f"{self.recomputed.place}:{bisect_right(self.lines, offset)}"

    # -- numbers with a recipe ----------------------------------------------------------------------------------------

    def _differing(self, recipe: Recipe, found: str) -> str:
        """What was expected, if it is not what was found; else ""."""
        try:
            expected = self._again(recipe, found)
        except WRONG as error:
            return f"a number, printed: {error}"
        if expected is None:
            return f"a number, printed in no way that there is: {recipe.how}"
        return f"{plain(expected)}, found {plain(found)}" if expected != found else ""

    def _again(self, recipe: Recipe, found: str) -> str | None:
        """As HTML. Raises one of WRONG."""
        if LONG_FORMAT.search(recipe.spec):
            raise ValueError(f"the format {shown(recipe.spec)}")
        if recipe.how == "version":
            return self._version(recipe.key, found)
        kind, _, id = recipe.key.partition(":")
        if kind == "claim":
            claim = self.recomputed.claims.by_id.get(id)
            if not isinstance(claim, MarkedClaim):
                raise ValueError(f"no claim {id!r} that could be decided again")
            value = claim.again(recipe)
        else:
            value = self.recomputed.values.again(recipe)
        return None if value is None else value.inside

    def _version(self, name: str, found: str) -> str:
        """Of a library, as the stages depend on it; what is installed may say its build behind a plus."""
        if name not in self.versions:
            raise ValueError(f"{pins.FILE} has no {name}")
        pinned = self.versions[name]
        return found if found.partition("+")[0] in pinned.split(" or ") else pinned

    @cached_property
    def versions(self) -> dict[str, str]:
        file = self.recomputed.values.project.versions_file
        return params.read_document(file, pins.FILE) if file.is_file() else {}

    # -- what claims write --------------------------------------------------------------------------------------------

    def _written(self) -> Iterator[Text]:
        """Every block of the ledger, the tables of claims, and the sentence about false discoveries."""
        recomputed = self.recomputed
        stated = {entry.claim.id: entry for entry in recomputed.claims.stated}
        for match in BLOCK.finditer(self.text):
            if match[1] in stated:
                written = block(stated[match[1]], recomputed.claims.nouns, recomputed.original)
                yield Text(*match.span(), f"ledger:{match[1]}", written)
        for match in FINDINGS.finditer(self.text):
            claims = [stated[id].claim for id in ROW.findall(match[0]) if id in stated]
            if claims:
                yield Text(*match.span(), "findings", findings.table(claims, recomputed.claims.nouns))
        page = Conclusions.load(recomputed.values.project, recomputed.claims, recomputed.original)
        for match in CONCLUSIONS.finditer(self.text):
            yield Text(*match.span(), "conclusions", page.bare_page())
        tables = ClaimTables(recomputed.values, recomputed.claims, recomputed.original)
        for table in (tables.claims_table, tables.original_claims_table, tables.original_table):
            yield from self._table(table)
        sentence = tables.false_discoveries()
        if (start := self.text.find(sentence)) >= 0:
            yield Text(start, start + len(sentence), "false discoveries", sentence)

    def _table(self, table: Callable[[], str]) -> Iterator[Text]:
        """With its caption, by whose id it is found; nothing where the report has it not."""
        written = table()
        caption = next(line for line in written.splitlines() if "data-id:" in line)
        if (at := self.text.find(caption)) < 0:
            return
        lines = written.splitlines()
        first = max(0, bisect_right(self.lines, at) - 1 - lines.index(caption))
        last = min(first + len(lines), len(self.lines) - 1)
        id = re.findall(r'data-id: "([^"]*)"', caption)[0]
        yield Text(self.lines[first], self.lines[last], id, written)

    def _unlike(self, text: Text) -> Iterator[str]:
        """A line for each line that is another."""
        found = self.text[text.start : text.end].splitlines()
        written = text.written.splitlines()
        at = bisect_right(self.lines, text.start)
        if len(found) != len(written):
            yield f"{self.recomputed.place}:{at}: {text.name}: expected {len(written)} lines, found {len(found)}"
        for index, (one, other) in enumerate(zip(written, found, strict=False)):
            if one != other:
                yield f"{self.recomputed.place}:{at + index}: {text.name}: {unlike(one, other)}"


def check(recomputed: Recomputed) -> Check:
    """A line for each number that is not as it is printed again."""
    return Numbers(recomputed).check()
