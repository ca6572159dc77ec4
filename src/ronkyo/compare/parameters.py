"""Two params.yaml -> the keys that differ, and the variants that they concern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ronkyo.compare.revision import to_json
from ronkyo.numbers import ABSENT
from ronkyo.params import value_of


@dataclass(frozen=True)
class Parameter:
    key: str
    experiment: str
    variants: list[str]  # that train otherwise because of it; [] if it concerns none, or the whole experiment
    old: str
    new: str


def parameters(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Parameter]:
    """The parameters that differ, by dotted key."""
    before, after = dict(leaves(old)), dict(leaves(new))
    return [
        Parameter(
            key,
            key.split(".")[0],
            _variants(key, new if key in after else old),
            to_json(before[key]) if key in before else ABSENT,
            to_json(after[key]) if key in after else ABSENT,
        )
        for key in changed_leaves(old, new)
    ]


def leaves(document: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    """(dotted key, value) of everything in nested mappings that is not itself a mapping with entries."""
    if not isinstance(document, dict) or (not document and path):
        yield path, document
        return
    for key, value in document.items():
        yield from leaves(value, f"{path}.{key}" if path else str(key))


def changed_leaves(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The dotted keys that differ; an empty mapping that got entries, or lost them all, is told of by these."""
    before, after = dict(leaves(old)), dict(leaves(new))
    opened = {key for key in before if before[key] == {} and isinstance(value_of(new, key), dict)}
    opened |= {key for key in after if after[key] == {} and isinstance(value_of(old, key), dict)}
    return [key for key in changed(before, after) if key not in opened]


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The keys whose values differ: the new side's order, then what it no longer has."""
    missing = object()
    return [key for key in {**new, **old} if old.get(key, missing) != new.get(key, missing)]


def _variants(key: str, document: Mapping[str, Any]) -> list[str]:
    """The variants that a parameter concerns: the one whose it is, or all that do not say otherwise."""
    experiment, *parts = key.split(".")
    if parts[:1] == ["variants"]:
        return parts[1:2]
    variants = value_of(document, f"{experiment}.variants")
    if parts[:1] != ["training"] or len(parts) < 2 or not isinstance(variants, dict):
        return []
    return [name for name, own in variants.items() if not isinstance(own, dict) or parts[1] not in own]
