"""Which distributions some code needs, and what these need."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# What is required is looked up as on this one, so that dvc.yaml is the same wherever it is written.
MACHINE = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.13.0",
    "python_version": "3.13",
    "sys_platform": "linux",
}


def distributions(modules: Iterable[str], names: Iterable[str], pinned: Iterable[str]) -> list[str]:
    """The pinned distributions that have the modules or the names, and all that these require, sorted."""
    pinned = set(pinned)
    waiting = [(canonicalize_name(found), "") for top in modules for found in _providers().get(top, [])]
    waiting += [(name, "") for name in names]
    seen: set[tuple[str, str]] = set()
    while waiting:
        item = waiting.pop()
        if item[0] in pinned and item not in seen:
            seen.add(item)
            waiting += _required(*item)
    return sorted({name for name, _ in seen})


def installed(modules: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """{distribution: version} as `distributions` finds them among all that are installed."""
    known = {canonicalize_name(name) for found in _providers().values() for name in found}
    return {name: version(name) for name in distributions(modules, names, known)}


@cache
def _providers() -> dict[str, list[str]]:
    return dict(packages_distributions())


@cache
def _required(name: str, extra: str) -> list[tuple[str, str]]:
    """(distribution, extra) of what a distribution requires."""
    try:
        requirements = [Requirement(text) for text in requires(name) or []]
    except PackageNotFoundError:  # pinned for another machine
        return []
    return [
        (canonicalize_name(needed.name), more)
        for needed in requirements
        if needed.marker is None or needed.marker.evaluate({**MACHINE, "extra": extra})
        for more in ("", *needed.extras)
    ]
