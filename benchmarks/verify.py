"""How long `ronkyo verify REPORT` takes, and how much memory, in a project whose report is built: python benchmarks/verify.py

The memory is that of the largest of its processes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ronkyo.project import Project
from ronkyo.verify import container

MEASURE = (
    "import resource, subprocess, sys, time; start = time.monotonic(); done = subprocess.run(sys.argv[1:]);"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
    "print(time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr); sys.exit(done.returncode)"
)


def main() -> None:
    project = Project.find(Path.cwd())
    print("report          pages  seconds  seconds of the processor  peak MB  checks that differ")
    for kind in ("pdf", "html"):
        report = project.report_file(kind)
        command = [sys.executable, "-m", "ronkyo.cli", "verify", str(report), "--json"]
        done = subprocess.run([sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=False)
        seconds, busy, peak = map(float, done.stderr.split()[-3:])
        megabytes = peak / (1024**2 if sys.platform == "darwin" else 1024)
        wrong = [check["check"] for check in json.loads(done.stdout) if check["differences"]]
        pages = len(container.read(report).pages)
        print(
            f"{report.name:14}  {pages:5}  {seconds:7.1f}  {busy:24.1f}  {megabytes:7.0f}  {', '.join(wrong) or 'none'}",
            flush=True,
        )


if __name__ == "__main__":
    main()
