"""Fonts for the characters that the report's own lack: other families' glyphs, for each page those of its letters alone."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from ronkyo import cache as kept
from ronkyo.typeset import fonts

EAST_ASIAN = "justmytype_intl_cjk/fonts/ofl/notosans{0}/NotoSans{1}[wght].ttf"
NOTO = "manimgx_fonts/Noto{}[wght].ttf"
EMOJI = NOTO.format("Emoji")
MATPLOTLIB = "matplotlib/mpl-data/fonts/ttf/{}.ttf"
REGULAR, BOLD = 400, 700
ASCII = bytes(range(128))
SCRIPTS = [
    "Arabic",
    "Armenian",
    "Bengali",
    "Devanagari",
    "Ethiopic",
    "Georgian",
    "Gujarati",
    "Gurmukhi",
    "Hebrew",
    "Kannada",
    "Khmer",
    "Lao",
    "Malayalam",
    "Myanmar",
    "Oriya",
    "Sinhala",
    "Tamil",
    "Telugu",
    "Thai",
]
# Distribution, files of both weights (one, where it is variable), in the order in which a character is looked for.
SOURCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("manimgx-fonts", (NOTO.format("Sans"),)),  # first: it sets marks above and below letters
    ("justmytype-intl-cjk", (EAST_ASIAN.format("jp", "JP"),)),
    ("manimgx-fonts", (EMOJI,)),
    ("manimgx-fonts", (NOTO.format("SansSymbols"),)),
    *(("justmytype-intl-cjk", (EAST_ASIAN.format(name.lower(), name),)) for name in ("SC", "KR", "TC")),
    *(("manimgx-fonts", (NOTO.format(f"Sans{script}"),)) for script in SCRIPTS),
    ("matplotlib", tuple(MATPLOTLIB.format(f"DejaVuSans{weight}") for weight in ("", "-Bold"))),
    ("matplotlib", tuple(MATPLOTLIB.format(f"STIXGeneral{weight}") for weight in ("", "Bol"))),
)
MARKS = frozenset(map(chr, (*range(0x300, 0x370), 0x3099, 0x309A)))
MARKED = re.compile(rf"[^\W\d_][{''.join(MARKS)}]")  # a letter and what stands above or below it
KEYCAP, EMOJI_STYLE = "\u20e3", "\ufe0f"
DIGITS = frozenset("0123456789#*")
JOINERS = frozenset("\u200d\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")  # they make one emoji of several


@cache
def draws(letter: str) -> bool:
    """Whether one of the report's fonts or of those here has the letter."""
    in_code = letter in fonts.letters("IBMPlexMono-Regular")
    return letter in _own() or in_code or any(letter in _letters(place) for place in range(len(SOURCES)))


def advance(letter: str) -> float | None:
    """In em, in the first font that has the letter."""
    own = fonts.folder() / "NotoSansJP-Regular.ttf"
    files = (own, *(_files(place)[0] for place in range(len(SOURCES))))
    return next((found for file in files if (found := _advances(file).get(ord(letter))) is not None), None)


@cache
def _advances(file: Path) -> dict[int, float]:
    from fontTools.ttLib import TTFont

    with TTFont(file, lazy=True) as font:
        widths, units = font["hmtx"], font["head"].unitsPerEm  # pyright: ignore[reportAttributeAccessIssue]
        return {code: widths[glyph][0] / units for code, glyph in (font.getBestCmap() or {}).items()}


def is_emoji(letter: str) -> bool:
    return letter in _letters(_EMOJI)


def style(texts: Iterable[str], for_browser: bool) -> str:
    """@font-face rules, with the fonts inside, for what of some texts the report's own text font lacks.

    In a browser they are more of Noto Sans JP; WeasyPrint takes them where the families that are asked for have no glyph.
    """
    letters: set[str] = set()
    bases: dict[str, set[str]] = {}
    for text in texts:
        found = beyond_ascii(text)
        letters |= found
        for cluster in MARKED.finditer(text) if found & MARKS else ():
            bases.setdefault(cluster[0][-1], set()).add(cluster[0][0])
    rules = []
    for place, needed in _shares(letters):
        lacking = needed - _own() - {KEYCAP}  # a browser's keycaps have their digit in the same font
        lacking |= {base for mark in lacking & bases.keys() for base in bases[mark] & _letters(place)}
        if for_browser and not lacking:
            continue
        ranges = ", ".join(f"U+{ord(letter):X}" for letter in sorted(lacking))
        for weight in (REGULAR, BOLD):
            font = base64.b64encode(_font(place, "".join(sorted(needed | lacking)), weight, for_browser)).decode()
            family = "Noto Sans JP" if for_browser else _family(place)
            source = f'src: url("data:font/{"woff2" if for_browser else "ttf"};base64,{font}")'
            only = f"; unicode-range: {ranges}" if for_browser else ""
            rules.append(f'@font-face {{ font-family: "{family}"; font-weight: {weight}; {source}{only} }}\n')
    return "".join(rules)


def beyond_ascii(text: str) -> frozenset[str]:
    """Its letters that not every font has."""
    return frozenset(text.encode().translate(None, ASCII).decode())


def family_of(cluster: str) -> str:
    """For WeasyPrint: the family that has all of a letter and its marks."""
    return next(
        (_family(place) for place in range(len(SOURCES)) if _letters(place).issuperset(cluster)), "Noto Sans JP"
    )


def _family(place: int) -> str:
    return "emoji" if place == _EMOJI else f"supplement-{place}th"  # Pango would take a digit at the end for a size


def _shares(letters: set[str]) -> Iterator[tuple[int, set[str]]]:
    """Which of the sources draws which of the letters. Pango takes an emoji's whole sequence from one font."""
    lacking = letters - _own() - JOINERS
    for place in range(len(SOURCES)):
        if not lacking:
            return
        found = lacking & _letters(place)
        lacking -= found
        if found and place == _EMOJI:
            found |= (letters & JOINERS) | (DIGITS if KEYCAP in letters else set())
            found |= {letter for letter in letters & _letters(place) if ord(letter) > 0x7F and EMOJI_STYLE in letters}
        if found:
            yield place, found


@cache
def _own() -> frozenset[str]:
    """What the text's font has, and what needs no glyph."""
    return fonts.letters("NotoSansJP-Regular") | {"\n", "\t", "\r"}


def _letters(place: int) -> frozenset[str]:
    return fonts.letters_of(_files(place)[0])


@cache
def _files(place: int) -> list[Path]:
    name, files = SOURCES[place]
    return [Path(str(distribution(name).locate_file(file))) for file in files]


_EMOJI = next(place for place, (_, files) in enumerate(SOURCES) if files == (EMOJI,))


def _font(place: int, letters: str, weight: int, packed: bool) -> bytes:
    key = f"{SOURCES[place]} {weight} {packed} {letters}".encode()
    return kept.get("supplement", key, lambda: _made(place, letters, weight, packed))


def _made(place: int, letters: str, weight: int, packed: bool) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    options = subset.Options(layout_features=["*"], hinting=False, notdef_outline=True, name_IDs=[*range(7), 13, 14])
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "meta", "FFTM"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=letters + " ")  # a blank among them is set in the same font
    with TTFont(_files(place)[-1 if weight == BOLD else 0], lazy=True, recalcTimestamp=False) as font:
        subsetter.subset(font)
        if "fvar" in font:
            instantiateVariableFont(font, {"wght": weight}, inplace=True)
        if place == _EMOJI:  # whose blank is as wide as an emoji
            blank = (font.getBestCmap() or {})[ord(" ")]
            font["hmtx"][blank] = (font["head"].unitsPerEm // 4, 0)  # pyright: ignore[reportIndexIssue, reportAttributeAccessIssue]
        font.flavor = "woff2" if packed else None
        content = io.BytesIO()
        font.save(content)
    return content.getvalue()
