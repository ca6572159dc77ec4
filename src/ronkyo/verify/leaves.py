"""Where two documents differ, leaf by leaf."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from ronkyo.verify.excerpts import shown

UNITS = 2  # of the sixth digit: what another processor's libraries may change in a number


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
