"""What an SVG drawing becomes in a PDF, kept by what it is and how large: WeasyPrint would read its outlines and set its texts
letter by letter each time. Part of `weasyprint_70`.

Each drawing is drawn for itself, on a stream that knows nothing of the page, and put on the page then, the first time too.
Drawings with more than outlines, text and plain opacity (gradients, patterns, masks, images) are drawn on the page as ever.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from ronkyo import cache

_GROUP = re.compile(rb"/(x\d+) Do")


class _Letters(NamedTuple):
    """What a drawing uses of a font; text and width of each glyph by its number."""

    hash: str
    family: str
    style: int
    weight: int
    texts: dict[int, str]
    widths: dict[int, int]


class _Drawn(NamedTuple):
    """The operators of a stream, and by their names in these: opacities, and groups with their boxes."""

    operators: bytes
    opacities: dict[str, dict[str, float]]
    groups: dict[str, tuple[list[float], _Drawn]]


def keeping(draw: Callable[..., None]) -> Callable[..., None]:
    """WeasyPrint's SVGImage.draw, for images whose fetcher tells what they are."""

    def draw_or_put(image: Any, stream: Any, width: float, height: float, style: Any) -> None:
        known = getattr(image._url_fetcher, "drawings", {}).get(image._base_url)
        if known is None:
            return draw(image, stream, width, height, style)
        key = known + f" {width!r} {height!r}".encode()
        if kept := cache.find("drawn", key):
            drawn, letters = pickle.loads(kept)
        else:
            complaints = len(image._url_fetcher.complaints)
            alone = stream.clone(fonts={}, resources=_resources(stream), images={}, tags=None)
            draw(image, alone, width, height, style)
            drawn, letters = _drawn(alone), [_letters(font) for font in alone._fonts.values() if font.to_unicode]
            if len(image._url_fetcher.complaints) == complaints:
                cache.keep("drawn", key, pickle.dumps((drawn, letters)))
        if drawn is None or not all(_know(stream, told, image._context.font_config) for told in letters):
            return draw(image, stream, width, height, style)
        _put(stream, drawn)

    return draw_or_put


def _resources(stream: Any) -> Any:
    kinds = ("ExtGState", "XObject", "Pattern", "Shading")
    pydyf = import_module("pydyf")
    parts = {kind: pydyf.Dictionary() for kind in kinds}
    return pydyf.Dictionary({**parts, "ColorSpace": stream._resources["ColorSpace"], "Font": None})


def _drawn(stream: Any) -> _Drawn | None:
    """None if it uses more than a drawing can be kept with."""
    used = stream._resources
    states = used["ExtGState"]
    if used["Pattern"] or used["Shading"] or stream._images or any(name[0] not in "aA" for name in states):
        return None
    groups = {}
    for name, group in used["XObject"].items():
        if (inner := _drawn(group)) is None:
            return None
        groups[name] = (list(group.extra["BBox"]), inner)
    opacities = {name: dict(state) for name, state in states.items()}
    to_bytes = import_module("pydyf")._to_bytes
    return _Drawn(b"\n".join(map(to_bytes, stream.stream)), opacities, groups)


def _put(stream: Any, drawn: _Drawn) -> None:
    pydyf, names = import_module("pydyf"), {}
    for name, (box, inner) in drawn.groups.items():
        group = stream.add_group(0, 0, 0, 0)
        group.extra["BBox"][:] = box
        names[name.encode()] = group.id.encode()
        _put(group, inner)
    for name, state in drawn.opacities.items():
        stream._resources["ExtGState"].setdefault(name, pydyf.Dictionary(state))
    stream.stream.append(_GROUP.sub(lambda use: b"/%s Do" % names[use[1]], drawn.operators))


def _letters(font: Any) -> _Letters:
    return _Letters(font.hash, font.family, font.style, font.weight, font.to_unicode, font.widths)


def _know(stream: Any, told: _Letters, fonts: Any) -> bool:
    """Whether the page's PDF can have the font, which it then has with these letters."""
    found: Mapping[str, Any] = {font.hash: font for font in stream._fonts.values()}
    font = found.get(told.hash) or _font(stream, told, fonts)
    if font.hash != told.hash:
        return False
    for glyph, text in told.texts.items():
        font.to_unicode.setdefault(glyph, text)
    for glyph, width in told.widths.items():
        font.widths.setdefault(glyph, width)
    return True


def _font(stream: Any, told: _Letters, fonts: Any) -> Any:
    """As WeasyPrint finds it for a text in a drawing."""
    properties, text = map(import_module, ("weasyprint.css.properties", "weasyprint.svg.text"))
    style = text.Style(properties.INITIAL_VALUES)
    style.font_config = fonts
    slant = ("normal", "oblique", "italic")[told.style]
    style.update(font_family=[told.family], font_style=slant, font_weight=told.weight, font_size=16)
    layout = import_module("weasyprint.text.line_break").Layout(style)
    layout.set_text(next(iter(told.texts.values())))
    line, _ = layout.get_first_line()
    return stream.add_font(line.runs[0].data.item.analysis.font)[0]
