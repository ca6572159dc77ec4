"""How long the report takes from what is there: python benchmarks/building.py [REPEATS]

`ronkyo build --html` and `--pdf` as commands, with an empty cache (but for the fonts) and with a full one; in one process the
page again, unchanged and after an edit of a chapter. Medians; the project is copied, and stays as it is.
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
        for form in ("--html", "--pdf"):
            shutil.rmtree(caches / "ronkyo" / "made", ignore_errors=True)
            told(f"build {form}, empty cache", 1, lambda: command(root, form))  # noqa: B023
            told(f"build {form}, full cache", repeats, lambda: command(root, form))  # noqa: B023
        builder = Builder(Project.find(root))
        told("page, first in a process", 1, builder.html)
        told("page again, unchanged", repeats, builder.html)
        chapter = sorted((root / "report_templates" / "chapters").glob("*.md.j2"))[0]
        told("page again, after an edit", repeats, lambda: (edit(chapter), builder.html()))


def command(root: Path, form: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "ronkyo.cli", "-C", str(root), "build", form], check=True, capture_output=True
    )


def edit(chapter: Path) -> None:
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(text.replace("\n\n", "\n\n. ", 1), encoding="utf-8")


def told(what: str, repeats: int, work: Callable[[], object]) -> None:
    """Print the median seconds of some work: on the clock, and of this process and its children on a processor."""
    walls, processors = [], []
    for _ in range(repeats):
        wall, before = time.perf_counter(), os.times()
        work()
        after = os.times()
        walls.append(time.perf_counter() - wall)
        processors.append(sum(after[:4]) - sum(before[:4]))
    print(
        f"{what:30} {statistics.median(walls):7.2f} s, on a processor {statistics.median(processors):7.2f} s",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
