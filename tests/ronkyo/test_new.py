"""ronkyo new: a project that works at once, one more experiment, one more chapter."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from new_project import alone

from ronkyo import params
from ronkyo.cli import main
from ronkyo.errors import UserError
from ronkyo.new import parts
from ronkyo.new import project as new
from ronkyo.project import Project
from ronkyo.report import chapters, named
from ronkyo.run import definition

ROOT = Path(__file__).parents[2]
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def test_small_project_has_report_and_verdict(small):
    text = small.report_file("md").read_text(encoding="utf-8")
    assert 'class="badge supported"' in text
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


@pytest.fixture(scope="module")
def created(tmp_path_factory):
    """A new project in which nothing ran, and what was told of it."""
    parent = tmp_path_factory.mktemp("created")
    return parent / "trial", new.create("trial", "en", parent)


def test_repositories_are_made_where_there_are_none(created):
    root, done = created
    assert [line.partition(":")[0] for line in done[1:]] == ["git init", "dvc init"]
    assert (root / ".dvc/config").is_file()
    assert (root / ".git").is_dir()


@pytest.mark.filterwarnings("ignore:_NoneStep.value:DeprecationWarning")  # of DVC
def test_before_the_first_run_commands_say_what_is_missing(created, capsys):
    with alone("trial"):
        for command, told in (
            ("stages", "never ran\n"),
            ("compare", "HEAD: expected a commit to compare with, found none yet; run: git add . && git commit\n"),
            ("compare HEAD~1", "HEAD~1: Empty git repo\n"),
            ("verify", "dvc.lock: expected a file, found nothing; run: ronkyo repro\n"),
            ("claims", "it has no results yet; run: ronkyo repro\n"),
            ("why least_squares", "expected one of plain, momentum, found none\n"),
            ("why least_squares.plain", "found none; run: ronkyo repro prepare_least_squares\n"),
            ("worker tcp://away", "worker: expected tcp://HOST:PORT, found tcp://away\n"),
            ("new chapter more", "next: ronkyo preview more while you write, then ronkyo build\n"),
        ):
            main(["-C", str(created[0]), *command.split()])
            assert told in "".join(capsys.readouterr()), command


def test_inside_a_repository_none_is_made(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    done = new.create("trial", "en", tmp_path)
    assert [line.partition(":")[0] for line in done[1:]] == ["dvc init"]
    assert not (tmp_path / "trial/.git").exists()
    staged = subprocess.run(["git", "status", "--short"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert staged.stdout == "?? trial/\n"


def test_where_git_takes_no_files_it_is_one_line(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("trial\n")
    with pytest.raises(new.NewError, match=r"^trial: (git|dvc) "):
        new.create("trial", "en", tmp_path)


def test_without_git_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(new.NewError, match="apt-get install -y git"):
        new.create("trial", "en", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_lock_holds_the_closure_of_a_distribution():
    pins = new.pins("matplotlib")
    assert {"matplotlib", "numpy", "pyparsing", "six"} <= {pin.partition("==")[0] for pin in pins}
    assert not any(pin.startswith("pytest==") for pin in pins)


def test_new_experiment_in_a_project(small_copy):
    before = small_copy.params_file.read_text(encoding="utf-8")
    done = parts.create_experiment(small_copy, "ridge")
    project = Project.find(small_copy.root)
    assert project.params_file.read_text(encoding="utf-8").startswith(before)  # comments stay as they are
    assert project.load_params()["ridge"].seeds.looks == (5,)
    assert definition.check(project) == []
    stages = params.read_document(project.pipeline_file)["stages"]
    assert {name for name in stages if "ridge" in name} == {
        "prepare_ridge",
        "train_ridge",
        "summarize_ridge",
        "draw_ridge",
    }
    assert done[-1].partition(":")[0] == "dvc.yaml"


@pytest.mark.parametrize("name", ["Ridge", "2nd", "a-b", "", "least_squares", "report", "class", "downloads"])
def test_names_that_no_new_experiment_can_have(name, small_copy):
    before = small_copy.params_file.read_bytes()
    with pytest.raises(new.NewError) as error:
        parts.create_experiment(small_copy, name)
    assert "\n" not in str(error.value)
    assert small_copy.params_file.read_bytes() == before


def test_experiment_is_not_added_to_wrong_params(small_copy):
    small_copy.params_file.write_text(small_copy.params_file.read_text().replace("seeds: 5", "seeds: many"))
    with pytest.raises(UserError, match="expected a whole number"):
        parts.create_experiment(small_copy, "ridge")
    assert not (small_copy.experiments_folder / "ridge").exists()


def test_experiment_is_not_added_to_a_pipeline_that_cannot_be_written(small_copy):
    (small_copy.root / "stages/draw.py").unlink()
    before = small_copy.params_file.read_bytes()
    with pytest.raises(UserError, match=r"^stages/draw.py: expected"):
        parts.create_experiment(small_copy, "ridge")
    assert small_copy.params_file.read_bytes() == before
    assert not (small_copy.experiments_folder / "ridge").exists()


def test_new_chapter_stands_before_the_ledger_and_is_printed(small_copy):
    parts.create_chapter(small_copy, "more_words")
    text = chapters.render(small_copy).text
    assert text.index("## Gradient descent") < text.index("## More words") < text.index("## Claims")
    with pytest.raises(new.NewError, match="02_more_words"):
        parts.create_chapter(small_copy, "more_words")


def test_a_chapter_needs_a_report(small_copy):
    (small_copy.templates / "report.md.j2").unlink()
    with pytest.raises(new.NewError, match=r"^report_templates/report.md.j2: expected"):
        parts.create_chapter(small_copy, "more_words")
    assert next(named.problems(small_copy)).startswith("report_templates/report.md.j2: expected")


@pytest.fixture
def day3(tmp_path) -> Project:
    """A copy of DAY3 without results."""
    for part in ("pyproject.toml", "params.yaml", "dvc.yaml", "requirements.lock"):
        shutil.copy(ROOT / part, tmp_path / part)
    for part in ("stages", "src", "report_templates"):
        shutil.copytree(ROOT / part, tmp_path / part, symlinks=True)
    return Project.find(tmp_path)


def test_new_parts_in_a_large_project(day3):
    done = run(day3.root / "src", "new", "experiment", "ridge") + run(day3.root / "stages", "new", "chapter", "ridge")
    assert "src/day3/experiments/ridge: data.py, figures.py, settings.py, summarize.py, train.py" in done
    assert "no problem found" in run(day3.root, "check")
    assert "train_ridge:" in day3.pipeline_file.read_text(encoding="utf-8")
    lines = (day3.templates / "report.md.j2").read_text(encoding="utf-8").splitlines()
    included = [line for line in lines if "{% include" in line]
    places = [index for index, line in enumerate(included) if "ridge" in line or "_claims." in line]
    assert "_ridge." in included[places[0]]
    assert places[1] == places[0] + 1


def run(folder: Path, *arguments: str) -> str:
    """The console command in a process of its own, with the code beside the project."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "ronkyo.cli", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("words", [["experiment"], ["chapter"], ["a", "b"], ["experiment", "a", "b"]])
def test_words_that_are_no_command(words, capsys, tmp_path):
    assert main(["-C", str(tmp_path), "new", *words]) == 1
    assert capsys.readouterr().err.startswith("new: expected NAME, experiment NAME or chapter NAME")


def test_bare_command_prints_help_and_version_is_told(capsys):
    assert main([]) == 0
    assert "COMMAND" in capsys.readouterr().out
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0


def test_another_folder_is_taken_without_going_there(small, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["-C", str(small.root / "src"), "check"]) == 0
    assert "2 sections" in capsys.readouterr().out
    assert Path.cwd() == tmp_path
    assert main(["-C", "nowhere", "check"]) == 1
    assert capsys.readouterr().err == "-C nowhere: expected a folder, found none\n"
