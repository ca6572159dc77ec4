"""What changed in the report's text: paragraphs, and in a paragraph the words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Literal, NamedTuple

from ronkyo.typeset import tree

SIMILAR = 0.4  # paragraphs that share less are not two versions of one
WHOLE = re.compile(
    r"[−+-]?[0-9]+(?:[,.][0-9]+)*(?:\^?\{?[−-]?[0-9]+\}?)?|[A-Za-z_][A-Za-z0-9_.]*|\\\(.*?\\\)|\\\[.*?\\\]|\s+"
)
# What is compared by itself: the ledger and the marks of verdicts, tables with their captions, code. A number of a note is none
# of the text.
ELSEWHERE = " | ".join(
    [
        '//*[starts-with(@id, "ledger:")]',
        '//*[contains(@class, "verdict")]',
        "//figure[.//table][not(.//img)]",
        "//table",
        "//pre",
        '//sup[starts-with(@id, "fnref")]',
    ]
)
KINDS = {"fig": "図", "tab": "表", "lst": "コード", "eq": "式"}
BLANK = re.compile(rf"^\s+(?=[{tree.WIDE}])")  # stands after a number; between two Japanese words it is stray


class Part(NamedTuple):
    """A run of words that both versions have, or one of them."""

    kind: Literal["same", "deleted", "inserted"]
    text: str


@dataclass(frozen=True)
class Paragraph:
    chapter: str
    text: str


@dataclass(frozen=True)
class Change:
    """A paragraph that is new, is gone or reads otherwise."""

    chapter: str
    parts: list[Part]


def changes(old: str, new: str) -> list[Change]:
    """From two versions of the report's Markdown, in the order of the text; listings, tables with their captions and the ledger
    are left out, since code, numbers and claims are compared by themselves."""
    before, after = list(paragraphs(old)), list(paragraphs(new))
    matcher = SequenceMatcher(None, [one.text for one in before], [one.text for one in after], autojunk=False)
    found: list[Change] = []
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind != "equal":
            found += _replaced(before[first:last], after[start:end])
    return found


def _replaced(before: list[Paragraph], after: list[Paragraph]) -> Iterator[Change]:
    """The old paragraphs beside the new ones that they became; what is between is gone or new."""
    old_words, new_words = [words(old.text) for old in before], [words(new.text) for new in after]
    gone = come = 0
    for old, new in [*_pairs(old_words, new_words), (len(before), len(after))]:
        yield from (Change(one.chapter, [Part("deleted", one.text)]) for one in before[gone:old])
        yield from (Change(one.chapter, [Part("inserted", one.text)]) for one in after[come:new])
        if old < len(before):
            yield Change(after[new].chapter, list(parts(old_words[old], new_words[new])))
        gone, come = old + 1, new + 1


def _pairs(before: list[list[str]], after: list[list[str]]) -> Iterator[tuple[int, int]]:
    """Which of the old paragraphs became which of the new ones: the pairs that keep the order of both and together are
    the most alike."""
    ratios = _ratios(before, after)
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]  # the sum from this old and this new one on
    for old in reversed(range(len(before))):
        for new in reversed(range(len(after))):
            paired = ratios.get((old, new), 0.0) + best[old + 1][new + 1]
            best[old][new] = max(paired, best[old + 1][new], best[old][new + 1])
    old = new = 0
    while old < len(before) and new < len(after):
        if (old, new) in ratios and best[old][new] == ratios[old, new] + best[old + 1][new + 1]:
            yield old, new
            old, new = old + 1, new + 1
        elif best[old][new] == best[old + 1][new]:
            old += 1
        else:
            new += 1


def _ratios(before: list[list[str]], after: list[list[str]]) -> dict[tuple[int, int], float]:
    """How alike two paragraphs are, of those that are similar; the bounds spare most pairs the slow comparison."""
    ratios: dict[tuple[int, int], float] = {}
    matcher: SequenceMatcher[str] = SequenceMatcher(autojunk=False)
    for new, new_words in enumerate(after):
        matcher.set_seq2(new_words)  # what it finds out about the second one it keeps
        for old, old_words in enumerate(before):
            matcher.set_seq1(old_words)
            if matcher.real_quick_ratio() < SIMILAR or matcher.quick_ratio() < SIMILAR:
                continue
            if (ratio := matcher.ratio()) >= SIMILAR:
                ratios[old, new] = ratio
    return ratios


def parts(old: list[str], new: list[str]) -> Iterator[Part]:
    """From the words of two versions of a paragraph."""
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Part("same", "".join(old[first:last]))
            continue
        if first < last:
            yield Part("deleted", "".join(old[first:last]))
        if start < end:
            yield Part("inserted", "".join(new[start:end]))


def words(text: str) -> list[str]:
    """The words of a Japanese text, which put together are the text again; numbers, names and formulas are one word each.

    >>> words("LSTM は 0.12 で高い。")
    ['LSTM', ' ', 'は', ' ', '0.12', ' ', 'で', '高い', '。']
    """
    found: list[str] = []
    end = 0
    for whole in WHOLE.finditer(text):
        found += [*_japanese(text[end : whole.start()]), whole[0]]
        end = whole.end()
    return found + list(_japanese(text[end:]))


def _japanese(text: str) -> Iterable[str]:
    return map(str, _tokenizer().tokenize(text, wakati=True)) if text else []


@cache
def _tokenizer():  # noqa: ANN202  (janome has no types)
    from janome.tokenizer import Tokenizer

    return Tokenizer()


def paragraphs(text: str) -> Iterator[Paragraph]:
    """The running text of the report's Markdown: headings, paragraphs, displayed formulas, items of lists, and captions but those
    of tables."""
    root = tree.parse(text)
    for element in root.xpath(ELSEWHERE):
        element.drop_tree()
    for link in root.xpath('//a[starts-with(@href, "#")]'):
        if link.text == "参照":  # only setting the report numbers it: 図 1 に, and without the number 図に
            link.text = KINDS.get(link.get("href")[1:].partition(":")[0], link.text)
            link.tail = BLANK.sub("", link.tail or "")
    chapter = ""
    for element in root.iter("h2", "h3", "h4", "p", "div", "li", "dt", "dd", "figcaption"):
        if element.tag == "div" and element.get("class") != "arithmatex":
            continue  # only a displayed formula is a paragraph by itself
        if element.tag in ("li", "dd", "figcaption") and element.find("p") is not None:
            continue  # its paragraphs come by themselves
        shown = " ".join(element.text_content().split())
        if element.tag == "h2":
            chapter = shown
        if shown:
            yield Paragraph(chapter, shown)
