"""A report beside a project's repository: which commit is it of, or what of the project is another?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from ronkyo import lock, params, pins
from ronkyo.compare.parameters import changed, changed_leaves
from ronkyo.errors import UserError, few
from ronkyo.lock import Lock, Makers, own_changes
from ronkyo.numbers import ABSENT
from ronkyo.params import value_of
from ronkyo.project import Project
from ronkyo.report.evidence import REPORT, attachment_name
from ronkyo.repository import Repository
from ronkyo.verify.check import Check
from ronkyo.verify.container import Report

END = re.compile(rb"%%EOF(\r?\n)?")  # of a PDF, and of each revision of it, as a signature adds one
MOST_ENDS = 20
PIPELINE = "dvc.yaml"
FOUND_IN = ("params.yaml", pins.FILE)  # by keys; the lock has all else that a stage reads


def check(project: Project, report: Report) -> Check:
    """By the bytes of the file, as a dvc.lock recorded them, else by what it carries. Raises UserError without Git."""
    return _Place(project, report).check()


class _Place:
    def __init__(self, project: Project, report: Report) -> None:
        self.project, self.report, self.git = project, report, Repository(project.root)
        self.text = attachment_name(project.relative(project.report_file("md")))
        self.head = self.git.head()
        if not self.head:
            raise UserError(f"{project.root}: expected a repository of Git with a commit, found none")

    def check(self) -> Check:
        content = self.report.path.read_bytes()
        digests = _digests(content)
        file = self.project.root / lock.FILE
        here = file.read_bytes() if file.is_file() else b""
        if revision := self._that_recorded(digests):
            return self._of(revision, content)
        if _has(here, digests):
            return Check("commit", f"of the project's files as they are, whose {lock.FILE} is not committed")
        if revision := self._that_has_all():
            line = f"expected the bytes that {self._named(revision)} recorded, found others that carry the same"
            return Check("commit", f"carries what {self._named(revision)} has", [f"{self.report.path.name}: {line}"])
        line = f"expected the report of a commit; from {self._named(self.head)} to this one differ:"
        unknown = (
            ["commits that this shallow clone has not; `git fetch --unshallow` brings them"]
            if self.git.is_shallow
            else []
        )
        return Check("commit", "of no commit", [line, *self._inputs(self.report.files)], unknown)

    def _of(self, revision: str, content: bytes) -> Check:
        is_whole = _has(self.git.content(revision, lock.FILE) or b"", _digests(content)[:1])
        looked_at = f"of {self._named(revision)}" + ("" if is_whole else ", with more behind it, as a signature adds")
        if revision == self.head:
            return Check("commit", looked_at)
        then = self._kept(revision)
        line = f"expected the report of {self._named(self.head)}; from there to this one differ:"
        return Check("commit", looked_at, [line, *self._inputs(then)])

    # -- commits ------------------------------------------------------------------------------------------------------

    def _that_recorded(self, digests: Sequence[str]) -> str:
        """HEAD, or else the newest commit whose dvc.lock has one of the digests; "" where none has."""
        changed_it = self.git.lines(
            "log", "--all", "HEAD", "--format=%H", "--pickaxe-regex", f"-S({'|'.join(digests)})", "--", lock.FILE
        )
        candidates = [self.head, *(one for one in self._past if one in changed_it), *changed_it]
        return next((one for one in candidates if _has(self.git.content(one, lock.FILE) or b"", digests)), "")

    def _that_has_all(self) -> str:
        """The newest commit, HEAD first, whose files are those that the report carries; "" where there is none."""
        text = self.project.relative(self.project.report_file("md"))
        oid = self.git.blob(self.report.files.get(self.text, b""))
        having = self.git.lines("log", "--all", "HEAD", "--format=%H", f"--find-object={oid}", "--", text)
        ran = self.git.lines("log", "--all", "HEAD", "--format=%H", "--", lock.FILE)
        carried = {name: self.git.blob(content) for name, content in self.report.files.items() if name != lock.FILE}
        stages = _stages(self._lock(self.report.files))
        for revision in dict.fromkeys([self.head, *having, *ran]):
            kept = {attachment_name(path): oid for path, oid in self.git.blobs(revision).items()}
            if kept.get(self.text) != oid or any(kept.get(name, oid) != oid for name, oid in carried.items()):
                continue
            recorded = _stages(self._lock({lock.FILE: self.git.content(revision, lock.FILE) or b"stages: {}"}))
            if all(recorded.get(name) == stage for name, stage in stages.items()):
                return revision
        return ""

    @cached_property
    def _past(self) -> dict[str, int]:
        """The commits that HEAD came from, in a line, and how many steps back each is."""
        return {one: steps for steps, one in enumerate(self.git.lines("rev-list", "--first-parent", "HEAD"))}

    def _named(self, revision: str) -> str:
        steps = self._past.get(revision)
        place = "" if steps is None else " (HEAD)" if not steps else f" (HEAD~{steps})"
        return f"commit {revision[:7]}{place}"

    # -- what differs -------------------------------------------------------------------------------------------------

    def _inputs(self, found: Mapping[str, bytes]) -> list[str]:
        """From HEAD's files to those found, by the names that a report gives them."""
        kept = self._kept(self.head)
        told: dict[str, list[str]] = {}
        for name, kind in zip(FOUND_IN, ("params", "versions"), strict=True):
            before, after = (params.parse_document(files.get(name) or b"{}", name) for files in (kept, found))
            told[kind] = list(_changes(before, after))
        old, new = (_stages(self._lock(files)) for files in (kept, found))
        sources = set(_sources(old, new))
        code = {path for path in sources if self._is_code(path)}
        told |= {"code": sorted(code), "data": sorted(sources - code)}
        before, after = (params.parse_document(files.get(PIPELINE) or b"{}", PIPELINE) for files in (kept, found))
        told["stages"] = sorted(before.get("stages", {}).keys() ^ after.get("stages", {}).keys())
        told["other outputs of the same inputs"] = [name for name, own in own_changes(old, new).items() if not own]
        told["text"] = [name for name in (self.text,) if kept.get(name) != found.get(name)]
        return [f"{kind}: {few(names)}" for kind, names in told.items() if names]

    def _kept(self, revision: str) -> dict[str, bytes]:
        """What `_inputs` reads, as a commit has it, by the names that a report gives it."""
        text = self.project.relative(self.project.report_file("md"))
        paths = {name: name for name in (lock.FILE, PIPELINE, *FOUND_IN)} | {self.text: text}
        return {name: self.git.content(revision, path) or b"" for name, path in paths.items()}

    def _is_code(self, path: str) -> bool:
        return PurePosixPath(path).suffix == ".py" or path.startswith(f"{self.project.relative(self.project.source)}/")

    def _lock(self, files: Mapping[str, bytes]) -> Lock:
        return Lock.from_text(files.get(lock.FILE) or b"stages: {}", lock.FILE)


def _digests(content: bytes) -> list[str]:
    """Of a file, and of what it was before others, as a signature, were added behind."""
    found = list(END.finditer(content))[-MOST_ENDS:] if content.startswith(b"%PDF") else []
    ends = sorted({end for match in found for end in (match.start() + len("%%EOF"), match.end())} - {len(content)})
    contents = [content, *(content[:end] for end in ends)]
    return [lock.md5(part) for part in contents]


def _has(recorded: bytes, digests: Iterable[str]) -> bool:
    return any(f"md5: {digest}".encode() in recorded for digest in digests)


def _stages(recorded: Lock) -> dict[str, Any]:
    """Without the report, which the lock in a report cannot have."""
    return {name: stage for name, stage in recorded.stages.items() if name != REPORT}


def _sources(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """What stages of both read that no stage makes, and that is another."""
    makers = Makers({name: stage.outs for name, stage in {**old, **new}.items()})
    for name in old.keys() & new.keys():
        yield from (path for path in changed(old[name].deps, new[name].deps) if not makers(path))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key in changed_leaves(before, after):
        old, new = (value_of(document, key) for document in (before, after))
        yield f"{key} {ABSENT if old is None else old} → {ABSENT if new is None else new}"
