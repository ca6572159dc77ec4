"""`ronkyo verify REPORT --project DIR`: which commit a report is of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pypdf
import pytest
import revisions
from new_project import RONKYO

from ronkyo import cli
from ronkyo.project import Project
from ronkyo.verify import commit, container

PDF = "reports/small.pdf"


def asked(report: Path, root: Path):
    return commit.check(Project.find(root), container.read(report))


def short(root: Path, revision: str) -> str:
    return revisions.run(root, "git", "rev-parse", revision).stdout[:7]


@pytest.fixture(scope="module")
def repository(committed_twice, tmp_path_factory) -> Path:
    """The two commits, and a third one that changes nothing of the report."""
    root = tmp_path_factory.mktemp("history") / "small"
    shutil.copytree(committed_twice, root, symlinks=True)
    (root / "README.md").write_text("another\n")
    revisions.commit_all(root, "three")
    return root


def test_the_report_of_the_last_results_is_of_this_commit(repository):
    found = asked(repository / PDF, repository)
    assert (found.looked_at, found.differences) == (f"of commit {short(repository, 'three')} (HEAD)", ())


def test_an_earlier_report_names_its_commit_and_what_differs(committed, repository):
    found = asked(committed / PDF, repository)
    assert found.looked_at == f"of commit {short(repository, 'one')} (HEAD~2)"
    head, *inputs = found.differences
    assert head == f"expected the report of commit {short(repository, 'three')} (HEAD); from there to this one differ:"
    assert inputs == ["params: least_squares.data.noise 0.6 → 0.5", "text: small.md"]


def test_a_report_with_more_behind_it_is_still_of_its_commit(repository, tmp_path):
    signed = tmp_path / "signed.pdf"
    writer = pypdf.PdfWriter(repository / PDF, incremental=True)
    writer.add_metadata({"/Keywords": "signed"})
    writer.write(signed)
    assert signed.read_bytes().startswith((repository / PDF).read_bytes())
    found = asked(signed, repository)
    assert found.looked_at == f"of commit {short(repository, 'three')} (HEAD), with more behind it, as a signature adds"
    assert not found.differences


def test_other_bytes_with_the_same_evidence_are_told(repository, tmp_path):
    other = tmp_path / "other.pdf"
    pypdf.PdfWriter(clone_from=repository / PDF).write(other)
    found = asked(other, repository)
    this = f"commit {short(repository, 'three')} (HEAD)"
    assert found.looked_at == f"carries what {this} has"
    assert found.differences == [
        f"other.pdf: expected the bytes that {this} recorded, found others that carry the same"
    ]


def test_a_report_of_no_commit_tells_what_differs_from_head(repository, tmp_path):
    root = tmp_path / "small"
    shutil.copytree(repository, root, symlinks=True)
    for name, old, new in (
        ("params.yaml", "steps: 200", "steps: 100"),
        ("src/small/experiments/least_squares/summarize.py", "excess[:, -1]", "excess[:, -2]"),
    ):
        text = (root / name).read_text(encoding="utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), encoding="utf-8")
    revisions.do(root, *RONKYO, "repro")
    inputs = [
        "params: least_squares.training.steps 200 → 100",
        "code: src/small/experiments/least_squares/summarize.py",
        "text: small.md",
    ]
    found = asked(root / PDF, repository)
    assert found.looked_at == "of no commit"
    head = short(repository, "HEAD")
    assert found.differences == [
        f"expected the report of a commit; from commit {head} (HEAD) to this one differ:",
        *inputs,
    ]
    found = asked(root / PDF, root)
    assert found.differences == ()
    assert found.looked_at == "of the project's files as they are, whose dvc.lock is not committed"


def test_a_shallow_clone_says_that_it_has_not_all_commits(committed, repository, tmp_path):
    revisions.do(tmp_path, "git", "clone", "-q", "--depth", "1", f"file://{repository}", "small")
    assert asked(repository / PDF, tmp_path / "small").unknown == ()
    found = asked(committed / PDF, tmp_path / "small")
    assert found.looked_at == "of no commit"
    assert found.unknown == ["commits that this shallow clone has not; `git fetch --unshallow` brings them"]


def test_the_command_answers_with_its_exit_status(committed, repository, capsys):
    assert cli.main(["verify", str(committed / PDF), "--project", str(committed)]) == 0
    assert "(HEAD)" in capsys.readouterr().out
    assert cli.main(["verify", str(committed / PDF), "--project", str(repository)]) == 1
    assert "HEAD~2" in capsys.readouterr().out


def test_a_project_without_git_is_one_line(committed_copy, capsys):
    shutil.rmtree(committed_copy / ".git")
    assert cli.main(["verify", str(committed_copy / PDF), "--project", str(committed_copy)]) == 1
    assert "expected a repository of Git with a commit, found none" in capsys.readouterr().err
