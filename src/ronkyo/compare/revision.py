"""One side of a comparison: what a Git revision, a DVC experiment or the workspace says, read without checking it out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ronkyo import files, params, results, runs
from ronkyo.claims import ledger
from ronkyo.claims.predicates import Verdict
from ronkyo.errors import UserError, nearest
from ronkyo.run.pipeline import FILE as PIPELINE
from ronkyo.run.pipeline import value_of

WORKSPACE = "workspace"
LOCK = Path("dvc.lock")
REQUIREMENTS = Path("requirements.lock")
TEXT = runs.REPORTS / "day3.md"
# What a side is read from; all of it is text that Git keeps, so no remote storage is needed.
PARTS = [params.FILE, PIPELINE, LOCK, REQUIREMENTS, TEXT, ledger.FILE]
PARTS += [runs.REPORTS / name for name in ("metrics", "seeds", "curves", "figures", "data")]
STRANGER = f"{{}}: expected a revision of this project, found none of its {PIPELINE} and {params.FILE}"

Metrics = dict[str, dict[str, dict[str, float | None]]]  # experiment -> variant or group of constants -> metric -> mean


class ComparisonError(UserError):
    """A side that cannot be compared: which, and what was expected."""


@dataclass
class Side:
    name: str  # as the user said it
    kind: str  # "commit", "experiment" or "workspace"
    revision: str | None  # full hash; None for the workspace
    folder: Path  # its own copies of PARTS
    params: dict[str, Any]
    metrics: Metrics = field(default_factory=dict)
    seeds: dict[str, dict[str, results.Table]] = field(default_factory=dict)
    curves: dict[str, dict[str, results.Table]] = field(default_factory=dict)
    claims: dict[str, Any] | None = None
    text: str | None = None
    figures: dict[str, bytes] = field(default_factory=dict)  # "experiment/name" -> SVG
    stages: dict[str, Any] = field(default_factory=dict)  # of dvc.lock
    order: list[str] = field(default_factory=list)  # of the stages in dvc.yaml
    provenance: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)  # files that are not there
    outdated: list[str] = field(default_factory=list)  # stages whose results are from other parameters or code

    @property
    def title(self) -> str:
        """What readers know it by: HEAD~1（1a2b3c4）, 作業中のフォルダー."""
        if self.revision is None:
            return "作業中のフォルダー"
        short = self.revision[:7]
        return short if self.name == short else f"{self.name}（{short}）"

    @property
    def experiments(self) -> list[str]:
        return [name for name in self.params if name != "report"]

    def over_seeds(self, experiment: str, variant: str, metric: str) -> np.ndarray | None:
        """A metric of every seed, (n_seeds,); None where it has none."""
        return self.seeds.get(experiment, {}).get(variant, {}).get(metric)

    @property
    def way_back(self) -> str:
        """The commands that bring this side into the workspace."""
        if self.kind == WORKSPACE:
            return "# 今の状態。ほかへ移る前に git stash で変更をよけ、git stash pop で戻す"
        if self.kind == "experiment":
            return f"dvc exp apply {self.name}"
        assert self.revision
        return f"git checkout {self.revision[:10]} && dvc checkout"


def read(name: str, folder: Path) -> Side:
    """Copy what is compared of the side `name` into `folder`, and read it. Raises ComparisonError."""
    from dvc.exceptions import DvcException, NotDvcRepoError
    from dvc.repo import Repo
    from dvc.scm import SCMError
    from dvc.stage import PipelineStage

    revision, outdated = None, []
    if not Path(".dvc").is_dir():
        raise ComparisonError(f"{name}: expected the project's folder as the current one, found no .dvc here")
    try:
        kind, revision = _resolve(name)
        with Repo.open(".", rev=revision) if revision else Repo() as repo:
            # First: when the pipeline cannot be read, DVC's tables are empty and its files are not there, without a word.
            order = [stage.name for stage in repo.index.stages if isinstance(stage, PipelineStage) and stage.name]
            fs = repo.dvcfs
            if not fs.exists(PIPELINE.as_posix()) or not fs.exists(params.FILE.as_posix()):
                raise ComparisonError(STRANGER.format(name))
            lacking = [part.as_posix() for part in PARTS if not fs.exists(part.as_posix())]
            for part in PARTS:
                if part.as_posix() not in lacking:
                    target = folder / part
                    target.parent.mkdir(parents=True, exist_ok=True)
                    fs.get(part.as_posix(), str(target), recursive=True)
            status = {} if revision else repo.status()
            outdated = [stage for stage in order if _is_edited(status.get(stage, []))]
    except (DvcException, SCMError) as error:
        if revision and isinstance(error, NotDvcRepoError):
            raise ComparisonError(STRANGER.format(name)) from error
        raise ComparisonError(f"{name}: {' '.join(_reason(error).split())}") from error
    except (AttributeError, TypeError) as error:  # of DVC: a name of a file, a value that it cannot take
        raise ComparisonError(f"{name}: expected a revision that DVC can read, found {error}") from error
    return _read(Side(name, kind, revision, folder, {}, order=order, lacking=lacking, outdated=outdated))


def _is_edited(changes: list[Any]) -> bool:
    """From DVC's status of a stage: whether a file or a parameter is other than when it ran. What is not there says
    nothing, since a fresh clone has no runs."""
    found = [dict(change).get("changed deps", {}) for change in changes if isinstance(change, dict)]
    return any(what != "deleted" for deps in found for what in deps.values())


def _resolve(name: str) -> tuple[str, str | None]:
    from dvc.repo import Repo
    from dvc.scm import RevError, resolve_rev

    if name == WORKSPACE:
        return WORKSPACE, None
    if not name.strip():
        raise ComparisonError(f"expected a Git revision, a DVC experiment or {WORKSPACE}, found an empty name")
    with Repo() as repo:
        experiments = [known for names in repo.experiments.ls(all_commits=True).values() for known, _ in names]
        try:
            revision = resolve_rev(repo.scm, name)
        except RevError:
            known = [*experiments, *repo.scm.list_branches(), *repo.scm.list_tags(), WORKSPACE]
            raise ComparisonError(
                f"{name}: expected a Git revision, a DVC experiment or {WORKSPACE}, found none of that name"
                f"{nearest(name, known)}"
            ) from None
    return ("experiment" if name in experiments else "commit"), revision


def _reason(error: Exception) -> str:
    """What DVC says, and what it leaves to the error's cause."""
    cause = error.__cause__
    return f"{error}: {cause}" if cause and str(cause) not in str(error) else str(error)


@contextmanager
def _naming(side: Side, file: Path, expected: str) -> Iterator[None]:
    """Whatever is wrong inside is one line about this file of this side."""
    try:
        yield
    except UserError as error:  # names its file
        raise ComparisonError(f"{side.name}: {error}") from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:  # JSON's errors are ValueErrors
        found = " ".join(str(error).split())
        raise ComparisonError(f"{side.name}: {file}: expected {expected}, found {found}") from error


def _read(side: Side) -> Side:
    with chdir(side.folder):
        with _naming(side, params.FILE, "sections"):
            side.params = params.read_document()
        for file in sorted(results.metrics_file("").parent.glob("*.json")):
            with _naming(side, file, "{variant: {metric: number}}"):
                side.metrics[file.stem] = {
                    variant: {name: None if value is None else float(value) for name, value in values.items()}
                    for variant, values in files.read_json(file).items()
                }
            with _naming(side, results.seeds_file(file.stem), "a table of seeds"):
                side.seeds[file.stem] = results.read_seeds(file.stem)
        for file in sorted(results.curves_folder("").glob("*/*.csv")):
            with _naming(side, file, "a table of numbers"):
                table = {name: np.array(column, dtype=float) for name, column in results.read_table(file).items()}
                side.curves.setdefault(file.parent.name, {})[file.stem] = table
        if ledger.FILE.exists():
            with _naming(side, ledger.FILE, "{claim: {verdict, effect, low, high, n, sentences}}"):
                side.claims = {id: _claim(entry) for id, entry in files.read_json(ledger.FILE).items()}
        if TEXT.exists():
            with _naming(side, TEXT, "UTF-8 text"):
                side.text = TEXT.read_text(encoding="utf-8")
        for file in sorted(results.figures_folder("").glob("*/*.svg")):
            side.figures[f"{file.parent.name}/{file.stem}"] = file.read_bytes()
        if LOCK.exists():
            with _naming(side, LOCK, "{stages: …}"):
                side.stages = params.read_document(LOCK)["stages"]
                if side.revision:  # of the workspace, DVC has told
                    side.outdated = [stage for stage in side.order if _is_outdated(side.stages.get(stage), side.params)]
        for file in sorted(runs.provenance_file("").parent.glob("*.json")):
            with _naming(side, file, "{name, digest, …}"):
                side.provenance[file.stem] = dict(files.read_json(file))
        if REQUIREMENTS.exists():
            lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
            side.versions = dict(line.split("==", 1) for line in lines if "==" in line and not line.startswith("#"))
    return side


def _claim(entry: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError or LookupError for an entry of which the comparison cannot tell."""
    Verdict(entry["verdict"])
    return entry | {name: entry[name] for name in ("effect", "low", "high", "n", "sentences")}


def _is_outdated(entry: dict[str, Any] | None, document: dict[str, Any]) -> bool:
    """Whether a stage ran with other parameters than the file now has."""
    for file, recorded in (entry or {}).get("params", {}).items():
        if file == params.FILE.as_posix() and any(value_of(document, key) != value for key, value in recorded.items()):
            return True
    return False


def to_json(value: Any) -> str:
    """A parameter's value on one line."""
    return json.dumps(value, ensure_ascii=False)
