"""MathJax in an embedded V8: what `mathematics.typeset_all` runs in a process of its own.

In: lines of JSON [tex, display], the formulas of a document in their order. Out: a line of JSON for each.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import re
import sys
from collections.abc import Iterator
from html import escape
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

from ronkyo import ending
from ronkyo.typeset.mathematics import BLANK, DEFINES, SCALE, Drawing, Formula, MathError, Row
from ronkyo.typeset.speech import speak
from ronkyo.words import Words

JAPANESE_FONT = "Noto Sans JP"
UNITS_PER_EM = 1000  # of MathJax's drawings
AXIS = 250  # of a line of mathematics above its baseline
SECONDS = 20  # for a formula
MEMORY = 1 << 30  # bytes, of V8's heap
LARGEST_SIDE = 1000  # em
LARGEST_MARKUP = 16 << 20

# `physics` is left out, which changes the meaning of others' commands, and what draws errors as formulas.
PACKAGES = (
    "ams", "amscd", "boldsymbol", "newcommand", "mhchem", "enclose", "cancel", "braket", "mathtools", "color", "bbox",
    "textmacros", "unicode", "configmacros", "gensymb", "upgreek", "textcomp", "centernot", "colortbl", "empheq", "cases",
    "extpfeil", "html", "verb",
)  # fmt: skip
_COMPONENTS = (
    "core",
    "adaptors/liteDOM",
    "input/tex-base",
    *(f"input/tex/extensions/{name}" for name in PACKAGES),
    "output/svg",
    "output/svg/fonts/tex",
)
_OWN = ("katex.js", "mathjax.js")
_KEPT = {
    "cx", "cy", "d", "fill", "font-family", "font-size", "height", "points", "rx", "ry", "stroke", "stroke-dasharray",
    "stroke-linecap", "stroke-width", "transform", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip
_DRAWN = {"ellipse", "g", "line", "path", "polygon", "rect", "svg", "text"}
_COLOURS = re.compile(r"[A-Za-z]+|#[0-9A-Fa-f]{3,8}|rgba?\([\d., %]+\)")
_TOKEN = re.compile(r"\\begin(?![a-zA-Z])|\\end(?![a-zA-Z])|\\.|[{}]|[^\\{}]+|\\", re.DOTALL)
_OUTER_ENVIRONMENT = re.compile(r"\\(begin|end)\{(align|gather)\*?\}")
_TAG = re.compile(r"\\tag\*?\s*\{[^{}]*\}")
_SHIFT = re.compile(r"translate\([^,)]*,\s*([-\d.]+)\)")


def typeset(tex: str, display: bool, language: str) -> Formula:
    """language: in which the formula is spoken. Raises MathError, and JSTimeoutException or JSOOMException for what goes
    past the limits, after which the engine is not to be used any more."""
    answer = _answer(tex, display)
    svg = ElementTree.fromstring(answer["svg"])
    _, top, width, height = map(float, svg.attrib["viewBox"].split())
    if max(width, height) > LARGEST_SIDE * UNITS_PER_EM:
        raise MathError(f"expected one of at most {LARGEST_SIDE} em, found {max(width, height) / UNITS_PER_EM:.0f}")
    markup = "".join(_markup(child) for child in svg)
    if not markup and DEFINES.search(tex):
        return Formula(BLANK._replace(tex=tex))
    if len(markup) > LARGEST_MARKUP:
        raise MathError(f"expected a drawing of at most {LARGEST_MARKUP >> 20} MB, found {len(markup) >> 20}")
    words = Words(language)
    spoken = words("speech.formula", formula=speak(answer["mathml"], words))
    shown = Drawing(_em(width), _em(height), _em(-top - height), svg.attrib["viewBox"], spoken, markup, tex)
    places = [-baseline - AXIS - (top + height / 2) for baseline in _baselines(svg, 0)]
    told = answer["rows"]
    rows = [Row(place, **row) for place, row in zip(map(_em, places) if places else [""], told, strict=bool(told))]
    return Formula(shown, tuple(rows))


def normalize(tex: str) -> str:
    r"""Rows parted by `\\` outside every environment, which TeX forbids, become one `gathered`.

    >>> normalize(r"a \\ b")
    '\\begin{gathered}a\\\\b\\end{gathered}'
    """
    rows = [row.strip() for row in _outer_rows(tex)]
    if len(rows) == 1:
        return rows[0]
    gathered = _OUTER_ENVIRONMENT.sub(r"\\\1{\2ed}", r"\\".join(row for row in rows if row))
    return rf"\begin{{gathered}}{_TAG.sub('', gathered)}\end{{gathered}}{''.join(_TAG.findall(gathered))}"


def _outer_rows(tex: str) -> list[str]:
    depth = 0
    rows = [""]
    for token in _TOKEN.findall(tex):
        depth += (token in ("{", r"\begin")) - (token in ("}", r"\end"))
        if token == r"\\" and depth == 0:
            rows.append("")
        else:
            rows[-1] += token
    return rows


def _answer(tex: str, display: bool) -> dict[str, Any]:
    """MathJax's; twice where it has to be told how wide characters of the page's font are. Raises MathError."""
    source, widths = normalize(tex), {}
    while True:
        answer = json.loads(
            str(_engine().call("convert", source, display, widths, timeout_sec=SECONDS, max_memory=MEMORY))
        )
        if "error" in answer:
            raise MathError(answer["error"])
        if all(letter in widths for letter in answer["letters"]):
            return answer
        widths = {letter: _width(letter) for letter in answer["letters"]}


def _width(letter: str) -> float:
    """In em. Raises MathError if no font of the page has it."""
    from ronkyo.typeset import supplement

    if (width := supplement.advance(letter)) is None:
        raise MathError(f"no glyph for {letter!r}")
    return width


@functools.cache
def _engine() -> MiniRacer:
    folder = Path(str(distribution("django-static-mathjax").locate_file("mathjax/static/mathjax/es5")))
    engine = MiniRacer()
    atexit.register(engine.close)  # left to the garbage collector, it may wait for ever for its stopped thread
    for component in _COMPONENTS:
        engine.eval((folder / f"{component}.js").read_text(encoding="utf-8"))
    told = {"scale": SCALE, "family": JAPANESE_FONT, "packages": ["base", *PACKAGES, "katex"]}
    given = "".join(f"const {name} = {json.dumps(value)};" for name, value in told.items())
    engine.eval(given + "".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _OWN))
    return engine


def _baselines(node: Element, height: float) -> Iterator[float]:
    """Of the lines that have a number, in the drawing's units from its origin up."""
    if shift := _SHIFT.search(node.get("transform", "")):
        height += float(shift[1])
    if "data-row" in node.attrib:
        yield height
    for child in node:
        yield from _baselines(child, height)


def _markup(node: Element) -> str:
    """The node as HTML: what it draws, without MathJax's notes to itself and the groups that only carried them."""
    name = node.tag.rpartition("}")[2]
    attributes = {key: value for key, value in node.attrib.items() if key in _KEPT}
    if "data-line" in node.attrib or "data-frame" in node.attrib:  # MathJax leaves its look to a style sheet
        dashes = {"stroke-dasharray": "140"} if node.get("class") == "mjx-dashed" else {}
        attributes |= {"stroke-width": "67", **dashes} | ({"fill": "none"} if name == "rect" else {})
    if width := re.fullmatch(r"stroke-width: (\d+);", node.get("style", "")):
        attributes["stroke-width"] = width[1]
    for key in ("fill", "stroke"):
        if re.fullmatch("[0-9A-Fa-f]{6}", colour := attributes.get(key, "none")):
            attributes[key] = f"#{colour}"
        elif not _COLOURS.fullmatch(colour):
            raise MathError(f"expected a colour, found {colour!r}")
    inner = escape(node.text or "", quote=False) + "".join(_markup(child) for child in node)
    if name not in _DRAWN or name == "g" and (not attributes or not inner):
        return inner
    listed = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{listed}>{inner}</{name}>"


def _em(units: float) -> str:
    return f"{round(units / UNITS_PER_EM * SCALE, 4):g}em"


def _try(tex: str, display: bool, language: str) -> dict[str, Any]:
    try:
        return {"formula": typeset(tex, display, language)}
    except MathError as error:
        return {"error": str(error)}
    except (JSTimeoutException, JSOOMException):
        raise
    except RecursionError:
        return {"error": "nested too deeply"}
    except (JSEvalException, ElementTree.ParseError) as error:
        return {"error": f"MathJax cannot draw it: {str(error).partition(chr(10))[0]}"}


def main(language: str) -> None:
    """Up to the first formula that goes past the limits."""
    for line in sys.stdin:
        try:
            answer = _try(*json.loads(line), language=language)
        except (JSTimeoutException, JSOOMException) as error:
            took = f"{SECONDS} s" if isinstance(error, JSTimeoutException) else f"{MEMORY >> 30} GB"
            answer = {"error": f"it took more than {took}", "ended": True}
        print(json.dumps(answer), flush=True)
        if "ended" in answer:
            break
    os._exit(0)  # closing V8 takes longer


if __name__ == "__main__":
    ending.with_parent()
    main(sys.argv[1])
