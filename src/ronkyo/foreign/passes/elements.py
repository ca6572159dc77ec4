"""What several passes need: walking a tree that changes, and moving parts of it."""

from __future__ import annotations

from lxml import html

HtmlElement = html.HtmlElement


def elements(root: HtmlElement, *names: str) -> list[HtmlElement]:
    return list(root.iter(*names))


def pictures_in(element: HtmlElement) -> list[HtmlElement]:
    """Images and the placeholders of those that are missing."""
    return [each for each in element.iter("img", "span") if each.tag == "img" or each.get("class") == "missing"]


def lift(element: HtmlElement, parent: HtmlElement) -> None:
    """Out of its paragraph, which goes on after it in a second one."""
    after = html.Element(parent.tag, dict(parent.attrib))
    after.text = (element.tail or "").lstrip("\n")
    element.tail = None
    after.extend(list(element.itersiblings()))
    tail, parent.tail = parent.tail, None
    parent.addnext(element)
    element.addnext(after)
    after.tail = tail
    trim_breaks(parent)
    trim_breaks(after)
    for half in (parent, after):
        if not len(half) and not (half.text or "").strip():
            half.drop_tree()


def trim_breaks(paragraph: HtmlElement) -> None:
    """Lines that are empty at its beginning and end go."""
    while (
        (first := next(iter(paragraph), None)) is not None and first.tag == "br" and not (paragraph.text or "").strip()
    ):
        first.drop_tag()
    while (last := next(reversed(paragraph), None)) is not None and last.tag == "br" and not (last.tail or "").strip():
        last.drop_tag()
    if paragraph.text:
        paragraph.text = paragraph.text.lstrip("\n")


def take_out(element: HtmlElement) -> None:
    """Without its tail, which stays."""
    holder = element.getparent()
    previous = element.getprevious()
    if previous is None:
        holder.text = (holder.text or "") + (element.tail or "")
    else:
        previous.tail = (previous.tail or "") + (element.tail or "")
    element.tail = None
    holder.remove(element)


def caption_of(block: HtmlElement) -> HtmlElement | None:
    """What a block says besides its pictures, as a figcaption without blocks inside."""
    caption = html.Element("figcaption")
    caption.text = block.text
    caption.extend(list(block))
    for part in elements(caption, "img"):
        part.drop_tree()
    for part in elements(caption, "div", "p", "figure", "figcaption"):
        if part is not caption:
            part.drop_tag()
    for part in elements(caption, "br"):
        part.tail = " " + (part.tail or "")
        part.drop_tag()
    if not caption.text_content().strip():
        return None
    caption.text = (caption.text or "").lstrip()
    return caption


def has_content_after(element: HtmlElement) -> bool:
    return bool((element.tail or "").strip()) or element.getnext() is not None


def holds_only_pictures(block: HtmlElement) -> bool:
    rest = (block.text or "") + "".join(child.tail or "" for child in block)
    return not rest.strip() and all(map(is_picture, block))


def is_picture(element: HtmlElement) -> bool:
    """Or the end of its line."""
    return element.tag in ("img", "br") or element.get("class") == "missing"
