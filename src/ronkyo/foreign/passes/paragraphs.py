"""Paragraphs that hold text only."""

from __future__ import annotations

import re

from lxml import html

from ronkyo.foreign.passes.elements import (
    HtmlElement,
    drop_tag,
    elements,
    holds_only_pictures,
    is_picture,
    lift,
    pictures_in,
    take_out,
    wrapped,
)
from ronkyo.foreign.patterns import QUESTION
from ronkyo.foreign.safe import AROUND_BLOCKS
from ronkyo.typeset.tree import HEADINGS

BLANKS = {code: " " for code in range(0x2002, 0x200B)} | {0x2003: "\u3000"}


def split(root: HtmlElement) -> None:
    """Displayed formulas and pictures on lines of their own leave the paragraph that they stand in; a paragraph that
    holds blocks is no paragraph."""
    for slot in reversed(root.xpath('.//*[@data-display="yes"]')):  # so that few stand after it
        del slot.attrib["data-display"]
        if next(slot.iterancestors(*HEADINGS, "a", *AROUND_BLOCKS), None) is not None:  # which hold no blocks
            slot.text = rf"\(\displaystyle{{}}{slot.text[2:-2]}\)"
            continue
        slot.tag = "div"
        parent = slot.getparent()
        if parent.tag == "p":
            lift(slot, parent)
    for heading in elements(root, *HEADINGS):
        if pictures := pictures_in(heading):
            holder = html.Element("p")
            holder.tail, heading.tail = heading.tail, None
            heading.addnext(holder)
            for image in pictures:
                link = image.getparent()
                moved = link if link.tag == "a" and holds_only_pictures(link) else image
                take_out(moved)
                holder.append(moved)
    for paragraph in elements(root, "p"):
        for image in reversed(_apart(paragraph)):
            lift(wrapped(image, "p"), paragraph)
    for paragraph in elements(root, "p"):
        if any(child.tag in ("div", "table", "ul", "ol", "figure", "pre", "p") for child in paragraph):
            paragraph.tag = "div"
    for paragraph in elements(root, "p"):  # each question apart from what is before and after its line
        breaks = paragraph.findall("br")
        lines = [paragraph.text or "", *(line_break.tail or "" for line_break in breaks)]
        for line_break, before, after in reversed(list(zip(breaks, lines, lines[1:], strict=False))):
            if QUESTION.match(before) or QUESTION.match(after):
                lift(line_break, paragraph)
                line_break.drop_tree()


def _apart(paragraph: HtmlElement) -> list[HtmlElement]:
    """Pictures on lines of their own, but those between which and the last of these, and after which, are only pictures."""
    if "center" in (paragraph.get("style") or ""):  # what else stands in it is the caption
        return []
    children = list(paragraph)
    others = [index for index, child in enumerate(children) if (child.tail or "").strip() or not is_picture(child)]
    last, beside = max(others, default=-1), bool((paragraph.text or "").strip())
    found = []
    for index, child in enumerate(children):
        if child.tag != "br" and (beside or last > index) and is_picture(child) and _stands_alone(child):
            found.append(child)
            beside = False
        beside |= bool((child.tail or "").strip()) or not is_picture(child)
    return found


def _stands_alone(image: HtmlElement) -> bool:
    before = image.getprevious()
    text_before = (image.getparent().text if before is None else before.tail) or ""
    after = image.getnext()
    starts = not text_before.strip() and (before is None or before.tag == "br")
    return starts and not (image.tail or "").strip() and (after is None or after.tag == "br")


def tidy(root: HtmlElement) -> None:
    for paragraph in elements(root, "p", "div", "li", "td"):
        if paragraph.tag == "p" or paragraph.text and paragraph.text.strip():
            paragraph.text = re.sub(r"^[\s\u2003\u3000\xa0]+", "", paragraph.text or "")
        if paragraph.tag == "p" and paragraph.find("br") is not None:
            paragraph.set("class", "continued")  # lines of their own begin alike
    for element in root.iter():  # the font has no such blank
        element.text = element.text and element.text.translate(BLANKS)
        element.tail = element.tail and element.tail.translate(BLANKS)
    for block in elements(root, "p", "div"):
        empty = not len(block) and not (block.text or "").strip() and not block.get("id")
        if empty and "break" not in (block.get("style") or ""):
            block.drop_tree()
    for block in root.xpath("descendant::*[self::section or self::article or self::div[not(@class or @style or @id)]]"):
        drop_tag(block) if block.tag != "div" or not _has_bare_text(block) else None


def _has_bare_text(block: HtmlElement) -> bool:
    return bool(((block.text or "") + "".join(child.tail or "" for child in block)).strip())


def drop_rules(root: HtmlElement) -> None:
    """Rules before the first chapter, before headings and at the end; the style has its own."""
    first = root.find("h2")
    before_first = set(first.itersiblings("hr", preceding=True)) if first is not None else set()
    for rule in elements(root, "hr"):
        after = rule.getnext()
        if (rule.tail or "").strip():
            continue
        if rule in before_first or after is None or after.tag in (*HEADINGS, "hr"):
            rule.drop_tree()
