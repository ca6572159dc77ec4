"""How numbers are printed: to what their seeds support, with a minus that is one, and powers of ten."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

ABSENT = "—"  # for whatever is not there
MOST_DIGITS = 100
NO_BREAK = "\u00a0"  # between a number and its unit
WITHOUT_POWER = range(-4, 7)  # of ten: numbers of these sizes are written in full in a comparison


def not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"


def shown(value: Any, spec: str) -> str:
    """A number (or what else a parameter can be) as the report prints it; `spec` is a format of Python's. Raises
    ValueError."""
    if any(int(size) > MOST_DIGITS for size in re.findall(r"\d+", spec)):
        raise ValueError(f"expected a format of at most {MOST_DIGITS} digits, found {spec!r:.40}")
    if value is None:
        return ABSENT
    if isinstance(value, float) and not math.isfinite(value):
        return not_finite(value)
    text = format(value, spec)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return text
    if not re.search("[1-9]", text):
        text = text.removeprefix("-")  # no −0.0
    digits, _, exponent = text.partition("e")
    if exponent and spec.endswith("g") and 0 < int(exponent) < 6:
        text = f"{float(text):{',' if ',' in spec else ''}.0f}"  # 2880 reads better than 2.88×10^3
    elif exponent:
        text = f"{digits}×10^{{{int(exponent)}}}"
    elif "#" in spec:  # which keeps zeros, and a point behind them
        text = text.removesuffix(".")
    return text.replace("-", "−").replace("%", f"{NO_BREAK}%")


def to_spread(value: float, half_width: float, percent: bool = False) -> str:
    """A number to the second digit of half its interval's width, so to what the seeds support; to four digits where the
    half width is not a positive number."""
    if percent:
        unit = f"{NO_BREAK}%" if math.isfinite(value) else ""
        return to_spread(100 * value, 100 * half_width) + unit
    if not math.isfinite(value) or not math.isfinite(half_width) or not half_width > 0:
        return shown(float(value), ",.4g" if abs(value) < 10_000 else ",.0f")
    exponent = _exponent(max(abs(value), half_width))
    if exponent not in WITHOUT_POWER:
        digits = to_spread(value / 10.0**exponent, half_width / 10.0**exponent)
        return f"{digits}×10^{{{exponent}}}".replace("-", "−")
    return shown(value, f",.{max(0, 1 - _exponent(half_width))}f")


def rounded_pair(mean: float, half_width: float) -> str:
    """As 0.176 ± 0.034, or as (4.1 ± 0.6)×10^{-5} where that is shorter."""
    exponent = math.floor(math.log10(max(abs(mean), half_width)))
    if exponent < -3:
        return f"({rounded_pair(mean / 10**exponent, half_width / 10**exponent)})×10^{{−{-exponent}}}"
    decimals = max(0, 1 - math.floor(math.log10(half_width)))
    return f"{shown(mean, f',.{decimals}f')} ± {shown(half_width, f',.{decimals}f')}"


def six_digits(value: float) -> float | None:
    """A number to the six significant digits that metrics are kept to, whole ones whole; None, as JSON has no word for it,
    if it is not finite."""
    if not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(f"{value:.6g}")


# -- in HTML, as comparisons print them -------------------------------------------------------------------------------


def rounded(value: float | None, half_width: float = math.nan) -> str:
    """A number to the second digit of half its interval's width, so to what the seeds support; else to four digits. What
    is far from one is written with a power of ten."""
    if value is None:
        return ABSENT
    if not math.isfinite(value):
        return not_finite(value)
    known = math.isfinite(half_width) and half_width > 0
    exponent = _exponent(max(abs(value), half_width if known else 0.0))
    (text,), power = _written([value], exponent, 1 - _exponent(half_width) if known else 3 - exponent)
    if not known and not power and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text + power


def with_interval(value: float, low: float, high: float) -> str:
    """−0.8 [−1.0, −0.6], or (−0.8 [−1.0, −0.6])×10<sup>−5</sup>: to the second digit of half the interval's width."""
    half = (high - low) / 2
    if not half > 0:
        return rounded(value)
    exponent = _exponent(max(abs(value), abs(low), abs(high)))
    texts, power = _written([value, low, high], exponent, 1 - _exponent(half))
    text = "{} [{}, {}]".format(*texts)
    return f"({text}){power}" if power else text


def ratio_with_interval(value: float, low: float, high: float) -> str:
    """0.15 [0.021, 1.0]: each to two digits, since the interval of a ratio is even on the scale of logarithms; to four with a
    power of ten."""
    numbers = ((number, 1 - _exponent(number)) for number in (value, low, high))
    return "{} [{}, {}]".format(*(_fixed(*number) if number[1] <= 6 else rounded(number[0]) for number in numbers))


def _written(numbers: Sequence[float], exponent: int, decimals: int) -> tuple[list[str], str]:
    """Numbers of the size 10^exponent with as many decimals, and the power of ten that stands behind them, if one does."""
    if exponent in WITHOUT_POWER:
        return [_fixed(number, decimals) for number in numbers], ""
    power = f"×10<sup>{exponent}</sup>".replace("-", "−")
    return [_fixed(number / 10.0**exponent, decimals + exponent) for number in numbers], power


def _exponent(number: float) -> int:
    """Of ten, once the number is rounded to four digits; 0 for 0."""
    return int(f"{number:.3e}".partition("e")[2])


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:.{max(0, decimals)}f}"
    return (text if float(text) else text.removeprefix("-")).replace("-", "−")  # no −0.0
