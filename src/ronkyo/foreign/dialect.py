"""Markdown as Markdown Preview Enhanced for VS Code reads it -> an HTML tree.

CommonMark with tables, line breaks kept, raw HTML, `$…$`, `$$…$$`, `\\(…\\)`, `\\[…\\]`, footnotes, task lists, `==marks==`,
`^superscripts^`, `~subscripts~` and `!!! note` boxes. Elements that can fail later (pictures, formulas, links) carry the
line they stand in as `data-line`.
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
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from pymdownx.highlight import Highlight

from ronkyo.typeset.tree import join_lines

Warn = Callable[[int, str], None]

JAPANESE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60"
CONTENTS = re.compile(r"<!--\s*code_chunk_output\s*-->.*?<!--\s*/code_chunk_output\s*-->", re.DOTALL)
FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*(`{3,}|~{3,})")
PICTURE = re.compile(r"!\[((?:\\.|[^\]\\\n])*)\]\(((?:[^()\n]|\([^()\n]*\))*)\)")
TITLED = re.compile(r"(.*?)(\s+(?:\"[^\"]*\"|'[^']*'))?\s*$", re.DOTALL)
HEADING = re.compile(rf"( {{0,3}}#{{1,6}})(?:\u3000[ \u3000]*|(?=[{JAPANESE}]))")
NOTE = re.compile(r" {0,3}\[\^([^\]\s]+)\]:[ \t]*(.*)")
NOTE_MARK = re.compile(r"\[\^([^\]\s]+)\]")
ATTRIBUTES = re.compile(r"\{([^{}\n]*)\}")
ENVIRONMENT = re.compile(r"\\begin\{((?:align|equation|gather|multline|eqnarray|alignat|cases)\*?)\}")
DISPLAYS = (("$$", "$$"), (r"\[", r"\]"))
IMPORT = re.compile(r" {0,3}(?:<!--\s*)?(@import\s+[\"']([^\"']*)[\"'].*?)\s*(?:-->)?\s*")
IMPORTED_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
MARK = re.compile(r"==(?![\s=])((?:`[^`\n]*`|\$[^$\n]*\$|[^`$\n])+?)(?<![\s=])==(?!=)")
SMALL = re.compile(rf"([~^])([\w+\-*/=.,()'’†‡{JAPANESE}]{{1,40}})\1(?!\1)")
ADMONITION = re.compile(r"!!!\s+([\w-]+)(?:\s+[\"“](.*)[\"”])?\s*")
ADMONITIONS = {
    "note": "注",
    "info": "情報",
    "tip": "ヒント",
    "hint": "ヒント",
    "important": "重要",
    "warning": "警告",
    "caution": "注意",
    "attention": "注意",
    "danger": "危険",
    "error": "エラー",
    "bug": "不具合",
    "failure": "失敗",
    "success": "成功",
    "example": "例",
    "question": "問い",
    "quote": "引用",
    "abstract": "要約",
    "summary": "要約",
    "todo": "することの覚え",
}
WARNINGS = ("warning", "caution", "attention", "danger", "error", "bug", "failure")
DRAWN_ELSEWHERE = ("mermaid", "plantuml", "puml", "dot", "viz", "wavedrom", "vega", "vega-lite", "ditaa")
HIDDEN_TAGS = ("html", "head", "body", "main", "meta", "base", "title", "!doctype")  # the page has its own
REMOVED_BLOCKS = re.compile(r"<(script|style|template|textarea|svg|math)\b.*?(</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<(/?)([A-Za-z!][\w:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")


def own_contents(text: str) -> list[str]:
    """The anchors that the contents made by the preview lead to."""
    listed = "\n".join(CONTENTS.findall(text))
    return [unquote(anchor) for anchor in re.findall(r"\]\(#([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)", listed)]


def parse(text: str, warn: Warn) -> html.HtmlElement:
    """`main` with the report's body; nothing in it is numbered, read or made safe yet."""
    text = CONTENTS.sub(lambda match: "\n" * match[0].count("\n"), text)
    notes: dict[str, tuple[int, str]] = {}
    prepared = "\n".join(_prepare(text.split("\n"), notes, warn))
    parser = _parser(notes, warn)
    environment: dict[str, Any] = {"used": []}
    body = parser.render(prepared, environment)
    body += _footnotes(parser, notes, environment["used"])
    return html.fragment_fromstring(f"<main>{body}</main>")


# -- line by line -----------------------------------------------------------------------------------------------------


def _prepare(lines: Sequence[str], notes: dict[str, tuple[int, str]], warn: Warn) -> Iterator[str]:
    """What CommonMark does not know, put in a way that it knows; one line for each line."""
    fence = None
    note = None
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
        if match := NOTE.match(line):
            note = match[1]
            notes.setdefault(note, (number, match[2]))
            yield ""
            continue
        if note is not None and line.strip() and (line.startswith("    ") or line.startswith("\t")):
            notes[note] = (notes[note][0], join_lines(f"{notes[note][1]}\n{line.strip()}").replace("\n", " ").strip())
            yield ""
            continue
        if line.strip():
            note = None
        if re.fullmatch(r"\s*(\[toc\]|(?:<!--\s*)?@import\s+\"\[TOC\]\".*)\s*", line, re.IGNORECASE):
            yield ""  # the engine makes its own contents
            continue
        if found := IMPORT.fullmatch(line):
            line, address = found[1], found[2]
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


def _parser(notes: dict[str, tuple[int, str]], warn: Warn) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"breaks": True, "html": True}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True  # what may be linked and read is decided on the tree
    parser.normalizeLink = lambda url: url
    parser.normalizeLinkText = lambda link: link
    interrupted = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", "math_block", _math_block, {"alt": interrupted})
    parser.block.ruler.before("fence", "admonition", _admonition, {"alt": interrupted})
    parser.inline.ruler.before("escape", "math", _math)
    parser.inline.ruler.before("strikethrough", "small", _small)
    parser.inline.ruler.before("strikethrough", "mark", _mark)
    parser.inline.ruler.before("link", "note", _note_rule(notes))
    parser.core.ruler.push("lines", _set_lines)
    parser.core.ruler.push("strong", _strengthen)
    parser.core.ruler.push("attributes", _read_attributes)

    def raw(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return _raw_html(tokens[index].content, _line(tokens[index]), warn)

    def fence(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        language = re.match(r"[\s{.]*([\w+#-]*)", tokens[index].info)
        name = language[1].lower() if language else ""
        if name in DRAWN_ELSEWHERE:
            warn(_line(tokens[index]), f"a drawing in {name} is shown as its source; export it as SVG to show it drawn")
        return highlighted(tokens[index].content, name, f"line:{_line(tokens[index])}")

    parser.add_render_rule("html_block", raw)
    parser.add_render_rule("html_inline", raw)
    parser.add_render_rule("fence", fence)
    parser.add_render_rule("code_block", fence)
    parser.add_render_rule("image", _render_image)
    parser.add_render_rule("link_open", _render_link)
    parser.add_render_rule("math_block", _render_math)
    parser.add_render_rule("math", _render_math)
    parser.add_render_rule("note", _render_note)
    return parser


def highlighted(code: str, language: str, ids: str) -> str:
    """As the pipeline's report has it, so that the tree knows its lines by their ids, which differ from block to block.
    (Highlight wants a converter for titles only.)"""
    lines = Highlight(None, guess_lang=False, line_spans=ids, pygments_lang_class=True)
    return lines.highlight(code.expandtabs(4).rstrip("\n"), language or "text", css_class="highlight")


def _line(token: Token) -> int:
    return token.meta.get("line") or (token.map[0] + 1 if token.map else 0)


def _set_lines(state: StateCore) -> None:
    for token in state.tokens:
        if token.type != "inline" or not token.map:
            continue
        line = token.map[0] + 1
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


# -- formulas ---------------------------------------------------------------------------------------------------------


def _math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """From a line that opens a display to the line that closes it; blank lines may stand between."""
    if state.sCount[start] - state.blkIndent >= 4:
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    environment = ENVIRONMENT.match(first)
    pair = next((pair for pair in DISPLAYS if first.startswith(pair[0])), None)
    if environment:
        pair = ("", f"\\end{{{environment[1]}}}")
    if pair is None:
        return False
    opening, closing = pair
    lines: list[str] = []
    for line in range(start, end):
        if line > start and state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return False
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
        text = text[len(opening) :] if line == start else text
        close = text.find(closing)
        if close < 0:
            lines.append(text)
            continue
        if text[close + len(closing) :].strip(" \t\u3000\u2003。．.,、，"):
            return False
        if not silent:
            lines.append(text[: close + (len(closing) if environment else 0)])
            token = state.push("math_block", "div", 0)
            token.block = True
            token.map = [start, line + 1]
            token.content = "\n".join(lines)
            state.line = line + 1
        return True
    return False


def _math(state: StateInline, silent: bool) -> bool:
    rest = state.src[state.pos : state.posMax]
    display = next((pair for pair in DISPLAYS if rest.startswith(pair[0])), None)
    opening, closing = display or ("$", "$")
    if display is None and rest.startswith(r"\("):
        opening, closing = r"\(", r"\)"
    if not rest.startswith(opening):
        return False
    close = _closing(rest, opening, closing)
    if close < 0:
        return False
    content = rest[len(opening) : close]
    if not content.strip() or (opening == "$" and _is_money(content, rest[close + 1 : close + 2])):
        return False
    if not silent:
        token = state.push("math", "div" if display else "span", 0)
        token.content = content
        token.meta = {"display": bool(display)}
    state.pos += close + len(closing)
    return True


def _closing(text: str, opening: str, closing: str) -> int:
    place = len(opening)
    while (place := text.find(closing, place)) >= 0:
        if closing[0] == "\\" or text[place - 1] != "\\":
            return place
        place += 1
    return -1


def _is_money(content: str, after: str) -> bool:
    """$5 から $10 is no formula."""
    japanese = re.search(f"[{JAPANESE}、。]", re.sub(r"\\(text|mathrm|mbox)\w*\{[^}]*\}", "", content))
    return after.isdigit() or bool(japanese and re.match(r"\d", content))


def _render_math(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    display = token.type == "math_block" or token.meta["display"]
    tex = escape(tex_of(token.content), quote=False)
    source = rf"\[{tex}\]" if display else rf"\({tex}\)"
    tag = "div" if token.type == "math_block" else "span"
    kind = ' data-display="yes"' if display and tag == "span" else ""
    return f'<{tag} class="arithmatex" data-line="{_line(token)}"{kind}>{source}</{tag}>'


def tex_of(tex: str) -> str:
    """What KaTeX, which the preview uses, knows and MathJax without its packages does not."""
    for pattern, replacement in (
        (r"\\bm(?![A-Za-z])", r"\\boldsymbol"),
        (r"\\(argmax|argmin)(?![A-Za-z])", r"\\operatorname*{\1}"),
        (r"\\(R|N|Z)(?![A-Za-z])", r"\\mathbb{\1}"),
        (r"\\(?:textcolor|colorbox)\{[\w#]+\}(?=\s*\{)", ""),
        (r"\\color\{[\w#]+\}", ""),
        (r"\\(begin|end)\{eqnarray(\*?)\}", r"\\\1{align\2}"),
        ("　", r"\\ "),
    ):
        tex = re.sub(pattern, replacement, tex)
    return tex


# -- marks, small letters, boxes --------------------------------------------------------------------------------------


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


def _admonition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """!!! note "title", then lines indented by four blanks."""
    if state.sCount[start] - state.blkIndent >= 4:
        return False
    match = ADMONITION.fullmatch(state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]])
    if match is None:
        return False
    if silent:
        return True
    indent = state.sCount[start] + 4
    line = last = start + 1
    while line < end and (state.isEmpty(line) or state.sCount[line] >= indent):
        line += 1
        last = last if state.isEmpty(line - 1) else line
    kind = match[1].lower()
    title = ADMONITIONS.get(kind, kind.capitalize()) if match[2] is None else match[2]
    opening = state.push("admonition_open", "div", 1)
    opening.block, opening.map = True, [start, last]
    opening.attrSet("class", f"admonition {'warning' if kind in WARNINGS else ''}".strip())
    if title.strip():
        state.push("admonition_title_open", "div", 1).attrSet("class", "admonition-title")
        inline = state.push("inline", "", 0)
        inline.content, inline.map, inline.children = title, [start, start + 1], []
        state.push("admonition_title_close", "div", -1)
    before = state.lineMax, state.blkIndent, state.parentType
    state.lineMax, state.blkIndent, state.parentType = last, indent, "admonition"
    state.md.block.tokenize(state, start + 1, last)
    state.lineMax, state.blkIndent, state.parentType = before
    state.push("admonition_close", "div", -1)
    state.line = last
    return True


# -- footnotes --------------------------------------------------------------------------------------------------------


def _note_rule(notes: dict[str, tuple[int, str]]) -> Callable[[StateInline, bool], bool]:
    def rule(state: StateInline, silent: bool) -> bool:
        match = NOTE_MARK.match(state.src, state.pos)
        if match is None or match[1] not in notes:
            return False
        if not silent:
            used = state.env["used"]
            if match[1] not in used:
                used.append(match[1])
            number = used.index(match[1]) + 1
            repeats = state.env.setdefault("repeats", {})
            repeats[number] = repeats.get(number, 0) + 1
            token = state.push("note", "sup", 0)
            token.meta = {"number": number, "repeat": repeats[number]}
        state.pos = match.end()
        return True

    return rule


def _render_note(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    number, repeat = tokens[index].meta["number"], tokens[index].meta["repeat"]
    id = f' id="fnref:{number}"' if repeat == 1 else ""
    return f'<sup{id}><a class="footnote-ref" href="#fn:{number}">{number}</a></sup>'


def _footnotes(parser: MarkdownIt, notes: dict[str, tuple[int, str]], used: list[str]) -> str:
    """As Python-Markdown makes them. A note may call another one, which then comes after it."""
    items = []
    for number, name in enumerate(used, start=1):  # grows meanwhile
        text = parser.renderInline(notes[name][1], {"used": used})
        title = f"本文の注 {number} に戻る"
        back = f'<a class="footnote-backref" href="#fnref:{number}" title="{title}">↩</a>'
        items.append(f'<li id="fn:{number}">{text} {back}</li>')
    return f'<div class="footnote"><ol>{"".join(items)}</ol></div>' if items else ""


# -- HTML -------------------------------------------------------------------------------------------------------------


def _render_image(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    alt = renderer.renderInlineAsText(token.children, options, env) if token.children else ""
    attributes = {"src": token.attrGet("src"), "alt": alt, "data-line": _line(token), "data-markdown": "yes"}
    attributes |= {name: value for name in ("title", "width", "height") if (value := token.attrGet(name))}
    return "<img" + "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items()) + ">"


def _render_link(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<a href="{escape(str(tokens[index].attrGet("href")))}" data-line="{_line(tokens[index])}">'


def _raw_html(source: str, line: int, warn: Warn) -> str:
    """Without comments, scripts and tags that would end the page's own; pictures and links with their line."""

    def lines_before(place: int) -> int:
        return line + source.count("\n", 0, place)

    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    def removed(match: re.Match[str]) -> str:
        warn(lines_before(match.start()), f"<{match[1].lower()}> is left out")
        return blank(match)

    def tag(match: re.Match[str]) -> str:
        name = match[2].lower()
        if name in HIDDEN_TAGS:
            return ""
        if match[1] or name.startswith("data-"):
            return match[0]
        rest = re.sub(r"\sdata-[\w-]*(\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]*))?", "", match[3])
        slash = "/" if rest.endswith("/") else ""
        return f'<{match[2]}{rest.removesuffix("/")} data-line="{lines_before(match.start())}"{slash}>'

    source = re.sub(r"<!--.*?(-->|\Z)", blank, source, flags=re.DOTALL)
    source = REMOVED_BLOCKS.sub(removed, source)
    made: list[str] = []
    place = 0
    for match in TAG.finditer(source):
        made += [source[place : match.start()].replace("<", "&lt;"), tag(match)]
        place = match.end()
    return "".join([*made, source[place:].replace("<", "&lt;")])
