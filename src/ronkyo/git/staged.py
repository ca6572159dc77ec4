"""What is staged, before it is committed: the lint of its templates, and whether it is what its dvc.lock says."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ronkyo.errors import few
from ronkyo.git.hooks import top_folder
from ronkyo.lock import FILE, Lock, Makers, Stage, digest
from ronkyo.params import read_document, value_of
from ronkyo.project import Project
from ronkyo.repository import Repository


def findings(project: Project) -> list[str]:
    """A line for each; nothing is looked at where nothing of the report is staged.

    Raises GitError, or UserError for a staged file that cannot be read.
    """
    start = Path() if "GIT_INDEX_FILE" in os.environ else project.root  # Git starts a hook in the top folder
    git = Repository(top_folder(Repository(start)))
    folder = project.root.relative_to(git.root)
    parts = [FILE, *map(project.relative, (project.params_file, project.templates, project.reports))]

    def names(*command: str, of: Iterable[str]) -> list[str]:
        paths = [f":(literal){(folder / path).as_posix()}" for path in of]
        return git.text(*command, "-z", "--", *paths).split("\0")[:-1]

    staged = names("diff", "--cached", "--name-only", "--no-renames", of=parts)
    changed = [Path(name).relative_to(folder).as_posix() for name in staged]
    if not changed:
        return []
    with TemporaryDirectory() as temporary:
        listed = "\0".join(names("ls-files", of=[*parts, ".dvcignore"]))
        git.text("checkout-index", "-q", "-z", "--stdin", f"--prefix={temporary}/", content=listed)
        index = replace(project, root=Path(temporary) / folder)  # with the workspace's code
        return [*_lint(index, changed), *_differences(index, changed)]


def _lint(index: Project, changed: Collection[str]) -> list[str]:
    from ronkyo.claims.lint import lint_files
    from ronkyo.report import prose

    terms = index.relative(index.templates / "terms.yaml") in changed
    files = [file for file in prose.templates(index) if terms or index.relative(file) in changed]
    return [str(finding) for finding in lint_files(files, prose.rules(index), index.root)] if files else []


def _differences(index: Project, changed: Collection[str]) -> Iterator[str]:
    """What of the report is other than the staged dvc.lock says, where it or the lock is staged.

    Code and data are not looked at: `ronkyo verify --current` does that.
    """
    root = index.root
    if not (root / FILE).is_file():
        return
    stages = Lock.read(root / FILE).stages.values()
    staged = Makers({name: [name] for name in changed})
    parts = [index.relative(path) for path in (index.params_file, index.templates, index.reports)]

    def is_other(path: str, md5: str) -> bool:
        """A file that is not in the index and was not is no part of the repository."""
        if path.split("/")[0] not in parts or not (FILE in changed or staged(path)):
            return False
        if not (root / path).exists():
            return path in changed
        return digest(root / path, root) != md5

    made = {path: stage.name for stage in stages for path, md5 in stage.outs.items() if is_other(path, md5)}
    for path, name in made.items():
        yield f"{path}: {'' if staged(path) else 'not '}staged, and other than {name} made it, by {FILE}"
    told = Makers({path: [path] for path in made})
    read = [(path, stage) for stage in stages for path, md5 in stage.deps.items() if is_other(path, md5)]
    read = [(path, stage) for path, stage in read if not told(path)]
    if {FILE, index.relative(index.params_file)} & {*changed}:
        read += _params(index, stages)
    for what, names in _by_name(read).items():
        yield f"{what}: other than when {names} ran, by {FILE}: `ronkyo repro`"


def _params(index: Project, stages: Iterable[Stage]) -> Iterator[tuple[str, Stage]]:
    """Parameters that are other than when a stage ran."""
    name = index.relative(index.params_file)
    document = read_document(index.params_file, f"{name}, as it is staged")
    for stage in stages:
        for key, value in stage.params.get(name, {}).items():
            if value_of(document, key) != value:
                yield f"{name}: {key}", stage


def _by_name(pairs: Iterable[tuple[str, Stage]]) -> dict[str, str]:
    """What some stages read -> the stages, in words."""
    names: dict[str, list[str]] = {}
    for what, stage in pairs:
        names.setdefault(what, []).append(stage.name)
    return {what: few(stages, 1) for what, stages in names.items()}
