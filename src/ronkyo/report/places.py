"""Where in the templates something stands: the call under way, and any piece of the text that they give.

While templates render, an invisible mark stands before every line of theirs and before every call; then the marks are
taken out, and what is left between two of them is known to come from the line of the first.
"""

from __future__ import annotations

import inspect
import re
import traceback
from bisect import bisect_right
from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

MARK = re.compile("\ue000([^\ue001]*)\ue001")  # private characters, which no text has
_NOT_SET = r"\s*(?:\\(?:label|tag\*?)\{[^{}]*\}\s*)*"  # of a formula: the engine takes it out


class Marks(Extension):
    """Marks the lines of templates."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        name = stream.filename or stream.name
        for token in stream:
            if token.type == "data":
                lines = token.value.split("\n")
                text = "\n".join(_marked(line, f"{name}:{token.lineno + index}") for index, line in enumerate(lines))
                yield Token(token.lineno, "data", text)
                continue
            if token.type == "variable_begin":
                yield Token(token.lineno, "data", f"\ue000{name}:{token.lineno}\ue001")
            yield token


def _marked(line: str, place: str) -> str:
    """The blanks at a line's start stay there: they are taken off."""
    text = line.lstrip()
    return f"{line[: len(line) - len(text)]}\ue000{place}\ue001{text}" if text else line


class Places:
    """A text without its marks, and where each piece of it comes from."""

    def __init__(self, marked: str) -> None:
        pieces = MARK.split(marked)  # text, place, text, place, …, text
        self.text = "".join(pieces[::2])
        self._places = pieces[1::2]
        self._starts: list[int] = []
        start = 0
        for piece in pieces[:-1:2]:
            start += len(piece)
            self._starts.append(start)

    def of(self, offset: int) -> str:
        """template:line of a piece of the text."""
        return self._places[max(0, bisect_right(self._starts, offset) - 1)]

    def spans(self) -> dict[str, tuple[int, int]]:
        """Of each template that has a place in the text, from where to where it and what it includes go."""
        spans: dict[str, tuple[int, int]] = {}
        ends = [*self._starts[1:], len(self.text)]
        for place, start, end in zip(self._places, self._starts, ends, strict=True):
            file = place.partition(":")[0]
            spans[file] = spans.get(file, (start, end))[0], end
        return spans

    def of_formula(self, tex: str) -> list[str]:
        """Of every formula with this TeX."""
        inside = _NOT_SET.join(map(re.escape, tex.split()))
        return self._of_all(rf"(?:\$|\\[(\[]){_NOT_SET}{inside}{_NOT_SET}(?:\$|\\[)\]])")

    def of_link(self, target: str) -> list[str]:
        """Of every link to an anchor."""
        return self._of_all(rf"""\(#{re.escape(target)}[\s)]|href=["']#{re.escape(target)}["']""")

    def of_text(self, text: str, before: str = "") -> list[str]:
        """Of a text as it stands in the Markdown, wherever it follows what the pattern `before` means."""
        return self._of_all(before + re.escape(text))

    def _of_all(self, pattern: str) -> list[str]:
        """At least one place: what Markdown made of the text may read otherwise than the text."""
        starts = [match.start() for match in re.finditer(pattern, self.text, re.MULTILINE)]
        return list(dict.fromkeys(map(self.of, starts or [0])))


def of_error(error: Exception) -> str | None:
    """template:line of the innermost frame that stands in a template (Jinja maps its code back to them)."""
    frames = traceback.extract_tb(error.__traceback__)
    return next(
        (f"{frame.filename}:{frame.lineno}" for frame in reversed(frames) if frame.filename.endswith(".j2")), None
    )


def of_call() -> str:
    """template:line of the call under way, from the frames that Jinja compiled; words where none is."""
    frame = inspect.currentframe()
    while frame and "__jinja_template__" not in frame.f_globals:
        frame = frame.f_back
    if frame is None:
        return "no template"
    template = frame.f_globals["__jinja_template__"]
    return f"{template.filename}:{template.get_corresponding_lineno(frame.f_lineno)}"
