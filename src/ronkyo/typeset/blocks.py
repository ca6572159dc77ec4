"""A page in blocks, of which a browser can be sent some."""

from __future__ import annotations

from lxml import html  # pyright: ignore[reportAttributeAccessIssue]

SLOT = "<slot></slot>"  # an element that no page has


def in_blocks(box: html.HtmlElement) -> list[str]:
    """A box with its start and its end apart, and the boxes in it that begin with a heading likewise."""
    shell = html.Element(box.tag, dict(box.attrib))
    shell.text, shell.tail = box.text, box.tail
    shell.append(html.Element("slot"))
    start, end = written(shell).split(SLOT)
    blocks = [start]
    for element in box:
        if element.tag == "section" and len(element) and element[0].tag in ("h3", "h4"):
            blocks += in_blocks(element)
        elif isinstance(element.tag, str):
            blocks.append(written(element))
        else:  # a comment, which is no block
            blocks[-1] += written(element)
    return [*blocks, end]


def written(element: html.HtmlElement) -> str:
    """With the text behind it."""
    return str(html.tostring(element, encoding="unicode"))
