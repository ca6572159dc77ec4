"""Formulas: what is drawn, how large, what is said, and what is refused."""

import os
import re
import subprocess
import sys
import unicodedata
from xml.etree import ElementTree

import pytest

from ronkyo.errors import UserError
from ronkyo.typeset import mathematics, mathjax
from ronkyo.typeset.mathematics import SCALE, Drawing, Formula, MathError
from ronkyo.typeset.mathjax import normalize

TWO_ALIGNS = r"""
\begin{align}
    \nonumber OH&=\frac{5+2\times1-3}{2}+1 \\
    \nonumber &=3
\end{align} \\
\begin{align}
    \nonumber OW&=\frac{5+2\times1-3}{2}+1 \\
    \nonumber &=3
\end{align}
"""
BARE_ROWS = r"""
y_1=g(W_{(out)}z_1+b_{out}) \\
z_1=W_{(in)}x_1+Wz_0+b_{(in)}
"""
FORMULAS = [
    r"x",
    r"dz/dx",
    r"\frac{dz}{dx}=\frac{dz}{dt}\cdot\frac{dt}{dx}",
    TWO_ALIGNS,
    BARE_ROWS,
    r"z_t = f(x_t W_{\mathrm{in}} + z_{t-1} W)",
    r"\frac{d\sigma(x)}{dx}=a\,\sigma(x)\bigl(1-\sigma(x)\bigr)",
    r"c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t",
    r"L = \frac{1}{2T}\sum_{t=1}^{T}\lVert y_t - d_t\rVert^2",
    r"\frac{\partial L}{\partial W} = \sum_t z_{t-1}^{\top}\,\delta_t",
    r"f(x)=\begin{cases}x & (x>0)\\ \alpha x & (x\le 0)\end{cases}",
    r"\mathbf{W}\boldsymbol{\theta}=\begin{pmatrix}a&b\\c&d\end{pmatrix}",
    r"\begin{aligned}z&=t^2\\t&=x+y\end{aligned}",
    r"p(w_t\mid w_{t-5},\dots,w_{t-1})=\frac{\exp(u_k)}{\sum_j\exp(u_j)}",
    r"\left[\overrightarrow{h}_t ; \overleftarrow{h}_t\right]",
    r"\alpha_{ti}=\operatorname{softmax}_i\left(\frac{q^{\top}k_i}{\sqrt{d_k}}\right)",
    r"\mathcal{L}=\mathbb{E}_{q_\phi(z\mid x)}[\log p_\theta(x\mid z)]-D_{\mathrm{KL}}(q_\phi\,\|\,p)",
    r"z = \mu + \sigma \odot \varepsilon,\quad \varepsilon \sim \mathcal{N}(0, I)",
    r"\hat{y}=\operatorname*{arg\,max}_k y_k",
    r"\lim_{x\to\infty}\tanh x = 1",
    r"\left\lfloor\frac{H+2P-F}{S}\right\rfloor+1",
    r"\nabla_\theta L\approx\frac{L(\theta+\epsilon)-L(\theta-\epsilon)}{2\epsilon}",
    r"W_{\text{入力}}",
    r"\int_{-\infty}^{\infty}e^{-x^2}\,dx=\sqrt{\pi}",
]


def typeset(tex: str, display: bool = True, language: str = "ja") -> Drawing:
    return mathjax.typeset(tex, display, language).drawing


def _parse(drawing: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.inline())


def _em(length: str) -> float:
    assert length.endswith("em")
    return float(length.removesuffix("em"))


def _said(tex: str) -> str:
    return typeset(tex).spoken.removeprefix("数式 ")


@pytest.mark.parametrize("display", [False, True])
@pytest.mark.parametrize("tex", FORMULAS)
def test_a_formula_fits_the_column_and_stands_on_the_baseline(tex: str, display: bool) -> None:
    svg = _parse(typeset(tex, display))
    width, height = _em(svg.attrib["width"]), _em(svg.attrib["height"])
    depth = -_em(svg.attrib["style"].removeprefix("vertical-align:"))
    assert 0.3 < width < 30
    assert 0.4 < height < 10
    assert -0.01 <= depth < height
    _, _, box_width, box_height = map(float, svg.attrib["viewBox"].split())
    assert width / height == pytest.approx(box_width / box_height, rel=1e-3)


@pytest.mark.parametrize("tex", FORMULAS)
def test_a_formula_is_one_named_image_without_ids_or_scripts(tex: str) -> None:
    svg = _parse(typeset(tex, True))
    assert svg.attrib["role"] == "img"
    assert svg[0].tag == "title"
    assert svg[0].text == typeset(tex, True).spoken
    assert {element.tag for element in svg.iter()} <= {"svg", "title", "g", "path", "rect", "text"}
    assert {key for element in svg[1:] for inner in element.iter() for key in inner.attrib} <= {
        "transform", "d", "x", "y", "width", "height", "fill", "stroke", "stroke-width", "font-size", "font-family",
    }  # fmt: skip


def test_the_rules_of_an_array_are_drawn_without_a_style_sheet() -> None:
    solid, dashed = _parse(typeset(r"\begin{array}{c|c:c}a&b&c\end{array}", True)).iter("line")
    assert float(solid.attrib["stroke-width"]) > 0
    assert "stroke-dasharray" in dashed.attrib
    assert "stroke-dasharray" not in solid.attrib
    assert "class" not in solid.attrib


def test_display_style_sets_limits_above_and_below_the_sum() -> None:
    inline, display = (_parse(typeset(r"\sum_{t=1}^{T} x_t", display)) for display in (False, True))
    assert _em(display.attrib["height"]) > 1.5 * _em(inline.attrib["height"])


def test_a_japanese_character_is_as_large_as_in_the_text_around() -> None:
    svg = _parse(typeset(r"\text{重み行列}", False))
    assert _em(svg.attrib["width"]) == pytest.approx(4, abs=0.001)
    characters = list(svg.iter("text"))
    assert "".join(character.text or "" for character in characters) == "重み行列"
    for character in characters:
        assert float(character.attrib["font-size"].removesuffix("px")) == pytest.approx(1000 / SCALE, abs=0.1)
        assert character.attrib["font-family"] == "Noto Sans JP"


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\undefined{x}", r"Undefined control sequence \undefined"),
        (r"{a", "missing close brace"),
        (r"a}", "missing open brace"),
        (r"\frac{a}", r"Missing argument for \frac"),
        (r"x^2^3", "Double exponent"),
        (r"\left(a", r"Extra \left or missing \right"),
        (r"a & b", "Misplaced &"),
        (r"\begin{align}a", r"Missing \end{align}"),
        (r"\begin{unknown}a\end{unknown}", "Unknown environment"),
        (r"\begin{align}\begin{align}a\end{align}\end{align}", "Erroneous nesting"),
        ("\\text{\uf8f8}", "no glyph for '\\uf8f8'"),
        (r"\def\a{\a\a}\a", "maximum macro substitution count exceeded"),
        (r"\rule{2000em}{1em}", "at most 1000 em, found 2000"),
        (r"\color{url(//example.org)} x", "expected a colour"),
        ("{" * 3000 + "x" + "}" * 3000, "Maximum call stack size exceeded"),
    ],
)
def test_bad_tex_is_an_error_that_says_why(tex: str, message: str) -> None:
    with pytest.raises(MathError, match=re.escape(message)):
        typeset(tex)


def test_rows_outside_an_environment_become_one_gathered() -> None:
    assert normalize(BARE_ROWS).count(r"\\") == 1
    assert normalize(TWO_ALIGNS).count(r"\begin{aligned}") == normalize(TWO_ALIGNS).count(r"\end{aligned}") == 2
    assert normalize(TWO_ALIGNS).startswith(r"\begin{gathered}\begin{aligned}")


@pytest.mark.parametrize("tex", [r"\begin{aligned}a\\b\end{aligned}", r"\sqrt{\substack{a\\b}}", r"a + b", r"\{a\}"])
def test_rows_inside_an_environment_or_braces_are_left_alone(tex: str) -> None:
    assert normalize(tex) == tex


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\frac{a}{b}", "b 分の a"),
        (r"\frac{1}{1+e^{-x}}", "分数 1 プラス e の マイナス x 乗 分の 1 分数終わり"),
        (r"z_t", "z 下付き t"),
        (r"z_{t-1}", "z 下付き t マイナス 1 下付き終わり"),
        (r"x_i^2", "x 下付き i の 2 乗"),
        (r"f'(x)", "f プライム かっこ x かっことじ"),
        (r"W^{\top}", "W の転置"),
        (r"h^{(t)}", "h 上付き かっこ t かっことじ"),
        (r"\delta^{\text{out}}", "デルタ 上付き out"),
        (r"k^{*}", "k 上付き アスタリスク"),
        (r"x^{10}", "x の 10 乗"),
        (r"\sum_{t=1}^{T} y_t", "t イコール 1 から T までの総和 y 下付き t"),
        (r"\sum_j u_j", "j についての総和 u 下付き j"),
        (r"\int_0^1 x\,dx", "0 から 1 までの積分 x d x"),
        (r"\lim_{x\to 0} f", "x 右矢印 0 のときの極限 f"),
        (r"\max_k y_k", "k についての max y 下付き k"),
        (r"f \odot c", "f アダマール積 c"),
        (r"\sigma \Sigma", "シグマ 大文字シグマ"),
        (r"\frac{\partial L}{\partial W}", "パーシャル W 分の パーシャル L"),
        (r"\hat{y}, \tilde{c}, \bar{v}", "y ハット コンマ c チルダ コンマ v バー"),
        (r"\mathbf{x}\mathcal{N}\mathbb{R}", "太字 x 筆記体 N 黒板太字 R"),
        (r"\sqrt{x}\sqrt{a+b}", "ルート x ルート a プラス b ルート終わり"),
        (r"\sqrt[3]{x}", "3 乗根 x 乗根終わり"),
        (r"\log p(x\mid z)", "log p かっこ x 縦棒 z かっことじ"),
        (r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", "行列 1 行目 a、b、2 行目 c、d 行列終わり"),
        (
            r"\begin{cases}x & x>0\\ 0 & x<0\end{cases}",
            "場合分け 1 行目 x x 大なり 0、2 行目 0 x 小なり 0 場合分け終わり",
        ),
        (r"\begin{aligned}z&=t\\t&=x\end{aligned}", "1 行目 z イコール t、2 行目 t イコール x"),
        (r"W_{\text{入力}}", "W 下付き 入力"),
    ],
)
def test_the_title_says_the_formula_in_japanese(tex: str, words: str) -> None:
    assert _said(tex) == words


@pytest.mark.parametrize("tex", FORMULAS)
def test_no_symbol_is_left_to_the_screen_reader(tex: str) -> None:
    assert [character for character in _said(tex) if unicodedata.category(character).startswith("S")] == []


def test_the_same_bytes_in_another_process_and_another_order() -> None:
    program = (
        "import hashlib, sys; from test_mathematics import FORMULAS, typeset\n"
        "order = FORMULAS[::int(sys.argv[1])]\n"
        "drawn = {tex: typeset(tex, True) for tex in order}\n"
        "print(hashlib.sha256(''.join(drawn[tex].inline() for tex in FORMULAS).encode()).hexdigest())"
    )

    def digest(order: str, hash_seed: str) -> str:
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-W", "error", "-c", program, order]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout

    assert digest("1", "1") == digest("-1", "2")


def test_weasyprint_draws_a_formula_without_complaint(caplog: pytest.LogCaptureFixture) -> None:
    import weasyprint

    page = f'<html lang="ja"><title>t</title><p>{typeset(FORMULAS[6], False).inline()}</p></html>'
    content = weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/ua-1", uncompressed_pdf=True)
    assert content is not None
    assert "数式 分数".encode("utf-16-be").hex().encode() in content  # the alternative text of the figure
    assert caplog.messages == []


def test_a_formula_of_a_process_of_its_own_is_the_same_as_here():
    few = [(r"x_{1}", True), (r"\nocommand", False), (r"\frac{a}{b}", False), (r"x_{1}", True)]
    first, bad, third, again = mathematics.typeset_all(few, "ja")
    assert [first, third] == [mathjax.typeset(*few[0], "ja"), mathjax.typeset(*few[2], "ja")]
    assert isinstance(bad, MathError)
    assert first == again


def test_definitions_hold_from_where_they_stand_to_the_end_of_their_document():
    before = r"\ronkyo{a}"
    definition = r"\newcommand{\ronkyo}[1]{\frac{#1}{2}}"
    changed = r"\renewcommand{\ronkyo}[1]{\sqrt{#1}} \ronkyo{a}"
    document = [(tex, False) for tex in (before, definition, before, changed, before)]
    lost, blank, half, root, root_again = mathematics.typeset_all(document, "en")
    assert isinstance(lost, MathError)
    assert blank == Formula(mathematics.BLANK._replace(tex=definition))
    assert [formula.drawing.spoken for formula in (half, root, root_again)] == [
        "formula a over 2",
        *["formula square root of a"] * 2,
    ]
    assert isinstance(mathematics.typeset_all([(before, False)], "en")[0], MathError)
    assert mathematics.typeset_all(document, "en")[1:] == [blank, half, root, root_again]


@pytest.mark.parametrize(
    ("tex", "rows"),
    [
        (r"\begin{align}a\\b\tag{A}\\c\notag\\d\label{d}\end{align}", [(None, None), ("(A)", None), (None, "d")]),
        (r"\begin{align*}a\\b\tag{1}\end{align*}", [("(1)", None)]),
        (r"\begin{gather}a\\b\nonumber\end{gather}", [(None, None)]),
        (r"\begin{alignat}{2}a&=b&c&=d\\e&=f&g&=h\end{alignat}", [(None, None)] * 2),
        (r"\begin{eqnarray}a&=&b\\c&=&d\end{eqnarray}", [(None, None)] * 2),
        (r"\begin{multline}a\\b\end{multline}", [(None, None)]),
        (r"\begin{equation}\begin{split}a\\b\end{split}\end{equation}", [(None, None)]),
        (r"\begin{aligned}a\\b\end{aligned}", []),
        (r"\begin{aligned}a\label{a}\\b\end{aligned}", [(None, "a")]),
        (r"x \label{x}", [(None, "x")]),
        (r"x \tag*{hi}", [("hi", None)]),
        (r"x \tag{$*$}", [("(∗)", None)]),
        (r"x \notag", []),
    ],
)
def test_lines_have_the_numbers_of_amsmath(tex: str, rows: list[tuple[str | None, str | None]]):
    assert [row[1:] for row in mathjax.typeset(tex, True, "en").rows] == rows


def test_a_number_stands_at_the_height_of_its_line():
    rows = mathjax.typeset(r"\begin{align}a\\ \frac{\frac12}{3}\\c\end{align}", True, "en").rows
    first, second, third = (_em(row.place) for row in rows)
    assert first < second < third
    assert second - first > 1
    assert {row.place for row in mathjax.typeset(r"\frac12 \tag{1}", True, "en").rows} == {""}


@pytest.mark.parametrize(
    ("program", "answers"),
    [
        ("import sys; print('first', file=sys.stderr); sys.exit('no V8 here')", None),
        ("import os; os.abort()", ["it ended MathJax (signal 6)"] * 3 + ["it was not tried after 3"]),
    ],
)
def test_a_process_that_ends_before_it_is_done(monkeypatch, tmp_path, program: str, answers: list[str] | None):
    _run_instead(program, monkeypatch, tmp_path)
    formulas = [(f"x_{number}", True) for number in range(4)]
    if answers is None:
        with pytest.raises(
            UserError, match="^formulas: the process that sets them ended with exit status 1: no V8 here$"
        ):
            mathematics.typeset_all(formulas, "ja")
    else:
        found = mathematics.typeset_all(formulas, "ja")
        assert all(str(error).startswith(answer) for error, answer in zip(found, answers, strict=True))


def test_after_a_formula_that_takes_too_much_the_others_are_set_with_their_definitions(monkeypatch, tmp_path):
    shorter = "from ronkyo.typeset import mathjax; mathjax.SECONDS = 0.2; mathjax.main('en')"
    _run_instead(shorter, monkeypatch, tmp_path)
    endless = r"\def\a#1{#1#1#1#1}" + r"\a{" * 8 + "x" * 18 + "}" * 8
    half, late, known = mathematics.typeset_all([(r"\def\h{\frac12}\h", False), (endless, False), (r"\h", False)], "en")
    assert str(late) == "it took more than 0.2 s"
    assert [one.drawing.spoken for one in (half, known) if isinstance(one, Formula)] == ["formula 1 over 2"] * 2


def _run_instead(program: str, monkeypatch, tmp_path) -> None:
    """Of the process that sets formulas; nothing is kept."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{program}"\n')
    python.chmod(0o755)
    monkeypatch.setattr(mathematics.sys, "executable", str(python))
    monkeypatch.setattr(mathematics.cache, "find", lambda kind, key: None)
    monkeypatch.setattr(mathematics.cache, "keep", lambda kind, key, content: None)
