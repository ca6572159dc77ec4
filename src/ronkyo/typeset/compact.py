"""A drawing as small as it looks the same, and fit to stand inside a page among others: no sheet, ids of its own.

What matplotlib writes about each mark is said once for all marks of a group, as attributes, to a hundredth of a point;
photographs become JPEG. So a page's own sheet can give a drawing other colours, and its letters are the page's.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

INHERITED = (
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
    "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "text-anchor", "font-family",
    "font-size", "font-style", "font-weight",
)  # fmt: skip
ATTRIBUTES = {*INHERITED, "clip-path", "opacity"}  # what attributes say as a style does
DRAWN = {"svg", "g", "defs", "path", "use", "rect", "text", "tspan", "clipPath", "image", "title"}
TOLERANCE = 15  # hundredths of a point, by which a line may leave what was drawn
STEP = 10  # hundredths of a point, to which its points are rounded
FEW = 8
PHOTOGRAPH = 64  # pixels of a side; smaller images are maps, whose pixels are values
QUALITY = 85
_SVG, _HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_LOOK = {"stroke-linejoin": "round", "stroke-linecap": "butt"}  # what matplotlib's sheet says of everything
_LETTER, _COARSER = "scale(0.015625)", "scale(0.15625)"  # of outlines with 6400 units an em, and with 640
_MOVED = re.compile(r"translate\((\S+) (\S+)\)")
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_PATH = re.compile(r"([MLQCZ])([^MLQCZ]*)", re.IGNORECASE)
_PIXELS = re.compile(r"data:image/png;base64,\s*([A-Za-z0-9+/=\s]+)")
_REFERENCE = re.compile(r"(?:^href=|url\()#([\w.:-]+)")
_INSIDE = re.compile(r"#[\w.-]+|data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]*")


def compact(svg: bytes, name: str) -> bytes:
    """What matplotlib wrote, made small. name: of the drawing, which no other in a page may have. A group whose id is a
    list of texts (JSON) has as many marks, each of which then tells its own when one points at it."""
    root = etree.fromstring(svg, etree.XMLParser(remove_blank_text=True, remove_comments=True, huge_tree=True))
    for unseen in root.xpath('//*[local-name()="metadata" or local-name()="style"]'):
        unseen.getparent().remove(unseen)
    for group in root.xpath("//*[starts-with(@id, '[')]"):
        _tell(group)
    for element in root.iter(etree.Element):
        _say_briefly(element)
    _name(root, f"d{hashlib.sha256(name.encode()).hexdigest()[:5]}")
    root.attrib.update(_LOOK)
    for group in reversed(list(root.iter(_SVG + "g"))):
        _share(group)
    _leave_out_what_is_inherited(root, {})
    for group in list(root.iter(_SVG + "g")):
        _join_the_next(group)
    for group in reversed(list(root.iter(_SVG + "g", _SVG + "defs"))):
        _open(group)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="utf-8")


@lru_cache(maxsize=128)
def stands_inside(svg: bytes) -> bool:
    """Whether a drawing does nothing in a page but be drawn: it is one element, whose ids have one beginning."""
    try:
        root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError:
        return False
    if not svg.startswith(b"<svg ") or root.getroottree().docinfo.doctype:
        return False
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag.removeprefix(_SVG) not in DRAWN:
            return False
        if any(not _is_harmless(name, value) for name, value in element.attrib.items()):
            return False
    return True


@lru_cache(maxsize=128)
def ids(svg: bytes) -> set[bytes]:
    return set(re.findall(rb'\sid="([^"]*)"', svg))


def _is_harmless(name: str, value: str) -> bool:
    if name in ("href", _HREF):
        return bool(_INSIDE.fullmatch(value))
    urls = re.findall(r"url\(([^)]*)\)", value)
    return not name.lower().startswith("on") and all(url.startswith("#") for url in urls)


# -- the look of one element ------------------------------------------------------------------------------------------


def _say_briefly(element: etree._Element) -> None:
    left = []
    for declaration in filter(None, map(str.strip, element.attrib.pop("style", "").split(";"))):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key in ATTRIBUTES:
            element.set(key, value)
        elif not key.startswith("-"):
            left.append(f"{key}:{value}")
    if left:
        element.set("style", ";".join(left))
    if address := element.attrib.pop(_HREF, None):
        element.set("href", _photograph(address))
    if element.tag == _SVG + "path" and element.get("transform") == _LETTER and "d" in element.attrib:
        element.set("transform", _COARSER)
        element.set("d", re.sub(r"-?\d+(?:\.\d+)?", lambda number: str(round(float(number[0]) / 10)), element.get("d")))
    if element.tag == _SVG + "use" and (moved := _MOVED.fullmatch(element.get("transform", ""))):
        del element.attrib["transform"]
        element.attrib.update({key: place for key, place in zip("xy", moved.groups(), strict=True) if float(place)})
    for key, value in element.attrib.items():
        if key == "d":
            element.set(key, path(value))
        elif key in ("transform", "style"):
            element.set(key, _NUMBER.sub(lambda number: f"{float(number[0]):.5g}", value))
        elif key != "href":
            element.set(key, _NUMBER.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), value))


def _photograph(address: str) -> str:
    """An image of many colours as JPEG, which the eye does not tell from it; maps stay as they are."""
    from PIL import Image

    if not (found := _PIXELS.fullmatch(address)):
        return address
    with Image.open(io.BytesIO(base64.b64decode(found[1]))) as image:
        opaque = "A" not in image.mode or image.getchannel("A").getextrema() == (255, 255)
        if min(image.size) < PHOTOGRAPH or not opaque or image.getcolors(256) is not None:
            return address
        packed = io.BytesIO()
        image.convert("RGB").save(packed, "JPEG", quality=QUALITY, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(packed.getvalue()).decode()}"


# -- paths ------------------------------------------------------------------------------------------------------------


def path(data: str) -> str:
    """Absolute moves, lines and curves in the fewest letters; other paths as they are.

    >>> path("M 10 10 L 20.004 10 L 20 30.5 z")
    'M10 10h10v20.5z'
    """
    if re.search(r"[^MLQCZmlqcze\d\s,.+-]|[mlqc]", data):
        return data
    text, here = "", np.zeros(2, int)
    run: list[np.ndarray] = []
    for letter, numbers in [*_PATH.findall(data), ("", "")]:
        points = np.round(np.array(numbers.replace(",", " ").split(), float).reshape(-1, 2) * 100).astype(int)
        if letter == "L":
            run.append(points)
            continue
        if run:
            line = _simpler(np.concatenate([here[None], *run]))
            text, here, run = text + _lines(line), line[-1], []
        if letter == "M":
            text, here = text + "M" + _joined(points.ravel()), points[-1]
        elif letter in "QC" and letter:
            text, here = text + letter.lower() + _joined((points - here).ravel()), points[-1]
        else:
            text += letter.lower()
    return text


def _lines(points: np.ndarray) -> str:
    """points: (n, 2), the first is where the pen is."""
    text, last = "", ""
    for x, y in np.diff(points, axis=0):
        letter, numbers = ("h", [x]) if y == 0 else ("v", [y]) if x == 0 else ("l", [x, y])
        joined = _joined(numbers)
        text += joined if letter == last and joined[0] == "-" else f" {joined}" if letter == last else letter + joined
        last = letter
    return text


def _joined(hundredths: Iterable[int]) -> str:
    text = ""
    for number in hundredths:
        sign, (whole, part) = "-" if number < 0 else "", divmod(abs(int(number)), 100)
        word = f"{whole}.{part:02d}".rstrip("0").rstrip(".") if part else str(whole)
        word = sign + (word.removeprefix("0") if word.startswith("0.") else word)
        text += word if not text or sign else f" {word}"
    return text


def _simpler(points: np.ndarray) -> np.ndarray:
    """The points of a line, (n, 2), without those that lie within TOLERANCE of the line through the others
    (Ramer 1972; Douglas and Peucker 1973); a few are a shape, which stays."""
    if len(points) <= FEW:
        return points
    kept = np.zeros(len(points), bool)
    kept[[0, -1]] = True
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        along, inner = points[last] - points[first], points[first + 1 : last] - points[first]
        length = max(float(np.hypot(*along)), 1e-9)
        share = np.clip(inner @ along / length**2, 0, 1) if length > 1e-9 else np.zeros(len(inner))
        apart = np.hypot(*(inner - share[:, None] * along).T)
        if apart.max() > TOLERANCE:
            middle = first + 1 + int(apart.argmax())
            kept[middle] = True
            waiting += [(first, middle), (middle, last)]
    simple = points[kept]
    simple[1:-1] = np.round(simple[1:-1] / STEP).astype(int) * STEP
    return simple


# -- names and groups -------------------------------------------------------------------------------------------------


def _tell(group: etree._Element) -> None:
    marks = list(group.iter(_SVG + "use")) or [line for line in group.iter(_SVG + "path") if not _is_defined(line)]
    for mark, text in zip(marks, json.loads(group.get("id")), strict=True):
        etree.SubElement(mark, _SVG + "title").text = text


def _is_defined(element: etree._Element) -> bool:
    return any(above.tag == _SVG + "defs" for above in element.iterancestors())


def _name(root: etree._Element, prefix: str) -> None:
    """Short ids for what is referred to, none for all else; what is defined twice is defined once."""
    used = {
        id for element in root.iter() for key, value in element.items() for id in _REFERENCE.findall(f"{key}={value}")
    }
    names: dict[str, str] = {}
    known: dict[bytes, str] = {}
    for element in list(root.iter()):
        if (old := element.attrib.pop("id", None)) not in used:
            continue
        content = etree.tostring(element, with_tail=False)
        if content in known:
            element.getparent().remove(element)
        names[old] = known.setdefault(content, f"{prefix}.{len(known):x}")
        element.set("id", names[old])
    for element in root.iter():
        for key, value in element.items():
            for old in _REFERENCE.findall(f"{key}={value}"):
                element.set(key, value.replace(f"#{old}", f"#{names[old]}"))


def _share(group: etree._Element) -> None:
    """What all parts of a group say, the group says."""
    parts = [child for child in group if child.tag not in (_SVG + "defs", _SVG + "title")]
    if not parts or _is_defined(group):
        return
    for key in (*INHERITED, "clip-path"):
        values = {part.get(key) for part in parts}
        moves = key == "clip-path" and any("transform" in part.attrib for part in parts)  # in what its clip is measured
        if len(values) > 1 or None in values or moves or (key == "clip-path" and key in group.attrib):
            continue
        group.set(key, parts[0].get(key))
        for part in parts:
            del part.attrib[key]


def _leave_out_what_is_inherited(element: etree._Element, inherited: Mapping[str, str]) -> None:
    for key in INHERITED:
        if key in element.attrib and inherited.get(key) == element.get(key):
            del element.attrib[key]
    look = {**inherited, **{key: value for key, value in element.attrib.items() if key in INHERITED}}
    for child in element:
        if child.tag != _SVG + "defs":  # which inherits where it is used
            _leave_out_what_is_inherited(child, look)


def _join_the_next(group: etree._Element) -> None:
    """The parts of the groups behind one that say the same, in it."""
    if not group.attrib or group.getparent() is None or "opacity" in group.attrib:
        return
    while (after := group.getnext()) is not None and after.tag == group.tag and after.attrib == group.attrib:
        group.extend(after)
        group.getparent().remove(after)


def _open(group: etree._Element) -> None:
    """The parts of a group that says nothing in its place; definitions without one go."""
    if group.attrib or group.tag == _SVG + "defs" and len(group):
        return
    for child in list(group):
        group.addprevious(child)
    group.getparent().remove(group)
