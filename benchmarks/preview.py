"""How long an edit takes to the screen: python benchmarks/preview.py [EDITS] [page|PDF]

In a copy of the project a paragraph changes, of one chapter after the other; a headless Chromium waits for the new words
in the page, then for the new image of the PDF's page that it is looking at. Seconds from the write of the file, and
processor seconds of the processes that set what changed before the whole is set.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psutil

from ronkyo import files
from ronkyo.check import chromium
from ronkyo.preview import places
from ronkyo.project import Project

LEFT_OUT = {".venv", "runs", "data", ".git"}
WAIT = """new Promise(done => {
  const look = () => (%s) && done(1)
  new MutationObserver(look).observe(document.querySelector("main"), {childList: true, subtree: true, attributes: true})
  look()
})"""
WORDS = "[...document.querySelectorAll('main p')].some(p => p.textContent.includes('%s'))"
MIDDLE = """(() => {
  const boxes = [...document.querySelectorAll('.preview-page')]
  const far = box => Math.abs(box.getBoundingClientRect().top + box.getBoundingClientRect().bottom - innerHeight)
  const image = boxes.sort((a, b) => far(a) - far(b))[0]?.querySelector('img[src]')
  return image?.naturalWidth > 0 && image.src === new URL(image.closest('figure').dataset.shown, location).href
})()"""
EDIT = f"Number(document.querySelector('main').dataset.edit) >= %d && {MIDDLE}"
EDITS = "Number(document.querySelector('main').dataset.edits)"


def main(edits: int, views: list[str]) -> None:
    project = Project.find(Path.cwd())
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "project"
        shutil.copytree(
            project.root,
            root,
            symlinks=True,
            ignore=lambda at, _: LEFT_OUT if at == str(project.root) else {"__pycache__"},
        )
        command = [sys.executable, "-m", "ronkyo.cli", "-C", str(root), "preview", "--no-browser"]
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(root / "src")}
        )
        try:
            assert server.stdout
            address = server.stdout.readline().strip()
            with chromium.browser(Path(name) / "profile") as page:
                for view in views:
                    report(view, _view(page, address, view, root, edits, psutil.Process(server.pid)))
        finally:
            server.terminate()
            server.wait()


def _view(
    page: chromium.Page, address: str, view: str, root: Path, edits: int, server: psutil.Process
) -> list[tuple[float, float]]:
    chapters = [file for file in sorted((root / "report_templates/chapters").glob("*.md.j2")) if _lines(file)]
    rows = []
    for number in range(edits):
        chapter = chapters[number % len(chapters)]
        if view == "PDF" or number == 0:
            place = f"pdf#at:{quote(places.heading(chapter))}" if view == "PDF" else ""
            page.open("about:blank", 1440)  # or another anchor alone would load nothing
            page.open(address + place, 1440, scripts=True)
            _until(page, MIDDLE if view == "PDF" else "!!document.querySelector('main > p:not([class])')")
            time.sleep(1)
            if number == 0:  # the processes that set what changed start
                _until(page, "!document.querySelector('.preview-busy')")
                time.sleep(5)
        word = f"edit{view}{number}"
        waiting = EDIT % (page.run(EDITS) + 1) if view == "PDF" else WORDS % word
        before = _processor(server)
        seconds = _seconds(page, lambda: _write(chapter, word), WAIT % waiting)  # noqa: B023
        rows.append((seconds, _processor(server) - before))
    return rows


def _until(page: chromium.Page, condition: str) -> None:
    while not page.run(condition):
        assert not (problems := page.run("document.querySelector('.preview-problems')?.textContent")), problems
        time.sleep(0.2)


def _lines(chapter: Path) -> list[int]:
    """Where paragraphs are."""
    lines = ["", *chapter.read_text(encoding="utf-8").splitlines(), ""]
    return [
        place - 1
        for place, line in enumerate(lines)
        if len(line) > 40 and line[0] not in "#{$|<-/[" and not lines[place - 1] and not lines[place + 1]
    ]


def _write(chapter: Path, word: str) -> None:
    text = chapter.read_text(encoding="utf-8").splitlines()
    line = _lines(chapter)[0]
    text[line] = f"{text[line].split(' edit')[0]} {word}"
    files.write_text(chapter, "\n".join(text) + "\n")


def _seconds(page: chromium.Page, write: Callable[[], None], waiting: str) -> float:
    """From the write to the screen."""
    begun = 0.0

    def edit() -> None:
        nonlocal begun
        begun = time.monotonic()
        write()

    threading.Timer(0.5, edit).start()
    page.run(waiting)
    return time.monotonic() - begun


def _processor(server: psutil.Process) -> float:
    """Seconds of the server's processes whose priority is not lower."""
    renderers = [process for process in server.children() if process.nice() == server.nice()]
    return sum(sum(process.cpu_times()[:2]) for process in renderers)


def report(view: str, rows: list[tuple[float, float]]) -> None:
    print(f"{view:4}  {len(rows)} edits", flush=True)
    for name, values in zip(("seconds", "processor seconds"), zip(*rows, strict=True), strict=True):
        high = statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
        print(f"      {name:17}  median {statistics.median(values):.2f}  95 %: {high:.2f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 50, sys.argv[2:] or ["page", "PDF"])
