"""Build the report's fonts from those that PyPI packages carry: python stages/fonts.py"""

import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib.metadata import distribution
from pathlib import Path

import stage

from day3 import runs
from day3.report import fonts

WEIGHTS = {"NotoSansJP-Regular": 400, "NotoSansJP-Bold": 700}
MONO = ("IBMPlexMono-Regular", "IBMPlexMono-SemiBold", "IBMPlexMono-Italic")


def main() -> None:
    sans = _package("justmytype-intl-cjk", "justmytype_intl_cjk/fonts/ofl/notosansjp")
    mono = _package("fontpkg-ibm-plex-mono", "fontpkg_ibm_plex_mono")
    japanese = fonts.subset((sans / "NotoSansJP[wght].ttf").read_bytes(), fonts.JAPANESE)
    with runs.replacing(runs.FONTS) as folder, ProcessPoolExecutor() as pool:
        folder.mkdir()
        made = [pool.submit(_japanese, folder / name, japanese, weight) for name, weight in WEIGHTS.items()]
        made += [pool.submit(_mono, folder / name, mono / f"files/{name}.ttf") for name in MONO]
        for future in as_completed(made):
            print(future.result(), flush=True)
        (folder / "NotoSansJP-LICENSE.txt").write_bytes((sans / "OFL.txt").read_bytes())
        (folder / "IBMPlexMono-LICENSE.txt").write_bytes((mono / "LICENSE").read_bytes())


def _japanese(path: Path, font: bytes, weight: int) -> str:
    return _save(path, fonts.add_contextual_spacing(fonts.instance(font, weight)))


def _mono(path: Path, source: Path) -> str:
    return _save(path, fonts.subset(source.read_bytes(), fonts.LATIN))


def _save(path: Path, font: bytes) -> str:
    compressed = fonts.woff2(font)
    path.with_suffix(".ttf").write_bytes(font)
    path.with_suffix(".woff2").write_bytes(compressed)
    return f"{path.name}: TTF {len(font) // 1000} kB, WOFF2 {len(compressed) // 1000} kB"


def _package(name: str, folder: str) -> Path:
    return Path(str(distribution(name).locate_file(folder)))


if __name__ == "__main__":
    stage.run(main, sys.argv[1:])
