"""A project -> is what its last runs left what its sources say? From files and dvc.lock alone: no data, no training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from ronkyo import lock, params
from ronkyo.compare.parameters import changed_leaves
from ronkyo.errors import counted, few
from ronkyo.lock import Lock, LockError, Makers, Stage, own_changes
from ronkyo.numbers import ABSENT
from ronkyo.project import Project
from ronkyo.repository import Repository
from ronkyo.run import definition
from ronkyo.verify import stages
from ronkyo.verify.check import Check
from ronkyo.verify.stages import Declared, StageError

Stale = dict[str, set[str]]  # what is not as it was -> the stages that read it


def check(project: Project) -> list[Check]:
    """Raises UserError where a file is not what it should be at all."""
    written = definition.check(project)
    try:
        state = State(project, Lock.read(project.root / lock.FILE))
    except (LockError, StageError) as error:
        return [Check("pipeline", f"{project.relative(project.pipeline_file)}, {lock.FILE}", [*written, str(error)])]
    return [state.pipeline(written), state.inputs(), state.outputs(), state.handed_on(), *state.since_head()]


class State:
    """A project's files beside what its dvc.lock says of them."""

    def __init__(self, project: Project, recorded: Lock) -> None:
        self.project, self.root, self.git = project, project.root, Repository(project.root)
        self.declared = stages.declared(project)
        self.lock = {name: stage for name, stage in recorded.stages.items() if name in self.declared}
        self.makers = Makers({name: stage.outs for name, stage in self.declared.items()})
        self._digests: dict[str, str | None] = {}

    # -- checks -------------------------------------------------------------------------------------------------------

    def pipeline(self, written: Iterable[str]) -> Check:
        """Whether dvc.yaml is what `ronkyo pipeline` writes, and each of its stages ran as it says."""
        lines = list(written)
        if never := [name for name in self.declared if name not in self.lock]:
            lines.append(
                f"{lock.FILE}: expected every stage of dvc.yaml, found none of: {self._named(never)}; run: ronkyo repro"
            )
        others: dict[tuple[str, str], set[str]] = {}
        for name, ran in self.lock.items():
            for how_and_what in _others(self.declared[name], ran):
                others.setdefault(how_and_what, set()).add(name)
        for (how, names), items in _alike(others).items():
            lines.append(f"{self._named(names)}: {how}: {few(items)}")
        missing = definition.not_installed(self.project)
        unknown = [f"which libraries stages need, without {few(missing)}"] if missing else []
        return Check("pipeline", f"dvc.yaml, and its {len(self.declared)} stages in {lock.FILE}", lines, unknown)

    def inputs(self) -> Check:
        """Whether code, parameters, versions and data are those that each stage ran with."""
        files, absent, changed = set(), set(), Stale()
        for name, stage in self.lock.items():
            for path, md5 in stage.deps.items():
                if self.makers(path) or path not in self.declared[name].deps:
                    continue
                files.add(path)
                if (found := self.here(path)) is None:
                    absent.add(path)
                elif found != md5:
                    changed.setdefault(path, set()).add(name)
        changed |= {path: self._readers(path) for path in absent if not self._is_ignored(path)}
        self._fold(changed)
        values, n_values = self._values()
        for line, names in values.items():
            names |= self._readers(file := line.partition(": ")[0])
            changed.pop(file, None)  # its values tell more
        told = {(self._how(path), path): names for path, names in changed.items()}
        lines = [f"{few(paths)}: {how}; {self._stale(names)}" for (how, names), paths in _alike(told).items()]
        lines += [f"{value}; {self._stale(names)}" for value, names in values.items()]
        return Check("inputs", f"{len(files):,} files and folders, {n_values:,} parameters and versions", lines)

    def outputs(self) -> Check:
        """Whether what each stage wrote is still there as it was written."""
        lines, absent, total = [], 0, 0
        for name, stage in self.lock.items():
            for path, md5 in stage.outs.items():
                total += 1
                if self.here(path) is None:
                    if not self.declared[name].outs.get(path):
                        absent += 1
                    else:
                        lines.append(f"{path}: expected what {name} wrote, found nothing")
                elif self.here(path) != md5:
                    lines.append(f"{path}: expected what {name} wrote, found another content{self._hint(path)}")
        away = f", {absent:,} not here (Git does not keep them)" if absent else ""
        return Check("outputs", f"{total - absent:,} of {total:,} that the stages wrote{away}", lines)

    def handed_on(self) -> Check:
        """Whether a stage read what another one wrote last."""
        wrote = {path: md5 for stage in self.lock.values() for path, md5 in stage.outs.items()}
        others = {path for path, md5 in wrote.items() if self.here(path) != md5}
        lines, looked_at = Stale(), set()
        for name, stage in self.lock.items():
            for path, md5 in stage.deps.items():
                makers = self.makers(path)
                found = wrote.get(path, None if _meets(path, others) else self.here(path))
                if not makers or found is None:
                    continue
                looked_at.add(path)
                if found != md5:
                    by = self._named(makers & self.lock.keys())
                    lines.setdefault(f"{path}: expected what {by} wrote", set()).add(name)
        told = [f"{line}, another was read; {self._stale(names)}" for line, names in lines.items()]
        return Check("handed on", f"{len(looked_at):,} outputs that other stages read", told)

    def since_head(self) -> Iterator[Check]:
        """What ran since the last commit, a change of the project told apart from another machine; nothing of it is
        wrong, and without Git there is none."""
        committed = self.git.content("HEAD", lock.FILE)
        if committed is None:
            return
        before = Lock.from_text(committed, f"{lock.FILE} of HEAD").stages
        own = own_changes({name: before[name] for name in before if name in self.declared}, self.lock)
        if not own:
            yield Check("since HEAD", f"{lock.FILE} says what it says there")
            return
        files = self.git.lines(
            "diff", "--name-only", "HEAD", "--", *(path for name in own for path in self.declared[name].outs)
        )
        changed, same = ([name for name in own if own[name] is kind] for kind in (True, False))
        told = f"for a change of the project {len(changed)}, from the same inputs, as on another machine, {len(same)}"
        yield Check("since HEAD", f"stages that gave other outputs ({counted(len(files), 'file')}): {told}")

    # -- files --------------------------------------------------------------------------------------------------------

    def here(self, path: str) -> str | None:
        """The digest of what is there now; None where there is nothing."""
        if path not in self._digests:
            file = self.root / path
            self._digests[path] = lock.digest(file, self.root) if file.exists() else None
        return self._digests[path]

    def _fold(self, changed: Stale) -> None:
        """A folder that is other only for files that are told of by themselves is told of with these."""
        for folder in [path for path in changed if (self.root / path).is_dir()]:
            inside = {path: str(PurePosixPath(path).relative_to(folder)) for path in changed if _is_in(path, folder)}
            now = lock.digests(self.root / folder, self.root)
            then = now | {name: self._recorded(path) for path, name in inside.items() if self.here(path)}
            if all(self.lock[name].deps[folder] == lock.folder_digest(then) for name in changed[folder]):
                for path in inside:
                    changed[path] |= changed[folder]
                del changed[folder]

    def _recorded(self, path: str) -> str:
        """The digest that a stage that is stale ran with."""
        return next(md5 for stage in self.lock.values() if (md5 := stage.deps.get(path)) not in (None, self.here(path)))

    def _readers(self, path: str) -> set[str]:
        return {name for name, stage in self.lock.items() if path in stage.deps}

    def _how(self, path: str) -> str:
        if self.here(path) is None:
            return "expected it, found nothing"
        return f"expected the content that its stages ran with, found another{self._hint(path)}"

    def _hint(self, path: str) -> str:
        """Which files of a folder are others than when dvc.lock was last committed."""
        if not (self.root / path).is_dir() or not self._recorded_at:
            return ""
        names = self.git.lines("diff", "--name-only", "--relative", self._recorded_at, "--", path)
        names += self.git.lines("ls-files", "--others", "--exclude-standard", "--", path)
        return f" (changed: {few(sorted(names))})" if names else ""

    @cached_property
    def _recorded_at(self) -> str:
        """The commit that last changed dvc.lock; "" where there is none."""
        return "".join(self.git.lines("log", "-1", "--format=%H", "--", lock.FILE))

    def _is_ignored(self, path: str) -> bool:
        """Whether Git does not keep what would lie there."""
        return bool(self.git.lines("check-ignore", path))

    # -- parameters ---------------------------------------------------------------------------------------------------

    def _values(self) -> tuple[Stale, int]:
        """The parameters and versions that are others than those that stages ran with, and how many there are."""
        documents: dict[str, Any] = {}
        changed, looked_at = Stale(), set()
        for name, stage in self.lock.items():
            for file, recorded in stage.params.items():
                if file not in documents:
                    is_there = (self.root / file).is_file()
                    documents[file] = params.read_document(self.root / file, file) if is_there else {}
                for key, then in recorded.items():
                    looked_at.add((file, key))
                    now = params.value_of(documents[file], key)
                    if now != then:
                        for line in _lines(key, then, now):
                            changed.setdefault(f"{file}: {line}", set()).add(name)
        return changed, len(looked_at)

    # -- stages -------------------------------------------------------------------------------------------------------

    def _stale(self, names: Iterable[str]) -> str:
        after = len(self._after(names))
        return f"stale: {self._named(names)}" + (f", and {after} after" if after else "")

    def _after(self, names: Iterable[str]) -> set[str]:
        """The stages that read what these write, and so on."""
        found, waiting = set(names), list(names)
        while waiting:
            new = self._next.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return found - set(names)

    @cached_property
    def _next(self) -> dict[str, set[str]]:
        """Stage -> those that read what it writes."""
        found: dict[str, set[str]] = {}
        for name, stage in self.declared.items():
            for maker in {maker for path in stage.deps for maker in self.makers(path)}:
                found.setdefault(maker, set()).add(name)
        return found

    def _named(self, names: Iterable[str]) -> str:
        """In the order of dvc.yaml, the stages of all variants as one."""
        names, groups = set(names), {}
        for name in self.declared:
            groups.setdefault(name.partition("@")[0], []).append(name)
        shown = []
        for head, every in groups.items():
            if names.issuperset(every) and len(every) > 1:
                shown.append(f"{head} (all {len(every)})")
            else:
                shown += [name for name in every if name in names]
        return few(shown)


def _others(stage: Declared, ran: Stage) -> Iterable[tuple[str, str]]:
    """How a stage of dvc.yaml is other than when it ran, but for contents, and in what."""
    if ran.cmd != stage.cmd:
        yield "another command", f"expected `{stage.cmd}`, ran `{ran.cmd}`"
    now = {*stage.deps, *(f"{key} of {file}" for file, keys in stage.params.items() for key in keys)}
    then = {*ran.deps, *(f"{key} of {file}" for file, keys in ran.params.items() for key in keys)}
    yield from (("reads now, and did not", item) for item in sorted(now - then))
    yield from (("reads no longer", item) for item in sorted(then - now))
    yield from (("writes otherwise than it did", path) for path in sorted(stage.outs.keys() ^ ran.outs.keys()))


def _alike(told: Mapping[tuple[str, str], set[str]]) -> dict[tuple[str, frozenset[str]], list[str]]:
    """From (how, what) -> stages: what is told alike of the same stages, together."""
    groups: dict[tuple[str, frozenset[str]], list[str]] = {}
    for (how, what), names in told.items():
        groups.setdefault((how, frozenset(names)), []).append(what)
    return groups


def _lines(key: str, then: Any, now: Any) -> Iterable[str]:
    """A changed section is told of by what is inside it."""
    nested = isinstance(then, dict) and isinstance(now, dict)
    for name in changed_leaves(then, now) if nested else [""]:
        old, new = ((params.value_of(value, name) if name else value) for value in (then, now))
        yield f"{key}{'.' if name else ''}{name}: expected {_shown(old)}, with which stages ran, found {_shown(new)}"


def _shown(value: Any) -> str:
    return ABSENT if value is None else str(value)


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")


def _meets(path: str, others: Iterable[str]) -> bool:
    return any(path == other or _is_in(path, other) or _is_in(other, path) for other in others)
