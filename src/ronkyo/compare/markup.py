"""A comparison's values as Markdown and HTML: what the templates of this folder are filled with."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import jinja2
from markupsafe import Markup

from ronkyo.claims.estimates import Method
from ronkyo.compare.differences import ClaimChange
from ronkyo.compare.machine import Machine
from ronkyo.compare.metrics import Metric
from ronkyo.compare.revision import Side
from ronkyo.compare.text import WHOLE, Part
from ronkyo.numbers import ABSENT, ratio_with_interval, rounded, with_interval
from ronkyo.typeset.mathematics import MathError, typeset_all
from ronkyo.words import Words

HERE = Path(__file__).parent
CONTEXT = 40  # characters that are shown of unchanged text beside a change
MOST_NAMED = 5  # in a sentence
FORMULA = re.compile(r"\\([(\[])(.*?)\\[)\]]")


def fill(template: str, words: Words, code: Callable[[Any], Markup], **values: Any) -> str:
    """A template of this folder; nothing that a value holds is a mark or a tag, unless a filter made it one."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup | jinja2.Undefined) else literal(str(value)),
    )
    phrases = _Phrases(words)
    environment.globals["words"] = phrases
    environment.filters |= {
        "code": code,
        "as_it_is": Markup,
        "marked": lambda parts: marked(parts, words.language),
        "marked_plainly": marked_plainly,
        "grouped": grouped,
    }
    environment.filters |= {
        name: getattr(phrases, name)
        for name in ("title", "way_back", "named", "change", "standing", "effect", "verdict", "word", "told_apart")
    }
    environment.filters |= {"mean": mean, "sentence": sentence}
    return environment.get_template(template).render(**values)


def page_code(value: Any) -> Markup:
    """As code in a page."""
    return Markup(ABSENT if value == ABSENT else f"<code>{literal(str(value))}</code>")


def comment_code(value: Any) -> Markup:
    """As code in a comment, also inside a table."""
    text = re.sub(r"\s*[\r\n]\s*", " ", str(value).replace("|", "\\|"))
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return Markup(text if value == ABSENT else f"{fence} {text} {fence}" if len(fence) > 1 else f"`{text}`")


def literal(text: str) -> str:
    """Plain text for Markdown, a line in which nothing of it is a mark or a tag."""
    text = re.sub(r"\s*[\r\n]\s*", " ", text)
    return re.sub(
        r"[&<>*`~|$\\]|\](?=[(\[:])|\[(?=\^)|(?<![^\W_])_|_(?![^\W_])", lambda mark: f"&#{ord(mark[0])};", text
    )


def grouped(things: list[Any], attribute: str) -> list[tuple[str, list[Any]]]:
    """In the order in which each value of the attribute first comes."""
    groups: dict[str, list[Any]] = {}
    for thing in things:
        groups.setdefault(getattr(thing, attribute), []).append(thing)
    return list(groups.items())


def mean(metric: Metric, side: Literal["old", "new"]) -> Markup:
    """The mean of one side, to what its seeds support."""
    return Markup(metric.printed(side))


def sentence(claim: dict[str, Any] | None) -> str:
    return "".join(claim["sentences"]) if claim else ABSENT


class _Phrases:
    """What takes words of a language; as a function, one text of its table, whose fields are plain text or markup."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def __call__(self, key: str, **fields: Any) -> Markup:
        return Markup(self.words(f"compare.{key}", **{name: _escaped(value) for name, value in fields.items()}))

    def told_apart(self, machine: Machine) -> str:
        return machine.sentence(self.words)

    def title(self, side: Side) -> str:
        return side.title(self.words)

    def way_back(self, side: Side) -> Markup:
        return Markup(side.way_back(self.words))

    def named(self, names: Sequence[Any], most: int = MOST_NAMED) -> Markup:
        """The first few of a list, and how many there are."""
        first = Markup(self.words("claims.joiner").join(map(_escaped, names[:most])))
        return self("and_more", names=first, n=len(names)) if len(names) > most else first

    def change(self, metric: Metric) -> Markup:
        """−0.02 [−0.03, −0.01], 0.5 [0.3, 0.9] times, or the difference alone where no interval can be had."""
        found = metric.change
        if metric.old is None or metric.new is None:
            return Markup(ABSENT)
        if found is None or found.reason:
            return Markup(rounded(metric.new - metric.old))
        if metric.is_ratio:
            return self("ratio", ratio=Markup(ratio_with_interval(found.value, found.low, found.high)))
        return Markup(with_interval(found.value, found.low, found.high))

    def standing(self, metric: Metric) -> Markup:
        text = self(f"standing.{metric.standing}")
        return Markup(f'<span class="moved">{text}</span>') if metric.moved else text

    def effect(self, claim: dict[str, Any] | None) -> Markup:
        """The deciding estimate of a claim with its interval, as claims.json has it."""
        if not claim:
            return Markup(ABSENT)
        value, low, high = (claim.get(name) for name in ("effect", "low", "high"))
        if value is None or low is None or high is None:
            return Markup(rounded(value))
        methods = {one["method"] for one in claim.get("comparisons", []) if one.get("value") == value}
        estimate = Markup((ratio_with_interval if methods == {Method.RATIO} else with_interval)(value, low, high))
        return self("n", estimate=estimate, n=claim["n"]) if claim["n"] else estimate

    def word(self, claim: dict[str, Any] | None) -> Markup:
        return Markup(self.words(f"claims.{claim['verdict']}" if claim else "compare.none"))

    def verdict(self, change: ClaimChange) -> Markup:
        """supported → undecided, as marks."""
        marks = [
            f'<span class="verdict {claim["verdict"]}">{self.word(claim)}</span>' if claim else self.word(None)
            for claim in (change.old, change.new)
        ]
        return Markup(" → ".join(marks))


def _escaped(value: Any) -> str:
    return value if isinstance(value, Markup) else literal(str(value))


# -- changed text -----------------------------------------------------------------------------------------------------


def marked(parts: list[Part], language: str) -> Markup:
    """HTML with <del> and <ins>; of long unchanged passages only what stands beside a change."""
    return Markup(_tagged(parts, lambda text: _formulas(html.escape(text), language)))


def marked_plainly(parts: list[Part]) -> Markup:
    """The same for a comment: GitHub takes the tags, and no ~~ or ** beside Japanese punctuation."""
    return Markup(_tagged(parts, literal))


def _tagged(parts: list[Part], escaped: Callable[[str], str]) -> str:
    tags = {"deleted": "<del>{}</del>", "inserted": "<ins>{}</ins>", "same": "{}"}
    texts = [tags[part.kind].format(escaped(text)) for part, text in zip(parts, _shortened(parts), strict=True)]
    kinds = [part.kind for part in parts]
    apart = [" " if pair == ("deleted", "inserted") else "" for pair in pairwise(kinds)]  # 10 30, not 1030, when copied
    return "".join(text + gap for text, gap in zip(texts, [*apart, ""], strict=True))


def _formulas(text: str, language: str) -> str:
    """Formulas to be set in the line, where MathJax can; only the report itself numbers them."""

    def tex(found: re.Match[str]) -> str:
        bare = re.sub(r"\\(?:label|tag\*?)\{[^{}]*\}", "", found[2]).strip()
        return rf"\displaystyle {bare}" if found[1] == "[" else bare

    asked = [(html.unescape(tex(found)), False) for found in FORMULA.finditer(text)]
    answers = iter(typeset_all(asked, language))

    def inline(found: re.Match[str]) -> str:
        return (
            found[0] if isinstance(next(answers), MathError) else rf'<span class="arithmatex">\({tex(found)}\)</span>'
        )

    return FORMULA.sub(inline, text)


def _shortened(parts: list[Part]) -> list[str]:
    texts = []
    for index, part in enumerate(parts):
        text = part.text
        before, after = index > 0, index < len(parts) - 1
        if part.kind == "same" and len(text) > CONTEXT * (before + after) + 4:
            beginning = text[: _cut(text, CONTEXT, forward=True)] if before else ""
            end = text[_cut(text, len(text) - CONTEXT, forward=False) :] if after else ""
            text = f"{beginning}…{end}"
        texts.append(text)
    return texts


def _cut(text: str, cut: int, forward: bool) -> int:
    """The place nearest to `cut` that is in no formula, number or Latin word."""
    for whole in WHOLE.finditer(text):
        if whole.start() < cut < whole.end():
            return whole.end() if forward else whole.start()
    return cut
