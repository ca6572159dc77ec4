"""What the first run costs on a machine that has nothing: python benchmarks/clean_run.py

Clones this project's HEAD into a temporary folder and calls `make report` there, with a home, a cache and a store of runs
that are empty: virtual environment, packages, data, every run, figures, HTML and PDF. Prints the wall time, beside the
stated one, and the seconds of training by experiment, which one process a core took. Needs two quiet cores to mean anything;
how fast packages come is the network's matter.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
STATED = 20  # minutes on two cores, installation included, as the README says
TRAINED = re.compile(r"^train_(\w+?)(?:@\w+)?: ([\d.]+) s, \d+ runs? computed", re.MULTILINE)


def main() -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(["git", "clone", "--quiet", ROOT, folder / "clone"], check=True)
        empty = {"HOME": folder / "home", "XDG_CACHE_HOME": folder / "home/.cache", "RONKYO_STORE": folder / "store"}
        began = time.monotonic()
        done = subprocess.run(
            ["make", "report", f"PYTHON={sys.executable}"],
            cwd=folder / "clone",
            env=os.environ | {key: str(path) for key, path in empty.items()},
            capture_output=True,
            text=True,
            check=False,
        )
        minutes = (time.monotonic() - began) / 60
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    print(f"make report: {minutes:.1f} minutes, {minutes / STATED:.2f} of the {STATED} stated")
    for experiment, seconds in training(done.stdout).most_common():
        print(f"{experiment:20}{seconds:7.1f} s of training")


def training(told: str) -> Counter[str]:
    """Seconds by experiment, of all of its variants."""
    seconds: Counter[str] = Counter()
    for experiment, taken in TRAINED.findall(told):
        seconds[experiment] += float(taken)
    return seconds


if __name__ == "__main__":
    main()
