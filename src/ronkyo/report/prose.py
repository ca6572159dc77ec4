"""The lint of a project's templates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from ronkyo import params
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
    return lint_files(templates(project), rules(project), project.root)
