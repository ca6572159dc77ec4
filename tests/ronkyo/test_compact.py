"""Drawings made small: they look the same, stand in a page beside others, and tell what their marks are."""

import base64
import io
import re

import numpy as np
import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from PIL import Image

from ronkyo import plotting
from ronkyo.typeset import compact


@pytest.fixture
def axes():
    with plotting.style():
        yield plotting.figure(6, 4)[1]


def drawn(axes, name="trial/curve"):
    svg = plotting.to_svg(axes.figure, name)
    return svg, etree.fromstring(svg)


def texts(root, tag):
    return [element.text for element in root.iter(f"{{http://www.w3.org/2000/svg}}{tag}")]


def test_values_that_no_mark_shows_are_counted_and_a_line_may_break_on_purpose(axes):
    axes.plot([0, 1, 2], np.ma.masked_invalid([1, np.nan, 2]))
    assert "data-not-drawn" not in drawn(axes)[1].attrib
    axes.plot([0, 1, 2], [1, np.nan, np.inf])
    axes.scatter([0, 1], [np.nan, 1])
    axes.bar([0, 1], [1, np.nan])
    axes.pcolormesh(np.array([[1, -np.inf]]))
    svg, root = drawn(axes)
    assert root.get("data-not-drawn") == "NaN (3), ∞ (1), −∞ (1)"
    assert compact.stands_inside(svg)


def test_marks_tell_what_they_are(axes):
    (line,) = axes.plot([1, 2, 3], [1, 2, 3], "o")
    (curve,) = axes.plot([1, 2, 3], [2, 2, 3])
    plotting.tell(line, ["seed 0: 1", "seed 1: 2", 'seed "2": < 3'])
    plotting.tell(curve, ["median"])
    svg, root = drawn(axes)
    assert texts(root, "title") == ["seed 0: 1", "seed 1: 2", 'seed "2": < 3', "median"]
    assert compact.stands_inside(svg)


def test_marks_and_texts_are_as_many(axes):
    (line,) = axes.plot([1, 2, 3], [1, 2, 3], "o")
    plotting.tell(line, ["one", "two"])
    with pytest.raises(ValueError, match="zip"):
        drawn(axes)


def test_the_ids_of_two_drawings_differ_and_a_drawing_is_the_same_every_time(axes):
    axes.plot([1, 2, 3], "o")
    first, again, other = (drawn(axes, name)[0] for name in ("a/b", "a/b", "a/c"))
    assert first == again
    assert compact.ids(first)
    assert not compact.ids(first) & compact.ids(other)


def test_all_that_is_referred_to_is_there_and_nothing_has_a_name_for_nothing(axes):
    axes.plot([1, 2, 3], "o")
    axes.scatter([1, 2], [2, 3])
    svg, _ = drawn(axes)
    assert {found.encode() for found in re.findall(r'(?:href="|url\()#([\w.]+)', svg.decode())} == compact.ids(svg)


def test_a_photograph_becomes_jpeg_and_a_map_keeps_its_values(axes):
    rng = np.random.default_rng(0)
    photograph, values = rng.integers(0, 256, (80, 80, 3), dtype=np.uint8), np.arange(12.0).reshape(3, 4)
    for shown, kind in ((photograph, "jpeg"), (values, "png")):
        axes.clear()
        axes.imshow(shown)
        (address,) = [image.get("href") for image in drawn(axes)[1].iter("{http://www.w3.org/2000/svg}image")]
        assert address.startswith(f"data:image/{kind};base64,")
        image = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
        assert image.size == shown.shape[1::-1]


def points_of(path):
    """Of a path of moves and relative lines."""
    here, found = np.zeros(2), []
    for letter, numbers in re.findall(r"([Mlhv])([^Mlhv]*)", path):
        values = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)]
        if letter in "hv":
            values = [part for value in values for part in ((value, 0) if letter == "h" else (0, value))]
        for step in zip(values[::2], values[1::2], strict=True):
            here = np.array(step) if letter == "M" else here + step
            found.append(here)
    return np.array(found)


def test_a_line_of_many_points_stays_where_it_was_drawn():
    x = np.linspace(0, 300, 500)
    line = np.column_stack([x, 100 + 40 * np.sin(x / 20)])
    short = compact.path("M" + " L".join(f"{x:.6f} {y:.6f}" for x, y in line))
    kept = points_of(short)
    assert len(kept) < len(line) / 4
    assert np.abs(np.interp(line[:, 0], *kept.T) - line[:, 1]).max() < 0.4
    assert np.allclose([kept[0], kept[-1]], [line[0], line[-1]], atol=0.01)


@pytest.mark.parametrize(
    ("given", "short"),
    [
        ("M 10 10 L 20.004 10 L 20 30.5 z ", "M10 10h10v20.5z"),
        ("M 0 -0.5 L 0.25 0.5", "M0-.5l.25 1"),
        ("M 1 1 Q 2 2 3 1 L 3 0", "M1 1q1 1 2 0v-1"),
        ("m 1 1 h 2 a 1 1 0 0 0 2 2", "m 1 1 h 2 a 1 1 0 0 0 2 2"),
    ],
)
def test_a_path_in_few_letters(given, short):
    assert compact.path(given) == short


def test_the_look_of_each_mark_stays_what_it_was():
    given = b"""<svg xmlns="http://www.w3.org/2000/svg">
    <defs><style>*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>
    <g id="a"><path d="M 0 0 L 1 1" style="fill: none; stroke: #111111"/><path d="M 0 0" style="fill: none; stroke: #222222"/></g>
    <g id="b"><path d="M 0 0" style="fill: none; stroke: #222222; opacity: 0.5"/></g></svg>"""
    root = etree.fromstring(compact.compact(given, "x"))
    looks = []
    for path in root.iter("{http://www.w3.org/2000/svg}path"):
        chain = [path, *path.iterancestors()]
        looks.append(
            {key: next((e.get(key) for e in chain if e.get(key)), None) for key in ("fill", "stroke", "opacity")}
        )
    assert looks == [
        {"fill": "none", "stroke": "#111111", "opacity": None},
        {"fill": "none", "stroke": "#222222", "opacity": None},
        {"fill": "none", "stroke": "#222222", "opacity": "0.5"},
    ]
    assert (root.get("stroke-linejoin"), root.get("stroke-linecap")) == ("round", "butt")
