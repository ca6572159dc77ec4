"""How often a claim about nothing is decided, by the looks that are taken and by the shape of the differences:

    python benchmarks/looks.py [--picture docs/looks.png]

Student's part alone decides on the looks (100,000 claims a plan); the whole interval, with 9,999 resamples, decides on the
shapes (10,000 claims each). The standard errors are 0.07 and, at 2.5 %, 0.16 points.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy

from ronkyo.claims import estimates
from ronkyo.claims.looks import look_alpha
from ronkyo.plotting import COLORS, INK, figure, style

ALPHA = 1 - estimates.LEVEL
PLANS = ((5,), (5, 10), (5, 10, 20), (5, 10, 20, 40), (4, 8, 16), (10, 20, 40))
CLAIMS, SKEWED_CLAIMS = 100_000, 10_000
SHAPES = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "exponential": lambda rng, shape: rng.exponential(size=shape) - 1,
    "log-normal": lambda rng, shape: rng.lognormal(size=shape) - np.exp(0.5),
}


def decided(values: np.ndarray, looks: Sequence[int], alpha: float) -> float:
    """The share of claims that one of the looks decides at `alpha`, two-sided. values: (n_claims, n_seeds)."""
    t = np.stack([scipy.stats.ttest_1samp(values[:, :n], 0, axis=1).pvalue for n in looks])
    return float(np.mean((t < alpha).any(axis=0)))


def missed(shape: str, n: int) -> tuple[float, float]:
    """How often the interval of n values lies below the mean, and above it."""
    rng = np.random.default_rng(20240616)
    values = SHAPES[shape](rng, (SKEWED_CLAIMS, n))
    low, high = np.hstack([estimates.hull(part, estimates.LEVEL, rng) for part in np.array_split(values, 200)])
    return float(np.mean(high < 0)), float(np.mean(low > 0))


def draw(file: Path) -> None:
    """The verdicts by where an interval lies, and what looking again does with and without a plan."""
    drawing, (verdicts, rates) = figure(height_cm=6.2, columns=2)
    rows = {
        "supported": (1.6, 0.75), "supported (close)": (1.0, 0.97), "equal": (0.12, 0.45), "undecided": (0.55, 1.1),
        "contradicted": (-1.4, 0.8),
    }  # fmt: skip
    verdicts.axvspan(-0.8, 0.8, color="#e9eef5", lw=0)
    verdicts.axvline(0, color=INK, lw=0.8)
    for row, (value, half) in enumerate(rows.values()):
        verdicts.errorbar(value, row, xerr=half, fmt="D", ms=4, capsize=3, color=COLORS[0])
    verdicts.set_yticks(range(len(rows)), list(rows))
    verdicts.set_ylim(len(rows) - 0.5, -0.5)
    verdicts.set_xticks([-0.8, 0, 0.8], ["−matters", "0", "+matters"])
    verdicts.set_title("Verdicts of “A is higher than B”")
    rng = np.random.default_rng(20240616)
    looks = (5, 10, 20, 40, 80)
    values = rng.normal(size=(CLAIMS // 5, looks[-1]))
    counts = range(1, len(looks) + 1)
    plain = [100 * decided(values, looks[:count], ALPHA) for count in counts]
    planned = [100 * decided(values, looks[:count], look_alpha(looks[:count], ALPHA)) for count in counts]
    rates.plot(counts, plain, "o--", color=COLORS[1], label="each look at 5 %")
    rates.plot(counts, planned, "s-", color=COLORS[0], label="planned")
    rates.set_xticks(list(counts), ["5", *(f"…, {n}" for n in looks[1:])])
    rates.set_ylim(0, 20)
    rates.set_xlabel("looks at this many seeds")
    rates.set_title("Claims about nothing that are decided, %")
    rates.legend(loc="upper left")
    drawing.savefig(file, dpi=200, metadata={"Software": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picture", type=Path, help="draw docs/claims.md's picture into this file")
    picture = parser.parse_args().picture
    if picture:
        with style():
            draw(picture)
        return
    rng = np.random.default_rng(20240616)
    print("looks at       level of each  decided: planned  each at 5 %")
    for looks in PLANS:
        values, alpha = rng.normal(size=(CLAIMS, looks[-1])), look_alpha(looks, ALPHA)
        rates = (decided(values, looks, level) for level in (alpha, ALPHA))
        print(f"{', '.join(map(str, looks)):<14} {alpha:>12.4f}   ", *(f"{rate:>13.1%}" for rate in rates))
    print("\ndifferences    n    interval below the mean   above it")
    for shape in SHAPES:
        for n in (4, 5, 10, 20):
            below, above = missed(shape, n)
            print(f"{shape:<12} {n:>4}   {below:>22.1%}   {above:>8.1%}")


if __name__ == "__main__":
    main()
