"""How numbers are printed: to what their seeds support, with a minus that is one, and powers of ten."""

from __future__ import annotations

import math
from typing import Any

NOT_FINITE = "—"
NO_BREAK = "\u00a0"  # between a number and its unit


def shown(value: Any, spec: str) -> str:
    """A number (or what else a parameter can be) as the report prints it; `spec` is a format of Python's."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NOT_FINITE
    if isinstance(value, list):
        return "、".join(shown(item, spec) for item in value)
    text = format(value, spec)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return text
    digits, _, exponent = text.partition("e")
    if exponent and spec.endswith("g") and 0 < int(exponent) < 6:
        text = f"{float(text):.0f}"  # 2880 reads better than 2.88×10^3
    elif exponent:
        text = f"{digits}×10^{{{int(exponent)}}}"
    elif "#" in spec:  # which keeps zeros, and a point behind them
        text = text.removesuffix(".")
    return text.replace("-", "−").replace("%", f"{NO_BREAK}%")


def rounded_pair(mean: float, half_width: float) -> str:
    """As 0.176 ± 0.034, or as (4.1 ± 0.6)×10^{-5} where that is shorter."""
    exponent = math.floor(math.log10(max(abs(mean), half_width)))
    if exponent < -3:
        return f"({rounded_pair(mean / 10**exponent, half_width / 10**exponent)})×10^{{−{-exponent}}}"
    decimals = max(0, 1 - math.floor(math.log10(half_width)))
    return f"{shown(mean, f',.{decimals}f')} ± {shown(half_width, f',.{decimals}f')}"
