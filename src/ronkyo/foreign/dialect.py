"""Markdown as Markdown Preview Enhanced for VS Code reads it -> an HTML tree; docs/dialect.md compares it with the preview
and with Pandoc, construct by construct.

mdit-py-plugins has footnotes, definition lists, `!!! note` and `:::` boxes; markdown-it-py tables, tasks and `> [!NOTE]`.
blocks.py and inlines.py have the rest. The text is parsed as it is. Elements that can fail later (pictures, formulas,
links) carry the line they stand in as `data-line`, which `imports.Sources` knows the file of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from time import process_time
from typing import Any

from lxml import html
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from pygments.filter import Filter
from pygments.token import Text as PlainText
from pymdownx.highlight import Highlight

from ronkyo.foreign import count, diagrams, formulas, safe
from ronkyo.foreign.blocks import DEEPEST, LEVELS, attributes, blocks_plugin, info
from ronkyo.foreign.imports import Sources
from ronkyo.foreign.inlines import inlines_plugin
from ronkyo.foreign.safe import Warn
from ronkyo.typeset import inside
from ronkyo.typeset.glyphs import GETA, Missing
from ronkyo.words import Words

LEXING, LEXING_A_LETTER = 1, 1e-4  # seconds; it takes about 1e-5 with the colours
CALLOUT = re.compile(r"\[!([\w-]+)\][+-]?[ \t]*(.*)")
LABEL = re.compile(r"^(\w+)\[(.*)\]")
HEADING_ATTRIBUTES = re.compile(r"(?<!\s)\s*\{([^{}]*)\}\s*$")
WARNINGS = ("warning", "caution", "attention", "danger", "error", "bug", "failure")
BOXES = {  # what Zenn, Qiita and others write behind ::: -> the kind of box; None: without a title
    "message": None,
    "message alert": "warning",
    "note": None,
    "note info": None,
    "note warn": "warning",
    "note alert": "danger",
    "success": "success",
    **{kind: kind for kind in ("info", "tip", "hint", "important", *WARNINGS)},
}


def parse(text: str, sources: Sources, warn: Warn, words: Words, source: count.Source) -> html.HtmlElement:
    """`main` with the body of the report, the first of the sources; nothing in it is numbered or read yet. The source gets what
    the text has."""
    undrawn: list[tuple[int, str, diagrams.DiagramError]] = []
    environment = {
        "warn": warn, "words": words, "sources": sources, "first": 1, "abbreviations": {},
        "undrawn": undrawn, "unrun": [], "deep": [],
    }  # fmt: skip
    parser = _parser()
    tokens = parser.parse(text, environment)
    source.add(tokens)
    rendered = parser.renderer.render(tokens, parser.options, environment)
    if undrawn:
        line, language, error = undrawn[0]
        several = f"{len(undrawn)} drawings are shown as their source, the first, in {language}"
        warn(line, f"{several if undrawn[1:] else f'a drawing in {language} is shown as its source'}: {error}")
    if unrun := environment["unrun"]:
        warn(unrun[0], f"code is not run; chunks with cmd, whose output is missing: {len(unrun)}")
    if deep := environment["deep"]:
        warn(deep[0], f"nested more than {DEEPEST} deep: what stands deeper is shown as its source")
    root = safe.tree(rendered, warn)
    formulas.from_pictures(root)
    return root


# -- the parser -------------------------------------------------------------------------------------------------------


def _parser() -> MarkdownIt:
    options = {"breaks": True, "html": True, "maxNesting": LEVELS + 2, "tasklists": True}
    parser = MarkdownIt("js-default", options)
    parser.validateLink = lambda url: True  # what may be linked and read is decided on the tree
    parser.normalizeLink = lambda url: url
    parser.normalizeLinkText = lambda link: link
    parser.use(blocks_plugin).use(inlines_plugin).use(formulas.formulas_plugin)
    parser.use(footnote_plugin).use(deflist_plugin).use(admon_plugin)
    parser.use(container_plugin, "box", validate=lambda kind, _: bool(kind.strip()), render=RendererHTML.renderToken)
    parser.core.ruler.before("inline", "boxes", _settle_boxes)
    parser.core.ruler.before("footnote_tail", "unused_notes", _tell_unused_notes)
    parser.core.ruler.push("lines", _set_lines)
    parser.core.ruler.push("headings", _read_attributes)
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
        line = token.map[0] + 1 if token.map else 0
        if token.type == "table_open":
            token.attrs["data-line"] = line
        for child in token.children or []:
            child.meta["line"] = line
            if child.type == "link_open":
                child.attrs["data-line"] = line
            if child.type == "image":
                given = {name: str(value) for name, value in child.attrs.items() if value}
                kept = {"data-src": given.get("src"), "title": given.get("title"), "style": safe.size_style(given)}
                child.attrs = {name: value for name, value in kept.items() if value} | {"data-line": line}
            line += child.type in ("softbreak", "hardbreak")
            if child.type in ("html_inline", "math"):
                line += child.content.count("\n")


def _read_attributes(state: StateCore) -> None:
    """## 見出し {#id ignore=true}, and the style of a table's cell as the style sheet expects it."""
    for before, token in zip([None, *state.tokens], state.tokens, strict=False):
        if isinstance(style := token.attrs.get("style"), str):
            token.attrs["style"] = style.replace(":", ": ")
        last = token.children[-1] if token.children else None
        if before is None or before.type != "heading_open" or last is None or last.type != "text":
            continue
        if match := HEADING_ATTRIBUTES.search(last.content):
            last.content = last.content[: match.start()]
            given = attributes(match[1])
            if "id" in given:
                before.attrSet("id", given["id"])
            if given.get("ignore") == "true":
                before.attrSet("data-ignore", "yes")


def _tell_unused_notes(state: StateCore) -> None:
    """The plugin leaves out what no mark leads to."""
    told = set()
    for token in reversed(state.tokens):
        if token.type == "footnote_reference_open":
            label = token.meta["label"]
            if label in told:
                state.env["warn"](_line(token), f"[^{label}]: stands again below; this one is left out")
            elif state.env["footnotes"]["refs"][f":{label}"] < 0:
                state.env["warn"](_line(token), f"[^{label}]: nothing refers to this note; it is left out")
            told.add(label)


def _box(written: str) -> tuple[str | None, str] | None:
    """The kind and the title of :::kind title, :::kind[title] or ::: {.kind title="title"}; None for an unknown kind."""
    words = LABEL.sub(r"\1 \2", written.strip()).split()
    if written.lstrip().startswith("{"):  # Pandoc's; Quarto's kinds have a prefix
        given = attributes(written)
        kind = given.get("class", "").partition(" ")[0]
        words = [kind.removeprefix("callout-"), *given.get("title", "").split()]
    for length in (2, 1):
        if (name := " ".join(words[:length])) in BOXES:
            return BOXES[name], " ".join(words[length:])
    return ("details", " ".join(words[1:])) if words[:1] in (["details"], ["spoiler"]) else None


def _settle_boxes(state: StateCore) -> None:
    """`!!! note`, `> [!NOTE]` and `:::note` become one kind of box, in two looks; a kind without a title of its own is named
    in the report's language."""
    tokens: list[Token] = []
    closing: list[str] = []
    unknown: dict[str, list[int]] = {}
    words = state.env["words"]
    for index, token in enumerate(state.tokens):
        tokens.append(token)
        match token.type:
            case "admonition_open":
                token.attrs["class"] = _look(token.meta["tag"])
            case "admonition_title_open":
                token.tag, token.attrs["class"] = "div", "admonition-title"
            case "admonition_title_close":
                token.tag = "div"
                opening, _, title, _ = tokens[-4:]
                if opening.info.strip().lower() == opening.meta["tag"]:
                    title.content = words.get(f"foreign.box.{opening.meta['tag']}") or title.content
            case "blockquote_open":
                inline = state.tokens[min(index + 2, len(state.tokens) - 1)]
                if inline.type == "inline" and (callout := CALLOUT.match(inline.content)):
                    inline.content = inline.content[callout.end() :].lstrip("\n")
                    _open_box(token, tokens, callout[1].lower(), callout[2], words)
                closing.append(token.tag)
            case "container_box_open":
                box = _box(token.info)
                if box is None:
                    unknown.setdefault(f"{token.markup}{token.info}", []).append(_line(token))
                    token.tag = "div"
                else:
                    _open_box(token, tokens, *box, words)
                closing.append(token.tag)
            case "container_box_close" | "blockquote_close":
                token.tag = closing.pop()
    state.tokens = tokens
    for written, (line, *more) in unknown.items():
        again = f" (as {len(more)} more of them do)" if more else ""
        state.env["warn"](line, f"{written}: no such box; what it holds stays{again}")


def _look(kind: str | None) -> str:
    return "admonition warning" if kind in WARNINGS else "admonition"


def _open_box(token: Token, tokens: list[Token], kind: str | None, title: str, words: Words) -> None:
    """The title goes to the tokens."""
    folds = kind == "details"
    token.tag = "details" if folds else "div"
    token.attrSet(*(("open", "open") if folds else ("class", _look(kind))))
    if title := title or words.get(f"foreign.box.{kind}") or (token.markup == ">" and kind or "").capitalize():
        opening = Token("box_title_open", "summary" if folds else "div", 1)
        opening.attrs = {} if folds else {"class": "admonition-title"}
        inline = Token("inline", "", 0, content=title, map=token.map, children=[])
        tokens += [opening, inline, Token("box_title_close", opening.tag, -1)]


# -- what is written ---------------------------------------------------------------------------------------------------


def highlighted(code: str, language: str, ids: str, look: str = "") -> str:
    """As the pipeline's report has it, so that the tree knows its lines by their ids, which differ from block to block.
    (Highlight wants a converter for titles only.)"""
    lines = _Highlight(None, guess_lang=False, line_spans=ids, pygments_lang_class=True, stripnl=False)
    return lines.highlight(code, language or "text", css_class=f"highlight {look}".strip())


class _Highlight(Highlight):
    def get_lexer(self, src: str, *rest: Any) -> tuple[Any, str]:
        lexer, name = super().get_lexer(src, *rest)
        lexer.add_filter(_InTime(src))
        return lexer, name


class _InTime(Filter):
    """No colours from where a lexer takes too long: some of them read the rest of the code again for each word."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code

    def filter(self, lexer: Any, stream: Iterable[tuple[Any, str]]) -> Iterator[tuple[Any, str]]:
        end, place = process_time() + LEXING + LEXING_A_LETTER * len(self._code), 0
        for kind, value in stream:
            yield kind, value
            place += len(value)
            if process_time() > end:
                yield PlainText, self._code[place:]
                return


def _raw_html(token: Token, environment: dict[str, Any]) -> str:
    if token.type == "html_block":
        return formulas.among_tags(token.content, _line(token))
    return safe.raw(token.content, _line(token))


def _code(token: Token, environment: dict[str, Any]) -> str:
    language, file, given = info(token.info)
    if given.get("cmd", "false") != "false":
        environment["unrun"].append(_line(token))
    if given.get("hide") == "true":
        return ""
    if language == "math":
        return formulas.rendered(token, _line(token))
    if language in diagrams.LANGUAGES and given.get("code_block") != "true":
        try:
            return _diagram(token, language, environment["warn"])
        except diagrams.DiagramError as error:
            environment["undrawn"].append((_line(token), language, error))
    look = "line-numbers" if "line-numbers" in given.get("class", "").split() else ""
    label = f'<p class="file">{escape(file)}</p>' if file else ""
    return label + highlighted(token.content, language, f"line:{_line(token)}", look)


def _diagram(token: Token, language: str, warn: Warn) -> str:
    """A picture as one of the report's own is, which its title or its source describes."""
    missing = Missing()
    svg = diagrams.draw(language, missing(token.content))
    if missing:
        listed = " ".join(f"U+{ord(letter):04X} '{letter}'" for letter in sorted(missing))
        warn(_line(token), f"no font has a glyph, shown as {GETA} in the drawing: {listed}")
    title = diagrams.title(token.content)
    image = Token("image", "img", 0, attrs={"src": inside.data_address("image/svg+xml", svg.encode()), "alt": title})
    image.attrs |= {"data-line": _line(token), "style": diagrams.width_style(svg)}
    image.attrs |= {} if title else {"data-source": " ".join(token.content.split())}
    return f"<p><img{RendererHTML.renderAttrs(image)}></p>"


def _item(token: Token, environment: dict[str, Any]) -> str:
    if "checked" not in token.meta:
        return "<li>"
    return f'<li class="task-item"><span class="task">{"✓" if token.meta["checked"] else "□"}</span>'


def _note_mark(token: Token, environment: dict[str, Any]) -> str:
    number = token.meta["id"] + 1
    id = "" if token.meta.get("subId") else f' id="fnref:{number}"'
    return f'<sup{id}><a class="footnote-ref" href="#fn:{number}">{number}</a></sup>'


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
    "math_block": lambda token, environment: formulas.rendered(token, _line(token)),
    "math": lambda token, environment: formulas.rendered(token, _line(token)),
    "contents": lambda token, environment: f"<div{RendererHTML.renderAttrs(token)}></div>",
    "page_break": lambda token, environment: f"<div{RendererHTML.renderAttrs(token)}></div>",
    "list_item_open": _item,
    "footnote_ref": _note_mark,
    "footnote_block_open": lambda token, environment: '<div class="footnote"><ol>',
    "footnote_block_close": lambda token, environment: "</ol></div>",
    "footnote_open": lambda token, environment: f'<li id="fn:{token.meta["id"] + 1}">',
    "footnote_anchor": _way_back,
}
