"""Raw HTML and links of reports from elsewhere."""

import re
import time

import pypdfium2
import pytest
from lxml import html
from reading import inner, read, text_of, warned

from ronkyo.foreign import render


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<kbd>Ctrl</kbd>+<kbd>C</kbd>", "<p><kbd>Ctrl</kbd>+<kbd>C</kbd></p>"),
        ("<center>真ん中</center>", '<div style="text-align: center">真ん中</div>'),
        (
            "<center>\n\n**真ん中**\n\n</center>",
            '<div style="text-align: center"> <p><strong>真ん中</strong></p> </div>',
        ),
        ("<p align=right>右</p>", '<p style="text-align: right">右</p>'),
        ("<font color='#ff0000'>赤</font>字", '<p><span style="color: #ff0000">赤</span>字</p>'),
        ("<font color=red>\n\n赤\n\n</font>", '<div style="color: red"> <p>赤</p> </div>'),
        ("<b>\n\n太\n\n</b>", '<div style="font-weight: bold"> <p>太</p> </div>'),
        ("<tt>x</tt><big>大</big><strike>消</strike>", "<p><code>x</code><span>大</span><s>消</s></p>"),
        (
            "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>",
            "<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby></p>",
        ),
        ("| a |\n|---|\n| 一<br>二</br>三 |", "<td>一<br>二<br>三</td>"),
        (
            '<span style="color:rgb(1, 2, 3);position:fixed">字</span>',
            '<p><span style="color: rgb(1, 2, 3)">字</span></p>',
        ),
        ("<abbr title='HyperText'>HT</abbr>", '<p><abbr title="HyperText">HT</abbr></p>'),
        ("文<a id='x'/>続き", '<p>文<span id="x"></span>続き</p>'),
        ("<div>\n\n- 項\n  <div>\n\n  中\n\n  </div>\n\n</div>", "<ul> <li>項"),
        ("長い<wbr>語と<hr>線", "<p>長い語と</p>"),
        ("値<!-- 注\n釈 -->は", "<p>値は</p>"),
        ("<div>a < b & c > d <3</div>", "a &lt; b &amp; c &gt; d &lt;3"),
    ],
)
def test_html_that_reports_need_stays(tmp_path, text, shown):
    parsed = read(tmp_path, f"## 章\n\n{text}\n")
    assert shown in inner(parsed)
    assert not parsed.warnings


def test_details_keep_their_summary_and_what_is_markdown_in_them(tmp_path):
    parsed = read(
        tmp_path, "## 章\n\n<details open><summary>答え</summary>\n\n**42**\n\n```\ncode\n```\n\n</details>\n\n後\n"
    )
    details = parsed.tree.root.find("details")
    assert text_of(details.find("summary")) == "答え"
    assert text_of(details.find("p/strong")) == "42"
    assert details.find(".//pre") is not None
    assert text_of(parsed.tree.root[-1]) == "後"


@pytest.mark.parametrize(
    "heading",
    [
        '## <a name="x"></a>章',
        '## 章 <a id="x"></a>',
        '## <a name="x">章</a>',
        '<h2><a name="x"></a>章</h2>',
        '<h2 id="x">章</h2>',
        '<a name="x"></a>\n\n## 章',
        '## <span id="x">章</span>',
        '## 1. <a name="x"></a>章\n\n文\n\n## 2. 次',
    ],
)
def test_anchors_are_kept_wherever_they_stand(tmp_path, heading):
    parsed = read(tmp_path, f"{heading}\n\n[ここ](#x)\n")
    (target,) = parsed.tree.root.xpath("//a/@href")
    assert parsed.tree.root.xpath(f'//*[@id="{target[1:]}"]')
    assert parsed.tree.headings[0].text.removeprefix("1. ") == "章"
    assert not parsed.warnings


@pytest.mark.parametrize(
    ("rows", "head"),
    [
        ('<tr><th rowspan="2">A</th><th colspan="2">B</th></tr><tr><td>1</td><td>2</td></tr>', 0),
        ("<tr><th rowspan=2>A</th><th colspan=2>B</th></tr><tr><th>1</th><th>2</th></tr><tr><td>x<td>y<td>z</tr>", 2),
        ("<tr><th rowspan=3>A</th><th>B</th></tr><tr><th>C</th></tr><tr><td>1</td></tr>", 0),
        ("<thead><tr><th>A</th></tr></thead><tr><td rowspan=2>1</td></tr><tr></tr>", 1),
        ("<tr><th>A</th></tr><tr><th rowspan=2>B</th></tr><tr><td>1</td></tr>", 0),
        ("<tr><td>A</td></tr>", 0),
    ],
)
def test_a_head_has_the_rows_that_its_cells_reach(tmp_path, rows, head):
    parsed = read(tmp_path, f"## 章\n\n<table>\n{rows}\n</table>\n")
    assert len(parsed.tree.root.findall(".//thead/tr")) == head
    written = re.sub("<[^>]*>", " ", rows).split()
    assert [text_of(cell) for cell in parsed.tree.root.xpath("//th | //td")] == written


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('<link rel="stylesheet" href="//x">\n<style>\n:root {\n    /* 字 */\n\n    /* --font: ; */\n}\n</style>', 4),
        ("<style>\np { color: red }\n\n\n.a > b { }\n</style>", 3),
        ("文 <style>p { color: red }</style>", 3),
        ("- 項\n\n  <style>\n  p {}\n\n  q {}\n  </style>", 5),
        ("<div>\n<STYLE type='text/css'>\n<!--\np {}\n-->\n</STYLE>\n</div>", 4),
        ("<script>\nlet a = '<p>p {}</p>';\n\n</script>", 3),
    ],
)
def test_a_style_is_never_text(tmp_path, text, line):
    parsed = read(tmp_path, f"## 章\n\n{text}\n\n本文。\n")
    assert text_of(parsed.tree.root).replace(" ", "") in ("章本文。", "章文本文。", "章項本文。")
    (warning,) = warned(parsed)
    assert re.fullmatch(rf"{line}: <(style|script)> is left out", warning)


@pytest.mark.parametrize(
    "tag", ["script", "style", "svg", "textarea", "title", "plaintext", "xmp", "select", "template"]
)
def test_what_is_never_closed_takes_nothing_with_it(tmp_path, tag):
    parsed = read(tmp_path, f"## 章\n\n文の中の <{tag}> と続き。\n\n`</{tag}>` の段落。\n\n## 次章\n")
    assert text_of(parsed.tree.root) == f"章 文の中の と続き。 </{tag}> の段落。 次章"
    assert warned(parsed) == [f"3: <{tag}> is left out"]


def test_each_element_that_goes_is_told_of_once_with_its_line(tmp_path):
    parsed = read(
        tmp_path,
        "## 章\n\n<div>\n<marquee>a</marquee>\n<svg><g><rect/></g><svg></svg><b>x</b></svg>\n</div>\n\n文\n<blink>b</blink>\n"
        '<iframe src="//x"/>\n<video controls>\n<source src=a>\n</video>\n<td>c</td><b onclick="x()">d</b>\n',
    )
    assert sorted(warned(parsed)) == [
        "10: <iframe> is left out",
        "11: <video> is left out",
        "14: <td> is left out, what it holds stays",
        "14: onclick of <b> is left out",
        "4: <marquee> is left out, what it holds stays",
        "5: <svg> is left out",
        "9: <blink> is left out, what it holds stays",
    ]
    assert text_of(parsed.tree.root).replace(" ", "") == "章a文bcd"


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='java\tscript:alert(1)'>a</a>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    '<div style="background:url(//alert/1);behavior:url(x)">a</div>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<p title='x' / onclick=alert(1)>a</p>",
    "<b/onclick=alert(1)>a</b>",
    '<a b=c"><img data-formula="0" class="arithmatex" src=alert:1>" d>a</a>',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<base href=//alert><meta http-equiv=refresh content='0;url=//alert'><link rel=stylesheet href=//alert>",
    "<form action=//alert><button formaction=//alert>a</button></form>",
    "[a](javascript:alert(1)) [b](data:text/html,alert(1)) ![c](javascript:alert(1))",
    "<object data=//alert><embed src=//alert></object>",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_runs_or_loads_is_left(tmp_path, text):
    root = read(tmp_path, f"## 章\n\n{text}\n\n後の文。\n").tree.root
    for element in root.iter():
        assert element.tag not in ("script", "style", "iframe", "svg", "math", "form", "base", "meta", "link", "object")
        for key, value in element.attrib.items():
            assert not key.startswith("on")
            assert "alert" not in value
    assert not root.xpath("//*[@data-formula]")
    assert text_of(root).endswith("後の文。")


@pytest.mark.parametrize("element", ["div", "span", "blockquote", "b", "font", "section", "ul"])
def test_elements_in_each_other_are_kept_to_a_hundred_and_no_text_is_lost(tmp_path, element):
    text = f"## 章\n\n{{}}底{f'</{element}>'}\n\n後\n"
    parsed = read(tmp_path, text.format(f"<{element}>" * 90))
    assert text_of(parsed.tree.root) == "章 底 後"
    assert not parsed.warnings
    parsed = read(tmp_path, text.format(f"\n<{element}>" * 3000))
    assert text_of(parsed.tree.root) == "章 底 後"
    (warning,) = warned(parsed)
    assert "more than 100 elements in each other" in warning
    assert warning.startswith(("103:", "104:"))


@pytest.mark.parametrize(
    "piece", ["<div>", "<b>", "<table><tr><td>", "</div>", "<p>", "<svg>", "<style>", "<a id=x>", "<td>"]
)
def test_time_grows_with_the_length(tmp_path, piece):
    start = time.process_time()
    read(tmp_path, f"## 章\n\n{piece * 20000}\n")
    assert time.process_time() - start < 10


def test_links_to_files_beside_the_report_stay_and_lead_there_from_another_folder(tmp_path):
    text = "## 章\n\n[a](data.csv) [b](../day2/r.md#c) [c](src\\a.ipynb) [d](<資料 1.pdf>) <a href='x.html'>e</a> [f](./g?h=1)\n"
    parsed = read(tmp_path, text)
    links = ["data.csv", "../day2/r.md#c", "src/a.ipynb", "%E8%B3%87%E6%96%99%201.pdf", "x.html", "./g?h=1"]
    assert parsed.tree.root.xpath("//p/a/@href") == links
    assert not parsed.warnings
    render.render(tmp_path / "report.md", tmp_path / "out/deep", "ja", say=lambda _: None)
    page = html.fromstring((tmp_path / "out/deep/report.html").read_text(encoding="utf-8"))
    assert page.xpath("//main/p/a/@href") == [f"../../{link}" for link in links]


@pytest.mark.parametrize("address", ["C:\\a.txt", "file:///etc/passwd", "/a/b", "//x/y", "data:text/html,x", "ftp:x"])
def test_a_link_that_leads_nowhere_from_the_report_is_told_of(tmp_path, address):
    parsed = read(tmp_path, f"## 章\n\n文\n<a href='{address}'>こ</a>\n")
    assert not parsed.tree.root.xpath("//a")
    (warning,) = warned(parsed)
    assert warning.startswith("4: ")
    assert warning.endswith("it becomes text")


@pytest.mark.parametrize(
    ("link", "fault"), [("[a]()", "without an address"), ("[a](javascript:b)", "to an address that is not")]
)
def test_a_link_whose_address_is_not_there_is_told_of(tmp_path, link, fault):
    (warning,) = warned(read(tmp_path, f"文\n\n{link}\n"))
    assert warning.startswith(f"3: a link {fault}")


def test_what_is_left_out_with_the_mark_of_a_note_is_told_once(tmp_path):
    assert warned(read(tmp_path, "文<video>[^1]</video>\n\n[^1]: 注\n")) == ["1: <video> is left out"]


def row(count, cell="{}"):
    return "|" + "|".join(cell.format(n) for n in range(count)) + "|\n"


def table(count, cell="{}"):
    return row(count, cell) + "|---" * count + "|\n" + row(count, cell)


@pytest.mark.parametrize(
    ("text", "small"),
    [
        (table(25, "{}.2345"), "25 columns"),
        (table(60, "{}.23"), "60 columns"),
        (table(200), "200 columns"),
        (table(18, "1.{}23"), None),
        ("<table>" + ("<tr>" + "<td>123.456</td>" * 24 + "</tr>") * 3 + "</table>", "24 columns"),
        (
            "<table><tr><td rowspan=3>a</td>"
            + "<td>1.2345</td>" * 12
            + "</tr>"
            + "<tr><td>1</td></tr>" * 2
            + "</table>",
            None,
        ),
        ("| 名 | 値 |\n|---|---|\n| a | " + "0123456789" * 20 + " |\n", None),
        ("- 項\n\n  > " + table(16, "{}.2345").replace("\n", "\n  > "), None),
        (table(30, "漢字漢字"), None),
    ],
)
def test_every_column_of_a_wide_table_is_on_the_page(tmp_path, text, small):
    parsed = read(tmp_path, f"## 章\n\n文。\n\n{text}\n")
    content, warnings = render.printed(tmp_path / "report.md", parsed)
    page = pypdfium2.PdfDocument(content)[0]
    words = page.get_textpage()
    right = max(words.get_charbox(n)[2] for n in range(words.count_chars()))
    assert right < page.get_size()[0] - 29 / 25.4 * 72
    assert not warnings
    assert [warning.partition(" is wider")[0] for warning in warned(parsed)] == (
        [f"5: a table of {small}"] if small else []
    )


def test_a_table_that_fits_keeps_its_letters(tmp_path):
    parsed = read(tmp_path, table(6, "列{}の値") + "\n" + table(3, "一二三四五六七八九十一二三四五六七八九十"))
    assert not parsed.tree.root.xpath("//table/@style")


@pytest.mark.parametrize(
    "color", ["foo", "#12345", "#ggg", "rgb(1)", "red;}", "url(//x)", "hsv(1,2%,3%)", "FF0000", "rebeccapurple"]
)
def test_a_colour_that_is_none_refuses_nothing(tmp_path, color):
    parsed = read(tmp_path, f'<font color="{color}">字</font> <span style="color: {color}">字</span>')
    assert not render.printed(tmp_path / "report.md", parsed)[1]
    assert text_of(parsed.tree.root) == "字 字"


def test_a_background_stays_where_the_text_may_need_it(tmp_path):
    text = """<span style="color:white;background:#000">白抜き</span>と<mark style="background-color: pink">印</mark>

<div style="background-color:#eee;padding:10px">箱</div>

<table><tr bgcolor="ffffcc"><td>行</td><td bgcolor="red">赤</td><td style="background: url(x.png)">なし</td></tr></table>
"""
    parsed = read(tmp_path, text)
    assert parsed.tree.root.xpath("//@style") == [
        "color: white; background-color: #000",
        "background-color: pink",
        "background-color: #eee",
        "background-color: #ffffcc",
        "background-color: red",
    ]
    assert not render.printed(tmp_path / "report.md", parsed)[1]


def test_deep_elements_are_set_in_both_outputs(tmp_path):
    deep = "<table><tr><td>" * 30 + "底" + "</td></tr></table>" * 30
    text = f"## 章\n\n{'<div>' * 95}中{'</div>' * 95}\n\n{deep}\n\n{'<b>' * 95}太{'</b>' * 95}\n"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    assert not render.render(tmp_path / "report.md", say=lambda _: None)
    page = html.fromstring((tmp_path / "report.html").read_text(encoding="utf-8")).find(".//main")
    assert text_of(page) == "章 中 底 太"
