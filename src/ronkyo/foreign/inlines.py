"""Marks within a line that mdit-py-plugins does not have, or not for Japanese, which has no blanks between words: its
subscript makes 月<sub>金、土</sub>日 of 月~金、土~日, its superscript x<sup>2y</sup>2 of x^2y^2."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as tokenize_emphasis
from markdown_it.token import Token
from pymdownx import gemoji_db

from ronkyo.foreign.blocks import DEEPEST, attributes
from ronkyo.foreign.patterns import JAPANESE
from ronkyo.typeset.page import OPENING_BRACKETS

DESTINATION = re.compile(r"\(((?:[^()\n]|\([^()\n]*\))*)\)")
TITLED = re.compile(r"(.*?)(?:(?<!\s)\s+(?:\"([^\"]*)\"|'([^']*)'))?((?<!\s)\s+=\d*%?x\d*)?", re.DOTALL)
ATTRIBUTES = re.compile(r"\{([^{}\n]*)\}")
WIKI = re.compile(r"(!?)\[\[(?=[^\[\]|]*[^\W\d_])([^\[\]|,=()\"'\n]+)(?:\|([^\[\]\n]*))?\]\]")
MARK = re.compile(r"==(?![\s=])((?:`[^`\n]*`|\$[^$\n]*\$|[^`$\n])+?)(?<![\s=])==(?!=)")
SMALL = re.compile(rf"([~^])([\w+\-−*/=.,()'’†‡{JAPANESE}]{{1,40}})\1(?!\1)")
LONGEST_MARK = 1000  # letters, that a line of signs is not read from each of them to its end
OPENING, CLOSING = tuple(OPENING_BRACKETS), tuple("」』）】〉》〕］｝")
EMOJI = re.compile(r":([\w+-]{1,60}):", re.ASCII)


def inlines_plugin(parser: MarkdownIt) -> None:
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.inline.ruler.before("image", "picture", _picture)
    parser.inline.ruler.before("image", "wiki", _wiki)
    parser.inline.ruler.before("strikethrough", "small", _small)
    parser.inline.ruler.before("strikethrough", "mark", _mark)
    parser.inline.ruler.push("emoji", _emoji)
    parser.core.ruler.after("inline", "abbreviations", _abbreviate)
    parser.core.ruler.after("inline", "bound", _bound)


def _picture(state: StateInline, silent: bool) -> bool:
    """![x](a b.png "title" =100x50){width=50%}: a path as it is, with blanks and backslashes."""
    if not state.src.startswith("![", state.pos):
        return False
    end = state.md.helpers.parseLinkLabel(state, state.pos + 1, False)
    match = DESTINATION.match(state.src, end + 1, state.posMax) if end >= 0 else None
    written = match and TITLED.fullmatch(match[1].strip())
    if not match or not written:
        return False
    path = written[1].strip()
    path = path[1:-1] if path.startswith("<") and path.endswith(">") else path
    if "<" in path or ">" in path:
        return False
    given = ATTRIBUTES.match(state.src, match.end(), state.posMax)
    if not silent:
        token = state.push("image", "img", 0)
        wanted = {
            "src": path + (written[4] or ""),
            "title": written[2] or written[3],
            **(attributes(given[1]) if given else {}),
        }
        token.attrs = {key: value for key, value in wanted.items() if value}
        token.content = state.src[state.pos + 2 : end]
        token.children = []
        state.md.inline.parse(token.content, state.md, state.env, token.children)
    state.pos = (given or match).end()
    return True


def _wiki(state: StateInline, silent: bool) -> bool:
    """[[note#heading|text]] and ![[a.png|300]]"""
    match = WIKI.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    page, sign, heading = match[2].strip().partition("#")
    shown = re.search(r"\.(png|jpe?g|gif|svg|webp|bmp|avif)$", page, re.IGNORECASE)
    if not silent and match[1] and shown:
        token = state.push("image", "img", 0)
        token.attrs, token.children = {"src": page, "width": match[3] or ""}, []
    elif not silent:
        file = page if not page or re.search(r"\.\w{2,4}$", page) else f"{page}.md"
        state.push("link_open", "a", 1).attrs = {"href": f"{file}{sign}{heading}"}
        state.push("text", "", 0).content = match[3] or match[2].strip()
        state.push("link_close", "a", -1)
    state.pos = match.end()
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    """**「語」**は, 語**「語」** and LSTM**（語）**: CommonMark sees no border of the strong text beside a Japanese letter, a
    reader does."""
    start, first = state.pos, len(state.delimiters)
    if not tokenize_emphasis(state, silent):
        return False
    before, after = state.src[max(start - 1, 0) : start], state.src[state.pos : state.pos + 1]
    for delimiter in state.delimiters[first:]:
        if delimiter.marker == ord("*"):
            delimiter.open |= bool(re.match(f"[{JAPANESE}]", before)) and bool(after.strip()) or after in OPENING
            delimiter.close |= bool(re.match(f"[{JAPANESE}]", after)) and bool(before.strip()) or before in CLOSING
    return True


def _mark(state: StateInline, silent: bool) -> bool:
    """==marked==; `x==1` is a comparison."""
    match = MARK.match(state.src, state.pos, min(state.posMax, state.pos + LONGEST_MARK))
    if match is None or re.match(r"[\w)\]=]", state.src[state.pos - 1 : state.pos], re.ASCII):
        return False
    if not silent:
        state.push("mark_open", "mark", 1).markup = "=="
        inside: list[Token] = []
        state.md.inline.parse(match[1], state.md, state.env, inside)
        state.tokens += inside
        state.push("mark_close", "mark", -1).markup = "=="
    state.pos = match.end()
    return True


def _small(state: StateInline, silent: bool) -> bool:
    """H~2~O, 10^3^ and ^14^C. Between numbers and days, 1~3 and 5~10, ～ was meant: what stands between two of them has blanks
    or Japanese, or letters go on after it."""
    match = SMALL.match(state.src, state.pos, state.posMax)
    before = state.src[state.pos - 1 : state.pos]
    if match is None or before == match[1]:
        return False
    sign, content, after = match[1], match[2], state.src[match.end() : match.end() + 1]
    goes_on = bool(re.match(r"\w", after, re.ASCII))
    isotope = sign == "^" and content.isdigit() and after.isalpha()
    if (not before or before.isspace()) and not isotope:
        return False
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


def _emoji(state: StateInline, silent: bool) -> bool:
    """:smile:, by GitHub's names; in 10:100:20 there is none."""
    match = EMOJI.match(state.src, state.pos, state.posMax)
    if match is None or re.match(r"\w", state.src[state.pos - 1 : state.pos], re.ASCII):
        return False
    named = gemoji_db.emoji.get(gemoji_db.aliases.get(match[0], match[0]))
    if named is None:
        return False
    if not silent:
        state.push("text", "", 0).content = "".join(chr(int(code, 16)) for code in named["unicode"].split("-"))
    state.pos = match.end()
    return True


def _abbreviate(state: StateCore) -> None:
    if not (known := state.env["abbreviations"]):
        return
    longest = sorted(map(re.escape, known), key=len, reverse=True)
    pattern = re.compile(rf"(?<![A-Za-z0-9])({'|'.join(longest)})(?![A-Za-z0-9])")
    for token in state.tokens:
        children: list[Token] = []
        for child in token.children or []:
            parts = pattern.split(child.content) if child.type == "text" else [child.content]
            if len(parts) == 1:
                children.append(child)
                continue
            for index, part in enumerate(parts):
                text = Token("text", "", 0, content=part)
                opening = Token("abbr_open", "abbr", 1, attrs={"title": known[part]} if index % 2 else {})
                children += [opening, text, Token("abbr_close", "abbr", -1)] if index % 2 else [text]
        if token.children:
            token.children = children


def _bound(state: StateCore) -> None:
    """Emphasis in emphasis becomes its source where it is too deep."""
    for token in state.tokens:
        for child in token.children or []:
            if child.nesting and child.markup and child.level >= DEEPEST:
                state.env["deep"].append((token.map or [-1])[0] + 1)
                child.type, child.tag, child.nesting, child.content = "text", "", 0, child.markup
