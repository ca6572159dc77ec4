"""Raw HTML of a report -> only what a report needs: nothing that runs, loads, covers the page or takes names of the
engine's own, which are its classes and its attributes (data-*) and ids with a colon.

This is the only border: what comes after it was written here or by Markdown's renderer, which escapes. nh3 would stand at
the end of the page, where a <script> that was never closed takes all that follows; it tells of nothing that it removes,
drops addresses like C:\\a.png that a warning has to show, and lets any value of a style's property through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape

from ronkyo.typeset.tree import HEADINGS

Warn = Callable[[int, str], None]

KEPT = {  # element -> attributes, besides those of every element
    "a": ("href",),
    "img": ("src", "alt"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "ol": ("start", "reversed", "type"),
    "li": ("value",),
    "details": ("open",),
}
KEPT_EVERYWHERE = ("title", "lang")
NUMBERS = ("colspan", "rowspan", "start", "value")
PLAIN = (
    "div section article p span br hr h1 h2 h3 h4 h5 h6 ul dl dt dd table caption thead tbody tfoot tr colgroup col "
    "blockquote pre code kbd samp var b strong i em u s del ins sub sup small mark q cite abbr ruby rt rp rb figure "
    "figcaption summary"
)
ALLOWED = {*KEPT, *PLAIN.split()}
RENAMED = {
    "center": "div",
    "font": "span",
    "tt": "code",
    "strike": "s",
    "big": "span",
    "header": "div",
    "footer": "div",
}
SILENT = "html head body main meta base title input button label form"  # nobody misses them
KEPT_STYLE = {
    "text-align": r"left|right|center|justify|start|end",
    "color": r"[a-zA-Z]+|#[0-9a-fA-F]{3,8}|rgb\([\d ,.%]+\)",
    "font-weight": r"bold|bolder|normal|[1-9]00",
    "text-decoration": r"underline|line-through|none",
    "page-break-before": r"always|avoid|auto",
    "page-break-after": r"always|avoid|auto",
    "break-before": r"page|avoid|auto",
    "break-after": r"page|avoid|auto",
}
ID = re.compile(r"[^\s:\"'<>&]+")
COMMENT = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)
REMOVED_WHOLE = re.compile(
    r"<(script|style|template|textarea|svg|math|object|iframe|noscript|select|audio|video)(?![\w-]).*?(</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
TAG = re.compile(r"<(/?)([A-Za-z!][\w:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r"([^\s=\"'<>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+)))?")


def cleaned(source: str, line: int, warn: Warn, ids: set[str]) -> str:
    """The source, which begins in `line`, as HTML of the elements in ALLOWED; pictures and links carry their line as
    data-line. `ids`: those that the report has given already."""

    def removed(match: re.Match[str]) -> str:
        warn(line + source.count("\n", 0, match.start()), f"<{match[1].lower()}> is left out")
        return _blank(match)

    source = COMMENT.sub(_blank, source)
    source = REMOVED_WHOLE.sub(removed, source)
    written: list[str] = []
    place = 0
    for match in TAG.finditer(source):
        line += source.count("\n", place, match.start())
        written += [source[place : match.start()].replace("<", "&lt;"), _tag(match, line, warn, ids)]
        line += match[0].count("\n")
        place = match.end()
    return "".join([*written, source[place:].replace("<", "&lt;")])


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _tag(match: re.Match[str], line: int, warn: Warn, ids: set[str]) -> str:
    name = match[2].lower()
    tag = RENAMED.get(name, name)
    if tag not in ALLOWED:
        if not match[1] and name not in SILENT.split() and not name.startswith("!"):
            warn(line, f"<{name}> is left out, what it holds stays")
        return ""
    if match[1]:
        return f"</{tag}>"
    given: dict[str, str] = {}
    for key, *values in ATTRIBUTE.findall(match[3].removesuffix("/")):
        given.setdefault(key.lower(), unescape("".join(values)))
    kept = _attributes(name, tag, given, ids)
    if tag in ("a", "img"):
        kept["data-line"] = str(line)
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in kept.items())
    return f"<{tag}{attributes}{'/' * match[3].endswith('/')}>"


def _attributes(name: str, tag: str, given: Mapping[str, str], ids: set[str]) -> dict[str, str]:
    names = (*KEPT.get(tag, ()), *KEPT_EVERYWHERE)
    kept = {key: given[key] for key in names if key in given}
    for key in NUMBERS:
        if not re.fullmatch(r"\d{1,3}", kept.get(key, "0"), re.ASCII):
            del kept[key]
    if style := width_style(given) if tag == "img" else _style(name, given):
        kept["style"] = style
    if tag in ("div", "p", "figure", "span") and (cell := _cell(given)):
        kept["data-cell"] = cell
    id = given.get("id") or (given.get("name", "") if tag == "a" else "")
    if ID.fullmatch(id) and (tag in HEADINGS or id not in ids):  # a heading's are made to differ later
        kept["id"] = id
        if tag not in HEADINGS:
            ids.add(id)
    return kept


def _style(name: str, given: Mapping[str, str]) -> str:
    wanted = {}
    align = given.get("align", "center" if name == "center" else "").strip().lower()
    if align in ("left", "right", "center", "justify"):
        wanted["text-align"] = align
    if name == "font":
        wanted["color"] = given.get("color", "")
    for declaration in given.get("style", "").split(";"):
        key, _, value = declaration.partition(":")
        wanted[key.strip().lower()] = value.replace("!important", "").strip()
    kept = [key for key, value in wanted.items() if key in KEPT_STYLE and re.fullmatch(KEPT_STYLE[key], value)]
    return "; ".join(f"{key}: {wanted[key]}" for key in kept)


def width_style(image: Mapping[str, str]) -> str | None:
    """width=70%, width=300 or a style's, never above the column."""
    style = re.search(r"(?<![\w-])(?:width|zoom)\s*:\s*([\d.]+\s*(?:%|px|cm|mm|em)?)", image.get("style", ""))
    wanted = (style[1] if style else image.get("width", "")).replace(" ", "")
    match = re.fullmatch(r"(\d{1,5}(?:\.\d{1,3})?)(%|px|cm|mm|em)?", wanted, re.ASCII)
    if match is None or float(match[1]) == 0:
        return None
    if match[2] == "%":
        return f"width: {min(float(match[1]), 100):g}%"
    return f"width: {match[1]}{match[2] or 'px'}"


def _cell(given: Mapping[str, str]) -> str | None:
    """What a pair of floating divs was meant to be: its width in % of the text."""
    style = given.get("style", "")
    side_by_side = re.search(r"float\s*:\s*(left|right)|display\s*:\s*inline-(block|flex)", style)
    if side_by_side is None and not re.search(r"float-?(left|right)|(^|\s)col", given.get("class", "")):
        return None
    width = re.search(r"(?<![\w-])width\s*:\s*(\d{1,3}(?:\.\d{1,4})?)%", style, re.ASCII)
    return f"{float(width[1]) if width else 50:.0f}"
