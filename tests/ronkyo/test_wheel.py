"""The wheel is the engine alone, and complete."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = ("__pycache__", "*.egg-info")


@pytest.fixture(scope="module")
def members(tmp_path_factory) -> set[str]:
    folder, source = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("source")
    for part in (
        "pyproject.toml",
        "README.md",
        "LICENSE",
    ):  # built in a copy: an old build's files would be taken along
        shutil.copy(ROOT / part, source)
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns(*GENERATED))
    command = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation", "-q", "-w", str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("ronkyo-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_file_of_the_engine_is_in_it(members):
    files = [path.relative_to(ROOT / "src") for path in (ROOT / "src/ronkyo").rglob("*") if path.is_file()]
    expected = {file.as_posix() for file in files if "__pycache__" not in file.parts}
    assert len(expected) > 100
    assert expected - members == set()


def test_nothing_else_is_in_it(members):
    assert {member.split("/")[0].partition("-")[0] for member in members} == {"ronkyo"}
    assert not any("day3" in member for member in members)


def test_what_a_new_project_hides_is_in_it(members):
    for name in ("dot-gitignore", "dot-dvcignore", "dot-ci/run", "dot-github/workflows/report.yml"):
        assert f"ronkyo/new/files/project/{name}.j2" in members
