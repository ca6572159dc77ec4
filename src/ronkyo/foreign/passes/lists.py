"""Items of lists."""

from __future__ import annotations

import re
import unicodedata

from lxml import html

from ronkyo.foreign.passes.elements import HtmlElement, elements


def tidy(root: HtmlElement) -> None:
    """Paragraphs in items are a level too many for a screen reader; tasks get a box; a term is set apart."""
    for item in elements(root, "li"):
        if len(item) and item[0].tag == "p" and not (item.text or "").strip():
            item[0].drop_tag()
        for paragraph in item.findall("p"):
            paragraph.tag = "div"
            paragraph.set("class", "more")
        if item.text and (task := re.match(r"\s*\[([ xX])\]\s+", item.text)):
            box = html.Element("span", {"class": "task"})
            box.text = "□" if task[1] == " " else "✓"
            box.tail, item.text = item.text[task.end() :], None
            item.insert(0, box)
            item.set("class", "task-item")
        first = item.find("br")
        if first is not None and first.getprevious() is None and _is_term(item):
            term = html.Element("b", {"class": "term"})
            term.text, item.text = item.text.strip(), None
            item.insert(0, term)
            first.drop_tag()  # the style ends the line


def _is_term(item: HtmlElement) -> bool:
    """Its first line is something short that is no sentence, in whichever letters: at most 30 of the full width."""
    text = (item.text or "").strip()
    width = sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)
    return 0 < width <= 60 and not text.endswith(("。", "．", ".")) and not item.get("id", "").startswith("fn:")
