"""A report from a text, and what one sees of it."""

from __future__ import annotations

from pathlib import Path

from lxml import html

from ronkyo.foreign import render


def read(folder: Path, text: str, name: str = "report.md") -> render.Parsed:
    """The report of a text that lies in the folder."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return render.parse(file, "ja")


def text_of(element: html.HtmlElement | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def inner(parsed: render.Parsed) -> str:
    """The body as HTML on one line."""
    written = html.tostring(parsed.tree.root, encoding="unicode")
    return " ".join(written.removeprefix("<main>").removesuffix("</main>").split())


def warned(parsed: render.Parsed) -> list[str]:
    """LINE: message."""
    return [warning.partition(".md:")[2] for warning in parsed.warnings]
