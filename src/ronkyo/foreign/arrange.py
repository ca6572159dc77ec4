"""The tree of somebody else's report -> one that the engine can number and set."""

from __future__ import annotations

from typing import NamedTuple

from ronkyo.foreign.imports import Sources
from ronkyo.foreign.passes import (
    boxes,
    captions,
    contents,
    figures,
    headings,
    links,
    lists,
    nesting,
    paragraphs,
    pictures,
    tables,
)
from ronkyo.foreign.passes.elements import HtmlElement
from ronkyo.foreign.safe import Warn
from ronkyo.typeset.tree import Tree
from ronkyo.words import Words


class Arranged(NamedTuple):
    title: str | None  # None: the report has none
    front: str  # the text before the first chapter
    places: dict[str, tuple[int, str]]  # data: address of a picture -> line and address in the report


def arrange(root: HtmlElement, sources: Sources, title: str | None, warn: Warn, words: Words) -> Arranged:
    """Changes the tree. `sources`: the report's files, in whose folder files may be read; `title`: as the front matter has
    it."""
    nesting.mend(root)
    sources.rebase(root)
    places = pictures.read(root, sources.folder, warn, words)
    paragraphs.split(root)
    figures.make(root)
    captions.settle(root, words)
    tables.make(root)
    title = headings.settle(root, title)
    contents.place(root)
    lists.tidy(root)
    paragraphs.tidy(root)
    paragraphs.drop_rules(root)
    nesting.mend(root)
    links.resolve(root, warn)  # now that no target goes any more
    links.link_addresses(root)
    front = " ".join(element.text_content() for element in root.xpath("./h2[1]/preceding-sibling::*"))
    return Arranged(title, front, places)


def finish(built: Tree) -> None:
    """What there is to do once the tree is numbered and typeset."""
    built.headings = contents.listed(built.root, built.headings)
    for element in built.root.iter():
        for key in ("data-line", "data-name", "data-cell", "data-flex", "data-alt", "data-source"):
            element.attrib.pop(key, None)
    for paragraph in built.root.xpath('.//*[@class="equation"]/preceding-sibling::*[1][self::p]'):
        paragraph.set("class", f"{paragraph.get('class', '')} keep-after".strip())
    boxes.settle(built.root, built.formulas)
