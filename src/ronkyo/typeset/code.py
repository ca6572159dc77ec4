"""Code in the tree: its lines, and the tokens that have a colour."""

from __future__ import annotations

import re
import unicodedata

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

TOKENS = {  # of Pygments, those that report.css colours
    "c1", "cm", "sd", "k", "kn", "kc", "ow", "nf", "nc", "fm", "s1", "s2", "sa", "si", "mi", "mf", "nd", "nb", "bp",
}  # fmt: skip
INDENTS = range(4, 24, 4)  # that the style knows, so that what is wrapped hangs deeper than its line begins
COLUMNS = 90  # of a line on paper
SHORT = 20  # lines of a listing that stays on one page


def prepare_code(root: html.HtmlElement) -> None:
    """Lines as blocks that do not leave slivers on a page; leading blanks apart, since Pango would give them the font
    of the Japanese text that follows. Tokens that have no colour get no tag: each costs time."""
    for code in root.xpath("//pre/code"):
        for token in code.xpath(".//span[@class]"):
            if token.get("id") is None and TOKENS.isdisjoint(token.get("class").split()):
                token.tag = "plain"
        unwrap(code, "plain")
        lines = code.xpath("./span[@id]")
        for index, line in enumerate(lines):
            del line.attrib["id"]
            near_start, near_end = index < 2, index >= len(lines) - 2
            keep = [name for name, wanted in (("keep-after", near_start), ("keep-before", near_end)) if wanted]
            text = line.text_content().rstrip()
            look = [f"indent-{indent}"] if (indent := len(text) - len(text.lstrip())) in INDENTS else []
            look += ["wraps"] if sum(map(_columns, text)) > COLUMNS else []
            line.set("class", " ".join(["line", *look, *(keep if len(lines) > 5 else [])]))
            _split_leading_blanks(line)


def unwrap(element: html.HtmlElement, *tags: str) -> None:
    """Such elements go from it, and what they hold stays, as one text where it was one for a reader."""
    etree.strip_tags(element, *tags)
    for part in element.iter():
        part.text, part.tail = part.text, part.tail


def _columns(character: str) -> float:
    return 1.67 if unicodedata.east_asian_width(character) in "WF" else 1


def _split_leading_blanks(line: html.HtmlElement) -> None:
    node = line
    while not node.text and len(node):
        node = node[0]
    if match := re.match(r"[ \t]+", node.text or ""):
        blanks = etree.Element("span", {"class": "blanks"})
        blanks.text, blanks.tail, node.text = match[0], node.text[match.end() :], None
        node.insert(0, blanks)
