"""The rooms of the engine: which may know which, and that no word of a project is in them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
ENGINE = SRC / "ronkyo"
FILES = sorted(ENGINE.rglob("*.py"))
BOTTOM = {
    "cache",
    "editions",
    "ending",
    "errors",
    "files",
    "imports",
    "labels",
    "lock",
    "numbers",
    "numerics",
    "params",
    "pins",
    "project",
    "repository",
    "results",
    "seeds",
    "system",
    "versions",
    "words",
    "workspace",
}
ROOMS = {  # each room, and what it may import of the engine besides itself
    **{name: BOTTOM for name in BOTTOM},
    "arguments": {"errors"},
    "plotting": {"numbers", "typeset"},  # for the fonts
    "claims": {"cache", "editions", "errors", "numbers", "seeds", "words"},
    "typeset": {"cache", "editions", "ending", "errors", "files", "numbers", "system", "words"},
    "foreign": {"errors", "files", "typeset", "words"},
    "report": BOTTOM | {"claims", "typeset"},
    "preview": BOTTOM | {"foreign", "report", "typeset"},
    "compare": BOTTOM | {"claims", "plotting", "typeset"},
    "store": BOTTOM,
    "run": BOTTOM | {"plotting", "report", "store"},
    "verify": BOTTOM | {"claims", "compare", "report", "run", "store", "typeset"},
    "git": BOTTOM | {"claims", "report", "run", "verify"},
    "decide": {"claims", "errors", "files", "project", "report", "run", "store"},
    "editors": BOTTOM | {"claims", "report"},
    "check": BOTTOM | {"store", "typeset"},
    "new": {"errors", "files", "project", "run", "versions"},
}
DVC = {"run", "compare", "workspace"}  # the rooms that know DVC
# What a project's own code may import: adding a name here is a promise to every project. They are modules, not one that
# exports all of them again, since a stage depends on each file that it imports: training must not depend on drawing.
PUBLIC = {"claims.estimates", "files", "params", "plotting", "report.blocks", "report.values", "results", "seeds"}


def room(file: Path) -> str:
    return file.relative_to(ENGINE).parts[0].removesuffix(".py")


def imported(file: Path) -> set[str]:
    """Dotted names of all modules, and of what is imported from them, at the top or inside functions."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: expected absolute imports"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def of_engine(file: Path) -> set[str]:
    return {name.removeprefix("ronkyo.") for name in imported(file) if name.startswith("ronkyo.")}


each_file = pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(ENGINE)) for file in FILES])


@each_file
def test_rooms_know_only_those_below_them(file):
    if room(file) in ("cli", "__init__"):
        return
    known = {name.partition(".")[0] for name in of_engine(file)} - {room(file)}
    assert known <= ROOMS[room(file)], f"{room(file)} may not import {known - ROOMS[room(file)]}"


@each_file
def test_only_the_rooms_that_run_and_compare_know_dvc(file):
    tops = {name.partition(".")[0] for name in imported(file)}
    assert not tops & {"torch", "day3"}
    assert "dvc" not in tops or room(file) in DVC


@each_file
def test_no_file_is_long_and_no_function(file):
    check_sizes(file)


@pytest.mark.parametrize("file", sorted((SRC / "day3").rglob("*.py")), ids=lambda file: str(file.relative_to(SRC)))
def test_a_project_imports_public_modules_of_the_engine_and_no_other_experiment(file):
    check_sizes(file)
    for name in of_engine(file):
        assert any(name == public or name.startswith(f"{public}.") for public in PUBLIC), f"ronkyo.{name}"
    experiments = {name.split(".")[2] for name in imported(file) if name.startswith("day3.experiments.")}
    own = file.relative_to(SRC / "day3").parts
    assert experiments <= ({own[1]} if own[0] == "experiments" else set())


def test_the_engine_has_no_word_of_a_project():
    words = re.compile("day3|深層学習|確認テスト|原レポート", re.IGNORECASE)
    found = []
    for file in sorted(path for path in ENGINE.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        lines = enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        found += [f"{file.relative_to(ENGINE)}:{number}" for number, line in lines if words.search(line)]
    assert found == []


def check_sizes(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {node.name: node.end_lineno - node.lineno + 1 for node in functions if node.end_lineno - node.lineno >= 60}
    assert long == {}
