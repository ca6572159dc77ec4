"""What the pages of a PDF draw, as digests: the PDF carries them, so that a reader can tell whether its drawings are those
that were set.

A digest is of content, not of where it stands in the file: the operators of a page, with the resources that they name and
what these are made of, so that a file that is signed afterwards or packed otherwise has the same ones.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from ronkyo.typeset.placement import NOWHERE, Moves

NAME = "pages.json"
LARGEST = 64 << 20  # bytes of one stream, unpacked
_NAMES = re.compile(rb"/([^\s/\[\]<>()%]+)")
_FIGURE = re.compile(rb"/Figure\s*<</MCID (\d+)>>\s*BDC\b")
_MARKS = re.compile(rb"\bB[DM]C\b|\bEMC\b")
_APART = frozenset({"/Contents", "/Resources", "/Annots"})
_UP = frozenset({"/Parent", "/P", "/StructParent", "/StructParents", "/Length"})  # not what is drawn, or told by it


class Figure(NamedTuple):
    """A figure or a formula: where it is, what is read aloud in its place, and the digest of it, of a formula's TeX and of
    the drawing."""

    page: int  # from 1
    alternative: str
    digest: str


class Drawn(NamedTuple):
    pages: list[str]
    figures: list[Figure]

    def file(self, moves: Moves = NOWHERE) -> bytes:
        """What the PDF carries: an object of JSON with a digest for each page, for each figure its page and digest, and past
        how many blocks figures moved."""
        told: dict[str, Any] = {
            "pages": self.pages,
            "figures": [[figure.page, figure.digest] for figure in self.figures],
        }
        if moves:
            told["moves"] = dict(sorted(moves.items()))
        return (json.dumps(told, separators=(",", ":")) + "\n").encode()


def read(reader: Any) -> Drawn:
    """Of a pypdf.PdfReader. Raises what pypdf raises for a damaged file, and ValueError."""
    digests = _Digests()
    elements = _tagged(reader)
    pages, figures = [], []
    for number, page in enumerate(reader.pages, start=1):
        content, resources = _content(page.get("/Contents")), page["/Resources"]
        pages.append(digests.of_page(page, content, resources))
        tags = elements.get(page.get("/StructParents"), [])
        for mark, drawing in _figures(content):
            element = tags[mark].get_object() if mark < len(tags) else {}
            alternative = str(element.get("/Alt", ""))
            told = [alternative.encode(), *(str(element[key]).encode() for key in ("/ActualText",) if key in element)]
            parts = (*told, drawing, digests.of_used(resources, drawing))
            figures.append(Figure(number, alternative, _sha256(*parts).hex()))
    return Drawn(pages, figures)


def record(pdf: Any, moves: Moves = NOWHERE) -> None:
    """Fill the attachment of this name, if a pydyf.PDF has one; after all else, before the file is written."""
    import pypdf

    from ronkyo.typeset.pdf import archive

    for item in archive.dictionaries(pdf, "/Filespec"):
        if item["UF"].string != NAME:
            continue
        output, objects = io.BytesIO(), len(pdf.objects)
        pdf.write(output)
        del pdf.objects[objects:]  # what writing added
        pdf.current_position = 0
        content = read(pypdf.PdfReader(output)).file(moves)
        stream = archive.indirect(pdf, item["EF"]["F"])
        stream.stream, stream.compress, stream.extra["Filter"] = [zlib.compress(content)], False, "/FlateDecode"
        checksum = hashlib.md5(content, usedforsecurity=False).hexdigest()
        stream.extra["Params"].update({"Size": len(content), "CheckSum": f"<{checksum}>"})


def _tagged(reader: Any) -> dict[int, Any]:
    """Of each page, by its own number for them, the element of each mark."""
    numbers = reader.trailer["/Root"].get("/StructTreeRoot", {}).get("/ParentTree", {}).get("/Nums", [])
    return dict(zip(numbers[::2], numbers[1::2], strict=True))


def _figures(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(mark, operators) of each figure in the operators of a page."""
    for begin in _FIGURE.finditer(content):
        depth = 1
        for mark in _MARKS.finditer(content, begin.end()):
            depth += -1 if mark[0] == b"EMC" else 1
            if depth == 0:
                yield int(begin[1]), content[begin.end() : mark.start()]
                break


def _content(contents: Any) -> bytes:
    contents = contents.get_object() if contents is not None else []
    parts = contents if isinstance(contents, list) else [contents]
    return b"\n".join(_unpacked(part.get_object()) for part in parts)


def _unpacked(stream: Any) -> bytes:
    """Raises ValueError for one that is too large."""
    if not _is_deflated(stream):
        return stream._data
    content = zlib.decompressobj().decompress(stream._data, LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"a stream larger than {LARGEST >> 20} MB")
    return content


def _is_deflated(stream: Any) -> bool:
    return stream.get("/Filter") in ("/FlateDecode", ["/FlateDecode"])


class _Digests:
    """Each object is looked at once, however often it is referred to."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes | None] = {}

    def of_page(self, page: Any, content: bytes, resources: Any) -> str:
        own = {name: page.raw_get(name) for name in page if name not in _APART}
        annotations = [
            self._of(annotation) for annotation in page.get("/Annots", []) if has_area(annotation.get_object())
        ]
        return _sha256(content, self.of_used(resources, content), self._of_items(own), *annotations).hex()

    def of_used(self, resources: Any, content: bytes) -> bytes:
        """Of those resources whose names stand in the operators."""
        names = {f"/{name.decode('latin-1')}" for name in _NAMES.findall(content)}
        parts = []
        groups = {kind: resources[kind].get_object() for kind in sorted(resources)}
        for kind, group in groups.items():
            if kind == "/ProcSet":  # a list that has no meaning any more
                continue
            items = {name: group.raw_get(name) for name in group if name in names}
            parts += [kind.encode(), self._of_items(items)]
        return _sha256(*parts)

    def _of_items(self, items: dict[str, Any]) -> bytes:
        parts = [part for name in sorted(set(items) - _UP) for part in (name.encode(), self._of(items[name]))]
        return _sha256(b"items", *parts)

    def _of(self, value: Any) -> bytes:
        from pypdf.generic import DictionaryObject, IndirectObject, StreamObject

        if isinstance(value, IndirectObject):
            return self._of_reference(value)
        if isinstance(value, StreamObject):
            own = {name: value.raw_get(name) for name in value if name != "/Resources"}
            if _is_deflated(value):
                own.pop("/Filter")
            content = _unpacked(value)
            used = self.of_used(value["/Resources"], content) if "/Resources" in value else b""
            return _sha256(b"stream", self._of_items(own), content, used)
        if isinstance(value, DictionaryObject):
            return b"page" if value.get("/Type") == "/Page" else self._of_items({k: value.raw_get(k) for k in value})
        if isinstance(value, list):
            return _sha256(b"array", *map(self._of, value))
        return _sha256(type(value).__name__.encode(), str(value).encode("utf-8", "surrogatepass"))

    def _of_reference(self, reference: Any) -> bytes:
        key = (reference.idnum, reference.generation)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._of(reference.get_object())
        if (digest := self._known[key]) is None:
            raise ValueError("a drawing that leads back to itself")
        return digest


def has_area(annotation: Any) -> bool:
    """A signature that is not shown has none."""
    left, bottom, right, top = annotation.get("/Rect", [0, 0, 0, 0])
    return left != right and bottom != top


def _sha256(*parts: bytes) -> bytes:
    """Of parts that stay apart, whatever is in them."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
