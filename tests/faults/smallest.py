"""A project as `ronkyo new` writes it, at small settings, run once and committed; tests change copies of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import ronkyo
from ronkyo.new import project as new

PACKAGE, NAME = "faulty", "least_squares"
ENGINE = Path(ronkyo.__file__).parents[1]
RONKYO = (sys.executable, "-m", "ronkyo.cli")
DVC = (sys.executable, "-m", "dvc")


def run(root: Path, *command: str, expected: int = 0) -> tuple[str, str]:
    """What a command printed, and its lines on the error stream."""
    done = subprocess.run(command, cwd=root, env=environment(), text=True, capture_output=True, check=False)
    assert done.returncode == expected, done.stdout[-800:] + done.stderr[-1500:]
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DVC_", "RONKYO_"))}
    who = {f"GIT_{role}_{what}": "test@localhost" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    paths = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]), "PYTHONPATH": str(ENGINE)}
    return (
        kept | who | paths | {"PYTHONDONTWRITEBYTECODE": "1", "GIT_CONFIG_GLOBAL": os.devnull, "DVC_NO_ANALYTICS": "1"}
    )


@cache
def built(parent: Path) -> Path:
    """Made once a folder. Only copy it."""
    new.create(PACKAGE, "en", parent)
    root = parent / PACKAGE
    change(root, "seeds: 5 ", "seeds: 2 ")
    change(root, "steps: 200", "steps: 20")
    run(root, *RONKYO, "repro", "-j", "2")
    run(root, "git", "add", "--all")
    run(root, "git", "commit", "--quiet", "--message", "one")
    return root


def copy(parent: Path, to: Path) -> Path:
    return Path(shutil.copytree(built(parent), to / PACKAGE, symlinks=True))


def change(root: Path, old: str, new: str, file: str = "params.yaml") -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), encoding="utf-8")


def flip(file: Path) -> None:
    """Its last byte, under the same size and time."""
    told, content = file.stat(), bytearray(file.read_bytes())
    content[-1] ^= 1
    file.chmod(0o644)
    file.write_bytes(content)
    file.chmod(told.st_mode)
    os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))


def forget() -> None:
    """What was imported of the package: copies of the project have modules of the same names."""
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    sys.path[:] = [entry for entry in sys.path if not (Path(entry) / PACKAGE).is_dir()]
