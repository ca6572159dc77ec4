"""Drawings with fewer parts that look the same: WeasyPrint's price for an SVG goes by its elements.

The characters of a text or a formula, each an element that moves an outline to its place, become one path; groups that
carry nothing but an id are opened. What is not understood is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

Matrix = tuple[float, float, float, float, float, float]  # SVG's matrix(a b c d e f)

_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_PLAIN = frozenset({"id", "transform", "d", "href", _HREF, "x", "y", "width", "height"})
_GROUP, _PATH, _USE, _RECT = (_SVG + name for name in ("g", "path", "use", "rect"))
_LENGTHS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "T": 2, "Z": 0}
_COMMAND = re.compile("([A-Za-z])([^A-Za-z]*)")
_TRANSFORM = re.compile(r"\s*(translate|scale|matrix)\s*\(([^)]*)\)\s*,?\s*")
_TELLS_OUTLINES_APART = re.compile(  # what looks otherwise on one path than on several, or on a path than on a <rect>
    rb"""marker(?:-\w+)?\s*[=:]|evenodd|(?:fill|stroke)\s*(?:=\s*["']|:)\s*url"""
    rb"""|<style[^>]*>(?!\s*\*\s*\{[^}]*\}\s*</style>)"""
)


class Outline(NamedTuple):
    """A path of absolute moves, lines and cubic curves: its letters with `%g` for each number, and the points."""

    template: str
    points: np.ndarray  # (n, 2)


def merged(svg: bytes) -> bytes:
    """The drawing with each run of outlines of one look as one path; as it was if it is not well-formed XML."""
    if _TELLS_OUTLINES_APART.search(svg):
        return svg
    try:
        root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    except etree.XMLSyntaxError:
        return svg
    named = {element.get("id"): element for element in root.iter(etree.Element) if element.get("id")}
    used = {element.get(_HREF) or element.get("href", "") for element in root.iter(_USE)}
    for group in list(root.iter(_GROUP)):
        if group.getparent() is not None and not any(above.tag == _SVG + "defs" for above in group.iterancestors()):
            _merge(group, named)
    for group in list(root.iter(_GROUP)):
        bare = not set(group.attrib) - {"id"}
        of_one = len(group) == 1 and group[0].tag == _PATH and list(group[0].attrib) == ["d"]
        if (bare or of_one) and f"#{group.get('id')}" not in used and group.getparent() is not None:
            _open(group)
    for element in list(root.iter(_USE)):
        _draw_marker(element, named)
    for parent in list(root.iter(_SVG + "svg", _GROUP)):
        _clip_together(parent)
    return etree.tostring(root)


def _merge(group: Any, named: dict[str, Any]) -> None:
    """Make each run of children that are mere outlines one path; definitions stay."""
    run: list[Any] = []
    for child in [*group, None]:
        found = None if child is None else _outlines(child, _IDENTITY, named)
        if found is not None:
            run.append((child, found))
            continue
        if child is not None and child.tag == _SVG + "defs":
            continue
        outlines = [outline for _, outlines in run for outline in outlines]
        if len(outlines) > 1 or any(element.tag != _PATH for element, _ in run):
            path = etree.Element(_PATH, {"d": " ".join(_text(*outline) for outline in outlines)})
            run[0][0].addprevious(path)
            for element, _ in run:
                group.remove(element)
        run = []


def _draw_marker(use: Any, named: dict[str, Any]) -> None:
    """A path in the place of a <use> that moves one there; the look that the path has itself comes first."""
    path = named.get(use.get(_HREF, "").removeprefix("#"))
    if path is None or path.tag != _PATH or set(use.attrib) - {_HREF, "x", "y", "style"}:
        return
    if set(path.attrib) - {"id", "d", "style"}:
        return
    try:
        place = (1.0, 0.0, 0.0, 1.0, float(use.get("x", 0)), float(use.get("y", 0)))
        moved = _text(_outline(path.get("d", "")), place)
    except ValueError:
        return
    style = ";".join(element.get("style") for element in (use, path) if element.get("style"))
    marker = etree.Element(_PATH, {"d": moved, "style": style})
    marker.tail = use.tail
    use.getparent().replace(use, marker)


def _clip_together(parent: Any) -> None:
    """One group for each run of paths that are cut by the same clip path."""
    group = None
    for child in list(parent):
        clip = child.get("clip-path") if child.tag == _PATH and "transform" not in child.attrib else None
        if clip is None:
            group = None
            continue
        if group is None or group.get("clip-path") != clip:
            group = etree.Element(_GROUP, {"clip-path": clip})
            child.addprevious(group)
        del child.attrib["clip-path"]
        group.append(child)


def _outlines(element: Any, matrix: Matrix, named: dict[str, Any]) -> list[tuple[Outline, Matrix]] | None:
    """The outlines that an element draws and where; None if it does anything else, as with a look of its own."""
    if element.tag not in (_GROUP, _PATH, _USE, _RECT) or set(element.attrib) - _PLAIN:
        return None
    own = _matrix(element.get("transform", ""))
    if own is None:
        return None
    matrix = _product(matrix, own)
    if element.tag == _GROUP:
        return _all(element, matrix, named)
    try:
        if element.tag == _USE:
            target = named.get((element.get(_HREF) or element.get("href", "")).removeprefix("#"))
            if target is None or target.tag != _PATH:
                return None
            place = (1.0, 0.0, 0.0, 1.0, float(element.get("x", 0)), float(element.get("y", 0)))
            return _outlines(target, _product(matrix, place), named)
        if element.tag == _RECT:
            x, y, width, height = (float(element.get(name, 0)) for name in ("x", "y", "width", "height"))
            return [(_outline(f"M{x} {y}H{x + width}V{y + height}H{x}Z"), matrix)]
        return [(_outline(element.get("d", "")), matrix)]
    except ValueError:
        return None


def _all(group: Any, matrix: Matrix, named: dict[str, Any]) -> list[tuple[Outline, Matrix]] | None:
    found: list[tuple[Outline, Matrix]] = []
    for child in group:
        outlines = _outlines(child, matrix, named)
        if outlines is None:
            return None
        found += outlines
    return found


def _open(group: Any) -> None:
    """Its children in the place of a group; one outline without a look of its own takes on the group's."""
    if set(group.attrib) - {"id"}:
        group[0].attrib.update(group.attrib)
    for child in list(group):
        group.addprevious(child)
    group.getparent().remove(group)


@lru_cache(maxsize=4096)
def _outline(path: str) -> Outline:
    """Read the absolute commands M L H V C Q T Z, each with one set of numbers. Raises ValueError for any other path."""
    letters: list[str] = []
    points: list[Sequence[float]] = []
    current = start = control = (0.0, 0.0)
    for letter, text in _COMMAND.findall(path):
        letter = "Z" if letter == "z" else letter
        numbers = [float(number) for number in text.replace(",", " ").split()]
        if _LENGTHS.get(letter) != len(numbers) or not letters and letter != "M":
            raise ValueError(f"expected an absolute path command with its numbers, found {letter}{text}")
        before, reflected = current, (2 * current[0] - control[0], 2 * current[1] - control[1])
        match letter:
            case "Z":
                current = control = start
                letters.append("Z")
                continue
            case "H":
                new = [(numbers[0], current[1])]
            case "V":
                new = [(current[0], numbers[0])]
            case "T":
                new = _cubic(before, reflected, (numbers[0], numbers[1]))
            case "Q":
                new = _cubic(before, (numbers[0], numbers[1]), (numbers[2], numbers[3]))
            case _:
                new = list(zip(numbers[::2], numbers[1::2], strict=True))
        current = (new[-1][0], new[-1][1])
        control = {"Q": (numbers[0], numbers[-3]) if letter == "Q" else current, "T": reflected}.get(letter, current)
        start = current if letter == "M" else start
        letters.append({"H": "L", "V": "L", "Q": "C", "T": "C"}.get(letter, letter) + " ".join(["%g %g"] * len(new)))
        points += new
    return Outline("".join(letters), np.array(points, dtype=float).reshape(-1, 2))


def _cubic(
    start: tuple[float, float], control: tuple[float, float], end: tuple[float, float]
) -> list[tuple[float, float]]:
    """The control points and end of the cubic curve that is a quadratic one."""
    (x0, y0), (x1, y1), (x2, y2) = start, control, end
    return [((x0 + 2 * x1) / 3, (y0 + 2 * y1) / 3), ((x2 + 2 * x1) / 3, (y2 + 2 * y1) / 3), end]


def _text(outline: Outline, matrix: Matrix) -> str:
    a, b, c, d, e, f = matrix
    points = outline.points @ np.array([[a, b], [c, d]]) + (e, f)
    return outline.template % tuple(points.round(2).ravel().tolist())


def _matrix(transform: str) -> Matrix | None:
    matrix, end = _IDENTITY, 0
    for found in _TRANSFORM.finditer(transform):
        if found.start() != end:
            return None
        end = found.end()
        numbers = [float(number) for number in found[2].replace(",", " ").split()]
        match found[1], numbers:
            case "translate", [x, *y] if len(y) < 2:
                part: Matrix = (1.0, 0.0, 0.0, 1.0, x, y[0] if y else 0.0)
            case "scale", [x, *y] if len(y) < 2:
                part = (x, 0.0, 0.0, y[0] if y else x, 0.0, 0.0)
            case "matrix", [a, b, c, d, e, f]:
                part = (a, b, c, d, e, f)
            case _:
                return None
        matrix = _product(matrix, part)
    return matrix if end == len(transform) else None


def _product(outer: Matrix, inner: Matrix) -> Matrix:
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f)
