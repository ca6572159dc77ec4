"""Headings, titles, contents and links of reports from elsewhere."""

from pathlib import Path

import pytest
from lxml import html
from reading import all_text, text_of, unresolved

from ronkyo.foreign import render


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


@pytest.mark.parametrize("anchor", ["#", "#top"])
def test_a_link_leads_to_the_top(report, anchor):
    parsed = report(f"## 章\n\n[上へ]({anchor})\n")
    assert parsed.tree.root.xpath("//a/@href") == [f"#{parsed.tree.root.get('id')}"]
    assert not unresolved(parsed.tree.root)
    assert parsed.warnings == []


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
    ("levels", "settled"),
    [
        ((1, 3, 4, 4, 3), [2, 3, 3, 2]),
        ((1, 2, 5, 3, 2), [2, 3, 3, 2]),
        ((3, 4, 3), [2, 3, 2]),
        ((4, 2, 3), [2, 2, 3]),
        ((1, 2, 1, 2), [2, 3, 2, 3]),
    ],
)
def test_levels_have_no_gaps(report, levels, settled):
    parsed = report("\n\n".join(f"{'#' * level} 見出し" for level in levels))
    assert [heading.level for heading in parsed.tree.headings] == settled
    assert parsed.front.title == ("見出し" if levels.count(1) == 1 else "report")
    assert parsed.front.titled == (levels.count(1) == 1)


HEADINGS = (
    "1. 序",
    "1.1 背景",
    "２．方法",
    "謝辞",
    "(1) 目的",
    "① 準備",
    "I. はじめに",
    "問1 答えよ",
    "第 3 章　結果",
    "3-4 節",
    "2024/05/06 の実験",
    "$x^2$ と $\\alpha_1$ の関係",
    "C#",
)


def test_headings_stay_as_they_are_written_and_none_gets_a_number(report):
    parsed = report("# 題\n\n" + "".join(f"## {text}\n\n文\n\n" for text in HEADINGS))
    assert [heading.text for heading in parsed.tree.headings] == list(HEADINGS)
    assert not any(heading.number for heading in parsed.tree.headings)
    shown = [text_of(heading) for heading in parsed.tree.root.iter("h2")]
    assert [text for text in shown if "の関係" not in text] == [
        " ".join(text.split()) for text in HEADINGS if "$" not in text
    ]


def test_generated_contents_give_way_to_the_engines(report):
    parsed = report(
        "# 題\n\n<!-- code_chunk_output -->\n\n- [古い](#古い)\n\n<!-- /code_chunk_output -->\n\n[TOC]\n\n## 章\n"
    )
    assert all_text(parsed) == "題 章"
    assert not parsed.warnings


def test_contents_are_as_deep_as_the_reports_own(report):
    own = "<!-- code_chunk_output -->\n\n- [題](#題)\n  - [節(1)](#節1)\n{}\n<!-- /code_chunk_output -->\n\n"
    text = "# 題\n\n{}## 章\n\n### 節(1)\n\n#### 細目\n\n文\n"
    shallow, deep = (report(text.format(own.format(entry))) for entry in ("", "    - [細目](#%E7%B4%B0%E7%9B%AE)\n"))
    assert [heading.level for heading in shallow.tree.headings] == [2, 3, 4]
    assert [heading.level for heading in deep.tree.headings] == [2, 3, 3]


@pytest.mark.parametrize(
    ("text", "title", "titled", "chapters"),
    [
        ("# $x^2$ の研究\n\n## 一\n", "$x^2$ の研究", True, ["一"]),
        ("---\ntitle: 題名\n---\n\n## 一\n\n## 二\n", "題名", True, ["一", "二"]),
        ("---\ntitle: 題名\n---\n\n# 一\n\n# 二\n", "題名", True, ["一", "二"]),
        ("---\ntitle: 題名\n---\n\n# 見出し\n\n## 一\n", "題名", True, ["一"]),
        ("# 一\n\n# 二\n", "report", False, ["一", "二"]),
        ("## 一\n", "report", False, ["一"]),
        ("文だけ\n", "report", False, []),
        ("## 一\n\n# 後の題\n", "report", False, ["一", "後の題"]),
    ],
)
def test_the_title_is_the_authors_or_there_is_none(report, text, title, titled, chapters):
    parsed = report(text)
    assert (parsed.front.title, parsed.front.titled) == (title, titled)
    assert [heading.text for heading in parsed.tree.headings] == chapters
    page = html.fromstring(render.for_browser(Path("report.md"), parsed))
    (heading,) = page.iter("h1")
    assert (heading.getparent().get("class") == "front untitled") == (not titled)
    assert (heading.find(".//svg") is not None) == ("$" in title)


@pytest.mark.parametrize(
    ("front", "byline"),
    [
        ("title: 題\nauthor: 氏名\ndate: 2024-05-06", ["氏名", "2024-05-06"]),
        ("title: 題\nauthor: [一郎, 二郎]", ["一郎, 二郎"]),
        ("title: 題\ndate: 2024年度 前期", ["2024年度 前期"]),
        ("title: 1.0", []),
        ("title: 題\nauthor:\n  - {name: 一郎, email: a@b.c}\n  - 三郎", ["一郎, 三郎"]),
        ("title: 題\nauthor: {name: 一郎}", ["一郎"]),
        ("title: 題\nauthors:\n  - 一郎\n  - {affiliation: 大学}", ["一郎"]),
    ],
)
def test_author_and_date_of_the_front_matter_stand_under_the_title_as_they_are_written(report, front, byline):
    parsed = report(f"---\n{front}\n---\n\n## 一\n")
    page = html.fromstring(render.for_browser(Path("report.md"), parsed))
    assert [span.text for span in page.xpath("//p[@class='byline']/span")] == byline
    assert not page.xpath("//p[@class='byline']/time")


LISTED = "<!-- code_chunk_output -->\n\n- [方法](#方法)\n\n<!-- /code_chunk_output -->"


@pytest.mark.parametrize(
    ("text", "places", "entries"),
    [
        ("# 題\n\n[TOC]\n\n## 方法\n", 0, ["方法"]),
        ("# 題\n\n前書き\n\n## 方法\n\n### 節\n", 0, ["方法", "節"]),
        ("# 題\n\n[toc]\n\n前書き\n\n## 方法\n\n### 節\n", 1, ["方法", "節"]),
        ('# 題\n\n## 方法\n\n@import "[TOC]" {depthFrom=2 depthTo=2}\n\n### 節\n', 1, ["方法"]),
        ('# 題\n\n## 方法\n\n@import "[TOC]" {depthFrom=two depthTo}\n\n### 節\n', 1, ["方法", "節"]),
        (f'# 題\n\n<!-- @import "[TOC]" {{cmd="toc"}} -->\n\n{LISTED}\n\n## 方法\n', 0, ["方法"]),
        ("# 題\n\n## 方法\n\n## 付録 {ignore=true}\n\n### 節\n", 0, ["方法", "節"]),
        ("# 題\n\n## 目次\n\n- [方法](#方法)\n- [結果](#結果)\n  - [図](#図)\n\n## 方法\n\n## 結果\n\n### 図\n", 0, []),
        ("# 題\n\n## 方法\n\n- [TOC]\n\n    [TOC]\n", 1, ["方法"]),
    ],
)
def test_contents_stand_once_and_where_the_author_wants_them(report, text, places, entries):
    parsed = report(text)
    page = html.fromstring(render.for_browser(Path("report.md"), parsed))
    assert len(page.xpath("//nav[@class='toc']")) == places
    links = page.xpath("//nav//li/a")
    assert [text_of(link) for link in links] == entries
    assert not unresolved(page)
    assert len(page.xpath("//nav")) == bool(entries)


def test_attributes_of_a_heading_are_not_its_text(report):
    parsed = report("## 方法 {#method .big data-x=1}\n\n[ここ](#method)\n\n## 集合 {1, 2} について\n\n## f{x}\n")
    assert [heading.text for heading in parsed.tree.headings] == ["方法", "集合 {1, 2} について", "f"]
    assert not parsed.warnings


def test_contents_repeat_no_anchor_of_a_heading_with_a_formula(tmp_path):
    file = tmp_path / "a.md"
    file.write_text('# 題\n\n[x](#x)\n\n## <span id="x">章</span> $x$\n\n文\n\n[TOC]\n\n## 次\n', encoding="utf-8")
    assert not render.render(file, say=lambda _: None)
    assert not unresolved(html.fromstring(file.with_suffix(".html").read_text(encoding="utf-8")))
