"""The teaching diagrams: nothing collides, nothing leaves the sheet, and the pipeline's graph is the pipeline's."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.path import Path as MplPath
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from day3.experiments.diagrams import figures, pipeline, shapes
from ronkyo import params, plotting
from ronkyo.plotting import COLUMN_CM
from ronkyo.results import Results

ROOT = Path(__file__).parents[1]
NOTHING = Results(settings=None, data={}, runs={}, seeds={}, constants={}, curves={})
SMALLEST = 7.5  # points


def font_folder() -> Path:
    """The project's own fonts once they are built, else the font they are built from."""
    built = ROOT / "build/fonts"
    if any(built.glob("*.ttf")):
        return built
    files = metadata.files("justmytype-intl-cjk") or []
    return Path(str(next(file for file in files if file.name == "NotoSansJP[wght].ttf").locate())).parent


@pytest.fixture(scope="module", autouse=True)
def _style() -> Iterator[None]:
    with plotting.style(font_folder()):
        yield


@pytest.fixture(params=figures.__all__)
def diagram(request, monkeypatch) -> Figure:
    monkeypatch.chdir(ROOT)
    drawing = getattr(figures, request.param)(NOTHING)
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


def test_a_diagram_has_the_same_bytes_every_time(monkeypatch):
    monkeypatch.chdir(ROOT)
    first, second = (plotting.to_svg(figures.attention(NOTHING), "diagrams/attention") for _ in range(2))
    assert first == second


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


# -- the pipeline's graph ---------------------------------------------------------------------------------------------

VALUES = {"digits": {"variants": {"gru": {"hidden_size": 128}, "lstm": {"hidden_size": 64}}}, "families": ["a", "ab"]}
PIPELINE = {
    "stages": {
        "prepare": {"foreach": ["digits", "text"], "do": {"deps": ["prepare.py"], "outs": ["data/${item}"]}},
        "train": {
            "foreach": "${digits.variants}",
            "do": {"deps": ["data/digits"], "outs": ["runs/digits/${key}/${item.hidden_size}"]},
        },
        "summarize": {
            "deps": ["runs/digits"],
            "metrics": [{"reports/metrics.json": {"cache": False}}],
            "plots": ["reports/curves.csv"],
        },
        "draw": {
            "matrix": {"family": "${families}", "size": [1, 2, 3]},
            "deps": ["reports/curves.csv", "data/digits"],
            "outs": ["reports/figures/${item.family}_${item.size}"],
        },
        "report": {"deps": ["reports/figures", "reports/metrics.json"], "outs": ["reports/day3.pdf"]},
    }
}


def test_a_template_of_stages_is_one_node_with_their_number():
    graph = pipeline.groups(PIPELINE, VALUES)
    counts = {name: group.count for name, group in graph.items()}
    assert counts == {"prepare": 2, "train": 2, "summarize": 1, "draw": 6, "report": 1}
    assert graph["train"].outs == {"runs/digits/gru/128", "runs/digits/lstm/64"}


def test_edges_follow_from_what_is_written_and_read():
    assert pipeline.edges(pipeline.groups(PIPELINE, VALUES)) == {
        ("prepare", "train"),
        ("prepare", "draw"),
        ("train", "summarize"),
        ("summarize", "draw"),
        ("summarize", "report"),
        ("draw", "report"),
    }


def test_a_path_that_only_begins_alike_is_no_edge():
    stages = {"a": {"outs": ["data/digits"]}, "b": {"deps": ["data/digits_real"]}, "c": {"deps": ["data/digits/x"]}}
    assert pipeline.edges(pipeline.groups({"stages": stages}, {})) == {("a", "c")}


def test_only_edges_that_no_chain_implies_are_drawn():
    links = pipeline.edges(pipeline.groups(PIPELINE, VALUES))
    assert pipeline.direct(links) == {
        ("prepare", "train"),
        ("train", "summarize"),
        ("summarize", "draw"),
        ("draw", "report"),
    }


@given(links=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda link: link[0] < link[1])))
def test_dropping_implied_edges_keeps_what_can_be_reached(links):
    named = {(str(a), str(b)) for a, b in links}
    kept = pipeline.direct(named)
    assert kept <= named
    assert reachable(kept) == reachable(named)
    assert all(reachable(kept - {link}) != reachable(named) for link in kept)


def reachable(links: set[tuple[str, str]]) -> set[tuple[str, str]]:
    found = set(links)
    while True:
        further = found | {(a, d) for a, b in found for c, d in found if b == c}
        if further == found:
            return found
        found = further


def made_pipeline(drawn: list[str], with_fonts: list[str]) -> dict[str, pipeline.Group]:
    """Experiments a and b from data to report; fonts serve the figures of some."""
    stages: dict = {"fonts": {"outs": ["build/fonts"]}}
    for name in drawn:
        fonts = ["build/fonts"] if name in with_fonts else []
        stages[f"prepare_{name}"] = {"outs": [f"data/{name}"]}
        stages[f"draw_{name}"] = {"deps": [f"data/{name}", *fonts], "outs": [f"reports/figures/{name}"]}
    stages["report"] = {"deps": ["reports/figures"], "outs": ["reports/day3.pdf"]}
    return pipeline.groups({"stages": stages}, {})


@pytest.mark.parametrize(("with_fonts", "arrows"), [(["a", "b"], 4 + 1), (["a"], 4 + 1), (["a", "c"], 6 + 2)])
def test_one_arrow_stands_for_those_to_a_whole_column_and_only_for_those(with_fonts, arrows):
    drawing = pipeline.pipeline_graph(made_pipeline(sorted({"a", "b", *with_fonts}), with_fonts), {})
    assert len(paths(drawing, "line")) == arrows


def test_an_experiment_without_a_name_is_drawn_under_its_own():
    drawing = pipeline.pipeline_graph(made_pipeline(["a", "b"], ["a", "b"]), {"a": "実験", "report": "レポート"})
    shown = {text.get_text() for text in drawing.axes[0].texts}
    assert {"実験", "b", "fonts", "レポート"} <= shown


def test_the_projects_own_pipeline_joins_every_experiment_to_the_report():
    graph = pipeline.groups(params.read_document(ROOT / "dvc.yaml"), params.read_document(ROOT / "params.yaml"))
    before_report = {producer for producer, consumer in reachable(pipeline.edges(graph)) if consumer == "report"}
    assert before_report == set(graph) - {"report"}
