"""What an edit of a chapter changes is set at once, as the build sets it that follows."""

from __future__ import annotations

import io
import random

import pypdfium2
import pytest
from test_building import edited, forget

from ronkyo.preview.patches import patch
from ronkyo.report import quick
from ronkyo.report.build import Builder
from ronkyo.report.quick import Known, Quick
from ronkyo.typeset import pieces


@pytest.fixture(autouse=True)
def kept(monkeypatch, tmp_path):
    forget(monkeypatch, tmp_path / "kept")


@pytest.fixture
def chapter(small_copy):
    (found,) = small_copy.templates.glob("chapters/*.md.j2")
    return found


def known(project, builder: Builder) -> Known:
    templates = quick.templates(project)
    builder.html()
    assert builder.built
    found = Known.of(*builder.built, templates)
    assert found
    return found


@pytest.fixture
def builder(small_copy):
    return Builder(small_copy)


@pytest.fixture
def edits(small_copy, builder):
    """Of a project whose page has been built."""
    return Quick(small_copy, known(small_copy, builder))


PROSE = (
    "A word more, with $x^2 + y_1$ and a note[^polyak1964].",
    "\\[ a + b \\label{eq:another} \\]\n\nAs {{ ref('eq:another') }} says.",
    "The loss is {{ mean('least_squares.plain.excess_loss', '.4f') }}.",
    "{{ figure('least_squares/learning_curves', caption='c', alt='a') }}",
    "#### A heading\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "```python\n## no heading\nx = 1\n```",
)


@pytest.mark.parametrize("more", PROSE)
def test_an_edit_is_set_as_the_build_sets_it(builder, edits, chapter, more):
    text = chapter.read_text()
    chapter.write_text(text.replace("### Results\n", f"### Results\n\n{more}\n", 1))
    edit = edits.page()
    assert edit is not None
    assert edit.problems == []
    whole = builder.html()
    assert whole.blocks, whole.problems
    fresh = [block for _, _, blocks in edit.blocks for block in blocks if 'class="outlines"' not in block]
    assert fresh
    assert [block for block in fresh if block not in whole.blocks] == []
    chapter.write_text(text)
    assert edits.page() == ([], [])


def test_random_edits_are_set_as_the_build_sets_them(builder, edits, chapter):
    rng = random.Random(7)
    original = chapter.read_text().splitlines()
    seen = set()
    for number in range(40):
        chapter.write_text("\n".join(edited(original, rng)) + "\n")
        edit, whole = edits.page(), builder.html()
        kind = "none" if edit is None else "wrong" if edit.problems else "right"
        seen.add(kind)
        if kind == "wrong":
            assert whole.blocks == []
        elif edit and whole.blocks:
            fresh = [block for _, _, blocks in edit.blocks for block in blocks]
            left = [block for block in fresh if block not in whole.blocks and 'class="outlines"' not in block]
            assert [block for block in left if "evidence:" not in block] == [], number
    assert seen >= {"wrong", "right"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{% if %}", "Expected an expression"),
        ("{{ nowhere() }}", "'nowhere' is undefined"),
        ("$\\frac{1$", "formula '\\frac{1'"),
        ("{{ ref('fig:nowhere') }}", "no such target"),
        ("As said[^polyak1965].", "note 'polyak1965': no such note; nearest: polyak1964"),
        ("`{{ mean('least_squares.plain.excess_loss', '.4f') }}`", "needs | plain"),
    ],
)
def test_what_is_wrong_is_told_at_once_as_the_build_tells_it(builder, edits, chapter, line, message):
    text = chapter.read_text()
    chapter.write_text(text.replace("### Results\n", f"### Results\n\n{line}\n", 1))
    edit = edits.page()
    assert edit
    assert message in edit.problems[0].message
    assert edit.problems == builder.html().problems
    chapter.write_text(text)
    assert edits.page() == ([], [])


def test_a_chapter_is_printed_alone_with_its_new_words(edits, chapter):
    assert edits.chapter() is None
    chapter.write_text(chapter.read_text().replace("### Results\n", "### Results\n\nUnheard words.\n", 1))
    found = edits.chapter()
    assert found
    heading, content = found
    assert heading.startswith("1")
    pages = pypdfium2.PdfDocument(io.BytesIO(content))
    assert any("Unheard words" in page.get_textpage().get_text_range() for page in pages)


def test_results_that_are_others_are_another_basis(small_copy, builder, edits):
    assert edits.learn(known(small_copy, builder))
    seeds = small_copy.seeds_file("least_squares")
    head, first, *rest = seeds.read_text().splitlines()
    seeds.write_text("\n".join([head, *rest, first]) + "\n")
    assert not edits.learn(known(small_copy, builder))


def test_a_text_parts_at_its_headings_alone():
    text = "Before.\n## One\n```\n## code\n```\n<div>\n## raw\n</div>\n<!--\n## no\n-->\n### Two\n<div>a</div>\n##### Low\n"
    found = pieces.split(text)
    assert "".join(found) == text
    assert [piece.splitlines()[0] for piece in found] == ["Before.", "## One", "### Two"]


def test_a_patch_leads_from_a_page_to_the_next_or_tells_that_it_cannot():
    page = ["<head>", "<main>", "<p>a</p>", "<section>", "<h3>b</h3>", "</section>", "</main>", "</body>"]
    assert patch(page, page) == []
    assert patch(page, [*page[:2], "<p>c</p>", *page[3:]]) == [(2, 3, ["<p>c</p>"])]
    assert patch(page, ["<head2>", *page[1:]]) == [(0, 1, ["<head2>"])]
    assert patch(page, [*page[:3], "<h3>b</h3>", *page[6:]]) is None
    assert patch(page, [*page[:7], "</body2>"]) is None
