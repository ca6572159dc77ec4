"""What the source has, counted against the HTML and the PDF: a loss in any step is seen."""

import re
from pathlib import Path

import pytest
from lxml import html

from ronkyo import cli
from ronkyo.foreign import arrange, count, render
from ronkyo.typeset import page

SAMPLES = sorted((Path(__file__).parents[1] / "reports").glob("*.md"))
REPORT = """# 題

はじめの段落。

## 章

二つ目の段落に `code` と[リンク](https://example.com/)と $x^2$ がある。

- 項目一
- 項目二

| a | b |
|---|---|
| 一 | 二 |

```python
x = 1
    y = "二"
```

![図](data:image/png;base64,AAAA)
"""


@pytest.fixture
def told(tmp_path):
    """The closing line of figures, and the warnings."""

    def run(text, **options):
        file = tmp_path / "a.md"
        file.write_text(text, encoding="utf-8")
        said = []
        warnings = render.render(file, say=said.append, **options)
        return said[-1].partition("a.md: ")[2], [warning.partition("a.md:")[2] for warning in warnings]

    return run


def test_each_build_ends_with_one_line_of_figures(told):
    figures, _ = told(REPORT)
    assert figures == (
        "text 11/11 (PDF 11), listings 1/1, formulas 1/1, tables 1/1, cells 4/4, items 2/2, pictures 1/1, links 1/1"
    )


@pytest.mark.parametrize("file", SAMPLES, ids=[file.stem for file in SAMPLES])
def test_nothing_of_the_samples_is_lost(file, tmp_path):
    said = []
    render.render(file, tmp_path, say=said.append)
    have = re.search(r"text (\d+)/(\d+) \(PDF (\d+)\)", said[-1])
    assert have[1] == have[2] == have[3]


@pytest.mark.parametrize(
    ("source", "figures"),
    [
        ("<table><tr><td>一</td><td>二</td></tr></table>", "tables 1/1, cells 2/2"),
        ("<ul><li>一<li>二</ul>", "items 2/2"),
        ("> 引用\n>\n> - 一\n>   - 二\n", "items 2/2"),
        ("注[^1]。\n\n[^1]: 注の文。\n", "text 3/3 (PDF 3)"),
        ("    字下げのコード\n", "listings 1/1"),
        ("$$\nx\n$$\n\nと $y$ と \\(z\\)", "formulas 3/3"),
        ("a b\n<!-- 隠れた文 -->\n\n<style>p { color: red }</style>\n", "text 2/2 (PDF 2)"),
        ("```\n\ta\n\n\n    b  \n```\n", "listings 1/1"),
        ("- [ ] やる\n- [ ] やった\n", "items 2/2"),
        ("段落の**太字**と~~取り消し~~。", "text 2/2 (PDF 2)"),
    ],
)
def test_what_is_counted(told, source, figures):
    assert figures in told(f"# 題\n\n{source}\n")[0]


def test_a_text_over_many_pages_is_found_across_their_ends(told):
    paragraphs = "\n\n".join(
        f"段落{number}。" + "長い文章が続いてページの終わりを越える。" * 40 for number in range(12)
    )
    assert "(PDF 13)" in told(f"# 題\n\n{paragraphs}\n")[0]


@pytest.fixture
def losing(monkeypatch):
    """A step of the setting that takes the elements of a path away."""

    def lose(path):
        finish = arrange.finish

        def broken(built):
            finish(built)
            for element in built.root.xpath(path):
                element.drop_tree()

        monkeypatch.setattr(arrange, "finish", broken)

    return lose


@pytest.mark.loses
@pytest.mark.parametrize(
    ("path", "warning"),
    [
        (".//p[contains(., '二つ目')]", "7: text is not in the HTML: '二つ目の段落に code とリンクと'"),
        (".//li[2]", "9: items: 2 in the source, 1 in the HTML"),
        (".//li[2]", "10: text is not in the HTML: '項目二'"),
        (".//td[2]", "12: cells: 4 in the source, 3 in the HTML"),
        (".//figure[.//table]", "12: tables: 1 in the source, 0 in the HTML"),
        (".//pre", "16: a listing is not as written: 'x = 1 y = \"二\"'"),
        (".//code/a | .//p//a", "7: links: 1 in the source, 0 in the HTML"),
        (".//*[@data-formula]", "7: formulas: 1 in the source, 0 in the HTML"),
    ],
)
def test_a_loss_is_told_with_its_line(told, losing, path, warning):
    losing(path)
    assert warning in told(REPORT)[1]


@pytest.mark.loses
def test_a_listing_that_changed_by_one_character_is_told(told, monkeypatch):
    write = render.for_browser
    monkeypatch.setattr(render, "for_browser", lambda *given: write(*given).replace("二", "ニ", 99))
    assert any("a listing is not as written" in warning for warning in told(REPORT)[1])


@pytest.mark.loses
def test_a_text_that_the_pdf_alone_lacks_is_told(told, monkeypatch):
    set_page = page.for_print

    def without(*given):
        printable = set_page(*given)
        return printable._replace(html=printable.html.replace("はじめの段落。", ""))

    monkeypatch.setattr(page, "for_print", without)
    figures, warnings = told(REPORT)
    assert "3: text is not in the PDF: 'はじめの段落。'" in warnings
    assert "text 11/11 (PDF 10)" in figures


def test_what_a_warning_explains_is_told_by_the_report_alone(tmp_path, capsys):
    file = tmp_path / "a.md"
    file.write_text(
        "# 題\n\n文。<object>消える長い文がここに書いてある。</object>\n\n[x](javascript:a)\n", encoding="utf-8"
    )
    assert cli.main(["render", str(file)]) == 0
    plain = capsys.readouterr()
    assert cli.main(["render", "--report", str(file)]) == 0
    report = capsys.readouterr()
    assert plain.err == report.err
    assert f"{file}:5: links: 1 in the source, 0 in the HTML" in report.out
    assert "in the source, 0 in the HTML" not in plain.out


def test_every_kind_of_token_that_is_counted_is_one_that_the_page_has():
    numbers = count.of_page(html.tostring(html.fragment_fromstring("<main></main>"), encoding="unicode")).numbers
    assert set(count.KINDS) == set(numbers)
