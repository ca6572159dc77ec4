"""A comparison as HTML and PDF in the report's own look, as Markdown for a pull request, as JSON for programs."""

from __future__ import annotations

import html
import math
import re
import shutil
from collections.abc import Callable
from contextlib import chdir
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2
from ruamel.yaml import YAML

from day3 import params, runs
from day3.comparison import curves, differences, side
from day3.comparison.differences import ABSENT, ClaimChange, Comparison, Metric, rounded, with_interval
from day3.comparison.words import Part
from day3.errors import UserError
from day3.plotting import style, to_svg
from day3.report import page, pdf, render, tree
from day3.report.claims import WORDS
from day3.report.document import TEMPLATES
from day3.report.mathematics import MathError, typeset
from day3.report.predicates import Verdict

FOLDER = Path("build/comparison")  # both sides' files and what is drawn of them
NAME = "comparison"
HERE = Path(__file__).parent  # where this report's templates and style stand
CONTEXT = 40  # characters that are shown of unchanged text beside a change
MOST_NAMED = 5  # in a sentence
FORMULA = re.compile(r"\\([(\[])(.*?)\\[)\]]")
STANDINGS = {
    "alone": "片方だけ",
    "exact": "シードによらない",
    "unknown": "決められない",  # one seed, or a mean that is not finite
    "moved": '<span class="moved">超える</span>',
    "within": "範囲内",
}
TALL = 260.0  # points; lower figures are set one above the other, in full width


def load(old: str, new: str) -> Comparison:
    """Read and compare two sides. Raises ComparisonError."""
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    return differences.compare(side.read(old, FOLDER / "old"), side.read(new, FOLDER / "new"))


def write(comparison: Comparison, folder: Path, say: Callable[[str], None] = print) -> list[Path]:
    """<folder>/comparison.html and .pdf. Raises UserError; then what was there stays."""
    require_fonts()
    say("compare: figures")
    built = tree.build(_text(comparison, "comparison.md.j2", figures=_draw(comparison)))
    return publish(built, f"{comparison.old.title} と {comparison.new.title} の比較", folder, NAME, say)


def require_fonts() -> None:
    """Raises UserError: DVC does not keep fonts for others, so a fresh clone has none."""
    for name, *_ in page.FONT_FACES:
        for file in (runs.FONTS / f"{name}.ttf", runs.FONTS / f"{name}.woff2"):
            if not file.is_file():
                raise UserError(
                    f"{file}: the fonts are not built yet; run: dvc repro fonts (--md and --json need none)"
                )


def publish(built: tree.Tree, title: str, folder: Path, name: str, say: Callable[[str], None]) -> list[Path]:
    """A tree as one HTML file and a PDF in the report's look."""
    settings = params.load()["report"].model_copy(update={"title": title, "author": "", "code_url": "."})
    more = (HERE / "comparison.css").read_text(encoding="utf-8")
    say("compare: HTML and PDF")
    browser = page.for_browser(built, settings, TEMPLATES, more)
    printable = render.printed_tree(built, render.Missing())
    printed = pdf.write(page.for_print(printable, settings, TEMPLATES, more), settings.date)
    files = [folder / f"{name}.html", folder / f"{name}.pdf"]
    runs.write_text(files[0], browser)
    runs.write_bytes(files[1], printed)
    return files


def markdown(comparison: Comparison) -> str:
    """For a comment on a pull request: no figures, no more than its readers will read."""
    return _text(comparison, "comment.md.j2")


def document(comparison: Comparison) -> dict[str, Any]:
    """For programs: everything but figures and curves."""
    found: dict[str, Any] = {
        name: {"name": one.name, "kind": one.kind, "revision": one.revision}
        for name, one in (("old", comparison.old), ("new", comparison.new))
    }
    found |= {"notes": comparison.notes, "parameters": [asdict(one) for one in comparison.parameters]}
    found["claims"] = [
        {"id": one.id, "flipped": one.flipped, "old": one.old, "new": one.new} for one in comparison.claims
    ]
    found["metrics"] = [{"key": one.key, **_finite(asdict(one)), "moved": one.moved} for one in comparison.metrics]
    found["unchanged_metrics"] = [one.key for one in comparison.unchanged]
    found["curves"] = [{"experiment": experiment, "variant": variant} for experiment, variant in comparison.curves]
    found["figures"] = comparison.figures
    found["text"] = [
        {"chapter": one.chapter, "parts": [part._asdict() for part in one.parts]} for one in comparison.text
    ]
    for name in ("stages", "files", "data", "versions"):
        found[name] = [one._asdict() for one in getattr(comparison, name)]
    return found


def _finite(value: Any) -> Any:
    """JSON has no word for a number that is not finite."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


# -- figures ----------------------------------------------------------------------------------------------------------


def _draw(comparison: Comparison) -> dict[str, Any]:
    """Overlaid curves of each changed experiment, and both versions of the other changed figures, as files for <img>."""
    drawn: dict[str, Any] = {"curves": {}, "pairs": {}}
    declared = curves.axes_of(_pipeline(comparison.old)) | curves.axes_of(_pipeline(comparison.new))
    changed: dict[str, list[str]] = {}
    for experiment, variant in comparison.curves:
        changed.setdefault(experiment, []).append(variant)
    with style(runs.FONTS):
        for experiment, variants in changed.items():
            if experiment not in declared:
                continue
            name = f"curves/{experiment}"
            drawing = curves.overlay(experiment, variants, comparison.old, comparison.new, declared[experiment])
            drawn["curves"][experiment] = (keep(name, to_svg(drawing, name)), variants)
    for figure in comparison.figures:
        sides = (("A", comparison.old), ("B", comparison.new))
        files = [
            (letter, one.title, keep(f"{letter}/{figure}", one.figures[figure]) if figure in one.figures else None)
            for letter, one in sides
        ]
        tall = any(_height(one.figures[figure]) > TALL for _, one in sides if figure in one.figures)
        drawn["pairs"][figure] = {"files": files, "tall": tall}
    return drawn


def keep(name: str, svg: bytes) -> str:
    """The file's address as seen from reports/, which is where pages look for their images."""
    file = FOLDER / "drawn" / f"{name}.svg"
    runs.write_bytes(file, svg)
    return f"../{file.as_posix()}"


def _height(svg: bytes) -> float:
    found = re.search(rb'<svg\b[^>]*\bheight="([0-9.]+)pt"', svg)
    return float(found[1]) if found else math.inf


def _pipeline(one: side.Side) -> dict[str, Any]:
    with chdir(one.folder):
        return YAML(typ="safe").load(side.PIPELINE.read_text(encoding="utf-8"))


# -- text -------------------------------------------------------------------------------------------------------------


def _text(comparison: Comparison, template: str, **more: Any) -> str:
    return fill(template, c=comparison, **more)


def fill(template: str, **values: Any) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "cell": lambda value: str(value).replace("|", "\\|"),
        "code": lambda value: f"`{value}`" if value != ABSENT else value,
        "grouped": grouped,
        "named": named,
        "shown": shown,
        "difference": difference,
        "standing": lambda metric: STANDINGS[metric.standing],
        "effect": effect,
        "verdict": verdict,
        "word": lambda found: WORDS[Verdict(found["verdict"])] if found else "なし",
        "sentence": lambda found: literal("".join(found["sentences"])) if found else ABSENT,
        "marked": marked,
        "marked_plainly": marked_plainly,
    }
    return environment.get_template(template).render(**values)


def named(names: list[str], most: int = MOST_NAMED) -> str:
    """The first few of a list, and how many there are."""
    return "、".join(names[:most]) + (f" など {len(names)} 個" if len(names) > most else "")


def grouped(things: list[Any], attribute: str) -> list[tuple[str, list[Any]]]:
    """In the order in which each value of the attribute first comes."""
    groups: dict[str, list[Any]] = {}
    for thing in things:
        groups.setdefault(getattr(thing, attribute), []).append(thing)
    return list(groups.items())


def shown(metric: Metric, which: str) -> str:
    """The mean of one side, to what its seeds support."""
    return rounded(getattr(metric, which), getattr(metric, f"{which}_half"))


def difference(metric: Metric) -> str:
    """−0.02 [−0.03, −0.01], or the difference alone where no interval can be had."""
    if metric.old is None or metric.new is None:
        return ABSENT
    found = metric.difference
    if found is None or found.reason:
        return rounded(metric.new - metric.old)
    return with_interval(found.value, found.low, found.high)


def effect(found: dict[str, Any] | None) -> str:
    """The deciding estimate of a claim with its interval, as claims.json has it."""
    if not found:
        return ABSENT
    value, low, high = (found.get(name) for name in ("effect", "low", "high"))
    if value is None or low is None or high is None:
        return rounded(value)
    return with_interval(value, low, high) + (f"、n = {found['n']}" if found["n"] else "")


def verdict(claim: ClaimChange) -> str:
    """支持 → 未決, as marks."""
    marks = [
        f'<span class="verdict {found["verdict"]}">{WORDS[Verdict(found["verdict"])]}</span>' if found else "なし"
        for found in (claim.old, claim.new)
    ]
    return " → ".join(marks)


def literal(text: str) -> str:
    """Plain text for Markdown, in which nothing of it is a mark or a tag."""
    return re.sub(r"[&<>*`~|$\\]|\](?=[(\[:])|\[(?=\^)|(?<!\w)_|_(?!\w)", lambda mark: f"&#{ord(mark[0])};", text)


def marked(parts: list[Part]) -> str:
    """HTML with <del> and <ins>; of long unchanged passages only what stands beside a change."""
    tags = {"deleted": "<del>{}</del>", "inserted": "<ins>{}</ins>", "same": "{}"}
    return "".join(tags[part.kind].format(_formulas(html.escape(text))) for part, text in _shortened(parts))


def _formulas(text: str) -> str:
    """Formulas to be set in the line, where that can be done; only the report itself numbers them."""

    def inline(found: re.Match[str]) -> str:
        tex = re.sub(r"\\(?:label|tag\*?)\{[^{}]*\}", "", found[2]).strip()
        tex = rf"\displaystyle {tex}" if found[1] == "[" else tex
        try:
            typeset(html.unescape(tex), False)
        except MathError:
            return found[0]
        return rf'<span class="arithmatex">\({tex}\)</span>'

    return FORMULA.sub(inline, text)


def marked_plainly(parts: list[Part]) -> str:
    """The same for Markdown, where GitHub knows ~~ and **."""
    tags = {"deleted": "~~{}~~", "inserted": "**{}**", "same": "{}"}
    return "".join(tags[part.kind].format(html.escape(text, quote=False)) for part, text in _shortened(parts))


def _shortened(parts: list[Part]) -> list[tuple[Part, str]]:
    found = []
    for index, part in enumerate(parts):
        text = part.text
        before, after = index > 0, index < len(parts) - 1
        if part.kind == "same" and len(text) > CONTEXT * (before + after) + 4:
            text = (_beginning(text) if before else "") + "…" + (_end(text) if after else "")
        found.append((part, text))
    return found


def _beginning(text: str) -> str:
    cut = next((found.end() for found in FORMULA.finditer(text) if found.start() < CONTEXT < found.end()), CONTEXT)
    return text[:cut]


def _end(text: str) -> str:
    cut = len(text) - CONTEXT
    return text[next((found.start() for found in FORMULA.finditer(text) if found.start() < cut < found.end()), cut) :]
