"""The checks of the report fail when they should: small files with one fault each."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_pdf import ATTACHMENTS, PAGE, root, written  # noqa: F401

from ronkyo.check import checks
from ronkyo.check.checks import Line, Outcome, Report
from ronkyo.typeset import pdf

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
    whole = checks.heads_name_the_chapter(report(CHAPTERS, HEAD))
    assert whole == Outcome(True, "2 with the report's title, 2 of them with a chapter's")
    for spoilt in (
        HEAD.replace("chapter, start", "chapter, last"),  # the chapter that begins farther down
        HEAD.replace('"題"', '"外題"'),
        HEAD.replace("@page :first", "@page :nth(9)"),
        HEAD.replace("@top-right", "@top-center"),
        HEAD.replace(" '　' attr(data-text)", ""),
        "",
    ):
        assert "p. " in checks.heads_name_the_chapter(report(CHAPTERS, spoilt)).figure, spoilt


def test_outline(report):
    numbered = HTML.replace(">章<", ">1 章<")
    assert checks.outline_is_the_headings(report(numbered)) == Outcome(
        True, "1 bookmarks, 1 headings, 0 on another page"
    )
    more = HTML.replace("</main>", '<h2 data-number="2" data-text="次">次</h2></main>')
    assert not checks.outline_is_the_headings(report(numbered, page=more)).ok
    astray = report(numbered + '<p style="break-before: page">あ</p>')
    astray.__dict__["outline"] = [mark._replace(page=1) for mark in astray.outline]
    assert "1 on another page; wrong: 1 章" in checks.outline_is_the_headings(astray).figure


def test_links(report):
    linked = HTML.replace("あいう", '<a href="#one">あいう</a>')
    assert checks.links_resolve(report(linked)).ok
    assert "#two" in checks.links_resolve(report(linked, page=linked.replace("#one", "#two"))).figure


def test_contents(report):
    contents = '<nav class="contents"><h2>節</h2><p><a class="c" href="#one">章</a></p></nav>'
    style = ".contents h2 { bookmark-level: 1; bookmark-label: '目次' } .contents { break-after: page }"
    assert checks.contents_print_the_right_page(report(contents + HTML, style)) == Outcome(True, "1 of 1 headings")
    wrong = style + ".contents .c::after { content: leader(dotted) '7' }"
    assert checks.contents_print_the_right_page(report(contents + HTML, wrong)).figure == "1 of 1 headings; wrong: one"
    body = contents + CHAPTERS
    assert "three is missing" in checks.contents_print_the_right_page(report(body, style)).figure
    other = (contents + HTML).replace('data-text="章"', 'data-text="節"')
    assert not checks.contents_print_the_right_page(report(contents + HTML, style, page=other)).ok


def test_references(report):
    figure = '<figure id="fig:a" style="{}"><p>あ</p><figcaption><b>名 1</b>え</figcaption></figure></main>'
    body = HTML.replace("あいう", '<a class="reference" href="#fig:a">名 1</a>').replace("</main>", figure)
    right, wrong = body.format(""), body.format("").replace("名 1</a>", "名 2</a>")
    assert checks.references_say_what_they_lead_to(report(right)).ok
    assert "名 2 -> 名 1" in checks.references_say_what_they_lead_to(report(wrong)).figure
    assert (
        "-> fig:b"
        in checks.references_say_what_they_lead_to(report(right, page=right.replace("#fig:a", "#fig:b"))).figure
    )
    renumbered = right.replace("名 1", "名 3")
    assert "名 3 is not on p. 1" in checks.references_say_what_they_lead_to(report(right, page=renumbered)).figure


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


def test_holes(report):
    spread = HTML.replace("あいう", "あ" * 20 + '{}<span style="margin-left: {}pt">' + "い" * 20 + "</span>")
    formula = '<svg class="math" width="14pt" height="1em" viewBox="0 0 14 10"><title>数式 x</title>{}</svg>'
    formula = formula.format('<path d="M 1 0 L 13 0 L 13 10 Z"/>')

    def found(*parts):
        return checks.lines_have_no_holes(report(spread.format(*parts), "body { margin: 0 }"))

    assert found("", 9) == Outcome(True, "widest blank 9.0 pt (at most 10)")
    assert "p. 1 ああ" in found("", 14).figure
    assert found(formula, 0).ok


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
    whole = checks.equations_stand_whole_with_their_number(report(body, NUMBERED))
    assert whole == Outcome(True, "1 of 1, 1 of 1 with their number, 0 begin a page")
    first = checks.equations_stand_whole_with_their_number(report(body, NUMBERED + ".equation { break-before: page }"))
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
        outcome = checks.equations_stand_whole_with_their_number(report(text, style))
        assert not outcome.ok, fault
        assert "数式 x" in outcome.figure or "0 of 1 with" in outcome.figure, fault
    assert not checks.equations_stand_whole_with_their_number(report(body, NUMBERED, page=body + body)).ok


def test_images_without_an_alternative(report):
    drawn = HTML.replace("</main>", EQUATION.format(9, 3) + "</main>")
    assert checks.images_have_alternatives(report(drawn)).ok
    assert not checks.images_have_alternatives(
        report(drawn, page=drawn + '<img src="data:image/png;base64,AA" alt="">')
    ).ok


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


FACE = '<style>@font-face { font-family: x; src: url("data:font/woff2;base64,AA") }</style>'


def test_html_in_one_file(report):
    inside = FACE + '<img src="data:image/png;base64,AA" alt="x">'
    assert checks.html_is_one_file(report(page=inside)) == Outcome(True, "0.0 MB, 1 fonts inside, 0 files outside")
    for outside in ('<img src="x.png" alt="x">', '<img srcset="x.png 2x" alt="x">', "<style>@import 'x.png'</style>"):
        assert "x.png" in checks.html_is_one_file(report(page=FACE + outside)).figure, outside
    assert not checks.html_is_one_file(report(page="<p>あ</p>")).ok  # the fonts are elsewhere


def test_html_that_needs_a_script(report):
    assert checks.html_needs_no_script(report()) == Outcome(True, "0 scripts")
    for scripted in (
        "<script>1</script>",
        '<p onclick="f()">あ</p>',
        '<a href="javascript:f()">あ</a>',
        "<main><p hidden>あ</p></main>",
    ):
        assert not checks.html_needs_no_script(report(page=scripted)).ok, scripted


def test_faults_that_go_through(monkeypatch):
    unread = Report(Path("a"), Path("b"))
    assert checks.faults_stop_the_build(unread) == Outcome(True, "4 of 4 end it with template and line")
    with monkeypatch.context() as patch:
        patch.setattr(checks.build, "parse", lambda *_: None)
        figure = checks.faults_stop_the_build(unread).figure
        assert (
            figure
            == "2 of 4 end it with template and line; wrong: bad TeX goes through, an unknown reference goes through"
        )
    monkeypatch.setattr(checks.document, "_place", lambda *_: "somewhere")
    assert "an unknown metric: somewhere: " in checks.faults_stop_the_build(unread).figure


def test_a_log_that_nobody_reads(monkeypatch):
    unread = Report(Path("a"), Path("b"))
    assert checks.complaints_stop_the_build(unread).ok
    monkeypatch.setattr(pdf, "_strict_log", contextmanager(lambda: iter([[]])))
    assert not checks.complaints_stop_the_build(unread).ok


def test_the_command(report, monkeypatch, capsys):
    with pytest.raises(
        SystemExit, match=r"^nowhere\.pdf: expected the built report, found no such file; make report builds it$"
    ):
        checks.main(["nowhere.pdf"])
    with pytest.raises(SystemExit) as done:
        checks.main(["--help"])
    assert done.value.code == 0
    assert "reports/day3.pdf" in capsys.readouterr().out
    made = report()
    monkeypatch.setattr(checks, "CHECKS", {"footers": checks.pages_end_with_their_number})
    assert checks.main([str(made.pdf), str(made.page)]) == 0
    assert capsys.readouterr().out.splitlines() == ["ok   footers              1 pages", "1 of 1 checks passed"]
