"""Markdown -> one HTML tree in which everything is numbered, linked, typeset and coloured.

The steps stand in `build` in their order; each is a small pass over the lxml tree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.errors import UserError, nearest
from ronkyo.typeset import edition, equations
from ronkyo.typeset.code import SHORT, prepare_code
from ronkyo.typeset.edition import HEADINGS
from ronkyo.typeset.equations import FormulaError
from ronkyo.typeset.mathematics import Drawing
from ronkyo.typeset.parsing import CAPTIONED, parse
from ronkyo.words import Words

CONTENT = {"figure": "img", "table": "table"}
NAME = 14  # characters of a first column that stays in one line


@dataclass(frozen=True)
class Heading:
    level: int
    id: str
    number: str
    text: str


@dataclass
class Tree:
    """The report's body, and what was found in it. Each element with data-formula="n" is the place of formulas[n]."""

    root: html.HtmlElement
    headings: list[Heading] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)  # target of a reference -> Figure 3, Equation (2), …
    formulas: list[Drawing] = field(default_factory=list)
    left_out: bool = False  # whether something was, for an edition


class MissingTarget(UserError):  # noqa: N818
    """A reference to a target that is not one of the `known`. `all` has every one of the document, this one first."""

    def __init__(self, target: str, known: Collection[str]) -> None:
        super().__init__(f"reference {target!r}: no such target{nearest(target, known)}")
        self.target, self.known = target, known
        self.all: list[MissingTarget] = [self]


def build(text: str, words: Words, boxes: Mapping[str, str] = MappingProxyType({}), drawn: bool = True) -> Tree:
    """The numbered tree of a Markdown text.

    boxes: how a heading begins -> the class of the box that its section stands in; in one of class "test", paragraphs
    that begin with "Q:" are questions; drawn: whether formulas are typeset, or are blank. Raises FormulaError,
    MissingTarget and PartedSection.
    """
    root = parse(text, words)
    edition.mark(root)
    return finish(root, words, boxes, drawn)


def finish(
    root: html.HtmlElement,
    words: Words,
    boxes: Mapping[str, str] = MappingProxyType({}),
    drawn: bool = True,
    unset: Callable[[FormulaError], None] | None = None,
) -> Tree:
    """The numbered tree of a report's body, whichever Markdown it came from; else like `build`.

    unset: is told of formulas that cannot be typeset, which then are shown as their source and raise nothing
    """
    tree = Tree(root)
    _number_headings(tree, words)
    _number_captions(tree, words)
    tree.formulas = equations.typeset(root, tree.labels, words, drawn, unset)
    _fill_references(tree, words("page.reference"))
    _set_boxes(tree.root, boxes)
    _mark_questions(tree.root)
    prepare_code(tree.root)
    _shorten_footnotes(tree.root)
    return tree


class Slugs:
    """Anchors as GitHub makes them: Self-check 1 -> self-check-1, the next of that name self-check-1-1."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def __call__(self, text: str) -> str:
        kept = [character for character in text.strip().lower() if character in " -" or _in_slugs(character)]
        return self.unique("".join(kept).replace(" ", "-"))

    def unique(self, base: str) -> str:
        slug = base
        while slug in self._used:
            self._used[base] += 1
            slug = f"{base}-{self._used[base]}"
        self._used[slug] = 0
        return slug


def _in_slugs(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" or unicodedata.category(character) == "Pc"


# -- headings ---------------------------------------------------------------------------------------------------------


def _number_headings(tree: Tree, words: Words) -> None:
    """Numbers 1, 1.1, 1.1.1 for h2-h4 (Appendix A for a chapter of class "appendix"); ids as GitHub makes them."""
    counts = [0, 0, 0]
    appendices = 0
    slugs = Slugs()
    for heading in tree.root.iter(*HEADINGS):
        text = heading.get("data-text") or heading.text_content().strip()
        heading.set("id", slugs.unique(own) if (own := heading.get("id")) else slugs(text))
        level = int(heading.tag[1])
        number = heading.attrib.pop("data-own-number", None)  # of a report that numbers its headings itself, maybe ""
        if number is None and 1 < level < 5:
            counts[level - 2] += 1
            counts[level - 1 :] = [0] * (4 - level)
            if level == 2 and "appendix" in heading.get("class", ""):
                appendices += 1
            chapter = chr(ord("A") + appendices - 1) if appendices else str(counts[0])
            number = ".".join([chapter, *(str(one) for one in counts[1 : level - 1])])
            if appendices and level == 2:
                number = words("page.appendix", letter=number)
        if number:
            mark = etree.Element("span", {"class": "number"})
            mark.text, mark.tail, heading.text = number, heading.text, None
            heading.insert(0, mark)
        heading.set("data-number", number or "")
        heading.set("data-text", text)
        tree.headings.append(Heading(level, heading.get("id"), number or "", text))
        tree.labels[heading.get("id")] = f"{number or ''} {text}".strip()


# -- captions and references ------------------------------------------------------------------------------------------


def _number_captions(tree: Tree, words: Words) -> None:
    """figure > figcaption of the caption blocks: Figure 1, Table 1, Listing 1, and a link to the code or data behind it.

    data-kind says what a figure is when its content does not; data-label is a label that it brings along, maybe none."""
    counts = dict.fromkeys(CAPTIONED, 0)
    for figure in tree.root.iter("figure"):
        found = next((kind for kind, content in CONTENT.items() if figure.find(f".//{content}") is not None), "listing")
        kind = figure.attrib.pop("data-kind", found)
        figure.set("class", kind)
        if (label := figure.attrib.pop("data-label", None)) is None:
            counts[kind] += 1
            label = words(f"page.{kind}", number=counts[kind])
        if id := figure.attrib.pop("data-id", None):  # the caption blocks take no id with a colon or slash
            figure.set("id", id)
            tree.labels[id] = label
        if kind == "table":
            long, wide = len(figure.xpath(".//tbody/tr")) > 15, len(figure.xpath(".//thead/tr[1]/th")) > 6
            names = all(len(cell.text_content()) <= NAME for cell in figure.xpath(".//tbody/tr/td[1]"))
            figure.set("class", " ".join(["table", *["long"] * long, *["wide"] * wide, *["names"] * names]))
        caption = figure.find("figcaption")
        if caption is None:
            continue
        if len(caption) == 1 and caption[0].tag == "p":  # a paragraph inside is a level too many for a screen reader
            caption[0].drop_tag()
        if label:
            mark = etree.Element("b")
            mark.text, mark.tail, caption.text = label, words("page.blank") + (caption.text or "").lstrip(), None
            caption.insert(0, mark)
        if source := figure.attrib.pop("data-source", None):
            link = etree.SubElement(caption, "a", {"class": "source", "href": f"code:{source}"})
            link.text = figure.attrib.pop("data-shown")
        if kind == "listing" and len(figure.xpath(".//pre/code/span")) <= SHORT:
            figure.set("class", "listing short")
        if kind != "figure":
            figure.insert(0, caption)  # captions of tables and listings stand above


def _fill_references(tree: Tree, marker: str) -> None:
    """A link without a text, or with the marker as its text, gets its target's label."""
    targets = {element.get("id") for element in tree.root.iter() if element.get("id")}
    missing: dict[str, MissingTarget] = {}
    for link in tree.root.iter("a"):
        if not (href := link.get("href", "")).startswith("#"):
            continue
        target = href[1:]
        if target not in targets:
            missing.setdefault(target, MissingTarget(target, targets))
        elif (
            not len(link)
            and link.text in (None, marker)
            and target in tree.labels
            and "data-formula" not in link.attrib
        ):
            link.text = tree.labels[target]
            link.set("class", "reference")
    if missing:
        first = next(iter(missing.values()))
        first.all = list(missing.values())
        raise first


# -- boxes, questions, notes ------------------------------------------------------------------------------------------


def _set_boxes(root: html.HtmlElement, boxes: Mapping[str, str]) -> None:
    for heading in list(root.iter("h3", "h4")):
        kind = next((name for start, name in boxes.items() if heading.get("data-text").startswith(start)), None)
        if kind is None:
            continue
        section = etree.Element("section", {"class": kind})
        heading.addprevious(section)
        following = [heading]
        ends = HEADINGS[: HEADINGS.index(heading.tag) + 1]
        while (after := following[-1].getnext()) is not None and after.tag not in ends:
            following.append(after)
        section.extend(following)


def _mark_questions(root: html.HtmlElement) -> None:
    for paragraph in root.xpath('//section[@class="test"]/p'):
        if question := re.match(r"\s*[QＱ]\s*[:：.．]\s*", paragraph.text or ""):
            paragraph.set("class", "question")
            paragraph.text = paragraph.text[question.end() :]


def _shorten_footnotes(root: html.HtmlElement) -> None:
    """The notes at the end become a chapter-less block with a rule of its own."""
    for rule in root.xpath('//div[@class="footnote"]/hr'):
        rule.drop_tree()
