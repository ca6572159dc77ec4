"""Markdown -> the HTML tree of a report's body, as it is before it is numbered and typeset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import repeat
from typing import Any

import markdown
from lxml import html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo import cache
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
ADDRESSES = ("href", "src", "action", "name")  # which libxml2 escapes where it writes them
ESCAPED = re.compile("[^!-~]")
KEPT = "data-kept-"
_INNER_BREAK = re.compile(rf"(?<=[{PUNCTUATION}])\n[ \t]*(?=\S)|(?<=[{WIDE}])\n[ \t]*(?=[{WIDE}])")


def parse(text: str, words: Words) -> html.HtmlElement:
    """`main` with the body of a Markdown text as it is before it is numbered and typeset."""
    footnotes = EXTENSION_SETTINGS["footnotes"] | {"BACKLINK_TITLE": words("page.back_to_note")}
    settings = EXTENSION_SETTINGS | {"footnotes": footnotes}

    def converted() -> bytes:
        body = markdown.Markdown(extensions=EXTENSIONS, extension_configs=settings).convert(text)
        root = html.fragment_fromstring(f"<main>{body}</main>")
        _join_lines(root)
        return written(root).encode()

    return read(cache.get("markdown", f"{words.language} {text}".encode(), converted).decode())


def written(element: html.HtmlElement) -> str:
    """An element and the text behind it as HTML, which `read` makes the same again: addresses are not escaped."""
    given = ((each, map(each.attrib.get, ADDRESSES, repeat(""))) for each in element.iter())
    addresses = [each for each, values in given if any(map(ESCAPED.search, values))]
    for each in addresses:
        _rename(each, {name: f"{KEPT}{name}" for name in ADDRESSES})
    text = str(html.tostring(element, encoding="unicode"))
    for each in addresses:
        _rename(each, {f"{KEPT}{name}": name for name in ADDRESSES})
    return text


def read(text: str) -> html.HtmlElement:
    """The one element of HTML that is made of what `written` gave."""
    root = html.fragment_fromstring(text)
    for each in root.xpath("|".join(f"//*[@{KEPT}{name}]" for name in ADDRESSES)):
        _rename(each, {f"{KEPT}{name}": name for name in ADDRESSES})
    return root


def _rename(element: html.HtmlElement, names: Mapping[str, str]) -> None:
    attributes = [(names.get(name, name), value) for name, value in element.attrib.items()]
    element.attrib.clear()
    element.attrib.update(attributes)


def join_lines(text: str) -> str:
    """Without the line breaks inside Japanese, which would become blanks in the middle of a sentence."""
    return _INNER_BREAK.sub("", text)


def _join_lines(root: html.HtmlElement) -> None:
    """The same for each run of text in a block, whatever elements it goes through; code stays as it is."""
    texts = root.xpath("/descendant::text()[not(ancestor::pre)]")
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
