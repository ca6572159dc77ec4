"""The check of reproducibility, on a project of one file that takes no time: it finds what differs, and why."""

import hashlib
import shutil
import subprocess

import pytest
import two_clones

DVC = "stages: {report: {cmd: python make.py, deps: [make.py, versions.yaml]}}"
MAKE = """
import os, sys, time
from pathlib import Path
for name in ("day3.pdf", "day3.html", "day3.md", "claims.json"):
    Path("reports", name).write_text("CONTENT")
"""
FAULTS = {
    "the clock": "str(time.localtime().tm_year)",
    "the time zone": "time.strftime('%z')",
    "the folder": "ascii(os.getcwd())",
    "the hash seed": "str(hash('a'))",
    "the language": "os.environ['LC_ALL']",
}

pytestmark = pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A committed project whose report is what an expression says; returns what commits another expression."""
    root = tmp_path / "project"
    (root / "reports").mkdir(parents=True)
    monkeypatch.setattr(two_clones, "ROOT", root)
    (root / "versions.yaml").write_text("numpy: '1'\n")
    (root / "dvc.yaml").write_text(DVC)
    (root / ".gitignore").write_text("day3.pdf\nday3.html\n")

    def git(*command):
        subprocess.run(["git", "-C", root, *command], check=True, capture_output=True)

    def commit(expression, recorded=None):
        (root / "make.py").write_text(MAKE.replace('"CONTENT"', expression))
        if recorded is not None:
            for name in ("day3.md", "claims.json"):
                (root / "reports" / name).write_text(recorded)
            digest = hashlib.md5(recorded.encode()).hexdigest()
            outs = ", ".join(f"{{path: reports/{name}, md5: {digest}}}" for name in ("day3.pdf", "day3.html"))
            (root / "dvc.lock").write_text(f"stages: {{report: {{outs: [{outs}]}}}}")
        git("add", ".")
        git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", expression)

    git("init", "-q")
    return commit


def test_the_same_report_everywhere(project, capsys):
    project("'report'", recorded="report")
    assert two_clones.main() == 0
    assert capsys.readouterr().out.count("same in both clones, as the committed one") == 4


@pytest.mark.parametrize("expression", FAULTS.values(), ids=FAULTS)
def test_a_report_that_tells_where_it_was_made(project, capsys, expression):
    project(expression, recorded="report")
    assert two_clones.main() == 1
    assert capsys.readouterr().out.count("DIFFERS between the clones") == 4


def test_a_report_that_was_not_rebuilt(project, capsys):
    project("'report'", recorded="report")
    project("'another report'")
    assert two_clones.main() == 1
    told = capsys.readouterr().out
    assert told.count("same in both clones, DIFFERS from the committed one") == 4
    assert "after which changed: make.py; run: ronkyo repro report" in told


def test_a_report_that_was_not_rebuilt_after_an_upgrade(project, capsys):
    project("'report'", recorded="report")
    (two_clones.ROOT / "versions.yaml").write_text("numpy: '2'\n")
    project("'another report'")
    assert two_clones.main() == 1
    assert "after which changed: make.py, versions.yaml; run: ronkyo repro report" in capsys.readouterr().out


def test_another_machine_wrote_the_committed_report(project, capsys):
    project("'report'", recorded="report of another machine")
    assert two_clones.main() == 1
    assert "nothing that the report depends on changed" in capsys.readouterr().out


def test_a_stage_that_fails_is_told_of(project):
    project("sys.exit('no report')", recorded="report")
    with pytest.raises(SystemExit, match="no report"):
        two_clones.main()


def test_without_faketime_it_says_how_to_get_it(project, monkeypatch):
    monkeypatch.setattr(two_clones.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit, match="apt-get install -y faketime"):
        two_clones.main()
