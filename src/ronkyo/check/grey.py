"""Figures without their colours: can the lines of a panel be told apart in grey print?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.check.report import Outcome, Report, embedded, listed

APART = 15  # of L*, which goes from 0 to 100
WIDER = 0.4  # points
POINTS = 3  # of a line that shows data; those of grids and axes have two
_NAMED = {"black": "#000000", "white": "#ffffff"}


class Stroke(NamedTuple):
    """How a line of a panel looks."""

    panel: str
    colour: str
    dashes: str
    width: float
    marker: str  # of its points

    @property
    def lightness(self) -> float:
        """L* of CIE 1976."""
        channels = [int(self.colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance

    def is_told_from(self, other: Stroke) -> bool:
        if self.dashes != other.dashes or self.marker != other.marker or abs(self.width - other.width) >= WIDER:
            return True
        return abs(self.lightness - other.lightness) >= APART


def lines_differ_in_grey(report: Report) -> Outcome:
    """Two lines of a panel that have different colours also differ in dashes, marker, width or lightness."""
    figures, bad = 0, []
    for name, drawing in embedded(report.html):
        figures += 1
        alike = [
            f"{one.colour} {other.colour}"
            for one, other in combinations(sorted(set(strokes(drawing))), 2)
            if one.panel == other.panel and one.colour != other.colour and not one.is_told_from(other)
        ]
        bad += [f"{name} ({', '.join(sorted(set(alike)))})"] if alike else []
    return Outcome(not bad, f"{figures} figures; lines differ by {APART} of L*, dashes, marker or width" + listed(bad))


def strokes(drawing: Any) -> Iterator[Stroke]:
    """Of the lines of data in an SVG: those that are cut by a panel, and have more than two points."""
    for path in drawing.iter("{*}path"):
        panel, colour = _inherited(path, "clip-path"), _inherited(path, "stroke")
        colour = _NAMED.get(colour, colour)
        if not panel or not re.fullmatch("#[0-9a-f]{6}", colour) or _inherited(path, "fill") != "none":
            continue
        if len(re.findall(r"-?[\d.]+", path.get("d", ""))) < 2 * POINTS:
            continue
        width = float(re.sub("[^0-9.]", "", _inherited(path, "stroke-width")) or 1)
        yield Stroke(panel, colour, _inherited(path, "stroke-dasharray"), width, _marker(path))


def _marker(path: Any) -> str:
    """What stands at the points of a line: matplotlib writes it behind the line."""
    following = path.getnext()
    use = None if following is None or following.tag.endswith("path") else next(following.iter("{*}use"), None)
    return "" if use is None else str(next((value for key, value in use.items() if key.endswith("href")), ""))


def _inherited(element: Any, name: str) -> str:
    for one in (element, *element.iterancestors()):
        if not isinstance(one.tag, str) or etree.QName(one).localname == "defs":
            return ""
        found = re.search(rf"(?:^|;)\s*{name}\s*:\s*([^;]+)", one.get("style", ""))
        if (value := found[1].strip() if found else one.get(name)) is not None:
            return value
    return ""
