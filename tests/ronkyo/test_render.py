"""`ronkyo render`: reports as course learners write them, set by the engine."""

import base64
import codecs
import io
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote

import page as page_validation
import pypdf
import pytest
from lxml import html
from PIL import Image

from ronkyo import cli
from ronkyo.errors import UserError
from ronkyo.foreign import decode, pictures, render

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "tests/ronkyo/reports").glob("*.md"))
ORIGINAL = ROOT.parent / "shared/reference/day3-original.md"
BOXES = {"確認テスト": "test", "考察": "discussion"}  # of one course


@pytest.fixture
def report(tmp_path, monkeypatch):
    """Writes a report into an empty folder and parses it."""
    monkeypatch.chdir(tmp_path)

    def parse(text, name="report.md", language="ja"):
        Path(name).write_text(text, encoding="utf-8")
        return render.parse(Path(name), language, BOXES)

    return parse


def picture(file="a.png", size=(8, 6)):
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    kind = {".jpg": "JPEG"}.get(Path(file).suffix, Path(file).suffix[1:].upper())
    Image.new("RGB", size, "navy").save(file, kind)


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def all_text(parsed):
    return text_of(parsed.tree.root)


def figures(parsed):
    return [figure for figure in parsed.tree.root.iter("figure") if figure.get("class") == "figure"]


def captions(parsed):
    return [text_of(figure.find("figcaption")) for figure in figures(parsed) if figure.find("figcaption") is not None]


def unresolved(root):
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), "ids must differ"
    return [link for link in root.xpath("//a/@href") if link.startswith("#") and unquote(link[1:]) not in ids]


# -- the samples and the original ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", SAMPLES, ids=[file.stem for file in SAMPLES])
def test_every_link_of_a_samples_own_resolves(file):
    assert not unresolved(render.parse(file).tree.root)


def test_samples_warn_of_what_they_hold_and_nothing_else(monkeypatch):
    monkeypatch.setitem(sys.modules, "merman", None)  # whether it is installed or not
    found = {file.stem: [warning.split(".md:")[1] for warning in render.parse(file).warnings] for file in SAMPLES}
    missing = "; a placeholder stands for it"
    assert found == {
        "cnn": [
            "107: image 'src\\block.svg': @import url(\"https://fonts.example/css?family=Roboto\"); in it is not read",
            "107: image 'src\\block.svg': https://tracker.example/pixel.png in it is not read",
        ],
        "images": [
            f"47: image 'src/nothing.png': no such file{missing}",
            f"50: image 'C:\\Users\\taro\\Pictures\\a.png': outside the report's folder, so it is not read{missing}",
            f"53: image 'https://example.com/a.png': only files in the report's own folder are read{missing}",
            f"53: image '../test_render.py': outside the report's folder, so it is not read{missing}",
            f"53: image 'src/broken.png': {pictures.UNREADABLE}{missing}",
            f"65: image 'file:///etc/passwd': only files in the report's own folder are read{missing}",
        ],
        "notation": [
            '36: @import "appendix.md": other files are not read into the report; the line stays as text',
            '38: @import "data.csv" {as="table"}: other files are not read into the report; the line stays as text',
        ],
        "language-model": ["13: a drawing in mermaid is shown as its source: ronkyo[diagrams] is not installed"],
        "regression": ["39: link '#どこにもない': no such heading or anchor; it becomes text"],
        "setup": [
            "80: <script> is left out",
            "81: <iframe> is left out",
            "87: onclick of <a> is left out",
            "87: a link leads to an address that is not allowed; it becomes text",
        ],
    }


def test_samples_are_in_the_encodings_that_such_files_have():
    assert {file.stem: decode.read(file)[1] for file in SAMPLES} == {
        "cnn": "utf-8",
        "images": "utf-8",
        "language-model": "utf-16-le",
        "notation": "utf-8",
        "regression": "cp932",
        "setup": "utf-8",
    }


@pytest.mark.skipif(not ORIGINAL.exists(), reason="the original report is not here")
def test_the_original_report_is_set_with_every_link_of_its_contents():
    parsed = render.parse(ORIGINAL, boxes=BOXES)
    assert parsed.front.title == "深層学習 DAY3 レポート"
    assert parsed.front.day.isoformat() == "2024-06-16"
    contents = re.findall(r"\[[^\]]*\]\(#([^)]*)\)", ORIGINAL.read_text(encoding="utf-8"))
    assert {heading.id for heading in parsed.tree.headings if heading.level in (2, 3)} == set(contents[1:])
    assert len(contents) > 30
    ids = set(parsed.tree.root.xpath("//@id"))
    assert [anchor for anchor in contents if anchor not in ids] == []
    assert [heading.number for heading in parsed.tree.headings if heading.level == 2] == [str(n) for n in range(1, 12)]
    grids = parsed.tree.root.xpath('//figure[.//div[@class="cell"]]')
    assert [len(grid.xpath('.//div[@class="cell"]')) for grid in grids] == [4, 2, 2]
    assert text_of(grids[0].find(".//div[@class='sub']")) == "(a) hidden_layer_size = 16"
    assert len(captions(parsed)) == 12
    assert captions(parsed)[:2] == ["図 1 確認テスト 4", "図 2 中間層サイズの違い"]
    assert captions(parsed)[-1] == "図 12 Softmax"
    assert len(parsed.warnings) == 17  # its pictures are not here


# -- headings and links ---------------------------------------------------------------------------------------------------


def test_anchors_are_githubs(report):
    headings = (
        "確認テスト 1",
        "確認テスト 1",
        "LSTM(勾配クリッピング)",
        "違い（Sigmoid）",
        "activate_functions",
        "確認テスト 1-1",
        "C++ & C#",
    )
    parsed = report("# 題\n\n" + "".join(f"### {text}\n\n本文。\n\n" for text in headings))
    assert [heading.id for heading in parsed.tree.headings] == [
        "確認テスト-1",
        "確認テスト-1-1",
        "lstm勾配クリッピング",
        "違いsigmoid",
        "activate_functions",
        "確認テスト-1-1-1",
        "c--c",
    ]


@pytest.mark.parametrize(
    "anchor", ["１はじめに", "1-はじめに", "1はじめに", "１．はじめに", "%EF%BC%91%E3%81%AF%E3%81%98%E3%82%81%E3%81%AB"]
)
def test_a_link_finds_its_heading_however_the_anchor_is_written(report, anchor):
    parsed = report(f"## １．はじめに\n\n[ここ](#{anchor})\n")
    assert parsed.tree.root.xpath("//p/a/@href") == ["#１はじめに"]
    assert not parsed.warnings


def test_a_link_to_nothing_becomes_text_with_a_warning(report):
    parsed = report("## 章\n\n[ここ](#無い)\n")
    assert not parsed.tree.root.xpath("//a")
    assert parsed.warnings == ["report.md:3: link '#無い': no such heading or anchor; it becomes text"]


def test_a_target_within_a_link_is_still_one(report):
    parsed = report('## 章\n\n<a href="#章">前<span id="x">中</span>後^[注]</a>と[そこ](#x)\n')
    assert text_of(parsed.tree.root.find("p")) == "前中後1とそこ"
    assert not unresolved(parsed.tree.root)
    assert not parsed.warnings


@pytest.mark.parametrize(
    ("levels", "numbers"),
    [
        ((1, 3, 4, 4, 3), ["1", "1.1", "1.2", "2"]),
        ((1, 2, 5, 3, 2), ["1", "1.1", "1.2", "2"]),
        ((3, 4, 3), ["1", "1.1", "2"]),
        ((4, 2, 3), ["1", "2", "2.1"]),
        ((1, 2, 1, 2), ["1", "1.1", "2", "2.1"]),
    ],
)
def test_levels_have_no_gaps(report, levels, numbers):
    parsed = report("\n\n".join(f"{'#' * level} 見出し" for level in levels))
    assert [heading.number for heading in parsed.tree.headings] == numbers
    assert parsed.front.title == ("見出し" if levels.count(1) == 1 else "report")


def test_headings_numbered_by_hand_keep_their_numbers(report):
    parsed = report("# 題\n\n## 1. 序\n\n### 1.1 背景\n\n## ２．方法\n\n## 謝辞\n")
    assert [(heading.number, heading.text) for heading in parsed.tree.headings] == [
        ("1", "序"),
        ("1.1", "背景"),
        ("２", "方法"),
        ("", "謝辞"),
    ]


def test_generated_contents_give_way_to_the_engines(report):
    parsed = report(
        "# 題\n\n<!-- code_chunk_output -->\n\n- [古い](#古い)\n\n<!-- /code_chunk_output -->\n\n[TOC]\n\n## 章\n"
    )
    assert all_text(parsed) == "1章"
    assert not parsed.warnings


def test_contents_are_as_deep_as_the_reports_own(report):
    own = "<!-- code_chunk_output -->\n\n- [題](#題)\n  - [節(1)](#節1)\n{}\n<!-- /code_chunk_output -->\n\n"
    text = "# 題\n\n{}## 章\n\n### 節(1)\n\n#### 細目\n\n文\n"
    shallow, deep = (report(text.format(own.format(entry))) for entry in ("", "    - [細目](#%E7%B4%B0%E7%9B%AE)\n"))
    assert [heading.level for heading in shallow.tree.headings] == [2, 3, 4]
    assert [heading.level for heading in deep.tree.headings] == [2, 3, 3]
    assert [heading.number for heading in deep.tree.headings] == ["1", "1.1", "1.1.1"]


# -- pictures -------------------------------------------------------------------------------------------------------------


def test_pairs_of_floats_are_one_figure_with_sub_captions(report, tmp_path):
    picture("src/a.png")
    cell = (
        '<div align=center style="width: 49.75%;float: {};">\n\n`n = {}`\n\n<img src="src\\a.png" width=100%>\n</div>\n'
    )
    parsed = report("## 比較\n\n" + "".join(cell.format(side, n) for side, n in (("left", 1), ("right", 2)) * 2))
    (figure,) = figures(parsed)
    assert [text_of(sub) for sub in figure.xpath('.//div[@class="sub"]')] == [
        "(a) n = 1",
        "(b) n = 2",
        "(c) n = 1",
        "(d) n = 2",
    ]
    assert len(figure.xpath('.//div[@class="cell"]/div/code')) == 4
    assert figure[0].get("class") == "cells columns-2"
    assert figure.xpath(".//img/@alt")[0] == "比較 (a) n = 1"
    assert captions(parsed) == ["図 1 比較"]


@pytest.mark.parametrize(
    ("text", "caption", "style"),
    [
        ("<div align=center>\n<img src=a.png width=70%>\n</div>", "図 1 章", "width: 70%"),
        ("![損失の推移](a.png)", "図 1 損失の推移", None),
        ("![image](a.png)", "図 1 章", None),
        ("![](a.png){width=50%}", "図 1 章", "width: 50%"),
        ('<p align="center"><img src="./a.png" width="200"><br>拡大</p>', "図 1 拡大", "width: 200px"),
        ("<center><img src='a.png' style='width:30%'/></center>", "図 1 章", "width: 30%"),
        ("![](a.png)\n\n図3 自分の番号", "図3 自分の番号", None),
        ("<figure><img src=a.png><figcaption>図 7：説明</figcaption></figure>", "図 7 説明", None),
        ("本文。\n![](a.png)\n続き。", "図 1 章", None),
        ("-   tanh\n    説明。\n\n    <div align=center>\n    <img src=a.png>\n    </div>", "図 1 tanh", None),
    ],
)
def test_a_picture_on_its_own_is_a_figure(report, text, caption, style):
    picture()
    parsed = report(f"## 章\n\n{text}\n")
    assert captions(parsed) == [caption]
    (image,) = parsed.tree.root.xpath("//figure//img")
    assert image.get("style") == style
    assert image.get("alt")
    assert not parsed.warnings


@pytest.mark.parametrize(
    ("below", "caption"),
    [
        ("図 1 に示すように下がる。", "図 1 章"),
        ("図 1 は損失", "図 1 章"),
        ("Figure 1 shows the loss.", "図 1 章"),
        ("Figure 1. The loss.", "Figure 1 The loss."),
        ("Fig. 2: loss", "Fig. 2 loss"),
    ],
)
def test_a_sentence_about_a_figure_is_not_its_caption(report, below, caption):
    picture()
    assert captions(report(f"## 章\n\n![](a.png)\n\n{below}\n")) == [caption]


def test_a_picture_within_a_sentence_stays_there(report):
    picture()
    parsed = report("## 章\n\n印 ![印](a.png) は小さい。\n\n| 前 | 後 |\n|---|---|\n| ![](a.png) | ![](a.png) |\n")
    assert not figures(parsed)
    assert len(parsed.tree.root.xpath("//p/img")) == 1
    assert len(parsed.tree.root.xpath("//td/img")) == 2


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("src/a.png", "src\\a.png"),
        ("src/a b.png", "src/a b.png"),
        ("src/a b.png", "src/a%20b.png"),
        ("src/図 1.png", "src/%E5%9B%B3%201.png"),
        ("src/_a_(1).png", "src\\_a_(1).png"),
        ("src/_a.png", "src/\\_a.png"),
        ("src/100%.png", "src/100%.png"),
        ("src/a&b.png", "src/a&b.png"),
        ("Src/A.PNG", "src/a.png"),
        ("src/が.png", "src/か\u3099.png"),
        ("a.png", "src/../a.png"),
        ("a.png", "./a.png?raw=true"),
    ],
)
@pytest.mark.parametrize("form", ["![]({})", '<img src="{}">'])
def test_paths_are_read_as_the_preview_reads_them(report, name, written, form):
    Path(name.split("/")[0] if "/" in name else "src").mkdir()
    picture(name)
    parsed = report(f"## 章\n\n{form.format(written)}\n")
    assert not parsed.warnings
    assert parsed.tree.root.xpath("//img/@src")[0].startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    "address",
    [
        "../secret.png",
        "src/../../secret.png",
        "..\\secret.png",
        "%2e%2e/secret.png",
        "link.png",
        "folder/secret.png",
        "{outside}/secret.png",
        "file://{outside}/secret.png",
        "FILE:///{outside}/secret.png",
        "https://example.com/a.png",
        "//example.com/a.png",
        "\\\\server\\share\\a.png",
        "C:\\a.png",
        "data:text/html;base64,PGI+",
        "project:build/fonts/NotoSansJP-Regular.ttf",
        ".",
        "",
    ],
)
def test_nothing_outside_the_reports_folder_is_read(tmp_path, monkeypatch, address):
    folder = tmp_path / "report"
    folder.mkdir()
    monkeypatch.chdir(folder)
    picture(tmp_path / "secret.png")
    Path("link.png").symlink_to(tmp_path / "secret.png")
    Path("folder").symlink_to(tmp_path)
    Path("src").mkdir()
    address = address.replace("{outside}", str(tmp_path))
    Path("report.md").write_text(f'## 章\n\n本文\n\n<img src="{address}">\n', encoding="utf-8")
    parsed = render.parse(Path("report.md"), "ja")
    assert not parsed.tree.root.xpath("//img")
    assert text_of(parsed.tree.root.find(".//span[@class='missing']")) == f"画像なし：{address}"
    (warning,) = parsed.warnings
    assert warning.startswith(f"report.md:5: image '{address}': ")


def test_a_picture_that_cannot_be_read_is_a_placeholder(report):
    Path("a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    Path("b.svg").write_text("<svg><g></svg>")
    Path("c.svg").write_text("<html/>")
    Path("d.gif").write_bytes(b"")
    Path("e.png").mkdir()
    os.mkfifo("f.png")
    parsed = report(
        "## 章\n\n" + "\n\n".join(f"![]({name})" for name in ("a.png", "b.svg", "c.svg", "d.gif", "e.png", "f.png"))
    )
    assert len(parsed.warnings) == 6
    assert len(figures(parsed)) == 6


def test_a_file_that_is_too_large_is_not_read(report, monkeypatch):
    with Path("a.png").open("wb") as file:
        file.truncate(pictures.MOST_BYTES + 1)
    monkeypatch.setattr(pictures, "_picture", lambda *_: pytest.fail("it was read"))
    (warning,) = report("## 章\n\n![](a.png)\n").warnings
    assert warning.startswith("report.md:3: image 'a.png': too large: 51 MB, expected at most 50 MB")


def test_what_a_missing_picture_would_have_shown_is_said_once(report):
    parsed = report("## 章\n\n![全体](a.png)\n\n![左](b.png) ![右](c.png)\n\n文の中の ![印](d.png) と ![](e.png)。\n")
    assert captions(parsed) == ["図 1 全体", "図 2 章"]
    assert [text_of(sub) for sub in parsed.tree.root.xpath('//*[@class="sub"]')] == ["(a) 左", "(b) 右"]
    placeholders = ["a.png", "b.png", "c.png", "d.png（印）", "e.png"]
    assert parsed.tree.root.xpath('//*[@class="missing"]/text()') == [f"画像なし：{text}" for text in placeholders]


@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "webp"])
def test_pictures_are_known_by_their_content(report, kind):
    picture(f"a.{kind}")
    shutil.move(f"a.{kind}", "a.png")
    address = report("![](a.png)").tree.root.xpath("//img/@src")[0]
    assert address.startswith(f"data:image/{ {'jpg': 'jpeg'}.get(kind, kind) };".replace(" ", ""))


def test_a_drawing_loses_what_something_would_fetch_or_run():
    warnings = []
    svg = (
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)">'
        "<script>alert(1)</script><style>@import url(https://a.example/a.css); .a { fill: url(#g) }</style>"
        '<image xlink:href="file:///etc/passwd"/><rect style="fill:url(https://a.example/b)" class="a"/>'
        '<use xlink:href="#a"/><text>&x;</text></svg>'
    )
    shown, _ = pictures._picture(svg.encode(), warnings.append)
    drawing = base64.b64decode(shown.partition(",")[2]).decode()
    assert "alert" not in drawing
    assert "file:" not in drawing
    assert "a.example" not in drawing
    assert "url(#g)" in drawing
    assert "#a" in drawing
    assert len(warnings) == 3


# -- formulas, lists, tables ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "inline", "displays"),
    [
        ("値は$x$である", 1, 0),
        (r"値は\(x\)である", 1, 0),
        ("$$\nx\n$$", 0, 1),
        ("\\[\nx\n\\]", 0, 1),
        ("文の後の\n$$\ny\n= x\n$$\nと続く", 0, 1),
        ("文の中 $$x$$ の式", 0, 1),
        ("\\begin{align}\nx &= 1 \\\\\n\\nonumber y &= 2\n\\end{align}", 0, 1),
        ("$$\n\\begin{align}a&=1\\end{align} \\\\\n\\begin{align}b&=2\\end{align}\n$$", 0, 1),
        ("- 項目\n\n  $$\n  x\n  $$", 0, 1),
        ("> $$x$$", 0, 1),
        ("| a |\n|---|\n| $x$ |", 1, 0),
        (r"$\bm{w}$ と $\argmax_x$ と $\color{red}{x}$", 3, 0),
        ("$5 から $10 まで", 0, 0),
        ("US$5 と US$10、A$ と B$2", 0, 0),
        ("$5 and $10, or US$5 and $x$ and $ 5 $", 2, 0),
        ("3$\\times$3 の畳み込み", 1, 0),
        ("$$\nx\n$$。\n\n文\n\n$$\ny\n$$", 0, 2),
        ("文の中 \\[x\\] の式", 0, 1),
        (r"\$x\$", 0, 0),
        ("`$x$`", 0, 0),
        ("```\n$x$\n```", 0, 0),
    ],
)
def test_formulas(report, text, inline, displays):
    parsed = report(f"## 章\n\n{text}\n")
    assert len(parsed.tree.root.xpath('//*[@class="formula"]')) == inline
    assert len(parsed.tree.root.xpath('//div[@class="equation"]')) == displays
    assert not parsed.tree.root.xpath('//p[.//div] | //*[@class="arithmatex"]')


def test_tags_and_labels_of_formulas(report):
    parsed = report("## 章\n\n$$ a \\tag{1} $$\n\n$$ b \\label{eq:b} $$\n\n[この式](#eq:b)\n")
    assert parsed.tree.root.xpath('//*[@class="equation-number"]/text()') == ["(1)", "(2)"]
    assert not unresolved(parsed.tree.root)


@pytest.mark.parametrize(
    ("text", "line", "tex"),
    [
        ("## 章\n\n本文\n$\\fraction{1}{2}$。\n", 4, "\\fraction{1}{2}"),
        ("---\nauthor: x\n---\n\n## 章\n\n$$\n\\frac{1}{2\n$$\n", 7, "\\frac{1}{2"),
        ("## 章\n\n- a\n  - b $\\foo$\n", 4, "\\foo"),
    ],
)
def test_a_bad_formula_is_one_line_with_its_place(report, text, line, tex):
    with pytest.raises(UserError) as raised:
        report(text)
    assert str(raised.value).startswith(f"report.md:{line}: formula {tex!r}: ")
    assert "\n" not in str(raised.value)


def test_all_bad_formulas_are_told_of_at_once(report):
    with pytest.raises(UserError) as raised:
        report("## 章\n\n$\\foo$ と $x$ と $\\frac{1$\n\n- a\n\n  $$\n  \\bar\n  $$\n")
    assert [line.rpartition(": ")[0] for line in str(raised.value).splitlines()] == [
        "report.md:3: formula '\\\\foo'",
        "report.md:3: formula '\\\\frac{1'",
        "report.md:7: formula '\\\\bar'",
    ]


def test_lists_nest_by_two_blanks_and_hold_code(report):
    parsed = report("## 章\n\n文\n- a\n  - b\n    ```python\n    x = 1\n\n    y = 2\n    ```\n  - [x] 済\n  - [ ] 未\n")
    assert len(parsed.tree.root.xpath("//ul/li/ul/li")) == 3
    code = parsed.tree.root.find(".//li/ul/li//pre")
    assert "".join(code.itertext()) == "x = 1\n\ny = 2\n"
    assert [mark.text for mark in parsed.tree.root.xpath('//span[@class="task"]')] == ["✓", "□"]
    assert not parsed.tree.root.xpath("//li/p")


@pytest.mark.parametrize(
    ("first", "is_term"),
    [
        ("忘却ゲート", True),
        ("VHRED(Variational Hierarchical Recurrent Encoder-Decoder)", True),
        ("忘れるべき情報を決定する。", False),
        ("The gate forgets.", False),
        ("過去のセル状態を次の状態にどの程度残すかを決めるためのゲートであり、重要である", False),
    ],
)
def test_an_items_first_line_is_a_term_when_it_is_short(report, first, is_term):
    item = report(f"## 章\n\n- {first}\n  説明。\n").tree.root.find("ul/li")
    assert (item.find("b[@class='term']") is not None) == is_term


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


def test_footnotes_blanks_breaks_and_strong(report):
    parsed = report("## 章\n\n&emsp;本文[^1]と**「強調」**。\n次の行\n\n[^1]: 注の文\n    続き。\n")
    paragraph = parsed.tree.root.find("p")
    assert paragraph.text == "本文"
    assert paragraph.find("br") is not None
    assert text_of(paragraph.find("strong")) == "「強調」"
    note = parsed.tree.root.find(".//div[@class='footnote']//li")
    assert text_of(note) == "注の文 続き。 ↩"
    assert note.find("br") is not None  # as everywhere else
    assert note.find("b") is None
    assert not unresolved(parsed.tree.root)


def test_notes_stand_within_a_line_too_hold_blocks_and_are_called_again(report):
    parsed = report(
        "## 章\n\nその場^[その場の**注**。]と[^a]と[^a]と[^無い]。\n\n[^a]: 一。\n\n    - 二\n\n```\n[^b]: コード\n```\n"
    )
    marks = parsed.tree.root.xpath("./p//sup")
    assert [(mark.get("id"), mark.find("a").get("href")) for mark in marks] == [
        ("fnref:1", "#fn:1"),
        ("fnref:2", "#fn:2"),
        (None, "#fn:2"),
    ]
    notes = parsed.tree.root.xpath(".//div[@class='footnote']/ol/li")
    assert [text_of(note) for note in notes] == ["その場の注。 ↩", "一。 二 ↩"]
    assert notes[1].find("ul") is not None
    assert parsed.tree.root.xpath("//a[@class='footnote-backref']/@title") == ["本文の注 1 に戻る", "本文の注 2 に戻る"]
    assert "[^無い]" in all_text(parsed)
    assert text_of(parsed.tree.root.find(".//pre")) == "[^b]: コード"


def test_a_question_is_parted_from_its_answer(report):
    parsed = report("## 章\n\n#### 確認テスト 1\n\nQ:何か。\n答え。\n")
    section = parsed.tree.root.find("section")
    assert [text_of(paragraph) for paragraph in section.findall("p")] == ["何か。", "答え。"]
    assert section.find("p").get("class") == "question"


def test_numbered_questions_are_parted_and_keep_their_numbers(report):
    lines = "問1. 何か。\n答え。\n続き。\n問２：何故か。\n答え。\n\nQ3. 何時か\n答え\n\n問題は難しい。\n"
    section = report(f"## 章\n\n#### 確認テスト\n\n{lines}").tree.root.find("section")
    questions = section.xpath('./p[@class="question own"]')
    assert [question.find("span").text for question in questions] == ["問1.", "問２：", "Q3."]
    assert [text_of(paragraph) for paragraph in section.findall("p")] == [
        "問1. 何か。",
        "答え。 続き。",
        "問２：何故か。",
        "答え。",
        "Q3. 何時か",
        "答え",
        "問題は難しい。",
    ]


def test_short_tests_stay_in_one_piece_and_long_ones_break(report):
    parsed = report(f"## 章\n\n#### 確認テスト 1\n\n$$ x $$\n\n#### 確認テスト 2\n\n{'長い。' * 400}\n")
    assert [section.get("class") for section in parsed.tree.root.iter("section")] == ["test short", "test"]


def test_lines_of_every_block_of_code_are_known(report):
    block = '```python\ndef f():\n    """日本"""\n```\n\n'
    parsed = report(f"## 章\n\n{block * 2}- 項目\n\n  ```\n  a\n      日本\n  ```\n\n      字下げ\n")
    lines = [code.xpath('./span[starts-with(@class, "line")]') for code in parsed.tree.root.iter("code")]
    assert [len(one) for one in lines] == [2, 2, 2, 1]
    assert [blanks.text for blanks in parsed.tree.root.xpath('//*[@class="blanks"]')] == ["    "] * 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("H~2~O と CO~2~", "H<sub>2</sub>O と CO<sub>2</sub>"),
        ("x~i,j~である", "x<sub>i,j</sub>である"),
        ("W~入力~と", "W<sub>入力</sub>と"),
        ("1010~2~", "1010<sub>2</sub>"),
        ("10^-3^ と x^2^y", "10<sup>-3</sup> と x<sup>2</sup>y"),
        ("5^th^", "5<sup>th</sup>"),
        ("これが==重要==だ", "これが<mark>重要</mark>だ"),
        ("==**太字**と`a==b`==", "<mark><strong>太字</strong>と<code>a==b</code></mark>"),
        ("~~消す~~と==印==", "<s>消す</s>と<mark>印</mark>"),
        *[
            (text, text)
            for text in (
                "1~3",
                "1~3 と 5~10",
                "「1~3」と「5~10」",
                "1~3や5~10",
                "1~3,5~10",
                "約~100~200",
                "10~20~30",
                "月~金、土~日",
                "A~C組とD~F組",
                "2^3+2^4",
                "x^2y^2",
                "x^ 2^",
                "[^1]と[^2]",
                "x==1 と y==2",
                "a == b == c",
                "====",
            )
        ],
        ("`H~2~O` と `x^2^` と `a ==b== c`", "<code>H~2~O</code> と <code>x^2^</code> と <code>a ==b== c</code>"),
    ],
)
def test_marks_and_small_letters(report, text, shown):
    paragraph = report(f"## 章\n\n文。{text}\n").tree.root.find("p")
    assert html.tostring(paragraph, encoding="unicode").strip() == f"<p>文。{shown}</p>"


def test_formulas_keep_their_tildes_carets_and_equals(report):
    parsed = report("## 章\n\n$x^{a}~y^b~==c==$と $$ p~q~r^s_2 $$\n")
    assert not parsed.tree.root.xpath("//sub | //sup | //mark")
    assert len(parsed.tree.root.xpath("//*[@data-formula]")) == 2


def test_notes_are_boxes(report):
    parsed = report(
        '## 章\n\n!!! note "題 $x$"\n    本文。\n\n    - 項目\n\n文\n!!! WARNING\n    危ない\n\n!!! own ""\n    無題\n\n'
        "- 項目\n  !!! tip\n      中\n\n```\n!!! note\n```\n"
    )
    boxes = parsed.tree.root.xpath('//div[starts-with(@class, "admonition ") or @class="admonition"]')
    assert [box.get("class") for box in boxes] == [
        "admonition short",
        "admonition warning short",
        "admonition short",
        "admonition short",
    ]
    titles = parsed.tree.root.xpath('//div[@class="admonition-title"]')
    assert [title.text.strip() for title in titles] == ["題", "警告", "ヒント"]
    assert boxes[0].find("ul/li").text.strip() == "項目"
    assert boxes[2].find("p").text == "無題"
    assert boxes[3].getparent().tag == "li"


def test_imports_are_told_of_and_stay_as_text_but_pictures_are_shown(report):
    picture()
    parsed = report(
        '## 章\n\n@import "a.md"\n<!-- @import "b.csv" {as="table"} -->\n\n@import "a.png"\n\n`@import "c.md"`\n'
    )
    assert parsed.warnings == [
        'report.md:3: @import "a.md": other files are not read into the report; the line stays as text',
        'report.md:4: @import "b.csv" {as="table"}: other files are not read into the report; the line stays as text',
    ]
    assert text_of(parsed.tree.root.find("p")) == '@import "a.md" @import "b.csv" {as="table"}'
    assert len(figures(parsed)) == 1


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
        "report.md:6: <svg> is left out",
        "report.md:5: <marquee> is left out, what it holds stays",
        "report.md:10: <blink> is left out, what it holds stays",
    ]
    assert all_text(parsed) == "1章 文 a 文 b"


# -- language ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "argument", "language"),
    [
        ("# Report\n", None, "en"),
        ("# 題の文\n", None, "ja"),
        ("---\nlang: en\n---\n# 題の文\n", None, "en"),
        ("---\nlang: ja-JP\n---\n# Report\n", None, "ja"),
        ("---\nlang: fr\n---\n# Rapport\n", None, "en"),
        ("---\nlang: [ja]\n---\n# Report\n", None, "en"),
        ("---\nlang: ja\n---\n# Report\n", "en", "en"),
    ],
)
def test_a_report_speaks_its_own_language(report, text, argument, language):
    assert report(text, language=argument).front.language == language


def test_an_english_report_has_no_japanese_word(tmp_path):
    file = tmp_path / "report.md"
    blocks = "![a curve](a.png)\n\nText with ![](b.png)[^1] in it.\n\n!!! note\n    Mind.\n\n!!! own\n    Mine.\n"
    table = "Table 1. Numbers\n\n| a | b |\n|---|---|\n| 1 | $x^2$ |\n"
    file.write_text(f"# Report\n\n2024-01-02\n\n## One\n\n{blocks}\n{table}\n[^1]: A note.\n", encoding="utf-8")
    warnings = render.render(file, say=lambda _: None)
    assert len(warnings) == 2
    page = html.fromstring((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert page.get("lang") == "en"
    for style in page.xpath("//style"):
        style.drop_tree()
    written = html.tostring(page, encoding="unicode")
    assert not re.search("[\u3040-\u30ff\u3400-\u9fff\uff01-\uff60]", written)
    titles = page.xpath('//div[@class="admonition-title"]/text()')
    assert titles == ["Note", "Own"]
    assert "No picture: a.png" in text_of(page)
    pdf = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "report.pdf").pages)
    assert not re.search("[\u3040-\u30ff\u3400-\u9fff]", pdf)


def test_boxes_are_those_that_one_asks_for(tmp_path):
    file = tmp_path / "report.md"
    file.write_text("## 章の題\n\n### 演習 1\n\nQ: 何か。\n\n### 結果\n\n文\n", encoding="utf-8")
    assert not list(render.parse(file).tree.root.iter("section"))
    (section,) = render.parse(file, boxes={"演習": "test"}).tree.root.iter("section")
    assert section.get("class") == "test short"


# -- front matter -----------------------------------------------------------------------------------------------------------


def puppeteer(header="", footer=""):
    templates = f"headerTemplate: '{header}'\n    footerTemplate: '{footer}'"
    return f"---\npuppeteer:\n    displayHeaderFooter: true\n    {templates}\n---\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\npuppeteer: [1\n---\n", "report.md:3: front matter: expected YAML: "),
        ("---\na: 1\npuppeteer:\n  headerTemplate: 'x\n---\n", "report.md:5: front matter: expected YAML: "),
        ("---\na: 1\npuppeteer: yes please\n---\n", "report.md:3: front matter: puppeteer: expected keys, found text"),
        (
            "---\npuppeteer:\n  format: A4\n  footerTemplate: [a]\n---\n",
            "report.md:4: front matter: puppeteer.footerTemplate: expected HTML in quotes, found a list",
        ),
        ("---\na: !!python/object/apply:os.system [id]\n---\n", "report.md:2: front matter: expected YAML: "),
        ("---\na: &a [1]\nb: &a [2]\n---\n", ""),
        ("---\na: 1\na: 2\n---\n", "report.md:3: front matter: expected YAML: "),
    ],
)
def test_broken_front_matter_is_one_clear_line(report, text, message):
    if not message:
        report(f"{text}# 題\n")
        return
    with pytest.raises(UserError) as raised:
        report(f"{text}# 題\n")
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_values_of_front_matter_are_not_written_out(report):
    """Eleven levels of aliases stand for 9 to the 11th items."""
    levels = "".join(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12))
    with pytest.raises(UserError, match="report.md:14: front matter: puppeteer: expected keys, found a list$"):
        report(f"---\na0: &a0 x\n{levels}puppeteer: *a11\n---\n# 題\n")


# -- files --------------------------------------------------------------------------------------------------------------------

JAPANESE = (
    "# 機械学習レポート\n\n線形回帰では、目的変数と説明変数の関係を直線で表す。最小二乗法で傾きと切片を求め、"
    "誤差が小さくなることを確かめた。学習率を変えると収束の速さが変わった。\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp932", "euc_jp", "gbk"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_text_is_decoded(tmp_path, encoding, ends):
    file = tmp_path / "report.md"
    file.write_bytes(JAPANESE.replace("\n", ends).encode(encoding))
    assert decode.read(file)[0] == JAPANESE


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected a Markdown report, found an empty file"),
        (
            b"PK\x03\x04\x14\x00\x08\x08\xff\xfe\x00",
            "expected a text in UTF-8 (or, with a byte order mark, UTF-16), found byte 0xff",
        ),
        ("résumé café déjà".encode("latin-1"), "found byte 0xe9 in line 1"),
        ("題\nあ".encode("utf-16-le"), "found "),
        ("報告".encode("euc_jp"), "save it as UTF-8"),
        (codecs.BOM_UTF8 + b"abc\xff", "begins as UTF-8, but byte 6 is not"),
    ],
)
def test_text_that_cannot_be_decoded_is_one_clear_line(tmp_path, content, message):
    file = tmp_path / "report.md"
    file.write_bytes(content)
    with pytest.raises(UserError) as raised:
        decode.read(file)
    assert str(raised.value).startswith(f"{file}: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_colours_and_control_characters_of_pasted_logs_go(report):
    parsed = report("## 章\n\n```\n\x1b[1mEpoch\x1b[0m 1\x08\x00\n```\n")
    assert "".join(parsed.tree.root.find(".//pre").itertext()) == "Epoch 1\n"


# -- the command ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["none.md", "folder"])
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path, monkeypatch, capsys, path):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    assert cli.main(["render", path]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_report_is_set_in_a_folder_that_is_no_project(tmp_path):
    (tmp_path / "report.md").write_text("# Report\n\n## One\n\n$x$\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *filter(None, sys.path)])}
    command = [sys.executable, "-m", "ronkyo.cli", "render", "report.md"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "warning" in done.stderr) == (0, False)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["report.html", "report.md", "report.pdf"]


def test_the_command_writes_html_and_pdf_and_keeps_both_when_it_fails(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    picture("src/a.png")
    text = puppeteer(
        "", '<div style="text-align:right"><span class="pageNumber"></span>/<span class="totalPages"></span></div>'
    )
    text += "# 題 <b> & 😀\n\n2024/01/02\n\n## 章 A&B\n\n![図](src/a.png)\n\n![無い](src/b.png)\n\n[章](#章-ab) 這𠮷\n"
    Path("報告 1.md").write_text(text, encoding="utf-8")
    assert cli.main(["render", "報告 1.md", "-o", "out/deep"]) == 0
    shown = capsys.readouterr()
    assert "報告 1.md:15: image 'src/b.png': no such file" in shown.err
    assert "HTML -> PDF" in shown.out
    assert sorted(file.name for file in Path("out/deep").iterdir()) == ["報告 1.html", "報告 1.pdf"]
    document = pypdf.PdfReader(io.BytesIO(Path("out/deep/報告 1.pdf").read_bytes()))
    assert document.pages[0].extract_text().rstrip().endswith("1/1")
    page = html.fromstring(Path("out/deep/報告 1.html").read_text(encoding="utf-8"))
    assert not unresolved(page)
    assert not [address for address in page.xpath("//@src") if not address.startswith("data:")]

    before = {file.name: file.read_bytes() for file in Path("out/deep").iterdir()}
    Path("報告 1.md").write_text(text + "\n$\\foo$\n", encoding="utf-8")
    assert cli.main(["render", "報告 1.md", "-o", "out/deep"]) == 1
    assert capsys.readouterr().err.startswith("報告 1.md:19: formula '\\\\foo': ")
    assert {file.name: file.read_bytes() for file in Path("out/deep").iterdir()} == before


@pytest.mark.parametrize("name", ["images", "notation", "setup"])
def test_a_sample_is_set_as_pdf_a_and_pdf_ua_without_a_complaint(tmp_path, name):
    render.render(ROOT / f"tests/ronkyo/reports/{name}.md", tmp_path, say=lambda _: None)
    for profile in ("pdfa-3a", "pdfua-1"):
        found = page_validation.validate_pdf(str(tmp_path / f"{name}.pdf"), profile=profile)
        assert found.is_compliant, [f"{failure.rule_id} {failure.message}" for failure in found.failures]


@pytest.mark.parametrize("paragraphs", [26, 27, 28])
def test_no_page_has_a_sliver_of_code(tmp_path, paragraphs):
    code = "".join(f"x{number} = {number}\n" for number in range(12))
    file = tmp_path / "a.md"
    file.write_text("## 章\n\n" + "文。\n\n" * paragraphs + f"```python\n{code}```\n", encoding="utf-8")
    render.render(file, say=lambda _: None)
    texts = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "a.pdf").pages]
    assert all(len(re.findall(r"^x\d+ =", text, re.MULTILINE)) not in (1, 2) for text in texts)


def test_the_same_report_gives_the_same_bytes_wherever_it_stands(tmp_path):
    for folder in ("one", "the other"):
        shutil.copytree(ROOT / "tests/ronkyo/reports", tmp_path / folder)
        render.render(tmp_path / folder / "cnn.md", say=lambda _: None)
    for kind in ("html", "pdf"):
        first, second = ((tmp_path / folder / f"cnn.{kind}").read_bytes() for folder in ("one", "the other"))
        assert first == second


def test_a_drawing_that_weasyprint_complains_of_is_a_placeholder_in_the_pdf(tmp_path):
    (tmp_path / "a.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text y="5" font-family="Arial">𒀀</text></svg>'
    )
    file = tmp_path / "a.md"
    file.write_text("# 題\n\n## 章\n\n![](a.svg)\n", encoding="utf-8")
    (warning,) = render.render(file, language="ja", say=lambda _: None)
    assert warning.startswith(f"{file}:5: image 'a.svg': .notdef glyph")
    assert "画像なし：a.svg" in pypdf.PdfReader(tmp_path / "a.pdf").pages[0].extract_text()
    assert "画像なし" not in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_outputs_never_replace_a_folder_or_the_report_itself(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("a.html").write_text("# 題\n", encoding="utf-8")
    assert cli.main(["render", "a.html"]) == 1
    Path("b.md").write_text("# 題\n", encoding="utf-8")
    Path("b.pdf").mkdir()
    assert cli.main(["render", "b.md"]) == 1
    assert cli.main(["render", "b.md", "-o", "a.html"]) == 1
    assert capsys.readouterr().err.count("\n") == 3
    assert Path("a.html").read_text(encoding="utf-8") == "# 題\n"


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![](",
        "$",
        "`",
        "*",
        "<div>",
        "- ",
        "> ",
        "|",
        "[^1]",
        "<!--",
        "{",
        "\\[",
        "&emsp;",
        "==a",
        "==`",
        "^[",
        "[^1]: ",
        "!!! a ",
        "<a ",
        "<a b='",
        "<svg>",
        "\\(",
        "~a",
        "a^b",
    ],
)
def test_time_grows_with_the_length(tmp_path, piece):
    file = tmp_path / "a.md"
    file.write_text(f"## 章\n\n{piece * 1500}\n", encoding="utf-8")
    start = time.perf_counter()
    render.parse(file)
    assert time.perf_counter() - start < 5
