"""Templates and results -> reports/day3.md, day3.html and day3.pdf."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from day3 import params, runs
from day3.report import document, ledger, lint, page, pdf, tree
from day3.report.archive import Attachment
from day3.report.document import Reference, ReportError


def build(templates: Path = document.TEMPLATES, say: Callable[[str], None] = print) -> None:
    """Write the three forms of the report and the ledger of its claims. Raises ReportError or ParamsError, also for what
    the lint finds; then nothing of the old is lost."""
    settings = params.load()["report"]
    say("report: templates -> Markdown")
    if findings := lint.lint_folder(templates):
        raise ReportError("\n".join(map(str, findings)))
    rendered = document.render(templates)
    say("report: Markdown -> HTML")
    built = parse(rendered.text, templates, rendered.references)
    browser = page.for_browser(built, settings, templates)
    say("report: HTML -> PDF")
    claims = ledger.text(rendered.claims, rendered.original, rendered.values)
    inside = [
        Attachment("day3.md", rendered.text.encode(), "What this PDF was set from", "Source"),
        Attachment("params.yaml", params.FILE.read_bytes(), "What the runs were set to", "Supplement"),
        Attachment("claims.json", claims.encode(), "Every claim, its verdict and its evidence", "Data"),
    ]
    printed = pdf.write(page.for_print(built, settings, templates), settings.date, attachments=inside)
    runs.write_text(ledger.FILE, claims)
    runs.write_text(runs.REPORTS / "day3.md", rendered.text)
    runs.write_text(runs.REPORTS / "day3.html", browser)
    runs.write_bytes(runs.REPORTS / "day3.pdf", printed)


def parse(text: str, templates: Path, references: Iterable[Reference] = ()) -> tree.Tree:
    """The tree of a Markdown text; an error in it is traced back to the template that the text came from."""
    try:
        return tree.build(text)
    except tree.FormulaError as error:
        raise ReportError(f"{document.template_line(templates, error.tex)}: {error}") from error
    except tree.ReferenceError as error:
        place = next((entry.place for entry in references if entry.target == error.target), None)
        raise ReportError(f"{place or document.template_line(templates, f'#{error.target}')}: {error}") from error
