"""Patches of WeasyPrint 70.0 (see `weasyprint_70`, which puts them in place) without which long input takes time that grows
with the square of its length."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

_PIECE = 64  # characters in which a line's first break is looked for at first


def patches() -> list[tuple[Any, str, Callable[[Any], Any]]]:
    """Owner, name, and what makes the replacement of what stood there."""
    return [
        # A cell without blanks was laid out anew from each of its characters on. Upstream: as for other widths, a piece first.
        (import_module("weasyprint.layout.preferred"), "split_first_line", _in_pieces),
    ]


def _in_pieces(split: Any) -> Any:
    def split_first_line(text: str, style: Any, context: Any, max_width: Any, *rest: Any, **named: Any) -> Any:
        length = _PIECE
        while max_width == 0 and length < len(text):
            piece = split(text[:length], style, context, max_width, *rest, **named)
            if piece[2] is not None and piece[2] < len(text[: length // 2].encode()):
                return piece
            length *= 4
        return split(text, style, context, max_width, *rest, **named)

    return split_first_line
