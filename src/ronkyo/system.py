"""What pip cannot install: the native libraries that WeasyPrint loads.

`python -m ronkyo.system` says nothing when they are there, and ends with the one line that installs what is missing;
with `install` it runs that line. `venv` adds what a virtual environment is made with, `programs` what `python -m ronkyo.check`
runs. It needs the standard library alone, since it comes before all installation.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from ronkyo.errors import UserError

LIBRARIES = {  # on Linux, on macOS: Debian's package; in Homebrew, pango brings them all
    ("libpango-1.0.so.0", "libpango-1.0.dylib"): "libpango-1.0-0",
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"): "libpangoft2-1.0-0",
    ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib"): "libpango-1.0-0",  # pango brings it
    ("libfontconfig.so.1", "libfontconfig.1.dylib"): "libfontconfig1",
    ("libharfbuzz.so.0", "libharfbuzz.0.dylib"): "libharfbuzz0b",
    # Optional for WeasyPrint, but without it embedding a Japanese font takes 20 times as long.
    ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"): "libharfbuzz-subset0",
}
OPTIONAL = {"libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"}
PROGRAMS = {  # Debian's package, Homebrew's
    "qpdf": ("qpdf", "qpdf"),
    "pdftotext": ("poppler-utils", "poppler"),
    "java": ("default-jre-headless", "openjdk"),
    "npm": ("npm", "node"),
    "chromium": ("chromium", "chromium"),
}


def missing(*kinds: str) -> dict[str, tuple[str, str]]:
    """What is not there of the libraries, and of "venv" and "programs": Debian's package and Homebrew's for each."""
    macos = sys.platform == "darwin"
    absent = {names[macos]: (package, "pango") for names, package in LIBRARIES.items() if not _loads(names[macos])}
    if "venv" in kinds and find_spec("ensurepip") is None:  # Debian's python3 comes without
        absent["ensurepip"] = ("python{}.{}-venv".format(*sys.version_info), "python")
    if "programs" in kinds:
        absent |= {name: packages for name, packages in PROGRAMS.items() if shutil.which(name) is None}
    return absent


def expect_libraries() -> None:
    """Raises UserError where WeasyPrint cannot be loaded."""
    if absent := {name: packages for name, packages in missing().items() if name not in OPTIONAL}:
        raise UserError(lacking(absent))


def versions() -> str:
    """Of Pango and HarfBuzz, with which text is set."""
    pango, _, _, _, harfbuzz, _ = (names[sys.platform == "darwin"] for names in LIBRARIES)
    told = ctypes.CDLL(harfbuzz).hb_version_string
    told.restype = ctypes.c_char_p
    return f"{ctypes.CDLL(pango).pango_version()} {told().decode()}"


def lacking(absent: dict[str, tuple[str, str]]) -> str:
    """The line that says what is missing, and what installs it."""
    found = f"expected {', '.join(absent)}, found none"
    if line := install_line(absent):
        return f"{found}; this installs what is missing: {line}"
    return f"{found}; in Debian: {' '.join(sorted({package for package, _ in absent.values()}))}"


def install_line(absent: dict[str, tuple[str, str]]) -> str | None:
    """The shell's line that installs it here; none where there is neither apt nor Homebrew."""
    debian, homebrew = (" ".join(sorted(set(names))) for names in zip(*absent.values(), strict=True))
    if sys.platform == "darwin":
        return f"brew install {homebrew}"
    if shutil.which("apt-get") is None:
        return None
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {debian}"


def main(arguments: Sequence[str] = ()) -> None:
    absent = missing(*arguments)
    if not absent:
        return
    line = install_line(absent)
    if line and "install" in arguments:
        sys.exit(subprocess.call(line, shell=True))
    sys.exit(lacking(absent))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1:])
