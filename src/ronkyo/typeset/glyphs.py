"""Characters that the report's fonts lack: on paper a mark stands in their place."""

from __future__ import annotations

import copy
import re
import unicodedata
from dataclasses import replace

from ronkyo.typeset import fonts
from ronkyo.typeset.tree import Tree

GETA = "〓"  # what printers set for a character that they do not have
INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef\u00ad]")


class Missing(set[str]):
    """The characters that the engine's fonts lack (a browser has others); calling it puts a mark in their
    place."""

    def __init__(self) -> None:
        super().__init__()
        names = ("NotoSansJP-Regular", "IBMPlexMono-Regular")
        self._in_text, mono = (fonts.characters(name) for name in names)
        self._in_code = self._in_text | mono

    def __call__(self, text: str, in_code: bool = False) -> str:
        known = self._in_code if in_code else self._in_text
        text = unicodedata.normalize("NFC", INVISIBLE.sub("", text))
        for character in set(text) - {"\n", "\t"}:
            if ord(character) not in known:
                self.add(character)
                text = text.replace(character, GETA)
        return text


def printed_tree(built: Tree, missing: Missing) -> Tree:
    root = copy.deepcopy(built.root)
    for code in root.xpath(".//code | .//pre"):
        for element in code.iter():
            element.text = missing(element.text or "", in_code=True)
            if element is not code:
                element.tail = missing(element.tail or "", in_code=True)
    for back in root.xpath('.//a[@class="footnote-backref"]'):  # for the browser only
        back.text = None
    for element in root.iter():
        inside = bool(element.xpath("ancestor-or-self::code | ancestor-or-self::pre"))
        if element.text and not inside:
            element.text = missing(element.text)
        if element.tail and not element.xpath("ancestor::code | ancestor::pre"):
            element.tail = missing(element.tail)
        for name in ("data-text", "alt"):
            if name in element.attrib:
                element.set(name, missing(element.get(name)))
    headings = [replace(heading, text=missing(heading.text)) for heading in built.headings]
    formulas = [
        drawing._replace(
            spoken=missing(drawing.spoken), markup=missing(drawing.markup), tex=missing(drawing.tex, in_code=True)
        )
        for drawing in built.formulas
    ]
    return Tree(root, headings, built.labels, formulas)
