"""Whatever stands in a file that somebody else wrote, its reader ends, and tells of it in a line if it cannot be used.

RONKYO_FUZZ: how many inputs each reader is given; `make fuzz` gives each 10,000.
"""

from __future__ import annotations

import base64
import io
import os
import shutil
import signal
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from new_project import alone

from ronkyo import errors
from ronkyo.compare import revision
from ronkyo.errors import UserError
from ronkyo.foreign import headers_footers, pictures, render
from ronkyo.project import Project
from ronkyo.report import chapters
from ronkyo.typeset import compact
from ronkyo.verify import html_file, pdf_file
from ronkyo.verify.confined import Refused

INPUTS = int(os.environ.get("RONKYO_FUZZ", 200))
SECONDS = 20  # of processor time for an input; what does not end takes more
PIECES = [
    *(b"\0", b"\xff", b"\xc3", "漢".encode(), "\u202e".encode(), b"\n", b"\t", b"-", b"~", b"$", b"$$", b"`", b"```\n"),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b"{{",
        b"}}",
        b"{%",
        b"%}",
        b"<",
        b">",
        b"</",
        b"<!--",
        b"&#x0;",
        b"&a",
        b"*a",
        b": ",
        b"!!",
    ),
    *(b"null", b"true", b"NaN", b".inf", b"1e999", b"-1", b"9" * 400, b"''", b'"', b"\\", b"%s", b"../../etc/passwd"),
    *(b"<<<<<<< a\n=======\n>>>>>>> b\n", b"[" * 300, b"<b>" * 300, b"> " * 300, b"{" * 300, b"*" * 3000),
    *(
        b"http://127.0.0.1:1/x.png",
        b"file:///etc/passwd",
        b"$(touch x)",
        b"--upload-pack=x",
        b"@import 'x'",
        b"\\def\\a{\\a\\a}",
    ),
]
MANY = settings(max_examples=INPUTS, deadline=None, derandomize=INPUTS <= 200, suppress_health_check=list(HealthCheck))


# Where (of the document, as a share), how many bytes go, and what stands there instead; None: the same once more.
DAMAGE = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.none() | st.sampled_from(PIECES) | st.binary(max_size=8)),
    min_size=1,
    max_size=4,
)


def damaged(document: bytes, damage: list[tuple[float, int, bytes | None]]) -> bytes:
    for share, length, piece in damage:
        start = int(share * len(document))
        end = start + length
        document = document[:start] + (2 * document[start:end] if piece is None else piece) + document[end:]
    return document


@contextmanager
def told() -> Iterator[None]:
    """What is read in it ends, or is refused in lines that a user can read."""

    def end(*_: object) -> None:
        raise AssertionError(f"expected an end within {SECONDS} s of processor time")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    lines = ["read"]
    try:
        yield
    except (UserError, Refused, headers_footers.FrontMatterError, pictures.PictureError) as error:
        lines = (errors.told(UserError(str(error))) or "").splitlines()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    assert lines
    assert not any(unicodedata.category(letter) in ("Cc", "Cf") for line in lines for letter in line)


@pytest.fixture(scope="module")
def copy(small, tmp_path_factory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("fuzz") / "small"
    shutil.copytree(small.root, root)
    with alone():
        yield Project.find(root)


def fuzzed(project: Project, file: Path, read) -> None:
    document = file.read_bytes()

    @MANY
    @given(DAMAGE)
    def check(damage) -> None:
        try:
            file.write_bytes(damaged(document, damage))
            with told():
                read(project)
        finally:
            file.write_bytes(document)

    check()


def test_params_are_read_or_refused(copy):
    fuzzed(copy, copy.params_file, lambda project: project.load_params())


def test_chapters_and_their_claims_are_read_or_refused(copy):
    for file in sorted(copy.templates.rglob("*.md.j2"), key=lambda file: -file.stat().st_size)[:1]:
        fuzzed(copy, file, chapters.draft)


@pytest.mark.parametrize("name", ["reports/claims.json", "reports/metrics/*.json", "reports/seeds/*.csv", "dvc.lock"])
def test_what_another_revision_says_is_read_or_refused(copy, name):
    if name == "dvc.lock":
        (copy.root / name).write_text(LOCK, encoding="utf-8")

    def read(project: Project) -> None:
        revision.read_copies(revision.Side("theirs", "commit", "0" * 40), project)

    for file in sorted(copy.root.glob(name)):
        fuzzed(copy, file, read)


LOCK = """\
schema: '2.0'
stages:
  prepare:
    cmd: python stages/prepare.py least_squares
    deps:
    - path: src/small
      hash: md5
      md5: 0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a.dir
      size: 12
      nfiles: 3
    params:
      params.yaml:
        least_squares.data:
          points: 20
    outs:
    - path: data/least_squares
      hash: md5
      md5: 1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b.dir
"""
MARKDOWN = (Path(__file__).parent / "reports/notation.md").read_bytes()[:2500]
FRONT = b"""---
title: "A report: 1.5"
author: [A, B]
puppeteer:
  format: A5
  landscape: true
  margin: {top: 2cm, bottom: 20mm}
  scale: 0.8
  displayHeaderFooter: true
  headerTemplate: '<div style="width:100%;font-size:8px"><span class="title"></span></div>'
---
# Text
"""
SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="80" height="40" viewBox="0 0 80 40">
<defs><path id="p" d="M0 0L10 10C1 2 3 4 5 6z"/><style>.a{fill:#123}</style></defs>
<g class="a" transform="translate(1,2)"><use xlink:href="#p" x="3"/><text x="1" y="2" font-size="5">&#x3b1;</text></g>
<image width="1" height="1" href="
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB
CAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJ
ggg=="/>
</svg>
"""


def _archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/metrics.json", b"{}" * 100)
        archive.writestr("b.txt", b"text")
    return packed.getvalue()


ARCHIVE = _archive()


@MANY
@given(DAMAGE)
def test_markdown_is_set_or_refused(tmp_path_factory, damage):
    file = tmp_path_factory.getbasetemp() / "fuzzed.md"
    file.write_bytes(damaged(MARKDOWN, damage))
    with told():
        render.for_browser(file, render.parse(file))


@MANY
@given(DAMAGE)
def test_front_matter_is_read_or_refused(damage):
    with told():
        headers_footers.split(damaged(FRONT, damage).decode("utf-8", errors="replace"), lambda *_: None)


@MANY
@given(DAMAGE)
def test_drawings_are_read_or_refused(tmp_path_factory, damage):
    folder, content = tmp_path_factory.getbasetemp(), damaged(SVG, damage)
    (folder / "fuzzed.svg").write_bytes(content)
    with told():
        pictures.load(folder, "fuzzed.svg", lambda _: None)
    with told():
        compact.stands_inside(content)


@pytest.mark.parametrize(("suffix", "read"), [("pdf", pdf_file.read), ("html", html_file.read)])
def test_the_report_of_another_is_read_or_refused(small, suffix, read):
    document = small.report_file(suffix).read_bytes()

    @MANY
    @given(DAMAGE)
    def check(damage) -> None:
        with told():
            read(damaged(document, damage))

    check()


@MANY
@given(DAMAGE)
def test_the_archive_of_another_is_read_or_refused(damage):
    packed = base64.b64encode(damaged(ARCHIVE, damage))
    with told():
        html_file.read(b'<html><body><a href="data:application/zip;base64,%s"></a></body></html>' % packed)
