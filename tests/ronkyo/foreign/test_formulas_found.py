"""Where formulas are found in reports from elsewhere."""

import pytest
from reading import unresolved

from ronkyo.errors import UserError


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


def test_formulas_keep_their_tildes_carets_and_equals(report):
    parsed = report("## 章\n\n$x^{a}~y^b~==c==$と $$ p~q~r^s_2 $$\n")
    assert not parsed.tree.root.xpath("//sub | //sup | //mark")
    assert len(parsed.tree.root.xpath("//*[@data-formula]")) == 2
