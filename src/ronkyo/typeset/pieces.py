"""A text in pieces, of which some are set anew among what the others are for them: numbers and targets.

A piece goes from a heading to the next one. Where the text and its tree do not part at the same headings, as in a heading
inside raw HTML, nothing is known of pieces, and the whole is to be set.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from lxml import html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.editions import BEGIN, END
from ronkyo.typeset import edition
from ronkyo.typeset.edition import HEADINGS
from ronkyo.typeset.parsing import parse, read, written
from ronkyo.typeset.tree import CONTENT, Tree, finish
from ronkyo.words import Words

LEVELS = ("h2", "h3", "h4")
HEADING = re.compile(r"#{2,4}(?!#)")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RAW = "(section|div|details|figure|table|article|aside|blockquote|pre|ul|ol)"
RAW, RAW_END = re.compile(rf"<{_RAW}\b"), re.compile(rf"</{_RAW}>")
COMMENT = ("<!--", "-->")
NOTE = re.compile(r"^\[\^([^\]\s]+)\]:", re.MULTILINE)
LINK = re.compile(r"^ {0,3}\[[^\^\]][^\]]*\]:[ \t]*\S.*$", re.MULTILINE)
START = re.compile(r"<h[234][ >]")
BOX = re.compile(r"<section\b[^>]*>[^<]*")
NUMBERED = re.compile(r"\\(?:label|tag\*?)\{")
CHAPTER = re.compile(r"##(?!#)")


def split(text: str) -> list[str]:
    """What stands before the first heading, and the text from each to the next."""
    pieces: list[list[str]] = [[]]
    end, depth = "", 0  # of a fence or comment, what ends it; how many elements of raw HTML are open
    for line in text.splitlines(keepends=True):
        told = line.strip()
        if end:
            if end == COMMENT[1] and end in line or told.startswith(end) and not told.strip(end[0]):
                end = ""
        elif found := FENCE.match(line):
            end = found[1]
        elif told.startswith(COMMENT[0]):
            end = "" if COMMENT[1] in line else COMMENT[1]
        else:
            if not depth and HEADING.match(line):
                pieces.append([])
            if raw := RAW.match(line):
                depth += f"</{raw[1]}>" not in line
            elif depth and RAW_END.match(line):
                depth -= 1
        pieces[-1].append(line)
    return ["".join(piece) for piece in pieces]


def starts(blocks: Sequence[str]) -> list[int]:
    """Where in the blocks of a page for the browser each piece but the first begins: at its heading, or at the box that the
    heading begins."""
    headings = [place for place, block in enumerate(blocks) if START.match(block)]
    return [place - bool(BOX.fullmatch(blocks[place - 1])) for place in headings]


class Change(NamedTuple):
    """Pieces [first, last) that others stand in the place of, whose own places are [begin, end)."""

    first: int
    last: int
    begin: int
    end: int


@dataclass(frozen=True)
class Pieces:
    """Those of a text, as Markdown, as HTML that is not finished, and as what they are for the others."""

    texts: list[str]
    parsed: list[str]
    stubs: list[str]
    notes: list[str]  # in their order

    @staticmethod
    def of(text: str, words: Words) -> Pieces | None:
        """None where the text does not part as its tree does."""
        root = parse(text, words)
        edition.mark(root)
        texts, parted = split(text), _parted(root)
        if len(texts) != len(parted):
            return None
        stubs = ["".join(stub for element in piece for stub in _stubs(element)) for piece in parted]
        notes = [id.removeprefix("fn:") for id in root.xpath('//div[@class="footnote"]//li/@id')]
        return Pieces(texts, list(map(_html, parted)), stubs, notes)

    def changes(self, text: str) -> tuple[list[Change], list[str]]:
        """What a new text changes, and its pieces."""
        new = split(text)
        codes = SequenceMatcher(None, self.texts, new, autojunk=False).get_opcodes()
        return [Change(*code[1:]) for code in codes if code[0] != "equal"], new

    def chapter(self, place: int) -> range:
        """The pieces of the chapter that a piece is of."""
        chapters = [0, *(at for at, text in enumerate(self.texts) if CHAPTER.match(text)), len(self.texts)]
        return next(range(*ends) for ends in itertools.pairwise(chapters) if place < ends[1])

    def tree(
        self,
        changes: Sequence[Change],
        new: Sequence[str],
        words: Words,
        boxes: Mapping[str, str],
        whole: range = range(0),
    ) -> Tree | None:
        """The tree of a text with these changes, in which all else but the pieces of `whole` stands for its numbers and
        targets only; None where a change is to more than its pieces. Raises what `tree.build` raises."""
        parts = [self.parsed[place] if place in whole else stub for place, stub in enumerate(self.stubs)]
        for change in reversed(changes):
            fresh = self._set(change, new, words)
            if fresh is None:
                return None
            parts[change.first : change.last] = fresh
        return finish(read(f"<main>{''.join(parts)}</main>"), words, boxes)

    def _set(self, change: Change, new: Sequence[str], words: Words) -> list[str] | None:
        """The changed pieces as HTML, with the numbers of the notes."""
        text, before = "".join(new[change.begin : change.end]), "".join(self.texts[: change.first])
        known = "".join(self.texts)
        own = set(NOTE.findall(text))
        around = [*LINK.findall(known), *(f"[^{note}]: ." for note in self.notes if note not in own)]
        depth = before.count(f"<!--{BEGIN}-->") - before.count(f"<!--{END}-->")
        left = depth + text.count(f"<!--{BEGIN}-->") - text.count(f"<!--{END}-->")
        opened, closed = f"<!--{BEGIN}-->\n\n" * depth, f"\n\n<!--{END}-->" * left
        root = parse("\n\n".join([opened + text + closed, *around]), words)
        edition.mark(root)
        for notes in root.xpath('./div[@class="footnote"]'):
            notes.drop_tree()
        if not self._number_notes(root, change.first):
            return None
        parted = _parted(root)
        if change.begin and not parted[0]:  # nothing stands before the first of their headings
            del parted[0]
        return list(map(_html, parted)) if len(parted) == change.end - change.begin else None

    def _number_notes(self, root: html.HtmlElement, first: int) -> bool:
        """Whether all of the notes are known."""
        counts: dict[str, int] = {}
        for link in root.xpath('.//a[@class="footnote-ref"]'):
            note = link.get("href").removeprefix("#fn:")
            if note not in self.notes:
                return False
            if note not in counts:
                counts[note] = sum(part.count(f'href="#fn:{note}"') for part in self.parsed[:first])
            counts[note] += 1
            link.text = str(self.notes.index(note) + 1)
            number = "" if counts[note] == 1 else counts[note]
            link.getparent().set("id", f"fnref{number}:{note}")
        return True


def _parted(root: html.HtmlElement) -> list[list[html.HtmlElement]]:
    """What stands before the first heading beside the others, and from each to the next."""
    pieces: list[list[html.HtmlElement]] = [[]]
    for element in root:
        if element.tag in LEVELS:
            pieces.append([])
        pieces[-1].append(element)
    return pieces


def _html(elements: Iterable[html.HtmlElement]) -> str:
    return "".join(map(written, elements))


def _stubs(element: html.HtmlElement, nested: bool = False) -> Iterator[str]:
    """Of an element what others are numbered after or lead to, empty else."""
    if not isinstance(element.tag, str):
        return
    if element.tag in HEADINGS:
        heading = _alone(element)
        yield f"<div>{heading}</div>" if nested else heading
    elif element.tag == "figure":
        yield _figure(element)
    elif "arithmatex" in element.get("class", "").split():
        if NUMBERED.search(element.text or ""):
            yield _alone(element)
    else:
        if element.get("id"):
            yield _span(element)
        for inner in element:
            yield from _stubs(inner, True)


def _figure(figure: html.HtmlElement) -> str:
    """With its caption, and as many images; what it is of is told."""
    kind = next((kind for kind, content in CONTENT.items() if figure.find(f".//{content}") is not None), "listing")
    shell = html.Element("figure", {"data-kind": kind, **figure.attrib})
    images = [html.Element("img", {"src": "data:,"}) for _ in figure.iter("img")]
    ids = [html.fragment_fromstring(_span(inner)) for inner in figure.xpath("./*[not(self::figcaption)]//*[@id]")]
    shell.extend([*images, *ids, *map(copy.deepcopy, figure.iterchildren("figcaption"))])
    return written(shell)


def _span(element: html.HtmlElement) -> str:
    names = {name: element.get(name) for name in ("id", "class") if element.get(name)}
    return written(html.Element("span", names))


def _alone(element: html.HtmlElement) -> str:
    """Without what follows it."""
    return written(element).removesuffix(element.tail or "")
