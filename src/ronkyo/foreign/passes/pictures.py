"""Pictures inside the page, placeholders for those that are missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ronkyo.foreign import pictures
from ronkyo.foreign.passes.elements import HtmlElement, elements
from ronkyo.foreign.safe import Warn
from ronkyo.words import Words


def read(root: HtmlElement, folder: Path, warn: Warn, words: Words) -> dict[str, tuple[int, str]]:
    """Each picture inside the page; a placeholder with the path where one cannot be shown. Returns for each `data:` address
    that stands now in the page the line and the address that the report has."""
    places: dict[str, tuple[int, str]] = {}
    for image in elements(root, "img"):
        address = image.get("src") or ""
        line = int(image.get("data-line") or 0)
        name = address if len(address) <= 120 else address[:119] + "…"
        try:
            source = pictures.load(folder, address, _with_place(warn, line, f"image '{name}': "))
        except pictures.PictureError as error:
            warn(line, f"image '{name}': {error}; a placeholder stands for it")
            put_placeholder(image, name, words)
            continue
        places.setdefault(source, (line, name))
        image.set("src", source)
        image.set("data-name", address)
    return places


def put_placeholder(image: HtmlElement, address: str, words: Words) -> None:
    tail, alt, markdown = image.tail, image.get("alt") or "", image.get("data-markdown")
    image.clear()
    image.tag, image.tail = "span", tail
    image.set("class", "missing")
    image.set("data-alt", alt)
    if markdown:
        image.set("data-markdown", markdown)
    image.text = words("foreign.no_picture", address=address)


def _with_place(warn: Warn, line: int, before: str) -> Callable[[str], None]:
    return lambda message: warn(line, before + message)
