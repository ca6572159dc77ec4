"""The report's own fonts, made from Noto Sans JP and IBM Plex Mono: bytes in, bytes out, the same every time."""

import io
import tempfile
from collections.abc import Iterable
from pathlib import Path

from chws_tool import add_chws
from fontTools import subset as fonttools_subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont


def _encodable(codec: str) -> set[int]:
    def encodes(character: str) -> bool:
        try:
            return bool(character.encode(codec))
        except UnicodeEncodeError:
            return False

    return {code for code in range(0x20, 0x10000) if encodes(chr(code))}


# Latin-1 and Extended-A, punctuation to number forms, arrows, operators, enclosed numbers, lines and shapes, dingbats.
LATIN = {
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2300),
    *range(0x2460, 0x2600),
    *range(0x2700, 0x27C0),
}
# JIS X 0208, and what Windows adds to it: ①, Ⅳ, ㎡, 髙 and the like.
JAPANESE = LATIN | _encodable("shift_jis") | _encodable("cp932")

# Vertical setting and the glyphs of other standards are left out; `halt` is what chws is made from.
_FEATURES = ["ccmp", "liga", "locl", "kern", "mark", "mkmk", "halt"]
_UNUSED_TABLES = ["vhea", "vmtx", "VORG", "BASE", "meta"]
_NAMES = [*range(7), 13, 14, 16, 17]  # OpenType name ids: the font's names and its licence


def subset(font: bytes, characters: Iterable[int]) -> bytes:
    """The font with those of the characters that it has; a variable font stays variable."""
    options = fonttools_subset.Options(layout_features=_FEATURES, name_IDs=_NAMES, hinting=False, notdef_outline=True)
    options.drop_tables += _UNUSED_TABLES
    subsetter = fonttools_subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    opened = _open(font)
    subsetter.subset(opened)
    return _bytes(opened)


def instance(variable: bytes, weight: int) -> bytes:
    """The static font of one weight."""
    return _bytes(instantiateVariableFont(_open(variable), {"wght": weight}, inplace=True, updateFontNames=True))


def add_contextual_spacing(font: bytes) -> bytes:
    """The font with the feature chws, which closes the gaps between neighbouring Japanese punctuation marks."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "font.ttf"
        file.write_bytes(font)
        if add_chws(file, file) is None:
            raise ValueError("expected a font that chws can be added to")
        spaced = _open(file.read_bytes())
    spaced["head"].modified = _open(font)["head"].modified  # not the time of this build
    return _bytes(spaced)


def woff2(font: bytes) -> bytes:
    """The font compressed for the browser."""
    opened = _open(font)
    opened.flavor = "woff2"
    return _bytes(opened)


def _open(font: bytes) -> TTFont:
    return TTFont(io.BytesIO(font), recalcTimestamp=False)


def _bytes(font: TTFont) -> bytes:
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()
