"""Readings above characters, on paper: WeasyPrint knows no ruby, a browser does."""

from __future__ import annotations

from lxml import html  # pyright: ignore[reportAttributeAccessIssue]

PARENTHESES = "()"


def set_apart(root: html.HtmlElement) -> None:
    """Each base with its reading as a box that print.css knows. What <rp> holds is there for those who copy, unseen;
    parentheses where there is none. In the text order a reading follows its base."""
    for ruby in list(root.iter("ruby")):
        pairs: list[html.HtmlElement] = []
        opening, base = PARENTHESES[0], html.Element("span")
        base.text = ruby.text
        for part in list(ruby):
            if part.tag == "rt":
                _finish(part, opening)
                pair = html.Element("span", {"class": "ruby"})
                pair.extend([base, part])
                pairs.append(pair)
                opening, base = PARENTHESES[0], html.Element("span")
            elif part.tag == "rp":
                if not (base.text or "").strip() and not len(base) and pairs:
                    pairs[-1][1][-1].text = part.text_content().strip() or PARENTHESES[1]
                else:
                    opening = part.text_content().strip() or opening
            else:
                base.append(part)
            _add(base, part)
        ruby[:] = pairs
        ruby.text = None
        if base.text or len(base):
            ruby.append(base)
        ruby.drop_tag()


def _finish(reading: html.HtmlElement, opening: str) -> None:
    reading.tag = "span"
    marks = [html.Element("span", {"class": "unseen"}) for _ in PARENTHESES]
    marks[0].text, marks[1].text = opening, PARENTHESES[1]
    marks[0].tail, reading.text = reading.text, None
    reading.insert(0, marks[0])
    reading.append(marks[1])
    reading.set("class", "reading")


def _add(base: html.HtmlElement, part: html.HtmlElement) -> None:
    """The text behind a part is the next base's, or goes on in this one."""
    if part.getparent() is base or not (tail := part.tail):
        return
    part.tail = None
    if len(base):
        base[-1].tail = (base[-1].tail or "") + tail
    else:
        base.text = (base.text or "") + tail
