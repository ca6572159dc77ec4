"""The teaching diagrams: nothing collides, nothing leaves the sheet, and the pipeline's graph is the pipeline's."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.path import Path as MplPath
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from day3.experiments.diagrams import figures, shapes
from ronkyo import plotting
from ronkyo.plotting import COLUMN_CM
from ronkyo.project import Project
from ronkyo.results import Results
from ronkyo.run import graph

ROOT = Path(__file__).parents[1]
PROJECT = Project.find(ROOT)
sys.path.insert(0, str(ROOT / "report_templates/drawings/source"))

import diagrams as drawings  # noqa: E402
import draw  # noqa: E402

NOTHING = Results(settings=None, data={}, runs={}, seeds={}, constants={}, curves={})
SMALLEST = 7.5  # points


@pytest.fixture(scope="module", autouse=True)
def _style() -> Iterator[None]:
    with plotting.style():
        yield


DRAWN = {name: getattr(drawings, name) for name in drawings.__all__}
DRAWN["pipeline"] = lambda: figures.pipeline(replace(NOTHING, pipeline=graph.read(PROJECT)))


@pytest.fixture(params=DRAWN)
def diagram(request) -> Figure:
    drawing = DRAWN[request.param]()
    drawing.draw_without_rendering()
    return drawing


def words(drawing: Figure) -> dict[Text, Bbox]:
    """Every text with its place on the sheet in centimetres."""
    (axes,) = drawing.axes
    to_sheet = axes.transData.inverted()
    return {text: text.get_window_extent().transformed(to_sheet) for text in axes.texts if text.get_text()}


def paths(drawing: Figure, label: str) -> list[MplPath]:
    """What shapes.py labels as a "line" or a "shape", in centimetres."""
    return [patch.get_path() for patch in drawing.axes[0].patches if patch.get_label() == label]


def shrunk(box: Bbox) -> Bbox:
    """Without the space that a line of text keeps free around its letters."""
    return box.padded(-0.035)


def test_no_text_overlaps_another(diagram):
    boxes = words(diagram)
    clashes = [
        (a.get_text(), b.get_text())
        for a, b in itertools.combinations(boxes, 2)
        if shrunk(boxes[a]).overlaps(shrunk(boxes[b]))
    ]
    assert clashes == []


def is_inside(box: Bbox, outline: Bbox) -> bool:
    return outline.contains(box.x0, box.y0) and outline.contains(box.x1, box.y1)


def test_no_text_leaves_the_sheet(diagram):
    sheet = Bbox.from_bounds(0, 0, *(2.54 * diagram.get_size_inches()))
    assert [text.get_text() for text, box in words(diagram).items() if not is_inside(box, sheet)] == []


def test_a_text_inside_a_shape_stays_inside(diagram):
    outlines = [path.get_extents() for path in paths(diagram, "shape")]
    sticking_out = []
    for text, box in words(diagram).items():
        around = [outline for outline in outlines if outline.contains((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)]
        if around and not any(is_inside(box, outline) for outline in around):
            sticking_out.append(text.get_text())
    assert outlines
    assert sticking_out == []


def test_no_line_runs_through_a_text(diagram):
    lines = paths(diagram, "line")
    assert lines
    crossed = [
        text.get_text()
        for text, box in words(diagram).items()
        if any(line.intersects_bbox(shrunk(box), filled=False) for line in lines)
    ]
    assert crossed == []


def test_texts_can_be_read_at_the_width_of_the_column(diagram):
    assert diagram.get_size_inches()[0] * 2.54 == pytest.approx(COLUMN_CM)
    assert all(float(text.get_fontsize()) >= SMALLEST for text in words(diagram))


def test_a_missing_glyph_is_an_error():
    drawing, axes = shapes.canvas(1.0)
    shapes.text(axes, 1, 0.5, "\N{CUNEIFORM SIGN A}")
    with pytest.warns(UserWarning, match="missing from font"):
        drawing.draw_without_rendering()


directions = st.floats(0, 2 * math.pi)


@given(direction=directions, width=st.floats(0.2, 5), height=st.floats(0.2, 5))
def test_an_arrow_ends_on_the_outline_of_a_box(direction, width, height):
    box = shapes.Shape(3, 2, width, height)
    x, y = box.edge((3 + 10 * math.cos(direction), 2 + 10 * math.sin(direction)))
    assert max(abs(x - 3) / (width / 2), abs(y - 2) / (height / 2)) == pytest.approx(1)
    assert math.cos(math.atan2(y - 2, x - 3) - direction) == pytest.approx(1)


@given(direction=directions, diameter=st.floats(0.2, 5))
def test_an_arrow_ends_on_the_outline_of_a_circle(direction, diameter):
    circle = shapes.Shape(3, 2, diameter, diameter, is_round=True)
    x, y = circle.edge((3 + 10 * math.cos(direction), 2 + 10 * math.sin(direction)))
    assert math.hypot(x - 3, y - 2) == pytest.approx(diameter / 2)


# -- the pipeline ------------------------------------------------------------------------------------------------------


def drawn_pipeline(*edges):
    """Experiments a and b from data to report."""
    stages = nx.DiGraph()
    for experiment, title in (("a", "実験"), ("b", "b")):
        for kind, count in (("prepare", 1), ("train", 3), ("draw", 1)):
            stages.add_node(f"{kind}_{experiment}", kind=kind, experiment=experiment, title=title, count=count)
    stages.add_node("report", kind="report", experiment="", title="", count=1)
    stages.add_edges_from(edges)
    return figures.pipeline(replace(NOTHING, pipeline=stages))


def test_every_stage_is_a_box_and_every_edge_an_arrow():
    drawing = drawn_pipeline(
        ("prepare_a", "train_a"), ("train_a", "draw_a"), ("draw_a", "report"), ("draw_b", "report")
    )
    shown = [text.get_text() for text in drawing.axes[0].texts]
    assert len(paths(drawing, "line")) == 4
    assert shown.count("× 3") == 2
    assert {"実験", "b", "レポート"} <= set(shown)


def test_the_projects_own_pipeline_joins_every_experiment_to_the_report():
    stages = graph.read(PROJECT)
    assert nx.ancestors(stages, "report") == set(stages) - {"report"}
    titles = {stage["title"] for stage in stages.nodes.values() if stage["experiment"]}
    assert titles >= {"音声の数字", "解説の図"}


# -- drawings that are committed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", drawings.__all__)
def test_the_committed_drawing_is_what_its_source_draws(name):
    assert (draw.FOLDER / f"{name}.svg").read_bytes() == draw.draw(name)


def test_every_committed_drawing_has_its_source():
    assert {file.stem for file in draw.FOLDER.iterdir()} == set(drawings.__all__)
