"""A Markdown text -> one HTML file that opens offline, and a PDF/A-3a that is PDF/UA-1.

from ronkyo.typeset import Front, write

files = write(text, Front("Title", date.today(), language="en"), pictures=Path("figures"))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ronkyo.typeset.front import Front

if TYPE_CHECKING:
    from ronkyo.typeset.pdf import Attachment

__all__ = ["Files", "Front", "write"]


class Files(NamedTuple):
    html: str
    pdf: bytes


def write(
    text: str,
    front: Front,
    pictures: Path,
    boxes: Mapping[str, str] = MappingProxyType({}),
    attachments: Iterable[Attachment] = (),
) -> Files:
    """Both forms of a Markdown text, the same bytes every time.

    pictures: the folder that images are relative to; nothing outside it is read
    boxes: how a heading begins -> the class of the box that its section stands in, "test" or "discussion"
    attachments: files inside the PDF

    Raises UserError: a formula that is no TeX, a reference without a target, a missing picture, and what the PDF cannot
    show, as a character that the fonts lack.
    """
    from ronkyo.typeset import page, pdf, tree
    from ronkyo.words import Words

    built = tree.build(text, Words(front.language), boxes)
    browser = page.for_browser(built, front, pictures).html
    return Files(browser, pdf.write(page.for_print(built, front), front.day, pictures, attachments))
