"""Why a run is to be computed: in which parts it differs from the nearest one that the store has."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ronkyo.store import Run, Store
from ronkyo.store.key import Parts


def nearest(parts: Parts, runs: Sequence[Run]) -> Run | None:
    """The run that differs in the fewest parts, of those of the same seed if there are some, the newest of several."""
    return min(
        reversed(runs),
        key=lambda run: (run.parts.seed != parts.seed, len(differences(run.parts, parts))),
        default=None,
    )


def differences(old: Parts, new: Parts) -> dict[str, tuple[str | None, str | None]]:
    """{"parameters: learning_rate": (old, new)}: what differs, with None where one of them has none."""
    before, after = _flat(old), _flat(new)
    names = sorted(before.keys() | after.keys())
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}


def explain(store: Store, old: Parts, new: Parts) -> Iterator[str]:
    """A line for each part that differs, old → new; for code its changed lines."""
    for name, (before, after) in differences(old, new).items():
        kind, _, definition = name.partition(": ")
        if kind != "code":
            yield f"{name}: {before or 'nothing'} → {after or 'nothing'}"
            continue
        yield f"{name}:"
        was, now = ((store.code(digest) if digest else "").splitlines() for digest in (before, after))
        changes = difflib.unified_diff(was, now, n=1, lineterm="")
        yield from (f"  {line}" for line in list(changes)[2:] if not line.startswith("@@"))


def _flat(parts: Parts) -> dict[str, str]:
    parameters = {name: json.dumps(value, ensure_ascii=False) for name, value in _leaves(parts.parameters)}
    data = {name: digest[:12] for name, digest in parts.data.items()}
    mappings = {"code": parts.code, "parameters": parameters, "data": data, "versions": parts.versions}
    found = {f"{kind}: {name}": value for kind, mapping in mappings.items() for name, value in mapping.items()}
    return found | {"seed": str(parts.seed), "numerics": parts.numerics}


def _leaves(mapping: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in mapping.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", leaf) for inner, leaf in _leaves(value))
        else:
            yield name, value
