"""Two sides -> which stages ran again and why, which code, data and libraries are others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ronkyo.compare.parameters import changed, changed_leaves
from ronkyo.compare.revision import WORKSPACE, Side
from ronkyo.lock import Stage, own_changes
from ronkyo.numbers import ABSENT
from ronkyo.project import MANIFEST, Project
from ronkyo.repository import Repository
from ronkyo.words import Words


class StageChange(NamedTuple):
    """A stage that ran again, and why; own: for a change of the project, see `lock.own_changes`."""

    stage: str
    reasons: list[str]
    own: bool


class FileChange(NamedTuple):
    file: str
    added: int | None  # lines; None for a file that is not text, or that Git does not know
    deleted: int | None
    known: bool = True  # to Git


class Pair(NamedTuple):
    """One thing of both sides by name, e.g. a library's version."""

    name: str
    old: str
    new: str


def stages(old: Side, new: Side, words: Words) -> Iterator[StageChange]:
    own = own_changes(old.stages, new.stages)
    for name in sorted(own, key=lambda name: new.order.index(name) if name in new.order else len(new.order)):
        before, after = old.stages.get(name), new.stages.get(name)
        if before is None or after is None:
            side = new if before is None else old
            yield StageChange(name, [words("compare.stage.alone", side=side.title(words))], True)
        else:
            reasons = _reasons(before, after, words) or [words("compare.stage.chance")]
            yield StageChange(name, reasons, own[name])


def _reasons(before: Stage, after: Stage, words: Words) -> list[str]:
    """From a stage's entries in both locks: what made it run again."""
    reasons = [words("compare.stage.command")] if before.cmd != after.cmd else []
    for file in {**before.params, **after.params}:
        earlier, recorded = before.params.get(file, {}), after.params.get(file, {})
        reasons += [
            words("compare.stage.parameter", name=name)
            for key in changed(earlier, recorded)
            for name in _within(key, earlier.get(key), recorded.get(key))
        ]
    return reasons + [words("compare.stage.dependency", path=path) for path in changed(before.deps, after.deps)]


def _within(key: str, old: Any, new: Any) -> list[str]:
    """A changed section is told of by the keys inside it that changed."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [key]
    return [f"{key}.{name}" for name in changed_leaves(old, new)]


def code_of(project: Project) -> list[str]:
    """The files and folders of a project in which a change of code is looked for."""
    paths = [project.source, project.root / "stages", project.templates, project.pipeline_file]
    paths += [project.root / MANIFEST, project.requirements_file, project.root / "Makefile"]
    return [project.relative(path) for path in paths]


def files(project: Project, old: Side, new: Side) -> list[FileChange]:
    """Changed files of code, from Git."""
    if old.revision is None and new.revision is None:
        return []
    revisions = [side.revision for side in (old, new) if side.revision]
    swapped = ["-R"] if old.kind == WORKSPACE else []
    code = code_of(project)
    changes = []
    for line in _git(
        project, "diff", "--numstat", "-z", "--relative", "--no-renames", *swapped, *revisions, "--", *code
    ):
        added, deleted, file = line.split("\t", 2)
        changes.append(FileChange(file, _lines(added), _lines(deleted)))
    if WORKSPACE in (old.kind, new.kind):
        others = _git(project, "ls-files", "-z", "--others", "--exclude-standard", "--", *code)
        changes += [FileChange(file, None, None, known=False) for file in others]
    return changes


def _lines(count: str) -> int | None:
    """Git's count of lines; - for a file that is not text."""
    return None if count == "-" else int(count)


def _git(project: Project, *arguments: str) -> list[str]:
    """The entries that a git command lists with -z; they are bytes, and UTF-8 whatever the locale says."""
    printed = Repository(project.root).run(*arguments)
    return [entry for entry in printed.decode(errors="replace").split("\0") if entry]


def data(old: Side, new: Side) -> list[Pair]:
    """What is told of the data's origin and digests."""
    pairs = []
    for experiment in changed(old.provenance, new.provenance):
        before, after = (side.provenance.get(experiment, {}) for side in (old, new))
        pairs += [Pair(f"{experiment}.{pair.name}", *pair[1:]) for pair in _pairs(before, after)]
    return pairs


def versions(old: Side, new: Side) -> list[Pair]:
    return _pairs(old.versions, new.versions)


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Pair]:
    return [Pair(name, str(old.get(name, ABSENT)), str(new.get(name, ABSENT))) for name in changed(old, new)]
