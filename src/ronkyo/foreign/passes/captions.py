"""A caption where the author wrote one, and an alternative text for each picture."""

from __future__ import annotations

import re
from pathlib import Path

from ronkyo.foreign.passes.elements import HtmlElement, caption_of, elements, pictures_in
from ronkyo.foreign.passes.headings import as_written
from ronkyo.foreign.patterns import FIGURE, NO_ALT, OWN_LABEL, is_caption
from ronkyo.typeset.tree import HEADINGS
from ronkyo.words import Words


def settle(root: HtmlElement, words: Words) -> None:
    """A line 図1：… beside a figure becomes its caption, as it is written; the engine numbers none."""
    for figure, heading in _figures(root):
        if figure.find("figcaption") is None:
            take_neighbour(figure, FIGURE)
        figure.set("data-label", "")
        caption = figure.find("figcaption")
        told = " ".join(caption.text_content().split()) if caption is not None else ""
        for image in pictures_in(figure):
            if source := image.attrib.pop("data-source", None):  # of a diagram
                image.set("alt", source)
            elif image.tag == "img" and NO_ALT.fullmatch((image.get("alt") or "").strip()):
                beside = " ".join(image.getparent().xpath("normalize-space(./div[@class='sub'])").split())
                meant = beside or told or image.get("title") or (as_written(heading) if heading is not None else "")
                image.set("alt", meant or words("page.image"))
    for image in root.xpath('.//span[@class="missing"][@data-alt]'):
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
        if neighbour is None or neighbour.tag not in ("p", "div") or elements(neighbour, "img", "table", "pre"):
            continue
        text = neighbour.text_content().strip()
        after = neighbour.getnext() if figure.get("data-kind") == "table" and neighbour is below else None
        if after is not None and after.tag == "table":  # it stands above that one
            continue
        if re.match(kind, text) and (label := OWN_LABEL.match(text)) and len(text) <= 120 and is_caption(text, label):
            caption = caption_of(neighbour)
            neighbour.drop_tree()
            if caption is not None:
                figure.append(caption)
            return


def _figures(root: HtmlElement) -> list[tuple[HtmlElement, HtmlElement | None]]:
    """Each with the heading that it stands under."""
    figures, heading = [], None
    for element in root.iter("figure", *HEADINGS):
        if element.tag != "figure":
            heading = element
        elif element.get("data-kind") == "figure":
            figures.append((element, heading))
    return figures
