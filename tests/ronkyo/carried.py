"""What the reports of small projects carry, for tests that change it and look at what `verify` says."""

from __future__ import annotations

from collections.abc import Mapping

from ronkyo.project import Project
from ronkyo.report import chapters, crate, evidence
from ronkyo.verify import evidence as verified


def by(project: Project) -> dict[str, bytes]:
    """What a report of the project would carry, by name."""
    return {name: item.content for name, item in evidence.collect(project, chapters.render(project)).items()}


def changed(files: Mapping[str, bytes], name: str, old: str, new: str) -> dict[str, bytes]:
    """With another text in one file, every time that it stands there, and a list of files that knows nothing of it."""
    text = files[name].decode()
    assert old in text, f"{name}: {old}"
    return {**files, name: text.replace(old, new).encode()}


def told(files: Mapping[str, bytes], name: str) -> list[str]:
    """The differences that one check tells of."""
    [check] = [check for check in verified.checks(files) if check.name == name]
    return list(check.differences)
