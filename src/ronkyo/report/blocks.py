"""Markdown of the blocks that functions print: tables, and captions with a number and a source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ronkyo.report.values import Value

NUMBER = r"[\[(]?−?(\d[\d,]*(\.\d+)?|NaN|∞)(\D.*)?|—"  # and what may follow it: ± 0.1, %, a power of ten; but not 1.2.3


def table(head: Sequence[str], rows: Sequence[Sequence[str]], texts: Sequence[int] = ()) -> str:
    """Columns of numbers are set flush right, but for `texts`, whose cells may begin with one; a Value leads to where it
    comes from."""
    numeric = [
        index not in texts and all(re.fullmatch(NUMBER, row[index]) for row in rows) for index in range(len(head))
    ]
    rule = "|" + "|".join("---:" if right else ":---" for right in numeric) + "|"
    return "\n".join([_line(head), rule, *(_line(row) for row in rows)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.markup() if isinstance(cell, Value) else cell for cell in cells)} |"


def cell(text: str) -> str:
    """A text for a column of a table."""
    return text.replace("|", "&#124;")


def caption(kind: str, id: str, text: str, source: str, shown: str | None = None) -> str:
    """Behind a figure, table or listing (kind). id: what ref() names, as "tab:results"; source: the file behind it, from
    the project's root, perhaps with #L12; shown: how the source is called."""
    attributes = f'{{data-id: "{id}", data-source: "{source}", data-shown: "{shown or source}"}}'
    return f"\n\n/// {kind}-caption\n    attrs: {attributes}\n\n{text}\n///\n"
