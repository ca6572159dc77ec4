"""Claims in templates: a predicate over the metrics, and a wording for each verdict, of which the verdict prints one.

    {% claim "bidirectional-best", highest("spoken_digits.bilstm.val_accuracy"), hypothesis="the bidirectional LSTM is best" %}
      {% supported %} … is the highest, by {{ claim.effect() }}.
        {% explanation %} This may be because …
      {% undecided %} … cannot be told from {{ claim.names("undecided") }}.
      {% contradicted %} … is not the highest: {{ claim.names("contradicted") }} is higher.
    {% endclaim %}

What follows `{% explanation %}` in a wording was not measured: it is printed behind the claim's mark.

`{% background "reason" %} … {% endbackground %}` marks text that is not about the runs; it is printed as it is, and only
the lint looks at it. `{% full %} … {% endfull %}`, on lines of their own, is around blocks that the submission leaves out.

`{% findings %} … {% endfindings %}`, on lines of their own, print the claims stated between them as a table first.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jinja2 import TemplateSyntaxError, nodes
from jinja2.ext import Extension
from jinja2.lexer import Token
from jinja2.parser import Parser

from ronkyo.claims.statements import EXPLANATION
from ronkyo.claims.verdicts import Verdict
from ronkyo.editions import BEGIN, END
from ronkyo.errors import nearest

WORDING = rf"\{{%[-+]?\s*({'|'.join(Verdict)})\s*[-+]?%\}}"
CLAIM = re.compile(r"\{%[-+]?\s*claim\b(.*?)\{%[-+]?\s*endclaim\b", re.DOTALL)
FULL = re.compile(r"\{%[-+]?\s*(end)?full\b")
OF_JINJA = ("if", "for", "set", "include", "raw")


class ClaimTags(Extension):
    """The tags `claim`, `background`, `findings` and `full`. The environment's attribute `claims` is the Claims that decides and
    keeps them."""

    tags = {"claim", "background", "findings", "full"}

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Keep the line break after an end tag: a sentence may end its paragraph there; and what the claims say as written."""
        self._written = _written(source)
        _expect_alone(source, name, filename)
        return re.sub(r"(\{%[-+]?\s*end(?:claim|background)\s*)%\}", r"\1+%}", source)

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        tag = next(parser.stream)
        parts = {"claim": self._claim, "findings": self._findings, "full": self._full, "background": self._background}
        try:
            return parts[tag.value](parser, tag)
        except TemplateSyntaxError as error:
            if re.search(f"end of template.* is '{tag.value}'", error.message or ""):
                parser.fail(f"{tag.value}: expected {{% end{tag.value} %}}, found none", tag.lineno)
            raise

    def _full(self, parser: Parser, tag: Token) -> list[nodes.Node]:
        body = parser.parse_statements(("name:endfull",), drop_needle=True)
        marks = [nodes.TemplateData(f"\n\n<!--{mark}-->\n\n") for mark in (BEGIN, END)]
        begin, end = (nodes.Output([mark], lineno=tag.lineno) for mark in marks)
        return [begin, *body, end]

    def _findings(self, parser: Parser, tag: Token) -> nodes.Node:
        body = parser.parse_statements(("name:endfindings",), drop_needle=True)
        call = self.call_method("_find", [_place(parser, tag)], lineno=tag.lineno)
        return nodes.CallBlock(call, [], [], body, lineno=tag.lineno)

    def _background(self, parser: Parser, tag: Token) -> nodes.Node:
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
        written = (self._written.get(tag.lineno) or [{}]).pop(0)
        arguments += [_place(parser, tag), nodes.Const({verdict: written.get(verdict, "") for verdict in wordings})]
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
        wordings: dict[str, list[nodes.Node]] = {}
        while (verdict := next(parser.stream)).value != "endclaim":
            if verdict.value in wordings:
                parser.fail(f"claim: {{% {verdict.value} %}} stands twice", verdict.lineno)
            wordings[verdict.value] = parser.parse_statements((*ends, "name:explanation"))
            if explanation := parser.stream.next_if("name:explanation"):
                mark = nodes.Output([nodes.TemplateData(EXPLANATION)], lineno=explanation.lineno)
                wordings[verdict.value] += [mark, *parser.parse_statements(ends)]
        return wordings

    def _is(self, verdict: str, tag: Token) -> nodes.Expr:
        given = nodes.Getattr(nodes.Name("claim", "load"), "verdict", "load")
        return nodes.Compare(given, [nodes.Operand("eq", nodes.Const(verdict))], lineno=tag.lineno)

    def _state(self, *arguments: object, **keywords: object) -> str:
        return self.environment.claims.state(*arguments, **keywords)  # pyright: ignore[reportAttributeAccessIssue]

    def _find(self, place: str, caller: Callable[[], str]) -> str:
        return self.environment.claims.findings(place, caller)  # pyright: ignore[reportAttributeAccessIssue]


def syntax(error: TemplateSyntaxError) -> str:
    """Jinja's message; of an unknown tag with the nearest of those that it looks for and of those that begin something."""
    message = (error.message or "").removesuffix(".")
    if "unknown tag" not in message:
        return message
    name, *expected = re.findall(r"'(\w+)'", message)
    return message + nearest(name, {*expected, *ClaimTags.tags, *OF_JINJA} - {name})


def _place(parser: Parser, tag: Token) -> nodes.Const:
    """template:line"""
    return nodes.Const(f"{parser.filename or parser.name}:{tag.lineno}")


def _expect_alone(source: str, name: str | None, filename: str | None) -> None:
    """Blocks are left out whole: the tags around them have lines of their own, and stand in no claim."""
    inside = [claim.span() for claim in CLAIM.finditer(source)]
    for tag in FULL.finditer(source):
        start, end = source.rfind("\n", 0, tag.start()) + 1, source.find("\n", tag.end())
        line = source[start : end if end >= 0 else None].strip()
        if re.fullmatch(r"\{%[^%]*%\}", line) and not any(low < tag.start() < high for low, high in inside):
            continue
        wrong = f"{tag[1] or ''}full: expected the tag alone on its line and outside claims, found {line!r}"
        raise TemplateSyntaxError(wrong, source.count("\n", 0, tag.start()) + 1, name, filename)


def _written(source: str) -> dict[int, list[dict[str, str]]]:
    """Of each line the claims that begin there: {verdict: what stands below it, up to its explanation}."""
    found: dict[int, list[dict[str, str]]] = {}
    for claim in CLAIM.finditer(source):
        _, *parts = re.split(WORDING, claim[1])
        line = source.count("\n", 0, claim.start(1)) + 1
        texts = zip(parts[::2], parts[1::2], strict=True)
        found.setdefault(line, []).append({verdict: _trimmed(text) for verdict, text in texts})
    return found


def _trimmed(text: str) -> str:
    sentence = re.split(r"\{%[-+]?\s*explanation\b", text)[0]
    return "\n".join(line.strip() for line in sentence.strip().splitlines())


def _is_blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(
        isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes
    )
