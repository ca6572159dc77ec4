"""A report checked from its file alone, without its project."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ronkyo.errors import UserError
from ronkyo.project import Layout
from ronkyo.report import evidence
from ronkyo.verify import claims, container, drawings, numbers, pages, signature
from ronkyo.verify.again import Again
from ronkyo.verify.check import Check


def checks(path: Path, signer: Path | None) -> list[Check]:
    """signer: the file of the certificate that its signature is to be of. Raises UserError, with the file's name, where it
    does not carry what a report carries."""
    report = container.read(path)
    names = [name.removesuffix(".md") for name in report.files if name.endswith(".md")]
    if len(names) != 1:
        raise UserError(f"{path}: expected one Markdown text inside, found {len(names)}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            evidence.unpack(report.files, Path(folder))
            again = Again.of(Layout(Path(folder), names[0]))
            found = [numbers.check(again), claims.check(again)]
        except UserError as error:
            raise UserError(f"{path}: {error}") from error
    return [*found, pages.check(report), drawings.check(report), *signature.check(report, signer)]
