"""The errors that are shown to a user in one line, without a traceback: the user's own, and the system's."""

from __future__ import annotations

import difflib
import errno
import os
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from traceback import StackSummary, TracebackException, extract_tb

MOST_NAMED = 6  # names in a line
MANIFEST = "pyproject.toml"  # in the root of a project

DEBUG = "RONKYO_DEBUG"  # where it is set, errors of the system have their traceback, and tracebacks are whole

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
    others, which are mistakes in code."""
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
    file = shown(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes | os.PathLike) else ""
    return f"{file or place or 'standard output or a temporary file'}: {error.strerror}{more}"


def mistake(error: BaseException) -> str:
    """Of a mistake in code: the traceback from the project's own code on, or a whole one; a last line with file:line of the
    innermost frame in that code, or of the innermost frame."""
    trace = TracebackException.from_exception(error)
    own = [place for place, frame in enumerate(trace.stack) if _is_own(frame.filename)]
    inner = trace.stack[-1:]
    if own and not os.environ.get(DEBUG):
        trace.stack = StackSummary.from_list(trace.stack[own[0] :])
    *lines, _ = trace.format()
    message = " ".join(" ".join([str(error), *getattr(error, "__notes__", [])]).split())
    place = own_place(error) or "".join(f"{shown(frame.filename)}:{frame.lineno}" for frame in inner)
    return "".join(lines) + ": ".join(filter(None, [place, type(error).__name__, message]))


def own_place(error: BaseException) -> str:
    """file:line of the innermost frame in a project's own code; "" where there is none."""
    frames = reversed(extract_tb(error.__traceback__))
    return next((f"{shown(frame.filename)}:{frame.lineno}" for frame in frames if _is_own(frame.filename)), "")


def not_python(error: SyntaxError, file: str | Path) -> str:
    """The line for a file of code that cannot be read."""
    return f"{shown(file)}:{error.lineno}: expected Python, found an error: {error.msg}"


def _is_own(file: str) -> bool:
    return Path(__file__).parent not in Path(file).parents and shown(file).startswith("src/")


def shown(file: str | Path) -> str:
    """A path from the root of the project around it, else from the current folder where it is below that."""
    path, here = Path(os.path.abspath(file)), Path.cwd()
    root = next((folder for folder in path.parents if (folder / MANIFEST).is_file()), here)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def counted(number: int, noun: str) -> str:
    """1 claim, 1,200 claims"""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def printable(text: str) -> str:
    """With what would command a terminal, or be seen nowhere, as its code: it may come from a file of anybody's."""
    return "".join(
        repr(letter)[1:-1] if unicodedata.category(letter) in ("Cc", "Cf") and letter != "\n" else letter
        for letter in text
    )


def conflict(content: bytes) -> int:
    """The line at which Git could not merge a text; 0 where there is none."""
    lines = content.splitlines()
    return next((number for number, line in enumerate(lines, start=1) if line.startswith(b"<<<<<<< ")), 0)


def not_utf8(error: UnicodeDecodeError) -> str:
    """The line and what is wrong there, to stand behind the file's name."""
    content, at = error.object, error.start
    return f":{content.count(bytes([10]), 0, at) + 1}: expected a text in UTF-8, found byte {content[at]:#04x}"


def nearest(name: object, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the known one that is most like it, if one is."""
    close = difflib.get_close_matches(str(name), known, n=1)
    return f"; nearest: {close[0]}" if close else ""


def few(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """The first names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
