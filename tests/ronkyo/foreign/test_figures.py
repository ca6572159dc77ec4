"""Pictures of reports from elsewhere: files, figures, captions."""

import base64
import os
import shutil
from pathlib import Path

import pytest
from reading import captions, figures, picture, text_of

from ronkyo.foreign import pictures, render


def test_pairs_of_floats_are_one_figure(report, tmp_path):
    picture("src/a.png")
    cell = (
        '<div align=center style="width: 49.75%;float: {};">\n\n`n = {}`\n\n<img src="src\\a.png" width=100%>\n</div>\n'
    )
    parsed = report("## 比較\n\n" + "".join(cell.format(side, n) for side, n in (("left", 1), ("right", 2)) * 2))
    (figure,) = figures(parsed)
    assert [text_of(sub) for sub in figure.xpath('.//div[@class="sub"]')] == [
        "n = 1",
        "n = 2",
        "n = 1",
        "n = 2",
    ]
    assert len(figure.xpath('.//div[@class="cell"]/div/code')) == 4
    assert figure[0].get("class") == "cells columns-2"
    assert figure.xpath(".//img/@alt")[:2] == ["n = 1", "n = 2"]
    assert captions(parsed) == []


@pytest.mark.parametrize(
    ("text", "caption", "style"),
    [
        ("<div align=center>\n<img src=a.png width=70%>\n</div>", None, "width: 70%"),
        ("![損失の推移](a.png)", None, None),
        ("![image](a.png)", None, None),
        ("![](a.png){width=50%}", None, "width: 50%"),
        ('<p align="center"><img src="./a.png" width="200"><br>拡大</p>', "拡大", "width: 200px"),
        ("<center><img src='a.png' style='width:30%'/></center>", None, "width: 30%"),
        ("![](a.png)\n\n図3 自分の番号", "図3 自分の番号", None),
        ("<figure><img src=a.png><figcaption>図 7：説明</figcaption></figure>", "図 7：説明", None),
        ("本文。\n![](a.png)\n続き。", None, None),
        ("-   tanh\n    説明。\n\n    <div align=center>\n    <img src=a.png>\n    </div>", None, None),
    ],
)
def test_a_picture_on_its_own_is_a_figure(report, text, caption, style):
    picture()
    parsed = report(f"## 章\n\n{text}\n")
    assert captions(parsed) == [caption] * (caption is not None)
    (image,) = parsed.tree.root.xpath("//figure//img")
    assert image.get("style") == style
    assert image.get("alt")
    assert not parsed.warnings


def test_a_picture_that_is_an_anchor_is_a_figure(report):
    picture()
    parsed = report('## 章\n\n<a id="x"><img src="a.png" alt="曲線"></a>\n\n[戻る](#x)\n')
    assert parsed.tree.root.xpath('//figure[@id="x"]/img/@alt') == ["曲線"]


@pytest.mark.parametrize(
    ("below", "caption"),
    [
        ("図 1 に示すように下がる。", None),
        ("図 1 は損失", None),
        ("Figure 1 shows the loss.", None),
        ("Figure 1. The loss.", "Figure 1. The loss."),
        ("Fig. 2: loss", "Fig. 2: loss"),
    ],
)
def test_a_sentence_about_a_figure_is_not_its_caption(report, below, caption):
    picture()
    assert captions(report(f"## 章\n\n![](a.png)\n\n{below}\n")) == [caption] * (caption is not None)


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
    assert captions(parsed) == []
    placeholders = ["a.png（全体）", "b.png（左）", "c.png（右）", "d.png（印）", "e.png"]
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


@pytest.mark.parametrize(
    "text",
    [
        "![kakunin](a.png)",
        '<img src="a.png" alt="screen shot 2017-07-28 at 7 14 24 am">',
        "- 実行結果<br><img src=a.png>",
        "- 実行結果\n  ![](a.png)",
        "1. 要点まとめ\n\n   ![要点](a.png)",
        '![](a.png "題")',
        "| a |\n|---|\n| ![表](a.png) |",
        "![左](a.png) ![右](a.png)",
    ],
)
def test_nothing_becomes_a_caption_or_bold_that_the_author_did_not_write_so(report, text):
    picture()
    parsed = report(f"## RNN とは\n\n{text}\n")
    assert not parsed.tree.root.xpath("//figcaption | //b | //strong")
    assert all(parsed.tree.root.xpath("//img/@alt"))


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("![](a.png)\n図1：学習曲線", "図1：学習曲線"),
        ("![](a.png)\n\n**図 2.** 重み $w$", "図 2. 重み"),
        ("図３　前\n\n![](a.png)", "図３　前"),
        ("<img src=a.png>\n\nFig. 4 (a) loss", "Fig. 4 (a) loss"),
        ("表1：値\n\n| a |\n|---|\n| 1 |", "表1：値"),
        ("| a |\n|---|\n| 1 |\n\nTable 2. Values", "Table 2. Values"),
        ("表 3-1 値\n\n<table><tr><td>1</td></tr></table>", "表 3-1 値"),
    ],
)
def test_a_line_that_names_the_figure_or_table_beside_it_is_its_caption_as_it_is_written(report, text, caption):
    picture()
    (found,) = report(f"## 章\n\n{text}\n").tree.root.iter("figcaption")
    assert text_of(found).replace(" ", "") == caption.replace(" ", "").replace("\u3000", "")
