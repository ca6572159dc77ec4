"""Markdown as Markdown Preview Enhanced for VS Code reads it -> an HTML tree.

CommonMark with tables, line breaks kept, raw HTML, formulas, footnotes, `==marks==`, `^superscripts^`, `~subscripts~` and
`!!! note` boxes. Elements that can fail later (pictures, formulas, links) carry the line they stand in as `data-line`.

mdit-py-plugins makes footnotes and boxes. Its other rules are not for Japanese, which has no blanks between words: its
subscript makes 月<sub>金、土</sub>日 of 月~金、土~日, its superscript x<sup>2y</sup>2 of x^2y^2, and its links go on to the next
blank; its attributes take no `{width=50%}` and stand over a heading, not behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any
from urllib.parse import unquote

from lxml import html
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.footnote import footnote_plugin
from pymdownx.highlight import Highlight

from ronkyo.foreign import diagrams, formulas, safe
from ronkyo.foreign.patterns import JAPANESE
from ronkyo.foreign.safe import Warn
from ronkyo.typeset import inside
from ronkyo.typeset.glyphs import GETA, Missing
from ronkyo.words import Words

CONTENTS = re.compile(r"<!--\s*code_chunk_output\s*-->.*?<!--\s*/code_chunk_output\s*-->", re.DOTALL)
OWN_CONTENTS = re.compile(r"\s*(\[toc\]|(?:<!--\s*)?@import\s+\"\[TOC\]\".*)\s*", re.IGNORECASE)
FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*(`{3,}|~{3,})")
PICTURE = re.compile(r"!\[((?:\\.|[^\]\\\n])*)\]\(((?:[^()\n]|\([^()\n]*\))*)\)")
TITLED = re.compile(r"(.*?)(\s+(?:\"[^\"]*\"|'[^']*'))?\s*$", re.DOTALL)
HEADING = re.compile(rf"( {{0,3}}#{{1,6}})(?:\u3000[ \u3000]*|(?=[{JAPANESE}]))")
ATTRIBUTES = re.compile(r"\{([^{}\n]*)\}")
IMPORT = re.compile(r" {0,3}(?:<!--\s*)?(@import\s+[\"']([^\"']*)[\"'].*?)\s*(?:-->)?\s*")
IMPORTED_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
MARK = re.compile(r"==(?![\s=])((?:`[^`\n]*`|\$[^$\n]*\$|[^`$\n])+?)(?<![\s=])==(?!=)")
SMALL = re.compile(rf"([~^])([\w+\-*/=.,()'’†‡{JAPANESE}]{{1,40}})\1(?!\1)")
WARNINGS = ("warning", "caution", "attention", "danger", "error", "bug", "failure")


def own_contents(text: str) -> list[str]:
    """The anchors that the contents made by the preview lead to."""
    listed = "\n".join(CONTENTS.findall(text))
    return [unquote(anchor) for anchor in re.findall(r"\]\(#([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)", listed)]


def parse(text: str, warn: Warn, words: Words) -> html.HtmlElement:
    """`main` with the report's body; nothing in it is numbered or read yet."""
    text = CONTENTS.sub(lambda match: "\n" * match[0].count("\n"), text)
    prepared = "\n".join(_prepare(text.split("\n"), warn))
    undrawn: list[tuple[int, str, diagrams.DiagramError]] = []
    environment = {"warn": warn, "words": words, "undrawn": undrawn}
    rendered = _parser().render(prepared, environment)
    if undrawn:
        line, language, error = undrawn[0]
        several = f"{len(undrawn)} drawings are shown as their source, the first, in {language}"
        warn(line, f"{several if undrawn[1:] else f'a drawing in {language} is shown as its source'}: {error}")
    return safe.tree(rendered, warn)


# -- line by line -----------------------------------------------------------------------------------------------------


def _prepare(lines: Sequence[str], warn: Warn) -> Iterator[str]:
    """What CommonMark does not know, put in a way that it knows; one line for each line."""
    fence = None
    for number, line in enumerate(lines, start=1):
        if match := FENCE.match(line):
            if fence is None:
                fence = match[1]
            elif match[1].startswith(fence) and not line[match.end() :].strip():
                fence = None
            yield line
            continue
        if fence is not None:
            yield line
            continue
        if OWN_CONTENTS.fullmatch(line):
            yield ""  # the engine makes its own contents
            continue
        if match := IMPORT.fullmatch(line):
            line, address = match[1], match[2]
            if address.lower().endswith(IMPORTED_PICTURES):
                line = f"![]({address})"
            else:
                warn(number, f"{line}: other files are not read into the report; the line stays as text")
        line = HEADING.sub(r"\1 ", line, count=1) if HEADING.match(line) else line
        yield PICTURE.sub(_quote_picture, line) if "![" in line else line


def _quote_picture(match: re.Match[str]) -> str:
    """Blanks and backslashes of a picture's path as they are: ![x](<a b\\\\c.png>)"""
    if match.string.count("`", 0, match.start()) % 2:
        return match[0]
    written = TITLED.match(match[2].strip())
    assert written is not None
    path = written[1].strip()
    path = path[1:-1] if path.startswith("<") and path.endswith(">") else path
    if "<" in path or ">" in path:
        return match[0]
    path = path.replace("\\", "\\\\").replace("&", "&amp;")
    return f"![{match[1]}](<{path}>{written[2] or ''})"


# -- the parser -------------------------------------------------------------------------------------------------------


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"breaks": True, "html": True}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True  # what may be linked and read is decided on the tree
    parser.normalizeLink = lambda url: url
    parser.normalizeLinkText = lambda link: link
    parser.use(footnote_plugin).use(admon_plugin).use(formulas.formulas_plugin)
    parser.inline.ruler.before("strikethrough", "small", _small)
    parser.inline.ruler.before("strikethrough", "mark", _mark)
    parser.core.ruler.before("inline", "boxes", _settle_boxes)
    parser.core.ruler.push("lines", _set_lines)
    parser.core.ruler.push("strong", _strengthen)
    parser.core.ruler.push("attributes", _read_attributes)
    for name, render in RENDERED.items():
        parser.add_render_rule(name, _rule(render))
    return parser


def _rule(render: Callable[[Token, dict[str, Any]], str]) -> Callable[..., str]:
    def rule(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, environment: Any) -> str:
        return render(tokens[index], environment)

    return rule


def _line(token: Token) -> int:
    return token.meta.get("line") or (token.map[0] + 1 if token.map else 0)


def _set_lines(state: StateCore) -> None:
    for token in state.tokens:
        if token.type != "inline":
            continue
        line = token.map[0] + 1 if token.map else 0
        for child in token.children or []:
            child.meta["line"] = line
            line += child.type in ("softbreak", "hardbreak")
            if child.type in ("html_inline", "math"):
                line += child.content.count("\n")


def _strengthen(state: StateCore) -> None:
    """**「語」**は: CommonMark sees no end of the strong text before a Japanese letter, a reader does."""
    for token in state.tokens:
        children: list[Token] = []
        for child in token.children or []:
            parts = re.split(r"\*\*([^*\n]+)\*\*", child.content) if child.type == "text" else [child.content]
            if len(parts) == 1:
                children.append(child)
                continue
            for index, part in enumerate(parts):
                text = Token("text", "", 0, content=part, meta=child.meta)
                strong = [Token("strong_open", "strong", 1), text, Token("strong_close", "strong", -1)]
                children += strong if index % 2 else [text]
        if token.children:
            token.children = children


def _read_attributes(state: StateCore) -> None:
    """![](a.png){width=50%} and ## 見出し {#id}"""
    before: Token | None = None
    for token in state.tokens:
        if isinstance(style := token.attrs.get("style"), str):
            token.attrs["style"] = style.replace(":", ": ")  # of a table's cell, as the style sheet expects it
        children = token.children or []
        for image, text in zip(children, children[1:], strict=False):
            if image.type == "image" and text.type == "text" and (match := ATTRIBUTES.match(text.content)):
                for name, value in re.findall(r"(width|height)\s*=\s*[\"']?([\d.]+(?:%|px)?)", match[1]):
                    image.attrSet(name, value)
                text.content = text.content[match.end() :]
        if before is not None and before.type == "heading_open" and children and children[-1].type == "text":
            last = children[-1]
            if match := re.search(r"\s*\{([^{}]*)\}\s*$", last.content):
                last.content = last.content[: match.start()]
                if own := re.search(r"(?:#|\bid\s*=\s*[\"']?)([\w-]+)", match[1]):
                    before.attrSet("id", own[1])
        before = token


def _settle_boxes(state: StateCore) -> None:
    """Two looks; a kind without a title of its own is named in the report's language."""
    for index, opening in enumerate(state.tokens):
        if opening.type != "admonition_open":
            continue
        kind = opening.meta["tag"]
        opening.attrs["class"] = "admonition warning" if kind in WARNINGS else "admonition"
        if state.tokens[index + 1].type == "admonition_title_open":
            begin, title, end = state.tokens[index + 1 : index + 4]
            begin.tag = end.tag = "div"
            if opening.info.strip().lower() == kind:
                title.content = state.env["words"].get(f"foreign.box.{kind}") or title.content


# -- marks and small letters ----------------------------------------------------------------------------------------


def _mark(state: StateInline, silent: bool) -> bool:
    """==marked==; `x==1` is a comparison."""
    match = MARK.match(state.src, state.pos, state.posMax)
    if match is None or re.match(r"[\w)\]=]", state.src[state.pos - 1 : state.pos], re.ASCII):
        return False
    if not silent:
        opening = state.push("mark_open", "mark", 1)
        opening.markup = "=="
        inside: list[Token] = []
        state.md.inline.parse(match[1], state.md, state.env, inside)
        state.tokens += inside
        state.push("mark_close", "mark", -1).markup = "=="
    state.pos = match.end()
    return True


def _small(state: StateInline, silent: bool) -> bool:
    """H~2~O and 10^3^. Between numbers and days, 1~3 and 5~10, ～ was meant: what stands between two of them has blanks
    or Japanese, or letters go on after it."""
    match = SMALL.match(state.src, state.pos, state.posMax)
    before = state.src[state.pos - 1 : state.pos]
    if match is None or before in ("", match[1]) or before.isspace():
        return False
    sign, content, after = match[1], match[2], state.src[match.end() : match.end() + 1]
    goes_on = bool(re.match(r"\w", after, re.ASCII))
    if goes_on and (after.isdigit() or not re.fullmatch(r"[+-]?\d+", content)):
        return False
    if sign == "~" and before.isdigit() and (goes_on or not re.fullmatch(r"\(?\d+\)?", content)):
        return False
    if sign == "~" and re.search(f"[{JAPANESE}]", content):
        kana_or_punctuation = re.search("[\u3000-\u309f、。，．・]", content)
        if kana_or_punctuation or len(content) > 4 or not re.match("[A-Za-zα-ωΑ-Ω)]", before):
            return False
    if not silent:
        tag = "sub" if sign == "~" else "sup"
        state.push(f"{tag}_open", tag, 1).markup = sign
        state.push("text", "", 0).content = content
        state.push(f"{tag}_close", tag, -1).markup = sign
    state.pos = match.end()
    return True


# -- what is written ---------------------------------------------------------------------------------------------------


def highlighted(code: str, language: str, ids: str) -> str:
    """As the pipeline's report has it, so that the tree knows its lines by their ids, which differ from block to block.
    (Highlight wants a converter for titles only.)"""
    lines = Highlight(None, guess_lang=False, line_spans=ids, pygments_lang_class=True)
    return lines.highlight(code.expandtabs(4).rstrip("\n"), language or "text", css_class="highlight")


def _raw_html(token: Token, environment: dict[str, Any]) -> str:
    return safe.raw(token.content, _line(token))


def _code(token: Token, environment: dict[str, Any]) -> str:
    language = re.match(r"[\s{.]*([\w+#-]*)", token.info)
    name = language[1].lower() if language else ""
    if name in diagrams.LANGUAGES:
        try:
            return _diagram(token, name, environment["warn"])
        except diagrams.DiagramError as error:
            environment["undrawn"].append((_line(token), name, error))
    return highlighted(token.content, name, f"line:{_line(token)}")


def _diagram(token: Token, language: str, warn: Warn) -> str:
    """A picture as one of the report's own is, which its title or its source describes."""
    missing = Missing()
    svg = diagrams.draw(language, missing(token.content))
    if missing:
        listed = " ".join(f"U+{ord(letter):04X} '{letter}'" for letter in sorted(missing))
        warn(_line(token), f"no font has a glyph, shown as {GETA} in the drawing: {listed}")
    title = diagrams.title(token.content)
    attributes = {"src": inside.data_address("image/svg+xml", svg.encode()), "alt": title}
    attributes |= {"data-line": _line(token), "data-markdown": "yes", "style": diagrams.width_style(svg)}
    attributes |= {} if title else {"data-source": " ".join(token.content.split())}
    return "<p><img" + "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items()) + "></p>"


def _formula(token: Token, environment: dict[str, Any]) -> str:
    return formulas.rendered(token, _line(token))


def _image(token: Token, environment: dict[str, Any]) -> str:
    options: Any = {}  # none matters here
    alt = RendererHTML().renderInlineAsText(token.children, options, environment) if token.children else ""
    attributes = {"data-src": token.attrGet("src"), "alt": alt, "data-line": _line(token), "data-markdown": "yes"}
    attributes |= {
        "title": token.attrGet("title"),
        "style": safe.size_style({name: str(token.attrGet(name) or "") for name in ("width", "height")}),
    }
    return "<img" + "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items() if value) + ">"


def _link(token: Token, environment: dict[str, Any]) -> str:
    return f'<a href="{escape(str(token.attrGet("href")))}" data-line="{_line(token)}">'


def _note_mark(token: Token, environment: dict[str, Any]) -> str:
    number = token.meta["id"] + 1
    id = "" if token.meta.get("subId") else f' id="fnref:{number}"'
    return f'<sup{id}><a class="footnote-ref" href="#fn:{number}">{number}</a></sup>'


def _note(token: Token, environment: dict[str, Any]) -> str:
    return f'<li id="fn:{token.meta["id"] + 1}">'


def _way_back(token: Token, environment: dict[str, Any]) -> str:
    number = token.meta["id"] + 1
    title = escape(environment["words"]("page.back_to_note").format(number))
    link = f' <a class="footnote-backref" href="#fnref:{number}" title="{title}">↩</a>'
    return "" if token.meta["subId"] else link


RENDERED: dict[str, Callable[[Token, dict[str, Any]], str]] = {
    "html_block": _raw_html,
    "html_inline": _raw_html,
    "fence": _code,
    "code_block": _code,
    "math_block": _formula,
    "math": _formula,
    "image": _image,
    "link_open": _link,
    "table_open": lambda token, environment: f'<table data-line="{_line(token)}">',
    "footnote_ref": _note_mark,
    "footnote_block_open": lambda token, environment: '<div class="footnote"><ol>',
    "footnote_block_close": lambda token, environment: "</ol></div>",
    "footnote_open": _note,
    "footnote_anchor": _way_back,
}
