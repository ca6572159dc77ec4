"""What several passes need: walking a tree that changes, and moving parts of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from lxml import html

HtmlElement = html.HtmlElement


def elements(root: HtmlElement, *names: str) -> list[HtmlElement]:
    return list(root.iter(*names))


def pictures_in(element: HtmlElement) -> list[HtmlElement]:
    """Images and the placeholders of those that are missing."""
    return [each for each in element.iter("img", "span") if each.tag == "img" or each.get("class") == "missing"]


def wrapped(element: HtmlElement, tag: str, attributes: Mapping[str, str] | None = None) -> HtmlElement:
    """A new element in its place, which holds it."""
    holder = html.Element(tag, attributes)
    holder.tail, element.tail = element.tail, None
    element.addprevious(holder)
    holder.append(element)
    return holder


def drop_tag(element: HtmlElement) -> None:
    """What it holds stays. (lxml's own counts the elements before it.)"""
    text = html.Element("span")
    text.tail = element.text
    for part in (text, *element):
        element.addprevious(part)
    text.drop_tree()
    element.drop_tree()


def take_out(element: HtmlElement) -> None:
    """Without its tail, which stays."""
    element.drop_tree()
    element.tail = None


def lift(element: HtmlElement, parent: HtmlElement) -> None:
    """Out of its paragraph, which goes on after it in a second one."""
    after = html.Element(parent.tag, dict(parent.attrib))
    after.text = (element.tail or "").lstrip("\n")
    after.extend(list(element.itersiblings()))
    after.tail, parent.tail, element.tail = parent.tail, None, None
    parent.addnext(element)
    element.addnext(after)
    for half in (parent, after):
        trim_breaks(half)
        if not len(half) and not (half.text or "").strip():
            half.drop_tree()


def trim_breaks(paragraph: HtmlElement) -> None:
    """Lines that are empty at its beginning and end go."""
    while _is_break(first := next(iter(paragraph), None)) and not (paragraph.text or "").strip():
        drop_tag(first)
    while _is_break(last := next(reversed(paragraph), None)) and not (last.tail or "").strip():
        drop_tag(last)
    if paragraph.text:
        paragraph.text = paragraph.text.lstrip("\n")


def _is_break(element: HtmlElement | None) -> TypeGuard[HtmlElement]:
    return element is not None and element.tag == "br"


def caption_of(block: HtmlElement) -> HtmlElement | None:
    """What a block says besides its pictures, as a figcaption without blocks inside."""
    caption = html.Element("figcaption")
    caption.text = block.text
    caption.extend(list(block))
    for part in elements(caption, "img"):
        part.drop_tree()
    for part in list(caption.iterdescendants("div", "p", "figure", "figcaption")):
        drop_tag(part)
    for part in elements(caption, "br"):
        part.tail = " " + (part.tail or "")
        drop_tag(part)
    if not caption.text_content().strip():
        return None
    caption.text = (caption.text or "").lstrip()
    return caption


def holds_only_pictures(block: HtmlElement) -> bool:
    return not (block.text or "").strip() and all(
        is_picture(child) and not (child.tail or "").strip() for child in block
    )


def is_picture(element: HtmlElement) -> bool:
    """Or the end of its line."""
    return element.tag in ("img", "br") or element.get("class") == "missing"
