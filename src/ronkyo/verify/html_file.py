"""What an HTML carries and says. It runs where `confined` runs it, on files of unknown origin."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from lxml.etree import LxmlError

from ronkyo.typeset import compact, letters
from ronkyo.verify import confined
from ronkyo.verify.confined import Refused
from ronkyo.verify.pdf_text import OBJECT

_ARCHIVE = re.compile(rb'href="data:application/zip;base64,([A-Za-z0-9+/=\s]*)"')
_DRAWING = re.compile(rb"<svg xmlns=.*?</svg>", re.DOTALL)
_FONT = re.compile(rb"data:font/woff2;base64,([A-Za-z0-9+/=\s]*)")
_DATA = re.compile(rb"(data:[\w.+-]+/[\w.+-]+;base64,)([A-Za-z0-9+/=\s]*)")
UNREADABLE = (zipfile.BadZipFile, zlib.error, LxmlError, ValueError, OSError, RuntimeError, EOFError)
ACTIVE = "//script | //iframe | //object | //embed | //link | //base | //@*[starts-with(name(), 'on')]/.."
DRAWINGS = ("img", "svg")
UNSEEN = ("script", "style", "template")


def read(content: bytes) -> dict[str, Any]:
    """files, pages, margins and drawn of a `container.Report`."""
    if not content.rstrip().endswith(b"</html>"):
        raise Refused("expected a whole HTML, found one that is cut off")
    found = _ARCHIVE.findall(content)
    if len(found) > 1:
        raise Refused(f"refused: expected one archive inside, found {len(found)}")
    try:
        files = confined.limited(entry for packed in found for entry in _entries(base64.b64decode(packed)))
        body = parsed(content)
        known = letters.of(base64.b64decode(font) for font in _FONT.findall(content))
    except UNREADABLE as error:
        raise Refused(f"expected an HTML and an archive inside that can be read, found {error}") from error
    if active := body.getroottree().xpath(ACTIVE):
        raise Refused(f"refused: expected a page that runs nothing, found <{active[0].tag}>")
    drawn: dict[str, Any] = {
        "images": [[_said(image), image.get("src", "").rpartition(",")[2]] for image in body.iter("img")]
    }
    drawn["letters"] = "".join(sorted(known))
    return {"files": files, "pages": [text(body)], "margins": [style(body)], "drawn": drawn}


def _said(image: Any) -> str:
    return image.get("alt") or image.getparent().get("aria-label", "")


def _digest(address: re.Match[bytes]) -> bytes:
    """A data: address with the MD5 of what it holds in its place."""
    content = base64.b64decode(address[2])
    return address[1] + hashlib.md5(content, usedforsecurity=False).hexdigest().encode()


def _drawing(drawing: re.Match[bytes]) -> bytes:
    """An image with the MD5 of a drawing that stands in the page; one that is more than a drawing stays."""
    digest = hashlib.md5(drawing[0], usedforsecurity=False).hexdigest().encode()
    return b'<img src="data:image/svg+xml,' + digest + b'">' if compact.stands_inside(drawing[0]) else drawing[0]


def _entries(archive: bytes) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for member in opened.infolist():
            yield member.filename, partial(_content, opened, member)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    with archive.open(member) as file:
        return file.read(most)


def parsed(content: bytes) -> Any:
    """The body of a page of any size, an MD5 in the place of each drawing and of what each data: address holds; nothing else
    is read."""
    from lxml import html

    page = _DATA.sub(_digest, _DRAWING.sub(_drawing, content)).decode(errors="replace")
    return html.document_fromstring(page, parser=html.HTMLParser(huge_tree=True, no_network=True)).body


def text(body: Any) -> str:
    """What a page says, a line for each run of letters; an image or a formula is one letter."""
    return "\n".join(line for line in _lines(body) if line.strip())


def style(body: Any) -> str:
    """All style sheets of a page."""
    return "".join(body.getroottree().xpath("//style//text()"))


def _lines(element: Any) -> Iterator[str]:
    if element.get("class") == "outlines":  # of the formulas' letters, which nobody sees
        return
    if element.tag in DRAWINGS:
        yield OBJECT
    elif isinstance(element.tag, str) and element.tag not in UNSEEN:
        yield element.text or ""
        for child in element:
            yield from _lines(child)
            yield child.tail or ""
