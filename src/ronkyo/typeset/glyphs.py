"""Characters that no font of the engine has: on paper a mark stands in their place."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections import Counter
from dataclasses import replace
from typing import Any

from lxml import html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.typeset import supplement
from ronkyo.typeset.tree import Tree

GETA = "〓"  # what printers set for a character that they do not have
INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef\u00ad]")
MOST_TOLD = 12
LONG = 4000  # characters
# Not everything: some of the kanji of JIS would become others (U+FA19 神).
COMPOSED = re.compile("[^\\W\\d_][\u0300-\u036f\u3099\u309a]+|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?")


class Missing(Counter[str]):
    """How often which characters are missing in the texts that it was called with; a mark stands in their place."""

    def __call__(self, text: str, seen: bool = True) -> str:
        """The text as it can be printed. seen: whether it is one that counts, as an alternative text does not."""
        text = INVISIBLE.sub(_within_emoji, text)
        text = COMPOSED.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)
        undrawn = {letter for letter in set(text) if not supplement.draws(letter)}
        if seen and undrawn:
            self.update(letter for letter in text if letter in undrawn)
        return text.translate(dict.fromkeys(map(ord, undrawn), GETA)) if undrawn else text

    def told(self, source: str) -> str:
        """Which they are, how often, and in which line of the source first."""
        lines: dict[str, int] = {}
        for number, line in enumerate(source.split("\n"), start=1):
            for letter in filter(self.__contains__, set(line)):
                lines.setdefault(letter, number)
        first = sorted(self, key=lambda letter: (lines.get(letter, 0), letter))
        listed = [
            f"U+{ord(letter):04X} '{letter}', {self[letter]} time{'s' * (self[letter] > 1)}"
            + (f", first in line {lines[letter]}" if letter in lines else "")
            for letter in first[:MOST_TOLD]
        ]
        others = len(self) - len(listed)
        return "; ".join(listed) + (f"; and {others} more" if others > 0 else "")


def _within_emoji(match: re.Match[str]) -> str:
    before = match.string[max(match.start() - 1, 0) : match.start()]
    joins = match[0] in supplement.JOINERS and (before in supplement.JOINERS or supplement.is_emoji(before))
    return match[0] if before and joins else ""


def printed_tree(built: Tree, missing: Missing) -> Tree:
    root = copy.deepcopy(built.root)
    for back in root.xpath('.//a[@class="footnote-backref"]'):  # for the browser only
        back.text = None
    for element in root.iter():
        element.text = element.text and missing(element.text)
        element.tail = element.tail and missing(element.tail)
        if "data-text" in element.attrib:  # for the running head
            element.set("data-text", missing(element.get("data-text"), seen=False))
    for text in root.xpath(".//text()"):
        _part(text)
    headings = [replace(heading, text=missing(heading.text, seen=False)) for heading in built.headings]
    formulas = [
        drawing._replace(markup=missing(drawing.markup), tex=missing(drawing.tex, seen=False))
        for drawing in built.formulas
    ]
    return Tree(root, headings, built.labels, formulas)


def _part(text: Any) -> None:
    """Spans around letters with marks, each in a font that has both, since WeasyPrint would take the marks from another; and
    around the parts of a text so long that WeasyPrint would go through it anew for each of its lines."""
    pieces = [text[start : start + LONG] for start in range(0, len(text), LONG)]
    parts = [part for piece in pieces for part in re.split(f"({supplement.MARKED.pattern}+)", piece)]
    if len(parts) == 1:
        return
    spans = []
    for part in filter(None, parts):
        spans.append(html.Element("span"))
        spans[-1].text = part
        if supplement.MARKED.match(part):
            spans[-1].set("style", f"font-family: {supplement.family_of(part)}")
    owner = text.getparent()
    if text.is_text:
        owner.text = None
        owner[:0] = spans
    else:
        owner.tail = None
        for span in reversed(spans):
            owner.addnext(span)
