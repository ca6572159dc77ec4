"""The lint of a report's prose: numbers typed by hand, comparisons outside claims, other words than its terms."""

from ronkyo.claims.lint.core import ADVICE, Finding, LintError, Rules, lint, lint_files, marks

__all__ = ["ADVICE", "Finding", "LintError", "Rules", "lint", "lint_files", "marks"]
