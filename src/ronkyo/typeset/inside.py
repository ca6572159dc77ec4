"""What a page for the browser has inside: drawings, pictures, formulas."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import unescape
from pathlib import Path

from lxml import html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.errors import UserError
from ronkyo.typeset import compact, letters, supplement
from ronkyo.typeset.mathematics import Drawing

# Not what the machine's tables say: they differ.
MEDIA_TYPES = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png", ".gif": "image/gif"}
MEDIA_TYPES |= {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}

FAMILY = "Noto Sans JP"
INK = ' stroke="currentColor" fill="currentColor" stroke-width="0"'  # of a formula


def put_images(root: html.HtmlElement, pictures: Path) -> list[str]:
    """The drawings for the places `<svg data-drawing="n">`, letter by letter as their files have them, whose digests a
    reader can compare; a file that is more than a drawing, or whose ids the page has, becomes an address, which keeps it
    apart from the page."""
    drawings, taken = [], set()
    for image in list(root.iter("img")):
        if image.get("src").startswith("data:"):
            continue
        file = _picture(pictures, image.get("src"))
        content = file.read_bytes() if file.suffix.lower() == ".svg" else b""
        if content and not taken & (own := compact.ids(content)) and compact.stands_inside(content):
            taken |= own
            image.append(html.Element("svg", {"data-drawing": str(len(drawings))}))
            image.tag = "span"
            image.attrib.pop("src")
            image.attrib.update({"class": "drawing", "role": "img", "aria-label": image.attrib.pop("alt", "")})
            drawings.append(content.decode())
        else:
            image.set("src", _data_url(file))
            if content and b"<image" not in content:
                image.set("class", "lines")
    return drawings


def give_fonts(root: html.HtmlElement) -> None:
    """To drawings that stand as addresses and name the engine's font, which the page's fonts do not reach, their letters."""
    found = {image: svg for image, svg in drawings(root).items() if FAMILY in svg}
    if found:
        read = unescape("".join(found.values()))
        source = data_address("font/woff2", letters.face("NotoSansJP-Regular", frozenset(read)))
        others = supplement.style([read], for_browser=True)
        style = f"<style>@font-face{{font-family:'{FAMILY}';src:url({source})}}{others}</style>"
        for image, svg in found.items():
            image.set("src", data_address("image/svg+xml", svg.replace(">", f">{style}", 1).encode()))


def drawings(root: html.HtmlElement) -> dict[html.HtmlElement, str]:
    """Images that stand as addresses of SVG, and their source."""
    start = "data:image/svg+xml;base64,"
    images = [image for image in root.iter("img") if image.get("src").startswith(start)]
    return {image: base64.b64decode(image.get("src")[len(start) :]).decode() for image in images}


def set_formulas(
    root: html.HtmlElement,
    places: Iterable[tuple[html.HtmlElement, int]],
    formulas: Sequence[Drawing],
    outlines: set[str],
) -> None:
    """Each letter's outline is in the page once, behind everything, and the formulas use it; their ink is the style's.

    outlines: the names of those that a page has already, to which the others come
    """
    new: dict[str, str] = {}
    for slot, number in places:
        drawing = html.fragment_fromstring(formulas[number].inline().replace(INK, ""))
        for path in drawing.iter("path"):
            outline = path.attrib.pop("d")
            look = dict(path.attrib)
            digest = hashlib.sha256(outline.encode()).digest()
            name = f"o:{base64.urlsafe_b64encode(digest)[:7].decode()}"  # the same whatever else the page has
            if name not in outlines:
                new[name] = outline
            path.tag = "use"
            path.attrib.clear()
            path.attrib.update({"href": f"#{name}", **look})
        slot.insert(0, drawing)
    if new:
        paths = "".join(f'<path id="{name}" d="{outline}"></path>' for name, outline in new.items())
        root.append(html.fragment_fromstring(f'<svg class="outlines" aria-hidden="true"><defs>{paths}</defs></svg>'))
        outlines.update(new)


def _picture(folder: Path, source: str) -> Path:
    file = (folder / source).resolve()
    if not file.is_relative_to(folder.resolve()) or not file.is_file():
        raise UserError(f"picture {source!r}: expected a file below {folder}, found none")
    return file


def _data_url(file: Path) -> str:
    return data_address(MEDIA_TYPES.get(file.suffix.lower(), "application/octet-stream"), file.read_bytes())


def data_address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
