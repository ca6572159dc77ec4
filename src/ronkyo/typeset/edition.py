"""What the submission leaves out of the tree, which has everything: numbers are given before, so that both editions have the
same ones."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.editions import BEGIN, END, Edition
from ronkyo.errors import UserError
from ronkyo.words import Words

if TYPE_CHECKING:
    from ronkyo.typeset.tree import Tree

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LEFT_OUT = "data-full"  # of an element that only the full edition prints
_NOTES = '//div[@class="footnote"]/ol/li[@id]'


class PartedSection(UserError):  # noqa: N818
    """A heading that is left out without the text under it."""

    def __init__(self, heading: str) -> None:
        super().__init__(
            f"heading {heading!r}: expected its section in the same full block to its end, found text behind it"
        )
        self.heading = heading


def mark(root: html.HtmlElement) -> None:
    """From the comments around blocks to a mark at each element between them, and at each heading with nothing else under
    it. Raises PartedSection, and UserError for a comment without the other."""
    for begin in [comment for comment in root.iter(etree.Comment) if comment.text == BEGIN]:
        depth, following = 1, begin
        while depth and (following := following.getnext()) is not None:
            if isinstance(following.tag, str):
                following.set(LEFT_OUT, "")
            depth += (following.text == BEGIN) - (following.text == END) if following.tag is etree.Comment else 0
        if depth:
            raise UserError(f"<!--{BEGIN}-->: expected <!--{END}--> beside it, found none")
    for comment in [one for one in root.iter(etree.Comment) if one.text in (BEGIN, END)]:
        comment.drop_tree()
    for heading in reversed(list(root.iter(*HEADINGS))):
        section = list(_section(heading))
        kept = [element for element in section if LEFT_OUT not in element.attrib]
        if LEFT_OUT in heading.attrib and kept:
            raise PartedSection(heading.text_content().strip())
        if section and not kept:
            heading.set(LEFT_OUT, "")


def _section(heading: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """What stands under a heading, beside it."""
    ends = HEADINGS[: HEADINGS.index(heading.tag) + 1]
    for element in heading.itersiblings():
        if element.tag in ends:
            return
        if isinstance(element.tag, str) and element.get("class") != "footnote":
            yield element


def printed(tree: Tree, edition: Edition | None, words: Words) -> Tree:
    """The tree of what an edition's PDF prints. What leads to something that is left out is plain text that says so."""
    if edition != "submission" or not tree.root.xpath(f"//*[@{LEFT_OUT}]"):
        return tree
    root = copy.deepcopy(tree.root)
    gone = _drop(root, root.xpath(f"//*[@{LEFT_OUT}][not(ancestor::*[@{LEFT_OUT}])]"))
    gone |= _drop_notes(root, gone)
    _drop_claims(root, gone, words)
    _let_rows_stand_for(root, gone)
    ids = set(root.xpath("//@id"))
    for link in root.xpath('//a[starts-with(@href, "#")]'):
        if link.get("href")[1:] in gone - ids:
            _unlink(link, words("page.in_full"))
    headings = [heading for heading in tree.headings if heading.id in ids]
    return replace(tree, root=root, headings=headings, left_out=True)


def _drop(root: html.HtmlElement, elements: list[html.HtmlElement]) -> set[str]:
    """Without the elements, and boxes around them that have nothing else; the ids of what is gone."""
    gone: set[str] = set()
    for element in elements:
        while (box := element.getparent()) is not root and len(box) == 1 and not _text(box, element).strip():
            element = box
        gone.update(element.xpath("descendant-or-self::*/@id"))
        element.drop_tree()
    return gone


def _text(box: html.HtmlElement, element: html.HtmlElement) -> str:
    """Of a box outside its one element."""
    return (box.text or "") + (element.tail or "")


def _drop_notes(root: html.HtmlElement, gone: set[str]) -> set[str]:
    """Without the notes that only text which is gone refers to; the others keep their numbers."""
    for number, note in enumerate(root.xpath(_NOTES), start=1):
        note.set("value", str(number))
        note.set(
            "style", f"counter-reset: list-item {number}; counter-increment: none"
        )  # WeasyPrint does not heed the value
    dropped: set[str] = set()
    while unused := [
        note for note in root.xpath(_NOTES) if _was_cited_in(note, gone | dropped) and not _is_cited(note)
    ]:
        dropped |= _drop(root, unused)
    for link in root.xpath('//a[@class="footnote-backref"]'):
        if link.get("href")[1:] in gone | dropped:
            link.drop_tree()
    return dropped


def _was_cited_in(note: html.HtmlElement, gone: set[str]) -> bool:
    return any(link[1:] in gone for link in note.xpath('.//a[@class="footnote-backref"]/@href'))


def _is_cited(note: html.HtmlElement) -> bool:
    return bool(note.xpath("//a[@href=$target]", target=f"#{note.get('id')}"))


def _drop_claims(root: html.HtmlElement, gone: set[str], words: Words) -> None:
    """Without rows that lead to the evidence of claims which are gone; a caption says how many. A table of none is gone."""
    for table in root.xpath("//table"):
        links = table.xpath('./tbody/tr[./*[1]/a[starts-with(@href, "#ledger:")]]')
        rows = [row for row in links if f"claim:{row[0][0].get('href').removeprefix('#ledger:')}" in gone]
        for row in rows:
            row.drop_tree()
        if rows and not table.xpath("./tbody/tr"):
            _drop(root, [table])
        elif rows and (captions := table.xpath("../figcaption")):
            _say_in(captions[0], words("page.rows_in_full", count=len(rows)))


def _say_in(caption: html.HtmlElement, note: str) -> None:
    """At the end of a caption, before its source."""
    source = caption.xpath('./*[last()][@class="source"]')
    before = source[0].getprevious() if source else caption[-1]
    before.tail = f"{(before.tail or '').rstrip()}{note} "


def _let_rows_stand_for(root: html.HtmlElement, gone: set[str]) -> None:
    """The last row of a table whose first cell leads to what is gone takes its id."""
    links = {link.get("href")[1:]: link for link in root.xpath('//tr/*[1]/a[starts-with(@href, "#")]')}
    for id in gone & set(links):
        _unlink(links[id])
        links[id].set("id", id)


def _unlink(link: html.HtmlElement, note: str = "") -> None:
    link.tag = "span"
    del link.attrib["href"]
    if len(link):
        link[-1].tail = (link[-1].tail or "") + note
    else:
        link.text = (link.text or "") + note
    if note.endswith("）"):  # which no space follows
        link.tail = (link.tail or "").removeprefix(" ")
