"""Where figures stand in print: each may move a little within its section, or be a little smaller or larger, so that pages
are full. `pdf.filling` chooses.

A figure, table or listing with an id moves past at most `FARTHEST` blocks; never past a heading, nor past another figure,
nor out of a box, nor between what belongs together. So its number, its section and the order of figures stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from ronkyo.errors import UserError
from ronkyo.typeset.edition import HEADINGS

FARTHEST = 3  # blocks that a figure moves past
_CLOSED = ("test", "footnote", "ledger")  # boxes that nothing leaves

Moves = Mapping[str, int]  # id of a figure -> blocks that it moves past, down or (negative) up
NOWHERE: Moves = MappingProxyType({})


class Placement(NamedTuple):
    """widths: of a figure's image, px, by the figure's id, where it is not its own"""

    moves: Moves = NOWHERE
    widths: Mapping[str, float] = MappingProxyType({})


AS_WRITTEN = Placement()


class MoveError(UserError):
    """Moves that the rule does not allow."""


@dataclass(frozen=True)
class Run:
    """Blocks side by side with no heading between them, of lxml or ElementTree.

    slots: of each figure in it, by its id, how many of the blocks that are no figures stand before it
    """

    blocks: list[Any]

    @cached_property
    def slots(self) -> dict[str, int]:
        slots, before = {}, 0
        for block in self.blocks:
            if block.tag == "figure":
                slots[block.get("id")] = before
            before += block.tag != "figure"
        return slots

    @cached_property
    def is_open(self) -> list[bool]:
        """Whether a figure may stand before the n-th block that is none; after the last one, too. Text comes first."""
        texts = [block for block in self.blocks if block.tag != "figure"]
        pairs = zip([None, *texts], [*texts, None], strict=True)
        open = [before is not None and (after is None or not _goes_on(before, after)) for before, after in pairs]
        for slot in self.slots.values():
            open[slot] = True
        return open

    def moved(self, moves: Moves) -> list[Any]:
        """The blocks in their new order. Raises MoveError."""
        slots = {id: slot + moves.get(id, 0) for id, slot in self.slots.items()}
        if not self.allows(slots):
            told = ", ".join(f"{id} by {moves[id]}" for id in slots if id in moves)
            raise MoveError(f"moves of figures: expected ones within their section and in their order, found {told}")
        figures = [block for block in self.blocks if block.tag == "figure"]
        texts = [block for block in self.blocks if block.tag != "figure"]
        order = []
        for place in range(len(texts) + 1):
            order += [figure for figure in figures if slots[figure.get("id")] == place]
            order += texts[place : place + 1]
        return order

    def allows(self, slots: Mapping[str, int]) -> bool:
        places = list(slots.values())
        return places == sorted(places) and all(
            abs(place - self.slots[id]) <= FARTHEST and 0 <= place < len(self.is_open) and self.is_open[place]
            for id, place in slots.items()
        )


def runs(root: Any) -> Iterator[Run]:
    """All with a figure that may move."""
    run: list[Any] = []
    for child in root:
        if not isinstance(child.tag, str):  # a comment
            continue
        if (child.tag == "figure" and child.get("id")) or not _is_bound(child):
            run.append(child)
            continue
        yield from _with_figure(run)
        run = []
        if child.tag not in ("figure", "table") and not _is_closed(child):
            yield from runs(child)
    yield from _with_figure(run)


def _with_figure(run: list[Any]) -> Iterator[Run]:
    if any(block.tag == "figure" for block in run):
        yield Run(run)


def apply(root: Any, placement: Placement) -> None:
    """Put figures of an lxml tree where the moves say. Raises MoveError for what the rule does not allow."""
    moves, widths = placement
    for image in root.xpath("//figure[@id]//img") if widths else ():
        if width := widths.get(next(image.iterancestors("figure")).get("id")):
            image.set("style", f"width:{width:g}px;max-width:100%")
    if not moves:
        return
    known = set()
    for run in list(runs(root)):
        known |= set(run.slots)
        if not moves.keys().isdisjoint(run.slots):
            order = run.moved(moves)
            parent, place = run.blocks[0].getparent(), run.blocks[0].getparent().index(run.blocks[0])
            for offset, block in enumerate(order):
                parent.insert(place + offset, block)
    if unknown := moves.keys() - known:
        raise MoveError(f"moves of figures: expected ids of figures that may move, found {', '.join(sorted(unknown))}")


def _is_bound(block: Any) -> bool:
    """A heading, or something with one, or a figure without a number: nothing moves past it."""
    return _is_closed(block) or any(part.tag in (*HEADINGS, "figure") for part in block.iter())


def _is_closed(block: Any) -> bool:
    return any(name in _CLOSED for name in (block.get("class") or "").split())


def _goes_on(before: Any, after: Any) -> bool:
    """Whether a sentence, or what it announces, would be parted."""
    first, second = ((block.get("class") or "").split() if block is not None else [] for block in (before, after))
    announces = before is not None and before.tag == "p" and "".join(before.itertext()).rstrip().endswith((":", "："))
    return (
        announces
        or after.tag not in ("p", "section")
        or "continued" in second
        or "keep-before" in second
        or "keep-after" in first
        or "equation" in first
    )
