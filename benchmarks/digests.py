"""What it costs that what a stage reads is checked by digest: processor time of reading arrays with it, over that without.

python benchmarks/digests.py [MEGABYTES]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ronkyo import files
from ronkyo.run import inputs

ARRAYS, TIMES = 20, 5


def seconds(folder: Path, check: bool) -> float:
    """The least of some times, the files being in memory."""
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        if check:
            inputs.contents(folder.parent, [folder.name])
        for array in files.read_arrays(folder).values():
            array.sum()
        spent.append(time.process_time() - began)
    return min(spent)


def main(megabytes: int) -> None:
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "runs"
        size = megabytes * 125_000 // ARRAYS
        files.write_arrays(folder, {f"array_{i}": rng.normal(size=size) for i in range(ARRAYS)})
        without, with_digest = seconds(folder, False), seconds(folder, True)
    print(
        f"{megabytes} MB in {ARRAYS} arrays: {without:.3f} s without, {with_digest:.3f} s with, {with_digest / without:.1f} times"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 64)
