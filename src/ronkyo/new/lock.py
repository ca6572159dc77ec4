"""requirements.lock of a new project: ronkyo and all that it needs, in the versions that are installed here."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def pins(name: str = "ronkyo") -> list[str]:
    """`name==version` of a distribution and of everything it requires, sorted. Empty where it is not installed."""
    versions: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(name)]
    while waiting:
        requirement = waiting.pop()
        key = canonicalize_name(requirement.name)
        try:
            installed = distribution(key)
        except PackageNotFoundError:
            continue  # for another platform, or an extra that nobody installed
        versions[key] = installed.version
        for extra in {"", *requirement.extras}:
            if (key, extra) not in seen:
                seen.add((key, extra))
                needed = map(Requirement, installed.requires or [])
                waiting += [one for one in needed if one.marker is None or one.marker.evaluate({"extra": extra})]
    return [f"{key}=={version}" for key, version in sorted(versions.items())]
