"""Outputs of a stage that runs anew stand aside, beside their places, and come back unless it ends well."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path


def put(outputs: Iterable[Path]) -> None:
    """Raises OSError with the output whose folder cannot be written."""
    for output in outputs:
        if os.path.lexists(output):
            try:
                _remove(_kept(output))
                os.rename(output, _kept(output))
            except OSError as error:
                error.filename, error.filename2 = str(output), None
                raise


def drop(outputs: Iterable[Path]) -> None:
    for output in outputs:
        _remove(_kept(output))


def bring_back(outputs: Iterable[Path]) -> None:
    """In the place of what is there by now."""
    for output in outputs:
        if os.path.lexists(_kept(output)):
            _remove(output)
            os.rename(_kept(output), output)


def recover(outputs: Iterable[Path]) -> None:
    """After a process that was killed: what is missing comes back."""
    for output in outputs:
        (drop if os.path.lexists(output) else bring_back)([output])


def _kept(output: Path) -> Path:
    return output.with_name(f".{output.name}.before")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
