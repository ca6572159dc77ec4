"""One chapter of a tree, with the numbers of the whole."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace

from lxml import html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.errors import UserError, nearest
from ronkyo.typeset.tree import Tree


def only(tree: Tree, number: str) -> Tree:
    """The chapter of a number, 3 or A. What leads out of it is plain text. Raises UserError where there is none."""
    root = copy.deepcopy(tree.root)
    chapters = {
        heading.get("data-number").split()[-1]: heading for heading in root.iter("h2") if heading.get("data-number")
    }
    if number not in chapters:
        raise UserError(
            f"chapter {number!r}: expected one of {', '.join(chapters) or 'none'}{nearest(number, chapters)}"
        )
    kept = set(_chapter(root, chapters[number]))
    for element in list(root):
        if element not in kept:
            root.remove(element)
    root.text = None
    ids = set(root.xpath(".//@id"))
    for link in root.xpath('.//a[starts-with(@href, "#") or starts-with(@href, "archive:")]'):
        if link.get("href")[1:] not in ids:
            link.tag = "span"
            del link.attrib["href"]
    return replace(tree, root=root, headings=[heading for heading in tree.headings if heading.id in ids])


def _chapter(root: html.HtmlElement, heading: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """The heading, or what it stands in, and what follows it up to the next chapter."""
    first = next(element for element in (heading, *heading.iterancestors()) if element.getparent() is root)
    yield first
    for element in first.itersiblings():
        if element.tag == "h2" or next(element.iter("h2"), None) is not None:
            return
        yield element
