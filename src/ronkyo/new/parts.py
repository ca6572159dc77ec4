"""`ronkyo new experiment NAME` and `ronkyo new chapter NAME`: one more of what a project has."""

from __future__ import annotations

import keyword
import re
import shutil
from pathlib import Path

from ronkyo import files
from ronkyo.errors import UserError
from ronkyo.new.project import NewError, write_experiment
from ronkyo.new.templates import Templates
from ronkyo.project import Project
from ronkyo.run import definition

INCLUDE = re.compile(r"\{% include \"(.+?)\" %\}")


def create_experiment(project: Project, name: str) -> list[str]:
    """A folder of short modules, and its section in params.yaml. Returns what was done, a line for each thing.

    Raises NewError, or UserError where the parameters or the pipeline are wrong already; then nothing was written.
    """
    _check_name(name)
    folder = project.experiments_folder / name
    if folder.exists() or name in project.load_params():
        raise NewError(f"{name}: expected the name of a new experiment, found one in {project.relative(folder.parent)}")
    definition.check(project)  # raises what would stop it below
    templates = _templates(project, name)
    section = templates.text("section/params.yaml.j2")
    text = project.params_file.read_text(encoding="utf-8").rstrip("\n")
    before = project.params_file.read_bytes()
    written = write_experiment(templates, folder)
    try:
        files.write_text(project.params_file, f"{text}\n\n{section}")
        pipeline = definition.write(Project.find(project.root))
    except UserError:
        files.write_bytes(project.params_file, before)
        shutil.rmtree(folder)
        raise
    return [
        f"{project.relative(folder)}: {', '.join(sorted(path.name for path in written))}",
        f"{project.relative(project.params_file)}: the section {name}",
        *(f"{project.relative(file)}: its stages" for file in pipeline),
    ]


def create_chapter(project: Project, name: str) -> list[str]:
    """A template, and its include in the report before the ledger. Returns what was done. Raises NewError."""
    _check_name(name)
    folder, report = project.templates / "chapters", project.templates / "report.md.j2"
    existing = sorted(path.name for path in folder.glob("*.md.j2"))
    if twin := next((file for file in existing if file.partition("_")[2] == f"{name}.md.j2"), None):
        raise NewError(f"{name}: expected the name of a new chapter, found {project.relative(folder / twin)}")
    numbers = [int(file[:2]) for file in existing if file[:2].isdecimal()]
    chapter = folder / f"{max(numbers, default=0) + 1:02}_{name}.md.j2"
    if not report.is_file():
        raise NewError(f"{project.relative(report)}: expected the report's template, found nothing")
    lines = report.read_text(encoding="utf-8").splitlines()
    place = _before_ledger(project, lines)
    lines[place:place] = ["", f'{{% include "chapters/{chapter.name}" %}}']
    files.write_text(chapter, _templates(project, name).text("chapter/chapter.md.j2"))
    files.write_text(report, "\n".join(lines) + "\n")
    return [f"{project.relative(chapter)}: a chapter", f"{project.relative(report)}:{place + 2}: its include"]


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise NewError(f"{name!r}: expected lower-case letters, digits and '_', beginning with a letter")
    if keyword.iskeyword(name) or name == "downloads":  # data/downloads is everybody's
        raise NewError(f"{name!r}: expected another name, since that one is taken")


def _templates(project: Project, name: str) -> Templates:
    title = name.replace("_", " ").capitalize()
    values = {"package": project.manifest.package, "experiment": name, "title": title, "label": title}
    return Templates(project.load_report().language, values)


def _before_ledger(project: Project, lines: list[str]) -> int:
    """Where an include can be added: behind the last one before the ledger, which must come after every claim."""
    after = 0
    for number, line in enumerate(lines):
        included = INCLUDE.search(line)
        if _calls_ledger(project.templates / included[1] if included else None, line):
            return after or number
        if included:
            after = number + 1
    return after or len(lines)


def _calls_ledger(included: Path | None, line: str) -> bool:
    text = included.read_text(encoding="utf-8") if included and included.is_file() else line
    return re.search(r"\{\{-? *ledger\(", text) is not None
