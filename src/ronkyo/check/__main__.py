"""Is the built report typeset as it should be? `python -m ronkyo.check [PDF HTML]`, from a project.

Every line of the list is a check of the finished files by programs that others wrote (validators, poppler, pypdf,
pdfplumber); it prints what was measured, and the exit status is 1 if one fails. Needs the extra `check`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from ronkyo.editions import Edition
from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.words import Words

try:
    from ronkyo.check import file, grey, html, lines, pages, wayfinding
    from ronkyo.check.report import Outcome, Report
except ModuleNotFoundError as error:
    sys.exit(f"ronkyo.check: expected {error.name}, which is not installed: pip install 'ronkyo[check]'")

CHECKS: dict[str, Callable[[Report], Outcome]] = {
    "PDF/A-3a": file.is_pdf_a,
    "PDF/UA-1": file.is_pdf_ua,
    "qpdf --check": file.is_sound,
    "outloud": file.reads_aloud,
    "fonts": file.has_only_the_projects_fonts,
    "true rasters only": file.has_only_true_rasters,
    "files inside": file.has_provenance,
    "footers n/N": wayfinding.pages_end_with_their_number,
    "running heads": wayfinding.heads_name_the_chapter,
    "outline = headings": wayfinding.outline_is_the_headings,
    "internal links": wayfinding.links_resolve,
    "contents' pages": wayfinding.contents_print_the_right_page,
    "references": wayfinding.references_say_what_they_lead_to,
    "flush lines": lines.lines_are_flush,
    "no holes in lines": lines.lines_have_no_holes,
    "kinsoku": lines.lines_break_where_they_may,
    "stray blanks": lines.copied_text_has_no_stray_blanks,
    "headings with text": pages.headings_stand_with_their_text,
    "captions": pages.captions_stand_with_what_they_name,
    "equations": pages.equations_stand_whole_with_their_number,
    "alternative texts": pages.images_have_alternatives,
    "pages": pages.pages_are_few,
    "pages filled": pages.pages_are_filled,
    "formulas copied": pages.formulas_can_be_copied,
    "lines in grey": grey.lines_differ_in_grey,
    "HTML valid": html.html_is_valid,
    "HTML in one file": html.html_is_one_file,
    "HTML without scripts": html.html_needs_no_script,
    "HTML small": html.html_is_small,
    "HTML on a phone": html.html_is_whole_on_a_phone,
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ronkyo.check", description="Measure how the built report is typeset; 1 if a check fails."
    )
    parser.add_argument("pdf", nargs="?", type=Path, help="default: the project's, reports/NAME.pdf")
    parser.add_argument("html", nargs="?", type=Path, help="default: the project's, reports/NAME.html")
    options = parser.parse_args(arguments)
    try:
        report = _report(Project.find(), options.pdf, options.html)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    failed = 0
    for name, check in CHECKS.items():
        outcome = check(report)
        failed += not outcome.ok
        print(f"{'ok  ' if outcome.ok else 'FAIL'} {name:20} {outcome.figure}", flush=True)
    print(f"{len(CHECKS) - failed} of {len(CHECKS)} checks passed")
    return min(failed, 1)


def _report(project: Project, pdf: Path | None, page: Path | None) -> Report:
    pdf, page = pdf or project.report_file("pdf"), page or project.report_file("html")
    for path in (pdf, page):
        if not path.is_file():
            raise UserError(f"{path}: expected the built report, found no such file; run: ronkyo repro")
    attached = frozenset({"claims.json", f"{project.name}.md", "params.yaml"})
    validator = project.root / "build/check/node_modules/vnu-jar/build/dist/vnu.jar"
    settings = project.load_report()
    edition = settings.edition
    for other in get_args(Edition):
        if pdf.resolve() == project.edition_file(other).resolve():
            edition = other
    return Report(pdf, page, Words(settings.language), attached, validator, edition)


if __name__ == "__main__":
    sys.exit(main())
