"""The lint of a project's templates."""

from __future__ import annotations

from pathlib import Path

from ronkyo.claims.lint import Finding, Rules, lint_files
from ronkyo.project import Project
from ronkyo.report.functions import result_functions


def rules(project: Project) -> Rules:
    """The report's language, the sections in which the project tells results, and the functions that print them."""
    language = project.load_report().language
    return Rules(language, project.manifest.results, result_functions(project))


def templates(project: Project) -> list[Path]:
    return sorted(project.templates.rglob("*.md.j2"))


def lint(project: Project) -> list[Finding]:
    """The findings of all templates. Raises LintError."""
    return lint_files(templates(project), rules(project), project.root)
