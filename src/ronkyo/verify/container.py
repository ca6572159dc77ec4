"""A report as a file: what it carries and what its pages say, read without trust in the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ronkyo.errors import UserError
from ronkyo.verify import confined, html_file, pdf_file

LARGEST = 256 << 20  # bytes of a file
EXPECTED = "expected a PDF or an HTML that ronkyo wrote"


@dataclass(frozen=True)
class Report:
    """What a file of a report holds.

    kind: "pdf" or "html"; files: what it carries, by name; pages: what each page says in the order of reading, a line for
    each run of letters, with U+FFFC for a figure or a formula (of HTML one page); margins: what stands on each page outside
    its text, of HTML its style; drawn: of a PDF the digests of its pages and figures (`typeset.drawn`), and what ronkyo
    writes into none (extras), of HTML the digests of its images.
    """

    path: Path
    kind: str
    files: dict[str, bytes]
    pages: list[str]
    margins: list[str] = field(default_factory=list)
    drawn: dict[str, list[Any]] = field(default_factory=dict)


def read(path: Path) -> Report:
    """Raises UserError, one line that names the file, for one that cannot be read, is too large in any respect, or carries
    no evidence. Nothing that the file refers to is opened."""
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(f"{path}: refused: larger than {LARGEST >> 20} MB")
        content = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path}: {EXPECTED}, found no such file; in its project, `ronkyo repro` makes it") from None
    except OSError as error:
        raise UserError(f"{path}: {EXPECTED}, found {error.strerror or error}") from error
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"%pdf-"):
        kind, reader = "pdf", pdf_file.read
    elif start.startswith((b"<!doctype html", b"<html")):
        kind, reader = "html", html_file.read
    else:
        raise UserError(f"{path}: {EXPECTED}, found {'an empty file' if not content else 'another kind of file'}")
    answer = confined.call(reader, content, path)
    if not answer["files"]:
        raise UserError(f"{path}: carries no evidence: {EXPECTED}, found none of the files that such a report carries")
    return Report(path, kind, **answer)
