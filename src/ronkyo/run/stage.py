"""What is around every stage: the code beside the script, errors in one line, inputs that stay as they are."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ronkyo
from ronkyo import ending, files, params
from ronkyo.errors import UserError, nearest, told
from ronkyo.project import Project

MODULES = {"prepare": "data", "train": "train", "summarize": "summarize", "draw": "figures"}  # of each kind of stage


@dataclass
class Attempt:
    """A stage that is running: what it reads is what it read at its beginning, when it ends."""

    project: Project
    name: str | None  # in dvc.yaml; None where DVC does not run it
    inputs: dict[str, str]  # the digest of everything that the stage reads
    started: float

    @staticmethod
    def begin(run: Callable[..., None], arguments: list[str], name: str | None) -> Attempt:
        """Raises UserError where the arguments are not what `run` is for."""
        started, project = time.monotonic(), Project.find()
        _expect_arguments(run, project, arguments)
        if (project.source / "ronkyo").is_dir():
            project.expect_own(ronkyo)
        forget_removed_variants(project, *arguments[:1])
        return Attempt(project, name, fingerprint(project, name) if name else {}, started)

    def end(self) -> None:
        """Raises UserError where inputs changed meanwhile, since DVC would record them as if the outputs came from them."""
        if self.name is None:
            return
        after = fingerprint(self.project, self.name)
        if changed := [key for key in self.inputs if self.inputs[key] != after[key]]:
            raise UserError(f"{self.name}: {', '.join(changed)}: changed while the stage ran; run dvc repro again")
        files.write_text(time_file(self.project, self.name), f"{time.monotonic() - self.started:.1f}\n")


def main(run: Callable[..., None], arguments: list[str]) -> None:
    """Run a stage. An error that the user can mend, and what the system refuses, is one line."""
    try:
        with ending.by_signals():
            attempt = Attempt.begin(run, arguments, os.environ.get("DVC_STAGE"))
            run(attempt.project, *arguments)
            attempt.end()
    except ending.Ended as signal:
        sys.exit(signal.status)
    except Exception as error:
        if (line := told(error)) is None:
            raise
        sys.exit(line)


def _expect_arguments(run: Callable[..., None], project: Project, arguments: list[str]) -> None:
    """Of the experiment and the variant that a stage is called with."""
    expected = list(inspect.signature(run).parameters)[1:]
    if len(arguments) != len(expected):
        shown = " ".join(map(str.upper, expected)) or "no arguments"
        raise UserError(f"{Path(sys.argv[0]).name}: expected {shown}, found {' '.join(arguments) or 'nothing'}")
    if arguments:
        project.expect_experiment(arguments[0])
    if arguments[1:]:
        variants = project.load_params()[arguments[0]].variants
        if arguments[1] not in variants:
            where = f"{project.relative(project.params_file)}: {arguments[0]}.variants"
            raise UserError(f"{where}: expected {arguments[1]}, found none{nearest(arguments[1], variants)}")


def time_file(project: Project, stage: str) -> Path:
    """Where the seconds that the stage's last run took on this machine stand."""
    return project.root / "build" / "times" / f"{stage}.txt"


def forget_removed_variants(project: Project, *experiments: str) -> None:
    """Runs of variants that params.yaml has no more go, else DVC would record them among what a summary is made from."""
    for experiment in experiments:
        variants = getattr(project.load_params().get(experiment), "variants", {})
        for folder in (project.root / "runs" / experiment).glob("[!.]*"):
            if folder.is_dir() and folder.name not in variants:
                shutil.rmtree(folder)


def definition(project: Project, stage: str) -> dict[str, Any]:
    """The entry of a stage ("train_spoken_digits@gru") in dvc.yaml, with `${key}` filled in."""
    name, _, key = stage.partition("@")
    entry = params.read_document(project.pipeline_file, project.relative(project.pipeline_file))["stages"][name]
    return json.loads(json.dumps(entry["do"]).replace("${key}", key)) if key else entry


def fingerprint(project: Project, stage: str) -> dict[str, str]:
    """A digest of everything that a stage reads: its deps' contents and its parameters' values."""
    entry = definition(project, stage)
    digests = {dep: _digest(project.root, dep) for dep in entry.get("deps", [])}
    for item in entry.get("params", []):
        keys = item if isinstance(item, Mapping) else {project.params_file.name: [item]}
        for file, names in keys.items():
            document = params.read_document(project.root / file, file)
            digests |= {f"{file}: {key}": repr(params.value_of(document, key)) for key in names}
    return digests


def _digest(root: Path, dep: str) -> str:
    path = root / dep
    members = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    digest = hashlib.sha256()
    for file in members:
        if "__pycache__" not in file.parts:
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
