"""Where else than on this machine units are computed: Dask's `distributed`, an optional extra."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from math import inf
from typing import TYPE_CHECKING

from ronkyo.errors import UserError, nearest
from ronkyo.project import Project
from ronkyo.store import Store

if TYPE_CHECKING:
    from ronkyo.run.cluster.client import Cluster

SCHEMES = {"dask": "tcp", "tls": "tls"}
# Systems that start workers as jobs: dask-jobqueue's classes. "local" starts them as processes, to try the rest.
BATCH = {
    "htcondor": "HTCondorCluster",
    "local": "LocalCluster",
    "lsf": "LSFCluster",
    "moab": "MoabCluster",
    "oar": "OARCluster",
    "pbs": "PBSCluster",
    "sge": "SGECluster",
    "slurm": "SLURMCluster",
}
KNOWN = "dask://HOST:PORT, tls://HOST:PORT or SYSTEM:JOBS"
PATIENCE = 60.0  # seconds for a scheduler, or the last worker, to come back


def executor(address: str, project: Project, say: Callable[[str], None]) -> Cluster:
    """The cluster at dask://HOST:PORT or tls://HOST:PORT, or as many jobs of a batch system as SYSTEM:JOBS says.

    say: gets lines for the user. Raises UserError."""
    kind, _, rest = address.partition(":")
    if kind not in SCHEMES and kind not in BATCH:
        raise UserError(f"{address}: expected {KNOWN}, found {kind!r}{nearest(kind, (*SCHEMES, *BATCH))}")
    expect_dask(address)
    # No import statements: where runs are computed determines none, so stages depend neither on this nor on Dask.
    client = import_module(".client", __name__)
    store = Store.of(project)
    if kind in SCHEMES:
        return client.Cluster(f"{SCHEMES[kind]}:{rest}", store, say, PATIENCE, address)
    if not rest.isdecimal() or int(rest) < 1:
        raise UserError(f"{address}: expected {kind}:JOBS with a number of jobs ≥ 1, found {rest or 'none'!r}")
    jobs = import_module(".batch", __name__).start(kind, BATCH[kind], int(rest), project.numerics)
    return client.Cluster(jobs.scheduler_address, store, say, inf, address, jobs.close)


def expect_dask(place: str) -> None:
    """Raises UserError where the extra is not installed."""
    if missing := [name for name in ("distributed", "dask_jobqueue") if find_spec(name) is None]:
        raise UserError(
            f"{place}: expected {missing[0]} installed, found none; `pip install ronkyo[cluster]` brings it"
        )
