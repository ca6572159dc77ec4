"""How values and texts that differ are told of in a line."""

from __future__ import annotations

import html
import json
import re
from typing import Any

LONGEST = 80  # letters of a value in a line
BEFORE, BEHIND = 12, 28  # the first letter that differs


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
