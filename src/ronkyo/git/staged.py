"""What is staged, before it is committed: the lint of its templates, and whether it is what its dvc.lock says."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ronkyo.git.hooks import git
from ronkyo.lock import FILE, Lock, Makers, Stage, digest
from ronkyo.params import parse_document, value_of
from ronkyo.project import Project


def findings(project: Project) -> list[str]:
    """A line for each; nothing is looked at where nothing of the report is staged.

    Raises GitError, or UserError for a staged file that cannot be read.
    """
    start = None if "GIT_INDEX_FILE" in os.environ else project.root  # Git starts a hook in the top folder
    top = Path(git("rev-parse", "--show-toplevel", folder=start).removesuffix("\n"))
    folder = project.root.relative_to(top)
    parts = [FILE, *map(project.relative, (project.params_file, project.templates, project.reports))]

    def names(*command: str, of: Iterable[str]) -> list[str]:
        paths = [f":(literal){(folder / path).as_posix()}" for path in of]
        return git(*command, "-z", "--", *paths, folder=top).split("\0")[:-1]

    staged = names("diff", "--cached", "--name-only", "--no-renames", of=parts)
    changed = [Path(name).relative_to(folder).as_posix() for name in staged]
    if not changed:
        return []
    with TemporaryDirectory() as temporary:
        listed = "\0".join(names("ls-files", of=[*parts, ".dvcignore"]))
        git("checkout-index", "-q", "-z", "--stdin", f"--prefix={temporary}/", folder=top, content=listed)
        root = Path(temporary) / folder
        return [*_lint(project, root, changed), *_differences(project, root, changed)]


def _lint(project: Project, root: Path, changed: Iterable[str]) -> list[str]:
    from ronkyo.claims.lint import lint_files
    from ronkyo.report import prose

    inside = f"{project.relative(project.templates)}/"
    files = [root / name for name in changed if name.startswith(inside) and name.endswith(".md.j2")]
    files = [file for file in files if file.exists()]  # not those that the commit removes
    return [str(finding) for finding in lint_files(files, prose.rules(project), root)] if files else []


def _differences(project: Project, root: Path, changed: Collection[str]) -> Iterator[str]:
    """What of the report is other than the staged dvc.lock says, where it or the lock is staged.

    Code and data are not looked at: `ronkyo verify` does that.
    """
    if not (root / FILE).is_file():
        return
    stages = Lock.read(root / FILE).stages.values()
    staged = Makers({name: [name] for name in changed})
    reports, templates = project.relative(project.reports), project.relative(project.templates)

    def is_other(path: str, md5: str) -> bool:
        """A file that is not in the index and was not is no part of the repository."""
        if path.split("/")[0] not in (reports, templates, project.params_file.name):
            return False
        if not (FILE in changed or staged(path)) or not ((root / path).exists() or path in changed):
            return False
        return not (root / path).exists() or digest(root / path, root) != md5

    made = {path: stage.name for stage in stages for path, md5 in stage.outs.items() if is_other(path, md5)}
    for path, name in made.items():
        yield f"{path}: {'' if staged(path) else 'not '}staged, and other than {FILE} says of {name}"
    told = Makers({path: [path] for path in made})
    read = [(path, stage) for stage in stages for path, md5 in stage.deps.items() if is_other(path, md5)]
    read = [(path, stage) for path, stage in read if not told(path)]
    for what, names in _by_name([*read, *_params(project, root, stages)]).items():
        yield f"{what}: other than when {names} ran, {FILE} says; `ronkyo repro` runs what is out of date"


def _params(project: Project, root: Path, stages: Iterable[Stage]) -> Iterator[tuple[str, Stage]]:
    """Parameters that are other than when a stage ran."""
    name = project.params_file.name
    content = (root / name).read_bytes() if (root / name).exists() else b"{}"
    document = parse_document(content, f"{name}, as it is staged")
    for stage in stages:
        for key, value in stage.params.get(name, {}).items():
            if value_of(document, key) != value:
                yield f"{name}: {key}", stage


def _by_name(pairs: Iterable[tuple[str, Stage]]) -> dict[str, str]:
    """What some stages read -> the stages, in words."""
    names: dict[str, list[str]] = {}
    for what, stage in pairs:
        names.setdefault(what, []).append(stage.name)
    return {
        what: some[0] if len(some) == 1 else f"{some[0]} and {len(some) - 1} more stages"
        for what, some in names.items()
    }
