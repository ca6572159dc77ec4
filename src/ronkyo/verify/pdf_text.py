"""What the pages of a PDF say. It runs where `confined` runs it, on files of unknown origin."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

from ronkyo.verify.confined import Refused

MOST_PAGES = 5000
DEEPEST = 64  # levels of tags, and of drawings in drawings
OBJECT = "\ufffc"  # stands for a figure or a formula

_letters = (ctypes.c_ushort * (1 << 16))()  # of one run of text


def read(content: bytes) -> tuple[list[str], list[str]]:
    """Of each page, a line for each run of letters: its text in the order of the tags, and what no tag reaches."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        if len(document) > MOST_PAGES:
            raise Refused(f"refused: more than {MOST_PAGES} pages")
        texts = [_texts(document[number]) for number in range(len(document))]
    except pypdfium2.PdfiumError as error:
        raise Refused(f"expected a PDF that can be read, found {error}") from error
    return [inside for inside, _ in texts], [outside for _, outside in texts]


def _texts(page: Any) -> tuple[str, str]:
    import pypdfium2.raw as pdfium

    runs: dict[int, list[str]] = {}
    text = page.get_textpage()
    for mark, run in _runs(text, pdfium.FPDFPage_GetObject, page, pdfium.FPDFPage_CountObjects(page)):
        runs.setdefault(mark, []).append(run)
    inside: list[str] = []
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    for place in range(pdfium.FPDF_StructTree_CountChildren(tree)):
        for mark, drawing in _marks(pdfium.FPDF_StructTree_GetChildAtIndex(tree, place)):
            drawn = runs.pop(mark, [])
            inside += drawn if drawing is None else [OBJECT + drawing]
    outside = [run for drawn in runs.values() for run in drawn]
    pdfium.FPDF_StructTree_Close(tree)
    text.close()
    page.close()
    return "\n".join(inside), "\n".join(outside)


def _runs(
    text: Any, get: Callable[[Any, int], Any], parent: Any, count: int, form: int | None = None, depth: int = 0
) -> Iterator[tuple[int, str]]:
    """(mark, letters) of each run that a page or a form draws; inside a form it is the form's mark."""
    import pypdfium2.raw as pdfium

    if depth > DEEPEST:
        raise Refused("refused: its drawings are nested too deeply")
    for place in range(count):
        item = get(parent, place)
        mark = pdfium.FPDFPageObj_GetMarkedContentID(item) if form is None else form
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_FORM:
            parts = pdfium.FPDFFormObj_CountObjects(item)
            yield from _runs(text, pdfium.FPDFFormObj_GetObject, item, parts, mark, depth + 1)
        elif kind == pdfium.FPDF_PAGEOBJ_TEXT:
            size = pdfium.FPDFTextObj_GetText(item, text, _letters, ctypes.sizeof(_letters))  # in bytes
            yield mark, ctypes.string_at(_letters, max(size - 2, 0)).decode("utf-16-le", "replace")


def _marks(element: Any, depth: int = 0) -> Iterator[tuple[int, str | None]]:
    """(mark, of a drawing what stands for it: the TeX of a formula, "" of a figure) of what is below a tag, in order."""
    import pypdfium2.raw as pdfium

    if depth > DEEPEST:
        raise Refused("refused: its tags are nested too deeply")
    kind = _told(pdfium.FPDF_StructElement_GetType, element)
    replacement = _told(pdfium.FPDF_StructElement_GetActualText, element)
    drawing = replacement if kind in ("Figure", "Formula") else None
    if drawing is None and (replacement or _told(pdfium.FPDF_StructElement_GetAltText, element)):
        raise Refused(f"refused: a text of its own that is read in the place of what is shown ({kind})")
    for place in range(pdfium.FPDF_StructElement_CountChildren(element)):
        mark = pdfium.FPDF_StructElement_GetChildMarkedContentID(element, place)
        if mark >= 0:
            yield mark, drawing
        elif child := pdfium.FPDF_StructElement_GetChildAtIndex(element, place):
            yield from _marks(child, depth + 1)


def _told(get: Callable[[Any, Any, int], int], element: Any) -> str:
    """What PDFium says of a tag."""
    size = get(element, None, 0)
    text = ctypes.create_string_buffer(size)
    get(element, text, size)
    return text.raw[: max(size - 2, 0)].decode("utf-16-le", "replace")
