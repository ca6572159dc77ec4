"""The contents of a page: which headings they list, how deep, and as what."""

from __future__ import annotations

import copy
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from lxml import html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.typeset.blocks import written
from ronkyo.typeset.tree import Heading

SHORT = 12  # entries that need no page of their own
LONG = 300  # entries that balanced columns and leaders would take minutes for
PAGE = 80  # lines that two columns of a page hold


@dataclass
class Entry:
    """A heading in the contents, with those below it."""

    heading: Heading
    below: list[Entry] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return 1 + sum(entry.lines for entry in self.below)


def chapters(headings: Sequence[Heading], levels: Collection[int]) -> list[Entry]:
    """The chapters, and what is below them down to the last of the levels."""
    chapters: list[Entry] = []
    for heading in headings:
        inside = chapters
        for _ in range(heading.level - min(levels)):
            inside = inside[-1].below if inside else []
        if heading.level in levels:
            inside.append(Entry(heading))
    return chapters


def second_column(chapters: Sequence[Entry]) -> Entry | None:
    """The chapter that begins it where the contents are a page in two columns: WeasyPrint would look for it by setting them
    twenty times. Where they are more, or one chapter, there is none."""
    lines = [chapter.lines for chapter in chapters]
    if sum(lines) > PAGE or len(lines) < 2:
        return None
    return chapters[min(range(1, len(lines)), key=lambda first: max(sum(lines[:first]), sum(lines[first:])))]


def labels(root: html.HtmlElement) -> dict[str, str]:
    """Of the headings that hold formulas, by their ids, as HTML."""
    headings = root.xpath(".//*[self::h2 or self::h3 or self::h4][.//*[@class='formula']]")
    return {heading.get("id"): written(label(heading)) for heading in headings}


def label(heading: html.HtmlElement) -> html.HtmlElement:
    """What the heading says, without its number, links, readings, notes and anchors."""
    said = copy.deepcopy(heading)
    said.tag, said.tail = "span", None
    said.attrib.clear()
    unsaid = "self::rt or self::rp or self::sup[a] or @class='reading' or @class='number' or (@id and not(node()))"
    for part in said.xpath(f".//*[{unsaid}]"):
        part.drop_tree()
    for part in said.xpath(".//a | .//*[@class='ruby']"):
        part.drop_tag()
    for part in said.iter():
        part.attrib.pop("id", None)
    return said
