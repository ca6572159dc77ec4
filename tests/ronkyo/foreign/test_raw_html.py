"""Raw HTML of reports from elsewhere: what is left, and what is told."""

import re

import pytest
from lxml import html
from reading import all_text, picture, read, text_of

from ronkyo.foreign import render


def test_tables_of_html_keep_spans_and_lose_looks(report):
    parsed = report(
        '## 章\n\n<table border=1><tr><th rowspan=2 onclick="x()">a</th><th colspan=2>b</th></tr><tr><th>c</th><th>d</th></tr>'
        '<tr><td align="right" style="background:url(//x)">1</td><td>2<br>3</td><td>4</td></tr></table>\n\n表 2　数の表\n'
    )
    (figure,) = parsed.tree.root.iter("figure")
    assert text_of(figure.find("figcaption")) == "表 2 数の表"
    assert len(figure.findall(".//thead/tr")) == 2
    assert figure.find(".//th").attrib == {"rowspan": "2"}
    assert figure.find("./table/tbody/tr/th").attrib == {"style": "text-align: right", "scope": "row"}
    assert not figure.xpath(".//@onclick | .//@border")


def test_nothing_that_runs_or_loads_is_left(report):
    parsed = report(
        "## 章\n\n<script>alert(1)\n\n</script>\n\n<style>p{}</style><iframe src=//x></iframe><object data=x></object>\n\n"
        '<p onclick=alert(1) style="position:fixed;color:red">a</p><a href="javascript:alert(1)">b</a>\n\n'
        "<svg onload=alert(1)></svg><math></math><link rel=stylesheet href=//x><form action=//x><input name=y></form>\n\n"
        "</main></body><body onload=alert(1)>\n\n[c](vbscript:x) <video src=//x></video> <b>閉じない\n"
    )
    page = html.tostring(parsed.tree.root, encoding="unicode")
    assert not re.search(
        r"alert|//x|javascript|vbscript|position|onclick|onload|<(script|style|iframe|link|form|body)", page
    )
    assert 'style="color: red"' in page


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('<img DATA-LINE="abc" src="a.png" alt="絵">', "<img"),
        ('文<span class="arithmatex">hello</span>', "<p>文<span>hello</span></p>"),
        ('<div class="arithmatex">hello</div>', "<div>hello</div>"),
        ('<p data-display="yes" data-formula="0" data-kind="table">文</p>', "<p>文</p>"),
        ('<p id="fn:1">文</p>', "<p>文</p>"),
        ('<p id="page:main" id="b" ID="c">文</p>', "<p>文</p>"),
        ('<span class="missing">文</span>', "<span>文</span>"),
        ("<p title='\"&gt;&lt;b&gt;'>文</p>", "&gt;&lt;b&gt;'>文</p>"),
        ("<div>a<b である</div>", "a&lt;b である"),
    ],
)
def test_raw_html_has_no_name_of_the_engines_and_loses_no_letter(report, text, left):
    picture()
    parsed = report(f"## 章\n\n{text}\n")
    written = html.tostring(parsed.tree.root, encoding="unicode")
    assert left in written
    assert not parsed.warnings
    assert not parsed.tree.root.xpath("//*[@data-formula or @data-line or @data-display or @data-kind]")


@pytest.mark.parametrize("tag", ["script", "style", "textarea", "title", "plaintext", "xmp", "iframe", "svg", "!--"])
def test_what_is_not_closed_takes_no_text_after_it(report, tag):
    parsed = report(f"## 章\n\n文の中の <{tag}> と続き。\n\n次の段落。\n\n## 次章\n")
    assert [text_of(paragraph).split()[-1] for paragraph in parsed.tree.root.iter("p")] == ["と続き。", "次の段落。"]
    assert len(parsed.tree.headings) == 2


def test_what_is_left_out_is_told_with_its_line(report):
    parsed = report("## 章\n\n<div>\n文\n<marquee>a</marquee>\n<svg><rect/></svg>\n</div>\n\n文\n<blink>b</blink>\n")
    assert parsed.warnings == [
        "report.md:5: <marquee> is left out, what it holds stays",
        "report.md:6: <svg> is left out",
        "report.md:10: <blink> is left out, what it holds stays",
    ]
    assert all_text(parsed) == "章 文 a 文 b"


def test_what_weasyprint_says_of_a_page_is_told_and_refuses_nothing(tmp_path):
    parsed = read(tmp_path, "# A\n\n[文](#b)\n\n## B\n\n文\n")
    parsed.tree.root.append(html.Element("p", {"id": "b"}))
    paper, warnings = render.printed(tmp_path / "report.md", parsed)
    assert paper.startswith(b"%PDF")
    assert warnings == [f"{tmp_path}/report.md: PDF: Anchor defined twice: 'b'"]
