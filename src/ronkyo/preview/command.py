"""The command `ronkyo preview`."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from ronkyo.errors import UserError, nearest
from ronkyo.project import NoProject, Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    preview = commands.add_parser(
        "preview",
        help="the report in the browser, which follows what you write",
        description="Shows the report, as a page and as the PDF, at an address of this computer alone, and again after every "
        "edit. What is wrong stands at its place. Ctrl-C ends it. Nothing is written in the project.",
    )
    preview.add_argument(
        "what", nargs="?", default="", metavar="CHAPTER|FILE.md", help="where to begin; or a Markdown file of your own"
    )
    preview.add_argument("--port", type=int, default=0, metavar="N", help="of 127.0.0.1 (default: a free one)")
    preview.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    preview.set_defaults(run=_run)


def _run(what: str, port: int, no_browser: bool, directory: Path) -> int:
    from ronkyo.preview import renderers, server

    start = ""
    if what.endswith(".md"):
        file = (directory / what).resolve()
        if not file.is_file():
            beside = file.parent.glob("*.md") if file.parent.is_dir() else ()
            raise UserError(
                f"{what}: expected a Markdown file, found nothing{nearest(file.name, [p.name for p in beside])}"
            )
        try:
            boxes = Project.find(directory).manifest.boxes
        except NoProject:
            boxes = {}
        make, root = partial(renderers.OfFile, file, boxes), file.parent
    else:
        project = Project.find(directory)
        start = _heading(project, what) if what else ""
        make, root = partial(renderers.OfProject, project.root), project.root
    server.run(make, root, port, browser=not no_browser, start=start)
    return 0


def _heading(project: Project, chapter: str) -> str:
    """The first heading of a chapter, which is named by its file, with or without the number before and what is behind."""
    from ronkyo.preview import places

    files = {file.name.removesuffix(".md.j2"): file for file in sorted(project.templates.glob("chapters/*.md.j2"))}
    wanted = Path(chapter).name.removesuffix(".md.j2")
    for name, file in files.items():
        number, _, rest = name.partition("_")
        if wanted in (name, rest) or (wanted.isdigit() and number.isdigit() and int(wanted) == int(number)):
            return places.heading(file)
    raise UserError(
        f"{chapter}: expected a chapter of {project.relative(project.templates)}/chapters, found none"
        f"{nearest(wanted, files)}"
    )
