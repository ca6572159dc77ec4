"""What the lint knows of a language, and what every language has of numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Table = tuple[tuple[str, str], ...]  # pattern, what it is or why it is left out
Span = tuple[int, int]
MASK = "\ufffc"

DIGITS = r"[-+−±]?\d+(?:[,，]\d{3})*(?:[.．]\d+)?(?:[eE][-+−]?\d+)?(?:/\d+)?(?:[ \t]*[%％])?"
NAMES: Table = (
    (r"^[ \t>]*\(?\d+[.)](?=[\s.])", "a list's marker"),
    (
        r"(?<![A-Za-z0-9_.])[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)*-\d\.\d(?!\d)|[A-Za-z]{2,}\d+(?:-\d+)+",
        "a name: GPT-5.5, mAP50-95",
    ),
    (r"(?<![A-Za-z0-9_.])[A-Za-z_]+[-_]?\d+(?:[-_]?[A-Za-z][A-Za-z0-9_]*)*(?![.,]?\d)", "a name: word2vec, SHA-256"),
    (r"\d+_[A-Za-z]\w*|(?<![\d.])[123]D(?![A-Za-z])", "a name: 01_rnn, 2D"),
    (r"(?<![A-Za-z0-9])[A-Za-z0-9_][A-Za-z0-9_./-]*\.[A-Za-z][A-Za-z0-9]{0,5}(?![A-Za-z0-9])", "a file's name"),
    (r"(?<![\d.])\d+(?:\.\d+){2,}", "a version"),
    (r"(?<=@)\d+|(?<![\d.])\d+[x×]\d+(?:[x×]\d+)*", "a cut-off, a shape: ndcg@10, 4x4"),
    (r"(?<![\d.])\d+-(?:dimensional|hop|bit|gram|class|shot|way|point|sided|fold|d)(?![a-z])", "a term: 4-hop"),
    (
        r"(?i:\b(?:no|fig|eq|sec|ver)\.?|\b(?:figures?|tables?|equations?|sections?|chapters?|appendix|layers?|phase|part|trial|experiment|model|"
        r"stage|task|exercise|problem|question|version|python|cuda))[ \t]?\d+"
        r"(?:\.\d+)*(?:[ \t]*(?:[-–,&]|and|to)[ \t]*\d+)*(?![\d.]*\d)",
        "which of them: Figure 8, Layer 0, No.1",
    ),
)


@dataclass(frozen=True)
class Vocabulary:
    """numbers, not_numbers: patterns; what the second has is masked before the first are looked for."""

    numbers: Table
    not_numbers: Table
    comparisons: Callable[[str], list[Span]]  # where a text compares
    headings: Table  # words of headings that lead results
    told: str  # a pattern: the tense in which results are told
    outcomes: str  # a pattern: what a sentence in it that tells a result is about
    measured: str  # a pattern: what only results are about, in any tense
    sentence_end: str  # a pattern of no width


def masked(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", MASK, match[0])


def mask(table: Table, text: str) -> str:
    """The text with what the table has overwritten at the same length."""
    for pattern, _ in table:
        text = re.sub(pattern, masked, text, flags=re.M)
    return text


def search(wanted: Table, exceptions: Table, text: str) -> list[Span]:
    pattern = "|".join(pattern for pattern, _ in wanted)
    return [match.span() for match in re.finditer(pattern, mask(exceptions, text))]


def joined(spans: Iterable[Span], text: str) -> list[Span]:
    """The spans in order; those with nothing but blanks between them are one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and not text[found[-1][1] : start].strip(" "):
            start, end = found[-1][0], max(end, found.pop()[1])
        found.append((start, end))
    return found
