"""Pages filled as WeasyPrint fills them, from the heights of what one layout measured (`measure`), and the placement of
figures that leaves the fewest of them under-full, by the shortest ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ronkyo.typeset.placement import AS_WRITTEN, FARTHEST, Moves, Placement, Run

FULL = 0.857  # of a page's height; the last line's letters end a little above its box
BEAM = 48  # ways to fill the pages so far that are followed
SIZES = (0.88, 0.94, 1.06, 1.12)  # of a figure's image, beside its own
_RESIZED = 2  # what another size costs, in blocks that a figure moves past
_UPWARDS = 2.5  # a figure above the text that reads it is farther than one below it

Order = tuple[int, ...]  # of the units of a run, by their numbers


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
    """Atoms that stay in their order: a block of a run, or anything else between.

    id, width, height: of a figure that may have another size, and of its image, px
    """

    atoms: list[Atom]
    id: str = ""
    width: float = 0
    height: float = 0
    keeps_before: bool = False
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
    width: float = 0  # of its column
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


def fill(
    flow: Flow,
    place: int,
    atom: int,
    orders: Mapping[int, Order],
    top: float | None = None,
    sizes: Mapping[str, float] = {},  # noqa: B006
) -> Page:
    """The page that begins at an atom. sizes: of images, by their figures' ids"""
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
                breaks = not unit.keeps_before
            if breaks:
                last = Page(place, number, y / flow.height, False)
            height = item.height + unit.height * (sizes.get(unit.id, 1) - 1)
            if y + gap + height + item.below > flow.height + 1e-6 and not first:
                return last or Page(place, number, y / flow.height, False)
            y, first = y + gap + height, False
        above, place, atom = here, place + 1, 0
    return Page(place, 0, 1, False)


def pages(flow: Flow) -> list[Page]:
    """All of them."""
    found = [fill(flow, 0, 0, {}, flow.top)]
    while found[-1].place < len(flow.units):
        found.append(fill(flow, found[-1].place, found[-1].atom, {}))
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
    sizes: tuple[tuple[str, float], ...]
    orders: tuple[tuple[int, Order], ...]

    def fill(self, flow: Flow, orders: Mapping[int, Order], sizes: Mapping[str, float]) -> Page:
        return fill(flow, self.place, self.atom, orders, None if self.place or self.atom else flow.top, sizes)


def best(flow: Flow) -> Placement:
    """What leaves the fewest pages under-full, by the shortest ways."""
    if not any(is_short(flow, page) for page in pages(flow)):
        return AS_WRITTEN
    states, ended = [State(0, 0, 0, 0, (), (), ())], []
    while states:
        following: dict[Any, State] = {}
        for state in states:
            for new in _next(flow, state):
                if new.place >= len(flow.units):
                    ended.append(new)
                elif (key := (new.place, new.atom, new.orders)) not in following or new < following[key]:
                    following[key] = new
        states = sorted(following.values())[:BEAM]
    last = min(ended)
    width_of = {unit.id: unit.width for unit in flow.units}
    return Placement(
        {id: blocks for id, blocks in last.moves if blocks},
        {id: round(width_of[id] * size, 1) for id, size in last.sizes},
    )


def _next(flow: Flow, state: State) -> Iterator[State]:
    """After the page that begins here, filled in each way; images get another size only where it is not full without."""
    for moves, orders in _choices(flow, state):
        page = state.fill(flow, orders, dict(state.sizes))
        yield _after(flow, state, page, moves, orders, dict(state.sizes))
        if is_short(flow, page):
            for sizes in _resized(flow, state, page, orders):
                resized = state.fill(flow, orders, sizes)
                if not is_short(flow, resized):
                    yield _after(flow, state, resized, moves, orders, sizes)


def _after(
    flow: Flow, state: State, page: Page, moves: Moves, orders: Mapping[int, Order], sizes: Mapping[str, float]
) -> State:
    moved = sum(_distance(blocks) for blocks in moves.values()) + sum(
        _RESIZED * (1 + abs(size - 1)) for size in sizes.values()
    )
    ahead = tuple(item for item in sorted(orders.items()) if _end(flow, item[0]) > page.place)
    short = state.short + is_short(flow, page)
    told = tuple(sorted(moves.items())), tuple(sorted(sizes.items()))
    return State(short, moved, page.place, page.atom, *told, ahead)


def _resized(flow: Flow, state: State, page: Page, orders: Mapping[int, Order]) -> Iterator[dict[str, float]]:
    """With one image of the page larger, or that which begins the next page smaller."""
    for place in range(state.place, min(page.place + 1, len(flow.units))):
        unit = flow.units[flow.unit(place, orders)]
        is_set = place == state.place and state.atom > 0
        for size in SIZES if unit.height and not is_set else ():
            if unit.width * size <= flow.width and (size < 1) == (place == page.place):
                yield dict(state.sizes) | {unit.id: size}


def _choices(flow: Flow, state: State) -> Iterator[tuple[dict[str, int], dict[int, Order]]]:
    """As it is, and with one figure moved otherwise that stands on the page or soon behind it."""
    moves, orders = dict(state.moves), dict(state.orders)
    yield moves, orders
    page = state.fill(flow, orders, dict(state.sizes))
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
