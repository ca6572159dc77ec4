"""dvc.lock merged stage by stage.

An entry of dvc.lock says: with these inputs, the stage's command gave these outputs. An entry of one side stays where the
merge has the inputs that this side had. A stage whose entry is other on both sides, or whose inputs the merge has not as
its side had them, is left out, so that DVC runs it again. Entries are copied as text: they stay as DVC wrote them.

The merged files are not there yet when Git asks; what they are is told by the three locks. What was out of date on a side
before may stay so, and is not told of here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ronkyo.errors import UserError, few
from ronkyo.lock import Lock, LockError, Makers, Stage

HEAD = "schema: '2.0'\nstages:\n"
EMPTY = "schema: '2.0'\nstages: {}\n"
ENTRY = re.compile(r"^(?=  \S)", re.MULTILINE)
MOST_NAMED = 3  # reasons in a line
GONE = Stage("", "", {}, {}, {})


@dataclass(frozen=True)
class Merge:
    """The merged file, and each stage that must run again with the reasons."""

    text: str
    again: Mapping[str, list[str]]


@dataclass(frozen=True)
class Side:
    lock: Lock
    text: Mapping[str, str]  # of each stage's entry

    @staticmethod
    def read(content: bytes, place: str) -> Side:
        """Raises UserError for what is no dvc.lock, or not laid out as DVC does it."""
        lock = Lock.from_text(content, place)
        text = content.decode("utf-8")
        entries = [] if text == EMPTY else ENTRY.split(text.removeprefix(HEAD))[1:]
        if (text != EMPTY and not text.startswith(HEAD)) or len(entries) != len(lock.stages):
            raise LockError(f"{place}: expected the layout of DVC's schema 2.0, with stages alone, found another")
        return Side(lock, dict(zip(lock.stages, entries, strict=True)))

    def entry(self, name: str) -> Any:
        return self.lock.document["stages"].get(name)

    def stage(self, name: str) -> Stage:
        return self.lock.stages.get(name, GONE)

    @cached_property
    def inputs(self) -> dict[str, set[str]]:
        """What the stages ran with: path, or file:key -> digests, or values."""
        found: dict[str, set[str]] = {}
        for stage in self.lock.stages.values():
            for name, value in inputs(stage).items():
                found.setdefault(name, set()).add(value)
        return found


def inputs(stage: Stage) -> dict[str, str]:
    """path -> digest, file:key -> value as Python writes it; a section of parameters as what is in it."""
    found = dict(stage.deps)
    for file, keys in stage.params.items():
        for key, value in keys.items():
            found |= _leaves(f"{file}:{key}", value)
    return found


def _leaves(name: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not value:
        return {name: repr(value)}
    return {leaf: text for key, inner in value.items() for leaf, text in _leaves(f"{name}.{key}", inner).items()}


def merge(base: bytes, ours: bytes, theirs: bytes, place: str = "dvc.lock") -> Merge:
    """A base that is none (both sides have added the file, or a merge of bases left marks in it) is an empty one.

    Raises UserError for a side that is no dvc.lock as DVC writes it.
    """
    sides = Side.read(ours, f"{place}: ours"), Side.read(theirs, f"{place}: theirs")
    try:
        start = Side.read(base, place)
    except UserError:
        start = Side(Lock({"stages": {}}, {}), {})
    choice = Choice(start, *sides)
    chosen = [(name, side) for name in order(*sides) if (side := choice.of(name))]
    text = HEAD + "".join(side.text[name] for name, side in chosen) if chosen else EMPTY
    if Lock.from_text(text.encode(), place).document["stages"] != {name: side.entry(name) for name, side in chosen}:
        raise LockError(f"{place}: expected entries that stand alone, found references between them")
    return Merge(text, {name: choice.again[name] for name in order(*sides) if name in choice.again})


def order(ours: Side, theirs: Side) -> list[str]:
    """Ours, and each stage of theirs alone after the one that it follows there."""
    names = [*ours.text]
    place = 0
    for name in theirs.text:
        if name not in ours.text:
            names.insert(place, name)
        place = names.index(name) + 1
    return names


@dataclass
class Choice:
    """Which side's entry of a stage the merge has; `again` are the stages that are left out, and why."""

    base: Side
    ours: Side
    theirs: Side
    again: dict[str, list[str]] = field(default_factory=dict)
    _chosen: dict[str, Side | None] = field(default_factory=dict)

    def of(self, name: str) -> Side | None:
        if name not in self._chosen:
            self._chosen[name] = None  # for itself, should it be upstream of itself
            self._chosen[name] = self._choose(name)
        return self._chosen[name]

    def _choose(self, name: str) -> Side | None:
        if self.ours.entry(name) == self.theirs.entry(name):
            return self.ours
        before = self.base.entry(name)
        side, *others = [side for side in (self.ours, self.theirs) if side.entry(name) != before]
        reasons = [both_changed(self.ours, self.theirs, name)] if others else self._other_inputs(side, side.stage(name))
        if reasons := list(dict.fromkeys(reasons)):
            self.again[name] = reasons
            return None
        return side if side.entry(name) else None

    def _other_inputs(self, side: Side, stage: Stage) -> Iterator[str]:
        """Of what a stage read on a side, what is other in the merge."""
        changed = self._changed_for_ours if side is self.ours else self._changed_for_theirs
        for name in [*stage.deps, *(f"{file}:{key}" for file, keys in stage.params.items() for key in keys)]:
            yield from (f"{key} changed" for key in changed if key == name or key.startswith(_inside(name)))
        for path in sorted({path for dep in stage.deps for path in self._made_at(dep)}):
            for maker in self._makers[path]:
                made, recorded = self._made(maker).get(path), side.stage(maker).outs.get(path)
                unknown = made is None and maker in self.again  # also of one that this side has not: it joins a folder
                if made != recorded or unknown:
                    yield f"{maker} must run again" if maker in self.again else f"{path} changed"

    def _made(self, maker: str) -> Mapping[str, str]:
        """What a stage's outputs are in the merge, as far as that is known."""
        chosen = self.of(maker)
        if chosen:
            return chosen.stage(maker).outs
        ours, theirs = self.ours.stage(maker).outs, self.theirs.stage(maker).outs
        return {path: md5 for path, md5 in ours.items() if theirs.get(path) == md5}

    @cached_property
    def _makers(self) -> dict[str, list[str]]:
        """path -> the stages that write it on a side"""
        found: dict[str, list[str]] = {}
        for name in dict.fromkeys([*self.ours.text, *self.theirs.text]):
            for path in {**self.ours.stage(name).outs, **self.theirs.stage(name).outs}:
                found.setdefault(path, []).append(name)
        return found

    @cached_property
    def _made_at(self) -> Makers:
        """Which of these paths are at a path, in it or around it."""
        return Makers({path: [path] for path in self._makers})

    @cached_property
    def _changed_for_ours(self) -> list[str]:
        """Inputs, no outputs of stages, that the merge has not as ours had them."""
        return self._changed(self.ours, self.theirs)

    @cached_property
    def _changed_for_theirs(self) -> list[str]:
        return self._changed(self.theirs, self.ours)

    def _changed(self, side: Side, other: Side) -> list[str]:
        return [
            name
            for name, values in other.inputs.items()
            if values not in (self.base.inputs.get(name), side.inputs.get(name)) and not self._made_at(name)
        ]


def _inside(name: str) -> tuple[str, ...]:
    """How names begin of what is in a folder, in a file, in a section of a file."""
    return (f"{name}.",) if ":" in name else (f"{name}/", f"{name}:")


def both_changed(ours: Side, theirs: Side, name: str) -> str:
    """Why no entry of a stage stays that is other on both sides."""
    if not (ours.entry(name) and theirs.entry(name)):
        return "removed on one side, changed on the other"
    first, second = inputs(ours.stage(name)), inputs(theirs.stage(name))
    names = [name for name in dict.fromkeys([*first, *second]) if first.get(name) != second.get(name)]
    if ours.stage(name).cmd != theirs.stage(name).cmd:
        names.insert(0, "command")
    return f"changed on both sides: {few(names, MOST_NAMED) or 'outputs, from the same inputs'}"
