"""Tables with their captions and heads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from lxml import html

from ronkyo.foreign.passes.captions import take_neighbour
from ronkyo.foreign.passes.elements import HtmlElement, drop_tag, elements, wrapped
from ronkyo.foreign.patterns import TABLE


def make(root: HtmlElement) -> None:
    """A table with a paragraph 表 1 … above or below, or a <caption>, keeps it as its caption."""
    for table in root.xpath("descendant::table[not(ancestor::table) and not(ancestor::figure)]"):
        for cell in elements(table, "td", "th"):
            if len(blocks := cell.xpath("./p | ./div[not(@class)]")) == 1:
                drop_tag(blocks[0])
        if table.find("thead") is None:  # so that it comes again on the next page
            rows = list(takewhile(lambda row: all(cell.tag == "th" for cell in row), table.xpath("./tr | ./tbody/tr")))
            if rows and not _reach_below(rows):
                head = html.Element("thead")
                table.insert(0, head)
                head.extend(rows)
        if (head := table.find("thead")) is not None and not table.xpath("./tr | ./tbody/tr"):
            head.tag = "tbody"  # alone, WeasyPrint leaves it out where it is high
        if table.xpath("./thead//*[@rowspan or @colspan]"):  # WeasyPrint maps such heads wrongly: let rows have theirs
            for row in table.xpath("./tr[not(th)][td] | ./tbody/tr[not(th)][td]"):
                row[0].tag = "th"
                row[0].set("scope", "row")
        figure = wrapped(table, "figure", {"data-kind": "table"})
        if (caption := table.find("caption")) is not None:
            caption.tag = "figcaption"
            caption.tail = None
            figure.append(caption)
        else:
            take_neighbour(figure, TABLE)
        figure.set("data-label", "")


def _reach_below(rows: Sequence[HtmlElement]) -> bool:
    return any(
        index + int(cell.get("rowspan", "1")) > len(rows) or cell.get("rowspan") == "0"
        for index, row in enumerate(rows)
        for cell in row
    )
