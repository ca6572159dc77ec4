"""What a report carries, checked without the project: its files, how they hang together, its numbers, its claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ronkyo.errors import UserError
from ronkyo.project import Layout
from ronkyo.report import evidence
from ronkyo.verify import chain, claims, confined, files, numbers
from ronkyo.verify.again import WRONG, Again
from ronkyo.verify.check import Check
from ronkyo.verify.container import Report

AFTER_FILES = ("chain", "numbers", "claims")


def check(report: Report) -> list[Check]:
    """Raises UserError, one line, where what it carries is too much to check."""
    return [Check(*row) for row in confined.call(rows, confined.packed(report.files), report.path)]


def rows(content: bytes) -> list[tuple[Any, ...]]:
    """`checks` of packed files, where `confined` runs it."""
    return [astuple(check) for check in checks(confined.unpacked(content))]


def checks(carried: Mapping[str, bytes]) -> list[Check]:
    """carried: content of each file by its name. Where one is missing, the first check tells of it and the others that they
    could not look. Nothing that is carried is executed."""
    try:
        listed = files.listed(carried)
    except UserError as error:
        return [Check("files", f"{len(carried)} files", [str(error)]), *_blind(AFTER_FILES, "no list of files")]
    found = files.check(carried, listed)
    if missing := files.missing(carried, listed):
        return [found, *_blind(AFTER_FILES, f"{', '.join(missing)} missing")]
    texts = [name for name in listed if name.endswith(".md")]
    if len(texts) != 1:
        return [found, *_blind(AFTER_FILES, "no text of the report")]
    with TemporaryDirectory(prefix="ronkyo-") as folder:
        layout = Layout(Path(folder), texts[0].removesuffix(".md"))

        def unpacked() -> list[Check]:
            evidence.unpack({name: carried[name] for name in listed if name in carried}, layout.root)
            linked = _checked(("chain",), lambda: [chain.check(layout)])
            return [*linked, *again(layout)]

        return [found, *_checked(AFTER_FILES, unpacked)]


def again(layout: Layout) -> list[Check]:
    """Numbers printed and claims decided again, from a project or from what a report carries."""

    def made() -> list[Check]:
        again = Again.of(layout)
        return [numbers.check(again), claims.check(again)]

    return _checked(("numbers", "claims"), made)


def _blind(names: tuple[str, ...], why: str) -> list[Check]:
    return [Check(name, "nothing", (), [why]) for name in names]


def _checked(names: tuple[str, ...], check: Callable[[], list[Check]]) -> list[Check]:
    """What a file that is none of a report's leads to is a difference."""
    try:
        return check()
    except UserError as error:
        lines = str(error).splitlines()
    except WRONG as error:
        lines = [f"expected files as a report carries them, found {error!r}"]
    return [Check(names[0], "nothing", lines), *_blind(names[1:], lines[0])]
