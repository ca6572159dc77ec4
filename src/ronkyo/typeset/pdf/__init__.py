"""The printed page -> PDF by WeasyPrint, with the project's own files and fonts only, and the same bytes every time.

`archive` makes it a file for two standards, `svg_merge` its drawings cheap, `japanese` its lines even, `drawn` says what
its pages draw; all that depends on WeasyPrint's version is in `weasyprint_70`.
"""

from __future__ import annotations

import io
import logging
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from ronkyo import cache
from ronkyo.errors import ReportError
from ronkyo.typeset import drawn, fonts
from ronkyo.typeset.page import Printable
from ronkyo.typeset.pdf import archive, filling, measure, svg_merge, weasyprint_70
from ronkyo.typeset.pdf.archive import Attachment
from ronkyo.typeset.placement import AS_WRITTEN, Moves, Placement

FONTCONFIG = Path(__file__).with_name("fontconfig.xml")
STYLE = Path(__file__).with_name("pdf.css")
_OPTIONS = {"pdf_variant": "pdf/a-3a"}


class PdfError(ReportError):
    """A page that cannot be set as it should; `complaints` says of each thing what is wrong, with no word of the PDF."""

    def __init__(self, complaints: Iterable[str]) -> None:
        self.complaints = list(dict.fromkeys(complaints))
        super().__init__("PDF: " + "; ".join(self.complaints))


def write(
    page: Printable | Callable[[Placement], Printable],
    day: date,
    pictures: Path,
    attachments: Iterable[Attachment] = (),
) -> bytes:
    """The PDF of a page, PDF/A-3a and PDF/UA-1. `picture:` addresses are files below the folder `pictures`, `formula:`
    ones the page's own, `font:` ones the engine's fonts; any other is refused. What is attached as `drawn.NAME` gets the
    digests of what is drawn as its content, and where figures moved.

    page: as it is, or the page with figures moved so that its sheets are filled, which is asked for once or twice

    Raises PdfError for whatever WeasyPrint would only warn of: a missing image, glyph, font or anchor.
    """
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    with _as_before_afterwards(str(int(moment.timestamp()))), _strict_log() as complaints, weasyprint_70.patched():
        import weasyprint

        layout = _Layout(pictures.resolve(), complaints)
        document, placed = (layout.of(page), AS_WRITTEN) if isinstance(page, Printable) else _placed(layout, page)
        embedded = [archive.embed(attachment, moment) for attachment in sorted(attachments)]
        options = {**weasyprint.DEFAULT_OPTIONS, **_OPTIONS, "attachments": embedded}
        content = document.write_pdf(finisher=partial(_finish, moves=placed.moves), **options)
    if complaints:
        raise PdfError(complaints)
    assert content is not None
    return content


class _Layout:
    """Pages on sheets; what images become is kept from one to the next."""

    def __init__(self, pictures: Path, complaints: list[str]) -> None:
        self._pictures, self._complaints = pictures, complaints
        self._images: dict[Any, Any] = {}

    def of(self, page: Printable) -> Any:
        """A weasyprint.Document."""
        import weasyprint

        formulas = [_merged(file) for file in page.formulas]
        source = weasyprint.HTML(string=page.html, base_url="picture:", url_fetcher=_fetcher(self._pictures, formulas))
        style = [weasyprint.CSS(string=_style())]
        fonts = _fonts_of_page(self._complaints)
        return source.render(stylesheets=style, font_config=fonts, cache=self._images, **_OPTIONS)


def _placed(layout: _Layout, page: Callable[[Placement], Printable]) -> tuple[Any, Placement]:
    """The layout with the fewest under-full sheets of the one as written and that by `filling`."""
    document = layout.of(page(AS_WRITTEN))
    flow = measure.flow_of(document)
    placed = filling.best(flow) if flow else AS_WRITTEN
    if not flow or placed == AS_WRITTEN:
        return document, AS_WRITTEN
    before = filling.short(flow)
    del document
    document = layout.of(page(placed))
    flow = measure.flow_of(document)
    if flow and filling.short(flow) < before:
        return document, placed
    return layout.of(page(AS_WRITTEN)), AS_WRITTEN


def _style() -> str:
    style = STYLE.read_text(encoding="utf-8")
    return style if weasyprint_70.is_supported() else style + weasyprint_70.STYLE_WITHOUT


def _finish(_document: Any, pdf: Any, moves: Moves) -> None:
    archive.name_media_types(pdf)
    archive.smooth_no_image(pdf)
    if weasyprint_70.is_supported():
        archive.conform_to_ua(pdf)
        weasyprint_70.finish(pdf)
    drawn.record(pdf, moves)


@contextmanager
def _as_before_afterwards(epoch: str) -> Iterator[None]:
    """What WeasyPrint and fontconfig read of the process, for as long as the block runs; then it is as it was."""
    from PIL import ImageFile

    truncated = ImageFile.LOAD_TRUNCATED_IMAGES
    with (
        _environment({"FONTCONFIG_FILE": str(FONTCONFIG), "SOURCE_DATE_EPOCH": epoch}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", "No fonts configured", UserWarning)  # on purpose: see fontconfig.xml
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its colour profile open
        ImageFile.LOAD_TRUNCATED_IMAGES = True  # as WeasyPrint itself sets it when it is first imported
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = truncated


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _fonts_of_page(complaints: list[str]) -> Any:
    """WeasyPrint's fonts, for pages that bring all of theirs: without any, Pango would end the whole process."""
    from weasyprint.text.fonts import FontConfiguration

    class PageFonts(FontConfiguration):
        loaded = 1  # while it is being made

        def __init__(self) -> None:
            super().__init__()
            self.loaded = 0

        def add_font_face(self, *arguments: Any) -> None:
            before = len(complaints)
            self.loaded += 1
            super().add_font_face(*arguments)
            self.loaded -= len(complaints) > before

        @property
        def font_map(self) -> Any:
            if not self.loaded:
                raise PdfError(
                    [*complaints, "expected an @font-face that can be loaded in the page's style, found none"]
                )
            return self._font_map

        @font_map.setter
        def font_map(self, value: Any) -> None:
            self._font_map = value

    return PageFonts()


def _fetcher(pictures: Path, formulas: Sequence[bytes]) -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFetcher(URLFetcher):
        """Reads the report's pictures and the engine's fonts; no network, nothing outside."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            scheme, _, path = url.partition(":")
            if scheme == "data":
                return super().fetch(url, headers)
            if scheme == "formula":
                return _response(url, formulas[int(path)], "image/svg+xml")
            folder = fonts.folder() if scheme == "font" else pictures
            file = (folder / path).resolve()
            if scheme not in ("picture", "font") or not file.is_relative_to(folder) or not file.is_file():
                raise FatalURLFetchingError(f"{url}: expected a picture of the report or a font of the engine")
            if file.suffix.lower() == ".svg":
                return _response(url, _merged(file.read_bytes()), "image/svg+xml")
            return _response(url, file.read_bytes(), "application/octet-stream")

    def _response(url: str, content: bytes, kind: str) -> URLFetcherResponse:
        return URLFetcherResponse(url, io.BytesIO(content), {"Content-Type": kind})

    return OwnFetcher()


def _merged(svg: bytes) -> bytes:
    return cache.get("merged", svg, partial(svg_merge.merged, svg))


@contextmanager
def _strict_log() -> Iterator[list[str]]:
    """WeasyPrint's complaints; a file that it must not read ends the block with a PdfError."""
    from weasyprint import LOGGER
    from weasyprint.urls import FatalURLFetchingError

    complaints: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(record.getMessage())

    collector = Collector(logging.WARNING)
    propagate, LOGGER.propagate = LOGGER.propagate, False
    LOGGER.addHandler(collector)
    try:
        yield complaints
    except FatalURLFetchingError as error:
        raise PdfError([str(error)]) from error
    finally:
        LOGGER.removeHandler(collector)
        LOGGER.propagate = propagate
