"""Build the report's fonts from those that PyPI packages carry: python stages/fonts.py"""

import sys
import time
from importlib.metadata import distribution
from pathlib import Path

import stage

from day3 import runs
from day3.report import fonts


def main() -> None:
    sans = _package("justmytype-intl-cjk", "justmytype_intl_cjk/fonts/ofl/notosansjp")
    mono = _package("fontpkg-ibm-plex-mono", "fontpkg_ibm_plex_mono")
    with runs.replacing(runs.FONTS) as folder:
        folder.mkdir()
        started = time.monotonic()

        def save(name: str, font: bytes) -> None:
            compressed = fonts.woff2(font)
            (folder / f"{name}.ttf").write_bytes(font)
            (folder / f"{name}.woff2").write_bytes(compressed)
            sizes = f"TTF {len(font) // 1000} kB, WOFF2 {len(compressed) // 1000} kB"
            print(f"{name}: {sizes}, {time.monotonic() - started:.0f} s", flush=True)

        japanese = fonts.subset((sans / "NotoSansJP[wght].ttf").read_bytes(), fonts.JAPANESE)
        for name, weight in (("NotoSansJP-Regular", 400), ("NotoSansJP-Bold", 700)):
            save(name, fonts.add_contextual_spacing(fonts.instance(japanese, weight)))
        for name in ("IBMPlexMono-Regular", "IBMPlexMono-SemiBold", "IBMPlexMono-Italic"):
            save(name, fonts.subset((mono / f"files/{name}.ttf").read_bytes(), fonts.LATIN))
        (folder / "NotoSansJP-LICENSE.txt").write_bytes((sans / "OFL.txt").read_bytes())
        (folder / "IBMPlexMono-LICENSE.txt").write_bytes((mono / "LICENSE").read_bytes())


def _package(name: str, folder: str) -> Path:
    return Path(str(distribution(name).locate_file(folder)))


if __name__ == "__main__":
    stage.run(main, sys.argv[1:])
