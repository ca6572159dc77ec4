"""What makes drawings cheap must not change them."""

import pytest

from ronkyo.typeset import drawings


@pytest.mark.parametrize(
    ("path", "operators"),
    [
        ("M 1 2\nL 3.5 -4 \nz", b"1 2 m\n3.5 -4 l\nh"),
        ("M0 0C1 2 3 4 5 6Z M 7 8 L 9 10", b"0 0 m\n1 2 3 4 5 6 c\nh\n7 8 m\n9 10 l"),
    ],
)
def test_plain_paths_are_rewritten(path, operators):
    assert drawings.operators(path) == operators


@pytest.mark.parametrize(
    "path",
    ["", "m 0 0 l 1 1", "M 0 0 L 1", "M 0 0 L 1e-3 1", "L 1 1", "M 0 0 Z L 1 1", "M 0 0 L 1 1 2 2", "M 0 0 Q 3 3 6 0"],
)
def test_any_other_path_is_left_to_weasyprint(path):
    assert drawings.operators(path) is None


def test_a_formula_becomes_an_image_that_says_the_same_and_is_kept_once():
    formula = '<svg class="math" role="img" width="1em" height="2em" style="vertical-align:-1em" viewbox="0 0 1 2">'
    formula += '<title>数式 x</title><path d="M 0 0"></path></svg>'
    page, files = drawings.formulas_as_images(f'<p>（<span class="formula">{formula}</span>）{formula}</p>')
    image = '<img class="math" src="formula:0" alt="数式 x" style="width:1em;height:2em;vertical-align:-1em">'
    kept = '<span class="formula" style="display:inline-block;text-indent:0">（'
    assert page == f"<p>{kept}{image}</span>）{image}</p>"
    assert len(files) == 1
    assert b'viewBox="0 0 1 2"' in files[0]
