"""A small project run by DVC itself: copies run their own code, upgrades and removed variants are told where they count.

An editable installation leads to one folder's sources. What DVC copies to run elsewhere must not run those.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import ronkyo
from ronkyo.new import project as new
from ronkyo.project import Project, ProjectError
from ronkyo.run import definition, stage, states

NAME, PACKAGE = "least_squares", "small"
SUMMARY = f"summarize_{NAME}"
ENGINE = Path(ronkyo.__file__).parents[1]
PINS = {"numpy": version("numpy"), "matplotlib": "3.0", "weasyprint": "70.0", "pytest": "9.0"}


def run(root: Path, *command: str, installed: Path) -> subprocess.CompletedProcess[str]:
    """In the folder `root`, where Python finds the packages in `installed` as if they were installed."""
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(installed / "src"), str(ENGINE)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    environment.pop("DVC_STAGE", None)
    done = subprocess.run(command, cwd=root, env=environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-800:] + done.stderr[-1500:]
    return done


def pin(project: Project, **changes: str) -> None:
    pins = "".join(f"{name}=={version}\n" for name, version in (PINS | changes).items())
    project.requirements_file.write_text(pins, encoding="utf-8")
    definition.write(project)


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Project:
    """A repository in which every stage but the report has run."""
    parent = tmp_path_factory.mktemp("copies")
    new.create(PACKAGE, "en", parent)
    project = Project.find(parent / PACKAGE)
    pin(project)
    run(project.root, "dvc", "repro", f"draw_{NAME}", installed=project.root)
    commit(project)
    return project


def commit(project: Project) -> None:
    run(project.root, "git", "add", "-A", installed=project.root)
    run(project.root, "git", "commit", "-q", "--allow-empty", "-m", "as it is", installed=project.root)


@pytest.fixture
def repository(done) -> Project:
    """As it was after the run."""
    run(done.root, "git", "reset", "-q", "--hard", installed=done.root)
    return Project.find(done.root)


def add_marker(root: Path) -> None:
    """Edit a metric as somebody trying something would."""
    file = root / f"src/{PACKAGE}/experiments/{NAME}/summarize.py"
    text = file.read_text(encoding="utf-8")
    changed = re.sub(r"return \{\"excess_loss\": ", 'return {"marker": excess[:, 0] * 0 + 7, "excess_loss": ', text)
    assert changed != text
    file.write_text(changed, encoding="utf-8")


def test_a_stage_in_a_copy_runs_the_copys_code_while_another_folder_is_the_installed_one(repository, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(repository.root, copy)
    add_marker(copy)
    run(copy, sys.executable, "stages/train.py", NAME, "plain", installed=repository.root)
    run(copy, sys.executable, "stages/summarize.py", NAME, installed=repository.root)
    metrics = json.loads((copy / f"reports/metrics/{NAME}.json").read_text())
    assert metrics["plain"]["marker"] == 7
    assert "marker" not in repository.metrics_file(NAME).read_text()


def test_an_experiment_in_a_temporary_copy_runs_the_code_that_it_records(repository, tmp_path):
    installed = tmp_path / "installed"
    shutil.copytree(repository.root, installed)
    add_marker(repository.root)
    run(repository.root, "dvc", "exp", "run", "--temp", "-n", "marked", SUMMARY, installed=installed)
    refs = run(repository.root, "git", "for-each-ref", "--format=%(refname)", "refs/exps", installed=installed).stdout
    (ref,) = [ref for ref in refs.split() if ref.endswith("/marked")]
    shown = run(repository.root, "git", "show", f"{ref}:reports/metrics/{NAME}.json", installed=installed).stdout
    assert json.loads(shown)["plain"]["marker"] == 7


def test_code_that_is_loaded_from_another_folder_is_refused(small_files, tmp_path):
    small_files.module(NAME, "data")
    other = tmp_path / "other"
    shutil.copytree(small_files.root, other)
    with pytest.raises(
        ProjectError, match=rf"^{PACKAGE}\.experiments\.{NAME}\.data: expected the code in {other}/src, f"
    ):
        Project.find(other).module(NAME, "data")


def test_an_engine_that_is_not_the_one_beside_the_project_is_refused(small_files, monkeypatch):
    (small_files.source / "ronkyo").mkdir()
    monkeypatch.chdir(small_files.root)
    with pytest.raises(SystemExit, match=rf"^ronkyo: expected the code in {small_files.source}, found .*__init__.py$"):
        stage.main(lambda project: None, [])


def stale(project: Project) -> set[str]:
    told = states.states(project).items()
    return {name for name, state in told if state.reasons or state.absent} - {"report"}  # which never ran


@pytest.mark.filterwarnings("ignore:_NoneStep.value:DeprecationWarning")  # of DVC
def test_an_upgrade_makes_what_computes_with_the_library_out_of_date_and_nothing_else(repository):
    assert stale(repository) == set()
    pin(repository, pytest="10.0", weasyprint="71.0")
    assert stale(repository) == set()
    pin(repository, matplotlib="3.1")
    assert stale(repository) == {f"draw_{NAME}"}
    pin(repository, numpy="2.1")
    variants = {f"train_{NAME}@{variant}" for variant in repository.load_params()[NAME].variants}
    assert stale(repository) == {f"prepare_{NAME}", SUMMARY, f"draw_{NAME}"} | variants


def test_a_removed_variant_leaves_the_lock_as_a_clone_has_it(repository):
    lock = YAML(typ="safe").load((repository.root / "dvc.lock").read_text())["stages"]
    yaml = YAML()
    document = yaml.load(repository.params_file.read_text(encoding="utf-8"))
    del document[NAME]["variants"]["momentum"]
    yaml.dump(document, repository.params_file)
    run(repository.root, "dvc", "repro", SUMMARY, installed=repository.root)
    entry = YAML(typ="safe").load((repository.root / "dvc.lock").read_text())["stages"][SUMMARY]
    (runs,) = [dep for dep in entry["deps"] if dep["path"] == f"runs/{NAME}"]
    (plain,) = lock[f"train_{NAME}@plain"]["outs"]
    assert runs["nfiles"] == plain["nfiles"]
    assert not repository.run_folder(NAME, "momentum").exists()
