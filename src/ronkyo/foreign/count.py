"""What a report's source has, counted from the parser's tokens, against what the HTML and the PDF have: a loss is seen
whichever step of the setting it happens in."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple

import pypdfium2
from lxml import html
from markdown_it.token import Token

from ronkyo.foreign import diagrams, formulas, safe
from ronkyo.foreign.blocks import info
from ronkyo.typeset import supplement
from ronkyo.typeset.mathematics import DEFINES

PLACES = {  # of what is counted, in the page for the browser
    "formulas": "//*[@class='formula' or @class='equation' or contains(@class, 'unset')]",
    "tables": "//table",
    "cells": "//td | //th",
    "items": "//li[not(parent::ol/parent::div[@class='footnote'])]",
    "pictures": "//*[self::img or @class='drawing' or @class='missing']",
    "links": "//a[@href][not(@class='skip')]",
}
KINDS = tuple(PLACES)
TOKENS = {
    "math": "formulas", "math_block": "formulas", "table_open": "tables", "th_open": "cells", "td_open": "cells",
    "list_item_open": "items", "image": "pictures", "link_open": "links",
}  # fmt: skip
TAGS = {"table": "tables", "th": "cells", "td": "cells", "li": "items", "img": "pictures"}
UNSEEN = re.compile(
    rf"{safe.COMMENT}|<(?P<name>{'|'.join(sorted(safe.WHOLE))})\b.*?(?:</(?P=name)\s*>|(?P<open>\Z))",
    re.DOTALL | re.IGNORECASE,
)
END = re.compile(r"</([A-Za-z]+)\s*>")
KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")  # a digit drawn as an emoji, which a PDF does not tell
LEFTWARD = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+")  # whose order a PDF does not tell
TASK = re.compile(r"\A\s*\[[ xX]\]\s")  # set as a mark
APART = 60  # letters of a text for each place where the end of a page or a label may part it
LEAST = 4  # letters before such a place
QUOTED = 30  # letters of what is told


class Part(NamedTuple):
    """A piece of text, or a listing, and the lines of its block."""

    line: int
    last: int
    text: str


@dataclass
class Source:
    """What the tokens of a report have."""

    texts: list[Part] = field(default_factory=list)
    listings: list[Part] = field(default_factory=list)
    lines: dict[str, list[int]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def add(self, tokens: Sequence[Token]) -> None:
        first = last = 0
        for token in _seen(tokens):
            if token.map:  # a cell has none
                first, last = token.map[0] + 1, token.map[1]
            kind = TOKENS.get(token.type)
            if token.type == "inline":
                self._add_inline(token, first, last)
            elif token.type in ("fence", "code_block"):
                self._add_listing(token, first, last)
            elif token.type == "html_block":
                self._add_html(token.content, first, last)
            elif kind and not _draws_nothing(token.content):
                self.lines[kind].append(first)

    def _add_inline(self, token: Token, first: int, last: int) -> None:
        texts = [""]
        for child in token.children or ():
            line = child.meta.get("line", first)
            if child.type in ("text", "code_inline"):
                texts[-1] += child.content
            elif child.type in TOKENS and not _draws_nothing(child.content):
                self.lines[TOKENS[child.type]].append(line)
            elif child.type == "html_inline":
                self._add_html(child.content, line, line)
            if child.type in ("math", "image", "html_inline", "softbreak", "hardbreak", "footnote_ref"):
                texts.append("")
        texts[0] = TASK.sub("", texts[0])
        self.texts += [Part(first, last, text) for text in texts if _letters(text)]

    def _add_listing(self, token: Token, first: int, last: int) -> None:
        language, _, given = info(token.info)
        if language == "math":
            self.lines["formulas"] += [first] * (not _draws_nothing(token.content))
        elif language not in diagrams.LANGUAGES and given.get("hide") != "true":
            self.listings.append(Part(first, last, _code(token.content)))

    def _add_html(self, content: str, first: int, last: int) -> None:
        content = UNSEEN.sub("", content)
        parts, place = [], 0
        for begin, formula in formulas.in_html(content):
            self.lines["formulas"].append(first)
            parts.append(content[place:begin])
            place = formula.end
        content = "<br>".join([*parts, content[place:]])
        for end, name, _ in safe.TAG.findall(content):
            if not end and (kind := TAGS.get(name.lower())):
                self.lines[kind].append(first)
        pieces = map(unescape, safe.TAG.split(content)[::4])
        self.texts += [Part(first, last, piece) for piece in pieces if _letters(piece)]


def _draws_nothing(tex: str) -> bool:
    """Whether a formula is a reference, or may be a definition."""
    return bool(formulas.REFERENCE.fullmatch(tex) or DEFINES.search(tex))


def _seen(tokens: Sequence[Token]) -> Iterator[Token]:
    """Those that no block of HTML takes with it: between <style> and </style> are blank lines, too."""
    ends = {match[1].lower(): index for index, token in enumerate(tokens) for match in END.finditer(token.content)}
    hidden = ""
    for index, token in enumerate(tokens):
        if token.type == "html_block":
            content = token.content
            if hidden:
                content = f"<{hidden}>{content}"
            *_, last = [None, *UNSEEN.finditer(content)]
            opened = last["name"].lower() if last and last["open"] is not None else ""
            hidden = opened if ends.get(opened, -1) > index else ""
            yield token.copy(content=content)
        elif not hidden:
            yield token


class Page(NamedTuple):
    """What the page for the browser has. text: letters only, in their order"""

    text: str
    listings: list[str]
    numbers: Counter[str]


def of_page(page: str) -> Page:
    root = html.document_fromstring(page, parser=html.HTMLParser(huge_tree=True))
    for element in root.xpath(
        "//*[self::style or self::nav or self::footer or self::title or @class='footnote-backref']"
    ):
        element.drop_tree()
    for question in root.xpath("//p[@class='question']"):
        question.text = f"Q{question.text or ''}"  # which the style writes
    listings = [_code(element.text_content()) for element in root.iter("pre")]
    numbers = Counter({kind: len(root.xpath(place)) for kind, place in PLACES.items()})
    for element in root.xpath("//svg"):
        element.drop_tree()
    return Page(_letters(root.body.text_content()), listings, numbers)


def of_pdf(content: bytes) -> str:
    """Its letters, in their order."""
    with pypdfium2.PdfDocument(content) as document:
        return _letters("".join(page.get_textpage().get_text_range() for page in document))


class Difference(NamedTuple):
    line: int
    last: int
    message: str


def compared(source: Source, page: Page, pdf: str) -> tuple[list[Difference], str]:
    """What of the source is not in the results; and, in one line, how many of each kind are in both."""
    differences: list[Difference] = []
    texts: list[int] = []  # how many are in the HTML, and in the PDF
    printed_lines = [part._replace(text=line) for part in source.listings for line in part.text.split("\n")]
    for name, text, lines in (("HTML", page.text, []), ("PDF", pdf, printed_lines)):
        lost = list(_lost(source.texts, text))
        texts.append(len(source.texts) - len(lost))
        for part in (*lost, *_lost(lines, text)):
            differences.append(Difference(part.line, part.last, f"text is not in the {name}: {_quoted(part.text)}"))
    shown, changed = Counter(page.listings), []
    for part in source.listings:
        shown[part.text] -= 1
        if shown[part.text] < 0:
            changed.append(Difference(part.line, part.last, f"a listing is not as written: {_quoted(part.text)}"))
    figures = [f"text {texts[0]}/{len(source.texts)} (PDF {texts[1]})"]
    figures.append(f"listings {len(source.listings) - len(changed)}/{len(source.listings)}")
    differences += changed
    surplus = max(0, page.numbers["formulas"] - len(source.lines["formulas"]))  # pictures of formulas, set as such
    numbers = page.numbers + Counter(pictures=surplus)
    for kind, lines in source.lines.items():
        figures.append(f"{kind} {min(numbers[kind], len(lines))}/{len(lines)}")
        if len(lines) > numbers[kind]:
            said = f"{kind}: {len(lines)} in the source, {numbers[kind]} in the HTML"
            differences.append(Difference(min(lines), max(lines), said))
    return differences, ", ".join(figures)


def unexplained(differences: Sequence[Difference], warned: Collection[int]) -> list[Difference]:
    """Those of which no warning tells, which names a line among theirs."""
    lines = sorted(warned)
    return [each for each in differences if bisect_left(lines, each.line) >= bisect_right(lines, each.last)]


def _letters(text: str) -> str:
    """Without blanks and signs, in one form, and without what no font has, of which a warning tells."""
    letters = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", KEYCAP.sub("", text)))
    undrawn = [letter for letter in set(letters) if not supplement.draws(letter)]
    return letters.translate(dict.fromkeys(map(ord, undrawn))) if undrawn else letters


def _code(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.expandtabs(4).strip("\n").split("\n"))


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= QUOTED else text[: QUOTED - 1] + "…")


def _lost(parts: Sequence[Part], text: str) -> Iterator[Part]:
    """Those whose letters are not in the text; each is looked for behind the one before it first."""
    place = 0
    for part in parts:
        found = True
        for letters in map(_letters, LEFTWARD.split(part.text)):
            at = text.find(letters, place)
            at = text.find(letters) if at < 0 else at
            place = at + len(letters) if at >= 0 else place
            found &= at >= 0 or _in_pieces(letters, text)
        if not found:
            yield part


def _in_pieces(letters: str, text: str) -> bool:
    """Whether the text has all of it but what stands at the end of one page and the head of the next between its parts."""
    pieces, start = 0, 0
    while start < len(letters):
        length = _longest(letters[start:], text)
        start, pieces = start + length, pieces + 1
        if pieces > 2 + len(letters) // APART or length < (LEAST if start < len(letters) else 1):
            return False
    return True


def _longest(letters: str, text: str) -> int:
    """How many of the letters, from the first on, stand in the text in one piece."""
    known, tried = 0, 1  # a length that the text has, one that it may not have
    while tried <= len(letters) and letters[:tried] in text:
        known, tried = tried, 2 * tried
    return known + bisect_left(
        range(known + 1, min(tried, len(letters) + 1)), True, key=lambda n: letters[:n] not in text
    )
