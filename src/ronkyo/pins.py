"""requirements.lock as a file that stages can depend on key by key: versions.yaml, {distribution: version}."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.utils import canonicalize_name

FILE = "versions.yaml"


def read(lock: Path) -> dict[str, str]:
    """{canonical name: version} of a requirements file, {} where there is none; a distribution that is pinned for several
    versions of Python has them all, joined by " or "."""
    text = lock.read_text(encoding="utf-8") if lock.is_file() else ""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(version)
    return {name: " or ".join(sorted(set(versions))) for name, versions in sorted(found.items())}
