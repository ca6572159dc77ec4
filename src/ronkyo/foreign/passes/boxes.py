"""Questions and boxes of a tree that is numbered and typeset."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import html

from ronkyo.foreign.passes.elements import HtmlElement
from ronkyo.foreign.patterns import QUESTION
from ronkyo.typeset.mathematics import Drawing
from ronkyo.typeset.tree import HEADINGS

LINE, SHORT = 17.5, 240  # pt: of the text; the height of a box that a page does not break


def settle(root: HtmlElement, formulas: Sequence[Drawing]) -> None:
    """Of a numbered tree: questions with numbers of their own (問1.) keep them; short boxes stay in one piece."""
    for paragraph in root.xpath('.//section[@class="test"]/p[not(@class="question")]'):
        if match := QUESTION.match(paragraph.text or ""):
            label = html.Element("span", {"class": "label"})
            label.text, label.tail = match[1], " " * match[1][-1].isascii() + paragraph.text[match.end() :]
            paragraph.text = None
            paragraph.insert(0, label)
            paragraph.set("class", "question own")
    notes = 'self::div[@class="admonition" or @class="admonition warning"]'
    outermost = 'not(ancestor::div[starts-with(@class, "admonition")])'
    for box in root.xpath(f'descendant::*[self::section[@class="test"] or {notes}[{outermost}]]'):
        if _is_short(box, formulas):
            box.set("class", f"{box.get('class')} short")


def _is_short(box: HtmlElement, formulas: Sequence[Drawing]) -> bool:
    """By about how high it will be; what is higher is not looked through to its end."""
    height = 20.0
    for block in box.iter("p", "li", "dt", "dd", "tr", "figcaption", "div", *HEADINGS):
        if not block.xpath("./p | ./div | ./figure | ./pre | ./table"):
            text = "".join(block.xpath("./text() | ./*[not(self::ul or self::ol)]//text()"))
            height += LINE * max(1, -(-len(text.strip()) // 38))
        if height > SHORT:
            return False
    height += 11 * len(box.xpath('.//pre//span[@class="line" or starts-with(@class, "line ")]'))
    height += 150 * len(box.xpath(".//img"))
    for number in box.xpath('.//div[@class="equation"]/@data-formula'):
        height += 10 * float(formulas[int(number)].height.removesuffix("em"))
    return height <= SHORT
