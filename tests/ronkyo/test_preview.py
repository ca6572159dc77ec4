"""`ronkyo preview`: what one writes is on the screen, what is wrong at its place; nobody else is answered."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ronkyo import files
from ronkyo.check import chromium
from ronkyo.preview import places, session
from ronkyo.preview.worker import RenderError, Worker
from ronkyo.report.build import Page
from ronkyo.report.quick import Edit

with_browser = pytest.mark.skipif(chromium.PROGRAM is None, reason="no chromium on this machine")
PANEL = "document.querySelector('.preview-panel')?.innerText ?? ''"
SECONDS = 60  # after which what does not come is missing


@contextmanager
def preview(folder: Path, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Its address and its process."""
    command = [sys.executable, "-m", "ronkyo.cli", "-C", str(folder), "preview", "--no-browser", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=_hear_ctrl_c
    )
    assert process.stdout
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=SECONDS)
        process.stdout.close()


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests run in the background


def wait(page: chromium.Page, condition: str) -> None:
    end = time.monotonic() + SECONDS
    while not page.run(condition):
        assert time.monotonic() < end, f"{condition}: {page.run(PANEL)} {page.console}"
        time.sleep(0.1)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def has(text: str, selector: str = "main") -> str:
    return f"(document.querySelector('{selector}')?.textContent ?? '').includes({text!r})"


def chapter_of(project) -> Path:
    return project.templates / "chapters/01_least_squares.md.j2"


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    files.write_text(file, text.replace(old, new, 1))


def test_an_edit_is_on_the_screen_an_error_at_its_place_and_then_gone(small_copy, browser):
    chapter = chapter_of(small_copy)
    before = chapter.read_text(encoding="utf-8")
    with preview(small_copy.root) as (address, _):
        browser.open(address, 1200, scripts=True)
        wait(browser, has("Gradient descent follows"))
        browser.run("window.same = document; document.querySelector('.ledger').scrollIntoView(); 0")
        top = "document.querySelector('.ledger').getBoundingClientRect().top"
        stood = browser.run(top)

        edit(
            chapter, "Gradient descent follows", "A new paragraph of words.\n\nGradient descent, as one knows, follows"
        )
        wait(browser, has("as one knows"))
        assert abs(browser.run(top) - stood) < 2
        changed = browser.run(
            "[...document.querySelectorAll('main > .preview-changed')].map(e => e.textContent.slice(0, 15))"
        )
        assert changed[:2] == ["A new paragraph", "Gradient descen"]

        edit(chapter, "as one knows", 'as {{ meen("x") }} knows')
        wait(browser, has("nearest: mean", ".preview-problems"))
        note = browser.run("document.querySelector('main > .preview-note').textContent")
        assert "'meen' is undefined" in note
        lines = chapter.read_text(encoding="utf-8").splitlines()
        line = next(number for number, text in enumerate(lines, start=1) if "meen" in text)
        assert f"{small_copy.relative(chapter)}:{line}" in note
        assert browser.run("document.querySelector('main > .preview-note').nextElementSibling.textContent").startswith(
            ("A new paragraph", "Gradient descent")
        )
        assert browser.run(has("as one knows"))
        assert abs(browser.run(top) - stood) < 2

        files.write_text(chapter, before)
        wait(browser, f"!{has('as one knows')}")
        wait(browser, "!document.querySelector('.preview-note, .preview-problems li')")
        assert browser.run("window.same === document"), "the page was loaded again"


def test_what_the_lint_finds_stands_at_its_place_in_the_new_page(small_copy, browser):
    chapter = chapter_of(small_copy)
    with preview(small_copy.root) as (address, _):
        browser.open(address, 1200, scripts=True)
        edit(chapter, "### Results\n", "### Results\n\nMomentum was 37 steps faster in these results.\n")
        wait(browser, has("37 steps faster", "main"))
        wait(browser, has("typed by hand", ".preview-problems"))
        beside = "document.querySelector('main > .preview-note').nextElementSibling?.textContent"
        wait(browser, f"document.querySelector('.preview-note') && {beside}.length")
        browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        browser.call("Page.bringToFront")
        copied = "(document.querySelector('.preview-problems .preview-place').click(), navigator.clipboard.readText())"
        assert re.fullmatch(r"report_templates/chapters/01_least_squares\.md\.j2:\d+", browser.run(copied))


def test_parameters_and_figures_that_change_appear(small_copy, browser):
    with preview(small_copy.root) as (address, _):
        browser.open(address, 1200, scripts=True)
        wait(browser, has("A report of my own", "header"))
        edit(small_copy.params_file, "A report of my own", "Another title")
        wait(browser, has("Another title", "header"))
        figure = next(small_copy.reports.glob("figures/least_squares/*.svg"))
        files.write_bytes(figure, figure.read_bytes().replace(b"</svg>", b'<g id="drawn-again"></g></svg>'))
        wait(browser, "!!document.getElementById('drawn-again')")


def test_two_browsers_show_the_same_page_and_pdf(small_copy, browser, tmp_path):
    with preview(small_copy.root) as (address, _), chromium.browser(tmp_path / "profile") as second:
        browser.open(address, 1200, scripts=True)
        second.open(f"{address}pdf", 900, scripts=True)
        shown = "document.querySelector('.preview-page img[src]')?.naturalWidth > 0"
        wait(second, shown)
        number = "Number(document.querySelector('.preview-page img[src]').src.split('/').at(-2))"
        earlier = second.run(number)
        second.run("scrollTo(0, 500)")
        edit(chapter_of(small_copy), "Gradient descent follows", "Gradient descent, as one knows, follows")
        wait(browser, has("as one knows"))
        wait(second, f"{shown} && {number} > {earlier}")
        assert second.run("scrollY") == 500


def test_a_chapter_is_where_the_preview_begins(small_copy, browser):
    with preview(small_copy.root, "least_squares") as (address, _):
        browser.open(address, 1200, 300, scripts=True)
        wait(browser, has("Gradient descent follows"))
        wait(browser, "Math.abs(document.querySelector('main > h2').getBoundingClientRect().top) < 40")


def test_a_file_of_another_tool(tmp_path, browser):
    file = tmp_path / "mine.md"
    alike = "### Results\n\nWords that two chapters have.\n"
    file.write_text(
        f"# Mine\n\n## One\n\nSome words stand here.\n\n## One Self\n\n{alike}\n## *Self*\n\n{alike}", "utf-8"
    )
    with preview(tmp_path, "mine.md") as (address, _):
        browser.open(address, 900, scripts=True)
        wait(browser, has("Some words"))
        edit(file, "Some words", "Other words")
        wait(browser, has("Other words"))
        edit(file, "here.", "here.\n\n![a](missing.png)")
        wait(browser, has("mine.md:7", ".preview-problems"))
        edit(file, "here.", "here: $\\frac{1$.")
        wait(browser, has("mine.md:5", ".preview-problems"))
        assert browser.run(has("Other words"))
        file.write_text(f"{file.read_text(encoding='utf-8')}\n![b](missing.png)\n", encoding="utf-8")
        wait(browser, has("mine.md:21", ".preview-problems"))
        shown = (
            "[...document.querySelectorAll('main > h2, main > .preview-note > .preview-place')].map(e => e.textContent)"
        )
        assert browser.run(shown) == ["One", "mine.md:5", "mine.md:7", "One Self", "Self", "mine.md:21"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine.md"]


def get(address: str, path: str, host: str = "") -> tuple[int, bytes]:
    """As no browser would ask: the path as it is."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=SECONDS)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", host or place.netloc)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_other_hosts_other_tokens_and_other_files_are_refused(tmp_path):
    (tmp_path / "mine.md").write_text("# Mine\n", encoding="utf-8")
    with preview(tmp_path, "mine.md") as (address, _):
        place = urlsplit(address)
        assert place.hostname == "127.0.0.1"
        assert get(address, place.path)[0] == 200
        assert get(address, place.path, f"localhost:{place.port}")[0] == 200
        for host in ("example.org", f"example.org:{place.port}", "127.0.0.1", f"127.0.0.1:{place.port}.example.org"):
            assert get(address, place.path, host) == (403, b"")
        for path in ("/", "/wrong/", f"{place.path[:-2]}/", f"/wrong{place.path}", "/favicon.ico", "//"):
            assert get(address, path) == (404, b"")
        for path in (
            "mine.md",
            "../mine.md",
            "%2e%2e/mine.md",
            "..%2f..%2fserver.py",
            "/etc/passwd",
            "waiting.html",
            "images/1/-1",
        ):
            assert get(address, place.path + path)[0] == 404


def test_ctrl_c_ends_it_and_all_its_processes(small_copy):
    with preview(small_copy.root) as (address, process):
        place = urlsplit(address)
        events = http.client.HTTPConnection(place.hostname or "", place.port, timeout=SECONDS)
        events.request("GET", f"{place.path}events?pdf")  # somebody looks at the PDF
        stream = events.getresponse()
        until(lambda: len(children(process.pid)) >= 1)
        stream.readline()
        started = children(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert process.stdout
        assert process.stdout.read() == ""
        events.close()
    until(lambda: not [pid for pid in started if alive(pid)])


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split() if alive(int(line))]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Fragile:
    """What a worker may come to have."""

    def number(self) -> int:
        return 1

    def writes_bytecode(self) -> bool:
        return not sys.dont_write_bytecode

    def fall(self) -> None:
        os._exit(3)

    def fail(self) -> None:
        raise KeyError("a name")

    def folder(self) -> Path:
        return Path(tempfile.mkdtemp())


@pytest.mark.parametrize(
    ("method", "told"), [("fall", "exit status 3"), ("fail", r"^\S+/test_preview.py:\d+: KeyError: 'a name'$")]
)
def test_a_renderer_that_breaks_is_a_problem_and_not_the_end(method, told):
    worker = Worker(Fragile)
    try:
        with pytest.raises(RenderError, match=told):
            asyncio.run(worker.call(method))
        assert asyncio.run(worker.call("number")) == 1
        assert not asyncio.run(worker.call("writes_bytecode")), "beside the project's modules"
    finally:
        worker.end()


def test_temporary_files_of_a_renderer_go_when_it_is_ended():
    worker = Worker(Fragile)
    try:
        folder = asyncio.run(worker.call("folder"))
        assert folder.is_dir()
    finally:
        worker.end()
    assert not folder.exists()


class Slow:
    """A renderer in the place of its worker: of an edit, the whole fails before the part comes."""

    def __init__(self) -> None:
        self.edited, self.late, self.pages = asyncio.Queue[set[Path]](), asyncio.Event(), 0

    async def changes(self, *_):
        while True:
            yield await self.edited.get()

    def end(self) -> None: ...

    async def call(self, method: str, *_):
        if method == "html":
            self.pages += 1
            if self.pages > 1:
                raise RenderError("params.yaml: wrong")
            return Page(["<p>"], [])
        if method == "edit":
            await self.late.wait()
            return Edit([], [])
        return {"sources": [], "known": b"known"}.get(method)


def test_a_part_that_comes_after_the_whole_has_failed_takes_no_problem_away(monkeypatch, tmp_path):
    slow: Any = Slow()
    monkeypatch.setattr(session, "Worker", lambda *_: slow)
    monkeypatch.setattr(session.watch, "changes", slow.changes)

    async def problems() -> list[str]:
        one = session.Session(lambda: slow, tmp_path)
        await one.begin()
        async with asyncio.timeout(SECONDS):
            async for told in one.news(False, 0):
                if told["version"] == told["edit"] == 1 and not told["busy"] and slow.edited.empty():
                    slow.edited.put_nowait(set())
                if told["problems"]:
                    break
        slow.late.set()
        for _ in range(20):
            await asyncio.sleep(0)
        await one.end()
        return [problem["message"] for problem in one._told()["problems"]]

    assert asyncio.run(problems()) == ["wrong"]


def test_a_port_that_is_taken_and_a_chapter_that_is_not_there_are_one_line(small, tmp_path, capsys):
    from ronkyo import cli

    assert cli.main(["-C", str(small.root), "preview", "least_square", "--no-browser"]) == 1
    assert "nearest: 01_least_squares" in capsys.readouterr().err
    with preview(small.root) as (address, _):
        port = str(urlsplit(address).port)
        assert cli.main(["-C", str(small.root), "preview", "--port", port, "--no-browser"]) == 1
    assert f"--port {port}: expected a free port" in capsys.readouterr().err


def test_words_near_a_line_are_those_of_its_paragraph_first(tmp_path):
    file = tmp_path / "a.md.j2"
    file.write_text(
        '## 見出しの語\n\n前の段落である。\n\n短い $x$ と、長い\n文の続き {{ mean("a") }} です。\n\n後の段落。\n',
        encoding="utf-8",
    )
    assert places.near(file, 6) == ["と、長い文の続き", "前の段落である。", "見出しの語"]
