"""Levels without gaps, anchors and the title; headings stay as they are written, and none gets a number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import html

from ronkyo.foreign.passes.elements import HtmlElement, drop_tag, elements, trim_breaks
from ronkyo.typeset.code import unwrap
from ronkyo.typeset.tree import HEADINGS, Slugs

SLOT = re.compile(r"^\\[(\[](?:\\displaystyle\{\})?(.*)\\[)\]]$")


def settle(root: HtmlElement, given: str | None) -> str | None:
    """Levels without gaps from h2 down, GitHub's anchors. Returns the title: the only heading of the first level, where it
    is the first of all, or the one that is given; it becomes div.title, which the page prints. None: there is none."""
    for heading in elements(root, *HEADINGS):
        if not heading.text_content().strip():
            heading.drop_tree()
    headings = elements(root, *HEADINGS)
    slugs = Slugs()
    for heading in headings:
        text = as_written(heading)
        own = heading.get("id")
        heading.set("id", (slugs.unique(own) if own else slugs(text)) or "section")
        heading.set("data-level", heading.tag[1])
        heading.set("data-own-number", "")
        heading.set("data-text", text)
        trim_breaks(heading)
        for part in elements(heading, "a"):
            if part.get("href") is None:
                if part.get("id"):  # an anchor
                    heading.append(html.Element("span", {"id": part.get("id")}))
                part.tag = "plain"
        unwrap(heading, "plain")
    used = {heading.get("id") for heading in headings}
    for element in root.iter():
        if element.tag not in HEADINGS and element.get("id") in used:
            del element.attrib["id"]
    title = _take_title(root, headings, given)
    for heading, depth in zip(headings, depths([int(heading.tag[1]) for heading in headings]), strict=True):
        heading.tag = HEADINGS[min(depth, 5)]
        holder = heading.getparent()
        # a chapter is a child of the body, but in a box
        while holder is not root and holder.tag in ("div", "section", "article") and not holder.get("class"):
            drop_tag(holder)
            holder = heading.getparent()
    return title


def as_written(heading: HtmlElement) -> str:
    """Its text without readings and marks of notes; formulas between dollars."""
    unsaid = "ancestor::rt or ancestor::rp or ancestor::a[@class='footnote-ref']"
    text = ""
    for piece in heading.xpath(f".//node()[self::br or self::text()[not({unsaid})]]"):
        if isinstance(piece, HtmlElement):
            text += " "
        elif piece.getparent().get("class") == "arithmatex":
            text += SLOT.sub(r"$\1$", piece)
        else:
            text += piece
    return re.sub(r"[ \t\n]+", " ", text).strip()


def _take_title(root: HtmlElement, headings: list[HtmlElement], given: str | None) -> str | None:
    first_levels = [heading for heading in headings if heading.tag == "h1"]
    if len(first_levels) == 1 and headings[0] is first_levels[0] and headings[0].getparent() is root:
        heading = headings.pop(0)
        heading.tag = "div"
        heading.set("class", "title")
        for key in ("data-level", "data-own-number", "data-ignore"):
            heading.attrib.pop(key, None)
        return given or heading.attrib.pop("data-text")
    return given


def depths(levels: Sequence[int]) -> list[int]:
    """From 1 without gaps: 2, 4, 4, 3 -> 1, 2, 2, 2."""
    above: list[int] = []
    found = []
    for level in levels:
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        found.append(len(above))
    return found
