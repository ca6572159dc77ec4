"""The one kind of error that is shown to a user without a traceback."""

import difflib
from collections.abc import Iterable, Sequence

MOST_NAMED = 6  # names in a line


class UserError(Exception):
    """Something that the user can mend: its text says what, where and what was expected, a line for each thing."""


class ReportError(UserError):
    """The report cannot be built: where (template:line), what, and what was expected."""


def conflict(content: bytes) -> int:
    """The line at which Git could not merge a text; 0 where there is none."""
    lines = content.splitlines()
    return next((number for number, line in enumerate(lines, start=1) if line.startswith(b"<<<<<<< ")), 0)


def nearest(name: object, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the known one that is most like it, if one is."""
    close = difflib.get_close_matches(str(name), known, n=1)
    return f"; nearest: {close[0]}" if close else ""


def few(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """The first names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
