"""Markdown -> the HTML tree of a report's body, as it is before it is numbered and typeset."""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

import markdown
from lxml import html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo import cache
from ronkyo.typeset import pieces
from ronkyo.words import Words

CAPTIONED = ("figure", "table", "listing")
EXTENSIONS = [
    "tables",
    "attr_list",
    "def_list",
    "footnotes",
    "md_in_html",
    "sane_lists",
    "pymdownx.superfences",
    "pymdownx.highlight",
    "pymdownx.arithmatex",
    "pymdownx.blocks.caption",
]
EXTENSION_SETTINGS = {
    "footnotes": {"SUPERSCRIPT_TEXT": "{}"},
    "pymdownx.arithmatex": {"generic": True, "smart_dollar": True},
    "pymdownx.highlight": {"guess_lang": False, "line_spans": "line", "pygments_lang_class": True},
    "pymdownx.blocks.caption": {"types": [{"name": f"{kind}-caption"} for kind in CAPTIONED], "auto": False},
}
WIDE = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60"  # full-width punctuation, kana, kanji
PUNCTUATION = "、。，．・：；？！「」『』（）［］【】"
INLINE = {
    "a", "abbr", "b", "code", "data", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "span", "strong", "sub",
    "sup", "u",
}  # fmt: skip
_INNER_BREAK = re.compile(rf"(?<=[{PUNCTUATION}])\n[ \t]*(?=\S)|(?<=[{WIDE}])\n[ \t]*(?=[{WIDE}])")


def parse(text: str, words: Words) -> html.HtmlElement:
    """`main` with the body of a Markdown text as it is before it is numbered and typeset. Chapters that can be parsed one by
    one are, and each is parsed once, for as long as it is as it was."""
    parts = pieces.split(text)
    parsed = [piece for part in parts if (piece := _parsed(part, words.language)) is not None] if parts[1:] else []
    if len(parsed) < len(parts):
        return _whole(text, words.language)
    root = html.Element("main")
    root.text = parsed[0].text
    for before, piece in pairwise([None, *parsed]):
        if before is not None and len(root):
            root[-1].tail = "\n" + (piece.text or "")
        root.extend(copy.deepcopy(piece))
    return root


@lru_cache(maxsize=256)
def _parsed(piece: str, language: str) -> html.HtmlElement | None:
    """A piece; None where it leaves something open for what follows, as the heading behind it tells."""
    root = _whole(f"{piece}\n\n{pieces.END}", language)
    if not len(root) or root[-1].tag != "h2" or root[-1].text != pieces.MARK or root[-1].tail:
        return None
    end = root[-1]
    if (before := end.getprevious()) is not None:
        before.tail = None
    else:
        root.text = None
    root.remove(end)
    return root


def _whole(text: str, language: str) -> html.HtmlElement:
    footnotes = EXTENSION_SETTINGS["footnotes"] | {"BACKLINK_TITLE": Words(language)("page.back_to_note")}
    settings = EXTENSION_SETTINGS | {"footnotes": footnotes}

    def converted() -> bytes:
        return markdown.Markdown(extensions=EXTENSIONS, extension_configs=settings).convert(text).encode()

    root = html.fragment_fromstring(
        f"<main>{cache.get('markdown', f'{language} {text}'.encode(), converted).decode()}</main>"
    )
    _join_lines(root)
    return root


def join_lines(text: str) -> str:
    """Without the line breaks inside Japanese, which would become blanks in the middle of a sentence."""
    return _INNER_BREAK.sub("", text)


def _join_lines(root: html.HtmlElement) -> None:
    """The same for each run of text in a block, whatever elements it goes through; code stays as it is."""
    texts = root.xpath("//text()[not(ancestor::pre)]")
    for before, text, after in zip([None, *texts], texts, [*texts[1:], None], strict=False):
        if "\n" not in text:
            continue
        start, end = (
            str(near) if near is not None and _block(near) is _block(text) else "" for near in (before, after)
        )
        joined = join_lines(start[-1:] + text + end[:1])
        joined = joined[len(start[-1:]) : len(joined) - len(end[:1])]
        if text.is_text:
            text.getparent().text = joined
        else:
            text.getparent().tail = joined


def _block(text: Any) -> html.HtmlElement:
    """The element around a text that is no part of a line."""
    element = text.getparent() if text.is_text else text.getparent().getparent()
    return next(near for near in (element, *element.iterancestors()) if near.tag not in INLINE)
