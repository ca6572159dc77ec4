"""Contents where the author asks for them; headings that are not to be in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.foreign.passes.elements import HtmlElement, elements
from ronkyo.foreign.passes.headings import depths
from ronkyo.typeset.contents import label
from ronkyo.typeset.tree import HEADINGS, Heading

LEAST = 3  # links that make a list contents


def place(root: HtmlElement) -> None:
    """[TOC] becomes contents; at the end of what stands before the first chapter the engine's own, which are there in any
    case, do as well. After headings.settle."""
    slots = root.xpath(".//div[@data-contents]")
    by_hand = [each for each in elements(root, "ul", "ol") if _is_contents(each)]
    for block in (*slots, *by_hand):
        before, after = block.getprevious(), block.getnext()
        ends = after is None or (after.tag in HEADINGS and before is not None and after.tag <= before.tag)
        if before is not None and before.tag in HEADINGS and ends:
            before.set("data-ignore", "yes")  # the heading of the contents
    headings = elements(root, *HEADINGS)
    if slots:
        _ignore_others(headings, slots[0])
    if len(slots) == 1 and not by_hand and _ends_the_front(slots[0]):
        slots.pop().drop_tree()
    elif slots or by_hand:
        root.set("data-placed", "yes")
    listed = [heading for heading in headings if heading.get("data-ignore") is None]
    for slot in slots:
        if not listed:
            slot.drop_tree()
            continue
        slot.tag, slot.attrib["class"] = "nav", "toc"
        for key in ("data-contents", "data-from", "data-to", "data-listed"):
            slot.attrib.pop(key, None)
        slot.append(_list(listed))


def _is_contents(block: HtmlElement) -> bool:
    """A list of nothing but links to places of the report, which stands under no other."""
    links = block.xpath(".//a[starts-with(@href, '#')]")
    text = "".join("".join(block.itertext()).split())
    linked = "".join("".join("".join(link.itertext()) for link in links).split())
    return len(links) >= LEAST and text == linked and not block.xpath("ancestor::li | ancestor::*[@class='footnote']")


def _ignore_others(headings: Sequence[HtmlElement], slot: HtmlElement) -> None:
    """Those above or below the depth that the contents ask for; of contents that the preview made, those not in them."""
    first, last = (int(slot.get(f"data-{key}") or other) for key, other in (("from", 1), ("to", 6)))
    anchors = (slot.get("data-listed") or "").split()
    for heading in headings:
        if anchors:
            heading.set("data-listed", "yes" if heading.get("id") in anchors else "no")
        elif not first <= int(heading.get("data-level") or 1) <= last:
            heading.set("data-ignore", "yes")


def _ends_the_front(slot: HtmlElement) -> bool:
    parent, after = slot.getparent(), slot.getnext()
    before = slot.getprevious()
    while after is not None and after.tag == "hr":
        after = after.getnext()
    headed = before is not None and before.tag in HEADINGS
    return (
        parent.tag == "main" and not headed and (after is None or after.tag == "h2") and not slot.xpath("preceding::h2")
    )


def _list(headings: Sequence[HtmlElement]) -> HtmlElement:
    """ol in ol, as deep as the headings."""
    lists = [html.Element("ol")]
    for heading, depth in zip(headings, depths([int(heading.tag[1]) for heading in headings]), strict=True):
        while len(lists) > depth:
            lists.pop()
        if len(lists) < depth:
            holder = lists[-1][-1] if len(lists[-1]) else etree.SubElement(lists[-1], "li")
            lists.append(etree.SubElement(holder, "ol"))
        target = f"#{heading.get('id')}"  # twice: of the two lxml encodes href, and WeasyPrint looks for the other
        link = etree.SubElement(etree.SubElement(lists[-1], "li"), "a", {"href": target, "data-target": target})
        if heading.xpath(".//*[@class='arithmatex']"):
            link.append(label(heading))
        else:
            link.text = heading.get("data-text") or " ".join(heading.text_content().split())
    return lists[0]


def listed(root: HtmlElement, headings: Sequence[Heading]) -> list[Heading]:
    """The headings that the engine's own contents list; none where the author has placed contents. Takes the passes' marks
    from the tree."""
    kept: list[tuple[Heading, bool]] = []
    for element, heading in zip(list(root.iter(*HEADINGS)), headings, strict=True):
        ignored, asked = (element.attrib.pop(f"data-{key}", None) for key in ("ignore", "listed"))
        element.attrib.pop("data-level", None)
        if ignored is None:
            kept.append((heading, asked == "yes"))
    if root.attrib.pop("data-placed", None):
        return []
    levels = [1 + depth for depth in depths([heading.level for heading, _ in kept])]
    return [
        replace(heading, level=min(level, 3) if asked else level)
        for (heading, asked), level in zip(kept, levels, strict=True)
    ]
