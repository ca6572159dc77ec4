"""Drawings with fewer parts that look the same: WeasyPrint's price for an SVG goes by its elements.

The characters of a text or a formula, each an element that moves an outline to its place, become one path; groups that
carry nothing but an id are opened. What is not understood is left as it is, and so is what would look otherwise as one
path: under a stroke, which follows the scale of each part and is drawn over all of a path; under an opacity, where parts
that overlap are darker; parts of opposite windings that overlap, which cut holes into each other.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from fontTools.misc.transform import Identity, Transform
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.basePen import BasePen
from fontTools.pens.teePen import TeePen
from fontTools.svgLib.path import parse_path
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_PLAIN = frozenset({"id", "transform", "d", "href", _HREF, "x", "y", "width", "height"})
_GROUP, _PATH, _USE, _RECT = (_SVG + name for name in ("g", "path", "use", "rect"))
_NOT_READABLE = re.compile(  # by fontTools, or an arc, which it makes curves of that are near it
    r"[^MmZzLlHhVvCcSsQqTt\deE\s,.+-]|\.(?!\d)|(?<![\d.])0\d|(?<!\d)[eE]|[eE](?![-+\d])"
)
_TRANSFORM = re.compile(r"\s*(\w+)\s*\(([^)]*)\)\s*,?\s*")
_TELLS_OUTLINES_APART = re.compile(  # what looks otherwise on one path than on several, or on a path than on a <rect>
    rb"""marker(?:-\w+)?\s*[=:]|evenodd|objectBoundingBox|(?:fill|stroke)\s*(?:=\s*["']|:)\s*url"""
)
_HARMLESS_SHEET = re.compile(r"\s*(?:\*\s*\{(?:\s*stroke-(?:linejoin|linecap|miterlimit)\s*:[^;}]*;?)*\s*\}\s*)?")
_REFERENCE = re.compile(r"""url\(\s*["']?#([^"')\s]+)""")
_LENGTH = re.compile(r"\s*([-+]?[\d.]+)\s*(?:px|pt|em|%)?\s*")
_OPAQUE = re.compile(r"[a-z]+|#(?:[0-9a-f]{3}){1,2}|rgb\(\s*[\d.]+%?(?:[\s,]+[\d.]+%?){2}\s*\)", re.IGNORECASE)
_SET_BY_SHEETS = re.compile("stroke-(?:line|miter)")  # for each path; what it would inherit comes after
_PARTS_OF_SIDE = 50_000  # a point moves by less than such a part of the drawing's larger side
_PARTS_OF_EXTENT = 500_000  # of a path's own, where its scale in the drawing is not known
_LARGEST = 1e30  # a number beyond it, or none, leaves an element as it is
_NUMBER = "%.12g"


class _Pen(BasePen):
    """Writes down moves, lines and cubic curves, which BasePen makes of quadratic ones too."""

    def __init__(self) -> None:
        super().__init__(None)
        self.template = ""
        self.points: list[tuple[float, float]] = []

    def _add(self, letter: str, *points: tuple[float, float]) -> None:
        self.template += letter + " ".join([_NUMBER] * 2 * len(points))
        self.points += points

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self._add("M", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self._add("L", pt)

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._add("C", *points)

    def _closePath(self) -> None:  # noqa: N802
        self._add("Z")


class _FilledAreaPen(AreaPen):
    """The area of a filled path, where an open part is closed."""

    _endPath = AreaPen._closePath  # noqa: N815


class Outline(NamedTuple):
    """A path of absolute moves, lines and cubic curves: its letters with `%.12g` for each number, and the points."""

    template: str
    points: np.ndarray  # (n, 2)
    winding: float  # the sign of its area


class _Drawing(NamedTuple):
    named: dict[str, Any]
    used: set[str]  # the ids that anything refers to
    side: float | None  # the larger one of the drawing
    sides: dict[Any, float | None]  # the same in the units of an element's children


def merged(svg: bytes) -> bytes:
    """The drawing with each run of outlines of one look as one path; as it was if it is not well-formed XML."""
    if _TELLS_OUTLINES_APART.search(svg):
        return svg
    try:
        root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    except etree.XMLSyntaxError:
        return svg
    if any(not _HARMLESS_SHEET.fullmatch("".join(sheet.itertext())) for sheet in root.iter(_SVG + "style")):
        return svg
    named = {element.get("id"): element for element in root.iter(etree.Element) if element.get("id")}
    drawing = _Drawing(named, _used(root), _side(root), {})
    for group in list(root.iter(_GROUP)):
        if group.getparent() is not None and not any(above.tag == _SVG + "defs" for above in group.iterancestors()):
            _merge(group, drawing)
    for group in list(root.iter(_GROUP)):
        bare = not set(group.attrib) - {"id"}
        of_one = len(group) == 1 and group[0].tag == _PATH and list(group[0].attrib) == ["d"]
        of_one = of_one and not any(_SET_BY_SHEETS.search(f"{name}:{value}") for name, value in group.attrib.items())
        if (bare or of_one) and group.get("id") not in drawing.used and group.getparent() is not None:
            _open(group)
    for parent in list(root.iter(_SVG + "svg", _GROUP)):
        _clip_together(parent)
    return etree.tostring(root)


def _used(root: Any) -> set[str]:
    used: set[str] = set()
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            if name in ("href", _HREF):
                used.add(value.strip().removeprefix("#"))
            elif "url(" in value:
                used.update(_REFERENCE.findall(value))
    return used


def _merge(group: Any, drawing: _Drawing) -> None:
    """Make each run of children that are mere outlines one path; definitions stay."""
    if len(group) == 0 or len(group) == 1 and group[0].tag == _PATH:
        return
    run: list[Any] = []
    for child in [*group, None]:
        mere = None if child is None else _mere_outlines(child, drawing)
        if mere is not None:
            run.append((child, mere))
            continue
        if child is not None and child.tag == _SVG + "defs":
            continue
        outlines = [(outline, matrix) for _, outlines in run for outline, matrix in outlines if len(outline.points)]
        merges = len(run) > 1 or any(element.tag != _PATH for element, _ in run)
        if merges and _shows_its_parts(group, drawing):
            return
        if merges and not _cut_each_other(outlines):
            if outlines:
                path = etree.Element(_PATH, {"d": _text(outlines, _side_within(group, drawing))})
                run[0][0].addprevious(path)
            for element, _ in run:
                group.remove(element)
        run = []


def _mere_outlines(element: Any, drawing: _Drawing) -> list[tuple[Outline, Transform]] | None:
    """The outlines of an element that does nothing else and that nothing refers to; None of any other."""
    if any(part.get("id") in drawing.used for part in element.iter(etree.Element)):
        return None
    try:
        outlines = _outlines(element, Identity, drawing.named)
    except ValueError:
        return None
    return outlines if all(abs(number) < _LARGEST for _, matrix in outlines for number in matrix) else None


def _shows_its_parts(group: Any, drawing: _Drawing) -> bool:
    """Whether outlines in a group, each with its own stroke and see-through fill, would look otherwise as one."""
    look: dict[str, str] = {}
    for element in (group, *group.iterancestors()):
        style = element.get("style", "")
        if element.get("id") in drawing.used or "\\" in style or "/*" in style:
            return True
        for name, value in {**element.attrib, **_declarations(style)}.items():
            if name.endswith("opacity") and value not in ("1", "1.0", "inherit"):
                return True
            if value != "inherit":
                look.setdefault(name, value)
    if look.get("stroke", "none") != "none" and not _is_zero(look.get("stroke-width", "1")):
        return True
    fill = look.get("fill", "black")
    fill = look.get("color", "black") if fill.lower() == "currentcolor" else fill
    return not _OPAQUE.fullmatch(fill.strip())


@lru_cache(maxsize=4096)
def _declarations(style: str) -> dict[str, str]:
    declarations = (declaration.partition(":") for declaration in style.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in declarations if value}


def _is_zero(length: str) -> bool:
    number = _LENGTH.fullmatch(length)
    return number is not None and not number[1].strip("+-0.")


def _cut_each_other(outlines: list[tuple[Outline, Transform]]) -> bool:
    """Whether outlines of opposite windings, or one mirrored and one not, may overlap: their boxes do."""
    mirrored = [math.copysign(1, a * d - b * c) for _, (a, b, c, d, _, _) in outlines]
    windings = [sign * outline.winding for sign, (outline, _) in zip(mirrored, outlines, strict=True)]
    if len(set(mirrored)) < 2 and len(set(windings) - {0.0}) < 2:
        return False
    ways = np.array([mirrored, windings])
    placed = [_placed(*outline) for outline in outlines]
    low = np.array([points.min(axis=0) for points in placed])
    high = np.array([points.max(axis=0) for points in placed])
    overlap = ((low[:, None] < high) & (low < high[:, None])).all(axis=2)
    return bool((overlap & (ways[:, :, None] * ways[:, None] < 0).any(axis=0)).any())


def _clip_together(parent: Any) -> None:
    """One group for each run of paths that are cut by the same clip path."""
    group = None
    for child in list(parent):
        clip = child.get("clip-path") if child.tag == _PATH and "transform" not in child.attrib else None
        clip = None if "clip" in child.get("style", "") else clip
        if clip is None:
            group = None
            continue
        if group is None or group.get("clip-path") != clip:
            group = etree.Element(_GROUP, {"clip-path": clip})
            child.addprevious(group)
        del child.attrib["clip-path"]
        group.append(child)


def _outlines(element: Any, matrix: Transform, named: dict[str, Any]) -> list[tuple[Outline, Transform]]:
    """The outlines that an element draws and where. Raises ValueError if it does more, as with a look of its own."""
    if element.tag not in (_GROUP, _PATH, _USE, _RECT) or set(element.attrib) - _PLAIN:
        raise ValueError(f"expected a mere outline, found {element.tag} with {list(element.attrib)}")
    matrix = matrix.transform(_matrix(element.get("transform", "")))
    x, y, width, height = (float(element.get(name, 0)) for name in ("x", "y", "width", "height"))
    if element.tag == _GROUP:
        return [outline for child in element for outline in _outlines(child, matrix, named)]
    if element.tag == _USE:
        target = named.get((element.get(_HREF) or element.get("href", "")).removeprefix("#"))
        if target is None or target.tag != _PATH:
            raise ValueError("expected the use of a path")
        return _outlines(target, matrix.translate(x, y), named)
    if element.tag == _RECT:
        if min(width, height) < 0:
            raise ValueError("expected a rectangle")
        return [(_outline(f"M{x} {y}H{x + width}V{y + height}H{x}Z"), matrix)]
    return [(_outline(element.get("d", "")), matrix)]


def _open(group: Any) -> None:
    """Its children in the place of a group; one outline without a look of its own takes on the group's."""
    if set(group.attrib) - {"id"}:
        group[0].attrib.update(group.attrib)
    for child in list(group):
        group.addprevious(child)
    group.getparent().remove(group)


@lru_cache(maxsize=4096)
def _outline(path: str) -> Outline:
    """Raises ValueError for a path with arcs, or that is none."""
    if _NOT_READABLE.search(path):
        raise ValueError(f"expected a path without arcs, found {path}")
    pen, area = _Pen(), _FilledAreaPen()
    parse_path(path, TeePen(pen, area))
    points = np.array(pen.points, dtype=float).reshape(-1, 2)
    if not (np.abs(points) < _LARGEST).all():
        raise ValueError(f"expected numbers below {_LARGEST}, found {path}")
    return Outline(pen.template, points, float(np.sign(area.value)))


def _placed(outline: Outline, matrix: Transform) -> np.ndarray:
    a, b, c, d, e, f = matrix
    return outline.points @ np.array([[a, b], [c, d]]) + (e, f)


def _text(outlines: list[tuple[Outline, Transform]], side: float | None) -> str:
    """The path of outlines at their places, to as many digits as can be seen in a drawing of this side."""
    points = np.concatenate([_placed(*outline) for outline in outlines])
    step = float(np.ptp(points, axis=0).max()) / _PARTS_OF_EXTENT if side is None else side / _PARTS_OF_SIDE
    decimals = min(max(0, math.ceil(-math.log10(2 * step))), 15) if 0 < step < _LARGEST else 15
    template = " ".join(outline.template for outline, _ in outlines)
    if decimals > 4 or np.abs(points).max() > 1e6:  # where %g would leave digits out or write a power of ten
        template = template.replace(_NUMBER, f"%.{decimals}f")
    return template % tuple(points.round(decimals).ravel().tolist())


def _side(root: Any) -> float | None:
    """The larger side of a drawing in its own units."""
    numbers = root.get("viewBox", "").replace(",", " ").split()[2:] or [root.get("width", ""), root.get("height", "")]
    found = [_LENGTH.fullmatch(number) for number in numbers]
    try:
        return max(float(number[1]) for number in found if number is not None) or None
    except ValueError:
        return None


def _side_within(parent: Any, drawing: _Drawing) -> float | None:
    """The larger side of the drawing in the units of an element's children, or less; None if it is not known."""
    if parent not in drawing.sides:
        above = parent.getparent()
        side = drawing.side if above is None else _side_within(above, drawing)
        scale = _largest_scale(parent.get("transform", ""))
        known = (
            side and scale and (above is None or parent.tag == _GROUP) and "transform" not in parent.get("style", "")
        )
        drawing.sides[parent] = side / scale if side and scale and known else None
    return drawing.sides[parent]


@lru_cache(maxsize=4096)
def _largest_scale(transform: str) -> float | None:
    """How many times as long a line may become, or more; None if that is not known."""
    try:
        a, b, c, d, _, _ = _matrix(transform)
    except ValueError:
        return None
    return (math.hypot(a + d, b - c) + math.hypot(a - d, b + c)) / 2  # the larger singular value


def _matrix(transform: str) -> Transform:
    """Raises ValueError for anything but translate, scale, rotate around the origin, and matrix."""
    if _TRANSFORM.sub("", transform).strip():
        raise ValueError(f"expected transforms, found {transform}")
    matrix = Identity
    for name, text in _TRANSFORM.findall(transform):
        match name, [float(number) for number in text.replace(",", " ").split()]:
            case "translate", [x, *y] if len(y) < 2:
                matrix = matrix.translate(x, *y)
            case "scale", [x, *y] if len(y) < 2:
                matrix = matrix.scale(x, *y)
            case "rotate", [degrees]:
                matrix = matrix.rotate(math.radians(degrees))
            case "matrix", [_, _, _, _, _, _] as numbers:
                matrix = matrix.transform(numbers)
            case _:
                raise ValueError(f"expected a transform, found {name}({text})")
    return matrix
