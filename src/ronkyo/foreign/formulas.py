r"""Formulas as the preview reads them: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and amsmath's environments, as blocks or in a line.

mdit-py-plugins' rules take `$$` + `x` + `$$。` in three lines for a formula that ends at the next `$$` of the report, do not
begin after a line of text, and know no `\[…\]` in a line; of `3$\times$3 と 2$x$` they make the formula `3 と 2`.

Formulas stand in raw HTML, too, and in the addresses of pictures that a server would draw.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus

from lxml import html
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from ronkyo.foreign import safe
from ronkyo.foreign.patterns import JAPANESE

ENVIRONMENT = re.compile(r"\\begin\{((?:(?:fl)?align|equation|gather|multline|eqnarray|alignat|cases)\*?)\}")
DISPLAYS = (("$$", "$$"), (r"\[", r"\]"), (r"\\[", r"\\]"))
PAIRS = (*DISPLAYS, (r"\(", r"\)"), (r"\\(", r"\\)"), ("$", "$"))
REFERENCE = re.compile(r"\\(?:eqref|ref)\{[^{}\n]+\}")
DOLLAR = re.compile(  # that ends a formula: those of a text in it do not
    r"\\(?:text\w*|[mhf]box|raisebox|f?colorbox)\s*(?:\{[^{}$]*\}\s*){0,2}\{(?:[^{}$\\]|\\.|\$[^$]{0,200}\$|\{[^{}$]*\})*\}"
    r"|\\.|(\$)",
    re.DOTALL,
)
ESCAPED = re.compile(rf"[\d\s,–-]*|[^\\^_=+<>]*[{JAPANESE}][^\\^_=+<>]*")  # \[1\] and \[注\]: brackets of a text
TEXT = re.compile(r"(\\(?:text\w*|[mh]box|tag)\*?\s*\{[^{}]*\})")
JOINED = re.compile(r"\\end\{((?:align|gather)\*?)\}\s*\\\\\s*\\begin\{\1\}")  # which KaTeX numbers, MathJax does not
WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: r"\ "}
BEGINNING = re.compile(r"\$|\\[\[(]")
NO_TEXT = re.compile(  # of raw HTML
    r"<(?P<verbatim>pre|code|script|style|textarea|kbd|samp)\b[^<>]*>.*?(?:</(?P=verbatim)\s*>|\Z)|" + safe.TAG.pattern,
    re.DOTALL | re.IGNORECASE,
)
DRAWN = re.compile(  # addresses with TeX in them
    r"(?:https?:)?//(?:[\w.-]*codecogs\.com/(?:\w+/)*[\w.]+\?(?P<whole>.+)|(?:render\.githubusercontent\.com/render/math|"
    r"chart\.(?:googleapis|apis\.google)\.com/chart|www\.zhihu\.com/equation|s0\.wp\.com/latex\.php|"
    r"math\.(?:vercel\.app|now\.sh)/?)\?(?:.*?&)?(?:math|chl|tex|latex|from)=(?P<part>.+?)(?:&[a-z]+=[^&]*)*)",
    re.DOTALL,
)
LONGEST_ADDRESS = 8000  # characters; no server takes more
LOOK = re.compile(r"\\(?:dpi\s*\{\d+\}|(?:bg|fn|fg)_\w+|inline(?![A-Za-z])|opacity\s*\{\d+\})")  # CodeCogs'


class Formula(NamedTuple):
    tex: str
    display: bool
    end: int


def formulas_plugin(parser: MarkdownIt) -> None:
    """Tokens `math_block` and `math` (whose meta tells whether it is a display)."""
    interrupted = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", "math_block", _math_block, {"alt": interrupted})
    parser.inline.ruler.before("escape", "math", _math)


def _math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """From a line that opens a display to the line that closes it; blank lines may stand between."""
    if state.is_code_block(start):
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    environment = ENVIRONMENT.match(first)
    pair = next((pair for pair in DISPLAYS if first.startswith(pair[0])), None)
    if environment:
        pair = ("", f"\\end{{{environment[1]}}}")
    if pair is None:
        return False
    opening, closing = pair
    unclosed = state.env.setdefault("unclosed", set())
    if (place := (state.src, closing, end)) in unclosed:
        return False
    lines = [first[len(opening) :]]
    for line in range(start + 1, end):
        if closing in lines[-1]:
            break
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return False
        lines.append(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])
    tex, closed, after = "\n".join(lines).partition(closing)
    if not closed:
        unclosed.add(place)
        return False
    if after.strip(" \t\u3000\u2003。．.,、，") or (opening.endswith("[") and ESCAPED.fullmatch(tex)):
        return False
    if not silent:
        token = state.push("math_block", "div", 0)
        token.block = True
        token.map = [start, start + len(lines)]
        token.content = tex + (closing if environment else "")
        state.line = start + len(lines)
    return True


def _math(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    if reference := REFERENCE.match(state.src, state.pos, state.posMax):
        formula: Formula | None = Formula(reference[0], False, reference.end())
    else:
        formula = _formula_at(state.pos, state.src, state.posMax, state.cache)
    if formula is None:
        return False
    if not silent:
        token = state.push("math", "div" if formula.display else "span", 0)
        token.content = formula.tex
        token.meta = {"display": formula.display}
    state.pos = formula.end
    return True


def _formula_at(start: int, text: str, end: int, unclosed: dict) -> Formula | None:
    """The formula that begins at a place. `unclosed`: ends that the rest of the text has not, from call to call."""
    pair = next((pair for pair in PAIRS if text.startswith(pair[0], start)), None)
    if pair is None or pair[1] in unclosed:
        return None
    opening, closing = pair
    begin = start + len(opening)
    if (close := _closing(text, begin, end, closing)) < 0:
        unclosed[closing] = True
        return None
    tex = text[begin:close]
    if opening.startswith("\\\\"):  # as Jekyll has it, where Markdown's own escapes count
        tex = re.sub(r"\\([_*])", r"\1", tex)
    if opening == "$":
        if len(tex) > 2 and tex[0] == tex[-1] == "`":  # as GitHub has it
            tex = tex[1:-1]
        is_text = _is_money(narrow(tex), text[close + 1 : close + 2])
    else:
        is_text = opening != "$$" and bool(ESCAPED.fullmatch(tex))
    if is_text or not tex.strip():
        return None
    return Formula(tex, pair in DISPLAYS, close + len(closing))


def _closing(text: str, begin: int, end: int, closing: str) -> int:
    if closing != "$":
        while (place := text.find(closing, begin, end)) >= 0 and closing == "$$" and text[place - 1] == "\\":
            begin = place + 1
        return place
    return next((part.start() for part in DOLLAR.finditer(text, begin, end) if part[1]), -1)


def _is_money(content: str, after: str) -> bool:
    """$5 から $10 and ${home} $user are no formulas, 3$\\times$3 has one."""
    if content != content.rstrip() and content == content.lstrip() and re.match("[A-Za-z({]", after):
        return True
    japanese = re.search(f"[{JAPANESE}、。]", re.sub(r"\\(text|mathrm|mbox)\w*\{[^{}]*\}", "", content))
    number = re.match(r"\s*\d", content)
    if after.isdigit():
        return bool(number or japanese or content != content.strip())
    return bool(number and (japanese or content.rstrip() != content == content.lstrip()))  # $5 and $x$


def narrow(tex: str) -> str:
    r"""With the letters, digits and signs of ASCII that are written in full width, outside its \text.

    >>> narrow("２ｘ＋１＝５")
    '2x+1=5'
    """
    return "".join(part if place % 2 else part.translate(WIDE) for place, part in enumerate(TEXT.split(tex)))


def rendered(token: Token, line: int) -> str:
    """A slot as the tree knows it; a display in the middle of a line leaves its paragraph later."""
    block = token.type != "math"
    return _slot(token.content, block or token.meta["display"], line, "div" if block else "span")


def _slot(tex: str, display: bool, line: int, tag: str = "span") -> str:
    tex = escape(JOINED.sub(r"\\\\ ", narrow(tex)), quote=False)
    source = rf"\[{tex}\]" if display else rf"\({tex}\)"
    kind = ' data-display="yes"' if display and tag == "span" else ""
    return f'<{tag} class="arithmatex" data-line="{line}"{kind}>{source}</{tag}>'


def among_tags(source: str, line: int) -> str:
    """Raw HTML as `safe.raw` has it, with the formulas that stand in its text."""
    written, place = [], 0
    for begin, formula in in_html(source):
        written.append(safe.raw(source[place:begin], line))
        line += source.count("\n", place, begin)
        written.append(_slot(unescape(formula.tex), formula.display, line))
        line += source.count("\n", begin, formula.end)
        place = formula.end
    return "".join([*written, safe.raw(source[place:], line)])


def in_html(source: str) -> Iterator[tuple[int, Formula]]:
    """The formulas in the text of raw HTML, and where they begin."""
    place = 0
    for tag in NO_TEXT.finditer(source):
        yield from _between(place, tag.start(), source)
        place = tag.end()
    yield from _between(place, len(source), source)


def _between(start: int, end: int, text: str) -> Iterator[tuple[int, Formula]]:
    unclosed: dict = {}
    while beginning := BEGINNING.search(text, start, end):
        start = beginning.start()
        if (start == 0 or text[start - 1] != "\\") and (formula := _formula_at(start, text, end, unclosed)):
            yield start, formula
            start = formula.end
        else:
            start += 1


def from_pictures(root: html.HtmlElement) -> None:
    """Pictures whose address is TeX become formulas, displays where they stand alone."""
    for image in list(root.iter("img")):
        address = DRAWN.fullmatch((image.get("src") or "").strip(), 0, LONGEST_ADDRESS)
        if address is None:
            continue
        tex = unquote(address["whole"]) if address["whole"] else unquote_plus(address["part"])
        tex = re.sub(r"&(\w+);", lambda name: {"space": " ", "hash": "#"}.get(name[1]) or unescape(name[0]), tex)
        inline = r"\inline" in tex
        if not (tex := LOOK.sub(" ", tex).strip()):
            continue
        parent = image.getparent()
        alone = (
            len(parent) == 1 and not ((parent.text or "") + (image.tail or "")).strip() and parent.tag in ("p", "div")
        )
        slot = html.fragment_fromstring(_slot(tex, alone and not inline, int(image.get("data-line") or 0)))
        slot.tail = image.tail
        parent.replace(image, slot)
