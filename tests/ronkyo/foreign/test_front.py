"""Language and front matter of reports from elsewhere."""

import re

import pypdf
import pytest
from lxml import html
from reading import text_of, warned

from ronkyo.foreign import render


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
        ("---\na: ? [1]\n---\n", "report.md:2: front matter: expected YAML: "),
    ],
)
def test_front_matter_that_is_broken_is_left_out_and_told(report, text, message):
    parsed = report(f"{text}# 題\n")
    assert parsed.front.title == "題"
    assert [
        warning.startswith(message) and warning.endswith("; all of it is left out") for warning in parsed.warnings
    ] == ([True] if message else [])


@pytest.mark.parametrize("lines", ["a: 1\na: 2", "a:\n  b: !r f('x')\nc: !expr [1]"])
def test_front_matter_with_what_other_programs_read_is_read(report, lines):
    parsed = report(f"---\n{lines}\ntitle: 題\n---\n文\n")
    assert (parsed.front.title, parsed.warnings) == ("題", [])


def test_values_of_front_matter_are_not_written_out(report):
    """Eleven levels of aliases stand for 9 to the 11th items."""
    levels = "".join(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12))
    parsed = report(f"---\na0: &a0 x\n{levels}puppeteer: *a11\n---\n# 題\n")
    assert warned(parsed) == ["14: front matter: puppeteer: expected keys, found a list; all of it is left out"]
