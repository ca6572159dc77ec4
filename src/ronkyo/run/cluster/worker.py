"""What happens in a worker of a Dask cluster, which has the engine and the project's package installed, not its folder.

`ronkyo worker SCHEDULER` starts workers, as `python -m ronkyo.run.cluster.worker` does in the jobs of a batch system.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import io
import os
import pickle
import platform
import re
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from ronkyo import numerics
from ronkyo.errors import UserError
from ronkyo.files import Arrays, DataError
from ronkyo.run import cluster
from ronkyo.run import unit as units
from ronkyo.run.unit import Unit
from ronkyo.store import key
from ronkyo.store.key import Parts

TOPIC = "ronkyo"  # of Dask's events that tell progress
EVERY = 1.0  # seconds between two from a worker


def main(arguments: Sequence[str]) -> None:
    """As a job of a batch system starts it: SCHEDULER --numerics CHOICE, and options of `dask worker`."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("scheduler")
    parser.add_argument("--numerics", required=True)
    options, others = parser.parse_known_args(arguments)
    become(options.scheduler, options.numerics, others)


def become(scheduler: str, choice: numerics.Choice, options: Sequence[str]) -> NoReturn:
    """Go on as Dask's worker, with one thread a process, and with the numerical baseline set before any library is loaded."""
    if not re.fullmatch(r"\w+://\S+:\d+", scheduler):
        raise UserError(f"worker: expected tcp://HOST:PORT, found {scheduler}")
    cluster.expect_dask("ronkyo worker")
    command = [sys.executable, "-m", "distributed.cli.dask_worker", scheduler, "--nthreads", "1", *options]
    os.execve(sys.executable, command, os.environ | numerics.environment(choice))


async def accept(resource: str, unit: Unit, parts: Parts, dask_worker: Any) -> str:
    """Offer `resource`, for which Dask gives this worker units, if it computes all of them as `parts` says.

    Returns "", or what is otherwise: then it offers nothing."""
    if dask_worker.state.nthreads != 1:
        return f"expected one thread a process, found {dask_worker.state.nthreads}; `ronkyo worker` starts it so"
    found = await asyncio.to_thread(difference, unit, parts)
    if not found:
        await dask_worker.set_resources(**{resource: 1})
    return found


def difference(unit: Unit, parts: Parts) -> str:
    """The first of what determines a run, besides its seed, parameters and data, that is otherwise in this process; or ""."""
    if (name := numerics.current()) != parts.numerics:
        return f"numerics: expected {parts.numerics}, found {name}; `ronkyo worker` sets it"
    import_module(unit.module)  # before it is looked at: an edit that comes later is not computed
    code, files = _installed(unit.module, type(unit.training), frozenset(name.partition(".")[0] for name in parts.code))
    of_code = {name: digest for name, digest in parts.data.items() if "/" in name}
    advice = "; install what is to be computed, then start the worker anew"
    for wanted, found, after in (
        (parts.versions, {name: _version(name) for name in parts.versions}, ""),
        (parts.code, code, advice),
        (of_code, files, advice),
    ):
        for name in sorted(wanted.keys() | found.keys()):
            if wanted.get(name) != found.get(name):
                return f"{name}: expected {_shown(wanted, name)}, found {_shown(found, name)}{after}"
    return ""


@cache  # what is imported stays as it was when it is looked at first
def _installed(module: str, kind: type, packages: frozenset[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Digests of the definitions that a module reaches in installed packages, and of the files beside them."""
    tops = {name: folder for name in packages if (folder := _folder(name))}
    code, closure = key.code_of(module, kind, tops)
    files = {
        file: top for file in closure.files if file.suffix != ".py" for top in tops.values() if top in file.parents
    }
    digests = {file.relative_to(top).as_posix(): _digest(file.read_bytes()) for file, top in files.items()}
    return code.digests, digests


def _folder(package: str) -> Path | None:
    """The folder around an installed package or module."""
    spec = find_spec(package)
    places = [*(spec.submodule_search_locations or ()), spec.origin] if spec else []
    return Path(places[0]).parent if places and places[0] else None


def _version(distribution: str) -> str:
    if distribution == "python":
        return ".".join(platform.python_version_tuple()[:2])
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "none"


def _shown(texts: Mapping[str, str], name: str) -> str:
    """A version, or the beginning of a digest."""
    return texts.get(name, "none")[:12]


def compute(pickled: bytes, data: bytes, digests: Mapping[str, str], key: str) -> tuple[Arrays, dict[str, Any]]:
    """A run, and what is told of it beside. pickled: a Unit; data: its .npy files, pickled, with their digests.

    What it tells the clients: see `unit.compute_telling`."""
    from distributed import get_worker

    unit, worker, began = pickle.loads(pickled), get_worker(), time.monotonic()
    arrays = _opened(pickle.loads(data), digests)
    computed = units.compute_telling(unit, arrays, lambda *told: worker.log_event(TOPIC, (key, *told)), EVERY)
    return computed, {"machine": platform.node(), "seconds": round(time.monotonic() - began, 3)}


def _opened(contents: Mapping[str, bytes], digests: Mapping[str, str]) -> Arrays:
    """A unit's own arrays, {name: content of name.npy} if they are those that determine the run."""
    if (found := {name: _digest(content) for name, content in contents.items()}) != digests:
        raise DataError(f"data: expected arrays of the digests {dict(digests)}, found {found} on arrival")
    return {name: np.load(io.BytesIO(content), allow_pickle=False) for name, content in contents.items()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
