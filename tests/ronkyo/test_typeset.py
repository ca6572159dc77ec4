"""The room as a whole: a Markdown text becomes two pages and a PDF."""

import datetime
from xml.etree import ElementTree

import pytest
from lxml import html

from ronkyo.typeset import page, tree
from ronkyo.typeset.front import Front
from ronkyo.words import Words

FRONT = Front("題", datetime.date(2024, 6, 16))


def printed(text):
    """The printed page and the SVG files of its formulas."""
    made = page.for_print(tree.build(text, Words("ja")), FRONT)
    return html.document_fromstring(made.html), made.formulas


# -- formulas ---------------------------------------------------------------------------------------------------------


def test_a_formula_is_drawn_in_the_browsers_page_and_an_image_with_the_same_words_on_paper(tmp_path):
    text = "## 章\n\n$x^2$ と $y$ と $x^2$。\n\n$$ x^2 \\label{eq:x} $$\n"
    browser = html.document_fromstring(page.for_browser(tree.build(text, Words("ja")), FRONT, tmp_path))
    said = browser.xpath("//svg/title/text()")
    paper, files = printed(text)
    images = paper.xpath("//img")
    assert [image.get("alt") for image in images] == said == ["数式 x の 2 乗", "数式 y", *["数式 x の 2 乗"] * 2]
    numbers = [int(image.get("src").removeprefix("formula:")) for image in images]
    assert numbers == [0, 1, 0, 2]  # the same drawing once, but a displayed formula is another
    for image in images:
        svg = ElementTree.fromstring(files[int(image.get("src").removeprefix("formula:"))])
        assert svg.find("{*}title") is None
        assert svg.find(".//{*}path") is not None
        assert "vertical-align:" in image.get("style")
    assert not browser.xpath("//@data-formula")
    assert not paper.xpath("//@data-formula | //svg")


@pytest.mark.parametrize("before", ["文（「", "<b>文</b>（「"])
def test_on_paper_no_line_ends_between_an_opening_bracket_and_a_formula(before):
    paper, _ = printed(f"## 章\n\n{before}$x$」）と（文）$y$\n")
    kept, free = paper.xpath('//span[@class="formula"]')
    assert kept.text == "（「"
    assert "inline-block" in kept.get("style")
    assert paper.find(".//p").text_content() == "文（「」）と（文）"
    assert free.text is None
    assert free.get("style") is None


def test_a_slot_that_the_text_brings_along_is_no_formula():
    paper, files = printed('## 章\n\n<span data-formula="7">文</span>\n')
    assert files == []
    assert not paper.xpath("//img")


# -- lines ------------------------------------------------------------------------------------------------------------


def paragraphs(text):
    return [block.text_content() for block in tree.parse(text, Words("ja")).iter("p", "li", "pre", "td", "h2")]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("文の\n続き", ["文の続き"]),
        ("一文。\nAdam は", ["一文。Adam は"]),
        ("値は\n0.5 である", ["値は\n0.5 である"]),
        ("words\nof a line", ["words\nof a line"]),
        ("**文**\nの*続\nき*\n", ["文の続き"]),
        ("文（\n$x$）", ["文（\\(x\\)）"]),
        ("文。\n\n次の段落", ["文。", "次の段落"]),
        ("- 文の\n  続き\n- 項目", ["文の続き", "項目"]),
        ("```\n文の\n続き\n```", ["文の\n続き\n"]),
        ("## 見出し\n本文", ["見出し", "本文"]),
    ],
)
def test_a_line_break_inside_japanese_is_no_blank(text, joined):
    assert paragraphs(text) == joined
