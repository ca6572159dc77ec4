"""The room as a whole: a Markdown text becomes two pages and a PDF."""

import datetime
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from lxml import html

from ronkyo.errors import UserError
from ronkyo.typeset import Front, code, page, parsing, tree, write
from ronkyo.words import Words

FRONT = Front("題", datetime.date(2024, 6, 16))


def printed(text):
    """The printed page and the SVG files of its formulas."""
    made = page.for_print(tree.build(text, Words("ja")), FRONT)
    return html.document_fromstring(made.html), made.formulas


# -- formulas ---------------------------------------------------------------------------------------------------------


def test_a_formula_is_drawn_in_the_browsers_page_and_an_image_with_the_same_words_on_paper(tmp_path):
    text = "## 章\n\n$x^2$ と $y$ と $x^2$。\n\n$$ x^2 \\label{eq:x} $$\n"
    browser = html.document_fromstring(page.for_browser(tree.build(text, Words("ja")), FRONT, tmp_path).html)
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
    return [block.text_content() for block in parsing.parse(text, Words("ja")).iter("p", "li", "pre", "td", "h2")]


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


# -- errors -----------------------------------------------------------------------------------------------------------


def failure(text):
    with pytest.raises(UserError) as raised:
        tree.build(text, Words("en"))
    return raised.value


@pytest.mark.parametrize("formula", ["$x = {}$", "$$\nx = {}\n$$"])
def test_a_number_in_a_formula_that_is_not_plain_is_an_error(formula):
    error = failure("## One\n\n" + formula.format('<data value="a.b.c">64</data>'))
    assert isinstance(error, tree.FormulaError)
    assert error.problem == "a number in a formula needs | plain"
    assert error.tex == 'x = <data value="a.b.c">64</data>'


def test_other_markup_in_a_formula_is_an_error_too():
    assert str(failure("## One\n\n$x = <b>y</b>$")) == "formula 'x = <b>y</b>': expected TeX, found </b>"


def test_less_and_greater_in_a_formula_are_no_markup():
    assert len(tree.build("## One\n\n$a<b>c$", Words("en")).formulas) == 1


def test_all_bad_formulas_are_told_at_once():
    error = failure("## One\n\n$\\wrong$ $x$ $\\frac{1}$")
    assert isinstance(error, tree.FormulaError)
    assert [(bad.tex, bad.problem) for bad in error.all] == [
        ("\\wrong", "Undefined control sequence \\wrong"),
        ("\\frac{1}", "Missing argument for \\frac"),
    ]
    assert str(error) == r"formula '\wrong': Undefined control sequence \wrong"


def test_a_reference_without_a_target_names_the_nearest():
    error = failure("## Method\n\n$$ x \\label{eq:loss} $$\n\n[](#eq:los)")
    assert isinstance(error, tree.MissingTarget)
    assert (error.target, sorted(error.known)) == ("eq:los", ["eq:loss", "method"])
    assert str(error) == "reference 'eq:los': no such target; nearest: eq:loss"


@pytest.mark.parametrize("source", ["missing.svg", "../outside.svg", "/etc/passwd"])
def test_a_picture_that_is_not_in_its_folder_is_an_error(tmp_path, source):
    (tmp_path / "outside.svg").touch()
    (tmp_path / "pictures").mkdir()
    built = tree.build(f"## One\n\n![a]({source})", Words("en"))
    with pytest.raises(UserError, match=f"^picture '{source}': expected a file below {tmp_path}/pictures, found none$"):
        page.for_browser(built, FRONT, tmp_path / "pictures")


# -- boxes and code ---------------------------------------------------------------------------------------------------


def test_boxes_are_what_the_caller_says():
    text = "## One\n\n### Exercise 1\n\nQ: Why?\n\nBecause.\n\n### Thoughts\n\nQ: None.\n\n### Rest\n\nText."
    built = tree.build(text, Words("en"), {"Exercise": "test", "Thoughts": "discussion"})
    boxes = built.root.findall("section")
    assert [box.get("class") for box in boxes] == ["test", "discussion"]
    assert [question.text for question in built.root.xpath('//*[@class="question"]')] == ["Why?"]
    assert [heading.text_content() for heading in boxes[1]][-1] == "Q: None."
    assert tree.build(text, Words("en")).root.findall("section") == []


def test_tokens_have_tags_exactly_where_the_style_has_a_colour():
    style = (page.STYLE / "report.css").read_text(encoding="utf-8")
    coloured = [rule for rule in style.splitlines() if rule.startswith(".highlight .") and "{ color" in rule]
    assert set(re.findall(r"\.highlight \.(\w+)", " ".join(coloured))) == code.TOKENS
    listing = tree.build("```python\ndef f(x):  # note\n    return x\n```\n", Words("en")).root.find(".//pre")
    assert set(listing.xpath(".//span/@class")) == {"line", "line indent-4", "blanks", "k", "nf", "c1"}
    assert listing.text_content().strip() == "def f(x):  # note\n    return x"


# -- from a plain script ----------------------------------------------------------------------------------------------

SCRIPT = """
import sys
from datetime import date
from pathlib import Path
from ronkyo.typeset import Front, write
first = {name for name in sys.modules if name.partition(".")[0] in ("lxml", "markdown", "weasyprint", "fontTools")}
assert not first, f"loaded before anything is written: {first}"
files = write("## One\\n\\nText, $x$ and [](#one).\\n", Front("T", date(2024, 6, 16), language="en"), Path(sys.argv[1]))
assert files.html.startswith("<!doctype html>") and files.pdf.startswith(b"%PDF-")
foreign = ("claims", "report", "project", "foreign", "compare", "run", "check", "results", "params")
loaded = {name for name in sys.modules if name.split(".")[0] in ("scipy", "dvc", "pydantic", "torch", "pandas")}
loaded |= {name for name in sys.modules if name.startswith("ronkyo.") and name.split(".")[1] in foreign}
assert not loaded, f"loaded though not needed: {loaded}"
"""


def test_a_markdown_text_is_typeset_without_anything_else_of_the_engine(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_same_text_gives_the_same_bytes(tmp_path):
    text = "## 章\n\n本文 $x$。"
    assert write(text, FRONT, tmp_path) == write(text, FRONT, tmp_path)
