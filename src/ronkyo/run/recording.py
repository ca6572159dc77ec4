"""What DVC writes when a stage has ended, its cache and its lock, on disks that may be full."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ronkyo import files
from ronkyo.run.states import PipelineError


@contextmanager
def transferring(cache: str) -> Iterator[None]:
    """What DVC cannot write into its cache is a PipelineError, also what it only logs."""
    failed: list[Any] = []

    def collect(record: logging.LogRecord) -> bool:
        failed.append(record.exc_info[1] if record.exc_info else record.getMessage())
        return False

    logger = logging.getLogger("dvc_data.hashfile.transfer")
    logger.addFilter(collect)
    try:
        yield
    except OSError as error:
        failed.append(error)
    finally:
        logger.removeFilter(collect)
    if failed:
        reason = files.reason(failed[0], Path(cache)) if isinstance(failed[0], OSError) else failed[0]
        raise PipelineError(f"DVC's cache {cache}: expected room for the stage's outputs, found: {reason}")


def forget_half_a_lock(file: Path) -> None:
    """Under DVC's other lock: of the file in which it notes who reads and writes what, a process that was killed may leave a
    part, which DVC cannot read."""
    with suppress(FileNotFoundError):
        try:
            json.loads(file.read_bytes())
        except ValueError:
            file.unlink()


@contextmanager
def as_before_on_failure(file: Path) -> Iterator[None]:
    """DVC writes its lock in place; on a full disk the copy fails first. Raises OSError with the file."""
    kept = file.with_name(f".{file.name}.before")
    try:
        if file.exists():
            shutil.copy2(file, kept)
        try:
            yield
        except BaseException:
            if kept.exists():
                os.replace(kept, file)
            raise
    except OSError as error:
        error.filename = str(file)
        raise
    finally:
        kept.unlink(missing_ok=True)
