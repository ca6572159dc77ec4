"""The printed page -> PDF by WeasyPrint, with the project's own files and fonts only, and the same bytes every time.

`layout` sets it on sheets, `search` finds where figures stand best, `archive` makes it a file for two standards, `svg_merge`
its drawings cheap, `japanese` its lines even, `drawn` says what its pages draw; all that depends on WeasyPrint's version is
in `weasyprint_70`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from ronkyo import system
from ronkyo.typeset import drawn
from ronkyo.typeset.page import Printable
from ronkyo.typeset.pdf import archive, search, weasyprint_70
from ronkyo.typeset.pdf.archive import Attachment
from ronkyo.typeset.pdf.layout import OPTIONS, PdfError, begun
from ronkyo.typeset.placement import AS_WRITTEN, Moves, Placement


def write(
    page: Printable | Callable[[Placement], Printable],
    day: date,
    pictures: Path,
    attachments: Iterable[Attachment] = (),
    scale: float = 1,
) -> bytes:
    """The PDF of a page, PDF/A-3a and PDF/UA-1. `picture:` addresses are files below the folder `pictures`, `formula:`
    ones the page's own, `font:` ones the engine's fonts; any other is refused. What is attached as `drawn.NAME` gets the
    digests of what is drawn as its content, and where figures moved.

    page: as it is, or the page with figures moved so that its sheets are filled, which is asked for once or twice
    scale: of the whole page, its size as well

    Raises PdfError for whatever WeasyPrint would only warn of: a missing image, glyph, font or anchor; UserError where a
    library that it needs is missing.
    """
    system.expect_libraries()
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    with begun(pictures, int(moment.timestamp())) as layouts:
        import weasyprint

        is_one = isinstance(page, Printable)
        document, placed = (layouts.of(page), AS_WRITTEN) if is_one else search.placed(layouts, page)
        embedded = [archive.embed(attachment, moment) for attachment in sorted(attachments)]
        options = {**weasyprint.DEFAULT_OPTIONS, **OPTIONS, "attachments": embedded}
        content = document.write_pdf(zoom=scale, finisher=partial(_finish, moves=placed.moves), **options)
    if layouts.complaints:
        raise PdfError(layouts.complaints)
    assert content is not None
    return content


def _finish(_document: Any, pdf: Any, moves: Moves) -> None:
    archive.name_media_types(pdf)
    archive.smooth_no_image(pdf)
    if weasyprint_70.is_supported():
        archive.conform_to_ua(pdf)
        weasyprint_70.finish(pdf)
    drawn.record(pdf, moves)
