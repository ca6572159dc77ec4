"""Templates and results -> reports/<name>.md, .html and .pdf."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

from ronkyo import files
from ronkyo.editions import Edition
from ronkyo.errors import ReportError
from ronkyo.project import Project, Report
from ronkyo.report import chapters, evidence, prose
from ronkyo.report.chapters import Rendered
from ronkyo.report.origins import Origins
from ronkyo.typeset import drawn, page, pdf, tree
from ronkyo.typeset.edition import PartedSection
from ronkyo.typeset.front import Front
from ronkyo.typeset.pdf import Attachment

MARKUP = "a number in code or in an alternative text needs | plain"
RELATIONSHIPS = {"text": "Source"} | dict.fromkeys(("params", "settings", "pipeline", "versions"), "Supplement")


def build(project: Project, say: Callable[[str], None] = print, edition: Edition | None = None) -> None:
    """Write the three forms of the report and the ledger of its claims; with an edition only its PDF, beside the report's
    own. Raises ReportError or ParamsError, also for what the lint finds; then nothing of the old is lost."""
    front = front_of(project.load_report())
    front = replace(front, edition=edition or front.edition)
    say("report: templates -> Markdown")
    if findings := prose.lint(project):
        raise ReportError("\n".join(map(str, findings)))
    rendered = chapters.draft(project)
    say("report: Markdown -> HTML")
    carried = evidence.collect(project, rendered, edition)
    contents = {name: item.content for name, item in carried.items()}
    words = rendered.values.words
    built = parse(rendered, evidence.section(contents, words, f"{project.name}.crate.zip"))
    for image in built.root.iter("img"):  # the Markdown stands in reports/, drawings beside the templates
        image.set("src", os.path.normpath(f"{project.relative(project.reports)}/{image.get('src')}"))
    sources = Origins(contents, words)
    browser = "" if edition else page.for_browser(built, front, project.root, sources=sources)
    say("report: HTML -> PDF")
    inside = [
        Attachment(name, item.content, words(f"evidence.{item.kind}"), RELATIONSHIPS.get(item.kind, "Data"))
        for name, item in carried.items()
    ]
    inside.append(Attachment(drawn.NAME, b"", words("evidence.pages"), "Data"))
    printed = pdf.write(
        lambda moves: page.for_print(built, front, sources=sources, moves=moves), front.day, project.root, inside
    )
    if edition:
        files.write_bytes(project.edition_file(edition), printed)
        return
    for file in (project.claims_file, project.report_file("md")):
        files.write_bytes(file, carried[evidence.attachment_name(project.relative(file))].content)
    files.write_text(project.report_file("html"), browser)
    files.write_bytes(project.report_file("pdf"), printed)


def front_of(report: Report) -> Front:
    told = report.model_dump()
    return Front(day=told.pop("date"), **told)


def parse(rendered: Rendered, more: str = "") -> tree.Tree:
    """The tree of a rendered text, and of Markdown behind it. Raises ReportError with everything that is wrong, traced back
    to the templates."""
    values, claims, problems = rendered.values, rendered.claims, list(rendered.problems)

    def told(error: Exception | str, places: list[str]) -> list[str]:
        """Without the ledger, which says every sentence again."""
        return [f"{place}: {error}" for place in places if place != claims.closed_by or len(places) == 1]

    try:
        built = tree.build(rendered.text + more, values.words, values.manifest.boxes)
    except tree.FormulaError as error:
        for formula in error.all:
            problems += told(formula, rendered.places.of_formula(formula.tex))
        raise ReportError("\n".join(dict.fromkeys(problems))) from error
    except PartedSection as error:
        problems += told(error, rendered.places.of_text(error.heading, "^#+ +"))
        raise ReportError("\n".join(dict.fromkeys(problems))) from error
    except tree.MissingTarget as error:
        for link in error.all:
            if claims.closed_by or not link.target.startswith(
                "ledger:"
            ):  # without it, every claim's mark leads nowhere
                problems += told(link, rendered.places.of_link(link.target))
        raise ReportError("\n".join(problems)) from error
    problems += [
        line for text, before in _bare_markup(built) for line in told(MARKUP, rendered.places.of_text(text, before))
    ]
    if problems:
        raise ReportError("\n".join(dict.fromkeys(problems)))
    return built


def _bare_markup(built: tree.Tree) -> Iterator[tuple[str, str]]:
    """Where the mark of a number would be printed as letters: code, and alternative texts; and what stands before it."""
    for code in built.root.iter("code"):
        for line in code.text_content().splitlines():
            if "<data value=" in line:
                yield line.strip(), "" if code.getparent().tag == "pre" else "`+ ?"
    for image in built.root.iter("img"):
        if "<data value=" in image.get("alt", ""):
            yield image.get("alt"), r"!\["
