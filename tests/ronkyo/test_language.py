"""Every language says all that the engine says, and a page says nothing in another one."""

import datetime
import io
import re
import string
import unicodedata
from xml.etree import ElementTree

import pypdf
import pytest
from lxml import html
from test_mathematics import FORMULAS

from ronkyo.errors import UserError
from ronkyo.typeset import Front, mathjax, tree, write
from ronkyo.words import TABLES, Words

JAPANESE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
ENGLISH = r"""
A summary of [](#fig:curve) and [](#eq:loss).

## Method

Weights ($w$) and a note.[^1] See [](#tab:results), [](#lst:loss), [](#versions).

$$ L(w) = \frac{1}{2T}\sum_{t=1}^{T} y_t \label{eq:loss} $$

[^1]: The note.

| variant | loss |
|:---|---:|
| linear | 0.31 |

/// table-caption
    attrs: {data-id: "tab:results", data-source: "results.csv", data-shown: "results.csv"}

Loss of each variant
///

```python
def loss(w):
    return w  # a comment
```

/// listing-caption
    attrs: {data-id: "lst:loss", data-source: "loss.py", data-shown: "loss.py"}

The loss
///

### Self-check 1

Q: Why?

Because.

![A curve](curve.svg)

/// figure-caption
    attrs: {data-id: "fig:curve", data-source: "figures.py", data-shown: "trial/curve"}

Loss over steps
///

## Reproducibility {.appendix}

### Versions
"""
LABELS = {
    "en": {
        "fig:curve": "Figure 1",
        "tab:results": "Table 1",
        "lst:loss": "Listing 1",
        "eq:loss": "Equation (1)",
        "reproducibility": "Appendix A Reproducibility",
    },
    "ja": {
        "fig:curve": "図 1",
        "tab:results": "表 1",
        "lst:loss": "コード 1",
        "eq:loss": "式 (1)",
        "reproducibility": "付録 A Reproducibility",
    },
}


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def parts(text):
    """The names of a text's fields, without what is asked of them: day for {day.year}."""
    return {re.split(r"[.\[]", name)[0] for name in fields(text)}


@pytest.mark.parametrize("language", sorted(TABLES))
def test_every_language_has_the_same_texts_with_the_same_fields(language):
    reference, table = TABLES["ja"], TABLES[language]
    assert table.keys() == reference.keys()
    assert {key: parts(text) for key, text in table.items() if "." in key and not key.startswith("speech.symbol.")} == {
        key: parts(text) for key, text in reference.items() if "." in key and not key.startswith("speech.symbol.")
    }


def test_english_texts_have_no_japanese_character():
    assert {key: text for key, text in TABLES["en"].items() if JAPANESE.search(text)} == {}


def test_an_unknown_language_is_an_error_that_names_the_known():
    with pytest.raises(UserError, match="^language 'fr': expected en or ja$"):
        Words("fr")


@pytest.mark.parametrize(("language", "shown"), [("en", "16 June 2024"), ("ja", "2024 年 6 月 16 日")])
def test_dates(language, shown):
    assert Words(language).date(datetime.date(2024, 6, 16)) == shown


# -- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LABELS)
def test_labels_of_captions_formulas_and_appendices(language):
    labels = tree.build(ENGLISH, Words(language)).labels
    assert {target: labels[target] for target in LABELS[language]} == LABELS[language]


@pytest.mark.parametrize(("language", "marker"), [("en", "see"), ("ja", "参照"), ("en", ""), ("ja", "")])
def test_a_link_with_the_languages_marker_or_without_a_text_gets_its_targets_label(language, marker):
    built = tree.build(f"## Method\n\n[{marker}](#method) and [as it is](#method)\n", Words(language))
    assert [link.text for link in built.root.iter("a")] == ["1 Method", "as it is"]


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    """The HTML and the PDF of an English text with one of everything."""
    folder = tmp_path_factory.mktemp("english")
    (folder / "curve.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M 0 0 L 9 9"/></svg>'
    )
    front = Front("A line", datetime.date(2024, 6, 16), "Statistics", "A. Student", "en")
    return write(ENGLISH, front, folder, {"Self-check": "test"})


def test_an_english_page_has_no_japanese_character(english):
    assert 'lang="en"' in english.html
    page = html.document_fromstring(english.html)
    text = "".join(page.itertext()) + " ".join(page.xpath("//@*[name() != 'src']"))
    assert JAPANESE.findall(text) == []
    for words in ("Contents", "Skip to the text", "Enlarge Figure 1", "Close", "16 June 2024", "Appendix A"):
        assert words in text
    assert page.xpath('//a[@class="footnote-backref"]/@title') == ["Back to note 1 in the text"]
    assert page.xpath("//nav/@aria-label | //section[@class='summary']/@aria-label") == ["Summary", "Contents"]


def strings_of(content):
    """All that a PDF shows or says: its text, and the words of pictures, bookmarks and notes."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    strings = [sheet.extract_text().replace("\u00a0", " ") for sheet in reader.pages]
    for number in range(1, reader.trailer["/Size"]):
        found = reader.get_object(number)
        if isinstance(found, dict):
            strings += [
                str(found[key]) for key in ("/Alt", "/Title", "/Lang", "/Contents", "/ActualText") if key in found
            ]
    return strings


def test_an_english_pdf_has_no_japanese_character(english):
    strings = strings_of(english.pdf)
    for words in ("Contents", "Figure 1", "Table 1", "Listing 1", "Equation (1)", "Appendix A", "16 June 2024"):
        assert any(words in shown for shown in strings)
    assert any(shown.startswith("formula ") for shown in strings)
    assert "en" in strings
    assert [shown for shown in strings if JAPANESE.search(shown)] == []


def test_the_report_of_an_english_project_has_no_japanese_character(small):
    page = html.document_fromstring(small.report_file("html").read_text(encoding="utf-8"))
    shown = [*page.itertext(), *page.xpath("//@*[name() != 'src']"), *strings_of(small.report_file("pdf").read_bytes())]
    assert [words for words in shown if JAPANESE.search(words)] == []


def test_english_words_stay_apart_where_their_lines_end():
    built = tree.build("## Method\n\none\ntwo\n*three*\nfour\n", Words("en"))
    assert built.root.find("p").text_content().split() == ["one", "two", "three", "four"]


# -- spoken formulas --------------------------------------------------------------------------------------------------


def said(tex, language):
    return mathjax.typeset(tex, True, language).drawing.spoken


@pytest.mark.parametrize("language", sorted(TABLES))
@pytest.mark.parametrize("tex", FORMULAS)
def test_no_symbol_is_left_to_the_screen_reader(tex, language):
    spoken = said(tex, language)
    assert [character for character in spoken if unicodedata.category(character).startswith("S")] == []
    assert language == "ja" or not JAPANESE.search(re.sub("入力", "", spoken))


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\frac{a}{b}", "a over b"),
        (r"\frac{1}{1+e^{-x}}", "fraction 1 over 1 plus e to the power minus x end power end fraction"),
        (r"z_{t-1}", "z sub t minus 1 end sub"),
        (r"x_i^2", "x sub i to the power 2"),
        (r"f'(x)", "f prime open parenthesis x close parenthesis"),
        (r"W^{\top}", "W transposed"),
        (r"h^{(t)}", "h superscript open parenthesis t close parenthesis"),
        (r"\sum_{t=1}^{T} y_t", "sum from t equals 1 to T of y sub t"),
        (r"\sum_j u_j", "sum over j of u sub j"),
        (r"\lim_{x\to 0} f", "limit as x to 0 of f"),
        (r"\max_k y_k", "max over k y sub k"),
        (r"\sigma \Sigma", "sigma capital sigma"),
        (r"\hat{y}, \tilde{c}", "y hat comma c tilde"),
        (r"\mathbf{x}\mathcal{N}\mathbb{R}", "bold x script N double-struck R"),
        (r"\sqrt{x}\sqrt{a+b}", "square root of x square root of a plus b end root"),
        (r"\sqrt[3]{x}", "root of degree 3 of x end root"),
        (r"p(x\mid z)", "p open parenthesis x given z close parenthesis"),
        (r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", "matrix row 1 a, b, row 2 c, d end matrix"),
        (r"\begin{cases}x & x>0\\ 0 & x<0\end{cases}",
         "cases row 1 x x is greater than 0, row 2 0 x is less than 0 end cases"),
        (r"\operatorname{row}\operatorname{comma}", "row comma"),
    ],
)  # fmt: skip
def test_a_formula_in_english(tex, words):
    assert said(tex, "en") == f"formula {words}"
    assert (
        ElementTree.fromstring(mathjax.typeset(tex, True, "en").drawing.inline()).findtext("title")
        == f"formula {words}"
    )
