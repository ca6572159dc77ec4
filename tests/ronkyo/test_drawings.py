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
