"""The printed page -> PDF by WeasyPrint, with the project's own files and fonts only, and the same bytes every time."""

from __future__ import annotations

import gc
import io
import logging
import mimetypes
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ronkyo.errors import ReportError
from ronkyo.typeset import archive, drawings, fonts, justification, outlines
from ronkyo.typeset.page import Printable

FONTCONFIG = Path(__file__).with_name("fontconfig.xml")
STYLE = Path(__file__).with_name("pdf.css")


def write(page: Printable, day: date, pictures: Path, attachments: Iterable[archive.Attachment] = ()) -> bytes:
    """The PDF of a page, PDF/A-3a and PDF/UA-1. `picture:` addresses are files below the folder `pictures`, `formula:`
    ones the page's own, `font:` ones the engine's fonts; any other is refused.

    Raises ReportError for whatever WeasyPrint would only warn of: a missing image, glyph, font or anchor.
    """
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    environment = {"FONTCONFIG_FILE": str(FONTCONFIG), "SOURCE_DATE_EPOCH": str(int(moment.timestamp()))}
    with _environment(environment), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No fonts configured", UserWarning)  # on purpose: see fontconfig.xml
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its colour profile open
        import weasyprint
        from weasyprint.urls import FatalURLFetchingError

        with (
            _strict_log() as complaints,
            justification.applied(),
            drawings.cheaper(),
            _raised_as_report_error(FatalURLFetchingError),
            _no_garbage_collection(),
        ):
            formulas = [outlines.merged(file) for file in page.formulas]
            document = _html(string=page.html, base_url="picture:", url_fetcher=_fetcher(pictures.resolve(), formulas))
            content = document.write_pdf(
                stylesheets=[weasyprint.CSS(string=_style())],
                pdf_variant="pdf/a-3a",
                attachments=[archive.embed(attachment, moment) for attachment in sorted(attachments)],
                finisher=archive.finish,
            )
    if complaints:
        raise ReportError("PDF: expected no complaint of WeasyPrint, found: " + "; ".join(dict.fromkeys(complaints)))
    assert content is not None
    return content


def _style() -> str:
    style = STYLE.read_text(encoding="utf-8")
    return style if justification.is_supported() else style + justification.STYLE_WITHOUT


def _html(**source: Any) -> Any:
    """WeasyPrint's HTML; its own style sheet gives each element of a page six markers and calls of notes, so that they
    take half of the memory, where a page needs the markers of list items only."""
    import weasyprint
    from weasyprint.css.counters import CounterStyle
    from weasyprint.html import UA

    class Html(weasyprint.HTML):
        def _ua_stylesheets(self, forms: bool = False) -> list[weasyprint.CSS]:
            style = re.sub("^::(?:foot)?note-.*$", "", UA, flags=re.MULTILINE)
            style = re.sub("^::marker ", "li::marker ", style, flags=re.MULTILINE)
            return [weasyprint.CSS(string=style, counter_style=CounterStyle())]

    return (Html if justification.is_supported() else weasyprint.HTML)(**source)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Variables that fontconfig and WeasyPrint read, for as long as the block runs."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """WeasyPrint makes millions of objects that stay; looking through them again and again takes a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()


@contextmanager
def _raised_as_report_error(kind: type[BaseException]) -> Iterator[None]:
    try:
        yield
    except kind as error:
        raise ReportError(str(error)) from error


def _fetcher(pictures: Path, formulas: Sequence[bytes]) -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFetcher(URLFetcher):
        """Reads the report's pictures and the engine's fonts; no network, nothing outside."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            if url.startswith("formula:"):
                formula = formulas[int(url.removeprefix("formula:"))]
                return URLFetcherResponse(url, io.BytesIO(formula), {"Content-Type": "image/svg+xml"})
            scheme, _, path = url.partition(":")
            folder = {"picture": pictures, "font": fonts.folder()}.get(scheme, pictures)
            file = (folder / path).resolve()
            if scheme not in ("picture", "font") or not file.is_relative_to(folder) or not file.is_file():
                raise FatalURLFetchingError(f"PDF: {url}: expected a picture of the report")
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            content = file.read_bytes()
            content = outlines.merged(content) if kind == "image/svg+xml" else content
            return URLFetcherResponse(url, io.BytesIO(content), {"Content-Type": kind})

    return OwnFetcher()


@contextmanager
def _strict_log() -> Iterator[list[str]]:
    complaints: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(record.getMessage())

    from weasyprint import LOGGER

    collector = Collector(logging.WARNING)
    propagate, LOGGER.propagate = LOGGER.propagate, False
    LOGGER.addHandler(collector)
    try:
        yield complaints
    finally:
        LOGGER.removeHandler(collector)
        LOGGER.propagate = propagate
