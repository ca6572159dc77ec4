"""A comparison as HTML and PDF in the report's own look, as Markdown for a pull request, as JSON for programs."""

from __future__ import annotations

import html
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from pydantic import ValidationError

from ronkyo import files, params, runs
from ronkyo.claims.predicates import Verdict
from ronkyo.claims.tags import WORDS
from ronkyo.compare import curves, differences, revision
from ronkyo.compare.differences import (
    ABSENT,
    ClaimChange,
    Comparison,
    Metric,
    ratio_with_interval,
    rounded,
    with_interval,
)
from ronkyo.compare.words import WHOLE, Part
from ronkyo.errors import UserError
from ronkyo.foreign import render
from ronkyo.plotting import style, to_svg
from ronkyo.report.chapters import TEMPLATES
from ronkyo.report.settings import Settings
from ronkyo.typeset import page, pdf, tree
from ronkyo.typeset.mathematics import MathError, typeset

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
    "moved": Markup('<span class="moved">あり</span>'),
    "within": "未決",
}
DRAWN_OVER = "learning_curves"  # figures that the overlaid curves stand for
TALL = 260.0  # points; lower figures are set one above the other, in full width


def load(old: str, new: str) -> Comparison:
    """Read and compare two sides. Raises ComparisonError."""
    clear()
    return differences.compare(revision.read(old, FOLDER / "old"), revision.read(new, FOLDER / "new"))


def clear() -> None:
    """Forget what an earlier comparison was read from and drew."""
    shutil.rmtree(FOLDER, ignore_errors=True)


def write(comparison: Comparison, folder: Path, say: Callable[[str], None] = print) -> list[Path]:
    """<folder>/comparison.html and .pdf. Raises UserError; then what was there stays."""
    require_fonts()
    settings = settings_of(
        "実験の比較：" + f"{comparison.old.title} と {comparison.new.title}".replace("） と", "）と")
    )
    say("compare: figures")
    built = tree.build(fill("comparison.md.j2", page_code, c=comparison, figures=_draw(comparison)))
    return publish(built, settings, folder, NAME, say)


def require_fonts() -> None:
    """Raises UserError: DVC does not keep fonts for others, so a fresh clone has none."""
    for file in render.fonts():
        if not file.is_file():
            raise UserError(f"{file}: the fonts are not built yet; run: dvc repro fonts (--md and --json need none)")


def settings_of(title: str) -> Settings:
    """The front page of a comparison. Raises UserError if params.yaml has no usable `report`."""
    try:
        found = Settings.model_validate(params.read_document().get("report"))
    except ValidationError as error:
        where = ".".join(map(str, ("report", *error.errors()[0]["loc"])))
        raise UserError(f"{params.FILE}: {where}: {error.errors()[0]['msg']}") from error
    return found.model_copy(update={"title": title, "author": "", "code_url": "."})


def publish(built: tree.Tree, settings: Settings, folder: Path, name: str, say: Callable[[str], None]) -> list[Path]:
    """A tree as one HTML file and a PDF in the report's look."""
    more = (HERE / "comparison.css").read_text(encoding="utf-8")
    say("compare: HTML and PDF")
    browser = page.for_browser(built, settings, TEMPLATES, more)
    printable = render.printed_tree(built, render.Missing())
    printed = pdf.write(page.for_print(printable, settings, TEMPLATES, more), settings.date)
    files = [folder / f"{name}.html", folder / f"{name}.pdf"]
    files.write_text(files[0], browser)
    files.write_bytes(files[1], printed)
    return files


def markdown(comparison: Comparison) -> str:
    """For a comment on a pull request: no figures, no more than its readers will read."""
    return fill("comment.md.j2", comment_code, c=comparison)


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
    found["metrics"] = [
        {"key": one.key, **finite(asdict(one)), "standing": one.standing, "moved": one.moved}
        for one in comparison.metrics
    ]
    found["unchanged_metrics"] = [one.key for one in comparison.unchanged]
    found["curves"] = [{"experiment": experiment, "variant": variant} for experiment, variant in comparison.curves]
    found["figures"] = comparison.figures
    found["text"] = [
        {"chapter": one.chapter, "parts": [part._asdict() for part in one.parts]} for one in comparison.text
    ]
    for name in ("stages", "files", "data", "versions"):
        found[name] = [one._asdict() for one in getattr(comparison, name)]
    return found


def finite(value: Any) -> Any:
    """JSON has no word for a number that is not finite."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


# -- figures ----------------------------------------------------------------------------------------------------------


def _draw(comparison: Comparison) -> dict[str, Any]:
    """Overlaid curves of each changed experiment, and both versions of the other changed figures, as files for <img>."""
    drawn: dict[str, Any] = {"curves": {}, "undeclared": [], "pairs": {}}
    declared = curves.axes_of(_pipeline(comparison.old)) | curves.axes_of(_pipeline(comparison.new))
    changed: dict[str, list[str]] = {}
    for experiment, variant in comparison.curves:
        changed.setdefault(experiment, []).append(variant)
    with style(runs.FONTS.resolve()):  # matplotlib remembers it, wherever the next one works
        for number, (experiment, variants) in enumerate(changed.items(), start=1):
            if experiment not in declared:
                drawn["undeclared"].append(experiment)
                continue
            name = f"curves-{number}"
            drawing = curves.overlay(experiment, variants, comparison.old, comparison.new, declared[experiment])
            drawn["curves"][experiment] = (keep(name, to_svg(drawing, name)), variants)
    for number, figure in enumerate(comparison.figures, start=1):
        experiment, _, name = figure.partition("/")
        if name == DRAWN_OVER and experiment in drawn["curves"]:
            continue
        sides = (("A", comparison.old), ("B", comparison.new))
        files = [
            (letter, keep(f"figure-{number}-{letter}", one.figures[figure]) if figure in one.figures else None)
            for letter, one in sides
        ]
        tall = any(_height(one.figures[figure]) > TALL for _, one in sides if figure in one.figures)
        drawn["pairs"][figure] = {"files": files, "tall": tall}
    return drawn


def keep(name: str, svg: bytes) -> str:
    """The file's address as seen from reports/, which is where pages look for their images."""
    file = FOLDER / "drawn" / f"{name}.svg"
    files.write_bytes(file, svg)
    return f"../{file.as_posix()}"


def _height(svg: bytes) -> float:
    found = re.search(rb'<svg\b[^>]*\bheight="([0-9.]+)pt"', svg)
    return float(found[1]) if found else math.inf


def _pipeline(one: revision.Side) -> dict[str, Any]:
    return params.read_document(one.folder / revision.PIPELINE)


# -- text -------------------------------------------------------------------------------------------------------------


def fill(template: str, code: Callable[[Any], Markup], **values: Any) -> str:
    """A template of this folder; nothing that a value holds is a mark or a tag, unless a filter made it one."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup | jinja2.Undefined) else literal(str(value)),
    )
    environment.filters |= {
        "code": code,
        "as_it_is": Markup,
        "grouped": grouped,
        "named": named,
        "shown": shown,
        "change": change,
        "standing": lambda metric: STANDINGS[metric.standing],
        "effect": effect,
        "verdict": verdict,
        "word": lambda found: WORDS[Verdict(found["verdict"])] if found else "なし",
        "sentence": lambda found: "".join(found["sentences"]) if found else ABSENT,
        "marked": marked,
        "marked_plainly": marked_plainly,
    }
    return environment.get_template(template).render(**values)


def page_code(value: Any) -> Markup:
    """As code in a page."""
    return Markup(ABSENT if value == ABSENT else f"<code>{literal(str(value))}</code>")


def comment_code(value: Any) -> Markup:
    """As code in a comment, also inside a table."""
    text = str(value).replace("|", "\\|")
    return Markup(text if value == ABSENT else f"`` {text} ``" if "`" in text else f"`{text}`")


def named(names: list[Any], most: int = MOST_NAMED) -> Markup:
    """The first few of a list, and how many there are."""
    first = "、".join(name if isinstance(name, Markup) else literal(str(name)) for name in names[:most])
    return Markup(first + (f" など {len(names)} 個" if len(names) > most else ""))


def grouped(things: list[Any], attribute: str) -> list[tuple[str, list[Any]]]:
    """In the order in which each value of the attribute first comes."""
    groups: dict[str, list[Any]] = {}
    for thing in things:
        groups.setdefault(getattr(thing, attribute), []).append(thing)
    return list(groups.items())


def shown(metric: Metric, which: str) -> Markup:
    """The mean of one side, to what its seeds support."""
    return Markup(rounded(getattr(metric, which), getattr(metric, f"{which}_half")))


def change(metric: Metric) -> Markup:
    """−0.02 [−0.03, −0.01], 0.5 [0.3, 0.9] 倍, or the difference alone where no interval can be had."""
    found = metric.change
    if metric.old is None or metric.new is None:
        return Markup(ABSENT)
    if found is None or found.reason:
        return Markup(rounded(metric.new - metric.old))
    if metric.is_ratio:
        return Markup(ratio_with_interval(found.value, found.low, found.high) + " 倍")
    return Markup(with_interval(found.value, found.low, found.high))


def effect(found: dict[str, Any] | None) -> Markup:
    """The deciding estimate of a claim with its interval, as claims.json has it."""
    if not found:
        return Markup(ABSENT)
    value, low, high = (found.get(name) for name in ("effect", "low", "high"))
    if value is None or low is None or high is None:
        return Markup(rounded(value))
    methods = {one["method"] for one in found.get("comparisons", []) if one.get("value") == value}
    ratio = bool(methods) and all(method.startswith("log") for method in methods)
    text = (ratio_with_interval if ratio else with_interval)(value, low, high)
    return Markup(text + (f"、n = {found['n']}" if found["n"] else ""))


def verdict(claim: ClaimChange) -> Markup:
    """支持 → 未決, as marks."""
    marks = [
        f'<span class="verdict {found["verdict"]}">{WORDS[Verdict(found["verdict"])]}</span>' if found else "なし"
        for found in (claim.old, claim.new)
    ]
    return Markup(" → ".join(marks))


def literal(text: str) -> str:
    """Plain text for Markdown, in which nothing of it is a mark or a tag."""
    return re.sub(r"[&<>*`~|$\\]|\](?=[(\[:])|\[(?=\^)|(?<!\w)_|_(?!\w)", lambda mark: f"&#{ord(mark[0])};", text)


def marked(parts: list[Part]) -> Markup:
    """HTML with <del> and <ins>; of long unchanged passages only what stands beside a change."""
    return Markup(_tagged(parts, lambda text: _formulas(html.escape(text))))


def marked_plainly(parts: list[Part]) -> Markup:
    """The same for a comment: GitHub takes the tags, and no ~~ or ** beside Japanese punctuation."""
    return Markup(_tagged(parts, literal))


def _tagged(parts: list[Part], escaped: Callable[[str], str]) -> str:
    tags = {"deleted": "<del>{}</del>", "inserted": "<ins>{}</ins>", "same": "{}"}
    shown = [(part.kind, tags[part.kind].format(escaped(text))) for part, text in _shortened(parts)]
    kinds = [kind for kind, _ in shown]
    apart = [" " if pair == ("deleted", "inserted") else "" for pair in pairwise(kinds)]  # 10 30, not 1030, when copied
    return "".join(text + gap for (_, text), gap in zip(shown, [*apart, ""], strict=True))


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
    return text[: _cut(text, CONTEXT, forward=True)]


def _end(text: str) -> str:
    return text[_cut(text, len(text) - CONTEXT, forward=False) :]


def _cut(text: str, cut: int, forward: bool) -> int:
    """The place nearest to `cut` that is in no formula, number or Latin word."""
    for whole in WHOLE.finditer(text):
        if whole.start() < cut < whole.end():
            return whole.end() if forward else whole.start()
    return cut
