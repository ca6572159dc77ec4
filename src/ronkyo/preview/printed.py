"""A PDF as images of its pages, drawn when somebody looks at them."""

from __future__ import annotations

import copy
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
            document = pypdfium2.PdfDocument(content)
            self._pages = [(document, index) for index in range(len(document))]
            self.sizes = [document.get_page_size(index) for index in range(len(document))]  # points
            self.chapters = [
                (entry.get_title(), target.get_index() or 0, entry.level)
                for entry in document.get_toc()
                if entry.level < 2 and (target := entry.get_dest())
            ]  # headings, their pages from 0, and levels from 0

    def with_chapter(self, heading: str, chapter: Printed) -> Printed | None:
        """With the pages of a chapter that was set alone, until the whole is there; None where it has no such chapter."""
        starts = [(_bare(title), page) for title, page, level in self.chapters if level == 0]
        place = next((index for index, (title, _) in enumerate(starts) if title == _bare(heading)), None)
        if place is None:
            return None
        begin, end = starts[place][1], ([page for _, page in starts[place + 1 :]] + [len(self.sizes)])[0]
        end = max(end, begin + 1)
        changed = copy.copy(self)
        changed.number = next(_NUMBERS)
        changed._pages = [*self._pages[:begin], *chapter._pages, *self._pages[end:]]
        changed.sizes = [*self.sizes[:begin], *chapter.sizes, *self.sizes[end:]]
        longer = len(chapter.sizes) - (end - begin)
        changed.chapters = [(found, page + longer * (page >= end), level) for found, page, level in self.chapters]
        return changed

    def image(self, index: int, width: int) -> bytes:
        """PNG of a page, `width` pixels wide."""
        document, place = self._pages[index]
        with _PDFIUM:
            page = document[place]
            bitmap = page.render(scale=width / page.get_width())
            picture = bitmap.to_pil().copy()
            bitmap.close()
            page.close()
        file = io.BytesIO()
        picture.save(file, "PNG", compress_level=1)
        return file.getvalue()


def _bare(title: str) -> str:
    return "".join(title.split())
