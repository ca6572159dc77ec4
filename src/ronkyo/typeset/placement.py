"""Where figures stand in print: each may move a little within its section, so that pages are full.

A figure, table or listing with an id moves past at most `FARTHEST` blocks; never past a heading, nor past another figure,
nor out of a box, nor between what belongs together. So its number, its section and the order of figures stay.

Pages are filled here as WeasyPrint fills them, from the heights of what one layout measured (`pdf.measure`): a search over
pages then finds the moves that leave the fewest pages under-full, and of these the shortest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from ronkyo.errors import UserError

FARTHEST = 3  # blocks that a figure moves past
FULL = 0.857  # of a page's height; the last line's letters end a little above its box
BEAM = 48  # ways to fill the pages so far that are followed
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CLOSED = ("test", "footnote", "ledger")  # boxes that nothing leaves
_UPWARDS = 2.5  # a figure above the text that reads it is farther than one below it

Moves = Mapping[str, int]  # id of a figure -> blocks that it moves past, down or (negative) up
Order = tuple[int, ...]
NOWHERE: Moves = MappingProxyType({})


class MoveError(UserError):
    """Moves that the rule does not allow."""


# -- the rule ---------------------------------------------------------------------------------------------------------


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
    for child in [*root, None]:
        is_movable = child is not None and child.tag == "figure" and child.get("id")
        if child is not None and isinstance(child.tag, str) and (is_movable or not _is_bound(child)):
            run.append(child)
            continue
        if child is not None and not isinstance(child.tag, str):  # a comment
            continue
        if any(block.tag == "figure" for block in run):
            yield Run(run)
        run = []
        if child is not None and child.tag not in ("figure", "table") and not _is_closed(child):
            yield from runs(child)


def apply(root: Any, moves: Moves) -> None:
    """Put figures of an lxml tree where moves say. Raises MoveError for what the rule does not allow."""
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
    has_heading = any(part.tag in _HEADINGS for part in block.iter())
    return (
        has_heading or block.tag == "figure" or _is_closed(block) or any(part.tag == "figure" for part in block.iter())
    )


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


# -- pages ------------------------------------------------------------------------------------------------------------


class Edge(NamedTuple):
    """Of a box above or below what is in it; margins that touch become one."""

    length: float  # px
    is_margin: bool


@dataclass(slots=True)
class Atom:
    """What is never divided: a line, a row, a figure. Lengths are px.

    again: above it where it begins a page (a table's head, the padding of a box that goes on); below: what must have room
    under it besides; keeps: no page ends before it
    """

    height: float
    before: tuple[Edge, ...] = ()  # edges that open above it, from outside
    after: tuple[Edge, ...] = ()  # edges that close below it, from inside
    again: float = 0
    below: float = 0
    keeps: bool = False


@dataclass(slots=True)
class Unit:
    """Atoms that stay in their order: a block of a run, or anything else between."""

    atoms: list[Atom]
    id: str = ""  # of a figure that may move
    keeps_before: bool = False
    keeps_after: bool = False
    begins_chapter: bool = False
    is_forced: bool = False  # to begin a page


@dataclass
class Flow:
    """The body of a document from its first page on.

    runs: first unit of each, and the run; openings, closings: edges of boxes around runs, which stay where they are when the
    units in them move
    """

    units: list[Unit]
    runs: list[tuple[int, Run]]
    height: float  # of a page
    top: float = 0  # where the first unit begins on its page
    openings: dict[int, tuple[Edge, ...]] = field(default_factory=dict)
    closings: dict[int, tuple[Edge, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.run_of: dict[int, int] = {}
        for number, (first, run) in enumerate(self.runs):
            self.run_of.update(dict.fromkeys(range(first, first + len(run.blocks)), number))
        self._gaps: dict[tuple[int, int, int], float] = {}

    def unit(self, place: int, orders: Mapping[int, Order]) -> int:
        number = self.run_of.get(place)
        if number is None or number not in orders:
            return place
        return orders[number][place - self.runs[number][0]]

    def gap(self, place: int, above: int, here: int) -> float:
        """Between the unit `above` and `here`, which stands at a place."""
        key = place, above, here
        if key not in self._gaps:
            edges = (
                *self.units[above].atoms[-1].after,
                *self.closings.get(place - 1, ()),
                *self.openings.get(place, ()),
                *self.units[here].atoms[0].before,
            )
            self._gaps[key] = collapsed(edges)
        return self._gaps[key]


class Page(NamedTuple):
    """Where the next one begins (a place, an atom of what stands there), and how much of this one is filled."""

    place: int
    atom: int
    share: float
    is_forced: bool


def collapsed(edges: Iterable[Edge], at_top: bool = False) -> float:
    """Px; margins that begin a page are none."""
    total = margin = 0.0
    for edge in edges:
        if edge.is_margin:
            margin = 0 if at_top else max(margin, edge.length)
        elif edge.length:
            total, margin, at_top = total + margin + edge.length, 0, False
    return total + margin


def fill(flow: Flow, place: int, atom: int, orders: Mapping[int, Order], top: float | None = None) -> Page:
    """The page that begins at an atom."""
    y, above, first, last, start = top or 0.0, -1, True, None, place
    while place < len(flow.units):
        here = flow.unit(place, orders)
        unit = flow.units[here]
        for number in range(atom, len(unit.atoms)):
            item = unit.atoms[number]
            if first:
                edges = (*flow.openings.get(place, ()), *item.before) if number == 0 else item.before
                gap = collapsed(edges, at_top=True) + item.again if top is None else 0.0
            elif number:
                gap = collapsed((*unit.atoms[number - 1].after, *item.before)) if item.before else 0.0
            else:
                gap = flow.gap(place, above, here)
                if unit.is_forced and place != start:
                    return Page(place, 0, y / flow.height, True)
            breaks = not first and not item.keeps
            if number == 0 and breaks:
                breaks = not unit.keeps_before and not flow.units[above].keeps_after
            if breaks:
                last = Page(place, number, y / flow.height, False)
            if y + gap + item.height + item.below > flow.height + 1e-6 and not first:
                return last or Page(place, number, y / flow.height, False)
            y, first = y + gap + item.height, False
        above, place, atom = here, place + 1, 0
    return Page(place, 0, 1, False)


def pages(flow: Flow, orders: Mapping[int, Order] = {}) -> list[Page]:  # noqa: B006
    """All of them."""
    found = [fill(flow, 0, 0, orders, flow.top)]
    while found[-1].place < len(flow.units):
        found.append(fill(flow, found[-1].place, found[-1].atom, orders))
    return found


def short(flow: Flow) -> int:
    """How many pages are."""
    return sum(is_short(flow, page) for page in pages(flow))


def is_short(flow: Flow, page: Page) -> bool:
    """Under-full without the end of a chapter or a break that was asked for."""
    ends = page.place >= len(flow.units) or page.is_forced or (page.atom == 0 and flow.units[page.place].begins_chapter)
    return not ends and page.share < FULL


# -- the search -------------------------------------------------------------------------------------------------------


class State(NamedTuple):
    short: int
    moved: float
    place: int
    atom: int
    moves: tuple[tuple[str, int], ...]
    orders: tuple[tuple[int, Order], ...]


def best(flow: Flow) -> dict[str, int]:
    """Moves that leave the fewest pages under-full, by the shortest ways."""
    if not any(is_short(flow, page) for page in pages(flow)):
        return {}
    states, ended = [State(0, 0, 0, 0, (), ())], []
    while states:
        following: dict[Any, State] = {}
        for state in states:
            for moves, orders in _choices(flow, state):
                page = fill(flow, state.place, state.atom, orders, None if state.place or state.atom else flow.top)
                moved = sum(_distance(blocks) for blocks in moves.values())
                short = state.short + is_short(flow, page)
                ahead = tuple(item for item in sorted(orders.items()) if _end(flow, item[0]) > page.place)
                new = State(short, moved, page.place, page.atom, tuple(sorted(moves.items())), ahead)
                if page.place >= len(flow.units):
                    ended.append(new)
                elif (key := (page.place, page.atom, ahead)) not in following or new < following[key]:
                    following[key] = new
        states = sorted(following.values())[:BEAM]
    return {id: blocks for id, blocks in min(ended).moves if blocks}


def _choices(flow: Flow, state: State) -> Iterator[tuple[dict[str, int], dict[int, Order]]]:
    """As it is, and with one figure moved otherwise that stands on the page or soon behind it."""
    moves, orders = dict(state.moves), dict(state.orders)
    yield moves, orders
    page = fill(flow, state.place, state.atom, orders, None if state.place or state.atom else flow.top)
    reached = range(state.place, min(page.place + FARTHEST + 2, len(flow.units)))
    done = state.place + (state.atom > 0)  # what stands before this is set
    for number in sorted({flow.run_of[place] for place in reached if place in flow.run_of}):
        first, run = flow.runs[number]
        current = orders.get(number, tuple(range(first, first + len(run.blocks))))
        set_before = current[: max(done - first, 0)]
        seen = {current}
        for id, slot in run.slots.items():
            for blocks in range(-FARTHEST, FARTHEST + 1):
                slots = _pushed(run, moves, id, slot + blocks)
                if not run.allows(slots):
                    continue
                order = _order(first, run, slots)
                if order in seen or order[: len(set_before)] != set_before:
                    continue
                seen.add(order)
                changed = {name: place - run.slots[name] for name, place in slots.items()}
                yield moves | changed, orders | {number: order}


def _pushed(run: Run, moves: Moves, id: str, slot: int) -> dict[str, int]:
    """The slots of a run where one figure takes a new one, and others give way."""
    slots, is_behind = {}, False
    for name, original in run.slots.items():
        current = original + moves.get(name, 0)
        is_behind |= name == id
        slots[name] = slot if name == id else max(current, slot) if is_behind else min(current, slot)
    return slots


def _order(first: int, run: Run, slots: Mapping[str, int]) -> Order:
    keys = []
    texts = 0
    for number, block in enumerate(run.blocks):
        is_text = block.tag != "figure"
        keys.append((texts, 1, number) if is_text else (slots[block.get("id")], 0, number))
        texts += is_text
    return tuple(first + number for _, _, number in sorted(keys))


def _distance(blocks: int) -> float:
    return blocks if blocks >= 0 else -blocks * _UPWARDS


def _end(flow: Flow, number: int) -> int:
    first, run = flow.runs[number]
    return first + len(run.blocks)
