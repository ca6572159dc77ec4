"""Pictures of somebody else's report: which files may be read, and as what.

Only files inside the report's own folder are read, and only pictures. Everything that is read ends inside the page as a
`data:` address, so nothing is left for a browser or WeasyPrint to fetch.
"""

from __future__ import annotations

import base64
import graphlib
import io
import math
import posixpath
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from PIL import Image, ImageFile, ImageOps

CONVERTED = ("BMP", "ICO", "TIFF")  # to PNG; the others are shown as they are
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", *CONVERTED)
UNREADABLE = "not a readable SVG, PNG, JPEG, GIF, WebP, AVIF, BMP, ICO or TIFF image"
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//|\\\\")  # two letters at least: c: is a drive
LOCAL = re.compile(r"(#|data:image/(png|jpeg|gif|webp)[;,])", re.IGNORECASE)
REFERENCE = re.compile(r"#[^\s()'\";]+")  # also a colour, which is no id
STYLE_ADDRESS = re.compile(r"@import[^;]*;?|url\((?!\s*+(?:['\"]\s*+)?#)[^)]*\)?", re.IGNORECASE)
MOST_BYTES = 50_000_000
MOST_PIXELS = 90_000_000
MOST_ELEMENTS = 100_000  # of a drawing, each as often as it is used


class PictureError(Exception):
    """Why a picture is not shown."""


class Picture(NamedTuple):
    """`data:` address; width in CSS pixels where the file says one."""

    address: str
    width: float | None


def load(folder: Path, address: str, warn: Callable[[str], None]) -> Picture:
    """Raises PictureError when it may not or cannot be read."""
    address = address.strip()
    if address.lower().startswith("data:"):
        return _embedded(address)
    if SCHEME.match(address):
        raise PictureError("only files in the report's own folder are read")
    file = find(folder, address)
    if (size := file.stat().st_size) > MOST_BYTES:
        raise PictureError(f"too large: {-(-size // 1_000_000)} MB, expected at most {MOST_BYTES // 1_000_000} MB")
    return _picture(file.read_bytes(), warn)


def find(folder: Path, address: str) -> Path:
    """The file that an address of the report means: as it is written, or percent-encoded, with backslashes, with
    Markdown's escapes, or in other letters of the case. What begins with / is below the report's folder or one of those
    that hold it, up to the repository's."""
    outside = False
    for path in _readings(address):
        below = PurePosixPath(posixpath.normpath(path.relative_to("/") if path.root else path))
        for root in _roots(folder) if path.root else [folder]:
            if re.match(r"[A-Za-z]:", str(path)) or ".." in below.parts:
                outside = True
            elif file := _walk(root, below):
                if not file.resolve().is_relative_to(root.resolve()):
                    outside = True
                elif file.is_file():
                    return file
    raise PictureError("outside the report's folder, so it is not read" if outside else "no such file")


def _roots(folder: Path) -> list[Path]:
    folders = [folder, *folder.resolve().parents]
    inner = [index for index, each in enumerate(folders) if (each / ".git").exists()]
    return folders[: inner[0] + 1] if inner else folders[:1]


def _readings(address: str) -> Iterator[PurePosixPath]:
    bare = re.sub(r"[?#].*", "", address)
    written = dict.fromkeys(
        [address, re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", address), address.replace("\\", "/"), bare.replace("\\", "/")]
    )
    for text in dict.fromkeys([*written, *map(unquote, written)]):
        if text and "\x00" not in text:
            yield PurePosixPath(text)


def _walk(folder: Path, path: PurePosixPath) -> Path | None:
    """Part by part; a part that is not there may be there in another case or another Unicode form."""
    for part in path.parts:
        there = folder / part
        try:
            if not there.exists():
                (there,) = [file for file in folder.iterdir() if _same(file.name) == _same(part)]
        except (OSError, ValueError):  # ValueError: none or several
            return None
        folder = there
    return folder


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _embedded(address: str) -> Picture:
    match = re.fullmatch(r"data:\s*image/[\w.+-]+(?:;[^;,]*?)*?(;\s*base64)?,(.+)", address, re.IGNORECASE | re.DOTALL)
    if match is None:
        raise PictureError("expected an image in base64 or percent-encoded")
    try:
        content = base64.b64decode("".join(match[2].split()), validate=True) if match[1] else unquote_to_bytes(match[2])
    except ValueError as error:
        raise PictureError("expected an image in base64") from error
    return _picture(content, lambda _: None)


def _picture(content: bytes, warn: Callable[[str], None]) -> Picture:
    """By the content, not by the name: course learners rename .webp to .png."""
    if re.match(rb"(\xef\xbb\xbf)?\s*<", content) or content.startswith((b"\xff\xfe<", b"\xfe\xff\x00<")):
        kind, content, width = "svg+xml", *_drawing(content, warn)
    else:
        kind, content, width = _raster(content)
    return Picture(f"data:image/{kind};base64,{base64.b64encode(content).decode()}", width)


def _raster(content: bytes) -> tuple[str, bytes, float]:
    """Its kind, its bytes and its width. A JPEG that breaks off gets its end, as browsers do."""
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" not in content[-64:]:
        content += b"\xff\xd9"
    try:
        with warnings.catch_warnings(action="ignore"), _as_ours():
            _check(content)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                image.load()
                kind = image.format or ""
                turned = ImageOps.exif_transpose(image)
                if kind not in CONVERTED and image.mode[0] not in "IF":
                    return "jpeg" if kind == "MPO" else kind.lower(), content, turned.width  # MPO: of some telephones
                return "png", _as_png(turned), turned.width
    except PictureError:
        raise
    except Exception as error:  # Pillow raises whatever a broken file provokes
        raise PictureError(UNREADABLE) from error


def _as_png(image: Image.Image) -> bytes:
    if image.mode[0] in "IF":  # more than 8 bits of grey, which WeasyPrint has no name for
        image = image.convert("F").point(lambda value: value / 257).convert("L")
    written = io.BytesIO()
    (image.convert("RGB") if image.mode in ("CMYK", "YCbCr", "LAB") else image).save(written, "PNG")
    return written.getvalue()


def _check(content: bytes) -> None:
    """Its size, before a pixel is read, and of a PNG that all of its parts are whole."""
    Image.init()  # or Pillow knows only some of its formats
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        width, height = image.size
        if width * height > MOST_PIXELS:
            limit = f"expected at most {MOST_PIXELS // 1_000_000} million"
            raise PictureError(f"too large: {width} × {height} pixels, {limit}")
        if image.format == "PNG":
            image.verify()


@contextmanager
def _as_ours() -> Iterator[None]:
    """Pillow with the limit of this module; a picture that breaks off is an error, also after WeasyPrint, when imported, has
    told it to put up with that."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS = False, None
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS = before


def _drawing(content: bytes, warn: Callable[[str], None]) -> tuple[bytes, float | None]:
    """An SVG without scripts and without addresses that something would fetch, and its width."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PictureError(UNREADABLE) from error
    if etree.QName(root).localname != "svg":
        raise PictureError(UNREADABLE)
    if (count := _count(root)) > MOST_ELEMENTS:
        raise PictureError(
            f"too large: {count:.3g} elements, each as often as it is used, expected at most {MOST_ELEMENTS}"
        )
    for _ in root.xpath("//*[local-name() = 'foreignObject'][not(parent::*[local-name() = 'switch'])]"):
        warn("text in it that is HTML (foreignObject) is left out")  # `switch` has another form of it
    etree.strip_elements(root, etree.Entity, "{*}script", "{*}foreignObject", with_tail=False)
    for address in dict.fromkeys(_fetched(root)):
        warn(f"{_shortened(address)} in it is not read")
    box = (root.get("viewBox") or "").replace(",", " ").split()
    width = re.fullmatch(r"\s*([\d.]+)(px)?\s*", root.get("width") or (box[2] if len(box) == 4 else ""))
    return etree.tostring(root), float(width[1]) if width else None


def _fetched(root: Any) -> Iterator[str]:
    """The addresses that something would fetch, which leave the drawing; what runs leaves it, too."""
    for element in list(root.iter()):
        name = etree.QName(element).localname
        for key, value in list(element.attrib.items()):
            local = etree.QName(key).localname.lower()
            if local.startswith("on") or (local == "href" and not LOCAL.match(value.strip())):
                del element.attrib[key]
                if local == "href" and name != "a":
                    yield value
                    if element is not root:
                        element.getparent().remove(element)  # it has nothing to show
                        break
            elif addresses := STYLE_ADDRESS.findall(value):
                yield from addresses
                element.set(key, STYLE_ADDRESS.sub("none", value))
        if name == "style" and element.text:
            yield from STYLE_ADDRESS.findall(element.text)
            element.text = STYLE_ADDRESS.sub("", element.text)


def _count(root: Any) -> float:
    """How many elements are drawn: what another one refers to counts each time; without end for what holds itself."""
    ids = {f"#{element.get('id')}": element for element in root.iter(etree.Element)}
    parts: dict[Any, list[Any]] = {}
    for element in root.iter(etree.Element):
        values = "" if etree.QName(element).localname == "a" else " ".join(element.attrib.values())
        parts[element] = [
            *element.iterchildren(etree.Element),
            *(ids[name] for name in REFERENCE.findall(values) if name in ids),
        ]
    counts: dict[Any, float] = {}
    try:
        for element in graphlib.TopologicalSorter(parts).static_order():
            counts[element] = 1 + sum(counts[part] for part in parts[element])
    except graphlib.CycleError:
        return math.inf
    return counts[root]


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:79] + "…"
