"""Pictures inside the page, placeholders for those that are missing."""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path

from ronkyo.foreign import pictures
from ronkyo.foreign.passes.elements import HtmlElement, elements
from ronkyo.foreign.safe import Warn, size_style
from ronkyo.words import Words

MOST_BYTES = (
    400_000_000  # of all addresses, each as often as it stands in the page, whose making takes twelve times as much
)
SIZE = re.compile(r"(?<!\s)\s+=(\d*%?)x(\d*)$")  # ![](a.png =100x50)


def read(root: HtmlElement, folder: Path, warn: Warn, words: Words) -> dict[str, tuple[int, str]]:
    """Each picture inside the page; a placeholder with the path where one cannot be shown. Returns for each `data:` address
    that stands now in the page the line and the address that the report has."""
    places: dict[str, tuple[int, str]] = {}
    load, room = cache(partial(_load, folder)), MOST_BYTES
    for image in elements(root, "img"):
        address = image.get("src") or ""
        if size := SIZE.search(address):
            address = address[: size.start()]
            image.set("style", size_style({"width": size[1], "height": size[2]}))
        line = int(image.get("data-line") or 0)
        name = address if len(address) <= 120 else address[:119] + "…"
        picture, complaints = load(address)
        for complaint in complaints:
            warn(line, f"image '{name}': {complaint}")
        room -= len(picture.address) if picture else 0
        if picture and room < 0:
            limit = f"expected at most {MOST_BYTES / 1e6:g} MB of pictures in base64, found more"
            warn(line, f"image '{name}': {limit}; a placeholder stands for it")
        if picture is None or room < 0:
            put_placeholder(image, name, words)
            continue
        places.setdefault(picture.address, (line, name))
        image.set("src", picture.address)
        image.set("data-name", address)
        if (zoom := image.attrib.pop("data-zoom", None)) and picture.width:
            width = f"width: {float(zoom) * picture.width:.4g}px"
            image.set("style", "; ".join(filter(None, (width, image.get("style")))))
    return places


def _load(folder: Path, address: str) -> tuple[pictures.Picture | None, list[str]]:
    complaints: list[str] = []
    try:
        return pictures.load(folder, address, complaints.append), complaints
    except pictures.PictureError as error:
        return None, [*complaints, f"{error}; a placeholder stands for it"]


def put_placeholder(image: HtmlElement, address: str, words: Words) -> None:
    alt = image.get("alt") or ""
    image.clear(keep_tail=True)
    image.tag = "span"
    image.attrib.update({"class": "missing", "data-alt": alt})
    image.text = words("foreign.no_picture", address=address)
