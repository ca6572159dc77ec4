"""What learners write every day, as articles, notes, exported notebooks and manuals have it."""

import re

import pypdf
import pytest
from reading import all_text, inner, picture, text_of, warned

from ronkyo.foreign import render

LONG = "0123456789abcdef" * 8
WIDE = "+".join(f"a_{{{number}}}" for number in range(26))


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """The page, the lines of the PDF and the warnings of one report that has all that only a PDF tells."""
    file = tmp_path_factory.mktemp("printed") / "a.md"
    file.write_text(
        f"# 題\n\n{LONG}\n\n> {LONG}\n\n3. 三\n4. 四\n\n文\n\n<ol type='a' start='5'><li>e</li><li value='9'>i</li></ol>\n\n"
        f"<ol reversed><li>二</li><li>一</li></ol>\n\n$$ {WIDE} \\tag{{7}} $$\n\n文中の ${WIDE}$ である。\n\n"
        "アラビア：مرحبا の文\n\n## 章\n",
        encoding="utf-8",
    )
    warnings = render.render(file, say=lambda _: None)
    text = pypdf.PdfReader(file.with_suffix(".pdf")).pages[0].extract_text()
    return file.with_suffix(".html").read_text(encoding="utf-8"), text.splitlines(), warnings


def test_lists_have_their_numbers_in_the_pdf(printed):
    _, lines, _ = printed
    assert [line.strip() for line in lines if re.fullmatch(r"\w\. *", line)] == ["3.", "4.", "e.", "i.", "2.", "1."]


def test_words_that_are_longer_than_a_line_are_broken(printed):
    _, lines, warnings = printed
    assert sum("0123456789" in line for line in lines) == 4
    assert max(len(line) for line in lines if "0123456789" in line) < len(LONG)
    assert warnings == []


def test_a_wide_formula_leaves_room_for_its_number(printed):
    html, _, _ = printed
    assert re.findall(r'class="(equation|formula)"[^>]* style="--size: ([5-9]\.\d+)pt; padding-right: (\d)', html) == [
        ("equation", "5.74", "2"),
        ("formula", "5.96", "0"),
    ]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a List<int>、std::vector<double>、<T>、z", "a List<int>、std::vector<double>、<T>、z"),
        ("Map<String, List<Integer>> の <name>", "Map<String, List<Integer>> の <name>"),
        ("<p class=M><![if !supportLists]><span>1.</span><![endif]>項<o:p></o:p></p>", "1.項"),
        (r"\[1\] 参考文献、\[2,3\]、\[注\](x) と \(注\)", "[1] 参考文献、[2,3]、[注](x) と (注)"),
        (r"\[4\]", "[4]"),
        ("${var} $(cmd) $HOME", "${var} $(cmd) $HOME"),
    ],
)
def test_text_that_looks_like_html_or_a_formula_is_shown_as_written(report, source, shown):
    parsed = report(f"## 章\n\n{source}\n")
    assert text_of(parsed.tree.root.find("p")) == shown
    assert warned(parsed) == []


@pytest.mark.parametrize("source", [r"[の $x^2$](https://example.com)", r"\\( x \\)", r"$x $ と $ y $", r"\\[ x+y \\]"])
def test_formulas_are_set_in_links_and_in_any_brackets(report, source):
    parsed = report(f"## 章\n\n{source}\n")
    assert parsed.tree.formulas
    assert "\\" not in all_text(parsed)


@pytest.mark.parametrize(
    ("source", "place"), [("## 和 $$ x $$ は", "h2"), ("[和 $$ x $$](a.md)", "p/a"), ("**和 $$ x $$**", "p/strong")]
)
def test_a_display_is_set_where_no_block_can_stand(report, source, place):
    parsed = report(f"## 章\n\n{source}\n")
    assert len(parsed.tree.root.xpath(f"//{place}/span[@class='formula'][@data-formula]")) == 1
    assert [heading.text for heading in parsed.tree.headings] == ["章", "和 $ x $ は"][: len(parsed.tree.headings)]


def test_rows_without_an_environment_have_one_number(report):
    parsed = report("$$ a \\nonumber \\\\ = b \\tag{2} $$\n")
    assert (inner(parsed).count('equation-number">(2)<'), parsed.warnings) == (1, [])


def test_tables_that_pandas_wrote_are_set_without_a_warning(report):
    style = "<style scoped>\n    .dataframe tbody tr th {\n        vertical-align: top;\n    }\n\n    .dataframe thead th { }\n"
    table = (
        "<table border='1' class='dataframe'>\n  <tbody>\n    <tr>\n      <th>0</th>\n    </tr>\n  </tbody>\n</table>"
    )
    parsed = report(f"## 章\n\n<div>\n{style}</style>\n{table}\n</div>\n")
    assert ([text_of(cell) for cell in parsed.tree.root.iter("th")], parsed.warnings) == (["0"], [])


def test_displays_that_are_joined_keep_their_numbers(report):
    joined = r"\begin{align} a &= b \\ c &= d \end{align} \\ \begin{align} e &= f \end{align}"
    assert re.findall(r'equation-number"[^>]*>([^<]*)<', inner(report(f"$$ {joined} $$"))) == ["(1)", "(2)", "(3)"]


def test_tasks_that_stand_apart_are_one_line_each(report):
    parsed = report("## 章\n\n- [ ]  やること\n\n- [x]  やった\n\n  続き\n")
    assert [item.find("p") for item in parsed.tree.root.iter("li")] == [None, None]
    assert [text_of(item) for item in parsed.tree.root.iter("li")] == ["□やること", "✓やった 続き"]


def test_the_count_knows_what_is_no_loss(tmp_path):
    file = tmp_path / "a.md"
    file.write_text(
        "# 題\n\n式 \\eqref{a}。\n\n"
        "$$ \\def\\z{x} $$\n\n$\\def\\z{x}$\n\n```math\n\\def\\z{x}\n```\n\n"
        "$$ x \\label{a} $$\n\n<div>\n<style>\n  td {\n    top: 1;\n  }\n\n    th { top: 1; }\n</style>\n"
        "<p>$$z_1$$ と $y$</p>\n</div>\n\n<img src='https://latex.codecogs.com/gif.latex?a+b'>\n\n"
        "```python {cmd=true hide}\nx = 1\n```\n\n[^1]\n\n[^1]: 注\n\n    - 項\n",
        encoding="utf-8",
    )
    said = []
    warnings = [warning.partition("a.md:")[2] for warning in render.render(file, say=said.append, report=True)]
    assert warnings == [
        "16: <style> is left out",
        "28: code is not run; chunks with cmd, whose output is missing: 1",
    ]
    assert "text 5/5 (PDF 5), listings 0/0, formulas 3/3" in said[-1]
    assert "items 1/1, pictures 1/1" in said[-1]
    assert not any("not in the" in line for line in said)


def test_pictures_and_links_of_headings_stay(report):
    picture("a.png")
    parsed = report(
        "# [![a](a.png)](https://a.jp) 題 [外](https://b.jp)\n\n文\n\n## ![b](a.png)\n\n## ![b](a.png) 章 [外](https://c.jp)\n"
    )
    assert len(parsed.tree.root.xpath("//img")) == 3
    assert parsed.tree.root.xpath("//a/@href") == ["https://b.jp", "https://a.jp", "https://c.jp"]
    assert [heading.text for heading in parsed.tree.headings] == ["章 外"]


def test_a_bar_in_code_or_a_formula_parts_no_cells_and_what_is_too_much_is_told(report):
    parsed = report(
        "## 章\n\n| a | b |\n|---|---|\n| `x | y` | $P(A|B)$ |\n| $|x|$ | `\\|` |\n|$a$|$b$|\n| 1 | 2 | 3 | 4 |\n"
    )
    rows = [[text_of(cell) for cell in row] for row in parsed.tree.root.iter("tr")]
    assert rows[1][0] == "x | y"
    assert [len(row) for row in rows] == [2] * 5
    assert [rows[2][1], rows[4]] == ["|", ["1", "2"]]
    assert len(parsed.tree.formulas) == 4
    assert warned(parsed) == ["8: a row of a table has more cells than its head; left out: 3 | 4"]


def test_a_caption_between_two_tables_is_of_the_one_below(report):
    parsed = report("## 章\n\n|a|\n|-|\n|1|\n\n表1 結果\n\n|b|\n|-|\n|2|\n")
    assert [text_of(caption.getparent().find("table//td")) for caption in parsed.tree.root.iter("figcaption")] == ["2"]


def test_wiki_links_lead_to_files_and_numbers_in_brackets_do_not(report):
    picture("a.png")
    parsed = report("## 章\n\n[[深層学習]]、[[LSTM#式|長短期]]、[[#章]]、[[0.1]]、[[1, 2], [3, 4]]、![[a.png|50]]\n")
    links = [(text_of(link), link.get("href")) for link in parsed.tree.root.iter("a")]
    assert links == [
        ("深層学習", "%E6%B7%B1%E5%B1%A4%E5%AD%A6%E7%BF%92.md"),
        ("長短期", "LSTM.md#%E5%BC%8F"),
        ("#章", "#章"),
    ]
    assert parsed.tree.root.find(".//img").get("style") == "width: 50px"
    assert "[[0.1]]、[[1, 2], [3, 4]]" in all_text(parsed)


def test_what_stands_behind_a_directive_and_a_lemma_stay(report):
    parsed = report(
        "## 章\n\n```{figure} a.png\n説明\n```\n\nhttps://ja.wikipedia.org/wiki/深層学習を見る。\\\\( x\\_1 \\\\)\n"
    )
    assert "{figure} a.png" in all_text(parsed)
    assert text_of(parsed.tree.root.find(".//a")) == "https://ja.wikipedia.org/wiki/深層学習"
    assert parsed.tree.formulas[0].tex == "x_1"


def test_boxes_of_a_row_are_side_by_side(report):
    picture("a.png")
    columns = '<div style="width:50%">\n\n![x](a.png)\n\n</div>\n' * 2
    parsed = report(f'## 章\n\n<div style="display:flex">\n{columns}</div>\n\n\\newpage\n\n後\n')
    assert len(parsed.tree.root.xpath("//figure/div[@class='cells columns-2']/div/img")) == 2
    assert parsed.tree.root.xpath("//div[contains(@style, 'break-before')]")
