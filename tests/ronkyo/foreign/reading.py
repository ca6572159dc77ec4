"""A report from a text, and what one sees of it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from lxml import html
from PIL import Image

from ronkyo.foreign import render

BOXES = {"確認テスト": "test", "考察": "discussion"}  # of one course


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


def picture(file: str | Path = "a.png", size: tuple[int, int] = (8, 6)) -> None:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    kind = {".jpg": "JPEG"}.get(Path(file).suffix, Path(file).suffix[1:].upper())
    Image.new("RGB", size, "navy").save(file, kind)


def all_text(parsed: render.Parsed) -> str:
    return text_of(parsed.tree.root)


def figures(parsed: render.Parsed) -> list[html.HtmlElement]:
    return [figure for figure in parsed.tree.root.iter("figure") if figure.get("class") == "figure"]


def captions(parsed: render.Parsed) -> list[str]:
    return [text_of(caption) for figure in figures(parsed) if (caption := figure.find("figcaption")) is not None]


def unresolved(root: html.HtmlElement) -> list[str]:
    """Links to places of the page that are not there."""
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), "ids must differ"
    return [link for link in root.xpath("//a/@href") if link.startswith("#") and unquote(link[1:]) not in ids]


def puppeteer(header: str = "", footer: str = "") -> str:
    """Front matter with templates."""
    templates = f"headerTemplate: '{header}'\n    footerTemplate: '{footer}'"
    return f"---\npuppeteer:\n    displayHeaderFooter: true\n    {templates}\n---\n"
