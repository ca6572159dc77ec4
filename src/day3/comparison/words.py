"""What changed in the report's text: paragraphs, and in a paragraph the words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Literal, NamedTuple

import markdown
from lxml import html

from day3.report import tree

SIMILAR = 0.4  # paragraphs that share less are not two versions of one
WHOLE = re.compile(
    r"[−+-]?[0-9]+(?:[,.][0-9]+)*(?:\^?\{?[−-]?[0-9]+\}?)?|[A-Za-z_][A-Za-z0-9_.]*|\\\(.*?\\\)|\\\[.*?\\\]|\s+"
)
# What is compared by itself: the ledger and the marks of verdicts, numbers in tables, code.
ELSEWHERE = '//*[starts-with(@id, "ledger:")] | //*[contains(@class, "verdict")] | //table | //pre'
KINDS = {"fig": "図", "tab": "表", "lst": "コード", "eq": "式"}


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
    """From two versions of the report's Markdown, in the order of the text; listings, tables and the ledger are left out,
    since code, numbers and claims are compared by themselves."""
    before, after = list(paragraphs(old)), list(paragraphs(new))
    matcher = SequenceMatcher(None, [one.text for one in before], [one.text for one in after], autojunk=False)
    found: list[Change] = []
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind != "equal":
            found += _replaced(before[first:last], after[start:end])
    return found


def _replaced(before: list[Paragraph], after: list[Paragraph]) -> Iterator[Change]:
    """Each old paragraph beside the first new one that is like it; what is between is gone or new."""
    for old in before:
        like = next((index for index, new in enumerate(after) if _similar(old.text, new.text)), None)
        if like is None:
            yield Change(old.chapter, [Part("deleted", old.text)])
            continue
        yield from (Change(new.chapter, [Part("inserted", new.text)]) for new in after[:like])
        yield Change(after[like].chapter, list(parts(old.text, after[like].text)))
        after = after[like + 1 :]
    yield from (Change(new.chapter, [Part("inserted", new.text)]) for new in after)


def _similar(old: str, new: str) -> bool:
    return SequenceMatcher(None, words(old), words(new), autojunk=False).ratio() >= SIMILAR


def parts(old: str, new: str) -> Iterator[Part]:
    before, after = words(old), words(new)
    for kind, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Part("same", "".join(before[first:last]))
            continue
        if first < last:
            yield Part("deleted", "".join(before[first:last]))
        if start < end:
            yield Part("inserted", "".join(after[start:end]))


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
    """The running text of the report's Markdown: headings, paragraphs, displayed formulas, items of lists and captions."""
    converter = markdown.Markdown(extensions=tree.EXTENSIONS, extension_configs=tree.EXTENSION_SETTINGS)
    root = html.fragment_fromstring(f"<main>{converter.convert(tree.join_lines(text))}</main>")
    for element in root.xpath(ELSEWHERE):
        element.drop_tree()
    for link in root.xpath('//a[starts-with(@href, "#")]'):
        if link.text == "参照":  # only setting the report numbers it
            link.text = KINDS.get(link.get("href")[1:].partition(":")[0], link.text)
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
