"""The fonts of one page: with its letters alone they are a tenth of the whole. The same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import suppress
from string import printable

from ronkyo import cache
from ronkyo.typeset import fonts

ALWAYS = frozenset(printable) | frozenset("•◦▪…–—−“”‘’「」、。")  # what a browser writes of itself, as marks of lists


def face(name: str, letters: frozenset[str]) -> bytes:
    """The font `name` of the engine with those of the letters that it has, for the browser (WOFF2)."""
    text = "".join(sorted((letters | ALWAYS) & fonts.letters(name)))
    return cache.get("face", f"{fonts.folder().name} {name} {text}".encode(), lambda: _subset(name, text))


def _subset(name: str, text: str) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=["*"], hinting=False, notdef_outline=True, flavor="woff2")
    with TTFont(fonts.folder() / f"{name}.ttf", recalcTimestamp=False) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=text)
        subsetter.subset(font)
        font.flavor = "woff2"
        packed = io.BytesIO()
        font.save(packed)
    return packed.getvalue()


def of(faces: Iterable[bytes]) -> frozenset[str]:
    """The letters that some fonts have; a damaged one has none."""
    from fontTools.ttLib import TTFont

    found: set[str] = set()
    for content in faces:
        with suppress(Exception), TTFont(io.BytesIO(content)) as font:  # whatever a font of unknown origin makes of it
            found.update(map(chr, font.getBestCmap() or ()))
    return frozenset(found)
