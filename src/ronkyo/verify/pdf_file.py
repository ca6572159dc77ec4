"""What a PDF carries and says. It runs where `confined` runs it, on files of unknown origin."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ronkyo.typeset import drawn
from ronkyo.verify import confined, pdf_extras, pdf_text
from ronkyo.verify.confined import Refused

DEEPEST = 32  # levels of the tree of attachments
READABLE = "expected a PDF that can be read"


def read(content: bytes) -> dict[str, Any]:
    """files, pages, margins and drawn of a `container.Report`."""
    import pypdf.errors

    if b"%%EOF" not in content[-1024:]:
        raise Refused("expected a whole PDF, found one that is cut off")
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=True)
        if reader.is_encrypted:
            raise Refused("expected a PDF that opens without a password, found an encrypted one")
        texts, margins = pdf_text.read(content)  # first, since what pypdf takes of the memory stays
        files = confined.limited(_entries(reader))
        pages, figures = drawn.read(reader)
        extras = pdf_extras.read(reader)
    except (
        pypdf.errors.PyPdfError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        zlib.error,
    ) as error:
        raise Refused(f"{READABLE}, found {' '.join(str(error).split())[:200] or type(error).__name__}") from error
    shown = {"pages": pages, "figures": figures, "extras": extras}
    return {"files": files, "pages": texts, "margins": margins, "drawn": shown}


def _entries(reader: Any) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    """(name, what reads it) of the files that the catalog names, and of those that it only lists as associated."""
    root = reader.trailer["/Root"]
    tree = root["/Names"].get("/EmbeddedFiles") if "/Names" in root else None
    named = [value.get_object() for value in _leaves(tree)]
    streams = {id(specification["/EF"]["/F"]) for specification in named}
    listed = [value.get_object() for value in root.get("/AF", [])]
    for specification in [*named, *(one for one in listed if id(one["/EF"]["/F"]) not in streams)]:
        yield str(specification.get("/UF", specification.get("/F"))), partial(_content, specification["/EF"]["/F"])


def _leaves(tree: Any) -> Iterator[Any]:
    """The values of a name tree."""
    waiting = [(tree, 0)] if tree is not None else []
    seen: set[int] = set()
    while waiting:
        reference, depth = waiting.pop()
        node = reference.get_object()
        if id(node) in seen or depth > DEEPEST:
            raise Refused("refused: the tree of its attachments leads back to itself, or is too deep")
        seen.add(id(node))
        yield from node.get("/Names", [])[1::2]
        waiting += [(kid, depth + 1) for kid in node.get("/Kids", [])]


def _content(stream: Any, most: int) -> bytes:
    """At most so many bytes of a stream that is inside the file and packed once, or not at all."""
    filters = stream.get("/Filter", [])
    if "/F" in stream or "/DecodeParms" in stream or filters not in ([], ["/FlateDecode"], "/FlateDecode"):
        raise Refused("refused: an attachment is outside the file, or packed otherwise than ronkyo packs it")
    return confined.inflated(stream._data, most) if filters else stream._data[:most]
