"""Formulas of reports from elsewhere: what is one, what it becomes, and what it says where it cannot be set."""

import re
import time
from pathlib import Path

import pytest
from reading import inner, read, text_of, warned

from ronkyo.check import chromium
from ronkyo.foreign import formulas, render
from ronkyo.typeset import mathjax
from ronkyo.typeset.mathematics import Formula, typeset_all

CONSTRUCTS = Path(__file__).with_name("katex.txt")
EVERYDAY = [
    r"\begin{pmatrix} a \\ b \\ c \end{pmatrix}",
    r"\begin{bmatrix} 1 & 0 & 0 \\ 0 & 1 & 0 \\ 0 & 0 & 1 \end{bmatrix}",
    r"\begin{vmatrix} a & b & c \\ d & e & f \\ g & h & i \end{vmatrix}",
    r"f(x) = \begin{cases} 1 & (x > 0) \\ 0 & (x = 0) \\ -1 & (x < 0) \end{cases}",
    r"\left|\frac{a}{b}\right|",
    r"\left.\frac{df}{dx}\right|_{x=0}",
    r"\underbrace{a+b+c}_{n}",
    r"\overbrace{x_1 + \cdots + x_n}^{n}",
    r"\overline{abcd}",
    r"\overrightarrow{AB}",
    r"\left\|\frac{\partial L}{\partial w}\right\|",
    r"A \xrightarrow{\text{学習}} B",
    r"\sqrt{\frac{\frac{a}{b}}{\frac{c}{d}}}",
]


def constructs() -> list[str]:
    lines = CONSTRUCTS.read_text(encoding="utf-8").splitlines()[2:]
    return [
        construct for line in lines if not line.startswith("#") for construct in re.split(r" {2,}", line) if construct
    ]


def test_all_that_katex_documents_is_set() -> None:
    asked = [(tex, True) for tex in constructs()]
    bad = {
        tex: str(found)
        for (tex, _), found in zip(asked, typeset_all(asked, "ja"), strict=True)
        if not isinstance(found, Formula)
    }
    assert len(asked) > 600
    assert bad == {}


# -- what is a formula ------------------------------------------------------------------------------------------------


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
        ("```math\n\\sum_{i=1}^n x_i\n```", 0, 1),
        ("~~~ math\nx\n\ny\n~~~", 0, 1),
        ("- 項\n\n  ```math\n  x\n  ```", 0, 1),
        ("```math {.line-numbers}\nx\n```", 0, 1),
        ("```mathematica\nx\n```", 0, 0),
        ("GitHub の $`a^2`$ と $`\\sqrt{b}`$", 2, 0),
        ("**$`x_1`$** は", 1, 0),
        ("$`x` と `y`$", 1, 0),
        ("`` $`x`$ ``", 0, 0),
        ("`$` と `$`", 0, 0),
        ("$ｙ＝ａｘ＾２$", 1, 0),
        ("$１＜ｘ＜２$ のとき", 1, 0),
        ("$（ａ＋ｂ）（ａ－ｂ）$", 1, 0),
        ("$５　＋　３$", 1, 0),
        ("＄２ｘ＄", 0, 0),
        (r"$\text{if $x>0$ then } y$ と $z$", 2, 0),
        (r"$f(x) = x \quad \text{($x$ は実数)}$", 1, 0),
        (r"$\{x$ と $y\}$", 2, 0),
    ],
)
def test_formulas(tmp_path, text, inline, displays):
    parsed = read(tmp_path, f"## 章\n\n{text}\n")
    assert len(parsed.tree.root.xpath('//*[@class="formula"]')) == inline
    assert len(parsed.tree.root.xpath('//div[@class="equation"]')) == displays
    assert not parsed.tree.root.xpath('//p[.//div] | //*[@class="arithmatex"]')
    assert not parsed.warnings


def test_a_formula_that_an_imported_file_does_not_close_is_no_end_of_those_of_the_report(tmp_path):
    (tmp_path / "b.md").write_text("$$\n" + "a\n" * 6, encoding="utf-8")  # as many lines as the report has
    parsed = read(tmp_path, '@import "b.md"\n\n$$\ny\n\nz\n$$\n')
    assert [drawing.tex for drawing in parsed.tree.formulas] == ["y z"]


def test_a_formula_in_full_width_is_the_same_as_in_ascii_but_for_its_text(tmp_path):
    parsed = read(tmp_path, "## 章\n\n$２ｘ＋１＝５$ $2x+1=5$ $ｘ\\text{（入力）}$\n")
    assert [drawing.tex for drawing in parsed.tree.formulas] == ["2x+1=5", r"x\text{（入力）}"]


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("<table><tr><th>$$\\frac{1}{2}$$</th><td>\\(y\\)</td></tr></table>", [r"\frac{1}{2}", "y"]),
        ("<div>\n$a &lt; b$ と $c<d$\n</div>", ["a < b", "c<d"]),
        ("<details><summary>$z$</summary>\n\n$w$\n\n</details>", ["z", "w"]),
        ('<p align="center">\\[ x \\]</p>', ["x"]),
        ("<ul><li>$5 から $10</li><li>US$5 と $100</li></ul>", []),
        ("<pre>$x$</pre>\n\n<div><code>$y$</code> $z$</div>", ["z"]),
        ('<div title="$x$">$y$</div>', ["y"]),
        ("<div>\\$x\\$ <!-- $y$ --></div>", []),
        ("<div>$x</div>\n\n<div>y$</div>", []),
    ],
)
def test_formulas_in_html(tmp_path, text, tex):
    parsed = read(tmp_path, f"## 章\n\n{text}\n")
    assert [drawing.tex for drawing in parsed.tree.formulas] == tex
    assert not parsed.warnings


def test_a_bad_formula_in_html_is_told_with_its_own_line(tmp_path):
    parsed = read(tmp_path, "## 章\n\n<table>\n<tr>\n<td>$x$</td>\n<td>$\\foo$</td>\n</tr>\n</table>\n")
    assert [warning.partition(":")[0] for warning in warned(parsed)] == ["6"]


@pytest.mark.parametrize(
    ("address", "tex"),
    [
        ("https://latex.codecogs.com/gif.latex?u=w_1x_1+b", "u=w_1x_1+b"),
        ("https://latex.codecogs.com/svg.image?%5Cfrac%7B1%7D%7B2%7D", r"\frac{1}{2}"),
        (r"http://latex.codecogs.com/png.latex?\dpi{150}&space;\bg_white&space;\fn_phv&space;x&plus;y", "x+y"),
        (r"https://latex.codecogs.com/gif.latex?\inline&space;\alpha", r"\alpha"),
        ("//latex.codecogs.com/svg.latex?x%5E2", "x^2"),
        ("https://render.githubusercontent.com/render/math?math=x%20%2B%20y", "x + y"),
        ("https://render.githubusercontent.com/render/math?math=%5Csum_i%20x_i&mode=display", r"\sum_i x_i"),
        ("http://chart.apis.google.com/chart?cht=tx&chl=a%5Cleq+b", r"a\leq b"),
        ("https://chart.googleapis.com/chart?chf=bg,s,FFFFFF&cht=tx&chl=z&chs=100", "z"),
        ("https://www.zhihu.com/equation?tex=e%5E%7Bx%7D", "e^{x}"),
    ],
)
@pytest.mark.parametrize("form", ["文 ![式]({}) 文", '文 <img src="{}"/> 文', "![]({})"])
def test_pictures_whose_address_is_tex_are_formulas(tmp_path, address, tex, form):
    parsed = read(tmp_path, f"## 章\n\n{form.format(address)}\n")
    assert [drawing.tex for drawing in parsed.tree.formulas] == [tex]
    shown = "formula" if "文" in form or "inline" in address else "equation"
    assert len(parsed.tree.root.xpath(f'//*[@class="{shown}"]')) == 1
    assert not parsed.warnings


@pytest.mark.parametrize("address", ["https://latex.codecogs.com/editor.php", "https://example.org/render/math?math=x"])
def test_other_pictures_stay_pictures(tmp_path, address):
    assert not read(tmp_path, f"![]({address})\n").tree.formulas


# -- what it becomes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tex", EVERYDAY)
def test_stretched_strokes_keep_their_own_frame(tex):
    markup = mathjax.typeset(tex, True, "ja").drawing.markup
    assert markup.count("<svg") == markup.count("</svg>")
    assert all("viewBox" in frame for frame in re.findall("<svg[^>]*>", markup))


def test_double_strokes_are_as_high_as_single_ones():
    drawings = [mathjax.typeset(rf"\left{bar} x \right{bar}", False, "ja").drawing for bar in (r"\lVert", "|")]
    double, single = (float(drawing.height.removesuffix("em")) for drawing in drawings)
    assert double == pytest.approx(single, abs=0.01)


def test_everyday_formulas_are_set_in_both_editions(tmp_path):
    report = tmp_path / "report.md"
    report.write_text("# 式\n\n" + "\n\n".join(f"$$ {tex} $$" for tex in EVERYDAY), encoding="utf-8")
    assert render.render(report, say=lambda _: None) == []


@pytest.mark.skipif(not chromium.PROGRAM, reason="no chromium")
def test_the_browser_cuts_strokes_to_their_length(tmp_path):
    """An overline is as wide as what it stands over, a high bracket no higher than its matrix."""
    report = tmp_path / "report.md"
    report.write_text(
        r"# 式" "\n\n" r"$$ \overline{abcdef} \left[\begin{array}{c}1\\2\\3\\4\\5\\6\end{array}\right] $$",
        encoding="utf-8",
    )
    render.render(report, say=lambda _: None)
    with chromium.browser(tmp_path / "profile") as page:
        page.open(tmp_path / "report.html", 900)
        styles = page.run('[...document.querySelectorAll("svg.math svg")].map(one => getComputedStyle(one).overflow)')
    assert len(styles) >= 3
    assert set(styles) == {"hidden"}


def test_lines_of_align_have_numbers_and_references_lead_there(tmp_path):
    parsed = read(
        tmp_path,
        "式 \\eqref{eq:one}、\\ref{eq:two} と $\\eqref{eq:two}$ から、$x = \\text{\\eqref{eq:two} による}$\n\n"
        "$$\n\\begin{equation} E = mc^2 \\label{eq:one} \\end{equation}\n$$\n\n"
        "$$\n\\begin{align}\na &= b \\label{eq:two} \\\\\nc &= d \\tag{A} \\\\\ne &= f \\notag \\\\\ng &= h\n\\end{align}\n$$\n",
    )
    numbers = parsed.tree.root.xpath('//*[@class="equation-number"]/text()')
    assert numbers == ["(1)", "(2)", "(A)", "(3)"]
    links = [(link.get("href"), text_of(link)) for link in parsed.tree.root.iter("a")]
    assert links == [("#eq:one", "(1)"), ("#eq:two", "2"), ("#eq:two", "(2)"), ("#eq:two", "")]
    assert r"x = \text{\eqref{eq:two} による}" in [drawing.tex for drawing in parsed.tree.formulas]
    assert {"eq:one", "eq:two"} <= set(parsed.tree.root.xpath("//@id"))
    assert not parsed.warnings


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("$$ a \\tag{1} $$\n\n$$ b \\label{eq:b} $$", ["(1)", "(2)"]),
        ("\\begin{eqnarray}\na &=& b \\\\\nc &=& d\n\\end{eqnarray}", ["(1)", "(2)"]),
        ("$$\\begin{gather} a \\\\ b \\end{gather}$$", ["(1)", "(2)"]),
        ("$$\\begin{align*} a \\\\ b \\end{align*}$$", []),
        ("$$\\begin{aligned} a \\\\ b \\end{aligned}$$", []),
        ("\\begin{equation}\n\\begin{split}\na &= b \\\\\n&= c\n\\end{split}\n\\end{equation}", ["(1)"]),
        ("$\\begin{align} a \\\\ b \\end{align}$", []),
        ("$$ x \\tag*{注} $$", ["注"]),
        ("$$\\begin{alignat}{2} a &= b \\nonumber \\\\ c &= d \\end{alignat}$$ と $$ e \\label{e} $$", ["(1)", "(2)"]),
    ],
)
def test_numbers(tmp_path, text, numbers):
    parsed = read(tmp_path, f"## 章\n\n{text}\n")
    assert parsed.tree.root.xpath('//*[@class="equation-number"]/text()') == numbers
    assert not parsed.warnings


def test_a_link_leads_to_a_label(tmp_path):
    parsed = read(tmp_path, "## 章\n\n$$ b \\label{eq:b} $$\n\n[この式](#eq:b)\n")
    assert [(link.get("href"), text_of(link)) for link in parsed.tree.root.iter("a")] == [("#eq:b", "この式")]
    assert parsed.tree.root.xpath('//*[@id="eq:b"]')


def test_definitions_hold_for_the_rest_of_their_report_alone(tmp_path):
    parsed = read(
        tmp_path,
        "$\\E[X]$\n\n$$\n% 期待値\n\\newcommand{\\E}{\\mathbb{E}}\n\\def\\half{\\frac12}\n$$\n\n"
        "期待値は $\\E[X] = \\half$ である。\n\n"
        "$$\\let\\expectation\\E \\renewcommand{\\half}{0.5}$$\n\n$\\expectation = \\half$\n",
    )
    assert [warning.partition(";")[0] for warning in warned(parsed)] == [
        r"1: formula '\E[X]': Undefined control sequence \E"
    ]
    assert [drawing.spoken for drawing in parsed.tree.formulas] == [
        "数式 黒板太字 E 角かっこ X 角かっことじ イコール 2 分の 1",
        "数式 黒板太字 E イコール 0.5",
    ]
    assert len(parsed.tree.root.xpath("//p")) == 3
    assert warned(read(tmp_path, "$\\E$\n"))


# -- what cannot be set -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "tex"),
    [
        ("## 章\n\n本文\n$\\fraction{1}{2}$。\n", 4, "\\fraction{1}{2}"),
        ("---\nauthor: x\n---\n\n## 章\n\n$$\n\\frac{1}{2\n$$\n", 7, "\\frac{1}{2"),
        ("## 章\n\n- a\n  - b $\\foo$\n", 4, "\\foo"),
        ("## 章\n\n|a|\n|-|\n|$\\foo$|\n", 5, "\\foo"),
        ("## 章\n\n```math\nx^2^3\n```\n", 3, "x^2^3"),
        ("## 章\n\n文 \\eqref{eq:none} 文\n", 3, "\\eqref{eq:none}"),
        ("## 章\n\n![](https://latex.codecogs.com/svg.latex?\\foo)\n", 3, "\\foo"),
        ("## 章\n\n$\\def\\a{\\a\\a}\\a$\n", 3, "\\def\\a{\\a\\a}\\a"),
    ],
)
def test_what_cannot_be_set_is_its_source_in_place_and_one_warning(tmp_path, text, line, tex):
    parsed = read(tmp_path, text)
    (warning,) = warned(parsed)
    assert warning.startswith(f"{line}: formula '{tex}': ")
    assert warning.endswith("; it is shown as its source")
    assert [text_of(code) for code in parsed.tree.root.xpath('//*[contains(@class, "unset")]/code')] == [tex]


def test_all_bad_formulas_are_told_of_and_the_rest_is_set(tmp_path):
    parsed = read(tmp_path, "## 章\n\n$\\foo$ と $x$ と $\\frac{1$\n\n- a\n\n  $$\n  \\bar\n  $$\n")
    assert [warning.split("': ")[0] for warning in warned(parsed)] == [
        "3: formula '\\foo",
        "3: formula '\\frac{1",
        "7: formula '\\bar",
    ]
    assert [drawing.tex for drawing in parsed.tree.formulas] == ["x"]


def test_a_report_with_what_cannot_be_set_is_written(tmp_path):
    report = tmp_path / "report.md"
    report.write_text("# 式\n\n正しい $x$ と $\\foo$ と $$\\bar$$\n", encoding="utf-8")
    assert len(render.render(report, say=lambda _: None)) == 2
    assert (tmp_path / "report.pdf").stat().st_size
    assert "<code>\\foo</code>" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_formulas_keep_their_tildes_carets_and_equals(tmp_path):
    parsed = read(tmp_path, "## 章\n\n$a^2 + b^2 == c^{2}$ と $x~y~z$ で H~2~O\n")
    assert inner(parsed).count("data-formula") == 2
    assert "H<sub>2</sub>O" in inner(parsed)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize(
    "piece", ["$", "\\(", "\\[\n", "$$x ", "${", "$a{$", r"$\text{$", r"\text{$x$", "\\begin{align}\n\n", "<td>$</td>"]
)
def test_what_is_never_closed_takes_time_that_grows_with_its_length(piece):
    def seconds(count: int) -> float:
        begin = time.process_time()
        parser = formulas.MarkdownIt("commonmark").use(formulas.formulas_plugin)
        parser.parse(piece * count + "\n")
        formulas.among_tags(piece * count, 1)
        return time.process_time() - begin

    seconds(100)
    assert seconds(8000) < 12 * seconds(1000) + 0.5
