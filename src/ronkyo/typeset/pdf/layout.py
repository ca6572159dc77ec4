"""A printed page on sheets, by WeasyPrint: with the project's own files and fonts only, and nothing of the process changed."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

from ronkyo import cache, system
from ronkyo.errors import ReportError
from ronkyo.typeset import fonts
from ronkyo.typeset.page import Printable
from ronkyo.typeset.pdf import svg_merge, weasyprint_70

FONTCONFIG = Path(__file__).with_name("fontconfig.xml")
STYLE = Path(__file__).with_name("pdf.css")
OPTIONS = {"pdf_variant": "pdf/a-3a"}
_FONT_FACE = re.compile("@font-face[^}]*}")
_PICTURE = re.compile('"picture:([^"]+)"')


class PdfError(ReportError):
    """A page that cannot be set as it should; `complaints` says of each thing what is wrong, with no word of the PDF.

    content: the PDF as it is nevertheless, if there is one
    """

    def __init__(self, complaints: Iterable[str], content: bytes | None = None) -> None:
        self.complaints, self.content = list(dict.fromkeys(complaints)), content
        super().__init__("PDF: " + "; ".join(self.complaints))


@contextmanager
def begun(pictures: Path, epoch: int = 0) -> Iterator[Layouts]:
    """Layouts of pages whose pictures are in a folder, for as long as the block runs. What WeasyPrint only warns of is among
    their complaints. Raises PdfError for a file that it must not read."""
    with _as_before_afterwards(str(epoch)), _strict_log() as complaints, weasyprint_70.patched():
        yield Layouts(pictures.resolve(), complaints)


def digest(page: Printable, pictures: Path, *more: object) -> bytes:
    """Of all that a layout follows from, but for the engine, and of what more a PDF does."""
    files = [pictures / unescape(name) for name in _PICTURE.findall(page.html)]
    contents = [file.read_bytes() if file.is_file() else b"" for file in files]
    parts = (page.html.encode(), *page.formulas, *contents, repr((system.versions(), *more)).encode())
    return b"".join(hashlib.sha256(part).digest() for part in parts)


class Layouts:
    """Pages on sheets; what images become is kept from one to the next."""

    def __init__(self, pictures: Path, complaints: list[str]) -> None:
        self.pictures, self.complaints = pictures, complaints
        self._images: dict[Any, Any] = {}

    def of(self, page: Printable) -> Any:
        """A weasyprint.Document."""
        import weasyprint

        fetcher = _fetcher(page, self.pictures, self.complaints)
        source = weasyprint.HTML(string=page.html, base_url="picture:", url_fetcher=fetcher)
        style = [weasyprint.CSS(string=_style())]
        fonts = _fonts_of_page(self.complaints)
        return source.render(stylesheets=style, font_config=fonts, cache=self._images, **OPTIONS)


def _style() -> str:
    style = STYLE.read_text(encoding="utf-8")
    return style if weasyprint_70.is_supported() else style + weasyprint_70.STYLE_WITHOUT


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


def _fetcher(page: Printable, pictures: Path, complaints: list[str]) -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFetcher(URLFetcher):
        """Reads the report's pictures and the engine's fonts; no network, nothing outside.

        drawings: of each SVG file that was read, by its address, what its look follows from
        """

        def __init__(self) -> None:
            super().__init__()
            self.complaints, self.drawings = complaints, {}
            faces = "".join([fonts.folder().name, *_FONT_FACE.findall(page.html)])
            self._fonts = hashlib.sha256(faces.encode()).digest()

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            scheme, _, path = url.partition(":")
            if scheme == "data":
                return super().fetch(url, headers)
            if scheme == "formula":
                return self._drawing(url, page.formulas[int(path)])
            folder = fonts.folder() if scheme == "font" else pictures
            file = (folder / path).resolve()
            if scheme not in ("picture", "font") or not file.is_relative_to(folder) or not file.is_file():
                raise FatalURLFetchingError(f"{url}: expected a picture of the report or a font of the engine")
            if file.suffix.lower() == ".svg":
                return self._drawing(url, file.read_bytes())
            return _response(url, file.read_bytes(), "application/octet-stream")

        def _drawing(self, url: str, svg: bytes) -> URLFetcherResponse:
            self.drawings[url] = hashlib.sha256(self._fonts + svg).digest()
            merged = cache.get("merged", svg, partial(svg_merge.merged, svg))
            return _response(url, merged, "image/svg+xml")

    def _response(url: str, content: bytes, kind: str) -> URLFetcherResponse:
        return URLFetcherResponse(url, io.BytesIO(content), {"Content-Type": kind})

    return OwnFetcher()


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
