"""The checks of the report fail when they should: small files with one fault each."""

import shutil
import subprocess
from pathlib import Path
from unittest.mock import Mock

import pytest
from test_pdf import ATTACHMENTS, PAGE, root, written  # noqa: F401

from ronkyo.check import __main__ as checks
from ronkyo.check import chromium, file, grey, html, lines, pages, wayfinding
from ronkyo.check.report import LEFT, RIGHT, Line, Outcome, Report, Sheet
from ronkyo.words import Words

A4 = "@page { size: A4; margin: 26mm 30.9mm 25mm }"
HEADINGS = (
    "h1 { bookmark-level: none } main h2 { bookmark-level: 1; bookmark-label: attr(data-number) ' ' attr(data-text) }"
)
ATTACHED = frozenset({"params.yaml", "day3.md", "claims.json"})
HTML = '<main><h2 id="one" data-number="1" data-text="章">章</h2><p>あいう</p></main>'


needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
needs_qpdf = pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")


@pytest.fixture
def report(root, tmp_path):  # noqa: F811
    """Writes a report of a body; the HTML that goes with it may differ, which is a fault."""

    def make(body: str = HTML, style: str = "", page: str | None = None, attachments=(), language="ja") -> Report:
        body = f"<h1>題</h1>{body}"
        (tmp_path / "report.pdf").write_bytes(written(root, body, f"{A4} {HEADINGS} {style}", attachments))
        (tmp_path / "report.html").write_text(
            PAGE.format(body=page or body, style="").replace("picture:", "data:"), encoding="utf-8"
        )
        return Report(tmp_path / "report.pdf", tmp_path / "report.html", Words(language), ATTACHED)

    return make


@needs_poppler
def test_footers(report):
    assert wayfinding.pages_end_with_their_number(report()).ok
    assert not wayfinding.pages_end_with_their_number(
        report(style="@page { @bottom-right { content: counter(page) } }")
    ).ok


HEAD = (
    '@page { @top-left { content: "題" } @top-right { content: string(chapter, start) } }'
    "@page :first { @top-left { content: none } @top-right { content: none } }"
    "main h2 { string-set: chapter attr(data-number) '　' attr(data-text) }"
)
CHAPTERS = HTML.replace(
    "</main>",
    '<h2 id="two" data-number="2" data-text="節" style="break-before: page">節</h2><p>えお</p>'
    '<h2 id="three" data-number="3" data-text="語">語</h2><p style="break-after: page">あ</p><p>い</p></main>',
)


def test_running_heads(report):
    whole = wayfinding.heads_name_the_chapter(report(CHAPTERS, HEAD))
    assert whole == Outcome(True, "2 with the report's title, 2 of them with a chapter's")
    for spoilt in (
        HEAD.replace("chapter, start", "chapter, last"),  # the chapter that begins farther down
        HEAD.replace('"題"', '"外題"'),
        HEAD.replace("@page :first", "@page :nth(9)"),
        HEAD.replace("@top-right", "@top-center"),
        HEAD.replace(" '　' attr(data-text)", ""),
        "",
    ):
        assert "p. " in wayfinding.heads_name_the_chapter(report(CHAPTERS, spoilt)).figure, spoilt


def test_outline(report):
    numbered = HTML.replace(">章<", ">1 章<")
    assert wayfinding.outline_is_the_headings(report(numbered)) == Outcome(
        True, "1 bookmarks, 1 headings, 0 on another page"
    )
    more = HTML.replace("</main>", '<h2 data-number="2" data-text="次">次</h2></main>')
    assert not wayfinding.outline_is_the_headings(report(numbered, page=more)).ok
    astray = report(numbered + '<p style="break-before: page">あ</p>')
    astray.__dict__["outline"] = [mark._replace(page=1) for mark in astray.outline]
    assert "1 on another page; wrong: 1 章" in wayfinding.outline_is_the_headings(astray).figure


def test_links(report):
    linked = HTML.replace("あいう", '<a href="#one">あいう</a>')
    assert wayfinding.links_resolve(report(linked)).ok
    assert "#two" in wayfinding.links_resolve(report(linked, page=linked.replace("#one", "#two"))).figure


def test_contents(report):
    contents = '<nav class="contents"><h2>節</h2><p><a class="c" href="#one">章</a></p></nav>'
    style = ".contents h2 { bookmark-level: 1; bookmark-label: '目次' } .contents { break-after: page }"
    assert wayfinding.contents_print_the_right_page(report(contents + HTML, style)) == Outcome(True, "1 of 1 headings")
    wrong = style + ".contents .c::after { content: leader(dotted) '7' }"
    assert (
        wayfinding.contents_print_the_right_page(report(contents + HTML, wrong)).figure == "1 of 1 headings; wrong: one"
    )
    body = contents + CHAPTERS
    assert "three is missing" in wayfinding.contents_print_the_right_page(report(body, style)).figure
    other = (contents + HTML).replace('data-text="章"', 'data-text="節"')
    assert not wayfinding.contents_print_the_right_page(report(contents + HTML, style, page=other)).ok


@needs_poppler
def test_references(report):
    figure = '<figure id="fig:a" style="{}"><p>あ</p><figcaption><b>名 1</b>え</figcaption></figure></main>'
    body = HTML.replace("あいう", '<a class="reference" href="#fig:a">名 1</a>').replace("</main>", figure)
    right, wrong = body.format(""), body.format("").replace("名 1</a>", "名 2</a>")
    assert wayfinding.references_say_what_they_lead_to(report(right)).ok
    assert "名 2 -> 名 1" in wayfinding.references_say_what_they_lead_to(report(wrong)).figure
    assert (
        "-> fig:b"
        in wayfinding.references_say_what_they_lead_to(report(right, page=right.replace("#fig:a", "#fig:b"))).figure
    )
    renumbered = right.replace("名 1", "名 3")
    assert "名 3 is not on p. 1" in wayfinding.references_say_what_they_lead_to(report(right, page=renumbered)).figure


@needs_poppler
def test_fonts(report):
    assert "+Sans" in file.has_only_the_projects_fonts(report()).figure
    assert file._is_projects_font("ABCDEF+Noto-Sans-JP-Bold CID TrueType Identity-H yes yes yes 8 0")
    assert not file._is_projects_font("ABCDEF+DejaVu-Sans CID TrueType Identity-H yes yes yes 8 0")
    assert not file._is_projects_font("ABCDEF+Noto-Sans-JP CID TrueType Identity-H yes yes no 8 0")
    assert not file._is_projects_font("ABCDEF+Noto-Sans-JP Type 3 Custom yes yes yes 8 0")


def test_files_inside(report):
    assert not file.has_provenance(report(attachments=ATTACHMENTS)).ok  # two of three


@needs_qpdf
def test_a_damaged_file_is_found(report):
    whole = report()
    assert file.is_sound(whole).ok
    assert file.is_pdf_a(whole).ok
    whole.pdf.write_bytes(whole.pdf.read_bytes().replace(b"pdfaid:part", b"pdfaid:trap"))
    assert not file.is_pdf_a(Report(whole.pdf, whole.page, whole.words)).ok
    whole.pdf.write_bytes(whole.pdf.read_bytes()[:-400])
    assert not file.is_sound(Report(whole.pdf, whole.page, whole.words)).ok


def test_a_program_that_is_missing_fails_its_check(report, monkeypatch):
    def absent(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, "run", absent)
    assert file.is_sound(Report(Path("a"), Path("b"), Words("ja"))) == Outcome(False, "qpdf is not installed")


def line(text: str, right: float = RIGHT, last: bool = True) -> Line:
    return Line(1, text, LEFT, right, last)


def outcome_of(check, *lines: Line) -> Outcome:
    made = Report(Path("a"), Path("b"), Words("ja"))
    made.__dict__["sheets"] = [Sheet(list(lines), [], 0)]
    return check(made)


def test_kinsoku():
    assert outcome_of(lines.lines_break_where_they_may, line("あいう（"), line("。あ")).figure.count("p. 1") == 2
    assert outcome_of(lines.lines_break_where_they_may, line("あいう（", last=False), line("あ。")).ok


def test_flushness():
    flush, ragged, short = line("あいう"), line("あいう", RIGHT - 8), line("あいう", LEFT + 100)
    assert outcome_of(lines.lines_are_flush, *[flush] * 19, ragged, short) == Outcome(
        True, "95.0% of 20 full lines (at least 95%)"
    )
    assert not outcome_of(lines.lines_are_flush, *[flush] * 18, ragged).ok
    assert outcome_of(lines.lines_are_flush, line("あい。", RIGHT + 5)).ok
    assert not outcome_of(lines.lines_are_flush, line("あいう", RIGHT + 5)).ok


def test_holes(report):
    spread = HTML.replace("あいう", "あ" * 20 + '{}<span style="margin-left: {}pt">' + "い" * 20 + "</span>")
    formula = '<svg class="math" width="14pt" height="1em" viewBox="0 0 14 10"><title>数式 x</title>{}</svg>'
    formula = formula.format('<path d="M 1 0 L 13 0 L 13 10 Z"/>')

    def found(*parts):
        return lines.lines_have_no_holes(report(spread.format(*parts), "body { margin: 0 }"))

    assert found("", 9) == Outcome(True, "widest blank 9.0 pt (at most 10)")
    assert "p. 1 ああ" in found("", 14).figure
    assert found(formula, 0).ok


def test_headings_at_the_foot_of_a_page(report):
    tall = '<div style="height: {}mm"></div>'
    assert pages.headings_stand_with_their_text(report(HTML.replace("<h2", tall.format(100) + "<h2"))).ok
    parted = HTML.replace("<h2", tall.format(225) + "<h2").replace("<p>", '<p style="break-before: page">')
    assert "章" in pages.headings_stand_with_their_text(report(parted, "h2 { break-after: auto }")).figure


def test_captions_parted_from_what_they_name(report):
    figure = '<figure><table><tr><td>あ</td></tr></table><figcaption style="{}">い</figcaption></figure></main>'
    assert pages.captions_stand_with_what_they_name(report(HTML.replace("</main>", figure.format("")))).ok
    parted = HTML.replace("</main>", figure.format("break-before: page"))
    assert pages.captions_stand_with_what_they_name(report(parted)) == Outcome(False, "1 captions, 1 parted")


EQUATION = (
    '<div class="equation" id="eq:a"><svg class="math" width="{0}em" height="{1}em" viewBox="0 0 {0} {1}"><title>数式 x</title>'
    '<path d="M 0 0 L {0} 0 L {0} {1} Z"/></svg><span class="equation-number">(1)</span></div>'
)
NUMBERED = (
    ".equation { position: relative; text-align: center; break-inside: avoid }"
    ".equation-number { position: absolute; right: 0; top: 50%; margin-top: -.85em }"
)


def test_equations_parted_from_their_number(report):
    body, wide, tall = (
        HTML.replace("</main>", EQUATION.format(*size) + "</main>") for size in ((9, 3), (41, 3), (9, 100))
    )
    whole = pages.equations_stand_whole_with_their_number(report(body, NUMBERED))
    assert whole == Outcome(True, "1 of 1, 1 of 1 with their number, 0 begin a page")
    first = pages.equations_stand_whole_with_their_number(report(body, NUMBERED + ".equation { break-before: page }"))
    assert first == Outcome(True, "1 of 1, 1 of 1 with their number, 1 begin a page")
    spoilt = {
        "on the next page": (body, ".equation-number { display: block; break-before: page }"),
        "below it": (body, ".equation-number { display: block; text-align: right }"),
        "at the left": (body, NUMBERED + ".equation-number { right: auto; left: 0 }"),
        "over it": (wide, NUMBERED),
        "wider than the column": (wide.replace("41", "60"), NUMBERED),
        "taller than the page": (tall, NUMBERED),
    }
    for fault, (text, style) in spoilt.items():
        outcome = pages.equations_stand_whole_with_their_number(report(text, style))
        assert not outcome.ok, fault
        assert "数式 x" in outcome.figure or "0 of 1 with" in outcome.figure, fault
    assert not pages.equations_stand_whole_with_their_number(report(body, NUMBERED, page=body + body)).ok


@needs_poppler
def test_formulas_are_copied_whole_but_for_letters_that_poppler_takes_for_one(report):
    made = report(HTML)
    formula = {"/S": "/Formula", "/ActualText": r"\overrightarrow{h} \\\\ x", "/Alt": "h x"}
    made.__dict__["reader"] = Mock(trailer={"/Root": {"/StructTreeRoot": {"/K": [Mock(get_object=lambda: formula)]}}})
    for copied, whole in ((r"\overightarow{h} \\ x", True), (r"\overightarow{h}", False)):
        made.__dict__["texts"] = [copied]
        assert pages.formulas_can_be_copied(made).ok == whole


def test_images_without_an_alternative(report):
    drawn = HTML.replace("</main>", EQUATION.format(9, 3) + "</main>")
    assert pages.images_have_alternatives(report(drawn)).ok
    assert not pages.images_have_alternatives(
        report(drawn, page=drawn + '<img src="data:image/png;base64,AA" alt="">')
    ).ok


def test_pages_left_empty(report):
    chapters = HTML.replace("</main>", '<p style="break-before: page">えお</p></main>')
    assert "p. 1" in pages.pages_are_filled(report(chapters)).figure
    lower = chapters.replace("<p>", '<p style="margin-top: 220mm">', 1)
    assert "p. 1:" not in pages.pages_are_filled(report(lower)).figure


def test_pages_of_a_submission(report):
    made = report(HTML)
    assert pages.pages_are_few(made).ok
    made.edition = "submission"
    assert pages.pages_are_few(made) == Outcome(True, "1 pages of the submission (at most 45)")


def panel(*lines):
    """A figure with lines of three points in one panel."""
    paths = "".join(f'<path clip-path="url(#p)" fill="none" d="M 0 0 L 1 1 L 2 0" {line}/>' for line in lines)
    return f'<figure id="fig:x"><svg xmlns="http://www.w3.org/2000/svg">{paths}</svg></figure>'


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        ('stroke="#7a1717"', False),
        ('stroke="#e9b44c"', True),
        ('stroke="#7a1717" stroke-dasharray="4 2"', True),
        ('stroke="#7a1717" stroke-width="2"', True),
    ],
)
def test_lines_in_grey(report, other, is_told):
    outcome = grey.lines_differ_in_grey(report(page=panel('stroke="#17407a"', other)))
    assert outcome.ok == is_told
    assert ("fig:x (#17407a #7a1717)" in outcome.figure) != is_told


@needs_poppler
def test_stray_blanks(report):
    spread = '<p>あいう<span style="margin-left: 3pt">えおあ</span></p>'
    assert lines.copied_text_has_no_stray_blanks(report(HTML.replace("<p>あいう</p>", spread * 4))).figure.startswith(
        "4"
    )
    assert (
        lines.copied_text_has_no_stray_blanks(report(HTML.replace("あいう", "あいう えおあ"))).figure == "0 (at most 3)"
    )


FACE = '<style>@font-face { font-family: x; src: url("data:font/woff2;base64,AA") }</style>'


def test_html_in_one_file(report):
    mark = "<style>p { background: url('data:image/svg+xml,%3Csvg/%3E') }</style>"
    inside = FACE + mark + '<img src="data:image/png;base64,AA" alt="x">'
    assert html.html_is_one_file(report(page=inside)) == Outcome(True, "1 fonts inside, 0 files outside")
    sheets = [f"<style>{rule}</style>" for rule in ("@import 'x.png'", "p { background: url('x.png') }")]
    for outside in ('<img src="x.png" alt="x">', '<img srcset="x.png 2x" alt="x">', *sheets):
        assert "x.png" in html.html_is_one_file(report(page=FACE + outside)).figure, outside
    assert not html.html_is_one_file(report(page="<p>あ</p>")).ok  # the fonts are elsewhere


def test_html_that_is_too_large(report, monkeypatch):
    assert html.html_is_small(report()).ok
    monkeypatch.setattr(html, "LARGEST", 100)
    assert not html.html_is_small(report()).ok


@pytest.mark.skipif(chromium.PROGRAM is None, reason="no chromium on this machine")
def test_html_on_a_phone(report):
    table = "<table id='a'><tr><td style='min-width: 900px'>あ</td></tr></table>"
    narrow = '<meta name="viewport" content="width=device-width">'

    def whole(page):
        return html.html_is_whole_on_a_phone(report(page=narrow + page))

    assert whole(f"<div style='overflow-x: auto'>{table}</div>").ok
    assert "1 tables and formulas cut off; wrong: a" in whole(table).figure
    assert "1 tables and formulas cut off; wrong: a" in whole(f"<div style='overflow: hidden'>{table}</div>").figure
    assert not whole("<p style='width: 900px'>あ</p>").ok


def test_html_that_a_validator_has_words_about(report, tmp_path, monkeypatch):
    told = []
    done = lambda *_: subprocess.CompletedProcess([], 1 if told else 0, "", "\n".join(told))  # noqa: E731
    monkeypatch.setattr(html, "run", done)
    valid = report()
    valid.validator = tmp_path / "report.html"
    assert html.html_is_valid(valid).ok
    told.append("error: CSS: “position-area”: Property “position-area” doesn't exist.")
    assert html.html_is_valid(valid).ok
    told.append("error: CSS: “colour”: Property “colour” doesn't exist.")
    assert html.html_is_valid(valid).figure.startswith("1 errors; wrong: error: CSS: “colour”")


def test_html_that_needs_a_script(report):
    assert html.html_needs_no_script(report()) == Outcome(True, "0 scripts")
    for scripted in (
        "<script>1</script>",
        '<p onclick="f()">あ</p>',
        '<a href="javascript:f()">あ</a>',
        "<main><p hidden>あ</p></main>",
    ):
        assert not html.html_needs_no_script(report(page=scripted)).ok, scripted


def test_a_short_report_in_english_fails_no_check_for_what_it_has_not(report):
    """One page, no line of Japanese from edge to edge, no caption, no link, no figure."""
    short = report(HTML.replace("あいう", "words"), "@page { @top-left { content: none } }", language="en")
    for check in (
        wayfinding.heads_name_the_chapter,
        wayfinding.links_resolve,
        wayfinding.references_say_what_they_lead_to,
        lines.lines_are_flush,
        lines.lines_have_no_holes,
        lines.lines_break_where_they_may,
        pages.captions_stand_with_what_they_name,
        pages.equations_stand_whole_with_their_number,
        pages.images_have_alternatives,
    ):
        assert check(short).ok, check.__name__


@needs_poppler
def test_references_and_equations_are_known_by_the_words_of_the_language(report):
    equation = EQUATION.format(9, 3).replace("数式 x", "formula x")
    body = HTML.replace("あいう", '<a class="reference" href="#eq:a">{} (1)</a>').replace(
        "</main>", equation + "</main>"
    )
    english = report(body.format("Equation"), NUMBERED, language="en")
    assert wayfinding.references_say_what_they_lead_to(english).ok
    assert pages.equations_stand_whole_with_their_number(english).ok
    assert not wayfinding.references_say_what_they_lead_to(report(body.format("式"), NUMBERED, language="en")).ok
    assert not pages.equations_stand_whole_with_their_number(report(body.format("式"), NUMBERED)).ok


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('[tool.ronkyo]\nname = "trial"\npackage = "trial"\n')
    front = "language: en, title: T, course: C, author: A, date: '2024-06-16', code_url: ."
    (tmp_path / "params.yaml").write_text(f"report: {{{front}}}\n")
    monkeypatch.chdir(tmp_path)


def test_the_command_measures_the_projects_report_in_its_language(project, report, monkeypatch, capsys):
    assert checks.main([]) == 1
    expected = "reports/trial.pdf: expected the built report, found no such file; run: ronkyo repro\n"
    assert capsys.readouterr().err.endswith(expected)
    made = report()
    measured = []
    monkeypatch.setattr(checks, "CHECKS", {"footers": lambda of: measured.append(of) or Outcome(True, "1 pages")})
    assert checks.main([str(made.pdf), str(made.page)]) == 0
    assert capsys.readouterr().out.splitlines() == ["ok   footers              1 pages", "1 of 1 checks passed"]
    assert measured[0].words.language == "en"
    assert measured[0].attached == {"claims.json", "trial.md", "params.yaml"}


@pytest.mark.usefixtures("project")
def test_the_command_knows_an_edition_by_the_files_name(report, monkeypatch):
    made, measured = report(), []
    monkeypatch.setattr(checks, "CHECKS", {"footers": lambda of: measured.append(of.edition) or Outcome(True, "")})
    Path("reports").mkdir(exist_ok=True)
    for name in ("trial-full", "trial-submission"):
        shutil.copy(made.pdf, f"reports/{name}.pdf")
        checks.main([f"reports/{name}.pdf", str(made.page)])
    assert measured == ["full", "submission"]
