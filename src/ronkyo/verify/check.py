"""What a check of a report looked at, and what it found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ronkyo.errors import printable

WRONG = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)  # what a changed file may lead to

MOST = 20  # lines of a check that are told one by one


@dataclass(frozen=True)
class Check:
    """One question about a report, and its answer.

    looked_at: what was compared, with its number ("2,320 numbers"); differences: a line for each thing that is not as it
    should be (where: expected …, found …); unknown: a line for each that could not be checked, and why.
    """

    name: str
    looked_at: str
    differences: Sequence[str] = ()
    unknown: Sequence[str] = ()

    @property
    def row(self) -> dict[str, Any]:
        return {
            "check": self.name,
            "looked_at": self.looked_at,
            "differences": list(self.differences),
            "unknown": list(self.unknown),
        }


def listing(checks: Iterable[Check]) -> str:
    """A line for each check, its differences and what is unknown below it."""
    lines = []
    for check in checks:
        lines.append(f"{'no ' if check.differences else 'ok '}  {check.name:<12}  {check.looked_at}".rstrip())
        lines += [f"       {line}" for line in check.differences]
        lines += [f"       not checked: {line}" for line in check.unknown]
    return printable("\n".join(lines))


def first(lines: Sequence[str]) -> list[str]:
    """As many as are told one by one, and how many more there are."""
    return [*lines[:MOST], *([f"and {len(lines) - MOST} more"] if len(lines) > MOST else [])]
