"""What an HTML carries and says. It runs where `confined` runs it, on files of unknown origin."""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ronkyo.verify import carried
from ronkyo.verify.confined import Refused
from ronkyo.verify.pdf_text import OBJECT

_ARCHIVE = re.compile(rb'href="data:application/zip;base64,([A-Za-z0-9+/=\s]*)"')
_DATA = re.compile(rb"(data:[\w.+-]+/[\w.+-]+;base64,)[A-Za-z0-9+/=\s]*")
DRAWINGS = ("img", "svg")
UNSEEN = ("script", "style", "template")


def read(content: bytes) -> dict[str, Any]:
    """files and pages of a `container.Report`."""
    if not content.rstrip().endswith(b"</html>"):
        raise Refused("expected a whole HTML, found one that is cut off")
    found = _ARCHIVE.findall(content)
    if len(found) > 1:
        raise Refused(f"refused: expected one archive inside, found {len(found)}")
    try:
        files = carried.files(entry for packed in found for entry in _entries(base64.b64decode(packed)))
    except (zipfile.BadZipFile, zlib.error, binascii.Error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Refused(f"expected an archive that can be read inside, found {error}") from error
    return {"files": files, "pages": [text(_DATA.sub(rb"\1", content).decode(errors="replace"))]}


def _entries(archive: bytes) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for member in opened.infolist():
            yield member.filename, partial(_content, opened, member)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    with archive.open(member) as file:
        return file.read(most)


def parser() -> Any:
    """For pages of any size, which reads nothing else."""
    from lxml import html

    return html.HTMLParser(huge_tree=True, no_network=True)


def text(page: str) -> str:
    """What the body of a page says, a line for each run of letters; an image or a formula is one letter."""
    from lxml import html

    body = html.document_fromstring(page, parser=parser()).body
    return "\n".join(line for line in _lines(body) if line.strip())


def _lines(element: Any) -> Iterator[str]:
    if element.tag in DRAWINGS:
        yield OBJECT
    elif isinstance(element.tag, str) and element.tag not in UNSEEN:
        yield element.text or ""
        for child in element:
            yield from _lines(child)
            yield child.tail or ""
