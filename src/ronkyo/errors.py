"""The errors that are shown to a user in one line, without a traceback: the user's own, and the system's."""

from __future__ import annotations

import difflib
import errno
import os
import unicodedata
from collections.abc import Iterable, Sequence

MOST_NAMED = 6  # names in a line

DEBUG = "RONKYO_DEBUG"  # where it is set, errors of the system have their traceback

# What the system refuses; the file that is not there is not among them: which one was meant is known to who opened it.
_REFUSALS = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE),
    *(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.ENAMETOOLONG, errno.ELOOP),
}
_NO_MEMORY = ("can't allocate memory", "Cannot allocate memory", "failed to map segment", "can't start new thread")


class UserError(Exception):
    """Something that the user can mend: its text says what, where and what was expected, a line for each thing."""


class ReportError(UserError):
    """The report cannot be built: where (template:line), what, and what was expected."""


def told(error: BaseException, place: str = "") -> str | None:
    """The line for a user's error, or for what the system refuses: the file, else the place, and the reason. None for all
    others, which are mistakes in code: their traceback is what helps."""
    if isinstance(error, UserError):
        return printable(str(error))
    if os.environ.get(DEBUG):
        return None
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError) or any(sign in text for sign in _NO_MEMORY):
        return ": ".join(filter(None, [place, "not enough memory", text]))
    if not isinstance(error, OSError) or error.errno not in _REFUSALS:
        return None
    more = "; `ulimit -n` tells how many may be open" if error.errno in (errno.EMFILE, errno.ENFILE) else ""
    return f"{_shown(error.filename) or place or 'standard output or a temporary file'}: {error.strerror}{more}"


def printable(text: str) -> str:
    """With what would command a terminal, or be seen nowhere, as its code: it may come from a file of anybody's."""
    return "".join(
        repr(letter)[1:-1] if unicodedata.category(letter) in ("Cc", "Cf") and letter != "\n" else letter
        for letter in text
    )


def _shown(file: object) -> str:
    """A path from the current folder, where it is below that."""
    if not isinstance(file, str | bytes | os.PathLike):
        return ""
    path, here = os.path.abspath(os.fsdecode(file)), os.getcwd()
    return os.path.relpath(path, here) if path.startswith(here + os.sep) else path


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
