"""DVC's own graph, checks, cache and lock, a stage at a time, so that who walks the graph may run stages side by side.

What DVC 3.67 does in `Stage.reproduce` is here in two halves, before and after the stage's command.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dvc.dependency import ParamsDependency
from dvc.dvcfile import PROJECT_FILE
from dvc.exceptions import DvcException
from dvc.output import Output
from dvc.repo import Repo, lock_repo
from dvc.repo.reproduce import collect_stages, get_active_graph, plan_repro
from dvc.stage import PipelineStage, Stage
from dvc.stage.cache import RunCacheNotFoundError
from dvc.stage.run import _enforce_cmd_list, _make_cmd, get_executable, prepare_kwargs

from ronkyo import ending, lock
from ronkyo.errors import UserError, few
from ronkyo.project import Project
from ronkyo.run import aside, recording
from ronkyo.run.inputs import Made
from ronkyo.run.stage import changes
from ronkyo.run.states import PipelineError, explained


class Pipeline:
    """The stages of some targets. `stages` are in the order in which `dvc repro` runs them."""

    def __init__(self, repo: Repo, targets: Sequence[str], force: bool, single_item: bool) -> None:
        self._repo, self._force = repo, force
        self.stages: list[Stage] = collect_stages(repo, targets or [PROJECT_FILE])
        if single_item:
            self.upstream = {stage: self.stages[:place][-1:] for place, stage in enumerate(self.stages)}
        else:
            graph = get_active_graph(repo.index.graph)
            self.stages = plan_repro(graph, self.stages)
            self.upstream = {stage: list(graph.successors(stage)) for stage in self.stages}
        self._finished: set[Stage] = set()
        self._inputs: dict[Stage, dict[str, Any]] = {}  # of those that have begun
        for stage in repo.index.stages:
            aside.recover(_replaced(stage))

    def before(self, stage: Stage) -> list[Stage]:
        """What is done before a stage begins. One that is frozen has nothing upstream, but `dvc repro` comes to it late."""
        return self.stages[: self.stages.index(stage)] if stage.frozen else self.upstream[stage]

    def begin(self, stage: Stage, say: Callable[[str], None]) -> str:
        """Why there is nothing to run ("up to date", "from DVC's cache", …; then the stage is finished), or "". say: called
        with a line for each output that is not as written."""
        if stage.frozen or not stage.cmd:
            if stage.reproduce(force=self._force, upstream=self.upstream[stage]) is None:
                return "up to date"
            self._finished.add(stage)
            return "verified" if stage.frozen else "imported"
        unchanged = not self._force and not stage.changed(False, self.upstream[stage])
        if unchanged and self._is_as_written(stage, say):
            return "up to date"
        for out in stage.outs:
            if out.persist:
                out.unprotect()
        aside.put(_replaced(stage))
        if not self._force and not unchanged and self._restored(stage, say):
            self.end(stage)
            return "from DVC's cache"
        stage.save_deps()
        self._inputs[stage] = _inputs(stage)
        return ""

    def _restored(self, stage: Stage, say: Callable[[str], None]) -> bool:
        """Whether the outputs could be had from DVC's cache, which trusts what lies in it."""
        try:
            self._repo.stage_cache.restore(stage)
        except RunCacheNotFoundError:
            return False
        stage.save_outs()
        if self._is_as_written(stage, say):
            return True
        stage.remove_outs(ignore_remove=False, force=False)
        return False

    def _is_as_written(self, stage: Stage, say: Callable[[str], None]) -> bool:
        """Whether the outputs have the digests that DVC, which goes by size and time, takes them to have."""
        root = Path(self._repo.root_dir)
        wrong = [out for out in stage.outs if _digest(out) and not _is_whole(Path(out.fs_path), _digest(out), root)]
        for out in wrong:
            say(f"{os.path.relpath(out.fs_path, root)}: not as written, though of the same size and time; made again")
        return not wrong

    def made(self, stage: Stage) -> dict[str, Made]:
        """What other stages wrote of that which a stage reads, as far as is known now."""
        root, read = self._repo.root_dir, [dep.fs_path for dep in stage.deps if dep.protocol == "local"]
        return {
            os.path.relpath(out.fs_path, root): Made(other.addressing, _digest(out))
            for other in (*self._repo.index.stages, *self.stages)
            for out in other.outs
            if _digest(out) and any(f"{out.fs_path}{os.sep}".startswith(f"{path}{os.sep}") for path in read)
        }

    def end(self, stage: Stage) -> None:
        """After the stage's command. Raises UserError where the inputs are other than at its beginning, PipelineError where
        DVC's cache cannot take the outputs."""
        kept = all(out.use_cache for out in stage.outs if not (out.is_metric or out.is_plot))
        stage.save(run_cache=False)
        inputs = _inputs(stage)
        if changed := changes(self._inputs.get(stage, inputs), inputs):
            raise UserError(f"{few(changed)}: changed while the stage ran; run it again")
        for out in stage.outs:
            if out.use_cache and _digest(out):
                lock.forget_damaged(Path(out.fs_path), Path(self._repo.root_dir))
        with recording.transferring(self._repo.cache.local.path):
            if kept:
                self._repo.stage_cache.save(stage)
            stage.commit()
        aside.drop(_replaced(stage))
        self._finished.add(stage)

    def fail(self, *stages: Stage) -> None:
        """The outputs of stages that are under way, by default of all, are as before they began."""
        for stage in stages or self.stages:
            aside.bring_back(_replaced(stage))

    def record(self) -> None:
        """Write what is finished into dvc.lock, at once: DVC reads and writes all of that file for every stage."""
        with ending.postponed():  # half a file would be worse
            finished = [stage for stage in self.stages if stage in self._finished]
            for file in dict.fromkeys(stage.path for stage in finished):
                here = [stage for stage in finished if stage.path == file]
                with recording.as_before_on_failure(Path(file).with_suffix(".lock")):
                    here[0].dvcfile.dump_stages(here, update_pipeline=False)
                    self._forget_removed(file, here[0].dvcfile)
            self._finished.clear()

    def _forget_removed(self, file: str, pipeline: Any) -> None:
        """Entries in the lock of stages that the pipeline has no more, as of a variant, go."""
        names = {getattr(stage, "name", None) for stage in self._repo.index.stages if stage.path == file}
        for name in [name for name in pipeline._lockfile.load().get("stages", {}) if name not in names]:
            pipeline._lockfile.remove_stage(SimpleNamespace(name=name))

    def is_up_to_date(self) -> bool:
        return not any(stage.changed(False, self.upstream[stage]) for stage in self.stages)

    def files(self) -> list[str] | None:
        """All that decides whether the stages are up to date, from the root; None where files do not decide it."""
        root = self._repo.root_dir
        if not self._repo.dvcignore.is_ignored_dir(os.path.join(root, "__pycache__")):
            return None  # `unchanged` does not look at it
        names = (PROJECT_FILE, ".dvcignore", ".dvc/config", ".dvc/config.local")
        paths = {os.path.join(root, name) for name in names} | set(self._repo.config.files.values())
        for stage in self.stages:
            if not isinstance(stage, PipelineStage) or stage.always_changed or stage.is_callback:
                return None
            file: Any = stage.dvcfile
            paths |= {file.path, f"{os.path.splitext(file.path)[0]}.lock"}
            paths |= {os.path.join(root, name) for name in (*file.resolver.context.imports, *stage.tracked_vars)}
            for item in (*stage.deps, *stage.outs):
                if item.protocol != "local":
                    return None
                paths.add(item.fs_path)
            for out in stage.outs:
                for hashes in out.get_used_objs().values():
                    paths |= {out.cache.oid_to_path(hash.value) for hash in hashes}
        return sorted(os.path.relpath(path, root) for path in paths)


def _inputs(stage: Stage) -> dict[str, Any]:
    """Of each dependency what DVC recorded of it last."""
    return {str(dep): deepcopy(dep.hash_info.value) if dep.hash_info else None for dep in stage.deps}


def _digest(out: Output) -> str:
    """What DVC takes it to have; "" where that is nothing, or nothing of this machine."""
    return str(out.hash_info.value) if out.protocol == "local" and out.hash_info else ""


def _is_whole(path: Path, md5: str, root: Path) -> bool:
    return path.exists() and lock.digest(path, root) == md5


@contextmanager
def opened(project: Project, targets: Sequence[str], force: bool, single_item: bool) -> Iterator[Pipeline]:
    """A pipeline, under DVC's lock; what is finished is recorded at the end, whatever that is. Raises PipelineError."""
    if not project.pipeline_file.is_file():
        raise PipelineError(f"{project.pipeline_file.name}: expected a file, found nothing; run: ronkyo pipeline")
    try:
        with _quiet(), Repo(str(project.root)) as repo, lock_repo(repo), repo.scm_context(quiet=True):
            recording.forget_half_a_lock(project.root / ".dvc" / "tmp" / "rwlock")
            pipeline = Pipeline(repo, targets, force, single_item)
            try:
                yield pipeline
            finally:
                pipeline.fail()
                pipeline.record()
    except DvcException as error:
        raise PipelineError(explained(error, project.root)) from error


def _replaced(stage: Stage) -> list[Path]:
    """The outputs that DVC removes before a stage's command."""
    return [Path(out.fs_path) for out in stage.outs if not out.persist and out.protocol == "local"]


@contextmanager
def _quiet() -> Iterator[None]:
    """DVC tells warnings only."""
    logger = logging.getLogger("dvc")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)


def code(stage: Stage) -> list[Path]:
    """The Python files that a stage depends on."""
    paths = [Path(dep.fs_path) for dep in stage.deps if not isinstance(dep, ParamsDependency)]
    found = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))]
    return sorted(file for file in found if file.suffix == ".py")


def shell(stage: Stage) -> tuple[list[list[str]], dict[str, Any]]:
    """How DVC would run a stage's command: the command lines, and what `subprocess` is given with each."""
    options = prepare_kwargs(stage)
    return [_make_cmd(get_executable(), line) for line in _enforce_cmd_list(stage.cmd)], options
