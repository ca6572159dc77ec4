"""Claims in templates: a predicate over the metrics, and a wording for each verdict, of which the verdict prints one.

    {% claim "bidirectional-best", highest("spoken_digits.bilstm.val_accuracy"), figure="spoken_digits/confusion" %}
      {% supported %} … is the highest, by {{ claim.effect(".3f") }}.
      {% undecided %} … cannot be told from {{ claim.names("undecided") }}.
      {% contradicted %} … is not the highest: {{ claim.names("contradicted") }} is higher.
    {% endclaim %}

`{% background "reason" %} … {% endbackground %}` marks text that is not about the runs; it is printed as it is, and only
the lint looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.lexer import Token
from jinja2.parser import Parser

from ronkyo.claims.predicates import Comparison, Predicate, Verdict, decisive, of_verdict
from ronkyo.numbers import ABSENT, shown
from ronkyo.project import Project
from ronkyo.report.values import Value

WORDS = {Verdict.SUPPORTED: "支持", Verdict.UNDECIDED: "未決", Verdict.CONTRADICTED: "否定"}
REASONS = {  # of an estimate without an interval -> as the report says it
    "one value": "シードが 1 個では、ばらつきが分からない",
    "no spread": "すべてのシードで同じ値になり、ばらつきが分からない",
    "not finite": "有限でない値がある",
    "not positive": "比をとれない、正でない値がある",
    "no value": "どのシードでも両者に違いがない",
    "not zeros and ones": "0 と 1 以外の値がある",
}


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

    @property
    def deciding(self) -> Comparison:
        return decisive(self.verdict, self.comparisons)

    def effect(self, spec: str, part: int | None = None) -> Value:
        """The estimated difference, ratio or share: of the deciding comparison, or of the comparison number `part`."""
        return self._value(shown(self._part(part).estimate.value, spec))

    def interval(self, spec: str, part: int | None = None) -> Value:
        """[low, high] of the same estimate; a dash where there is none."""
        found = self._part(part).estimate
        return self._value(ABSENT if found.reason else f"[{shown(found.low, spec)}, {shown(found.high, spec)}]")

    @property
    def name(self) -> str:
        """What the deciding comparison compares with."""
        return self.deciding.name

    @property
    def n(self) -> Value:
        return self._value(str(self.deciding.estimate.n))

    @property
    def reason(self) -> str:
        """Why there is no interval, as words; "" where there is one."""
        reason = self.deciding.estimate.reason
        return REASONS[reason] if reason else ""

    @property
    def evidence(self) -> list[str]:
        """The files that hold the claim's metrics, each once."""
        return list(dict.fromkeys(file for one in self.comparisons for file in one.evidence))

    def names(self, verdict: str) -> str:
        """What tells the comparisons of this verdict apart, as "GRU(128)、LSTM(64)": the variant that the claim's own is
        compared with, or its own where that is a constant. "" if there are none."""
        return "、".join(of_verdict(Verdict(verdict), self.comparisons))

    def _part(self, part: int | None) -> Comparison:
        if part is None:
            return self.deciding
        if not 0 <= part < len(self.comparisons):
            raise ValueError(f"part: expected 0 to {len(self.comparisons) - 1}, found {part}")
        return self.comparisons[part]

    def _value(self, text: str) -> Value:
        return Value(text, f"claim:{self.id}")


@dataclass(frozen=True)
class Stated:
    """A claim and the words that its verdict printed, as Markdown."""

    claim: Claim
    sentence: str


class Claims:
    """Decides claims in the order in which the templates state them, and keeps what was said."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.stated: list[Stated] = []
        self.problems: list[str] = []  # verdicts without a wording
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
        """The wording of the verdict, marked up; "" and a problem where the template has none."""
        self._check(id, predicate, figure)
        drawn = self.project.relative(self.project.figure_file(figure)) if figure else None
        verdict, comparisons = predicate.decide()
        claim = Claim(id, len(self.stated) + len(self.problems) + 1, place, verdict, tuple(comparisons), figure, drawn)
        if verdict not in wordings:
            self.problems.append(_missing_wording(claim))
            return ""
        self.open = id
        sentence = "\n".join(line.strip() for line in caller(claim).strip().splitlines())
        self.open = None
        if found := re.search(r"^(?:$|[-*|#>]|\$\$)", sentence, re.MULTILINE):
            start = found[0] or ("a blank line" if sentence else "nothing")
            raise ValueError(f"claim {id!r}: expected a sentence below {{% {verdict} %}}, found {start}")
        if claim.reason:
            sentence += f"（判定できない理由：{claim.reason}）"
        self.stated.append(Stated(claim, sentence))
        mark = f'<a class="verdict {verdict}" href="#ledger:{id}">主張 {claim.number} {WORDS[verdict]}</a>'
        if sentence.endswith("。"):  # the mark never begins a line
            return f'<span class="claim" id="claim:{id}">{sentence[:-1]}<span class="end">。{mark}</span></span>'
        return f'<span class="claim" id="claim:{id}">{sentence}{mark}</span>'

    def _check(self, id: str, predicate: Predicate, figure: str | None) -> None:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id):
            raise ValueError(f"claim {id!r}: expected an id of lower-case words joined by hyphens")
        if self.open:
            raise ValueError(f"claim {id!r}: expected a sentence, found a claim inside claim {self.open!r}")
        if twin := next((one.claim for one in self.stated if one.claim.id == id), None):
            raise ValueError(f"claim {id!r}: stated already at {twin.place}")
        if not isinstance(predicate, Predicate):
            raise ValueError(f"claim {id!r}: expected a predicate such as higher(…), found {predicate!r}")
        if self.closed_by:
            raise ValueError(f"claim {id!r}: stands after the ledger at {self.closed_by}, which must list it")
        if figure and not self.project.figure_file(figure).is_file():
            raise ValueError(f"claim {id!r}: figure {figure!r}: no such figure")


class ClaimTags(Extension):
    """The tags `claim` and `background`."""

    tags = {"claim", "background"}

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Keep the line break after an end tag: a sentence may end its paragraph there."""
        return re.sub(r"(\{%[-+]?\s*end(?:claim|background)\s*)%\}", r"\1+%}", source)

    def parse(self, parser: Parser) -> nodes.Node:
        tag = next(parser.stream)
        return self._background(parser) if tag.value == "background" else self._claim(parser, tag)

    def _background(self, parser: Parser) -> nodes.Node:
        reason = parser.stream.expect("string")
        if not reason.value.strip():
            parser.fail("background: expected a reason in quotes, found none", reason.lineno)
        body = parser.parse_statements(("name:endbackground",), drop_needle=True)
        return nodes.Scope(body, lineno=reason.lineno)

    def _claim(self, parser: Parser, tag: Token) -> nodes.Node:
        id = parser.parse_expression()
        parser.stream.expect("comma")
        arguments: list[nodes.Expr] = [id, parser.parse_expression()]
        keywords = []
        while parser.stream.skip_if("comma"):
            name = parser.stream.expect("name")
            parser.stream.expect("assign")
            keywords.append(nodes.Keyword(name.value, parser.parse_expression(), lineno=name.lineno))
        wordings = self._wordings(parser, tag)
        place = f"{parser.filename or parser.name}:{tag.lineno}"
        arguments += [nodes.Const(place), nodes.Const(tuple(wordings))]
        call = self.call_method("_state", arguments, keywords, lineno=tag.lineno)
        claim = nodes.Name("claim", "param", lineno=tag.lineno)
        body: list[nodes.Node] = [
            nodes.If(self._is(verdict, tag), wording, [], [], lineno=tag.lineno)
            for verdict, wording in wordings.items()
        ]
        return nodes.CallBlock(call, [claim], [], body, lineno=tag.lineno)

    def _wordings(self, parser: Parser, tag: Token) -> dict[str, list[nodes.Node]]:
        known = tuple(Verdict)
        ends = (*(f"name:{verdict}" for verdict in known), "name:endclaim")
        before = parser.parse_statements(ends)
        if any(not _is_blank(node) for node in before):
            parser.fail(f"claim: expected {{% {known[0]} %}} first, found text before it", tag.lineno)
        found: dict[str, list[nodes.Node]] = {}
        while (verdict := next(parser.stream)).value != "endclaim":
            if verdict.value in found:
                parser.fail(f"claim: {{% {verdict.value} %}} stands twice", verdict.lineno)
            found[verdict.value] = parser.parse_statements(ends)
        return found

    def _is(self, verdict: str, tag: Token) -> nodes.Expr:
        found = nodes.Getattr(nodes.Name("claim", "load"), "verdict", "load")
        return nodes.Compare(found, [nodes.Operand("eq", nodes.Const(verdict))], lineno=tag.lineno)

    def _state(self, *arguments: object, **keywords: object) -> str:
        return self.environment.claims.state(*arguments, **keywords)  # pyright: ignore[reportAttributeAccessIssue]


def _is_blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(
        isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes
    )


def _missing_wording(claim: Claim) -> str:
    found = claim.deciding.estimate
    values = found.reason or f"{found.value:.4g}, interval [{found.low:.4g}, {found.high:.4g}], n {found.n}"
    return (
        f"{claim.place}: claim {claim.id!r} is {claim.verdict} ({claim.deciding.quantity}: {values}), and there is no "
        f"wording for that: write {{% {claim.verdict} %}} and the sentence that is true then"
    )
