"""Pictures of somebody else's report: which files may be read, and as what.

Only files inside the report's own folder are read, and only pictures. Everything that is read ends inside the page as a
`data:` address, so nothing is left for a browser or WeasyPrint to fetch.
"""

from __future__ import annotations

import base64
import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from PIL import Image, ImageFile

KINDS = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//|\\\\")  # two letters at least: c: is a drive
LOCAL = re.compile(r"(#|data:image/(png|jpeg|gif|webp)[;,])", re.IGNORECASE)
STYLE_ADDRESS = re.compile(r"@import[^;]*;?|url\(\s*(?!['\"]?\s*#)[^)]*\)", re.IGNORECASE)
MOST_BYTES = 50_000_000


class PictureError(Exception):
    """Why a picture is not shown."""


def load(folder: Path, address: str, warn: Callable[[str], None]) -> str:
    """The `data:` address of a picture. Raises PictureError when it may not or cannot be read."""
    address = address.strip()
    if address.lower().startswith("data:"):
        return _embedded(address)
    if SCHEME.match(address):
        raise PictureError("only files in the report's own folder are read")
    file = find(folder, address)
    if file.stat().st_size > MOST_BYTES:
        raise PictureError(f"larger than {MOST_BYTES // 1_000_000} MB")
    return _address(file.read_bytes(), warn)


def find(folder: Path, address: str) -> Path:
    """The file that an address of the report means: as it is written, or percent-encoded, with backslashes, with
    Markdown's escapes, or in other letters of the case."""
    outside = False
    for path in _readings(address):
        if path.is_absolute() or re.match(r"[A-Za-z]:", str(path)):
            outside = True
            continue
        if _climbs_out(path):
            outside = True
            continue
        file = _walk(folder, path)
        if file is None:
            continue
        if not file.resolve().is_relative_to(folder.resolve()):
            outside = True
        elif file.is_file():
            return file
    raise PictureError("outside the report's folder, so it is not read" if outside else "no such file")


def _readings(address: str) -> Iterator[PurePosixPath]:
    bare = re.sub(r"[?#].*", "", address)
    written = dict.fromkeys(
        [address, re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", address), address.replace("\\", "/"), bare.replace("\\", "/")]
    )
    for text in dict.fromkeys([*written, *map(unquote, written)]):
        if text and "\x00" not in text:
            yield PurePosixPath(text)


def _climbs_out(path: PurePosixPath) -> bool:
    depth = 0
    for part in path.parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return True
    return False


def _walk(folder: Path, path: PurePosixPath) -> Path | None:
    """Part by part; a part that is not there may be there in another case or another Unicode form."""
    here = folder
    for part in path.parts:
        if part == "..":
            here = here.parent
            continue
        there = here / part
        try:
            if not there.exists():
                near = [name for name in here.iterdir() if _same(name.name) == _same(part)] if here.is_dir() else []
                if len(near) != 1 or not here.resolve().is_relative_to(folder.resolve()):
                    return None
                there = near[0]
        except OSError:
            return None
        here = there
    return here


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _embedded(address: str) -> str:
    match = re.fullmatch(r"data:image/[\w.+-]+;base64,([A-Za-z0-9+/=\s]+)", address, re.IGNORECASE)
    if match is None:
        raise PictureError("expected an image in base64")
    try:
        return _address(base64.b64decode(match[1]), lambda _: None)
    except ValueError as error:
        raise PictureError("expected an image in base64") from error


def _address(content: bytes, warn: Callable[[str], None]) -> str:
    """By the content, not by the name: course learners rename .webp to .png."""
    if re.match(rb"(\xef\xbb\xbf)?\s*<", content) or content.startswith((b"\xff\xfe<", b"\xfe\xff\x00<")):
        kind, content = "image/svg+xml", _drawing(content, warn)
    else:
        kind = _raster(content)
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _raster(content: bytes) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            Image.init()  # or Pillow knows only some of its formats
            with _strictly(), Image.open(io.BytesIO(content), formats=list(KINDS)) as image:
                kind = KINDS["JPEG" if image.format == "MPO" else image.format or ""]  # a JPEG of some telephones
                image.load()
                return kind
    except Image.DecompressionBombWarning as error:
        raise PictureError("too many pixels") from error
    except Exception as error:  # Pillow raises whatever a broken file provokes
        raise PictureError("not a readable SVG, PNG, JPEG, GIF or WebP image") from error


def _drawing(content: bytes, warn: Callable[[str], None]) -> bytes:
    """An SVG without scripts and without addresses that something would fetch."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PictureError("not a readable SVG, PNG, JPEG, GIF or WebP image") from error
    if etree.QName(root).localname != "svg":
        raise PictureError("not a readable SVG, PNG, JPEG, GIF or WebP image")
    removed: dict[str, None] = {}
    for element in list(root.iter()):
        if not isinstance(element.tag, str):  # processing instructions, entities
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
            continue
        name = etree.QName(element).localname
        if name in ("script", "foreignObject") and (parent := element.getparent()) is not None:
            if name == "foreignObject" and etree.QName(parent).localname != "switch":  # which has another form of it
                warn("text in it that is HTML (foreignObject) is left out")
            parent.remove(element)
            continue
        for key, value in list(element.attrib.items()):
            local = etree.QName(key).localname.lower()
            if local.startswith("on") or (local == "href" and not LOCAL.match(value.strip())):
                del element.attrib[key]
                if local == "href" and name != "a":
                    removed[value] = None
                    if (parent := element.getparent()) is not None:
                        parent.remove(element)  # it has nothing to show
                        break
            elif addresses := STYLE_ADDRESS.findall(value):
                removed |= dict.fromkeys(addresses)
                element.set(key, STYLE_ADDRESS.sub("none", value))
        if name == "style" and element.text and (addresses := STYLE_ADDRESS.findall(element.text)):
            removed |= dict.fromkeys(addresses)
            element.text = STYLE_ADDRESS.sub("", element.text)
    for address in removed:
        warn(f"{_shortened(address)} in it is not read")
    return etree.tostring(root)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:79] + "…"


@contextmanager
def _strictly() -> Iterator[None]:
    """A picture that breaks off is an error, also after WeasyPrint, when imported, has told Pillow to put up with it."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
