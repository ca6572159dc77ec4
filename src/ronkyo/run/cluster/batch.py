"""Workers as jobs of a batch system: dask-jobqueue, with what the user's ~/.config/dask/jobqueue.yaml says of it."""

from __future__ import annotations

import shutil
import sys
from typing import Any

import dask.config
import dask_jobqueue
from dask_jobqueue import local

from ronkyo.errors import UserError
from ronkyo.numerics import Choice


def start(system: str, kind: str, count: int, numerics: Choice) -> Any:
    """dask-jobqueue's cluster of `count` jobs; one that ends is started anew. Raises UserError."""
    cluster = getattr(dask_jobqueue, kind, None) or getattr(local, kind)
    command = (cluster.job_cls.submit_command or "").partition(" ")[0]
    if command and shutil.which(command) is None:
        raise UserError(f"{system}: expected the command {command}, found none")
    settings = dask.config.get(f"jobqueue.{system}", {})
    cores = settings.get("cores") or 1
    extra = [*settings.get("worker-extra-args", []), "--nworkers", str(cores), "--numerics", numerics]
    try:
        jobs = cluster(
            cores=cores,
            processes=cores,  # a unit computes in one thread
            python=settings.get("python") or sys.executable,
            worker_command="ronkyo.run.cluster.worker",
            worker_extra_args=extra,
            scheduler_options={"dashboard_address": ":0", **settings.get("scheduler-options", {})},
        )
    except (ValueError, TypeError) as error:
        raise UserError(f"jobqueue.{system} in ~/.config/dask/jobqueue.yaml: {error}") from None
    jobs.adapt(minimum_jobs=count, maximum_jobs=count)
    return jobs
