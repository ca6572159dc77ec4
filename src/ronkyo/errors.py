"""The one kind of error that is shown to a user without a traceback."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Something that the user can mend: its text says what, where and what was expected, a line for each thing."""


class ReportError(UserError):
    """The report cannot be built: where (template:line), what, and what was expected."""


def nearest(name: object, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the known one that is most like it, if one is."""
    close = difflib.get_close_matches(str(name), known, n=1)
    return f"; nearest: {close[0]}" if close else ""
