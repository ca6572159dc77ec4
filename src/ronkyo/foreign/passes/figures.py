"""Pictures that stand apart become figures, those side by side one figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.foreign.passes.elements import (
    HtmlElement,
    caption_of,
    elements,
    holds_only_pictures,
    pictures_in,
    take_out,
    wrapped,
)
from ronkyo.typeset.tree import HEADINGS


def make(root: HtmlElement) -> None:
    """figure, with a figcaption where one was found."""
    for figure in elements(root, "figure"):
        if not pictures_in(figure):
            figure.tag = "div"
    done: set[HtmlElement] = set()
    for cell in root.xpath(".//*[@data-cell]"):
        if cell not in done and not cell.xpath("ancestor::figure"):
            group = list(_side_by_side(cell))
            done.update(group)
            if len(group) > 1:
                _set_in_grid(group, _columns(group), _figure_before(cell))
    only_pictures = cache(holds_only_pictures)
    for image in pictures_in(root):
        block = _block_of(image, only_pictures)
        if block is not None:
            _make_figure(block)


def _side_by_side(cell: HtmlElement) -> Iterator[HtmlElement]:
    """The cell and what stands beside it; rules that only end the row go."""
    beside: HtmlElement | None = cell
    while beside is not None and beside.get("data-cell") and pictures_in(beside):
        after = beside.getnext()
        text = (beside.tail or "").strip()
        yield beside
        while after is not None and after.tag in ("br", "div", "p") and _is_empty(after) and not text:
            empty, after = after, after.getnext()
            empty.drop_tree()
        beside = after if not text else None


def _is_empty(element: HtmlElement) -> bool:
    return not element.text_content().strip() and not element.xpath(".//img") and not (element.tail or "").strip()


def _columns(group: Sequence[HtmlElement]) -> int:
    widest = max(float(cell.get("data-cell")) for cell in group) or 50
    return max(2, min(4, round(100 / widest)))


def _block_of(image: HtmlElement, only_pictures: Callable[[HtmlElement], bool]) -> HtmlElement | None:
    """The element that becomes the figure: it holds pictures and at most what may be their caption."""
    if image.xpath(
        'ancestor::figure[@data-kind] | ancestor::table | ancestor::a[@href] | ancestor::*[@class="footnote"]'
    ):
        return None
    if figures := image.xpath("ancestor::figure"):
        return figures[0]
    parent = image.getparent()
    parent_of_pictures = parent if parent.tag in ("p", "span", "a") and only_pictures(parent) else None
    if parent_of_pictures is not None:
        image, parent = parent_of_pictures, parent_of_pictures.getparent()
    set_apart = "center" in (parent.get("style") or "") or parent.get("data-cell")
    if parent.tag in ("div", "p") and set_apart and _may_be_captioned(parent):
        return parent
    if image is parent_of_pictures:
        return image
    if parent.tag in ("main", "div", "li", "blockquote", "td", "section", "dd", "details") and _between_blocks(image):
        return wrapped(image, "p")
    return None


def _may_be_captioned(block: HtmlElement) -> bool:
    """Pictures and a line or two, not a whole part of the report that happens to be centred."""
    blocks = elements(block, "table", "ul", "ol", "pre", *HEADINGS)
    return not blocks and len(block.text_content().strip()) <= 200


def _between_blocks(image: HtmlElement) -> bool:
    before, after = image.getprevious(), image.getnext()
    text = (image.getparent().text if before is None else before.tail) or ""
    return (
        not text.strip()
        and not (image.tail or "").strip()
        and all(
            neighbour is None or neighbour.tag not in ("b", "strong", "em", "code", "a", "sub", "sup", "i")
            for neighbour in (before, after)
        )
    )


def _figure_before(block: HtmlElement) -> HtmlElement:
    figure = html.Element("figure", {"data-kind": "figure"})
    block.addprevious(figure)
    return figure


def _make_figure(block: HtmlElement) -> None:
    """Its pictures, and what else it says as their caption."""
    figure = _figure_before(block)
    if id := block.get("id"):
        figure.set("id", id)
    images = pictures_in(block)
    if len(images) > 1:
        _set_in_grid([wrapped(image, "div") for image in images], 3 if len(images) == 3 else 2, figure)
    else:
        figure.append(_alone(images[0], block))
    caption = caption_of(block)
    block.drop_tree()
    if caption is not None:
        figure.append(caption)


def _set_in_grid(cells: Sequence[HtmlElement], columns: int, figure: HtmlElement) -> None:
    """figure > div.cells > div.cell > picture and what stands with it."""
    grid = etree.SubElement(figure, "div", {"class": f"cells columns-{columns}"})
    for cell in cells:
        box = etree.SubElement(grid, "div", {"class": "cell"})
        for part in pictures_in(cell):
            take_out(part)
            if "%" in part.get("style", "%"):  # of the text, not of its cell
                part.attrib.pop("style", None)
            box.append(part)
        caption = caption_of(cell)
        cell.drop_tree()
        if caption is not None:
            caption.tag = "div"
            caption.set("class", "sub")
            box.append(caption)


def _alone(image: HtmlElement, block: HtmlElement) -> HtmlElement:
    """Taken out of the block, with the anchor that stands around it."""
    style = re.sub(r"(; )?float: \w+", "", image.attrib.pop("style", ""))  # nothing stands beside it
    if style:
        image.set("style", style)
    holder = image.getparent()
    moved = holder if holder.tag == "a" and holder is not block else image
    take_out(moved)
    return moved
