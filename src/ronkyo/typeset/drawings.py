"""Drawings in the PDF, at a bearable price: WeasyPrint's own ways with SVG take most of the time and memory of a report.

- It styles every stroke of a formula that stands in the page as if it were text. So page.py makes an image of each
  distinct formula, which is read once.
- It styles and draws each character of a drawing as an element of its own. So outlines of one look become one path.
- It reads a path number by number. So what a plain path becomes in PDF is written at once, and kept. This replaces a
  private function, for one version of WeasyPrint only. The same style is read once, too.
- It keeps each operator of a page and each part of a drawing until the file is written. So a page is joined and a
  drawing forgotten once drawn.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from ronkyo.typeset import justification

_COMMAND = re.compile("([MLCZz])([^MLCZz]*)")
_UNIT = re.compile("[%pnixr]|e[mx]")
_PLAIN_PATH = re.compile(r"\s*M[-MLCZz0-9.,\s]*", re.ASCII)


@contextmanager
def cheaper() -> Iterator[None]:
    """While the block runs, WeasyPrint reads each path of an SVG once, and keeps pages joined."""
    if not justification.is_supported():
        yield
        return
    import pydyf
    import weasyprint

    classes: Any = weasyprint
    Page, SVGImage = classes.document.Page, classes.images.SVGImage  # noqa: N806
    svg = classes.svg
    tags, path, parse_declarations = svg.TAGS, svg.TAGS["path"], svg.parse_declarations
    paint, draw_image = Page.paint, SVGImage.draw
    known: dict[str, bytes] = {}

    def draw(svg: Any, node: Any, font_size: float) -> None:
        source = node.get("d", "")
        if any(name.startswith("marker") for name in node.attrib) or _UNIT.search(source):
            path(svg, node, font_size)
            return
        if source not in known:
            known[source] = operators(source) or recorded(svg, node, font_size)
        svg.stream.stream.append(known[source])

    def recorded(svg: Any, node: Any, font_size: float) -> bytes:
        stream, svg.stream = svg.stream, pydyf.Stream()
        try:
            path(svg, node, font_size)
            return b"\n".join(svg.stream.stream)
        finally:
            svg.stream = stream
            node.vertices.clear()  # where markers would go

    def paint_and_join(page: Any, stream: Any, *arguments: Any, **named: Any) -> None:
        gc.freeze()  # what was there before is not looked through
        paint(page, stream, *arguments, **named)
        stream.stream[:] = joined(stream.stream)
        gc.collect()  # what this page's drawings left

    def draw_and_forget(image: Any, *arguments: Any, **named: Any) -> None:
        draw_image(image, *arguments, **named)
        image._svg.tree._children = None
        image._svg.use_cache.clear()

    tags["path"], Page.paint, SVGImage.draw = draw, paint_and_join, draw_and_forget
    svg.parse_declarations = lru_cache(maxsize=4096)(parse_declarations)
    try:
        yield
    finally:
        tags["path"], Page.paint, SVGImage.draw = path, paint, draw_image
        svg.parse_declarations = parse_declarations


def operators(path: str) -> bytes | None:
    """PDF's operators for an SVG path of absolute M, L, C and Z in plain numbers; None for any other path.

    >>> operators("M 0 0 L 10 0.5 Z")
    b'0 0 m\\n10 0.5 l\\nh'
    >>> operators("M 0 0 a 1 1 0 0 1 2 2") is None
    True
    """
    if not _PLAIN_PATH.fullmatch(path):
        return None
    drawn: list[str] = []
    begun = False
    for letter, text in _COMMAND.findall(path):
        numbers = text.replace(",", " ").split()
        if letter in "Zz" and not numbers and begun:
            drawn.append("h")
            begun = False
            continue
        size = {"M": 2, "L": 2, "C": 6}.get(letter)
        if size != len(numbers) or not (begun or letter == "M"):
            return None
        drawn.append(f"{' '.join(numbers)} {letter.lower()}")
        begun = True
    return "\n".join(drawn).encode()


def joined(operators: list[Any]) -> list[Any]:
    """The operators of a page in few objects; marks (a tag and a dictionary) stay apart, since archive.py changes them."""
    import pydyf

    parts: list[Any] = []
    run: list[bytes] = []
    for operator in operators:
        if isinstance(operator, pydyf.Dictionary):
            *run, tag = run
            parts += [b"\n".join(run), tag, operator]
            run = []
        else:
            run.append(operator if isinstance(operator, bytes) else pydyf._to_bytes(operator))
    return [*parts, b"\n".join(run)]
