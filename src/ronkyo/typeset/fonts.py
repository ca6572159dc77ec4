"""The report's own fonts, made from Noto Sans JP and IBM Plex Mono on first use: the same bytes every time."""

import hashlib
import io
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from importlib.metadata import distribution, version
from pathlib import Path

from chws_tool import add_chws
from fontTools import subset as fonttools_subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from platformdirs import user_cache_path

from ronkyo.files import replacing

WEIGHTS = {"NotoSansJP-Regular": 400, "NotoSansJP-Bold": 700}
MONO = ("IBMPlexMono-Regular", "IBMPlexMono-SemiBold", "IBMPlexMono-Italic")


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


@cache
def folder() -> Path:
    """The folder of the built fonts, as .ttf and .woff2, named by a digest of what they are built from; they are built
    when it is not there yet, which takes half a minute."""
    sans = _package("justmytype-intl-cjk", "justmytype_intl_cjk/fonts/ofl/notosansjp")
    mono = _package("fontpkg-ibm-plex-mono", "fontpkg_ibm_plex_mono")
    sources = [sans / "NotoSansJP[wght].ttf", *(mono / f"files/{name}.ttf" for name in MONO), Path(__file__)]
    digest = hashlib.sha256("".join(version(name) for name in ("fonttools", "chws-tool", "brotli")).encode())
    for file in sources:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    built = user_cache_path("ronkyo") / "fonts" / digest.hexdigest()[:16]
    if not built.is_dir():
        _build(built, sans, mono)
    return built


def _build(target: Path, sans: Path, mono: Path) -> None:
    print("fonts: built once for this machine", file=sys.stderr, flush=True)
    japanese = subset((sans / "NotoSansJP[wght].ttf").read_bytes(), JAPANESE)
    with replacing(target) as folder, ProcessPoolExecutor() as pool:
        folder.mkdir()
        made = [pool.submit(_japanese, folder / name, japanese, weight) for name, weight in WEIGHTS.items()]
        made += [pool.submit(_mono, folder / name, mono / f"files/{name}.ttf") for name in MONO]
        for future in as_completed(made):
            print(f"fonts: {future.result()}", file=sys.stderr, flush=True)
        (folder / "NotoSansJP-LICENSE.txt").write_bytes((sans / "OFL.txt").read_bytes())
        (folder / "IBMPlexMono-LICENSE.txt").write_bytes((mono / "LICENSE").read_bytes())


def _japanese(path: Path, font: bytes, weight: int) -> str:
    return _save(path, add_contextual_spacing(instance(font, weight)))


def _mono(path: Path, source: Path) -> str:
    return _save(path, subset(source.read_bytes(), LATIN))


def _save(path: Path, font: bytes) -> str:
    compressed = woff2(font)
    path.with_suffix(".ttf").write_bytes(font)
    path.with_suffix(".woff2").write_bytes(compressed)
    return f"{path.name}: TTF {len(font) // 1000} kB, WOFF2 {len(compressed) // 1000} kB"


def _package(name: str, folder: str) -> Path:
    return Path(str(distribution(name).locate_file(folder)))


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
