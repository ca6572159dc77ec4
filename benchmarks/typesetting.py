"""How long a report takes from Markdown to PDF, and how much memory, as it grows: python benchmarks/typesetting.py [TIMES…]

The body of reports/day3.md is set 1, 2, 4 and 8 times over, each in a process of its own; beside it headless Chromium
prints the same report's HTML. Its memory is the largest of its processes, ours is the only one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pypdf

if TYPE_CHECKING:
    from ronkyo.project import Project
    from ronkyo.typeset.front import Front
    from ronkyo.typeset.tree import Tree

REPORT = Path("reports/day3.md")
OWN = re.compile(r"""(?:\bid="|data-id: "|\\label\{|\{#)([^"'\s,)}]+)""")
OWN_OR_REFERRED_TO = re.compile(r"""(?:\bid="|data-id: "|\\label\{|\{#|href="#|\]\(#)([^"'\s,)}]+)""")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def main(arguments: list[str]) -> None:
    if arguments[:1] in (["--pdf"], ["--html"]):
        text = repeated(REPORT.read_text(encoding="utf-8"), int(arguments[1]))
        (write_pdf if arguments[0] == "--pdf" else write_html)(text, Path(arguments[2]))
        return
    if CHROMIUM is None:
        print("Chromium is not installed: no comparison")
    print("times  pages  seconds  seconds/page  peak MB  Chromium's seconds  its peak MB  ratio of seconds")
    for times in map(int, arguments or ("1", "2", "4", "8")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            seconds, memory = measured(sys.executable, __file__, "--pdf", str(times), name)
            pages = len(pypdf.PdfReader(folder / "report.pdf").pages)
            row = f"{times:5}  {pages:5}  {seconds:7.1f}  {seconds / pages:12.3f}  {memory:7.0f}"
            if CHROMIUM:
                measured(sys.executable, __file__, "--html", str(times), name)
                theirs, their_memory = measured(
                    CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={name}/profile",
                    f"--print-to-pdf={name}/chromium.pdf", f"file://{name}/report.html",
                )  # fmt: skip
                assert (folder / "chromium.pdf").is_file(), "Chromium wrote no PDF"
                row += f"  {theirs:18.1f}  {their_memory:11.0f}  {seconds / theirs:16.2f}"
            print(row, flush=True)


def measured(*command: str) -> tuple[float, float]:
    """Seconds and peak MB of a command, in a process that waits for nothing else."""
    script = (
        "import resource, subprocess, sys, time; start = time.monotonic();"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE);"
        "print(time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak) / (1024**2 if sys.platform == "darwin" else 1024)


def write_pdf(text: str, folder: Path) -> None:
    from ronkyo.typeset import page, pdf

    tree, front, project = read(text)
    (folder / "report.pdf").write_bytes(pdf.write(page.for_print(tree, front), front.day, project.root))


def write_html(text: str, folder: Path) -> None:
    from ronkyo.typeset import page

    tree, front, project = read(text)
    (folder / "report.html").write_text(page.for_browser(tree, front, project.root).html, encoding="utf-8")


def read(text: str) -> tuple[Tree, Front, Project]:
    from ronkyo.project import Project
    from ronkyo.report.build import front_of
    from ronkyo.typeset import tree
    from ronkyo.words import Words

    project = Project.find(Path.cwd())
    front = front_of(project.load_report())
    built = tree.build(text, Words(front.language), project.manifest.boxes)
    for image in built.root.iter("img"):
        image.set("src", os.path.normpath(f"{project.relative(project.reports)}/{image.get('src')}"))
    return built, front, project


def repeated(text: str, times: int) -> str:
    """The text `times` over; what has an id of its own, and references to it, carry the number of their copy."""
    own = set(OWN.findall(text))

    def numbered(number: int) -> str:
        def rename(match: re.Match[str]) -> str:
            return f"{match[0]}-{number}" if match[1] in own else match[0]

        copy = OWN_OR_REFERRED_TO.sub(rename, text)
        return re.sub(r"\[\^([^\]]+)\]", rf"[^\1-{number}]", copy)

    return "\n\n".join([text, *map(numbered, range(2, times + 1))])


if __name__ == "__main__":
    main(sys.argv[1:])
