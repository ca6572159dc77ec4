"""A caption and an alternative text for each figure."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.foreign.passes.elements import HtmlElement, caption_of, elements, pictures_in
from ronkyo.foreign.patterns import FIGURE, NO_ALT, OWN_LABEL, is_caption
from ronkyo.typeset.tree import HEADINGS
from ronkyo.words import Words


def settle(root: HtmlElement, words: Words) -> None:
    """A caption and an alternative text for each figure: the report's own, or what the figure stands under.

    Reports that number their figures by hand keep their numbers; the engine then numbers none.
    """
    figures = [figure for figure in elements(root, "figure") if figure.get("data-kind") == "figure"]
    for figure in figures:
        if figure.find("figcaption") is None:
            take_neighbour(figure, FIGURE)
    numbered = any(own_label(figure.find("figcaption")) for figure in figures)
    for figure in figures:
        images = pictures_in(figure)
        caption = figure.find("figcaption")
        alts = [image.get("alt") or image.get("data-alt") or "" for image in images]
        if caption is None:
            text = alts[0] if len(images) == 1 and not NO_ALT.fullmatch(alts[0].strip()) else images[0].get("title")
            caption = etree.SubElement(figure, "figcaption")
            caption.text = text or ("" if numbered else _what_stands_above(figure))
        if numbered:
            figure.set("data-label", own_label(caption, take=True) or "")
        text = " ".join(caption.text_content().split()) or _what_stands_above(figure) or words("page.image")
        subs = [" ".join(sub.text_content().split()) for sub in figure.xpath('.//*[@class="sub"]')]
        for index, image in enumerate(images):
            image.attrib.pop("title", None)
            image.attrib.pop("data-alt", None)
            if source := image.attrib.pop("data-source", None):  # of a diagram
                image.set("alt", source)
            elif image.tag == "img" and NO_ALT.fullmatch((image.get("alt") or "").strip()):
                image.set("alt", f"{text} {subs[index]}" if len(subs) == len(images) else text)
        if not caption.text_content().strip() and not figure.get("data-label") and numbered:
            caption.drop_tree()
    for image in root.xpath('.//span[@class="missing"][@data-alt]'):  # in no figure: nothing else says it
        if not NO_ALT.fullmatch(alt := image.get("data-alt").strip()):
            image.text += words("foreign.meaning", text=alt)
    for image in root.xpath(".//img"):
        if NO_ALT.fullmatch((image.get("alt") or "").strip()):
            name = Path(image.get("data-name", "")).stem
            image.set("alt", image.get("title") or f"{words('foreign.image')} {name}".strip())


def take_neighbour(figure: HtmlElement, kind: str) -> None:
    """A paragraph 図 1 … just below or above is the caption: below first for figures, above first for tables."""
    below, above = figure.getnext(), figure.getprevious()
    for neighbour in (above, below) if figure.get("data-kind") == "table" else (below, above):
        if neighbour is None or neighbour.tag not in ("p", "div") or neighbour.xpath(".//img | .//table | .//pre"):
            continue
        text = neighbour.text_content().strip()
        if re.match(kind, text) and (label := OWN_LABEL.match(text)) and len(text) <= 120 and is_caption(text, label):
            tail = neighbour.tail
            caption = caption_of(neighbour)
            neighbour.getparent().remove(neighbour)
            figure.tail = (figure.tail or "") + (tail or "")
            if caption is not None:
                figure.append(caption)
            return


def own_label(caption: HtmlElement | None, take: bool = False) -> str | None:
    if caption is None or not (match := OWN_LABEL.match(caption.text or "")):
        return None
    if take:
        caption.text = caption.text[match.end() :]
    return " ".join(match[1].split())


def _what_stands_above(figure: HtmlElement) -> str:
    """The term of the list's item, or the nearest heading."""
    if items := figure.xpath("ancestor::li[1]"):
        first = re.sub(r"\s+", " ", _first_line(items[-1]))
        if 0 < len(first) <= 40:
            return first
    if headings := figure.xpath("|".join(f"preceding::{name}[1]" for name in HEADINGS)):
        return " ".join(headings[-1].text_content().split())
    return ""


def _first_line(item: HtmlElement) -> str:
    holder = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
    text = holder.text or ""
    for child in holder:
        if child.tag in ("br", "div", "p", "ul", "ol", "figure", "pre", "table"):
            break
        text += child.text_content() + (child.tail or "")
    return text.strip()
