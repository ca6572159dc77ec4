"""Elements only where they may stand."""

from __future__ import annotations

from lxml import html

from ronkyo.foreign.passes.elements import HtmlElement, drop_tag, elements
from ronkyo.typeset.tree import HEADINGS

BLOCKS = ("div", "p", "figure", "table", "ul", "ol", "dl", "blockquote", "pre", "details", "hr", "section", "article")
INLINE = "a span b strong i em u s del ins sub sup small mark q code kbd"
WHOLES = {
    "tr": ("table", "thead", "tbody", "tfoot"),
    "td": ("tr",),
    "th": ("tr",),
    "thead": ("table",),
    "tbody": ("table",),
    "tfoot": ("table",),
    "caption": ("table",),
    "colgroup": ("table",),
    "col": ("colgroup",),
    "li": ("ul", "ol"),
    "dt": ("dl", "div"),
    "dd": ("dl", "div"),
    "figcaption": ("figure",),
    "summary": ("details",),
}


def mend(root: HtmlElement) -> None:
    """Parts of tables, lists and figures only inside their wholes; no block inside a paragraph or a heading."""
    for element in elements(root, *WHOLES):
        wholes = WHOLES[element.tag]
        if element.getparent().tag not in wholes:
            element.tag = "div" if element.tag in ("li", "td", "th", "figcaption", "summary") else element.tag
            if element.tag != "div":
                drop_tag(element)
            else:
                for key in ("colspan", "rowspan", "value", "scope"):
                    element.attrib.pop(key, None)
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
