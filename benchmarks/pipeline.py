"""What `ronkyo repro` costs besides the work itself: python benchmarks/pipeline.py

Everything is measured on small projects in a temporary folder: eight stages that only wait, on two workers, beside their
critical path; a new project by `dvc repro` and by `ronkyo repro`; nothing to do; one more seed beside that seed's own time.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ruamel.yaml import YAML

import ronkyo
from ronkyo import numerics
from ronkyo.new import project as new

NAME = "measured"
STAGES, SECONDS, WORKERS = 8, 2, 2
RONKYO = (sys.executable, "-m", "ronkyo.cli", "repro", "-j", str(WORKERS))


def main() -> None:
    print(f"{numerics.name('native').removeprefix('native: ')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        new.create(NAME, "en", folder)
        waiting = Path(shutil.copytree(folder / NAME, folder / "waiting", symlinks=True))
        critical = STAGES * SECONDS / WORKERS
        taken = wait(waiting)
        print(
            f"{STAGES} stages that wait {SECONDS} s, {WORKERS} workers: {taken:.2f} s, {taken / critical:.3f} × {critical:.0f} s"
        )
        serial = Path(shutil.copytree(folder / NAME, folder / "serial", symlinks=True))
        parallel = folder / NAME
        print(
            f"a new project, dvc repro: {seconds(serial, 'dvc', 'repro'):.1f} s; ronkyo repro: {seconds(parallel, *RONKYO):.1f} s"
        )
        cpu = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        nothing = min(seconds(parallel, *RONKYO) for _ in range(5))
        cpu = (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - cpu) / 5
        by_dvc = seconds(serial, "dvc", "repro")
        print(f"nothing to do, dvc repro: {by_dvc:.2f} s; ronkyo repro: {nothing:.2f} s, {cpu:.2f} s of CPU")
        for root in (serial, parallel):
            params = (root / "params.yaml").read_text(encoding="utf-8")
            (root / "params.yaml").write_text(params.replace("seeds: 5 ", "seeds: 6 "), encoding="utf-8")
        by_dvc, more = seconds(serial, "dvc", "repro"), seconds(parallel, *RONKYO)
        print(
            f"one more seed, dvc repro: {by_dvc:.1f} s; ronkyo repro: {more:.1f} s, its runs: {seed_time(parallel):.1f} s"
        )


def wait(root: Path) -> float:
    command = f"{sys.executable} -c 'import time; time.sleep({SECONDS})' && touch ${{item}}"
    names = [f"waited_{number}" for number in range(STAGES)]
    stage = {"foreach": names, "do": {"cmd": command, "outs": ["${item}"]}}
    YAML(typ="safe").dump({"stages": {"wait": stage}}, root / "dvc.yaml")
    return seconds(root, *RONKYO)


def seed_time(root: Path) -> float:
    """Seconds of the newest run of each variant."""
    runs = [json.loads(file.read_text(encoding="utf-8")) for file in (root / ".dvc/cache/ronkyo").rglob("run.json")]
    return sum(run["seconds"] for run in runs if run["parts"]["seed"] == 5)


def seconds(root: Path, *command: str) -> float:
    environment = os.environ | {
        "PYTHONPATH": str(Path(ronkyo.__file__).parents[1]),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    began = time.monotonic()
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    taken = time.monotonic() - began
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return taken


if __name__ == "__main__":
    main()
