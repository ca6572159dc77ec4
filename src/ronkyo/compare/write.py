"""A comparison as HTML and PDF in the report's own look, as Markdown for a pull request, as JSON for programs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ronkyo import files
from ronkyo.compare import curves, differences, revision
from ronkyo.compare.differences import Comparison
from ronkyo.compare.execution import code_of
from ronkyo.compare.markup import HERE, comment_code, fill, page_code
from ronkyo.plotting import style, to_svg
from ronkyo.project import Project
from ronkyo.typeset import page, pdf, tree
from ronkyo.typeset.front import Front
from ronkyo.typeset.glyphs import Missing, printed_tree
from ronkyo.words import Words

DRAWN_OVER = "learning_curves"  # figures that the overlaid curves stand for
TALL = 260.0  # points; lower figures are set one above the other, in full width


def load(project: Project, old: str, new: str, words: Words) -> Comparison:
    """Read and compare two sides. Raises UserError."""
    sides = revision.read(project, old), revision.read(project, new)
    return differences.compare(project, *sides, words)


def write(
    project: Project, comparison: Comparison, words: Words, folder: Path, say: Callable[[str], None] = print
) -> list[Path]:
    """<folder>/comparison.html and .pdf. Raises UserError; then what was there stays."""
    with TemporaryDirectory(prefix="ronkyo-") as pictures:
        say("compare: figures")
        figures = _draw(project, comparison, words, Path(pictures))
        text = source(project, comparison, words, figures)
        title = words("compare.title", old=comparison.old.title(words), new=comparison.new.title(words))
        return publish(project, words, text, title, Path(pictures), folder / "comparison", say)


def publish(
    project: Project,
    words: Words,
    text: str,
    title: str,
    pictures: Path,
    target: Path,
    say: Callable[[str], None],
) -> list[Path]:
    """Markdown as <target>.html and <target>.pdf in the report's look. Raises UserError."""
    report = project.load_report()
    front = Front(title, report.date, report.course, language=words.language)
    more = (HERE / "comparison.css").read_text(encoding="utf-8")
    say("compare: HTML and PDF")
    built = tree.build(text, words)
    browser = page.for_browser(built, front, pictures, more).html
    printable = printed_tree(built, Missing())
    printed = pdf.write(page.for_print(printable, front, more), front.day, pictures)
    targets = [target.with_name(f"{target.name}.{kind}") for kind in ("html", "pdf")]
    files.write_all(dict(zip(targets, (browser.encode(), printed), strict=True)))
    return targets


def markdown(comparison: Comparison, words: Words) -> str:
    """For a comment on a pull request: no figures, no more than its readers will read."""
    return fill("comment.md.j2", words, comment_code, c=comparison).strip()


def source(project: Project, comparison: Comparison, words: Words, figures: dict[str, Any]) -> str:
    """The Markdown that the pages are set from; figures: as `_draw` returns them."""
    paths = {"ledger": project.claims_file, "text": project.report_file("md"), "curves": project.curves_folder("")}
    names = {name: project.relative(path) for name, path in paths.items()}
    values = {"c": comparison, "paths": names, "sources": code_of(project), "figures": figures}
    return fill("comparison.md.j2", words, page_code, **values)


def document(comparison: Comparison) -> dict[str, Any]:
    """For programs: everything but figures and curves."""
    fields: dict[str, Any] = {
        name: {"name": side.name, "kind": side.kind, "revision": side.revision}
        for name, side in (("old", comparison.old), ("new", comparison.new))
    }
    fields |= {"notes": comparison.notes, "parameters": [asdict(one) for one in comparison.parameters]}
    fields["claims"] = [
        {"id": claim.id, "flipped": claim.flipped, "old": claim.old, "new": claim.new} for claim in comparison.claims
    ]
    fields["metrics"] = [
        {"key": metric.key, **finite(asdict(metric)), "standing": metric.standing, "moved": metric.moved}
        for metric in comparison.metrics
    ]
    fields["unchanged_metrics"] = [metric.key for metric in comparison.unchanged]
    fields["curves"] = [{"experiment": experiment, "variant": variant} for experiment, variant in comparison.curves]
    fields["figures"] = comparison.figures
    fields["text"] = [
        {"chapter": change.chapter, "parts": [part._asdict() for part in change.parts]} for change in comparison.text
    ]
    for name in ("stages", "files", "data", "versions"):
        fields[name] = [entry._asdict() for entry in getattr(comparison, name)]
    return fields | {"machine": asdict(comparison.machine)}


def finite(value: Any) -> Any:
    """JSON has no word for a number that is not finite."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


# -- figures ----------------------------------------------------------------------------------------------------------


def _draw(project: Project, comparison: Comparison, words: Words, folder: Path) -> dict[str, Any]:
    """Overlaid curves of each changed experiment, and both versions of the other changed figures, as files in the folder:
    {"curves": {experiment: (file, variants)}, "undeclared": experiments, "pairs": {figure: {files, tall}}}."""
    overlays, undeclared = _draw_curves(project, comparison, words, folder)
    pairs = {}
    for number, figure in enumerate(comparison.figures, start=1):
        experiment, _, name = figure.partition("/")
        if name == DRAWN_OVER and experiment in overlays:
            continue
        versions = {"A": comparison.old.figures.get(figure), "B": comparison.new.figures.get(figure)}
        pairs[figure] = {
            "files": [
                (letter, svg and keep(folder, f"figure-{number}-{letter}", svg)) for letter, svg in versions.items()
            ],
            "tall": any(_height(svg) > TALL for svg in versions.values() if svg),
        }
    return {"curves": overlays, "undeclared": undeclared, "pairs": pairs}


def _draw_curves(
    project: Project, comparison: Comparison, words: Words, folder: Path
) -> tuple[dict[str, tuple[str, list[str]]], list[str]]:
    """{experiment: (file, variants)}, and the experiments of which no dvc.yaml says what to draw."""
    old, new = comparison.old, comparison.new
    drawn_from = project.relative(project.curves_folder(""))
    declared = curves.axes_of(old.pipeline, drawn_from) | curves.axes_of(new.pipeline, drawn_from)
    changed: dict[str, list[str]] = {}
    for experiment, variant in comparison.curves:
        changed.setdefault(experiment, []).append(variant)
    overlays = {}
    with style():
        for number, (experiment, variants) in enumerate(changed.items(), start=1):
            if experiment in declared:
                sides = {old.title(words): old, new.title(words): new}
                drawing = curves.overlay(experiment, variants, sides, declared[experiment])
                name = f"curves-{number}"
                overlays[experiment] = (keep(folder, name, to_svg(drawing, name)), variants)
    return overlays, [experiment for experiment in changed if experiment not in declared]


def keep(folder: Path, name: str, svg: bytes) -> str:
    """The file's address as seen from the folder of the page's pictures."""
    (folder / f"{name}.svg").write_bytes(svg)
    return f"{name}.svg"


def _height(svg: bytes) -> float:
    found = re.search(rb'<svg\b[^>]*\bheight="([0-9.]+)pt"', svg)
    return float(found[1]) if found else math.inf
