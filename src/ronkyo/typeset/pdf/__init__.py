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
from ronkyo.typeset.pdf import archive, layout, search, weasyprint_70
from ronkyo.typeset.pdf.archive import Attachment
from ronkyo.typeset.pdf.layout import OPTIONS, Layouts, PdfError, begun
from ronkyo.typeset.pdf.search import Last
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

    page: as it is, or the page with figures moved so that its sheets are filled, which is asked for a few times; of the
    latter the last PDF is kept
    scale: of the whole page, its size as well

    Raises PdfError for whatever WeasyPrint would only warn of: a missing image, glyph, font or anchor; UserError where a
    library that it needs is missing.
    """
    system.expect_libraries()
    moment, inside = datetime(day.year, day.month, day.day, tzinfo=UTC), sorted(attachments)
    written = partial(_written, pictures=pictures, moment=moment, attachments=inside, scale=scale)
    if isinstance(page, Printable):
        return written(lambda layouts: (layouts.of(page), AS_WRITTEN))[0]
    as_written = page(AS_WRITTEN)
    last, digest = Last.of(as_written), layout.digest(as_written, pictures, inside, moment, scale)
    if last.digest == digest:
        return last.content
    content, placement = written(lambda layouts: search.placed(layouts, page, as_written, last.placement))
    Last(digest, placement, content).keep(as_written)
    return content


def _written(
    place: Callable[[Layouts], tuple[Any, Placement]],
    pictures: Path,
    moment: datetime,
    attachments: Iterable[Attachment],
    scale: float,
) -> tuple[bytes, Placement]:
    """place: gives a layout, and where its figures stand"""
    with begun(pictures, int(moment.timestamp())) as layouts:
        import weasyprint

        document, placed = place(layouts)
        embedded = [archive.embed(attachment, moment) for attachment in attachments]
        options = {**weasyprint.DEFAULT_OPTIONS, **OPTIONS, "attachments": embedded}
        content = document.write_pdf(zoom=scale, finisher=partial(_finish, moves=placed.moves), **options)
    if layouts.complaints:
        raise PdfError(layouts.complaints, content)
    assert content is not None
    return content, placed


def _finish(_document: Any, pdf: Any, moves: Moves) -> None:
    archive.name_media_types(pdf)
    archive.smooth_no_image(pdf)
    if weasyprint_70.is_supported():
        archive.conform_to_ua(pdf)
        weasyprint_70.finish(pdf)
    drawn.record(pdf, moves)
