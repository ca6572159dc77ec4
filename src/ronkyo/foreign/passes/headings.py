"""Levels without gaps, anchors, the title and numbers by hand."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import html

from ronkyo.foreign.passes.elements import HtmlElement, elements
from ronkyo.foreign.patterns import OWN_NUMBER
from ronkyo.typeset.tree import HEADINGS, Slugs


def settle(root: HtmlElement, name: str) -> str:
    """Levels without gaps from h2 down, GitHub's anchors; returns the title, which leaves the body."""
    headings = [heading for heading in elements(root, *HEADINGS) if heading.text_content().strip()]
    for heading in elements(root, *HEADINGS):
        if not heading.text_content().strip():
            heading.drop_tree()
    slugs = Slugs()
    for heading in headings:
        text = " ".join(heading.text_content().split())
        own = heading.get("id")
        slug = slugs.unique(own) if own else slugs(text)
        heading.set("data-slug", slug)
        heading.set("id", slug or "section")
        for part in heading.xpath(".//a | .//br | .//figure | .//img"):
            if part.get("id"):  # an anchor
                heading.append(html.Element("span", {"id": part.get("id")}))
            part.drop_tag()
    used = {heading.get("id") for heading in headings}
    for element in root.xpath(".//*[@id][not(@data-slug)]"):
        if element.get("id") in used:
            del element.attrib["id"]
    first_levels = [heading for heading in headings if heading.tag == "h1"]
    title = name
    if len(first_levels) == 1 and headings[0] is first_levels[0] and headings[0].getparent() is root:
        heading = headings.pop(0)
        title = " ".join(heading.text_content().split())
        anchor = html.Element("div", {"id": heading.get("id"), "data-slug": heading.get("data-slug")})
        anchor.tail = heading.tail
        heading.getparent().replace(heading, anchor)
    _keep_own_numbers(headings)
    above: list[int] = []
    for heading in headings:
        level = int(heading.tag[1])
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        heading.tag = HEADINGS[min(len(above), 5)]
        holder = heading.getparent()
        while holder is not root and holder.tag in ("div", "section", "article"):  # a chapter is a child of the body
            holder.drop_tag()
            holder = heading.getparent()
    return title


def _keep_own_numbers(headings: Sequence[HtmlElement]) -> None:
    """Where at least half of the two uppermost levels are numbered by hand, the engine numbers none."""
    levels = sorted({heading.tag for heading in headings})[:2]
    upper = [heading for heading in headings if heading.tag in levels]
    numbered = [heading for heading in upper if OWN_NUMBER.match(heading.text or "")]
    if len(numbered) < max(2, len(upper) / 2):
        return
    for heading in headings:
        match = OWN_NUMBER.match(heading.text or "")
        heading.set("data-own-number", match[1] or match[2] if match else "")
        if match:
            heading.text = heading.text[match.end() :]
