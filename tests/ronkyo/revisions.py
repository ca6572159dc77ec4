"""A repository with three revisions and two DVC experiments: what `ronkyo compare` is tried on.

    first    results of least_squares, run by DVC; no claims, text or figures yet
    second   main: with claims, text, a figure and data
    third    a branch: another verdict, another text, figure, code, data and library

    lighter, slow   experiments on main, run by `dvc exp run`

The project is what `ronkyo new` writes, its pipeline cut down to what comes before figures and report, with two variants.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import ronkyo
from ronkyo.new import project as new

PACKAGE = "small"
VARIANTS = {"heavy": {"momentum": 0.8}, "quick": {"learning_rate": 0.4}}
EXPERIMENTS = {
    "lighter": "least_squares.variants.heavy.momentum=0.5",
    "slow": "least_squares.training.learning_rate=0.05",
}
STAGE = "summarize_least_squares"
CLAIM = "narrow-is-worse"
FIGURE = "reports/figures/least_squares/paths.svg"
DATA = "reports/data/least_squares.json"
CODE = "src/small/experiments/least_squares/figures.py"
REPORT = "reports/small.md"
TEXT = """はじめの段落は、どちらの版でも同じである。

## 結果

隠れ層を狭くすると、精度は 0.81 から 0.62 に下がった。

損失は $L = 1$ のとき小さい。

この段落は、あとの版にはない。

学習は三十回の反復で終わった。
"""
CHANGED_TEXT = """はじめの段落は、どちらの版でも同じである。

## 結果

隠れ層を狭くすると、精度は 0.81 から 0.79 に下がった。

損失は $L = 2$ のとき小さい。

学習は三十回の反復で終わった。

まったく新しい考察を、ここに書き加えた。
"""


def claim(verdict: str, sentence: str, effect: float | None, low: float | None, high: float | None) -> dict[str, Any]:
    """An entry of claims.json, as far as a comparison reads it."""
    return {"verdict": verdict, "effect": effect, "low": low, "high": high, "n": 3, "sentences": [sentence]}


CLAIMS = {
    CLAIM: claim("supported", "狭い層の精度は明らかに低い。", -0.3, -0.55, -0.05),
    "loss-is-low": claim("undecided", "損失が小さいかは決められない。", 0.5, -0.25, 1.25),
    "same-as-ever": claim("supported", "この主張は動かない。", 1.0, 0.5, 1.5),
    "only-before": claim("supported", "前の版だけの主張である。", 2.0, 1.5, 2.5),
}
CHANGED_CLAIMS = {
    CLAIM: claim("contradicted", "狭い層の精度のほうがむしろ高い。", 0.6, 0.35, 0.85),
    "loss-is-low": claim("undecided", "損失が小さいかは決められない。", 0.7, -0.2, 1.6),
    "same-as-ever": CLAIMS["same-as-ever"],
    "only-after": claim("undecided", "後の版だけの主張である。", None, None, None),
}


def drawing(height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="90pt" height="{height}pt" viewBox="0 0 90 {height}">'
        f'<rect width="90" height="{height}" fill="#17407a"/></svg>\n'
    )


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in the repository, with this Python and this engine; whatever it says is UTF-8."""
    source = Path(ronkyo.__file__).parents[1]
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(source),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DVC_NO_ANALYTICS": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    return subprocess.run(
        command,
        cwd=root,
        env=environment,
        encoding="utf-8",
        capture_output=True,
        check=False,
    )


def do(root: Path, *command: str) -> None:
    done = run(root, *command)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def start(root: Path) -> None:
    """A repository of Git and DVC, without a commit."""
    do(root, "git", "init", "-q", "-b", "main")
    do(root, "git", "config", "user.name", "a")
    do(root, "git", "config", "user.email", "a@example.org")
    do(root, "dvc", "init", "-q")


def build(root: Path) -> None:
    """The repository in `root`; its workspace is as the last commit of main."""
    root.mkdir(parents=True)
    new.write_files(PACKAGE, PACKAGE, "ja", root)
    change_yaml(root / "dvc.yaml", _cut_down)
    change_yaml(root / "params.yaml", _two_variants)
    start(root)
    do(root, "dvc", "repro", "-q", STAGE)
    commit_all(root, "first")
    _write(root, {"reports/claims.json": to_json(CLAIMS), REPORT: TEXT, FIGURE: drawing(40)})
    _write(root, {DATA: to_json({"name": "points", "digest": "aaaa1111"})})
    commit_all(root, "second")
    for name, change in EXPERIMENTS.items():
        do(root, "dvc", "exp", "run", "-q", "-n", name, "-S", change, STAGE)
        do(root, "git", "checkout", "-q", ".")
    files = {
        "reports/claims.json": to_json(CHANGED_CLAIMS),
        REPORT: CHANGED_TEXT,
        FIGURE: drawing(60),
        DATA: to_json({"name": "points", "digest": "bbbb2222"}),
        CODE: (root / CODE).read_text(encoding="utf-8") + "# one\n# two\n",
        "requirements.lock": "numpy==9.9.9\n",
    }
    commit(root, "third", files)


def _cut_down(pipeline: dict[str, Any]) -> None:
    for name in ("draw_least_squares", "report"):
        del pipeline["stages"][name]


def _two_variants(document: dict[str, Any]) -> None:
    document["least_squares"] |= {"seeds": 3, "variants": VARIANTS}
    document["least_squares"]["training"]["steps"] = 40


def change_yaml(file: Path, change: Callable[[Any], None]) -> None:
    yaml = YAML()
    document = yaml.load(file.read_text(encoding="utf-8"))
    change(document)
    with file.open("w", encoding="utf-8") as stream:
        yaml.dump(document, stream)


def to_json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def commit_all(root: Path, name: str) -> None:
    """Commit the workspace, with a tag of that name."""
    do(root, "git", "add", "-A")
    do(root, "git", "commit", "-q", "-m", name)
    do(root, "git", "tag", name)


def commit(root: Path, name: str, files: Mapping[str, str | None], parent: str | None = "main") -> str:
    """A branch `name`: the parent with these files changed (None: deleted), and nothing checked out."""
    index = {"GIT_INDEX_FILE": str(root / ".git" / f"index.{name}")}

    def git(*command: str, text: str = "") -> str:
        settings = [f"{key}={value}" for key, value in index.items()]
        done = subprocess.run(["env", *settings, "git", *command], cwd=root, input=text, text=True, capture_output=True)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout.strip()

    if parent:
        git("read-tree", parent)
    for file, text in files.items():
        if text is None:
            git("rm", "-q", "-r", "--cached", "--", file)
            continue
        digest = git("hash-object", "-w", "--stdin", text=text)
        git("update-index", "--add", "--cacheinfo", f"100644,{digest},{file}")
    revision = git("commit-tree", git("write-tree"), "-m", name, *(["-p", parent] if parent else []))
    git("branch", "-f", name, revision)
    return revision


@contextmanager
def edited(file: Path, text: str | None) -> Iterator[None]:
    """The file with another text (None: without the file), until the block ends."""
    before = file.read_bytes() if file.exists() else None
    try:
        file.unlink() if text is None else file.write_text(text, encoding="utf-8")
        yield
    finally:
        file.unlink(missing_ok=True) if before is None else file.write_bytes(before)
