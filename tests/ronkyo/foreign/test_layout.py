"""The patches that keep WeasyPrint's work in proportion: the same PDF comes out, after fewer calls."""

import sys

import pytest

from ronkyo.foreign import render
from ronkyo.typeset.pdf import linear

REPORTS = {
    "a line that breaks nowhere": lambda size: "a" + "**b**c" * size,
    "a cell without blanks": lambda size: f"| a |\n|---|\n| {'長い文章' * size} |\n",
    "contents": lambda size: "".join(f"### 章 {number}\n\n本文。\n\n" for number in range(size)),
}


@pytest.fixture
def printed(tmp_path):
    file = tmp_path / "a.md"

    def of(text: str) -> tuple[bytes, int]:
        """A PDF, and how many calls it takes."""
        file.write_text(f"# 題\n\n## 一\n\n{text}\n\n終わり。\n", encoding="utf-8")
        parsed, calls = render.parse(file), 0

        def count(_frame, event, _argument):
            nonlocal calls
            calls += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            return render.printed(file, parsed)[0], calls
        finally:
            sys.setprofile(None)

    return of


@pytest.mark.parametrize("kind", REPORTS)
def test_the_pdf_is_the_one_that_weasyprint_writes_without_them(printed, monkeypatch, kind):
    text = REPORTS[kind](8)
    content, _ = printed(text)
    monkeypatch.setattr(linear, "patches", list)
    assert printed(text)[0] == content


def test_the_calls_grow_as_a_line_that_breaks_nowhere_does(printed):
    printed("a")  # what is read once
    line = REPORTS["a line that breaks nowhere"]
    empty, short, long = (printed(text)[1] for text in ("a", line(30), line(120)))
    assert long - empty < 5 * (short - empty)
