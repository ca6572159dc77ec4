"""What changed in the report's text: paragraphs, and in a paragraph the words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from os.path import commonprefix
from typing import Literal, NamedTuple

from ronkyo.typeset import parsing
from ronkyo.words import TABLES, Words

SIMILAR = 0.4  # paragraphs that share less are not two versions of one
WHOLE = re.compile(  # what is never cut: numbers, names and Latin words, formulas
    r"[−+-]?[0-9]+(?:[,.][0-9]+)*(?:\^?\{?[−-]?[0-9]+\}?)?|[A-Za-z_](?:[A-Za-z0-9_]|\.(?=[A-Za-z0-9_]))*"
    r"|\\\(.*?\\\)|\\\[.*?\\\]|\s+"
)
WORD = re.compile(  # or a run of kanji, of katakana or of hiragana, or any other character
    WHOLE.pattern + "|[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff]+|[\u30a1-\u30ff]+|[\u3041-\u309f]+|(?s:.)"
)
HIRAGANA = "".join(map(chr, range(0x3041, 0x30A0)))
# What is compared by itself: the ledger and the marks of verdicts, tables with their captions, code. A number of a note is none
# of the text.
ELSEWHERE = " | ".join(
    [
        '//*[starts-with(@id, "ledger:")]',
        '//*[contains(@class, "verdict") or contains(@class, "badge")]',
        "//figure[.//table][not(.//img)]",
        "//table",
        "//pre",
        '//sup[starts-with(@id, "fnref")]',
    ]
)
MARKERS = {
    None,
    *(Words(language)("page.reference") for language in TABLES),
}  # what such a link says without its number
KINDS = ("fig", "tab", "lst", "eq")  # of targets that are numbered
BLANK = re.compile(rf"^\s+(?=[{parsing.WIDE}])")  # stands after a number; between two Japanese words it is stray


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


def changes(old: str, new: str, words: Words) -> list[Change]:
    """From two versions of the report's Markdown, in the order of the text; listings, tables with their captions and the ledger
    are left out, since code, numbers and claims are compared by themselves."""
    before, after = list(paragraphs(old, words)), list(paragraphs(new, words))
    matcher = SequenceMatcher(None, [one.text for one in before], [one.text for one in after], autojunk=False)
    found: list[Change] = []
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind != "equal":
            found += _replaced(before[first:last], after[start:end])
    return found


def _replaced(before: list[Paragraph], after: list[Paragraph]) -> Iterator[Change]:
    """The old paragraphs beside the new ones that they became; what is between is gone or new."""
    old_words, new_words = [split(one.text) for one in before], [split(one.text) for one in after]
    gone = come = 0
    for old, new in [*_pairs(old_words, new_words), (len(before), len(after))]:
        yield from (Change(one.chapter, [Part("deleted", one.text)]) for one in before[gone:old])
        yield from (Change(one.chapter, [Part("inserted", one.text)]) for one in after[come:new])
        if old < len(before):
            yield Change(after[new].chapter, parts(old_words[old], new_words[new]))
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


def parts(old: list[str], new: list[str]) -> list[Part]:
    """From the words of two versions of a paragraph."""
    found: list[Part] = []
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        deleted, inserted = "".join(old[first:last]), "".join(new[start:end])
        before, after = (len(deleted), 0) if kind == "equal" else _kana_in_common(deleted, inserted)
        for part in (
            Part("same", deleted[:before]),
            Part("deleted", deleted[before : len(deleted) - after]),
            Part("inserted", inserted[before : len(inserted) - after]),
            Part("same", deleted[len(deleted) - after :]),
        ):
            if part.text and found and found[-1].kind == part.kind:
                found[-1] = Part(part.kind, found[-1].text + part.text)
            elif part.text:
                found.append(part)
    return found


def _kana_in_common(old: str, new: str) -> tuple[int, int]:
    """How many hiragana two texts begin and end with alike: は and はとても differ by とても."""
    before = _kana(commonprefix([old, new]))
    return before, _kana(commonprefix([old[before:][::-1], new[before:][::-1]]))


def _kana(text: str) -> int:
    """How many hiragana a text begins with."""
    return len(text) - len(text.lstrip(HIRAGANA))


def split(text: str) -> list[str]:
    """The words of a text, which put together are the text again; numbers, names and formulas are one word each, and so is
    what Japanese writes in one script.

    >>> split("LSTM は 0.12 で高い。")
    ['LSTM', ' ', 'は', ' ', '0.12', ' ', 'で', '高', 'い', '。']
    """
    return [word[0] for word in WORD.finditer(text)]


def paragraphs(text: str, words: Words) -> Iterator[Paragraph]:
    """The running text of the report's Markdown: headings, paragraphs, displayed formulas, items of lists, and captions but those
    of tables."""
    root = parsing.parse(text, words)
    for element in root.xpath(ELSEWHERE):
        element.drop_tree()
    for link in root.xpath('//a[starts-with(@href, "#")]'):
        kind = link.get("href")[1:].partition(":")[0]
        if link.text in MARKERS and not len(link) and kind in KINDS:
            link.text = words(f"compare.reference.{kind}")
            link.tail = BLANK.sub("", link.tail or "")
    chapter = ""
    for element in root.iter("h2", "h3", "h4", "p", "div", "li", "dt", "dd", "figcaption"):
        if element.tag == "div" and element.get("class") != "arithmatex":
            continue  # only a displayed formula is a paragraph by itself
        if element.tag in ("li", "dd", "figcaption") and element.find("p") is not None:
            continue  # its paragraphs come by themselves
        content = " ".join(element.text_content().split())
        if element.tag == "h2":
            chapter = content
        if content:
            yield Paragraph(chapter, content)
