"""What a Dask cluster costs a unit: python benchmarks/cluster.py [UNITS] [WORKERS…]

Units of 10 ms on real workers of this machine, through the executor and into a store; a unit waits, so that there can be
more workers than processors. Then units without work on up to 1,000 workers: the real scheduler's decisions, in this process,
without a network.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

AHEAD = 3  # units a worker that are with the scheduler, as the executor has it
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
    print("workers   units  seconds  efficiency  ms overhead a unit  ms of processor a unit: here  scheduler  workers")
    for count in map(int, arguments[1:] or ("1", "2", "4")):
        with tempfile.TemporaryDirectory() as folder:
            seconds, used = computed(Path(folder), units, count)
        ideal = units * SECONDS / count
        overhead = 1000 * (seconds - ideal) * count / units
        print(
            f"{count:7}  {units:6}  {seconds:7.1f}  {ideal / seconds:9.0%}  {overhead:18.2f}  "
            f"{used[0]:28.2f}  {used[1]:9.2f}  {used[2]:7.2f}",
            flush=True,
        )
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    for workers, units in ((10, 10_000), (100, 10_000), (1000, 100_000)):
        asyncio.run(simulate(workers, units))


def processor() -> str:
    file = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", file.read_text()) if file.is_file() else None
    return found[1] if found else "unknown processor"


def computed(folder: Path, units: int, count: int) -> tuple[float, list[float]]:
    """Seconds from the first submission until the last run is in the store, with workers that are there already; and
    milliseconds of processor time a unit of this process, the scheduler, and all workers."""
    import psutil

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
    tasks = [
        Task(Unit("idle", idle.Training(), seed), parts.of_seed(seed), folder, "idle", "all") for seed in range(units)
    ]
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
                subprocess.Popen(
                    command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
                )
            )
        executor = Cluster(address, Store(folder / "store"), print, 60, address)
        first = [replace(task, parts=task.parts.of_seed(-1 - n)) for n, task in enumerate(tasks[: 100 * count])]
        for future in [executor.submit(task) for task in first]:  # until all workers are there
            future.result()
        watched = [psutil.Process(), *(psutil.Process(process.pid) for process in processes)]
        before = [sum(process.cpu_times()[:2]) for process in watched]
        began = time.monotonic()
        for future in [executor.submit(task) for task in tasks]:
            future.result()
        seconds = time.monotonic() - began
        used = [
            1000 * (sum(process.cpu_times()[:2]) - start) / units
            for process, start in zip(watched, before, strict=True)
        ]
        executor.close()
        return seconds, [used[0], used[1], sum(used[2:])]
    finally:
        for process in processes:
            process.kill()
            process.wait()
        sys.path.remove(str(folder))


async def simulate(workers: int, units: int) -> None:
    """Units with one resource, three a worker at a time, through Dask's scheduler without a network: what it decides, not
    what it sends and receives."""
    from distributed.core import Status
    from distributed.scheduler import Scheduler, WorkerState

    scheduler = Scheduler(dashboard_address=":0")
    offered = scheduler.resources["fit"] = {}
    for number in range(workers):
        worker = WorkerState(
            address=f"tcp://10.0.{number // 250}.{number % 250}:1", status=Status.running, pid=number, name=number,
            nthreads=1, memory_limit=2**30, local_directory="/", nanny="", server_id=str(number), services={},
            versions={}, scheduler=scheduler,
        )  # fmt: skip
        worker.resources, worker.used_resources, offered[worker.address] = {"fit": 1}, {"fit": 0}, 1
        scheduler.workers[worker.address] = scheduler.idle[worker.address] = worker
        scheduler.running.add(worker)
        scheduler.total_nthreads += 1
    going: deque[Any] = deque()
    began = time.process_time()
    for number in range(units + AHEAD * workers):
        if number >= AHEAD * workers:  # the oldest is done
            task = going.popleft()
            told = {"nbytes": 1000, "type": b"", "typename": "dict", "startstops": [], "run_id": task.run_id}
            found = scheduler._transition(task.key, "memory", "", worker=task.processing_on.address, **told)
            scheduler._transitions(*found, "")
            scheduler._transitions({task.key: "forgotten"}, {}, {}, "")
        if number < units:
            task = scheduler.new_task(f"unit-{number}", None, "released")
            task.resource_restrictions, task.run_spec, task.priority = {"fit": 1}, object(), (0, number)
            scheduler._transitions({task.key: "waiting"}, {}, {}, "")
            going.append(task)
    seconds = time.process_time() - began
    assert not scheduler.tasks
    print(
        f"{workers:7}  {units:6}  {seconds:7.1f} s of the scheduler's decisions, {1000 * seconds / units:.2f} ms a unit",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
