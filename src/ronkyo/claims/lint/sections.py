"""Where a text tells results: by its headings, by what stands under them, and around calls that print one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ronkyo.claims.lint.vocabulary import Span, Vocabulary, mask

HEADING = re.compile(
    r"^ {0,3}(?P<marks>#{1,6})[ \t]+(?P<atx>.*)$|"
    r"(?:\A|(?<=\n\n))(?![ \t]*(?:[-*+>#|]|\d+[.)])[ \t]) {0,3}(?P<setext>\S.*)\n {0,3}(?P<line>=+|-{2,})[ \t]*$",
    re.M,
)
PARAGRAPH_END = re.compile(r"\n(?=[ \t]*(?:\n|[-*+][ \t]|\d+[.)][ \t]|\||:[ \t]|>|///))")
DECIMAL = re.compile(r"\d[.．]\d")
MEASURED = re.compile(
    r"\d[.．]\d|\d[ \t]*(?:[%％]|エポック|epochs?\b|ステップ|steps?\b|秒|分|時間|seconds?\b|minutes?\b|hours?\b)",
    re.IGNORECASE,
)
ROW = re.compile(r"^[ \t]*\|.*\d[.．]\d.*$", re.M)


def result_sections(text: str, printed: str, words: Sequence[str], vocabularies: Sequence[Vocabulary]) -> list[Span]:
    """What precedes all headings; a heading with one of the words, or with one that leads results in any language, to
    the next heading of its level or above; and any section whose own text tells results.

    text: prose; printed: what code blocks show, at the same offsets; vocabularies: the text's own is the first."""
    known = [pattern for vocabulary in vocabularies for pattern, _ in vocabulary.headings]
    known += [rf"(?<![a-z]){re.escape(word)}(?![a-z])" for word in words]
    wanted = re.compile("|".join(known), re.IGNORECASE)
    headings = [
        (
            match.start(),
            len(match["marks"] or "") or 1 + (match["line"][0] == "-"),
            match["atx"] or match["setext"] or "",
        )
        for match in HEADING.finditer(text)
    ]
    spans = [(0, headings[0][0] if headings else len(text))]
    for index, (start, level, title) in enumerate(headings):
        below = headings[index + 1 :]
        own = (start, below[0][0] if below else len(text))
        if wanted.search(title):
            ends = (other for other, other_level, _ in below if other_level <= level)
            spans.append((start, next(ends, len(text))))
        elif _tells_results(text[slice(*own)], printed[slice(*own)], vocabularies[0]):
            spans.append(own)
    return spans


def result_paragraphs(text: str, calls: Sequence[int]) -> list[Span]:
    ends = [0, *(match.start() for match in PARAGRAPH_END.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(ends) if any(start <= call < end for call in calls)]


def _tells_results(text: str, printed: str, vocabulary: Vocabulary) -> bool:
    """Output with decimals, a table's row with one, or a sentence with two of: a measurement, an outcome, the past."""
    if DECIMAL.search(printed) or ROW.search(text):
        return True
    text = mask(vocabulary.not_numbers, HEADING.sub("", text))
    told = re.compile(vocabulary.told)
    outcome = re.compile(vocabulary.outcomes, re.IGNORECASE)
    measured = re.compile(vocabulary.measured, re.IGNORECASE)
    sentences = re.split(rf"{vocabulary.sentence_end}|{PARAGRAPH_END.pattern}", text)
    return any(
        measured.search(sentence) or sum(bool(sign.search(sentence)) for sign in (MEASURED, outcome, told)) > 1
        for sentence in sentences
    )
