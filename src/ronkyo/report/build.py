"""Templates and results -> reports/<name>.md, .html and .pdf."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from ronkyo import files
from ronkyo.claims import ledger, lint
from ronkyo.errors import ReportError
from ronkyo.project import Project, Report
from ronkyo.report import chapters
from ronkyo.report.chapters import Reference
from ronkyo.report.origins import Origins
from ronkyo.typeset import page, pdf, tree
from ronkyo.typeset.pdf import Attachment
from ronkyo.typeset.front import Front
from ronkyo.words import Words


def build(project: Project, say: Callable[[str], None] = print) -> None:
    """Write the three forms of the report and the ledger of its claims. Raises ReportError or ParamsError, also for what
    the lint finds; then nothing of the old is lost."""
    front = front_of(project.load_report())
    say("report: templates -> Markdown")
    if findings := lint.lint_folder(project.templates, project.root):
        raise ReportError("\n".join(map(str, findings)))
    rendered = chapters.render(project)
    say("report: Markdown -> HTML")
    built = parse(project, rendered.text, rendered.references)
    for image in built.root.iter("img"):  # the Markdown stands in reports/, drawings beside the templates
        image.set("src", os.path.normpath(f"{project.relative(project.reports)}/{image.get('src')}"))
    browser = page.for_browser(built, front, project.root, sources=Origins(project))
    say("report: HTML -> PDF")
    claims = ledger.text(rendered.claims, rendered.original, rendered.values)
    inside = [
        Attachment(f"{project.name}.md", rendered.text.encode(), "What this PDF was set from", "Source"),
        Attachment("params.yaml", project.params_file.read_bytes(), "What the runs were set to", "Supplement"),
        Attachment("claims.json", claims.encode(), "Every claim, its verdict and its evidence", "Data"),
    ]
    printed = pdf.write(page.for_print(built, front), front.day, project.root, attachments=inside)
    files.write_text(project.claims_file, claims)
    files.write_text(project.report_file("md"), rendered.text)
    files.write_text(project.report_file("html"), browser)
    files.write_bytes(project.report_file("pdf"), printed)


def front_of(report: Report) -> Front:
    return Front(report.title, report.date, report.course, report.author, report.language, report.code_url)


def parse(project: Project, text: str, references: Iterable[Reference] = ()) -> tree.Tree:
    """The tree of a Markdown text; an error in it is traced back to the template that the text came from."""
    try:
        return tree.build(text, Words(project.load_report().language), project.manifest.boxes)
    except tree.FormulaError as error:
        raise ReportError(f"{chapters.template_line(project, error.tex)}: {error}") from error
    except tree.MissingTarget as error:
        place = next((entry.place for entry in references if entry.target == error.target), None)
        raise ReportError(f"{place or chapters.template_line(project, f'#{error.target}')}: {error}") from error
