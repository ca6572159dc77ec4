"""A report checked from its file alone, without its project."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ronkyo.errors import UserError
from ronkyo.project import Layout
from ronkyo.report import evidence
from ronkyo.verify import claims, drawings, numbers, pages
from ronkyo.verify.again import Again
from ronkyo.verify.check import Check
from ronkyo.verify.container import Report


def checks(report: Report) -> list[Check]:
    """Raises UserError, with the file's name, where it does not carry what a report carries."""
    names = [name.removesuffix(".md") for name in report.files if name.endswith(".md")]
    if len(names) != 1:
        raise UserError(f"{report.path}: expected one Markdown text inside, found {len(names)}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            evidence.unpack(report.files, Path(folder))
            again = Again.of(Layout(Path(folder), names[0]))
            found = [numbers.check(again), claims.check(again)]
        except UserError as error:
            raise UserError(f"{report.path}: {error}") from error
    return [*found, pages.check(report), drawings.check(report)]
