r"""Formulas as the preview reads them: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and amsmath's environments, as blocks or in a line.

mdit-py-plugins' rules take `$$` + `x` + `$$。` in three lines for a formula that ends at the next `$$` of the report, do not
begin after a line of text, and know no `\[…\]` in a line; of `3$\times$3 と 2$x$` they make the formula `3 と 2`.
"""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from ronkyo.foreign.patterns import JAPANESE

ENVIRONMENT = re.compile(r"\\begin\{((?:align|equation|gather|multline|eqnarray|alignat|cases)\*?)\}")
DISPLAYS = (("$$", "$$"), (r"\[", r"\]"))


def formulas_plugin(parser: MarkdownIt) -> None:
    """Tokens `math_block` and `math` (whose meta tells whether it is a display)."""
    interrupted = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", "math_block", _math_block, {"alt": interrupted})
    parser.inline.ruler.before("escape", "math", _math)


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
    if state.src[state.pos] not in "$\\":
        return False
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
    """$5 から $10 is no formula, 3$\\times$3 has one."""
    japanese = re.search(f"[{JAPANESE}、。]", re.sub(r"\\(text|mathrm|mbox)\w*\{[^}]*\}", "", content))
    number = re.match(r"\s*\d", content)
    if after.isdigit():
        return bool(number or japanese or content != content.strip())
    return bool(number and (japanese or content.rstrip() != content == content.lstrip()))  # $5 and $x$


def rendered(token: Token, line: int) -> str:
    """A slot as the tree knows it; a display in the middle of a line leaves its paragraph later."""
    display = token.type == "math_block" or token.meta["display"]
    tex = escape(_mathjax(token.content), quote=False)
    source = rf"\[{tex}\]" if display else rf"\({tex}\)"
    tag = "div" if token.type == "math_block" else "span"
    kind = ' data-display="yes"' if display and tag == "span" else ""
    return f'<{tag} class="arithmatex" data-line="{line}"{kind}>{source}</{tag}>'


def _mathjax(tex: str) -> str:
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
