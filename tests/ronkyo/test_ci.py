"""What continuous integration runs: the script as it is, in clones of a small project, and the workflow that calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import revisions
from github import serving
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
NEW = ROOT / "src/ronkyo/new/files/project"
METRICS = "reports/metrics/least_squares.json"
CHAPTER = "report_templates/chapters/01_least_squares.md.j2"


@pytest.fixture
def clone(committed, tmp_path) -> Path:
    revisions.do(tmp_path, "git", "clone", "-q", str(committed), "clone")
    return tmp_path / "clone"


def report(root: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """`.ci/report` with this Python: exit status, what it says, and the summary that it writes."""
    summary = root / "build/summary.md"
    every = os.environ | {
        "PYTHONPATH": "",
        "PYTHONDONTWRITEBYTECODE": "1",
        "RONKYO_PYTHON": str(engine(root)),
        "GITHUB_STEP_SUMMARY": str(summary),
        "DVC_NO_ANALYTICS": "1",
    }
    summary.unlink(missing_ok=True)
    done = subprocess.run([".ci/report", *arguments], cwd=root, env=every | environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr, summary.read_text(encoding="utf-8") if summary.exists() else ""


def engine(root: Path) -> Path:
    """This Python, with the engine beside these tests as if it were installed."""
    file = root.parent / "python"
    file.write_text(f'#!/bin/sh\nPYTHONPATH="$PYTHONPATH:{ROOT}/src" exec {sys.executable} "$@"\n')
    file.chmod(0o755)
    return file


def rows(summary: str) -> dict[str, str]:
    cells = [line.strip("| ").split(" | ") for line in summary.splitlines() if line.startswith("| ")]
    return {row[0]: row[1] for row in cells[1:]}


def test_a_clone_of_what_was_committed_passes(clone):
    status, told, summary = report(clone)
    assert status == 0, told
    assert rows(summary) == {"current": "ok", "lint": "ok"}
    assert "::error" not in told
    assert subprocess.run(["git", "status", "--short"], cwd=clone, capture_output=True).stdout == b""


def test_an_edited_metric_fails_with_one_line_that_names_its_file(clone):
    file = clone / METRICS
    file.write_text(file.read_text().replace("1", "2", 1))
    status, told, summary = report(clone)
    assert status == 1
    assert rows(summary) == {"current": "no", "lint": "ok"}
    (line,) = [line for line in told.splitlines() if METRICS in line]
    assert line in summary


def test_what_the_lint_finds_is_told_at_its_line_of_the_pull_request(clone):
    file = clone / CHAPTER
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[-1:-1] = ["It was 12 % better.", ""]
    file.write_text("\n".join(lines), encoding="utf-8")
    status, told, summary = report(clone, GITHUB_ACTIONS="true")
    assert status == 1
    assert rows(summary)["lint"] == "no"
    annotations = [line for line in told.splitlines() if line.startswith("::error")]
    assert annotations
    for line in annotations:
        assert line.startswith(f"::error file={CHAPTER},line={lines.index('It was 12 % better.') + 1}::")
        assert "12 %25 better" in line
    assert "::error" not in report(clone)[1]


def test_what_a_pull_request_changes_is_one_comment_and_the_summary(committed_twice, tmp_path):
    revisions.do(tmp_path, "git", "clone", "-q", "--depth", "2", f"file://{committed_twice}", "clone")
    clone = tmp_path / "clone"
    with serving() as issues:
        environment = issues.environment | {"no_proxy": "127.0.0.1"}
        status, told, summary = report(clone, "compare", "HEAD^1", **environment)
        assert status == 0, told
        assert told.endswith("comment: created\n")
        assert "least_squares.data.noise" in issues.comments[231]
        assert summary.split() == issues.comments[231].partition("\n")[2].split()
        assert report(clone, "compare", "HEAD^1", **environment)[1].endswith("comment: unchanged\n")
        issues.comments.popitem()
        issues.refusal = 403
        status, told, again = report(clone, "compare", "HEAD^1", **environment)
    assert (status, again) == (0, summary)
    assert "403 Forbidden (the token of a pull request from a fork may only read)" in told
    assert "the summary of the run has it\n" in told


def test_a_base_that_is_not_there_is_one_line(clone):
    status, told, _ = report(clone, "compare", "v9")
    assert status == 1
    assert told == "v9: expected a Git revision, a DVC experiment or workspace, found none of that name\n"


def test_the_workflow_calls_files_that_are_there_with_no_more_rights_than_it_needs(committed):
    workflow = YAML(typ="safe").load((committed / ".github/workflows/report.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    rights = {name: job.get("permissions") for name, job in workflow["jobs"].items()}
    assert rights == {"check": None, "comment": {"contents": "read", "pull-requests": "write"}, "test": None}
    assert workflow["jobs"]["comment"]["if"] == "github.event_name == 'pull_request'"
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    scripts = {step["run"].split()[0] for step in steps if step.get("run", "").startswith(".")}
    assert scripts == {".ci/report", ".ci/run"}
    for script in scripts:
        assert os.access(committed / script, os.X_OK)
    for action in (step["uses"] for step in steps if "uses" in step):
        assert action.partition("@")[2].startswith("v")


@pytest.mark.parametrize("file", [".ci/report", ".github/workflows/report.yml"])
def test_this_project_has_the_script_and_the_workflow_that_new_ones_get(file):
    assert (ROOT / file).read_text(encoding="utf-8") == (NEW / f"dot-{file[1:]}.j2").read_text(encoding="utf-8")
    assert os.access(ROOT / file, os.X_OK) == file.startswith(".ci")
