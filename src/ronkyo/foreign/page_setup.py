"""Puppeteer's options for a PDF -> the page: its size, its margins, its scale.

https://pptr.dev/api/puppeteer.pdfoptions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

INCH = 25.4
UNITS = {"px": INCH / 96, "in": INCH, "cm": 10.0, "mm": 1.0}  # in mm
FORMATS = {  # width and height in mm
    "letter": (8.5 * INCH, 11 * INCH),
    "legal": (8.5 * INCH, 14 * INCH),
    "tabloid": (11 * INCH, 17 * INCH),
    "ledger": (17 * INCH, 11 * INCH),
    "a0": (841.0, 1189.0),
    "a1": (594.0, 841.0),
    "a2": (420.0, 594.0),
    "a3": (297.0, 420.0),
    "a4": (210.0, 297.0),
    "a5": (148.0, 210.0),
    "a6": (105.0, 148.0),
}
SIDES = ("top", "right", "bottom", "left")
OWN_MARGINS = {"top": 26.0, "right": 30.9, "bottom": 25.0, "left": 30.9}  # of an A4 page in the engine's style
FIRST_TOP = 22.0
NARROWEST = 30.0  # mm of text
SCALES = (0.1, 2.0)
OF_BROWSERS = (  # without a meaning here
    "path printBackground preferCSSPageSize timeout waitForTimeout waitForFunction waitForFonts omitBackground outline tagged "
    "quality type fullPage"
)
HERE = "format width height landscape margin scale headerTemplate footerTemplate displayHeaderFooter"

WarnOfKey = Callable[[str, str], None]  # key, message


@dataclass(frozen=True)
class PageSetup:
    """In mm; margins that the report does not give are the engine's own, in proportion to the page."""

    width: float = 210.0
    height: float = 297.0
    given: Mapping[str, float] = field(default_factory=dict)  # margins
    scale: float = 1.0

    @property
    def margins(self) -> dict[str, float]:
        across, down = self.width / 210, self.height / 297
        own = {side: size * (across if side in ("left", "right") else down) for side, size in OWN_MARGINS.items()}
        return own | dict(self.given)

    @property
    def text(self) -> tuple[float, float]:
        """Width and height of what a page holds."""
        margins = self.margins
        return self.width - margins["left"] - margins["right"], self.height - margins["top"] - margins["bottom"]

    @property
    def raised(self) -> float:
        """By how much the text of the first page begins higher."""
        return 0 if "top" in self.given else (OWN_MARGINS["top"] - FIRST_TOP) * self.height / 297


def read(options: Mapping[str, Any], warn: WarnOfKey) -> PageSetup:
    """What cannot be used is a warning, and the engine's own stands."""
    for key in options:
        if key not in (*HERE.split(), *OF_BROWSERS.split()):
            warn(str(key), "not known, so it has no effect")
    width, height = _format(options, warn)
    if options.get("landscape") is True:
        width, height = height, width
    setup = PageSetup(width, height, scale=_scale(options, warn))
    wanted = replace(setup, given=_margins(options.get("margin"), warn))
    if min(wanted.text) >= NARROWEST:
        return wanted
    warn("margin", f"leaves {min(wanted.text):.0f} mm for the text, expected at least {NARROWEST:.0f}")
    return setup if min(setup.text) >= NARROWEST else PageSetup()


def _format(options: Mapping[str, Any], warn: WarnOfKey) -> tuple[float, float]:
    name = options.get("format")
    if name is not None:
        if isinstance(name, str) and name.lower() in FORMATS:
            return FORMATS[name.lower()]
        warn("format", f"expected one of {', '.join(FORMATS)}, found {_shown(name)}")
    sizes = [_length(options.get(key)) for key in ("width", "height")]
    for key, size in zip(("width", "height"), sizes, strict=True):
        if size is None and options.get(key) is not None:
            warn(key, f"expected a length as 10cm, found {_shown(options[key])}")
    return sizes[0] or FORMATS["a4"][0], sizes[1] or FORMATS["a4"][1]


def _margins(value: Any, warn: WarnOfKey) -> dict[str, float]:
    """One for all sides, or a mapping of sides."""
    margins = {}
    for side, text in (value if isinstance(value, dict) else dict.fromkeys(SIDES, value)).items():
        size = _length(text)
        if side in SIDES and size is not None:
            margins[side] = size
        elif text is not None:
            expected = "expected a length as 10mm for top, right, bottom or left"
            warn("margin", f"{expected}, found {_shown(side)}: {_shown(text)}")
    return margins


def _scale(options: Mapping[str, Any], warn: WarnOfKey) -> float:
    value = options.get("scale", 1)
    if type(value) in (int, float) and SCALES[0] <= value <= SCALES[1]:
        return float(value)
    warn("scale", f"expected a number from {SCALES[0]} to {SCALES[1]:g}, found {_shown(value)}")
    return 1.0


def _length(value: Any) -> float | None:
    """In mm; a number alone counts pixels."""
    text = str(value) if isinstance(value, str | int | float) else ""
    match = re.fullmatch(r"\s*(\d{1,5}(?:\.\d{1,6})?|\.\d{1,6})\s*(px|in|cm|mm)?\s*", text)
    return float(match[1]) * UNITS[match[2] or "px"] if match else None


def _shown(value: Any) -> str:
    return repr(value)[:40] if isinstance(value, str | int | float) else type(value).__name__


def text_width(setup: PageSetup) -> float:
    """In pt, before it is scaled."""
    return setup.text[0] / setup.scale * 72 / INCH


def style(setup: PageSetup) -> str:
    """CSS of the page, before it is scaled; what runs at its head and foot is as wide as the paper."""

    def scaled(*sizes: float) -> str:
        return " ".join(f"{size / setup.scale:.6g}mm" for size in sizes)

    top, right, bottom, left = (setup.margins[side] for side in SIDES)
    wide = f".running:not(.inside) {{ margin: 0 {scaled(-right)} 0 {scaled(-left)} }}"
    if setup == PageSetup():
        return wide
    return (
        f"@page {{ size: {scaled(setup.width, setup.height)}; margin: {scaled(top, right, bottom, left)} }}\n"
        f"@page :first {{ margin-top: {scaled(top - setup.raised)} }}\n"
        f"figure.figure img {{ max-height: {scaled(setup.text[1] * 0.83)} }}\n{wide}"
    )
