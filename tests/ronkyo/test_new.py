"""ronkyo new: a project that works at once, one more experiment, one more chapter."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from ronkyo.new import lock
from ronkyo.new import project as new

JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def test_small_project_has_report_and_verdict(small):
    text = small.report_file("md").read_text(encoding="utf-8")
    assert 'class="verdict supported"' in text
    assert small.report_file("pdf").read_bytes().startswith(b"%PDF")


def test_copy_is_a_project_of_its_own(small, small_copy):
    small_copy.params_file.write_text(
        small_copy.params_file.read_text().replace("title: A report of my own", "title: Another")
    )
    assert small_copy.load_report().title == "Another"
    assert small_copy.module("least_squares", "train").__file__.startswith(str(small_copy.root))


def test_english_project_has_no_japanese(small):
    for file in small.root.rglob("*"):
        if (
            file.suffix in (".py", ".yaml", ".toml", ".j2", ".md", "")
            and file.is_file()
            and file.parent != small.reports
        ):
            found = JAPANESE.search(file.read_text(encoding="utf-8"))
            assert found is None, f"{file}: {found}"


def test_japanese_project_speaks_japanese(small_japanese):
    text = small_japanese.report_file("md").read_text(encoding="utf-8")
    assert "## 慣性つきの勾配降下法" in text
    assert "慣性なし" in text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("1st", "expected a name of letters"),
        ("a/b", "expected a name of letters"),
        ("numpy", "installed"),
        ("json", "Python has"),
        ("class", "Python has"),
    ],
)
def test_names_that_cannot_be_a_package(name, message, tmp_path):
    with pytest.raises(new.NewError, match=message) as error:
        new.create(name, "en", tmp_path)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "package"), [("My-report", "my_report"), ("day.4", "day_4"), ("a--b", "a_b")])
def test_package_of_a_name(name, package):
    assert new.package_name(name) == package


def test_existing_folder_is_left_alone(tmp_path):
    (tmp_path / "trial").mkdir()
    (tmp_path / "trial/mine.txt").write_text("mine")
    with pytest.raises(new.NewError, match="expected a new folder"):
        new.create("trial", "en", tmp_path)
    assert (tmp_path / "trial/mine.txt").read_text() == "mine"


def test_repositories_are_made_where_there_are_none(tmp_path):
    done = new.create("trial", "en", tmp_path)
    assert [line.partition(":")[0] for line in done[1:]] == ["git init", "dvc init"]
    assert (tmp_path / "trial/.dvc/config").is_file()
    assert (tmp_path / "trial/.git").is_dir()


def test_inside_a_repository_none_is_made(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    done = new.create("trial", "en", tmp_path)
    assert [line.partition(":")[0] for line in done[1:]] == ["dvc init"]
    assert not (tmp_path / "trial/.git").exists()


def test_without_git_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(new.NewError, match="apt-get install -y git"):
        new.create("trial", "en", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_lock_holds_the_closure_of_a_distribution():
    pins = lock.pins("matplotlib")
    assert {"matplotlib", "numpy", "pyparsing", "six"} <= {pin.partition("==")[0] for pin in pins}
    assert not any(pin.startswith("pytest==") for pin in pins)
