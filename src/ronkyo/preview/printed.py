"""A PDF as images of its pages, drawn when somebody looks at them."""

from __future__ import annotations

import io
import threading
from itertools import count

import pypdfium2

_PDFIUM = threading.Lock()  # one thread at a time, for all documents
_NUMBERS = count(1)


class Printed:
    """The pages of a PDF. Raises pypdfium2.PdfiumError for what is none."""

    def __init__(self, content: bytes) -> None:
        self.number = next(_NUMBERS)  # of this PDF among all, for addresses
        with _PDFIUM:
            self._document = pypdfium2.PdfDocument(content)
            self.sizes = [self._document.get_page_size(index) for index in range(len(self._document))]  # points
            self.chapters = [
                (entry.get_title(), target.get_index() or 0)
                for entry in self._document.get_toc()
                if entry.level < 2 and (target := entry.get_dest())
            ]  # headings and their pages, from 0

    def image(self, index: int, width: int) -> bytes:
        """PNG of a page, `width` pixels wide."""
        with _PDFIUM:
            page = self._document[index]
            picture = page.render(scale=width / page.get_width()).to_pil()
        file = io.BytesIO()
        picture.save(file, "PNG", compress_level=1)
        return file.getvalue()
