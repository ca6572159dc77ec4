"""Lists and quotations."""

from __future__ import annotations

from ronkyo.foreign.passes.elements import HtmlElement, drop_tag, elements

INDENTED = 10  # lists and quotations in each other; what stands deeper would have no width left


STYLES = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}


def tidy(root: HtmlElement) -> None:
    """Paragraphs in items are a level too many for a screen reader."""
    for block in elements(root, "ul", "ol", "blockquote"):
        if len(list(block.iterancestors("ul", "ol", "blockquote"))) >= INDENTED:
            block.set("class", "deep")
    for block in elements(root, "ol"):  # as WeasyPrint has it
        if block.get("reversed") is not None:
            first = int(block.get("start") or len(block))
            for number, item in enumerate(block):
                item.set("value", str(first - number))
        elif start := block.get("start"):
            block.set("style", f"counter-reset: list-item {int(start) - 1}")
        if style := STYLES.get(block.get("type", "")):
            block.set("style", "; ".join(filter(None, (block.get("style"), f"list-style-type: {style}"))))
    for item in elements(root, "li"):
        if value := item.get("value"):
            item.set("style", f"counter-set: list-item {value}; counter-increment: list-item 0")
        first = next((child for child in item if child.get("class") != "task"), None)
        if first is not None and first.tag == "p" and not (item.text or "").strip():
            drop_tag(first)
        for paragraph in item.findall("p"):
            paragraph.tag = "div"
            paragraph.set("class", "more")
