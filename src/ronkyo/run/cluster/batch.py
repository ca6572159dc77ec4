"""Workers as jobs of a batch system: dask-jobqueue, with what the user's ~/.config/dask/jobqueue.yaml says of it."""

from __future__ import annotations

import shutil
import sys
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import dask.config
import dask_jobqueue
from dask_jobqueue import local
from distributed.deploy.spec import ProcessInterface

from ronkyo.errors import UserError
from ronkyo.numerics import Choice


def start(system: str, kind: str, count: int, numerics: Choice) -> Any:
    """dask-jobqueue's cluster of `count` jobs; one that ends is started anew. Raises UserError where none can be started."""
    cluster = getattr(dask_jobqueue, kind, None) or getattr(local, kind)
    command = (cluster.job_cls.submit_command or "").partition(" ")[0]
    if command and shutil.which(command) is None:
        raise UserError(f"{system}: expected the command {command}, found none")
    settings = dask.config.get(f"jobqueue.{system}", {})
    cores = settings.get("cores") or 1
    started: Future[None] = Future()
    try:
        jobs = cluster(
            job_cls=_told_of(cluster.job_cls, started),
            cores=cores,
            processes=cores,  # a unit computes in one thread
            python=settings.get("python") or sys.executable,
            worker_command="ronkyo.run.cluster.worker",
            worker_extra_args=[*settings["worker-extra-args"], "--nworkers", str(cores), "--numerics", numerics],
            scheduler_options={"dashboard_address": ":0", **settings["scheduler-options"]},
        )
    except (ValueError, TypeError) as error:
        raise UserError(f"jobqueue.{system} in ~/.config/dask/jobqueue.yaml: {error}") from None
    jobs.scale(jobs=1)
    if error := started.exception():
        with suppress(Exception):  # as of a job that is not there
            jobs.close()
        raise UserError(f"{system}: a job could not be started: {str(error).strip().splitlines()[-1]}")
    jobs.adapt(minimum_jobs=count, maximum_jobs=count)
    return jobs


def _told_of(job: type, started: Future[None]) -> type:
    """A kind of job whose first start tells how it ended; dask-jobqueue only writes to a log."""

    class Job(job):
        async def start(self) -> None:
            if started.done():
                return await super().start()
            try:
                await super().start()
                started.set_result(None)
            except Exception as error:
                started.set_exception(error)
                await ProcessInterface.start(self)  # as if it were there, until all is closed

    return Job
