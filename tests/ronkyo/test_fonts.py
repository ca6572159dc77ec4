"""The fonts: made here at a handful of characters, and the packages' originals have what the report needs."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distribution
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from ronkyo import plotting
from ronkyo.errors import UserError
from ronkyo.typeset import fonts

CHARACTERS = "".join(map(chr, range(0x20, 0x7F))) + "水四城、。「」（）"
SANS = Path(
    str(
        distribution("justmytype-intl-cjk").locate_file("justmytype_intl_cjk/fonts/ofl/notosansjp/NotoSansJP[wght].ttf")
    )
)
MONO = Path(
    str(distribution("fontpkg-ibm-plex-mono").locate_file("fontpkg_ibm_plex_mono/files/IBMPlexMono-Regular.ttf"))
)


def tiny(weight: int) -> bytes:
    characters = map(ord, CHARACTERS)
    return fonts.add_contextual_spacing(fonts.instance(fonts.subset(SANS.read_bytes(), characters), weight))


@pytest.fixture(scope="module")
def bold() -> bytes:
    return tiny(700)


def _open(font: bytes) -> TTFont:
    return TTFont(io.BytesIO(font))


def _features(font: bytes, table: str) -> set[str]:
    return {record.FeatureTag for record in _open(font)[table].table.FeatureList.FeatureRecord}


def test_a_font_has_the_asked_characters_and_no_others(bold: bytes) -> None:
    assert set(_open(bold).getBestCmap()) == set(map(ord, CHARACTERS))


def test_a_font_is_static_and_named_by_its_weight(bold: bytes) -> None:
    font = _open(bold)
    assert "fvar" not in font
    assert font["OS/2"].usWeightClass == 700
    assert [font["name"].getDebugName(number) for number in (1, 2)] == ["Noto Sans JP", "Bold"]
    assert "Open Font License" in font["name"].getDebugName(13)


def test_japanese_punctuation_gets_contextual_spacing_and_latin_keeps_its_kerning(bold: bytes) -> None:
    assert {"chws", "kern"} <= _features(bold, "GPOS")


def test_a_font_without_japanese_cannot_get_contextual_spacing() -> None:
    with pytest.raises(ValueError, match="expected a font that chws can be added to"):
        fonts.add_contextual_spacing(fonts.subset(MONO.read_bytes(), map(ord, "AB")))


def test_woff2_is_the_same_font_in_fewer_bytes(bold: bytes) -> None:
    compressed = fonts.woff2(bold)
    assert compressed.startswith(b"wOF2")
    assert len(compressed) < len(bold) / 2
    assert _open(compressed).getBestCmap() == _open(bold).getBestCmap()


def test_the_same_bytes_at_another_time_and_in_another_process(bold: bytes) -> None:
    program = (
        "import hashlib; from ronkyo.typeset import fonts; from test_fonts import tiny\n"
        "font = tiny(700); print(hashlib.sha256(font + fonts.woff2(font)).hexdigest())"
    )

    def digest(hash_seed: str, clock: str) -> str:
        environment = os.environ | {
            "PYTHONHASHSEED": hash_seed,
            "SOURCE_DATE_EPOCH": clock,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        command = [sys.executable, "-c", program]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert digest("1", "1000000000") == digest("2", "1700000000")
    modified = TTFont(SANS)["head"].modified
    assert _open(bold)["head"].modified == modified


def test_the_sans_has_every_kanji_and_kana_of_jis_x_0208() -> None:
    rows = [bytes([0xA0 + row, 0xA0 + cell]) for row in (4, 5, *range(16, 85)) for cell in range(1, 95)]
    standard = {ord(character) for row in rows if (character := row.decode("euc_jp", "ignore"))}
    assert len(standard) == 83 + 86 + 6355
    assert standard <= set(TTFont(SANS).getBestCmap())


def test_a_figures_style_adds_each_font_once_to_what_is_known() -> None:
    counts = []
    for _ in range(2):
        with plotting.style():
            counts.append(sum(entry.name == "Noto Sans JP" for entry in font_manager.fontManager.ttflist))
    assert counts[0] == counts[1] > 0


# -- the folder that keeps them ---------------------------------------------------------------------------------------


@pytest.fixture
def cache(monkeypatch, tmp_path) -> Iterator[Path]:
    """An empty cache, and fonts that take no time."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(fonts, "_fill", lambda folder, contents: (folder / "font.ttf").write_text("mine"))
    fonts.folder.cache_clear()
    yield tmp_path / "cache"
    fonts.folder.cache_clear()


def test_fonts_are_built_once_into_the_users_cache(cache, capsys):
    folder = fonts.folder()
    assert folder.parent == cache / "ronkyo/fonts"
    assert (folder / "font.ttf").read_text() == "mine"
    assert [entry for entry in folder.parent.iterdir() if entry.is_dir()] == [folder]
    fonts.folder.cache_clear()
    assert fonts.folder() == folder
    assert capsys.readouterr().err.count("built once") == 1


def test_two_processes_at_once_build_them_once(cache, monkeypatch, capsys):
    def build(folder: Path, contents) -> None:
        time.sleep(0.5)
        (folder / "font.ttf").write_text("mine")

    monkeypatch.setattr(fonts, "_fill", build)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: fonts.folder.__wrapped__(), range(2))
    assert first == second
    assert (first / "font.ttf").read_text() == "mine"
    assert capsys.readouterr().err.count("built once") == 1


def test_a_build_that_fails_leaves_nothing(cache, monkeypatch):
    def fail(folder: Path, contents) -> None:
        raise UserError("no")

    monkeypatch.setattr(fonts, "_fill", fail)
    with pytest.raises(UserError, match="^no$"):
        fonts.folder()
    assert [entry for entry in (cache / "ronkyo/fonts").iterdir() if entry.is_dir()] == []


def test_a_cache_that_cannot_be_written_is_one_clear_line(cache, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(UserError) as error:
        fonts.folder()
    place = tmp_path / "file/ronkyo/fonts"
    assert str(error.value) == f"fonts: {place}: cannot be written (Not a directory); XDG_CACHE_HOME chooses another"


def test_the_process_that_makes_a_weight_says_why_it_fails(tmp_path):
    with pytest.raises(UserError, match="^fonts: Sans: its process ended with exit status 1: .*TTLibError"):
        fonts._instance_elsewhere(tmp_path / "Sans", b"no font", 400)


# -- characters -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("characters", ["αβσθ", "①Ⅳ㎡髙", "→←≤≠∞", "“”…—–", "─│┌└"])
def test_the_sans_has_the_symbols_of_the_report(characters: str) -> None:
    assert set(map(ord, characters)) <= set(TTFont(SANS).getBestCmap())


@pytest.mark.parametrize("characters", ["─│┌└├", "→←≤≠", "“”…—", "é×±"])
def test_the_mono_has_the_symbols_of_code_and_terminals(characters: str) -> None:
    assert set(map(ord, characters)) <= fonts.LATIN & set(TTFont(MONO).getBestCmap())
