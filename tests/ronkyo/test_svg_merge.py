"""Merged outlines look as the drawing did before."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pdfplumber
import pytest
from lxml import etree
from matplotlib.figure import Figure

from ronkyo.typeset.mathjax import typeset
from ronkyo.typeset.pdf import svg_merge

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 100">{}</svg>'
)
TEXT = """<defs><path id="a" d="M 0 0 L 10 0 Q 10 10 0 10 Z"/><path id="b" d="M0 0H5V5T1 9" transform="scale(2)"/></defs>
<g style="fill: #b5472d" transform="translate(10 20) scale(2 -2)">
<use xlink:href="#a"/><use xlink:href="#b" transform="translate(12 0)"/></g>"""


WRITE = (  # in a process of its own: what other tests load and set is none of this one's business
    "import sys, weasyprint; weasyprint.HTML(string=sys.argv[1], base_url=sys.argv[2]).write_pdf(sys.argv[3])"
)


def elements(svg: bytes) -> list[str]:
    return [etree.QName(element).localname for element in etree.fromstring(svg).iter(etree.Element)]


def paths(svg: bytes) -> list[dict[str, str]]:
    found = etree.fromstring(svg).xpath("//*[local-name()='path'][not(ancestor::*[local-name()='defs'])]")
    return [dict(path.attrib) for path in found]


def pixels(svg: bytes, folder: Path) -> np.ndarray:
    """The drawing through WeasyPrint, in grey."""
    folder.mkdir()
    (folder / "drawing.svg").write_bytes(svg)
    page = "<style>@page { size: 400px; margin: 0 } img { width: 400px }</style><img src='drawing.svg'>"
    subprocess.run([sys.executable, "-c", WRITE, page, f"{folder}/", folder / "page.pdf"], check=True)
    with pdfplumber.open(folder / "page.pdf") as document:
        return np.asarray(document.pages[0].to_image(resolution=96).original.convert("L"), dtype=int)


def test_the_characters_of_a_text_become_one_path_with_the_look_of_the_text():
    (path,) = paths(svg_merge.merged(SVG.format(TEXT).encode()))
    assert path["style"] == "fill: #b5472d"
    assert path["transform"] == "translate(10 20) scale(2 -2)"
    assert path["d"] == "M0 0L10 0C10 6.667 6.667 10 0 10L0 0Z M12 0L22 0L22 10C22 10 19.333 12.667 14 18"


def test_a_merged_text_looks_the_same(tmp_path):
    svg = SVG.format(TEXT.replace("scale(2 -2)", "scale(2)")).encode()
    before, after = pixels(svg, tmp_path / "before"), pixels(svg_merge.merged(svg), tmp_path / "after")
    assert before.min() < 150
    assert np.abs(before - after).max() < 60  # edges are smoothed anew


def test_a_plot_looks_the_same_and_has_fewer_parts(tmp_path):
    figure = Figure(figsize=(3, 3))
    axes = figure.subplots()
    axes.plot([0, 1, 4, 9], "o-", markeredgecolor="white", label="x squared")
    axes.plot([5, 5, 0], "--", alpha=0.5, label="other")
    axes.legend(title="lines")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg")
    svg = buffer.getvalue()
    merged = svg_merge.merged(svg)
    assert len(elements(merged)) < len(elements(svg)) * 0.75
    before, after = pixels(svg, tmp_path / "before"), pixels(merged, tmp_path / "after")
    assert (np.abs(before - after) > 60).mean() < 5e-4  # edges of characters


def test_a_formula_with_a_fraction_is_one_path():
    formula = typeset(r"\frac{a}{b_1}+\sqrt{x}", True, "en").drawing.file("#000")
    merged = svg_merge.merged(formula)
    assert elements(merged).count("path") == 1
    assert "rect" not in elements(merged)


def test_paths_under_one_clip_path_are_cut_once():
    body = (
        '<clipPath id="c"><rect width="9" height="9"/></clipPath>' + '<path clip-path="url(#c)" d="m 1 1" id="p"/>' * 3
    )
    root = etree.fromstring(svg_merge.merged(SVG.format(body).encode()))
    assert root.xpath("count(//*[@clip-path])") == 1
    assert root.xpath("count(//*[@clip-path]/*)") == 3


@pytest.mark.parametrize(
    "body",
    [
        '<g><path d="M 0 0 a 1 1 0 0 1 2 2"/><path d="M 1 1 L 2"/><path d="M 1 1 L 50% 2"/><path d="M 1. 01 L 2 2"/></g>',
        '<g><path d="M 0 0" transform="translate(5px)"/><path d="M 0 0" transform="skewX(9)"/><rect width="1em"/></g>',
        '<g><path d="M 0 0 L 1 1" class="x"/><path d="M 0 0 L 1 1" style="fill: red"/></g>',
        '<g><path d="M 0 0 L 1e999 1"/><rect width="nan"/><path d="M 1 1" transform="scale(1e308) scale(9e9)"/></g>',
        '<g><text x="1">a</text><use xlink:href="#nowhere"/></g>',
        '<g><path d="M 0 0 L 1 1" transform="rotate(20)"/></g>',
    ],
)
def test_what_is_not_understood_keeps_its_elements(body):
    svg = SVG.format(body).encode()
    assert [name for name in elements(svg_merge.merged(svg)) if name != "g"] == [
        name for name in elements(svg) if name != "g"
    ]


@pytest.mark.parametrize(
    ("path", "same"),
    [
        ("m 1 1 h 2 v 2 l 0 1 z", "M1 1L3 1L3 3L3 4L1 1Z"),
        ("M 1 1 2 2 3 3", "M1 1L2 2L3 3"),
        ("M0,0q3-6,6,0t6,0", "M0 0C2 -4 4 -4 6 0C8 4 10 4 12 0"),
        ("M0 0C0 1 1 2 2 2S4 3 4 4", "M0 0C0 1 1 2 2 2C3 2 4 3 4 4"),
        ("M 0 0 H 1e1 Z L .5.5", "M0 0L10 0L0 0ZM0 0L0.5 0.5"),
    ],
)
def test_every_command_but_an_arc_becomes_lines_and_cubic_curves(path, same):
    (merged,) = paths(svg_merge.merged(SVG.format(f'<g><path d="{path}"/><path d="M 0 0"/></g>').encode()))
    assert merged["d"] == f"{same} M0 0"


@pytest.mark.parametrize(
    ("transform", "same"),
    [
        ("translate(2)", "M3 1"),
        ("translate(2, 3) scale(2)", "M4 5"),
        ("scale(2 -3),matrix(0 1 -1 0 5 0)", "M8 -3"),
        ("rotate(90)", "M-1 1"),
    ],
)
def test_a_transform_moves_the_points(transform, same):
    body = f'<g><path d="M 1 1" transform="{transform}"/><path d="M 0 0 L 5 5"/></g>'
    (merged,) = paths(svg_merge.merged(SVG.format(body).encode()))
    assert merged["d"] == f"{same} M0 0L5 5"


SQUARE, OTHER = "M 0 0 H 6 V 6 H 0 Z", "M 3 3 H 9 V 9 H 3 Z"
OVERLAPPING = f'<path d="{SQUARE}" transform="scale(2)"/><path d="{OTHER}" transform="scale(2)"/>'


@pytest.mark.parametrize(
    "body",
    [
        f'<g stroke="black">{OVERLAPPING}</g>',
        f'<g style="stroke: red; stroke-width: 0.5">{OVERLAPPING}</g>',
        f'<g stroke="none" style="stroke: red">{OVERLAPPING}</g>',
        f'<g style="/**/stroke: red">{OVERLAPPING}</g>',
        f'<g stroke="black"><g stroke-width="2"><g stroke="inherit">{OVERLAPPING}</g></g></g>',
        f'<g fill-opacity="0.5">{OVERLAPPING}</g>',
        f'<g style="fill-opacity: .5"><g fill="red">{OVERLAPPING}</g></g>',
        f'<g opacity="0.5">{OVERLAPPING}</g>',
        f'<g stroke-opacity="0.5">{OVERLAPPING}</g>',
        f'<g fill="rgba(0, 0, 0, 0.5)">{OVERLAPPING}</g>',
        f'<g fill="#00000080">{OVERLAPPING}</g>',
        f'<g color="#0008"><g fill="currentColor">{OVERLAPPING}</g></g>',
        f'<g><path d="{SQUARE}"/><path d="M 3 3 V 9 H 9 V 3 Z"/></g>',
        f'<g><path d="{SQUARE}"/><path d="{OTHER}" transform="translate(10 0) scale(-1 1)"/></g>',
        f'<g><path d="{SQUARE}"/><path d="M 3 3 V 9 H 9 V 3 Z" transform="translate(10 0) scale(-1 1)"/></g>',
        f'<g><path id="a" d="{SQUARE}"/></g><g><g><path id="b" d="{SQUARE}"/></g><path d="{OTHER}"/></g>'
        '<use href="#a" x="20"/><use href="#b" y="20"/>',
        f'<g id="a" fill="red"><rect width="3" height="3"/><path d="{OTHER}"/></g><g stroke="red"><use href="#a"/></g>',
        f"<style>* {{ stroke: red }}</style><g>{OVERLAPPING}</g>",
        '<g><rect width="-3" height="3"/><rect width="3" height="-3"/></g>',
    ],
)
def test_what_would_look_otherwise_as_one_path_stays_apart(body):
    svg = SVG.format(body).encode()
    merged = svg_merge.merged(svg)
    for name in ("path", "rect", "use"):
        assert elements(merged).count(name) == elements(svg).count(name)
    named = set(etree.fromstring(merged).xpath("//@id"))
    assert named >= {str(use)[1:] for use in etree.fromstring(merged).xpath("//@href")}


@pytest.mark.parametrize(
    "body",
    [
        f'<g stroke="black" stroke-width="0">{OVERLAPPING}</g>',
        f'<g style="stroke: none; fill: rgb(1, 2, 3)" opacity="1">{OVERLAPPING}</g>',
        f'<g stroke="black"><g style="stroke-width: 0px" fill="currentColor">{OVERLAPPING}</g></g>',
        f'<g><path d="{SQUARE}"/><path d="M 6 3 V 9 H 9 V 3 Z"/></g>',
        f'<g><path d="{SQUARE}"/><path d="{SQUARE}" transform="translate(20 0) scale(-1 1)"/></g>',
        f'<style>*{{stroke-linejoin: round; stroke-linecap: butt}}</style><g fill="#123">{OVERLAPPING}</g>',
        f'<g><path d="{SQUARE}"/><path d=""/><path d="{OTHER}"/></g>',
    ],
)
def test_what_looks_the_same_as_one_path_becomes_one(body, tmp_path):
    svg = SVG.format(body).encode()
    merged = svg_merge.merged(svg)
    assert len(paths(merged)) == 1
    before, after = pixels(svg, tmp_path / "before"), pixels(merged, tmp_path / "after")
    assert before.min() < 60
    assert np.abs(before - after).max() < 60


@pytest.mark.parametrize("side", [1e-4, 0.2, 24, 500, 1e4, 3e6, 1e13])
@pytest.mark.parametrize("transform", ["", "scale(0.01)", "rotate(30) scale(100 -100)", "skewX(10)"])
def test_a_point_moves_by_less_than_can_be_seen(side, transform):
    scale = {"scale(0.01)": 0.01, "rotate(30) scale(100 -100)": 100.0}.get(transform, 1.0)
    corners = np.array([[0.127, 0.1], [1 / 3, 2 / 3], [0.987654321, 0.5]]) * side / scale
    d = "M {:.20f} {:.20f} L {:.20f} {:.20f} L {:.20f} {:.20f}".format(*corners.ravel())
    body = f'<g transform="{transform}"><path d="{d}"/><path d="M 0 0"/></g>'
    svg = SVG.replace("0 0 100 100", f"0 0 {side:.5f} {side / 2:.5f}").format(body).encode()
    (path,) = paths(svg_merge.merged(svg))
    assert "e" not in path["d"]
    numbers = [float(number) for number in path["d"].replace("L", " ").replace("M", " ").split()]
    error = np.abs(np.array(numbers[:6]).reshape(3, 2) - corners).max()
    assert error * scale < side / 20_000


def test_how_lines_end_stays_with_a_group_where_a_sheet_says_it_for_each_path():
    body = f'<style>*{{stroke-linecap: butt}}</style><g style="stroke: red; stroke-linecap: round"><path d="{SQUARE}"/></g>'
    assert paths(svg_merge.merged(SVG.format(body).encode())) == [{"d": SQUARE}]


@pytest.mark.parametrize(
    "body",
    [
        '<g fill-rule="evenodd"><path d="M 0 0 L 1 1"/><path d="M 0 0 L 1 1"/></g>',
        '<g fill="url(#gradient)"><path d="M 0 0 L 1 1"/><path d="M 0 0 L 1 1"/></g>',
        '<g style="marker-end: url(#arrow)"><path d="M 0 0 L 1 1"/><path d="M 0 0 L 1 1"/></g>',
        '<style>rect { fill: red }</style><g><rect width="1" height="1"/></g>',
    ],
)
def test_a_drawing_whose_look_tells_outlines_apart_is_left_as_it_is(body):
    svg = SVG.format(body).encode()
    assert svg_merge.merged(svg) is svg


def test_what_is_not_xml_is_left_as_it_is():
    assert svg_merge.merged(b"<svg") == b"<svg"


def test_a_group_that_is_used_elsewhere_keeps_its_id():
    body = '<g id="twice"><circle r="1"/></g><use xlink:href="#twice" x="5"/>'
    assert b'id="twice"' in svg_merge.merged(SVG.format(body).encode())
