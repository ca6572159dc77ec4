"""Lists and quotations."""

from __future__ import annotations

from ronkyo.foreign.passes.elements import HtmlElement, elements

INDENTED = 10  # lists and quotations in each other; what stands deeper would have no width left


def tidy(root: HtmlElement) -> None:
    """Paragraphs in items are a level too many for a screen reader."""
    for block in elements(root, "ul", "ol", "blockquote"):
        if len(list(block.iterancestors("ul", "ol", "blockquote"))) >= INDENTED:
            block.set("class", "deep")
    for item in elements(root, "li"):
        if len(item) and item[0].tag == "p" and not (item.text or "").strip():
            item[0].drop_tag()
        for paragraph in item.findall("p"):
            paragraph.tag = "div"
            paragraph.set("class", "more")
