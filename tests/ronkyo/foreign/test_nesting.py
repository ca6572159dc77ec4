"""How deep things may stand in each other: no text is lost, and nothing ends in a traceback."""

import io

import pypdf
import pytest
from reading import all_text, warned

from ronkyo.foreign import render
from ronkyo.foreign.blocks import DEEPEST

AFTER = "\n\n後の段落。\n\n## 次の節\n\n本文。\n"


def lists(depth, sign="-"):
    indent = " " * (len(sign) + 1)
    return "".join(f"{indent * level}{sign} 深さ{level + 1}。\n" for level in range(depth))


def quotes(depth):
    return "".join(f"{'>' * (level + 1)} 深さ{level + 1}。\n\n" for level in range(depth))


def emphasis(depth):
    marks = ["*", "_"]
    opening = "".join(f"{marks[level % 2]}深さ{level + 1}。 " for level in range(depth))
    return f"{opening}中 " + "".join(f"底{marks[(depth - level - 1) % 2]} " for level in range(depth))


NESTED = {"list": lists, "numbers": lambda depth: lists(depth, "1."), "quote": quotes, "emphasis": emphasis}


@pytest.mark.parametrize("kind", NESTED)
@pytest.mark.parametrize("depth", [10, DEEPEST])
def test_a_hundred_in_each_other_are_set(report, kind, depth):
    parsed = report(f"# 題\n\n{NESTED[kind](depth)}{AFTER}")
    text = all_text(parsed)
    assert [level for level in range(1, depth + 1) if f"深さ{level}。" not in text] == []
    assert "後の段落。 次の節 本文。" in text
    assert parsed.warnings == []


@pytest.mark.parametrize("kind", NESTED)
def test_what_stands_deeper_is_shown_as_its_source_with_a_warning(report, kind):
    parsed = report(f"# 題\n\n{NESTED[kind](250)}{AFTER}")
    text = all_text(parsed)
    assert [level for level in range(1, 251) if f"深さ{level}。" not in text] == []
    assert "後の段落。 次の節 本文。" in text
    (warning,) = warned(parsed)
    assert f"nested more than {DEEPEST} deep: what stands deeper is shown as its source" in warning


@pytest.mark.parametrize(
    "text", ["*" * 3000 + "x" + "*" * 3000, "*" * 4001, "x" + "~~" * 999, "[" * 2000 + "x" + "]" * 2000]
)
def test_rows_of_signs_are_text(report, text):
    parsed = report(f"# 題\n\n{text}{AFTER}")
    assert "後の段落。 次の節 本文。" in all_text(parsed)


def test_a_list_of_lists_is_printed(tmp_path):
    file = tmp_path / "a.md"
    file.write_text(f"# 題\n\n{lists(DEEPEST)}{AFTER}", encoding="utf-8")
    paper, warnings = render.printed(file, render.parse(file))
    assert len(pypdf.PdfReader(io.BytesIO(paper)).pages) < 5  # not one for each of them
    assert warnings == []
