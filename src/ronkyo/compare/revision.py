"""One side of a comparison: what a Git revision, a DVC experiment or the workspace says, read without checking it out."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np

from ronkyo import files, lock, params, pins, results
from ronkyo.claims.verdicts import Verdict
from ronkyo.errors import UserError, nearest
from ronkyo.lock import Lock, Stage
from ronkyo.params import value_of
from ronkyo.project import Project
from ronkyo.words import Words

WORKSPACE = "workspace"

Metrics = dict[str, dict[str, dict[str, float | None]]]  # experiment -> variant or group of constants -> metric -> mean


class ComparisonError(UserError):
    """A side that cannot be compared: which, and what was expected."""


@dataclass
class Side:
    name: str  # as the user said it
    kind: Literal["commit", "experiment", "workspace"]
    revision: str | None  # full hash; None for the workspace
    params: dict[str, Any] = field(default_factory=dict)
    pipeline: dict[str, Any] = field(default_factory=dict)  # dvc.yaml
    metrics: Metrics = field(default_factory=dict)
    seeds: dict[str, dict[str, results.Table]] = field(default_factory=dict)
    curves: dict[str, dict[str, results.Table]] = field(default_factory=dict)
    claims: dict[str, Any] | None = None
    text: str | None = None
    figures: dict[str, bytes] = field(default_factory=dict)  # "experiment/name" -> SVG
    stages: dict[str, Stage] = field(default_factory=dict)  # of dvc.lock
    order: list[str] = field(default_factory=list)  # of the stages in dvc.yaml
    provenance: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)  # files that are not there
    outdated: list[str] = field(default_factory=list)  # stages whose results are from other parameters or code

    def title(self, words: Words) -> str:
        """What readers know it by: HEAD~1 (1a2b3c4), the working folder."""
        if self.revision is None:
            return words("compare.workspace")
        short = self.revision[:7]
        return short if self.name == short else words("compare.side", name=self.name, short=short)

    @property
    def experiments(self) -> list[str]:
        return [name for name in self.params if name != "report"]

    def over_seeds(self, experiment: str, variant: str, metric: str) -> np.ndarray | None:
        """A metric of every seed, (n_seeds,); None where it has none."""
        return self.seeds.get(experiment, {}).get(variant, {}).get(metric)

    def way_back(self, words: Words) -> str:
        """The shell's commands that bring this side into the workspace."""
        if self.revision is None:
            return words("compare.way_back.workspace")
        if self.kind == "experiment":
            return f"dvc exp apply {shlex.quote(self.name)}"
        return f"git checkout {self.revision[:10]} && dvc checkout"


def read(project: Project, name: str) -> Side:
    """The side `name` of a project, from copies of its files. Raises ComparisonError."""
    from dvc.exceptions import DvcException, NotDvcRepoError
    from dvc.scm import map_scm_exception

    if not (project.root / ".dvc").is_dir():
        raise ComparisonError(f"{name}: expected a project with DVC, found no .dvc in {project.root}")
    revision = None
    with TemporaryDirectory(prefix="ronkyo-") as folder:
        try:
            with map_scm_exception():
                kind, revision = _resolve(project, name)
                side = _copy(project, Side(name, kind, revision), Path(folder))
        except DvcException as error:
            if revision and isinstance(error, NotDvcRepoError):
                raise _stranger(project, name) from error
            raise ComparisonError(f"{name}: {' '.join(_reason(error).split())}") from error
        read_copies(side, replace(project, root=Path(folder)))
    return side


def _resolve(project: Project, name: str) -> tuple[Literal["commit", "experiment", "workspace"], str | None]:
    from dvc.scm import RevError, resolve_rev

    from ronkyo import workspace

    if name == WORKSPACE:
        return WORKSPACE, None
    if not name.strip():
        raise ComparisonError(f"expected a Git revision, a DVC experiment or {WORKSPACE}, found an empty name")
    with workspace.reading(project.root) as repo:
        experiments = [known for names in repo.experiments.ls(all_commits=True).values() for known, _ in names]
        try:
            revision = resolve_rev(repo.scm, name)
        except RevError:
            if name == "HEAD":
                raise ComparisonError(
                    "HEAD: expected a commit to compare with, found none yet; run: git add . && git commit"
                ) from None
            known = [*experiments, *repo.scm.list_branches(), *repo.scm.list_tags(), WORKSPACE]
            raise ComparisonError(
                f"{name}: expected a Git revision, a DVC experiment or {WORKSPACE}, found none of that name"
                f"{nearest(name, known)}"
            ) from None
    return ("experiment" if name in experiments else "commit"), revision


def _copy(project: Project, side: Side, folder: Path) -> Side:
    """The side with what DVC says of its stages; what is compared of it is copied into `folder`."""
    from dvc.stage import PipelineStage

    with _opened(project, side) as repo:
        # First: when the pipeline cannot be read, DVC's tables are empty and its files are not there, without a word.
        stages = [stage for stage in _stages(repo, side.name) if isinstance(stage, PipelineStage) and stage.name]
        fs = repo.dvcfs
        parts = _parts(project)
        present = [part for part in (*parts, pins.FILE) if fs.exists(f"/{part}")]
        lacking = [part for part in parts if part not in present]
        if {project.relative(project.pipeline_file), project.relative(project.params_file)} & {*lacking}:
            raise _stranger(project, side.name)
        for part in present:
            (folder / part).parent.mkdir(parents=True, exist_ok=True)
            fs.get(f"/{part}", str(folder / part), recursive=True)
        status = {} if side.revision else repo.status()
        outdated = [stage.name for stage in stages if _is_edited(status.get(stage.addressing, []))]
    return replace(side, order=[stage.name for stage in stages], lacking=lacking, outdated=outdated)


def _opened(project: Project, side: Side) -> Any:
    """DVC's repository at the side's revision; the project may be a folder inside the one of Git. Raises ComparisonError
    for what DVC takes for a revision and cannot read."""
    from dvc.fs import GitFileSystem
    from dvc.repo import Repo
    from dvc.scm import SCM

    from ronkyo import workspace

    if side.revision is None:
        return workspace.reading(project.root)
    scm = SCM(str(project.root))
    with _of_dvc(side.name):
        inside = PurePosixPath("/", project.root.relative_to(Path(scm.root_dir).resolve()).as_posix())
        return Repo(str(inside), fs=GitFileSystem(scm=scm, rev=side.revision), scm=scm)


def _stages(repo: Any, name: str) -> list[Any]:
    with _of_dvc(name):
        return list(repo.index.stages)


@contextmanager
def _of_dvc(name: str) -> Iterator[None]:
    """Around calls of DVC alone, which has no error of its own for a file's name as a revision, or for some values."""
    try:
        yield
    except (AttributeError, TypeError) as error:
        raise ComparisonError(f"{name}: expected a revision that DVC can read, found {error}") from error


def _parts(project: Project) -> list[str]:
    """What a side is read from; all of it is text that Git keeps, so no remote storage is needed."""
    single = [project.params_file, project.pipeline_file, project.root / lock.FILE, project.requirements_file]
    single += [project.report_file("md"), project.claims_file]
    folders = [project.reports / name for name in ("metrics", "seeds", "curves", "figures", "data")]
    return [project.relative(path) for path in (*single, *folders)]


def _stranger(project: Project, name: str) -> ComparisonError:
    files = f"{project.relative(project.pipeline_file)} and {project.relative(project.params_file)}"
    return ComparisonError(f"{name}: expected a revision of this project, found none of its {files}")


def _is_edited(changes: list[Any]) -> bool:
    """From DVC's status of a stage: whether a file or a parameter is other than when it ran. What is not there says
    nothing, since a fresh clone has no runs."""
    deps = [dict(change).get("changed deps", {}) for change in changes if isinstance(change, dict)]
    return any(state != "deleted" for states in deps for state in states.values())


def _reason(error: Exception) -> str:
    """What DVC says, and what it leaves to the error's cause."""
    cause = error.__cause__
    return f"{error}: {cause}" if cause and str(cause) not in str(error) else str(error)


# -- reading the copies -----------------------------------------------------------------------------------------------


def read_copies(side: Side, own: Project) -> None:
    """own: the project in the folder of the side's copies."""

    @contextmanager
    def naming(file: Path, expected: str) -> Iterator[None]:
        """Whatever is wrong inside is one line about this file of this side."""
        try:
            yield
        except UserError as error:  # names its file
            raise ComparisonError(f"{side.name}: {error}") from error
        except (ValueError, TypeError, LookupError, AttributeError) as error:  # JSON's errors are ValueErrors
            reason = " ".join(str(error).split())
            raise ComparisonError(f"{side.name}: {own.relative(file)}: expected {expected}, found {reason}") from error

    for file, name in ((own.params_file, "params"), (own.pipeline_file, "pipeline")):
        with naming(file, "sections"):
            setattr(side, name, params.read_document(file, own.relative(file)))
    for file in sorted(own.metrics_file("").parent.glob("*.json")):
        with naming(file, "metrics"):
            side.metrics[file.stem] = results.read_metrics(own, file.stem)
            side.seeds[file.stem] = results.read_seeds(own, file.stem)
    for folder in sorted(own.curves_folder("").glob("*/")):
        with naming(folder, "curves"):
            side.curves[folder.name] = results.read_curves(own, folder.name)
    if (file := own.claims_file).exists():
        with naming(file, "{claim: {verdict, effect, low, high, n, sentences}}"):
            side.claims = {id: _claim(entry) for id, entry in results.read_claims(own).items()}
    if (file := own.report_file("md")).exists():
        with naming(file, "UTF-8 text"):
            side.text = files.read_text(file, own.relative(file))
    side.figures = {
        f"{file.parent.name}/{file.stem}": file.read_bytes() for file in sorted(own.figures_folder("").glob("*/*.svg"))
    }
    if (file := own.root / lock.FILE).exists():
        with naming(file, "{stages: …}"):
            side.stages = dict(Lock.read(file).stages)
            if side.revision:  # of the workspace, DVC has told
                recorded = {name for stage in side.stages.values() for name in stage.params}
                copies = {own.relative(file): file for file in own.root.rglob("*.yaml")}  # the lock may name any other
                documents = {name: params.read_document(copies[name], name) for name in recorded & copies.keys()}
                side.outdated = [name for name in side.order if _is_outdated(side.stages.get(name), documents)]
    for file in sorted(own.provenance_file("").parent.glob("*.json")):
        with naming(file, "{name, digest, …}"):
            side.provenance[file.stem] = results.read_provenance(own, file.stem)
    if (file := own.requirements_file).exists():
        with naming(file, "UTF-8 text"):
            side.versions = pins.read(file)


def _claim(entry: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError or LookupError for an entry of which the comparison cannot tell."""
    Verdict(entry["verdict"])
    return entry | {name: entry[name] for name in ("effect", "low", "high", "n", "sentences")}


def _is_outdated(stage: Stage | None, documents: dict[str, dict[str, Any]]) -> bool:
    """Whether a stage ran with other parameters or versions than the files now have."""
    return any(
        value_of(documents[file], key) != value
        for file, recorded in (stage.params if stage else {}).items()
        if file in documents
        for key, value in recorded.items()
    )


def to_json(value: Any) -> str:
    """A parameter's value on one line."""
    return json.dumps(value, ensure_ascii=False)
