"""A small project, its pipeline run once; tests break copies of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from injection import PACKAGE, RONKYO, Copy, run

from ronkyo.new import project as new


@pytest.fixture(scope="session")
def whole(tmp_path_factory) -> Path:
    """A committed project whose every stage ran. Only read it."""
    parent = tmp_path_factory.mktemp("whole")
    new.create(PACKAGE, "en", parent)
    root = parent / PACKAGE
    for old, less in (("seeds: 5 ", "seeds: 2 "), ("steps: 200", "steps: 20")):
        file = root / "params.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace(old, less), encoding="utf-8")
    run(root, *RONKYO, "repro", "-j", "2")
    run(root, "git", "add", "-A")
    run(root, "git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "one")
    return root


@pytest.fixture
def copy(whole, tmp_path) -> Copy:
    """A copy of `whole`."""
    return Copy(Path(shutil.copytree(whole, tmp_path / PACKAGE, symlinks=True)))
