"""The lint of a project's templates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ronkyo import cache, params
from ronkyo.claims.lint import Finding, Rules, lint_files
from ronkyo.project import Project
from ronkyo.report.functions import result_functions

Word = Annotated[str, Field(min_length=1)]


class _Document(params.Section):
    terms: dict[Word, list[Word]]  # a word, and the others that mean it


def rules(project: Project) -> Rules:
    """The report's language, the sections in which the project tells results, the functions that print them, and its terms,
    in terms.yaml, if it has them. Raises ParamsError."""
    language, file = project.load_report().language, project.templates / "terms.yaml"
    terms = params.load_whole(file, project.relative(file), _Document).terms if file.exists() else {}
    return Rules(language, project.manifest.results, result_functions(project), terms)


def templates(project: Project) -> list[Path]:
    return sorted(project.templates.rglob("*.md.j2"))


def lint(project: Project) -> list[Finding]:
    """The findings of all templates. Raises LintError and ParamsError."""
    files, measure = templates(project), rules(project)
    if not files:
        return lint_files(files, measure)
    return [finding for file in files for finding in _kept(file, measure, project.root)]


def _kept(file: Path, measure: Rules, root: Path) -> list[Finding]:
    """The findings of a file, which follow from its text and the rules. Raises LintError."""
    if not file.is_file():
        return lint_files([file], measure, root)
    told = {"language": measure.language, "sections": measure.sections, "calls": sorted(measure.calls)}
    told |= {"terms": measure.terms, "file": file.relative_to(root).as_posix()}

    def found() -> bytes:
        findings = lint_files([file], measure, root)
        return json.dumps([[each.line, each.kind, each.words, each.context] for each in findings]).encode()

    rows = json.loads(cache.get("lint", json.dumps(told).encode() + file.read_bytes(), found))
    return [Finding(file.relative_to(root), *row) for row in rows]
