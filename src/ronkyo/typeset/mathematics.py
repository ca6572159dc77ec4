"""TeX to SVG, the same for the HTML and the PDF: MathJax in an embedded V8 (docs/decisions/002-mathematics-engine.md).

A formula is one `<svg>` of bare outlines: no scripts, style sheets, fonts or ids, so it can stand anywhere in a page
any number of times. Japanese characters, which MathJax's fonts lack, stay text in the report's own font.
"""

import atexit
import functools
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from html import escape
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from py_mini_racer import MiniRacer

from ronkyo import cache, ending
from ronkyo.errors import UserError
from ronkyo.typeset.speech import speak
from ronkyo.words import Words

# The formula's em in the surrounding text's em: halfway between equal capitals (1.07) and equal small letters (1.23)
# of MathJax's fonts and Noto Sans.
SCALE = 1.15
JAPANESE_FONT = "Noto Sans JP"
TEX_FONT = "IBM Plex Mono"
MANY = 50

_UNITS_PER_EM = 1000  # of MathJax's drawings
_COMPONENTS = (
    "core",
    "adaptors/liteDOM",
    "input/tex-base",
    "input/tex/extensions/ams",
    "input/tex/extensions/boldsymbol",
    "output/svg",
    "output/svg/fonts/tex",
)
# MathJax draws a character that its fonts lack as <text>, `scale` makes it one em of the surrounding text. Its packages
# that define macros are left out: a formula must not change the next one.
_DRIVER = """
const {adaptors, handlers, input, output, core, mathjax} = MathJax._;
const adaptor = adaptors.liteAdaptor.liteAdaptor();
adaptor.nodeSize = () => [1 / scale, 1];
handlers.html_ts.RegisterHTMLHandler(adaptor);
const tex = new input.tex_ts.TeX({
  packages: ["base", "ams", "boldsymbol"],
  formatError(_, error) { throw error; },
});
const font = new output.svg.fonts.tex_ts.TeXFont({unknownFamily: family});
const svg = new output.svg_ts.SVG({fontCache: "none", font});
const page = mathjax.mathjax.document("", {InputJax: tex, OutputJax: svg});
const mathml = new core.MmlTree.SerializedMmlVisitor.SerializedMmlVisitor();
function convert(source, display) {
  const item = new page.options.MathItem(source, tex, display);
  const em = 16;
  item.setMetrics(em, font.params.x_height * em * scale, 80 * em, 1e6, 1);
  try {
    item.convert(page);
  } catch (error) {
    return JSON.stringify({error: String(error.message ?? error)});
  }
  return JSON.stringify({svg: adaptor.innerHTML(item.typesetRoot), mathml: mathml.visitTree(item.root)});
}
"""
_NUMBERING = re.compile(r"\\(?:tag|label|ref|eqref)(?![a-zA-Z])")
_TOKEN = re.compile(r"\\begin(?![a-zA-Z])|\\end(?![a-zA-Z])|\\.|[{}]|[^\\{}]+|\\", re.DOTALL)
_OUTER_ENVIRONMENT = re.compile(r"\\(begin|end)\{(align|gather)\*?\}")


class MathError(ValueError):
    """A formula that cannot be typeset; the message says why."""


class _Formula(NamedTuple):
    svg: Element
    mathml: str


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
        font = f'font-family="{TEX_FONT}" font-size="{_UNITS_PER_EM / SCALE:g}"'
        text = f"<text {place} {font}>{escape(self.tex, quote=False)}</text>"
        return f'<svg xmlns="http://www.w3.org/2000/svg" {look}>{self.markup}{text}</svg>'.encode()

    @property
    def style(self) -> str:
        """The declarations that give an `<img>` of the file the place of the `<svg>`."""
        return f"width:{self.width};height:{self.height};vertical-align:{self.vertical_align}"


BLANK = Drawing("0", "0", "0", "0 0 0 0", "", "", "")


def typeset(tex: str, display: bool, language: str) -> Drawing:
    """language: in which the formula is spoken. Raises MathError."""
    formula = _convert(tex, display)
    view_box = formula.svg.attrib["viewBox"]
    _, top, width, height = map(float, view_box.split())
    markup = "".join(_markup(child) for child in formula.svg)
    words = Words(language)
    spoken = words("speech.formula", formula=speak(formula.mathml, words))
    return Drawing(_em(width), _em(height), _em(-top - height), view_box, spoken, markup, tex)


def typeset_all(formulas: Iterable[tuple[str, bool]], language: str) -> dict[tuple[str, bool], Drawing | MathError]:
    """What `typeset` returns or raises for each (tex, display). Many are set in two processes of their own: it takes
    half of the time, and an embedded V8 never gives back the 80 MB that it takes. Raises UserError if one crashes."""
    keys = {formula: json.dumps([*formula, language]).encode() for formula in formulas}
    kept = {formula: cache.find("formula", key) for formula, key in keys.items()}
    answers = {formula: json.loads(content) for formula, content in kept.items() if content is not None}
    new = [formula for formula in keys if formula not in answers]
    for formula, answer in zip(new, _answers(new, language), strict=True):
        answers[formula] = answer
        cache.keep("formula", keys[formula], json.dumps(answer).encode())
    return {
        formula: Drawing(*answer["drawing"]) if "drawing" in answer else MathError(answer["error"])
        for formula, answer in answers.items()
    }


def _answers(formulas: list[tuple[str, bool]], language: str) -> list[dict[str, Any]]:
    if len(formulas) < MANY:
        return [_try(tex, display, language) for tex, display in formulas]
    half = len(formulas) // 2
    with ThreadPoolExecutor() as threads:
        return sum(threads.map(_try_elsewhere, (formulas[:half], formulas[half:]), [language] * 2), [])


def _try_elsewhere(formulas: list[tuple[str, bool]], language: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", __spec__.name, language]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}  # this engine, not another that is installed
    done = subprocess.run(
        command, input=json.dumps(formulas), env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = done.stderr.strip().rpartition("\n")[2] or "it said nothing"
        raise UserError(f"formulas: the process that sets them ended with exit status {done.returncode}: {last}")
    sys.stderr.write(done.stderr)
    return json.loads(done.stdout)


def _try(tex: str, display: bool, language: str) -> dict[str, Any]:
    try:
        return {"drawing": typeset(tex, display, language)}
    except MathError as error:
        return {"error": str(error)}


def normalize(tex: str) -> str:
    r"""Rows parted by `\\` outside every environment, which TeX forbids, become one `gathered`.

    >>> normalize(r"a \\ b")
    '\\begin{gathered}a\\\\b\\end{gathered}'
    """
    rows = [row.strip() for row in _outer_rows(tex)]
    if len(rows) == 1:
        return rows[0]
    gathered = r"\\".join(row for row in rows if row)
    return r"\begin{gathered}" + _OUTER_ENVIRONMENT.sub(r"\\\1{\2ed}", gathered) + r"\end{gathered}"


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


def _convert(tex: str, display: bool) -> _Formula:
    if numbering := _NUMBERING.search(tex):
        raise MathError(f"{numbering[0]} belongs to the document, not to the formula")
    answer = json.loads(str(_engine().call("convert", normalize(tex), display)))
    if "error" in answer:
        raise MathError(answer["error"])
    return _Formula(ElementTree.fromstring(answer["svg"]), answer["mathml"])


@functools.cache
def _engine() -> MiniRacer:
    folder = Path(str(distribution("django-static-mathjax").locate_file("mathjax/static/mathjax/es5")))
    engine = MiniRacer()
    atexit.register(engine.close)  # left to the garbage collector, it may wait for ever for its stopped thread
    for component in _COMPONENTS:
        engine.eval((folder / f"{component}.js").read_text(encoding="utf-8"))
    engine.eval(f"const scale = {SCALE}, family = {json.dumps(JAPANESE_FONT)};{_DRIVER}")
    return engine


def _markup(node: Element) -> str:
    """The node as HTML, without MathJax's notes to itself and the groups that only carried them."""
    name = node.tag.rpartition("}")[2]
    attributes = {key: value for key, value in node.attrib.items() if not key.startswith("data-")}
    if "data-line" in node.attrib:  # a rule of an array: MathJax leaves its look to a style sheet
        dashes = {"stroke-dasharray": "140"} if attributes.pop("class") == "mjx-dashed" else {}
        attributes |= {"stroke-width": "67", **dashes}
    if name == "text" and not all(unicodedata.east_asian_width(character) in "WF" for character in node.text or ""):
        raise MathError(f"no glyph for {node.text!r}")
    inner = escape(node.text or "", quote=False) + "".join(_markup(child) for child in node)
    if name == "g" and (not attributes or not inner):
        return inner
    listed = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{listed}>{inner}</{name}>"


def _em(units: float) -> str:
    return f"{round(units / _UNITS_PER_EM * SCALE, 4):g}em"


if __name__ == "__main__":  # what typeset_all runs: formulas as JSON in, answers as JSON out
    ending.with_parent()
    json.dump([_try(*formula, language=sys.argv[1]) for formula in json.load(sys.stdin)], sys.stdout)
