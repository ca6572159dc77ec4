"""How long the report takes from what is there: python benchmarks/building.py [REPEATS]

`ronkyo build --html` and `--pdf` as commands, with an empty cache (but for the fonts), with a full one, and after each edit of
a chapter; in one process the page again, unchanged and after an edit. Medians, and what part of the first build's time they
are; the project is copied, and stays as it is.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ronkyo.project import Project
from ronkyo.report.build import Builder
from ronkyo.typeset import fonts

WHAT_IS_THERE = ("params.yaml", "pyproject.toml", "dvc.yaml", "dvc.lock", "versions.yaml", "requirements.lock")
FOLDERS = ("report_templates", "reports", "src", "stages")


def main(arguments: list[str]) -> None:
    repeats = int(arguments[0]) if arguments else 10
    with tempfile.TemporaryDirectory() as name:
        root, caches = Path(name) / "project", Path(name) / "cache"
        for file in WHAT_IS_THERE:
            root.mkdir(exist_ok=True)
            shutil.copy(file, root / file)
        for folder in FOLDERS:
            shutil.copytree(folder, root / folder)
        built = fonts.folder()
        shutil.copytree(built, caches / "ronkyo" / "fonts" / built.name)
        os.environ["XDG_CACHE_HOME"] = str(caches)
        chapter = sorted((root / "report_templates" / "chapters").glob("*.md.j2"))[0]
        for form in ("--html", "--pdf"):
            shutil.rmtree(caches / "ronkyo" / "made", ignore_errors=True)
            build = partial(command, root, form)
            first = told(f"build {form}, empty cache", 1, build)
            told(f"build {form}, full cache", repeats, build, first=first)
            told(f"build {form}, after an edit", repeats, build, partial(edit, chapter), first)
        builder = Builder(Project.find(root))
        told("page, first in a process", 1, builder.html)
        told("page again, unchanged", repeats, builder.html)
        told("page again, after an edit", repeats, builder.html, partial(edit, chapter))


def command(root: Path, form: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "ronkyo.cli", "-C", str(root), "build", form], check=True, capture_output=True
    )


def edit(chapter: Path) -> None:
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(text.replace("\n\n", "\n\n. ", 1), encoding="utf-8")


def told(
    what: str,
    repeats: int,
    work: Callable[[], object],
    before: Callable[[], object] = lambda: None,
    first: float | None = None,
) -> float:
    """Print and return the median seconds of some work on a processor, of this process and its children; print those on the
    clock, and the part of `first` that the former are."""
    walls, processors = [], []
    for _ in range(repeats):
        before()
        wall, begun = time.perf_counter(), os.times()
        work()
        ended = os.times()
        walls.append(time.perf_counter() - wall)
        processors.append(sum(ended[:4]) - sum(begun[:4]))
    processor = statistics.median(processors)
    part = f", {processor / first:.0%} of the first" if first else ""
    print(f"{what:30} {statistics.median(walls):7.2f} s, on a processor {processor:7.2f} s{part}", flush=True)
    return processor


if __name__ == "__main__":
    main(sys.argv[1:])
