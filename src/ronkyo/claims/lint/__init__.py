"""The lint of a report's prose: numbers typed by hand, and comparisons outside claims."""

from ronkyo.claims.lint.core import ADVICE, Finding, LintError, Rules, lint, lint_files, marks

__all__ = ["ADVICE", "Finding", "LintError", "Rules", "lint", "lint_files", "marks"]
