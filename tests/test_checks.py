"""The checks of the report fail when they should: small files with one fault each."""

import subprocess
from pathlib import Path

import pytest
from test_pdf import ATTACHMENTS, PAGE, root, written  # noqa: F401

from day3.report import checks
from day3.report.checks import Line, Outcome, Report

A4 = "@page { size: A4; margin: 26mm 30.9mm 25mm }"
HEADINGS = (
    "h1 { bookmark-level: none } main h2 { bookmark-level: 1; bookmark-label: attr(data-number) ' ' attr(data-text) }"
)
HTML = '<main><h2 id="one" data-number="1" data-text="章">章</h2><p>あいう</p></main>'


@pytest.fixture
def report(root, tmp_path):  # noqa: F811
    """Writes a report of a body; the HTML that goes with it may differ, which is a fault."""

    def make(body: str = HTML, style: str = "", page: str | None = None, attachments=()) -> Report:
        body = f"<h1>題</h1>{body}"
        (tmp_path / "report.pdf").write_bytes(written(root, body, f"{A4} {HEADINGS} {style}", attachments))
        (tmp_path / "report.html").write_text(
            PAGE.format(body=page or body, style="").replace("project:", "data:"), encoding="utf-8"
        )
        return Report(tmp_path / "report.pdf", tmp_path / "report.html")

    return make


def test_footers(report):
    assert checks.pages_end_with_their_number(report()).ok
    assert not checks.pages_end_with_their_number(report(style="@page { @bottom-right { content: counter(page) } }")).ok


def test_outline(report):
    assert checks.outline_is_the_headings(report()) == Outcome(True, "1 bookmarks, 1 headings")
    more = HTML.replace("</main>", '<h2 data-number="2" data-text="次">次</h2></main>')
    assert not checks.outline_is_the_headings(report(page=more)).ok


def test_links(report):
    linked = HTML.replace("あいう", '<a href="#one">あいう</a>')
    assert checks.links_resolve(report(linked)).ok
    assert "#two" in checks.links_resolve(report(linked, page=linked.replace("#one", "#two"))).figure


def test_fonts(report):
    assert "+Sans" in checks.has_only_the_projects_fonts(report()).figure
    assert checks._is_projects_font("ABCDEF+Noto-Sans-JP-Bold CID TrueType Identity-H yes yes yes 8 0")
    assert not checks._is_projects_font("ABCDEF+DejaVu-Sans CID TrueType Identity-H yes yes yes 8 0")
    assert not checks._is_projects_font("ABCDEF+Noto-Sans-JP CID TrueType Identity-H yes yes no 8 0")
    assert not checks._is_projects_font("ABCDEF+Noto-Sans-JP Type 3 Custom yes yes yes 8 0")


def test_files_inside(report):
    assert not checks.has_provenance(report(attachments=ATTACHMENTS)).ok  # two of three


def test_a_damaged_file_is_found(report):
    whole = report()
    assert checks.is_sound(whole).ok
    assert checks.is_pdf_a(whole).ok
    whole.pdf.write_bytes(whole.pdf.read_bytes().replace(b"pdfaid:part", b"pdfaid:trap"))
    assert not checks.is_pdf_a(Report(whole.pdf, whole.page)).ok
    whole.pdf.write_bytes(whole.pdf.read_bytes()[:-400])
    assert not checks.is_sound(Report(whole.pdf, whole.page)).ok


def test_a_program_that_is_missing_fails_its_check(report, monkeypatch):
    def absent(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, "run", absent)
    assert checks.is_sound(Report(Path("a"), Path("b"))) == Outcome(False, "qpdf is not installed")


def line(text: str, right: float = checks.RIGHT, last: bool = True) -> Line:
    return Line(1, text, checks.LEFT, right, last)


def outcome_of(check, *lines: Line) -> Outcome:
    made = Report(Path("a"), Path("b"))
    made.__dict__["sheets"] = [checks.Sheet(list(lines), [], 0)]
    return check(made)


def test_kinsoku():
    assert outcome_of(checks.lines_break_where_they_may, line("あいう（"), line("。あ")).figure.count("p. 1") == 2
    assert outcome_of(checks.lines_break_where_they_may, line("あいう（", last=False), line("あ。")).ok


def test_flushness():
    flush, ragged, short = line("あいう"), line("あいう", checks.RIGHT - 8), line("あいう", checks.LEFT + 100)
    assert outcome_of(checks.lines_are_flush, *[flush] * 19, ragged, short) == Outcome(
        True, "95.0% of 20 full lines (at least 95%)"
    )
    assert not outcome_of(checks.lines_are_flush, *[flush] * 18, ragged).ok
    assert outcome_of(checks.lines_are_flush, line("あい。", checks.RIGHT + 5)).ok
    assert not outcome_of(checks.lines_are_flush, line("あいう", checks.RIGHT + 5)).ok


def test_headings_at_the_foot_of_a_page(report):
    tall = '<div style="height: {}mm"></div>'
    assert checks.headings_stand_with_their_text(report(HTML.replace("<h2", tall.format(100) + "<h2"))).ok
    parted = HTML.replace("<h2", tall.format(225) + "<h2").replace("<p>", '<p style="break-before: page">')
    assert "章" in checks.headings_stand_with_their_text(report(parted, "h2 { break-after: auto }")).figure


def test_captions_parted_from_what_they_name(report):
    figure = '<figure><table><tr><td>あ</td></tr></table><figcaption style="{}">い</figcaption></figure></main>'
    assert checks.captions_stand_with_what_they_name(report(HTML.replace("</main>", figure.format("")))).ok
    parted = HTML.replace("</main>", figure.format("break-before: page"))
    assert checks.captions_stand_with_what_they_name(report(parted)) == Outcome(False, "1 captions, 1 parted")


def test_pages_left_empty(report):
    chapters = HTML.replace("</main>", '<p style="break-before: page">えお</p></main>')
    assert "p. 1" in checks.pages_are_filled(report(chapters)).figure
    assert checks.pages_are_filled(report(HTML.replace("<p>", '<p style="margin-top: 120mm">'))).ok


def test_stray_blanks(report):
    spread = '<p>あいう<span style="margin-left: 3pt">えおあ</span></p>'
    assert checks.copied_text_has_no_stray_blanks(report(HTML.replace("<p>あいう</p>", spread * 4))).figure.startswith(
        "4"
    )
    assert (
        checks.copied_text_has_no_stray_blanks(report(HTML.replace("あいう", "あいう えおあ"))).figure
        == "0 (at most 3)"
    )


def test_html_in_one_file(report):
    assert checks.html_is_one_file(report(page='<img src="data:image/png;base64,AA" alt="x">')).figure.endswith(
        "0 files outside"
    )
    assert "x.png" in checks.html_is_one_file(report(page='<img src="x.png" alt="x">')).figure
