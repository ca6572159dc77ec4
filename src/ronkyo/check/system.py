"""The native libraries that WeasyPrint loads: which are missing, and how to get them.

`python -m ronkyo.check.system` says nothing when all are there (with `checks`: also the programs that check the report).
It installs the missing ones where it may (as root, with apt), or ends with the one line that would. It needs only the
standard library, so it can run before any installation.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple


class Library(NamedTuple):
    linux: str
    macos: str
    apt_package: str


LIBRARIES = {
    "pango": Library("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0"),
    "pangoft2": Library("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0"),
    "gobject": Library("libgobject-2.0.so.0", "libgobject-2.0.0.dylib", "libpango-1.0-0"),  # pango brings it
    "fontconfig": Library("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig1"),
    "harfbuzz": Library("libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz0b"),
    # Optional for WeasyPrint, but without it embedding a Japanese font takes 20 times as long.
    "harfbuzz-subset": Library("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset0"),
}


class Program(NamedTuple):
    apt_package: str
    brew_package: str


PROGRAMS = {  # what `make check-report` runs
    "qpdf": Program("qpdf", "qpdf"),
    "pdftotext": Program("poppler-utils", "poppler"),
    "java": Program("default-jre-headless", "openjdk"),
    "npm": Program("npm", "node"),
}


def missing_programs() -> list[str]:
    """The names in PROGRAMS that cannot be run."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def missing_libraries() -> list[str]:
    """The names in LIBRARIES that cannot be loaded."""
    return [name for name, library in LIBRARIES.items() if not _loads(library)]


def install_hint(missing: list[str]) -> str:
    """One line that tells how to install what is missing on this system."""
    if sys.platform == "darwin":
        programs = sorted({PROGRAMS[name].brew_package for name in missing if name in PROGRAMS})
        libraries = ["pango"] if set(missing) & set(LIBRARIES) else []  # and with it all the others
        return f"brew install {' '.join([*libraries, *programs])}"
    packages = " ".join(_apt_packages(missing))
    if shutil.which("apt-get"):
        return f"sudo apt-get install -y {packages}"
    return f"expected {', '.join(missing)} (in Debian: {packages}), found none"


def main(arguments: Sequence[str] = ()) -> None:
    def look() -> list[str]:
        return missing_libraries() + (missing_programs() if "checks" in arguments else [])

    missing = look()
    if missing and _may_use_apt():
        print(f"installing {' '.join(_apt_packages(missing))}", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", *_apt_packages(missing)]):
            subprocess.run(["apt-get", "-qq", *command], env=environment, stdout=subprocess.DEVNULL, check=False)
        missing = look()
    if missing:
        sys.exit(install_hint(missing))


def _loads(library: Library) -> bool:
    try:
        ctypes.CDLL(library.macos if sys.platform == "darwin" else library.linux)
    except OSError:
        return False
    return True


def _may_use_apt() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt_packages(missing: list[str]) -> list[str]:
    return sorted({(LIBRARIES.get(name) or PROGRAMS[name]).apt_package for name in missing})


if __name__ == "__main__":
    main(sys.argv[1:])
