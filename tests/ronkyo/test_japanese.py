"""Japanese lines are even on both sides, measured in the PDF itself; with another WeasyPrint they are set flush left."""

import io
import re
from pathlib import Path

import pdfplumber
import pytest
import weasyprint
from test_pdf import root, written  # noqa: F401

from ronkyo.typeset.pdf import japanese, weasyprint_70

# Latin words and numbers of odd widths between kana, so that no line fills the measure by itself.
TEXT = "あいう、えおLSTM（あいう）えお128あいうえおGRUあいう「えお」あいうmini-batchえおあいう。" * 12
STYLE = "p { text-align: var(--text-align); margin: 0 } html { --text-align: justify; line-height: 2 }"
STYLE += "@page { size: A4 }"  # some forty characters a line


def lines(content: bytes) -> list[list[dict]]:
    with pdfplumber.open(io.BytesIO(content)) as document:
        rows: dict[int, list[dict]] = {}
        for char in document.pages[0].chars:
            rows.setdefault(round(char["matrix"][5]), []).append(char)
    return [sorted(row, key=lambda char: char["x0"]) for row in rows.values()]


def edges(content: bytes) -> tuple[list[float], list[float]]:
    """Where the lines begin and end, without the blank half of a mark and without heading, last line and running head."""
    body = lines(content)[1:-2]
    starts = [row[0]["x0"] + row[0]["size"] / 2 * (row[0]["text"] in "「（") for row in body]
    return starts, [row[-1]["x1"] - row[-1]["size"] / 2 * (row[-1]["text"] in "、。」）") for row in body]


def set_text(root: Path, body: str) -> bytes:  # noqa: F811
    return written(root, f"<h1>題</h1>{body}", f"h1 {{ font-size: 1pt }} {STYLE}")


def test_lines_are_even_on_both_sides(root):  # noqa: F811
    starts, ends = edges(set_text(root, f"<p>{TEXT}</p>"))
    assert len(ends) > 10
    assert max(starts) - min(starts) < 0.1
    even = [end for end in ends if abs(end - max(ends)) < 0.1]
    assert len(even) >= 0.9 * len(ends)


def test_no_blank_comes_into_copied_text(root):  # noqa: F811
    content = set_text(root, f"<p>{TEXT}</p>")
    with pdfplumber.open(io.BytesIO(content)) as document:
        text = document.pages[0].extract_text(x_tolerance=1)  # a tenth of an em
    assert not re.findall("[あ-お] [あ-お]", text)


def test_words_inside_a_line_stay_where_their_line_puts_them(root):  # noqa: F811
    marked = TEXT.replace("えお", "<b>え</b><span>お</span>").replace(
        "128", '<small style="font-size: .6em">128</small>'
    )
    starts, ends = edges(set_text(root, f"<p>{marked}</p>"))
    assert sum(abs(end - max(ends)) < 0.1 for end in ends) >= 0.9 * len(ends)
    for row in lines(set_text(root, f"<p>{marked}</p>"))[1:-2]:
        gaps = [after["x0"] - before["x1"] for before, after in zip(row, row[1:], strict=False)]
        assert min(gaps) > -1  # Latin letters are kerned
        assert max(gaps) < 0.1 * row[0]["size"]


def test_a_line_with_one_long_word_stays_ragged(root):  # noqa: F811
    word = "x" * 40
    starts, ends = edges(set_text(root, f"<p>あいうえお{word}あいうえお{word}あいうえお</p>"))
    assert len({round(end) for end in ends}) > 1


def test_with_another_weasyprint_text_is_set_flush_left(root, monkeypatch):  # noqa: F811
    monkeypatch.setattr(weasyprint, "__version__", "71.0")
    assert not weasyprint_70.is_supported()
    starts, ends = edges(set_text(root, f"<p>{TEXT}</p>"))
    assert len({round(end) for end in ends}) > 2
    gaps = [
        after["x0"] - before["x1"]
        for row in lines(set_text(root, f"<p>{TEXT}</p>"))
        for before, after in zip(row, row[1:], strict=False)
    ]
    assert max(gaps) < 0.01


@pytest.mark.parametrize(
    ("text", "room", "spread"),
    [
        ("あいう", 1.0, (0.5, 0)),
        ("あabう", 1.0, (1.0, 0)),
        ("abc", 1.0, None),
        ("あいう", 19.0, None),
        ("あ 1 う", 46.0, (9.0, 9.5)),  # past the limit of kana only the blanks grow
        ("あ 1 う", 77.0, None),
    ],
)
def test_gaps(text, room, spread):
    found = japanese.spread_of(text, room, em=100)
    assert (None if found is None else pytest.approx((found.gap, found.blank))) == spread
