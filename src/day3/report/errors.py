"""The error of the report, apart from all that can raise it."""

from day3.errors import UserError


class ReportError(UserError):
    """The report cannot be built: where (template:line), what, and what was expected."""
