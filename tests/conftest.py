"""A copy of the project at tiny settings, run once by DVC itself: what the tests of the whole pipeline look at."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
import tiny
from ruamel.yaml import YAML

hypothesis.settings.register_profile("day3", deadline=None)  # a busy machine is not a failure
hypothesis.settings.load_profile("day3")

os.environ.pop("RONKYO_STORE", None)  # what tests compute is theirs

ROOT = Path(__file__).parents[1]
PARTS = (
    "dvc.yaml",
    "versions.yaml",
    ".dvcignore",
    ".gitignore",
    "stages",
    "src",
    "report_templates",
    "requirements.lock",
    "pyproject.toml",
)


@pytest.fixture
def uncollected() -> Iterator[None]:
    """The collector, which goes through what all tests before have left, takes no time of what is measured."""
    gc.disable()
    yield
    gc.enable()


@dataclass(frozen=True)
class Project:
    root: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return _run(self.root, *command)


def _run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    binaries = Path(sys.executable).parent
    environment = os.environ | {
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(root / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DVC_NO_ANALYTICS": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    environment.pop("DVC_STAGE", None)
    return subprocess.run(command, cwd=root, env=environment, text=True, capture_output=True, check=False)


def copy_project(root: Path) -> None:
    """The project's files at tiny settings, as a git repository with DVC, nothing run yet."""
    root.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(
                source, root / part, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
            )
        else:
            shutil.copy(source, root / part)
    yaml = YAML()
    document = yaml.load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    tiny.shrink(document)
    with (root / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(document, file)
    for command in (["git", "init", "-q"], ["dvc", "init", "-q"]):
        done = _run(root, *command)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Project:
    """The whole pipeline, run once at tiny settings."""
    root = tmp_path_factory.mktemp("pipeline") / "day3"
    copy_project(root)
    done = _run(root, "ronkyo", "repro")
    if done.returncode != 0:
        pytest.exit("the pipeline fails at tiny settings:\n" + done.stdout[-300:] + done.stderr[-1500:], returncode=1)
    return Project(root)
