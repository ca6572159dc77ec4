"""Units on a Dask cluster: a real scheduler and real worker processes, which have a copy of the package, not the project."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

import ronkyo
from ronkyo import files, numerics
from ronkyo.errors import UserError
from ronkyo.files import DataError
from ronkyo.new import project as new
from ronkyo.project import Project
from ronkyo.run import cluster, prepare, train, workers
from ronkyo.run.cluster.client import Cluster, ClusterError
from ronkyo.run.contract import ContractError
from ronkyo.run.unit import Task, Unit
from ronkyo.store import Store
from ronkyo.store.key import determine

NAME, PACKAGE = "least_squares", "away"
ENGINE = Path(ronkyo.__file__).parents[1]
BASELINE = numerics.name("portable")
# Seeds that do what a worker may meet; the others do what the project's own train does, in a quarter of a second.
SEEDS = """
    import os, signal, time
    if seed == 90:
        os.kill(os.getpid(), signal.SIGKILL)
    if seed == 91:
        return None
    if seed == 92:
        raise FileNotFoundError("a file of the experiment's own")
    if seed >= 93:
        time.sleep(3)
    for _ in range(5):
        time.sleep(0.05)
        progress(0)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    root = tmp_path_factory.mktemp("project")
    new.write_files(PACKAGE, PACKAGE, "en", root)
    project = Project.find(root)
    file = project.experiments_folder / NAME / "train.py"
    head, define, rest = file.read_text(encoding="utf-8").partition("def train(")
    signature, _, rest = rest.partition("\n")
    file.write_text(f"{head}{define}{signature}{SEEDS}\n{rest}", encoding="utf-8")
    prepare.run(project, NAME)
    return project


@pytest.fixture(scope="module")
def tasks(project) -> Callable[..., list[Task]]:
    training = project.load_params()[NAME].variants["momentum"]
    parts, _ = determine(project, NAME, training, BASELINE)
    module = project.module(NAME, "train").__name__

    def tasks(*seeds: int) -> list[Task]:
        folder = project.data_folder(NAME)
        return [Task(Unit(module, training, seed), parts.of_seed(seed), folder, NAME, "momentum") for seed in seeds]

    return tasks


class Machines:
    """A scheduler and workers on this machine."""

    def __init__(self, folder: Path, processes: ExitStack, allowed: int = 3) -> None:
        """allowed: deaths of its worker that a unit survives; Dask's default is 3."""
        self.folder, self.processes, self.allowed = folder, processes, allowed
        self.options = ("--no-nanny", "--no-dashboard", "--local-directory", str(self.folder))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.address = f"127.0.0.1:{self.port}"
        self.scheduler = self.start_scheduler()

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        options = ("--host", "127.0.0.1", "--port", str(self.port), "--dashboard-address", "127.0.0.1:0", "--no-show")
        process = self.start("distributed.cli.dask_scheduler", *options)
        for _ in range(200):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return process
            time.sleep(0.05)
        raise AssertionError("no scheduler after 10 s")

    def worker(self, package: Path) -> subprocess.Popen[bytes]:
        """package: the folder that it imports the project's package from."""
        return self.start("ronkyo.cli", "worker", f"tcp://{self.address}", *self.options, path=[package])

    def plain_worker(self, package: Path) -> None:
        address = f"tcp://{self.address}"
        self.start("distributed.cli.dask_worker", address, "--nthreads", "1", *self.options, path=[package])

    def start(self, module: str, *arguments: str, path: list[Path] | None = None) -> subprocess.Popen[bytes]:
        paths = os.pathsep.join(map(str, [*(path or []), ENGINE]))
        environment = os.environ | {
            "PYTHONPATH": paths,
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(self.allowed),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], cwd=self.folder, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.processes.callback(ended, process)
        return process


def ended(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def package(project, tmp_path_factory) -> Path:
    """A folder with a copy of the package, as an installation has it."""
    folder = tmp_path_factory.mktemp("installed")
    shutil.copytree(project.source / PACKAGE, folder / PACKAGE)
    return folder


@pytest.fixture
def machines(tmp_path) -> Iterator[Machines]:
    with ExitStack() as processes:
        yield Machines(tmp_path, processes)


@pytest.fixture(scope="module")
def three(package, tmp_path_factory) -> Iterator[Machines]:
    """With three workers."""
    with ExitStack() as processes:
        machines = Machines(tmp_path_factory.mktemp("three"), processes)
        machines.workers = [machines.worker(package) for _ in range(3)]
        yield machines


@contextmanager
def connected(machines: Machines, store: Store, patience: float = 20) -> Iterator[tuple[Cluster, list[str]]]:
    said: list[str] = []
    address = f"dask://{machines.address}"
    executor = Cluster(f"tcp://{machines.address}", store, said.append, patience, address)
    try:
        yield executor, said
    finally:
        executor.close()


def run(executor: Cluster, tasks: list[Task]) -> None:
    for future in [executor.submit(task) for task in tasks]:
        future.result(60)


def contents(store: Store, task: Task) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in store.path(task.parts.key).glob("*.npy")}


HERE = """
import pickle, sys
from ronkyo import files
from ronkyo.run import unit
from ronkyo.store import Store
store, tasks = pickle.load(sys.stdin.buffer)
for task in tasks:
    store.put(task.parts, unit.compute(task.unit, files.read_arrays(task.data), lambda _: None))
"""


def compute_here(package: Path, store: Store, tasks: list[Task]) -> None:
    """In one process of this machine, on the baseline."""
    paths = os.pathsep.join(map(str, (package, ENGINE)))
    environment = os.environ | numerics.environment("portable") | {"PYTHONPATH": paths}
    subprocess.run([sys.executable, "-c", HERE], input=pickle.dumps((store, tasks)), env=environment, check=True)


def test_a_cluster_computes_the_bytes_that_this_machine_computes(three, package, tasks, tmp_path):
    away, here = Store(tmp_path / "away"), Store(tmp_path / "here")
    steps: dict[str, int] = {"steps": 0, "done": 0}

    def hear(kind: str, more: int) -> None:
        steps[kind] += more

    with connected(three, away) as (executor, said):
        for future in [executor.submit(task, hear) for task in tasks(*range(12))]:
            future.result(60)
    assert said == []
    assert steps["steps"] == steps["done"] == 12 * tasks(0)[0].unit.training.steps
    compute_here(package, here, tasks(*range(12)))
    for task in tasks(*range(12)):
        assert contents(away, task) == contents(here, task) != {}
        told, own = (files.read_json(store.path(task.parts.key) / "run.json") for store in (away, here))
        assert (told["parts"], told["arrays"]) == (own["parts"], own["arrays"])


def test_two_who_want_the_same_units_both_get_them(three, tasks, tmp_path):
    one, other = Store(tmp_path / "one"), Store(tmp_path / "other")
    with connected(three, one) as (first, _), connected(three, other) as (second, _):
        futures = [executor.submit(task) for task in tasks(*range(20, 30)) for executor in (first, first, second)]
        for future in futures:
            future.result(60)
    for task in tasks(*range(20, 30)):
        assert contents(one, task) == contents(other, task) != {}


def test_a_unit_that_kills_its_workers_is_named(package, tasks, tmp_path):
    with ExitStack() as processes:
        machines = Machines(tmp_path, processes, allowed=1)
        for _ in range(2):
            machines.worker(package)
        with connected(machines, Store(tmp_path / "store")) as (executor, _), pytest.raises(ClusterError) as raised:
            executor.submit(*tasks(90)).result(60)
    message = f"{NAME}.momentum.90: its worker died 2 times; it may need more memory than workers have"
    assert str(raised.value) == message


def test_errors_of_an_experiment_are_those_of_this_machine(three, tasks, tmp_path):
    nothing, missing = tasks(91, 92)
    with connected(three, Store(tmp_path / "store")) as (executor, said):
        with pytest.raises(ContractError, match=r"^src/away/.*train.py: train: expected {name: array}, found None$"):
            executor.submit(nothing).result(60)
        assert said == []
        with pytest.raises(
            UserError, match=r"train.py:\d+: FileNotFoundError: a file of the experiment's own$"
        ) as error:
            executor.submit(missing).result(60)
    assert str(error.value).startswith(f"{NAME}.momentum.92: Traceback")


def test_data_that_do_not_determine_the_run_are_refused(three, tasks, tmp_path):
    (task,) = tasks(0)
    other = replace(task, parts=replace(task.parts, data={name: "0" * 64 for name in task.parts.data}))
    with connected(three, Store(tmp_path)) as (executor, _):
        future = executor.submit(other)
        with pytest.raises(DataError, match="expected arrays of the digests .* on arrival"):
            future.result(60)


def test_closing_waits_for_no_unit(three, tasks, tmp_path):
    with connected(three, Store(tmp_path / "store")) as (executor, _):
        run(executor, tasks(40))
        futures = [executor.submit(task) for task in tasks(*range(93, 105))]
        time.sleep(0.5)
        started = time.monotonic()
    assert time.monotonic() - started < 2
    assert all(future.cancelled() for future in futures)


def test_a_killed_worker_loses_nothing(three, tasks, tmp_path):
    store, units = Store(tmp_path / "store"), tasks(*range(50, 74))
    with connected(three, store) as (executor, _):
        futures = [executor.submit(task) for task in units]
        while sum(future.done() for future in futures) < 6:
            time.sleep(0.01)
        ended(three.workers[0])
        assert not all(future.done() for future in futures)
        for future in futures:
            future.result(60)
    assert all(contents(store, task) for task in units)


def test_workers_that_would_compute_something_else_are_refused_and_others_do_their_work(
    machines, package, tasks, tmp_path
):
    units = tasks(*range(8))
    other, older = tmp_path / "other", tmp_path / "older"
    for folder in (other, older):
        shutil.copytree(package, folder)
    file = other / PACKAGE / "experiments" / NAME / "train.py"
    file.write_text(file.read_text(encoding="utf-8").replace("error**2) / 2", "error**2) / 3"), encoding="utf-8")
    (older / "numpy-1.0.dist-info").mkdir()
    (older / "numpy-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 1.0\n")
    machines.plain_worker(package)
    for folder in (tmp_path, other, older):
        machines.worker(folder)
    store, here = Store(tmp_path / "store"), Store(tmp_path / "here")
    shown = f"dask://{machines.address}"
    with connected(machines, store) as (executor, said):
        with pytest.raises(ClusterError, match=rf"^{shown}: no worker is left: all \d were refused; "):
            executor.submit(units[0]).result(60)
        machines.worker(package)
        while len(said) < 4:
            time.sleep(0.05)
        while not all(contents(store, task) for task in units):
            with suppress(ClusterError):  # until the worker is there
                run(executor, units)
    lines = sorted(line.partition(" is refused: ")[2] for line in said)
    assert all(line.startswith(f"{shown}: worker tcp://127.0.0.1:") for line in said)
    assert lines[0] == "ModuleNotFoundError(\"No module named 'away'\")"
    assert lines[1].startswith(f"{PACKAGE}.experiments.{NAME}.train.descend: expected ")
    assert lines[1].endswith("; install what is to be computed, then start the worker anew")
    assert lines[2] == f"numerics: expected {BASELINE}, found none; `ronkyo worker` sets it"
    assert lines[3] == f"numpy: expected {units[0].parts.versions['numpy']}, found 1.0"
    compute_here(package, here, units)
    assert all(contents(store, task) == contents(here, task) for task in units)


def test_a_scheduler_that_goes_away_loses_nothing(machines, package, tasks, tmp_path):
    machines.worker(package)
    store, units = Store(tmp_path / "store"), tasks(*range(12))
    with connected(machines, store) as (executor, _):  # and comes back
        futures = [executor.submit(task) for task in units]
        futures[1].result(60)
        ended(machines.scheduler)
        machines.scheduler = machines.start_scheduler()
        machines.worker(package)
        for future in futures:
            future.result(60)
    assert all(contents(store, task) for task in units)
    with connected(machines, store, patience=1) as (executor, _):  # and stays away
        first, *others = [executor.submit(task) for task in tasks(*range(20, 32))]
        first.result(60)
        ended(machines.scheduler)
        with pytest.raises(ClusterError) as raised:
            others[-1].result(60)
    assert str(raised.value).startswith(f"dask://{machines.address}: ")
    assert str(raised.value).endswith("; what is finished is in the store: start again to go on")
    assert contents(store, tasks(20)[0])


def test_the_stage_computes_on_the_cluster_of_the_environment(three, project, tmp_path, monkeypatch):
    monkeypatch.setenv("RONKYO_CLUSTER", f"dask://{three.address}")
    monkeypatch.setattr(workers, "Workers", None)  # so that it could not compute here
    monkeypatch.setenv("RONKYO_STORE", str(tmp_path))
    train.run(project, NAME, "plain")
    assert files.read_arrays(project.run_folder(NAME, "plain"))["excess_loss"].shape == (5, 201)


ON_JOBS = """
import pickle, sys
from ronkyo.errors import UserError
from ronkyo.run import cluster
project, tasks = pickle.load(sys.stdin.buffer)
try:
    executor = cluster.executor(sys.argv[1], project, print)
except UserError as error:
    sys.exit(str(error))
for future in [executor.submit(task) for task in tasks]:
    future.result(60)
executor.close()
"""


def on_jobs(system: str, folder: Path, package: Path, project: Project, tasks: list[Task]) -> tuple[int, str]:
    """With a configuration file as a user has it. Its exit status, and what it complains of."""
    settings = "cores: 2, memory: 1 GB, worker-extra-args: [--no-dashboard]"
    (folder / "jobqueue.yaml").write_text(f"jobqueue: {{{system}: {{{settings}}}}}\n")
    environment = {
        "PYTHONPATH": os.pathsep.join(map(str, (package, ENGINE))),
        "DASK_CONFIG": str(folder),
        "RONKYO_STORE": str(folder / "store"),
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        [sys.executable, "-c", ON_JOBS, f"{system}:1"], input=pickle.dumps((project, tasks)), capture_output=True,
        cwd=folder, env=os.environ | environment, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr.decode()


def test_jobs_of_a_batch_system_compute(project, package, tasks, tmp_path):
    store, units = Store(tmp_path / "store"), tasks(*range(4))
    status, told = on_jobs("local", tmp_path, package, project, units)
    assert (status, "refused" in told) == (0, False), told
    assert all(contents(store, task) for task in units)


def test_a_job_that_the_system_refuses_is_one_line(project, package, tasks, tmp_path):
    sbatch = tmp_path / "sbatch"
    sbatch.write_text("#!/bin/sh\necho sbatch: error: Invalid account >&2\nexit 1\n")
    sbatch.chmod(0o755)
    told = on_jobs("slurm", tmp_path, package, project, tasks(0))
    assert told == (1, "slurm: a job could not be started: sbatch: error: Invalid account\n")


MISTAKES = {
    "dask://127.0.0.1:1": "dask://127.0.0.1:1: expected a Dask scheduler, found none: ",
    "dask://nowhere": "dask://nowhere: expected a Dask scheduler, found none: ",
    "slrum:8": "slrum:8: expected dask://HOST:PORT, tls://HOST:PORT or SYSTEM:JOBS, found 'slrum'; nearest: slurm",
    "slurm": "slurm: expected slurm:JOBS with a number of jobs ≥ 1, found 'none'",
    "slurm:2": "slurm: expected the command sbatch, found none",
}


@pytest.mark.parametrize("address", MISTAKES)
def test_an_address_that_leads_nowhere_is_one_line(address, project):
    with pytest.raises(UserError) as raised:
        cluster.executor(address, project, print)
    assert str(raised.value).startswith(MISTAKES[address])
    assert "\n" not in str(raised.value)
