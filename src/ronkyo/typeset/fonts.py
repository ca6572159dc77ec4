"""The report's own fonts, made from Noto Sans JP and IBM Plex Mono on first use: the same bytes every time.

What builds them is imported then: it takes a third of a second.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import distribution, version
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from ronkyo import cache as kept
from ronkyo import ending, files
from ronkyo.errors import UserError

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

WEIGHTS = {"NotoSansJP-Regular": 400, "NotoSansJP-Bold": 700}
MONO = ("IBMPlexMono-Regular", "IBMPlexMono-SemiBold", "IBMPlexMono-Italic")
_SANS_PACKAGE, _MONO_PACKAGE = "justmytype-intl-cjk", "fontpkg-ibm-plex-mono"
SOURCES = {  # the distribution and its file
    "NotoSansJP": (_SANS_PACKAGE, "justmytype_intl_cjk/fonts/ofl/notosansjp/NotoSansJP[wght].ttf"),
    **{name: (_MONO_PACKAGE, f"fontpkg_ibm_plex_mono/files/{name}.ttf") for name in MONO},
    "NotoSansJP-LICENSE.txt": (_SANS_PACKAGE, "justmytype_intl_cjk/fonts/ofl/notosansjp/OFL.txt"),
    "IBMPlexMono-LICENSE.txt": (_MONO_PACKAGE, "fontpkg_ibm_plex_mono/LICENSE"),
}
DIGESTS = "digests.json"  # of the folder's other files


# Latin-1 and Extended-A, punctuation to number forms, arrows, operators, enclosed numbers, lines and shapes, dingbats.
LATIN = {
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2300),
    *range(0x2460, 0x2600),
    *range(0x2700, 0x27C0),
}
JAPANESE = ("shift_jis", "cp932")  # JIS X 0208, and what Windows adds to it: ①, Ⅳ, ㎡, 髙 and the like

# Vertical setting and the glyphs of other standards are left out; `halt` is what chws is made from.
_FEATURES = ["ccmp", "liga", "locl", "kern", "mark", "mkmk", "halt"]
_UNUSED_TABLES = ["vhea", "vmtx", "VORG", "BASE", "meta"]
_NAMES = [*range(7), 13, 14, 16, 17]  # OpenType name ids: the font's names and its licence


@cache
def folder() -> Path:
    """The folder of the built fonts, as .ttf and .woff2, named by a digest of what they are built from; they are built
    when it is not there yet, or damaged. Raises UserError where they cannot be kept, or where what they are built from is
    not as it was installed."""
    contents = sources()
    digest = hashlib.sha256("".join(version(name) for name in ("fonttools", "chws-tool", "brotli")).encode())
    for content in (*contents.values(), Path(__file__).read_bytes()):
        digest.update(hashlib.sha256(content).digest())
    built = user_cache_path("ronkyo", appauthor=False) / "fonts" / digest.hexdigest()[:16]
    try:
        if not _is_whole(built):
            _build(built, contents)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(
            f"fonts: {built.parent}: cannot be written ({reason}); XDG_CACHE_HOME chooses another"
        ) from error
    return built


def sources() -> dict[str, bytes]:
    """What the fonts are built from. Raises UserError where it is not as it was installed."""
    return {name: _source(*place) for name, place in SOURCES.items()}


def letters(name: str) -> frozenset[str]:
    """Those that a font of the folder draws."""
    return letters_of(folder() / f"{name}.ttf")


@cache
def letters_of(file: Path) -> frozenset[str]:
    """Those that a font draws, of the folder or of an installed distribution."""

    def read() -> bytes:
        from fontTools.ttLib import TTFont

        with TTFont(file, lazy=True) as font:
            return json.dumps("".join(map(chr, font.getBestCmap() or ()))).encode()

    return frozenset(json.loads(kept.get("letters", str(file).encode(), read)))


def _is_whole(built: Path) -> bool:
    try:
        digests = json.loads((built / DIGESTS).read_text(encoding="utf-8"))
        return all(hashlib.sha256((built / name).read_bytes()).hexdigest() == known for name, known in digests.items())
    except (OSError, ValueError):
        return False


def _build(target: Path, contents: Mapping[str, bytes]) -> None:
    """By one process at a time: the others wait for its fonts."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_whole(target):
            return
        print("fonts: built once for this machine, which takes about a minute", file=sys.stderr, flush=True)
        with files.replacing(target) as folder:
            folder.mkdir()
            _fill(folder, contents)
            digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}
            files.write_json(folder / DIGESTS, digests)


def _fill(folder: Path, contents: Mapping[str, bytes]) -> None:
    japanese = subset(contents["NotoSansJP"], LATIN.union(*map(_encodable, JAPANESE)))
    with ThreadPoolExecutor() as threads:
        elsewhere = [threads.submit(_instance_elsewhere, folder / name, japanese, WEIGHTS[name]) for name in WEIGHTS]
        for name in MONO:
            _save(folder / name, subset(contents[name], LATIN))
        for future in elsewhere:
            future.result()
    for name in ("NotoSansJP-LICENSE.txt", "IBMPlexMono-LICENSE.txt"):
        (folder / name).write_bytes(contents[name])


def _encodable(codec: str) -> set[int]:
    def encodes(character: str) -> bool:
        try:
            return bool(character.encode(codec))
        except UnicodeEncodeError:
            return False

    return {code for code in range(0x20, 0x10000) if encodes(chr(code))}


def _instance_elsewhere(path: Path, japanese: bytes, weight: int) -> None:
    """In a process of its own: fontTools keeps a core busy, and pools of processes import the caller's program again."""
    command = [sys.executable, "-m", __spec__.name, str(path), str(weight)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}  # this engine, not another that is installed
    done = subprocess.run(command, input=japanese, env=environment, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise UserError(f"fonts: {path.name}: its process ended with exit status {done.returncode}: {last}")


def _save(path: Path, font: bytes) -> None:
    path.with_suffix(".ttf").write_bytes(font)
    path.with_suffix(".woff2").write_bytes(woff2(font))


def _source(package: str, name: str) -> bytes:
    """A file of an installed distribution, as it was installed."""
    found = distribution(package)
    recorded = next((file.hash for file in found.files or [] if file.as_posix() == name), None)
    try:
        content = Path(str(found.locate_file(name))).read_bytes()
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        reason = "another content" if recorded and recorded.value != digest else ""
    except OSError as error:
        content, reason = b"", error.strerror
    if reason:
        cure = f"pip install --force-reinstall --no-deps {package}=={found.version}"
        raise UserError(f"{found.locate_file(name)}: expected the font as it was installed, found: {reason}; {cure}")
    return content


def subset(font: bytes, characters: Iterable[int]) -> bytes:
    """The font with those of the characters that it has; a variable font stays variable."""
    from fontTools import subset

    options = subset.Options(layout_features=_FEATURES, name_IDs=_NAMES, hinting=False, notdef_outline=True)
    options.drop_tables += _UNUSED_TABLES
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    opened = _open(font)
    subsetter.subset(opened)
    return _bytes(opened)


def instance(variable: bytes, weight: int) -> bytes:
    """The static font of one weight."""
    from fontTools.varLib.instancer import instantiateVariableFont

    return _bytes(instantiateVariableFont(_open(variable), {"wght": weight}, inplace=True, updateFontNames=True))


def add_contextual_spacing(font: bytes) -> bytes:
    """The font with the feature chws, which closes the gaps between neighbouring Japanese punctuation marks."""
    from chws_tool import add_chws

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
    from fontTools.ttLib import TTFont

    return TTFont(io.BytesIO(font), recalcTimestamp=False)


def _bytes(font: TTFont) -> bytes:
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


if __name__ == "__main__":  # what _instance_elsewhere runs: a variable font in, the static one of a weight out
    ending.with_parent()
    _save(Path(sys.argv[1]), add_contextual_spacing(instance(sys.stdin.buffer.read(), int(sys.argv[2]))))
