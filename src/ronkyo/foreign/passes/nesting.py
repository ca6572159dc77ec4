"""Elements only where they may stand."""

from __future__ import annotations

from lxml import html

from ronkyo.foreign.passes.elements import HtmlElement, drop_tag, elements
from ronkyo.typeset.tree import HEADINGS

BLOCKS = ("div", "p", "figure", "table", "ul", "ol", "dl", "blockquote", "pre", "details", "hr", "section", "article")
INLINE = "a span b strong i em u s del ins sub sup small mark q code kbd"
WHOLES = {  # of the parts that a reader of HTML does not hold to theirs, as it does those of tables
    "li": ("ul", "ol"),
    "dt": ("dl", "div"),
    "dd": ("dl", "div"),
    "figcaption": ("figure",),
    "summary": ("details",),
}


def mend(root: HtmlElement) -> None:
    """Parts of lists and figures only inside their wholes; no block inside a paragraph or a heading."""
    for element in elements(root, *WHOLES):
        if element.getparent().tag not in WHOLES[element.tag]:
            element.tag = "div"
            element.attrib.pop("value", None)
    for element in elements(root, *INLINE.split()):
        if next(element.iterdescendants(*BLOCKS, *HEADINGS), None) is not None:  # it was not closed
            if id := element.get("id"):
                element.addprevious(html.Element("span", {"id": id}))
            drop_tag(element)
    for element in elements(root, "p", *HEADINGS):
        blocks = list(element.iterdescendants(*BLOCKS, *HEADINGS))
        if blocks and element.tag == "p":
            element.tag = "div"
        for block in blocks if element.tag in HEADINGS else ():
            drop_tag(block)
