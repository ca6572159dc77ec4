"""Figures that would leave a gap move a little; the rule of where to, the pages that are filled, the model of them."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pypdf
import pytest
from lxml import html

from ronkyo import cache
from ronkyo.typeset import pdf, placement
from ronkyo.typeset.page import Printable
from ronkyo.typeset.pdf import Attachment, filling, search
from ronkyo.typeset.pdf.filling import Atom, Edge, Flow, Unit
from ronkyo.typeset.pdf.layout import Layouts
from ronkyo.typeset.placement import AS_WRITTEN, MoveError, Placement

PAGE = """<!doctype html><html lang="en"><head><title>Pages</title><style>
@font-face {{ font-family: "Noto Sans JP"; src: url("font:NotoSansJP-Regular.ttf") }}
@page {{ size: 400px 600px; margin: 50px }}
html {{ font: 16px/20px "Noto Sans JP" }} body, p, figure, h2 {{ margin: 0 }} p {{ orphans: 2; widows: 2 }}
h2 {{ font-size: 16px; break-after: avoid }} figure {{ break-inside: avoid; height: 260px }}
</style></head><body>{}</body></html>"""
DAY = date(2024, 6, 16)


@pytest.fixture(autouse=True)
def nothing_kept(tmp_path, monkeypatch):
    forget(tmp_path / "made", monkeypatch)


def forget(folder: Path, monkeypatch) -> None:
    """As another process that keeps things in this folder."""
    monkeypatch.setattr(cache, "folder", lambda: folder)
    monkeypatch.setattr(cache, "_MEMORY", cache._Memory())


@pytest.fixture
def layouts(monkeypatch) -> list[Printable]:
    """The pages that this process lays out."""
    pages, of = [], Layouts.of
    monkeypatch.setattr(Layouts, "of", lambda layouts, page: pages.append(page) or of(layouts, page))
    return pages


def text(name: str, lines: int = 5) -> str:
    return f"<p>{'<br>'.join([name] * lines)}</p>"


def figure(name: str) -> str:
    return f'<figure id="fig:{name}"><figcaption>Figure {name}</figcaption></figure>'


JUMPS = "".join(
    [
        "<h2>One</h2>",
        text("first", 14),
        figure("a"),
        *(text(f"p{n}") for n in range(6)),
        "<h2>Two</h2>",
        text("last", 30),
    ]
)


def main(body: str) -> html.HtmlElement:
    return html.fromstring(f"<main>{body}</main>")


def order(body: str, moves: dict[str, int]) -> list[str]:
    root = main(body)
    placement.apply(root, Placement(moves))
    return [block.get("id") or block.text for block in root]


def page(body: str):
    def placed(chosen: Placement) -> Printable:
        root = main(body)
        placement.apply(root, chosen)
        return Printable(PAGE.format(html.tostring(root, encoding="unicode")))

    return placed


def texts(content: bytes) -> list[str]:
    return [sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_a_figure_moves_down_and_up_within_its_section():
    body = text("a") + text("b") + figure("x") + text("c") + text("d")
    assert order(body, {"fig:x": 2}) == ["a", "b", "c", "d", "fig:x"]
    assert order(body, {"fig:x": -1}) == ["a", "fig:x", "b", "c", "d"]


@pytest.mark.parametrize(
    ("body", "moves"),
    [
        (text("a") + figure("x") + "<h2>Next</h2>" + text("b"), {"fig:x": 1}),
        (text("a") + figure("x") + text("b") + figure("y") + text("c"), {"fig:x": 2}),
        (text("a") + '<section class="test">' + figure("x") + text("b") + "</section>", {"fig:x": 1}),
        (figure("x") + "".join(text(str(n)) for n in range(5)), {"fig:x": 4}),
        (figure("x") + text("so:") + text("b") + text("c"), {"fig:x": 1}),
        (figure("x") + text("a") + '<div class="equation">E</div>' + text("b"), {"fig:x": 2}),
        (text("a"), {"fig:x": 1}),
    ],
    ids=["past a heading", "past another figure", "in a box", "too far", "behind a colon", "in a sentence", "unknown"],
)
def test_other_moves_are_refused(body, moves):
    with pytest.raises(MoveError, match="fig:x"):
        placement.apply(main(body), Placement(moves))


def test_figures_move_together_and_keep_their_order():
    body = text("a") + figure("x") + text("b") + figure("y") + text("c")
    assert order(body, {"fig:x": 2, "fig:y": 1}) == ["a", "b", "c", "fig:x", "fig:y"]


def test_a_figure_that_jumps_lets_text_fill_the_page():
    plain = texts(pdf.write(page(JUMPS)(AS_WRITTEN), DAY, Path()))
    placed = texts(pdf.write(page(JUMPS), DAY, Path()))
    assert "p0" not in plain[0]
    assert "p0" in placed[0]
    assert "Figure a" in placed[1]
    together = "\n".join(placed)
    assert together.index("Figure a") < together.index("Two")


def test_the_same_bytes_twice_and_those_of_one_layout_where_nothing_is_to_move(tmp_path, monkeypatch):
    first = pdf.write(page(JUMPS), DAY, Path())
    forget(tmp_path / "nothing", monkeypatch)
    assert pdf.write(page(JUMPS), DAY, Path()) == first
    still = text("a") + figure("x") + text("b")
    assert pdf.write(page(still), DAY, Path()) == pdf.write(page(still)(AS_WRITTEN), DAY, Path())


def test_what_did_not_change_is_laid_out_once(tmp_path, monkeypatch, layouts):
    first = pdf.write(page(JUMPS), DAY, Path())
    assert len(layouts) == 2
    forget(tmp_path / "made", monkeypatch)
    assert pdf.write(page(JUMPS), DAY, Path()) == first
    assert len(layouts) == 2


def test_another_attachment_day_or_scale_is_another_pdf():
    inside = [Attachment("a.md", b"a", "a", "Data")]
    pdfs = [pdf.write(page(JUMPS), DAY, Path()), pdf.write(page(JUMPS), DAY, Path(), inside)]
    pdfs += [pdf.write(page(JUMPS), DAY.replace(day=1), Path(), inside), pdf.write(page(JUMPS), DAY, Path(), scale=2)]
    assert len(set(pdfs)) == 4


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("p2<br>", "Other words<br>", 1),  # the placement stays
        ("p5<br>", "<br>" * 9, 1),
        ("first<br>" * 9, "", 2),  # nothing is to move any more
        (text("p0"), "<h2>Between</h2>", 1),  # where the figure stood, it may not stand
    ],
)
def test_after_an_edit_the_last_placement_saves_a_layout_and_changes_nothing(
    tmp_path, monkeypatch, layouts, old, new, count
):
    pdf.write(page(JUMPS), DAY, Path())
    assert old in JUMPS
    edited = page(JUMPS.replace(old, new, 1))
    layouts.clear()
    second = pdf.write(edited, DAY, Path())
    assert len(layouts) == count
    forget(tmp_path / "nothing", monkeypatch)
    assert pdf.write(edited, DAY, Path()) == second


def test_a_second_process_that_fails_or_what_it_kept_is_damaged_changes_nothing(tmp_path, monkeypatch, layouts):
    edited = page(JUMPS.replace("p2<br>", "Other words<br>", 1))
    first = pdf.write(edited, DAY, Path())
    pdf.write(page(JUMPS), DAY, Path())
    monkeypatch.setattr(search.sys, "executable", "false")
    layouts.clear()
    assert pdf.write(edited, DAY, Path()) == first
    assert len(layouts) == 3
    for file in (tmp_path / "made" / "last").iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    forget(tmp_path / "made", monkeypatch)
    assert pdf.write(edited, DAY, Path()) == first
    assert len(layouts) == 5


def test_a_page_ends_where_its_lines_may_be_parted():
    lines = [Atom(20, keeps=number in (1, 3)) for number in range(4)]  # two and two
    flow = Flow([Unit([Atom(70)]), Unit(lines), Unit([Atom(10)], keeps_before=True)], [], height=120)
    first, second = filling.pages(flow)[:2]
    assert (first.place, first.atom) == (1, 2)
    assert first.share == pytest.approx(110 / 120)
    assert second.place == 3


def test_margins_that_touch_are_one_and_none_begins_a_page():
    margins = (Edge(10, True), Edge(30, True))
    assert filling.collapsed(margins) == 30
    assert filling.collapsed(margins, at_top=True) == 0
    assert filling.collapsed((Edge(10, True), Edge(5, False), Edge(7, True))) == 22


def test_the_model_parts_the_pages_as_weasyprint_does(monkeypatch):
    flows = []
    monkeypatch.setattr(filling, "best", lambda flow: flows.append(flow) or AS_WRITTEN)
    printed = texts(pdf.write(page(JUMPS), DAY, Path()))
    lines, at = [sheet.count("\n") + 1 for sheet in printed], (0, 0)
    for sheet, count in zip(filling.pages(flows[0]), lines, strict=True):
        units = flows[0].units
        numbered = [(place, atom) for place, unit in enumerate(units) for atom in range(len(unit.atoms))]
        end = numbered.index((sheet.place, sheet.atom)) if sheet.place < len(units) else len(numbered)
        assert end - numbered.index(at) == count
        at = sheet.place, sheet.atom


def test_an_image_is_smaller_where_that_fills_the_page():
    picture = Unit([Atom(260)], id="fig:a", width=200, height=240)
    run = placement.Run(list(main(text("a") + figure("a") + text("b"))))
    lines = Unit([Atom(20) for _ in range(14)])
    flow = Flow([lines, picture, Unit([Atom(20)] * 2)], [(0, run)], height=520, width=300)
    assert filling.short(flow) == 1
    assert filling.best(flow) == Placement({}, {"fig:a": 176})
    root = html.fromstring('<main><figure id="fig:a"><img src="a.svg"></figure></main>')
    placement.apply(root, Placement({}, {"fig:a": 176}))
    assert root.find(".//img").get("style") == "width:176px;max-width:100%"
