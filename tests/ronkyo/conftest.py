"""A small project as `ronkyo new` writes it, its pipeline run once: what tests of the engine look at and change."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import revisions
from new_project import PACKAGE, RONKYO, alone, build

from ronkyo import cli
from ronkyo.check import chromium
from ronkyo.new import project as new
from ronkyo.project import Project


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Project:
    """An English project with results and report: experiment least_squares, variants plain and momentum. Only read it."""
    return build(tmp_path_factory.mktemp("new") / "small", "en")


@pytest.fixture(scope="session")
def small_japanese(tmp_path_factory) -> Project:
    """The same in Japanese."""
    return build(tmp_path_factory.mktemp("new") / "small", "ja")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if chromium.PROGRAM is None:
        pytest.skip("no chromium on this machine")
    with chromium.browser(tmp_path_factory.mktemp("chromium") / "profile") as found:
        yield found


@pytest.fixture
def nothing_imported() -> Iterator[None]:
    """For a test that goes from one of the small projects to another."""
    with alone():
        yield


@pytest.fixture
def small_files(tmp_path) -> Iterator[Project]:
    """The files of an English project, with dvc.yaml, nothing run, that a test may change."""
    root = tmp_path / "small"
    root.mkdir()
    new.write_files(PACKAGE, PACKAGE, "en", root)
    with alone():
        yield Project.find(root)


@pytest.fixture
def small_copy(small, tmp_path) -> Iterator[Project]:
    """A copy of `small` that a test may change."""
    root = tmp_path / "small"
    shutil.copytree(small.root, root)
    with alone():
        yield Project.find(root)


@pytest.fixture(scope="session")
def compared(tmp_path_factory) -> Path:
    """The repository of revisions.py."""
    root = tmp_path_factory.mktemp("revisions") / PACKAGE
    revisions.build(root)
    return root


@pytest.fixture(scope="session")
def committed(tmp_path_factory) -> Path:
    """A new English project whose every stage ran by `ronkyo repro`, committed. Only read it."""
    root = tmp_path_factory.mktemp("committed") / PACKAGE
    root.mkdir()
    new.write_files(PACKAGE, PACKAGE, "en", root)
    revisions.start(root)
    revisions.do(root, *RONKYO, "repro")
    revisions.commit_all(root, "one")
    return root


@pytest.fixture(scope="session")
def committed_twice(committed, tmp_path_factory) -> Path:
    """The same with a second commit, `two`, after a parameter of the data changed."""
    root = tmp_path_factory.mktemp("committed_twice") / PACKAGE
    shutil.copytree(committed, root, symlinks=True)
    text = (root / "params.yaml").read_text(encoding="utf-8")
    (root / "params.yaml").write_text(text.replace("noise: 0.5", "noise: 0.6"), encoding="utf-8")
    revisions.do(root, *RONKYO, "repro")
    revisions.commit_all(root, "two")
    return root


@pytest.fixture
def committed_copy(committed, tmp_path) -> Iterator[Path]:
    """A copy of `committed` that a test may change."""
    root = tmp_path / PACKAGE
    shutil.copytree(committed, root, symlinks=True)
    with alone():
        yield root


@pytest.fixture
def compare(compared, capsys):
    """`ronkyo compare …` in the repository or another folder: exit status, what was printed, what was complained of."""

    def run(*arguments: str, folder: Path = compared) -> tuple[int, str, str]:
        status = cli.main(["-C", str(folder), "compare", *arguments])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run
