"""How long an edit takes to the screen: python benchmarks/preview.py [EDITS]

In a copy of the project, a paragraph of its first chapter changes again and again; a headless Chromium waits for the new
words in the page, then for the new image of the PDF's page that it is looking at. Seconds from the write of the file.
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
from pathlib import Path

from ronkyo import files
from ronkyo.check import chromium
from ronkyo.project import Project

LEFT_OUT = {".venv", "runs", "data"}
WORDS = """new Promise(done => {
  const look = () => [...document.querySelectorAll("main > p")].some(p => p.textContent.includes("%s")) && done(1)
  new MutationObserver(look).observe(document.querySelector("main"), {childList: true, subtree: true})
  look()
})"""
NUMBER = "Math.max(0, ...[...document.images].map(image => Number(image.src.split('/').at(-2))).filter(n => n))"
IMAGE = f"""new Promise(done => {{
  const look = () => {NUMBER} > %d && done(1)
  new MutationObserver(look).observe(document.querySelector("main"), {{childList: true, subtree: true}})
  look()
}})"""


def main(edits: int) -> None:
    project = Project.find(Path.cwd())
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "project"
        shutil.copytree(
            project.root,
            root,
            symlinks=True,
            ignore=lambda at, _: LEFT_OUT if at == str(project.root) else {"__pycache__"},
        )
        chapter = sorted((root / "report_templates/chapters").glob("*.md.j2"))[0]
        command = [sys.executable, "-m", "ronkyo.cli", "-C", str(root), "preview", "--no-browser"]
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(root / "src")}
        )
        try:
            assert server.stdout
            address = server.stdout.readline().strip()
            with chromium.browser(Path(name) / "profile") as page:
                page.open(address, 1440, scripts=True)
                report(
                    "page",
                    [_seconds(page, chapter, number, "") for number in _warmed(page, edits, "main > p:not([class])")],
                )
                page.open(f"{address}pdf", 1440, scripts=True)
                report(
                    "PDF", [_seconds(page, chapter, number, "pdf") for number in _warmed(page, edits, "main img[src]")]
                )
        finally:
            server.terminate()
            server.wait()


def _warmed(page: chromium.Page, edits: int, selector: str) -> range:
    while not page.run(f"!!document.querySelector('{selector}')"):
        assert not (problems := page.run("document.querySelector('.preview-problems')?.textContent")), problems
        time.sleep(0.2)
    time.sleep(2)
    return range(edits)


def _seconds(page: chromium.Page, chapter: Path, number: int, view: str) -> float:
    """From the write to the screen."""
    word, begun = f"edit{view}{number}", 0.0
    text = chapter.read_text(encoding="utf-8").splitlines()
    line = next(index for index, line in enumerate(text) if len(line) > 40 and line[0] not in "#{$|<-")
    text[line] = f"{text[line].split(' edit')[0]} {word}"

    def write() -> None:
        nonlocal begun
        begun = time.monotonic()
        files.write_text(chapter, "\n".join(text) + "\n")

    waiting = IMAGE % page.run(NUMBER) if view else WORDS % word
    threading.Timer(0.5, write).start()
    page.run(waiting)
    return time.monotonic() - begun


def report(view: str, seconds: list[float]) -> None:
    high = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
    print(f"{view:4}  {len(seconds)} edits  median {statistics.median(seconds):.2f} s  95 %: {high:.2f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 50)
