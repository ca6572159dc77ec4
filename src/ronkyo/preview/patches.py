"""How a page that a browser shows becomes another one: what stands in the place of which of its blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

EDGE = re.compile(r"</?(?:section|main)\b[^>]*>[^<]*")  # the start or the end of a box

Patch = list[tuple[int, int, list[str]]]


def patch(old: Sequence[str], new: Sequence[str]) -> Patch | None:
    """Blocks [begin, end) of the old page and those in their place, the first of them being all that stands before the
    summary; None where other parts changed than blocks with a place of their own."""
    changes = [
        (begin, end, list(new[first:last]))
        for kind, begin, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
    return changes if all(_stands_alone(old, *change) for change in changes) else None


def _stands_alone(old: Sequence[str], begin: int, end: int, fresh: Sequence[str]) -> bool:
    if begin == 0:
        return end == len(fresh) == 1
    return end < len(old) and not any(
        EDGE.fullmatch(block) or block.lstrip().startswith(("<nav", "<footer", "</body"))
        for block in (*old[begin:end], *fresh)
    )
