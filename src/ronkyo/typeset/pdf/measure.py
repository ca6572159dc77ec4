"""What WeasyPrint laid out, as the lines, rows and figures that `filling` fills pages with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ronkyo.typeset.pdf.filling import Atom, Edge, Flow, Unit
from ronkyo.typeset.placement import Run, runs

_AVOID = ("avoid", "avoid-page")
_PAGE = ("page", "left", "right", "recto", "verso")


class Leaf(NamedTuple):
    """A box that is not divided, those around it in main, from outside, and of each what it is on all its pages."""

    box: Any
    around: list[Any]
    keys: list[Any]


def flow_of(document: Any) -> Flow | None:
    """Of a weasyprint.Document; None where it has no main element with anything in it."""
    leaves: list[Leaf] = []
    root, top, height, width = None, 0.0, 0.0, 0.0
    heads: set[Any] = set()
    for page in document.pages:
        sheet = page._page_box
        for main in _mains(sheet):
            found = list(_leaves(main, [], heads))
            if found and not leaves:
                root, height, width = main.element, sheet.height, sheet.width
                top = found[0].box.position_y - sheet.content_box_y()
            leaves += found
    return _flow(leaves, root, (width, height), top) if leaves else None


def _mains(box: Any) -> Iterator[Any]:
    for child in getattr(box, "children", ()):
        if child.element_tag == "main":
            yield child
        elif child.element_tag in ("html", "body"):
            yield from _mains(child)


def _leaves(box: Any, around: list[Any], heads: set[Any]) -> Iterator[Leaf]:
    """heads: the tables whose head was seen"""
    from weasyprint.formatting_structure import boxes

    for child in box.children:
        if not child.is_in_normal_flow():
            continue
        if getattr(child, "is_header", False):
            if _key(child) in heads:
                continue
            heads.add(_key(child))
        inside = [*around, child]
        keys = [_key(one) for one in inside]
        if isinstance(child, boxes.LineBox):
            yield Leaf(child, around, keys[:-1])
        elif _is_whole(child):
            yield Leaf(child, inside, keys)
        else:
            parts = list(_leaves(child, inside, heads))
            yield from parts or [Leaf(child, inside, keys)]


def _key(box: Any) -> Any:
    return id(box.element), box.element_tag, type(box)


def _is_whole(box: Any) -> bool:
    from weasyprint.formatting_structure import boxes

    return (
        isinstance(box, boxes.ReplacedBox | boxes.TableRowBox)
        or not isinstance(box, boxes.ParentBox)
        or box.style["break_inside"] in _AVOID
    )


class _Ends(NamedTuple):
    """Of each box, the number of its first and of its last leaf."""

    first: dict[Any, int]
    last: dict[Any, int]

    @classmethod
    def of(cls, leaves: Sequence[Leaf]) -> _Ends:
        first: dict[Any, int] = {}
        last: dict[Any, int] = {}
        for number, leaf in enumerate(leaves):
            for key in leaf.keys:
                first.setdefault(key, number)
                last[key] = number
        return cls(first, last)


def _flow(leaves: Sequence[Leaf], root: Any, size: tuple[float, float], top: float) -> Flow:
    ends = _Ends.of(leaves)
    found = list(runs(root))
    members = {id(block): (number, place) for number, run in enumerate(found) for place, block in enumerate(run.blocks)}
    lines = _lines(leaves)
    heads = _heads(leaves)
    tables = {table: head for head, table in heads.items()}
    units: list[Unit] = []
    places: dict[tuple[int, int], int] = {}
    flow_edges: tuple[dict[int, Any], dict[int, Any]] = ({}, {})
    before: Leaf | None = None
    for number, leaf in enumerate(leaves):
        depth = next((n for n, key in enumerate(leaf.keys) if key[0] in members), None)
        member = None if depth is None else members[leaf.keys[depth][0]]
        opening = [n for n, key in enumerate(leaf.keys) if ends.first[key] == number]
        closing = [n for n, key in enumerate(leaf.keys) if ends.last[key] == number]
        inner = depth or 0
        atom = _atom(leaf, [n for n in opening if n >= inner], [n for n in closing if n >= inner])
        atom.again = _again(leaf, ends, number, tables)
        atom.below = _below(leaf, closing)
        ended = [n for n, key in enumerate(before.keys) if ends.last[key] == number - 1] if before else []
        ways = [before.around[n].style["break_after"] for n in ended] if before else []
        ways += [leaf.around[n].style["break_before"] for n in opening]
        atom.keeps = _is_kept(leaf, lines[number]) or heads.get(number - 1) is not None
        if member is not None and member in places:
            atom.keeps |= any(way in _AVOID for way in ways)
            units[-1].atoms.append(atom)
        else:
            unit = Unit([atom])
            unit.keeps_before = any(way in _AVOID for way in ways) or atom.keeps
            unit.is_forced = any(way in _PAGE for way in ways)
            unit.begins_chapter = leaf.keys[0][1] == "h2"
            atom.keeps = False
            place = len(units)
            if member is not None:
                places[member] = place
                block = found[member[0]].blocks[member[1]]
                unit.id = block.get("id") or ""
                unit.width, unit.height = _image(leaf) if block.tag == "figure" else (0, 0)
            units.append(unit)
            if edges := _opening(leaf, [n for n in opening if n < inner]):
                flow_edges[0][place] = edges
        if edges := _closing(leaf, [n for n in closing if n < inner]):
            flow_edges[1][len(units) - 1] = edges
        before = leaf
    return Flow(units, _placed(found, places), size[1], size[0], top, *flow_edges)


def _image(leaf: Leaf) -> tuple[float, float]:
    """Width and height of the one image of a figure that stays whole; nothing of another figure."""
    from weasyprint.formatting_structure import boxes

    if not isinstance(leaf.box, boxes.ParentBox):
        return 0, 0
    inside = leaf.box.descendants()
    images: list[Any] = [box for box in inside if isinstance(box, boxes.ReplacedBox) and _is_picture(box)]
    return (images[0].width, images[0].height) if len(images) == 1 else (0, 0)


def _is_picture(box: Any) -> bool:
    return box.element_tag == "img" and "math" not in (box.element.get("class") or "").split()


def _placed(found: Sequence[Run], places: dict[tuple[int, int], int]) -> list[tuple[int, Run]]:
    """Those of which each block was laid out."""
    return [
        (places[number, 0], run)
        for number, run in enumerate(found)
        if all(places.get((number, place)) == places.get((number, 0), -1) + place for place in range(len(run.blocks)))
    ]


def _lines(leaves: Sequence[Leaf]) -> list[tuple[int, int]]:
    """Of each leaf, which line it is of how many; (0, 0) of what is none."""
    found: list[tuple[int, int]] = []
    number = 0
    while number < len(leaves):
        key = leaves[number].keys[-1]
        count = 0
        while (
            number + count < len(leaves) and _is_line(leaves[number + count]) and leaves[number + count].keys[-1] == key
        ):
            count += 1
        found += [(place, count) for place in range(count)] or [(0, 0)]
        number += count or 1
    return found


def _is_line(leaf: Leaf) -> bool:
    return leaf.box is not leaf.around[-1]


def _is_kept(leaf: Leaf, line: tuple[int, int]) -> bool:
    place, count = line
    style = leaf.around[-1].style
    return place > 0 and (place < style["orphans"] or count - place < style["widows"])


def _heads(leaves: Sequence[Leaf]) -> dict[int, Any]:
    """number of a leaf that ends a table's head -> the table's key"""
    found = {}
    for number, leaf in enumerate(leaves):
        for depth, box in enumerate(leaf.around):
            if getattr(box, "is_header", False):
                found[number] = leaf.keys[depth - 1]
    return found


def _atom(leaf: Leaf, opening: list[int], closing: list[int]) -> Atom:
    height = leaf.box.height if _is_line(leaf) or leaf.box.element_tag == "tr" else leaf.box.border_height()
    return Atom(height, _opening(leaf, opening), _closing(leaf, closing))


def _opening(leaf: Leaf, depths: list[int]) -> tuple[Edge, ...]:
    return tuple(
        edge for depth in depths for edge in (_margin(leaf, depth, "top"), _solid(leaf, depth, "top")) if edge.length
    )


def _closing(leaf: Leaf, depths: list[int]) -> tuple[Edge, ...]:
    return tuple(
        edge
        for depth in reversed(depths)
        for edge in (_solid(leaf, depth, "bottom"), _margin(leaf, depth, "bottom"))
        if edge.length
    )


def _margin(leaf: Leaf, depth: int, side: str) -> Edge:
    return Edge(_length(leaf.around[depth], f"margin_{side}"), True)


def _solid(leaf: Leaf, depth: int, side: str) -> Edge:
    """Border and padding; those of a leaf are in its height."""
    box = leaf.around[depth]
    if box is leaf.box:
        return Edge(0, False)
    return Edge(_length(box, f"border_{side}_width") + _length(box, f"padding_{side}"), False)


def _length(box: Any, name: str) -> float:
    """Of a box's style: on a page that it begins or ends, it may have none."""
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.TableRowGroupBox | boxes.TableRowBox | boxes.TableBox):
        return 0
    value = box.style[name]
    if getattr(value, "unit", "px") != "px" or value == "auto":
        return 0
    return float(getattr(value, "value", value))


def _clones(leaf: Leaf) -> Iterator[int]:
    for depth, box in enumerate(leaf.around):
        if box.style["box_decoration_break"] == "clone" and box is not leaf.box:
            yield depth


def _again(leaf: Leaf, ends: _Ends, number: int, tables: dict[Any, int]) -> float:
    """tables: the last leaf of each one's head"""
    again = sum(_solid(leaf, depth, "top").length for depth in _clones(leaf) if ends.first[leaf.keys[depth]] < number)
    for depth, key in enumerate(leaf.keys):
        if key in tables and number > tables[key]:
            again += sum(child.height for child in leaf.around[depth].children if child.is_header)
    return again


def _below(leaf: Leaf, closing: list[int]) -> float:
    clones = list(_clones(leaf))
    below = sum(_solid(leaf, depth, "bottom").length for depth in {*closing, *clones})
    below += sum(_margin(leaf, depth, "bottom").length for depth in clones)
    return below if _is_line(leaf) else below + _twice(leaf.box)


def _twice(box: Any) -> float:
    """What WeasyPrint wants room for again below a box that stays whole: the bottom edges of cloned boxes at its end."""
    children = [child for child in getattr(box, "children", ()) if child.is_in_normal_flow()]
    edges = ("padding_bottom", "border_bottom_width", "margin_bottom")
    own = sum(_length(box, edge) for edge in edges) if box.style["box_decoration_break"] == "clone" else 0
    return own + (_twice(children[-1]) if children and box.element_tag != "tr" else 0)
