"""A drawing that is kept is put on a page as it was drawn there."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pypdf
import pytest
from weasyprint.svg import SVG

from ronkyo import cache
from ronkyo.typeset import pdf
from ronkyo.typeset.page import Printable

PAGE = """<!doctype html><html lang="en"><head><title>Drawings</title><style>
@font-face {{ font-family: "Noto Sans JP"; src: url("font:NotoSansJP-Regular.ttf") }}
@font-face {{ font-family: "Noto Sans JP"; font-weight: 700; src: url("font:NotoSansJP-Bold.ttf") }}
html {{ font: 16px "Noto Sans JP" }}
</style></head><body><p>{}</p><img src="picture:a.svg" alt="a"></body></html>"""
SVG_FILE = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="0 0 200 100">{}</svg>'
TEXT = '<text x="100" y="50" font-family="Noto Sans JP" font-weight="{}" text-anchor="middle">{}</text>'
KEPT = (
    '<g opacity="0.5"><path d="M 10 10 L 90 20 Z" stroke="#b5472d" fill-opacity="0.3"/></g>'
    + TEXT.format(700, "Qjz 太字")
    + TEXT.format(400, "plain")
)
GRADIENT = (
    '<linearGradient id="g"><stop stop-color="red"/><stop offset="1"/></linearGradient>'
    '<rect width="90" height="90" fill="url(#g)"/>'
)
DAY = date(2024, 6, 16)


@pytest.fixture
def drawn(tmp_path, monkeypatch) -> list[SVG]:
    """The drawings that WeasyPrint draws."""
    forget(tmp_path / "made", monkeypatch)
    drawings, draw = [], SVG.draw
    monkeypatch.setattr(SVG, "draw", lambda svg, *arguments: drawings.append(svg) or draw(svg, *arguments))
    return drawings


def forget(folder: Path, monkeypatch) -> None:
    """As another process that keeps things in this folder."""
    monkeypatch.setattr(cache, "folder", lambda: folder)
    monkeypatch.setattr(cache, "_MEMORY", cache._Memory())


def write(folder: Path, drawing: str, text: str = "words") -> bytes:
    (folder / "a.svg").write_text(SVG_FILE.format(drawing), encoding="utf-8")
    return pdf.write(Printable(PAGE.format(text)), DAY, folder)


def words(content: bytes) -> str:
    return pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()


@pytest.mark.parametrize("text", ["words", "other words, <b>in bold</b>"])
def test_a_drawing_is_drawn_once_and_the_page_is_as_from_nothing(tmp_path, monkeypatch, drawn, text):
    write(tmp_path, KEPT)
    forget(tmp_path / "made", monkeypatch)
    drawn.clear()
    again = write(tmp_path, KEPT, text)
    assert drawn == []
    assert all(word in words(again) for word in ("Qjz", "太字", "plain"))
    forget(tmp_path / "nothing", monkeypatch)
    assert write(tmp_path, KEPT, text) == again


def test_another_drawing_or_size_is_drawn(tmp_path, monkeypatch, drawn):
    write(tmp_path, KEPT)
    drawn.clear()
    write(tmp_path, KEPT.replace("plain", "plane"))
    monkeypatch.setattr("test_drawings.SVG_FILE", SVG_FILE.replace('width="200"', 'width="180"'))
    write(tmp_path, KEPT)
    assert len(drawn) == 2


def test_a_damaged_entry_is_drawn_again(tmp_path, monkeypatch, drawn):
    first = write(tmp_path, KEPT)
    (entry,) = (tmp_path / "made" / "drawn").iterdir()
    entry.write_bytes(entry.read_bytes()[:-1])
    forget(tmp_path / "made", monkeypatch)
    drawn.clear()
    assert write(tmp_path, KEPT) == first
    assert len(drawn) == 1


def test_what_is_more_than_outlines_and_text_is_drawn_on_the_page_each_time(tmp_path, drawn):
    assert write(tmp_path, GRADIENT) == write(tmp_path, GRADIENT)
    assert len(drawn) == 3  # once alone, to see what it uses


def test_what_a_drawing_complains_of_is_told_each_time(tmp_path, drawn):
    for _ in range(2):
        with pytest.raises(pdf.PdfError, match="notdef"):
            write(tmp_path, TEXT.format(400, "\U0001f40d"))
