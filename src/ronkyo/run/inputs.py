"""What a stage reads: what the stages before it wrote, by digest, and the same at its end as at its beginning."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ronkyo import lock
from ronkyo.errors import UserError
from ronkyo.lock import FOLDER, Lock
from ronkyo.project import Project
from ronkyo.results import again
from ronkyo.run import unchanged


class InputError(UserError):
    """What a stage reads is not what the stage before it wrote: file, expected, found, and what makes it again."""


class Made(NamedTuple):
    """An output of a stage: the digest of what it wrote, as in dvc.lock."""

    stage: str
    md5: str


Contents: TypeAlias = dict[str, tuple[str, object]]  # file, from the root -> its md5, and what else an edit changes


def contents(root: Path, paths: Iterable[str]) -> Contents:
    """Of the files at the paths and in them, without what DVC leaves out. Raises OSError."""
    found: Contents = {}
    for path in paths:
        if (root / path).is_dir():
            files = {f"{path}/{name}": md5 for name, md5 in lock.digests(root / path, root).items()}
        else:
            files = {path: lock.digest(root / path)} if (root / path).is_file() else {}
        found |= {name: (md5, unchanged.of(root / name)) for name, md5 in files.items()}
    return found


def recorded(project: Project) -> dict[str, Made]:
    """The outputs of all stages, as dvc.lock has them, without the runs of variants that are no more; none where there is no
    lock. Raises LockError, ParamsError."""
    file = project.root / lock.FILE
    if not file.is_file():
        return {}
    stages = Lock.read(file).stages.values()
    made = {path: Made(stage.name, md5) for stage in stages for path, md5 in stage.outs.items()}
    params = project.load_params()
    folders = {
        project.relative(project.run_folder(name, variant))
        for name in params
        for variant in getattr(params[name], "variants", ())
    }
    runs = "runs/"
    return {path: output for path, output in made.items() if not path.startswith(runs) or path in folders}


def expect_made(project: Project, found: Contents, paths: Iterable[str], made: Mapping[str, Made]) -> None:
    """Raises InputError where something at the paths or in them is not what its stage wrote."""
    problems = []
    for out, (stage, md5) in made.items():
        if any(out == path or out.startswith(f"{path}/") for path in paths):
            here = _part(found, out)
            digest = here.get("") or (lock.folder_digest(here) if here else "")
            if digest != md5:
                problems.append(f"{_difference(project, out, here, md5, stage)}{again(project, stage)}")
    if problems:
        raise InputError("\n".join(problems))


def _part(found: Contents, out: str) -> dict[str, str]:
    """{path in the output: md5}; of a file, which has "" as path, or of a folder."""
    if out in found:
        return {"": found[out][0]}
    return {name[len(out) + 1 :]: md5 for name, (md5, _) in found.items() if name.startswith(f"{out}/")}


def _difference(project: Project, out: str, here: Mapping[str, str], md5: str, stage: str) -> str:
    """The first file that differs, where DVC's cache still knows what is in a folder."""
    expected = f"expected what {stage} wrote"
    listed = _listing(project.root, md5) if md5.endswith(FOLDER) else {}
    for name in sorted(listed):
        if name not in here:
            return f"{out}: expected {name}, found nothing"
        if here[name] != listed[name]:
            return f"{out}/{name}: {expected}, found another content"
    if listed and (extra := sorted(here.keys() - listed.keys())):
        return f"{out}/{extra[0]}: expected nothing, found a file"
    return f"{out}: {expected}, found {'another content' if here else 'nothing'}"


def _listing(root: Path, md5: str) -> dict[str, str]:
    """The files of a folder as it was written, path in it -> md5; {} where the cache has not, or not whole, kept it."""
    file = lock.cached(root, md5)
    try:
        content = file.read_bytes()
        if lock.md5(content) + FOLDER != md5:
            return {}
        return {entry["relpath"]: entry["md5"] for entry in json.loads(content)}
    except OSError:
        return {}
