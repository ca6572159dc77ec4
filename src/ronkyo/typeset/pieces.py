"""A Markdown text in pieces, each a chapter or several, of which none changes what another one means.

A piece ends before the heading of a chapter that stands in no element, block or fence. Where something in the text reaches
over it all (notes, the targets of links) or cannot be told from what does, the whole text is one piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown.util import BLOCK_LEVEL_ELEMENTS

MARK = "\ue004"  # a private character, which no text has
END = f"## {MARK}"  # a heading that stands behind a piece
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]*\]:", re.MULTILINE)  # of a note, or of a link
_HEADING = re.compile(r"(?<=\n\n)## ")
_FENCED = re.compile(r"^(`{3,}|~{3,})[^\n]*\n(?s:.*?)^\1[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)
_CODE = re.compile(r"(?<![`\\])(`+)(?!`)[^`\n]+(?<!`)\1(?!`)")  # on one line
_TAG = re.compile(
    r"""<(/?)([A-Za-z][\w:-]*)(?:[ \t\n]+[\w:@.-]+(?:=(?:"[^"<>]*"|'[^'<>]*'|[^\s"'=<>`]+))?)*[ \t\n]*/?>"""
)
_COMMENT = re.compile(r"<!--(?:(?!--)[^<>])*-->")
_OPENS = re.compile(r"<[A-Za-z/!?]")
_BLOCK = re.compile(r"^[ \t]*/{3,}(?:[ \t]+([\w-]+).*|[ \t]*)$", re.MULTILINE)
_MARKS = re.compile("[\x02\x03\ue004]")  # with which a text could forge ours, or those of Markdown
_VOID = {"hr", "br", "img", "input"}


def split(text: str) -> list[str]:
    """The pieces; joined by blank lines they are the text but for blank lines."""
    if _DEFINITION.search(text) or _MARKS.search(text):
        return [text]
    bare = _CODE.sub(_blank, _COMMENT.sub(_blank, _FENCED.sub(_blank, text)))
    if _FENCE.search(bare) or _OPENS.search(_TAG.sub(_blank, bare)):
        return [text]
    ends = list(_ends(bare))
    parts = [text[start:end].strip("\n") for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    return [part for part in parts if part] or [text]


def _ends(bare: str) -> Iterator[int]:
    """Where chapters begin while no element and no block is open. bare: a text without its code."""
    opened = [(tag.start(), -1 if tag[1] else 1) for tag in _TAG.finditer(bare) if _holds_blocks(tag[2].lower())]
    opened += [(block.start(), 1 if block[1] else -1) for block in _BLOCK.finditer(bare)]
    steps = sorted(opened) + [(len(bare), 0)]
    depth, step = 0, 0
    for heading in _HEADING.finditer(bare):
        while steps[step][0] < heading.start():
            depth += steps[step][1]
            step += 1
        if depth == 0:
            yield heading.start()


def _holds_blocks(tag: str) -> bool:
    return tag in BLOCK_LEVEL_ELEMENTS and tag not in _VOID


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
