"""What is around every stage: the code beside the script, errors in one line, inputs that stay as they are."""

from __future__ import annotations

import inspect
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ronkyo
from ronkyo import ending, files, params
from ronkyo.errors import UserError, few, mistake, nearest, told
from ronkyo.project import Project
from ronkyo.run import inputs
from ronkyo.run.inputs import Contents, Made

MODULES = {"prepare": "data", "train": "train", "summarize": "summarize", "draw": "figures"}  # of each kind of stage
MADE = "RONKYO_MADE"  # the variable in which `ronkyo repro` tells a stage what others made, which dvc.lock has later


@dataclass
class Attempt:
    """A stage that is running: what it reads is what it read at its beginning, when it ends."""

    project: Project
    name: str | None  # in dvc.yaml; None where DVC does not run it
    contents: Contents  # of the files that the stage reads
    values: dict[str, str]  # of its parameters
    started: float

    @staticmethod
    def begin(
        run: Callable[..., None], arguments: list[str], name: str | None, made: Mapping[str, Made] | None = None
    ) -> Attempt:
        """made: the outputs of the other stages; None: those that dvc.lock has. Raises UserError where the arguments are
        not what `run` is for, InputError where an output is not what its stage wrote."""
        started, project = time.monotonic(), Project.find()
        _expect_arguments(run, project, arguments)
        if (project.source / "ronkyo").is_dir():
            project.expect_own(ronkyo)
        forget_removed_variants(project, *arguments[:1])
        if "DVC_EXP_NAME" in os.environ:
            _expect_chapters(project)
        if name is None:
            return Attempt(project, name, {}, {}, started)
        entry = definition(project, name)
        contents, values = _read(project, entry)
        made = inputs.recorded(project) if made is None else made
        inputs.expect_made(project, contents, entry.get("deps", []), made)
        return Attempt(project, name, contents, values, started)

    def end(self) -> None:
        """Raises UserError where inputs changed meanwhile, since DVC would record them as if the outputs came from them."""
        if self.name is None:
            return
        contents, values = _read(self.project, definition(self.project, self.name))
        changed = changes(self.contents | self.values, contents | values)
        if changed:
            raise UserError(f"{self.name}: {few(changed)}: changed while the stage ran; run it again")
        files.write_text(time_file(self.project, self.name), f"{time.monotonic() - self.started:.1f}\n")


def main(run: Callable[..., None], arguments: list[str]) -> None:
    """Run a stage. An error that the user can mend, and what the system refuses, is one line."""
    try:
        with ending.by_signals():
            others = os.environ.get(MADE)
            made = None if others is None else {path: Made(*each) for path, each in json.loads(others).items()}
            attempt = Attempt.begin(run, arguments, os.environ.get("DVC_STAGE"), made)
            run(attempt.project, *arguments)
            attempt.end()
    except ending.Ended as signal:
        sys.exit(signal.status)
    except Exception as error:
        sys.exit(told(error) or mistake(error))


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """The names of what is other, or only in one of the two."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


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


def _expect_chapters(project: Project) -> None:
    """In a copy that `dvc exp run` made, of what Git knows: else the report would fail, after all training."""
    for file in project.templates.rglob("*.j2"):
        for chapter in re.findall(r'{%-?\s*include\s+"([^"]+)"', file.read_text(encoding="utf-8")):
            if not (project.templates / chapter).is_file():
                missing = project.relative(project.templates / chapter)
                expected = f"expected {missing}, which Git does not know, so that `dvc exp run` leaves it out"
                raise UserError(f"{project.relative(file)}: {expected}; run: git add {missing}")


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


def _read(project: Project, entry: Mapping[str, Any]) -> tuple[Contents, dict[str, str]]:
    """What a stage reads: its files, and the values of its parameters."""
    values = {}
    for item in entry.get("params", []):
        keys = item if isinstance(item, Mapping) else {project.params_file.name: [item]}
        for file, names in keys.items():
            document = params.read_document(project.root / file, file)
            values |= {f"{file}: {key}": repr(params.value_of(document, key)) for key in names}
    return inputs.contents(project.root, entry.get("deps", [])), values
