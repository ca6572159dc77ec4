"""What a comparison estimates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    DIFFERENCE = "difference"
    RATIO = "ratio"
    SHARE = "share"
    DISCORDANT = "discordant"  # of the seeds in which just one of two metrics of zeros and ones is one: the share


@dataclass(frozen=True)
class Quantity:
    """metric - other, metric / other, the share of ones in metric, or how often metric rather than other is one.

    Its text stands in claims.json.
    """

    kind: Kind
    metric: str
    other: str | float | None = None  # a metric, a constant or a number; None for a share
    over: str = "seeds"  # or "items"

    def __str__(self) -> str:
        if self.kind == Kind.SHARE:
            return f"share of {self.metric}"
        if self.kind == Kind.DISCORDANT:
            return f"{self.metric} rather than {self.other}"
        sign = "/" if self.kind == Kind.RATIO else "-"
        return f"{self.metric} {sign} {self.other}{' over items' if self.over == 'items' else ''}"
