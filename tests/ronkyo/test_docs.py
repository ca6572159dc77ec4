"""The documentation is true: its commands run, its command reference is complete, its links lead somewhere."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ronkyo.cli import parser
from ronkyo.report import functions
from ronkyo.report.conclusions import Conclusions
from ronkyo.report.nouns import Nouns
from ronkyo.report.original import Original
from ronkyo.report.sentences import MarkedClaims
from ronkyo.report.values import Values
from ronkyo.run import workers

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
INSTALLED_ALREADY = {"python3 -m venv venv", ". venv/bin/activate", "pip install ./ronkyo"}
BLOCK = re.compile(
    r"(?:<!-- into (?P<file>\S+) after: (?P<after>.+?) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL
)


def test_every_command_of_the_first_ten_minutes_runs(tmp_path):
    shell = Shell(tmp_path)
    for block in BLOCK.finditer((DOCS / "start.md").read_text(encoding="utf-8")):
        if block["language"] == "sh":
            for command in block["text"].splitlines():
                shell.run(command)
        else:
            shell.insert(block["file"], block["after"], block["text"])
    text = (shell.folder / "reports/my-report.md").read_text(encoding="utf-8")
    assert 'id="claim:strong-needs-more-steps"' in text
    assert "## My chapter" in text
    assert (shell.folder / "reports/metrics/my_own.json").is_file()
    assert (shell.folder / "reports/my-report.pdf").is_file()


class Shell:
    """Runs commands as a reader would who pastes them, with the repository's ronkyo in place of an installed one."""

    def __init__(self, folder: Path) -> None:
        binaries = folder / "bin"
        binaries.mkdir()
        for name in ("python", "python3"):
            self._script(binaries / name, "")
        self._script(binaries / "ronkyo", "-m ronkyo.cli")
        self._script(binaries / "dvc", "-m dvc")
        self.folder = folder
        self.environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")])),
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "DVC_NO_ANALYTICS": "1",
        }
        for role in ("AUTHOR", "COMMITTER"):
            self.environment |= {f"GIT_{role}_NAME": "A reader", f"GIT_{role}_EMAIL": "reader@example.org"}

    def _script(self, file: Path, arguments: str) -> None:
        file.write_text(f'#!/bin/sh\nexec {sys.executable} {arguments} "$@"\n')
        file.chmod(0o755)

    def run(self, command: str) -> None:
        if command.startswith("cd "):
            self.folder /= command.removeprefix("cd ")
        elif command not in INSTALLED_ALREADY:
            done = subprocess.run(
                command, shell=True, cwd=self.folder, env=self.environment, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"

    def insert(self, file: str, after: str, text: str) -> None:
        path = self.folder / file
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (place,) = [number for number, line in enumerate(lines, start=1) if after in line]
        lines.insert(place, text)
        path.write_text("".join(lines), encoding="utf-8")


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = [action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(action.choices)


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_is_in_the_reference(name):
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    section = re.search(rf"^## `ronkyo {name}`?\b.*?(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert section, f"docs/commands.md: expected a section for ronkyo {name}"
    for action in commands()[name]._actions:
        for option in action.option_strings:
            if option not in ("-h", "--help"):
                assert f"`{option}" in section[0] or f", {option}" in section[0], f"ronkyo {name} {option}"
        for choice in action.choices or ():
            assert str(choice) in section[0]


def test_the_reference_has_no_command_that_is_not_there():
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## `ronkyo ([\w-]+)", text, re.MULTILINE)) == set(commands())
    assert {"-C", "--version"} <= set(re.findall(r"`(-C|--version)", text))


def test_every_function_of_a_template_is_told_of(small):
    told = (DOCS / "chapters.md").read_text(encoding="utf-8") + (DOCS / "claims.md").read_text(encoding="utf-8")
    values = Values(small)
    claims = MarkedClaims(Nouns.load(small, values), lambda _: None)
    original = Original.load(small, values)
    conclusions = Conclusions.load(small, claims, original)
    for name in functions.all_functions(small, values, claims, original, conclusions):
        assert f"{name}(" in told, name


def test_variables_of_the_environment_are_told_of():
    used = re.findall(r"environ.*?\"(RONKYO_\w+)\"", Path(workers.__file__).read_text(encoding="utf-8"))
    assert used
    for name in used:
        assert name in (DOCS / "experiments.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", sorted(DOCS.glob("*.md")), ids=lambda file: file.name)
def test_links_lead_somewhere(file):
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"(`+).*?\1", "", text)
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (file.parent / target).exists(), target


def test_commands_of_typesetting_run(tmp_path):
    shell = Shell(tmp_path)
    (tmp_path / "report.md").write_text(
        "---\nlang: en\n---\n\n# A report\n\n26 Nov\n\n## One\n\n- [ ] $x^2$ ==done==\n"
    )
    for block in BLOCK.finditer((DOCS / "typesetting.md").read_text(encoding="utf-8")):
        shell.run(block["text"].strip())
    assert {file.name for file in (tmp_path / "handed-in").iterdir()} == {"report.html", "report.pdf"}
    assert (tmp_path / "report.pdf").is_file()
