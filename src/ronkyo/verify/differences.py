"""Where two documents, or two texts, differ, and how that is told of in a line."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

UNITS = 2  # of the sixth digit: what another processor's libraries may change in a number
LONGEST = 80  # letters of a value in a line
BEFORE, BEHIND = 12, 28  # the first letter that differs


class Difference(NamedTuple):
    """At a dotted path; None stands for what is not there, too."""

    path: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.path}: expected {shown(self.expected)}, found {shown(self.found)}"

    @property
    def is_rounding(self) -> bool:
        """Whether the two are one number but for the sixth digit."""
        numbers = (self.expected, self.found)
        if not all(isinstance(number, float) and math.isfinite(number) for number in numbers):
            return False
        unit = 10.0 ** (math.floor(math.log10(max(map(abs, numbers)))) - 5)
        return abs(self.expected - self.found) <= (UNITS + 0.5) * unit


def differences(expected: Any, found: Any, path: str = "") -> Iterator[Difference]:
    """In the order of the first document."""
    if isinstance(expected, dict) and isinstance(found, dict):
        pairs = [(str(name), expected.get(name), found.get(name)) for name in {**expected, **found}]
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = [(str(index), *pair) for index, pair in enumerate(zip(expected, found, strict=True))]
    else:
        if expected != found or isinstance(expected, bool) != isinstance(found, bool):
            yield Difference(path, expected, found)
        return
    for name, one, other in pairs:
        yield from differences(one, other, f"{path}.{name}" if path else name)


# -- in a line ---------------------------------------------------------------------------------------------------------


def shown(value: Any) -> str:
    """On one line, and not a long one."""
    if value is None:
        return "nothing"
    text = " ".join((value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def plain(markup: str) -> str:
    """Without tags, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", "", markup)).split())


def unlike(expected: str, found: str) -> str:
    """What one text says where another first says something else; of markup, unless nothing else differs, the text."""
    if plain(expected) != plain(found):
        expected, found = plain(expected), plain(found)
    pairs = enumerate(zip(expected, found, strict=False))
    at = next((index for index, (one, other) in pairs if one != other), min(len(expected), len(found)))
    return f"expected {_around(expected, at)}, found {_around(found, at)}"


def _around(text: str, at: int) -> str:
    start, end = max(0, at - BEFORE), at + BEHIND
    told = f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
    return f"“{told}”" if told else "nothing"
