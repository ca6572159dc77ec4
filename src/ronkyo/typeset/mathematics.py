"""TeX to SVG, the same for the HTML and the PDF: MathJax in an embedded V8 (docs/decisions/002-mathematics-engine.md).

A formula is one `<svg>` of bare outlines: no scripts, style sheets, fonts or ids, so it can stand anywhere in a page
any number of times. Japanese characters, which MathJax's fonts lack, stay text in the report's own font.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

from ronkyo import cache
from ronkyo.errors import UserError

# The formula's em in the surrounding text's em: halfway between equal capitals (1.07) and equal small letters (1.23)
# of MathJax's fonts and Noto Sans.
SCALE = 1.15
TEX_FONT = "IBM Plex Mono"
MOST_ENDED = 3  # formulas that may go past the limits, before the rest is given up

DEFINES = re.compile(
    r"\\(?:[egx]?def|let|(?:new|renew|provide)(?:command|environment)|Declare[A-Za-z]+|definecolor)(?![A-Za-z])"
)


class MathError(ValueError):
    """A formula that cannot be typeset; the message says why."""


class Drawing(NamedTuple):
    """A typeset formula: lengths in em of the surrounding text, what it says, what is inside its `<svg>`, and its TeX."""

    width: str
    height: str
    vertical_align: str
    view_box: str
    spoken: str
    markup: str
    tex: str

    def inline(self) -> str:
        """The `<svg>` that stands in a page, in the colour of the text around it."""
        size = f'width="{self.width}" height="{self.height}" style="vertical-align:{self.vertical_align}"'
        title = f"<title>{escape(self.spoken, quote=False)}</title>"
        return f'<svg class="math" role="img" {size} viewBox="{self.view_box}">{title}{self.markup}</svg>'

    def file(self, ink: str) -> bytes:
        """The SVG file of the same drawing in the colour `ink`; its TeX lies over it, unseen, to be found and copied."""
        look = f'viewBox="{self.view_box}" color="{ink}" fill="{ink}"'
        left, _, width, _ = self.view_box.split()
        place = f'x="{left}" y="0" textLength="{width}" lengthAdjust="spacingAndGlyphs" fill="none"'
        font = f'font-family="{TEX_FONT}" font-size="{1000 / SCALE:g}"'
        text = f"<text {place} {font}>{escape(self.tex, quote=False)}</text>"
        return f'<svg xmlns="http://www.w3.org/2000/svg" {look}>{self.markup}{text}</svg>'.encode()

    @property
    def style(self) -> str:
        """The declarations that give an `<img>` of the file the place of the `<svg>`."""
        return f"width:{self.width};height:{self.height};vertical-align:{self.vertical_align}"


BLANK = Drawing("0", "0", "0", "0 0 0 0", "", "", "")


class Row(NamedTuple):
    """A line of a display that has a number.

    place: of its middle below the drawing's, in em; empty where the number belongs to the whole
    tag: as it is written, with its brackets; None for the next number
    """

    place: str
    tag: str | None
    label: str | None


class Formula(NamedTuple):
    drawing: Drawing
    rows: tuple[Row, ...] = ()


def typeset_all(formulas: Sequence[tuple[str, bool]], language: str) -> list[Formula | MathError]:
    """For each (tex, display) of a document, in its order, the formula or why it cannot be set. What a formula defines the
    later ones know. language: in which they are spoken. Raises UserError where MathJax does not start."""
    keys, defined = [], ""
    for tex, display in formulas:
        keys.append(json.dumps([tex, display, language, defined]).encode())
        if DEFINES.search(tex):
            defined = hashlib.sha256(f"{defined} {tex}".encode()).hexdigest()
    kept = {key: cache.find("formula", key) for key in dict.fromkeys(keys)}
    answers = {key: json.loads(content) for key, content in kept.items() if content is not None}
    if new := {key: formula for key, formula in zip(keys, formulas, strict=True) if key not in answers}:
        asked = {
            key: formula
            for key, formula in zip(keys, formulas, strict=True)
            if key in new or DEFINES.search(formula[0])
        }
        for key, answer in zip(asked, _answers(list(asked.values()), language), strict=True):
            answers[key] = answer
            if "ended" not in answer:
                cache.keep("formula", key, json.dumps(answer).encode())
    return [_read(answers[key]) for key in keys]


def _read(answer: dict[str, Any]) -> Formula | MathError:
    if "error" in answer:
        return MathError(answer["error"])
    drawing, rows = answer["formula"]
    return Formula(Drawing(*drawing), tuple(Row(*row) for row in rows))


def _answers(formulas: list[tuple[str, bool]], language: str) -> list[dict[str, Any]]:
    """By a process of its own, since a V8 never gives back the 80 MB that it takes; one more after each formula that ends
    it, which has to be told the definitions before."""
    answers: list[dict[str, Any]] = []
    for _ in range(MOST_ENDED):
        before = [
            formula
            for formula, answer in zip(formulas, answers, strict=False)
            if DEFINES.search(formula[0]) and "ended" not in answer
        ]
        answers += _ask([*before, *formulas[len(answers) :]], language)[len(before) :]
        if len(answers) == len(formulas):
            return answers
    left = {"error": f"it was not tried after {MOST_ENDED} formulas that took too much", "ended": True}
    return answers + [left] * (len(formulas) - len(answers))


def _ask(formulas: list[tuple[str, bool]], language: str) -> list[dict[str, Any]]:
    """The answers up to that of a formula that ended the process, if one did."""
    command = [sys.executable, "-m", f"{__package__}.mathjax", language]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}  # this engine, not another that is installed
    asked = "".join(f"{json.dumps(formula)}\n" for formula in formulas)
    done = subprocess.run(command, input=asked, env=environment, capture_output=True, text=True, check=False)
    if done.returncode > 0:
        last = done.stderr.strip().rpartition("\n")[2] or "it said nothing"
        raise UserError(f"formulas: the process that sets them ended with exit status {done.returncode}: {last}")
    sys.stderr.write(done.stderr)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode < 0:
        answers.append({"error": f"it ended MathJax (signal {-done.returncode})", "ended": True})
    return answers
