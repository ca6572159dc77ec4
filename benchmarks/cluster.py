"""What a Dask cluster costs a unit: python benchmarks/cluster.py [UNITS] [WORKERS…]

Units of 10 ms (a wait, so that more workers than processors can be measured) on real workers of this machine, through the executor
and into a store. Then 100,000 units without work on 1,000 workers: the real scheduler's state machine, in this process, without a network.
"""

from __future__ import annotations

import os
import pickle
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from uuid import uuid4

SECONDS = 0.01
UNIT = f"""
import time
import numpy as np

class Training:
    pass

def steps(data, training):
    return 1

def train(data, training, seed, progress):
    time.sleep({SECONDS})
    return {{"loss": np.full(100, float(seed))}}
"""
HERE = Path(__file__).resolve().parents[1] / "src"


def main(arguments: list[str]) -> None:
    units = int(arguments[0]) if arguments else 10_000
    print(f"{processor()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print("workers   units  seconds  efficiency  ms overhead a unit  units a second")
    for count in map(int, arguments[1:] or ("1", "2", "4")):
        with tempfile.TemporaryDirectory() as folder:
            seconds = computed(Path(folder), units, count)
        ideal = units * SECONDS / count
        overhead = 1000 * (seconds - ideal) * count / units
        print(
            f"{count:7}  {units:6}  {seconds:7.1f}  {ideal / seconds:9.0%}  {overhead:18.2f}  {units / seconds:14.0f}",
            flush=True,
        )
    simulate(workers=1000, units=100_000)


def processor() -> str:
    file = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", file.read_text()) if file.is_file() else None
    return found[1] if found else "unknown processor"


def computed(folder: Path, units: int, count: int) -> float:
    """Seconds from the first submission until the last run is in the store; workers are there already."""
    from ronkyo import numerics
    from ronkyo.run.cluster.client import Cluster
    from ronkyo.run.unit import Task, Unit
    from ronkyo.store import Store
    from ronkyo.store.key import Parts, code_of

    (folder / "idle.py").write_text(UNIT)
    sys.path.insert(0, str(folder))
    sys.modules.pop("idle", None)
    import idle  # pyright: ignore[reportMissingImports]

    code, _ = code_of("idle", idle.Training, {"idle": folder})
    parts = Parts(code.digests, {}, 0, {}, {}, numerics.name("portable"))
    tasks = [Task(Unit("idle", idle.Training(), seed), parts.of_seed(seed), folder, "idle", "all") for seed in range(units)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(folder), str(HERE)))}
    address, file = "", folder / "scheduler.json"
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
             "--dashboard-address", ":0", "--scheduler-file", str(file)],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
    ]  # fmt: skip
    try:
        while not address:
            time.sleep(0.1)
            found = re.search(r'"address": "(.+?)"', file.read_text()) if file.exists() else None
            address = found[1] if found else ""
        for _ in range(count):
            command = [sys.executable, "-m", "ronkyo.cli", "worker", address, "--no-nanny", "--no-dashboard"]
            processes.append(
                subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
            )
        executor = Cluster(address, Store(folder / "store"), print, 60, address)
        fit = executor.prepare(tasks[0])
        while len(fit()) < count:
            time.sleep(0.1)
        began = time.monotonic()
        for future in [executor.submit(task) for task in tasks]:
            future.result()
        seconds = time.monotonic() - began
        executor.close()
        return seconds
    finally:
        for process in processes:
            process.kill()
            process.wait()
        sys.path.remove(str(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
