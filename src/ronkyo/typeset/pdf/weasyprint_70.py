"""All that is version 70.0 of WeasyPrint: private functions replaced while a page is set, and its streams mended.

With any other version nothing here is done: text is then set flush left, drawings are slow, and the PDF is PDF/A-3a alone.
Each patch says what would end it.
"""

from __future__ import annotations

import gc
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

from ronkyo.typeset.pdf import archive, drawings, japanese, linear

VERSION = "70.0"
STYLE_WITHOUT = "html { --text-align: start !important }"  # what to add to a page's style with another version

_SMALLEST = 0.85  # em; the same gap would look wider in smaller print
_OTHER = "\ufffc"  # stands for what does not stretch: an image, a formula, a label in small print
_COMMAND = re.compile("([MLCZz])([^MLCZz]*)")
_UNIT = re.compile("[%pnixr]|e[mx]")
_PLAIN_PATH = re.compile(r"\s*M[-MLCZz0-9.,\s]*", re.ASCII)


class Patch(NamedTuple):
    """What stands in the place of `owner.name` while a page is set."""

    owner: Any  # a module or class of WeasyPrint
    name: str
    replacement: Callable[[Any], Any]  # of what stood there before


def is_supported() -> bool:
    """Whether WeasyPrint is of the one version that this module is made for."""
    import weasyprint

    return weasyprint.__version__ == VERSION


@contextmanager
def patched() -> Iterator[None]:
    """While the block runs, every patch is in place; afterwards WeasyPrint is as before."""
    if not is_supported():
        import weasyprint

        print(
            f"PDF: made for WeasyPrint {VERSION}, found {weasyprint.__version__}: lines are flush left, and the file is "
            "PDF/A-3a without the marks of PDF/UA-1",
            file=sys.stderr,
        )
        yield
        return
    patches = _patches()
    originals = [getattr(patch.owner, patch.name) for patch in patches]
    collects = gc.isenabled()
    try:
        gc.disable()  # of millions of objects that stay, looking for others took a fifth of the time
        for patch, original in zip(patches, originals, strict=True):
            setattr(patch.owner, patch.name, patch.replacement(original))
        yield
    finally:
        for patch, original in zip(patches, originals, strict=True):
            setattr(patch.owner, patch.name, original)
        gc.unfreeze()
        if collects:
            gc.enable()


def finish(pdf: Any) -> None:
    """Mend what goes by the order of operators in WeasyPrint's streams; after archive.py, before the file is written."""
    _take_running_heads_out_of_the_text(pdf)
    _compress(pdf)


def _private(name: str) -> Any:
    """A module of WeasyPrint's own, whose types are nobody's business."""
    return import_module(f"weasyprint.{name}")


def _patches() -> list[Patch]:
    document, images, svg = map(_private, ("document", "images", "svg"))
    return [
        # Even edges of Japanese lines. Upstream: `text-justify: inter-character` and hanging punctuation (no issue known).
        Patch(_private("layout.inline"), "text_align", _aligning),
        Patch(_private("text.line_break").Layout, "set_text", _spacing),
        # Formulas in the tags. Upstream: formulas as such (no issue known).
        Patch(_private("pdf.tags"), "_build_box_tree", _tagging_formulas),
        # Text in the order of reading. Upstream: boxes that are only moved drawn in their place (no issue known).
        Patch(_private("stacking"), "_dispatch", _in_order),
        # Half of a page's memory. Upstream: styles of markers and notes only where an element has them (no issue known).
        Patch(import_module("weasyprint").HTML, "_ua_stylesheets", _own_style),
        # Half of a drawing's time. Upstream: pull request #2913 reads paths faster; the same paths and styles are still
        # read again for each place.
        Patch(svg, "TAGS", _remembering_paths),
        Patch(svg, "parse_declarations", lru_cache(maxsize=4096)),
        # A third of the memory. Upstream: pages and drawings whose parts go once they are drawn (no issue known).
        Patch(document.Page, "paint", _joining),
        Patch(images.SVGImage, "draw", lambda draw: _forgetting(drawings.keeping(draw))),
        *(Patch(*patch) for patch in linear.patches()),
    ]


# -- Japanese lines ---------------------------------------------------------------------------------------------------


def _aligning(text_align: Any) -> Any:
    def align(context: Any, line: Any, available_width: float, last: bool) -> float:
        offset = _align(line, available_width, last)
        return text_align(context, line, available_width, last) if offset is None else offset

    return align


def _align(line: Any, available_width: float, last: bool) -> float | None:
    """Spread the line and return its offset; None if WeasyPrint is to decide."""
    style = line.style
    if style["text_align_all"] != "justify" or style["white_space"] not in ("normal", "nowrap", "pre-line"):
        return None
    if style["direction"] != "ltr":
        return None
    em = style["font_size"]
    leaves = list(_leaves(line))
    text = "".join(leaf.text if _is_text(leaf, em) else _OTHER for leaf in leaves)
    if not japanese.is_japanese(text):
        return 0 if last else None
    offset = -em / 2 if text[0] in japanese.OPENING else 0
    room = available_width - line.width - offset + (em / 2 if text[-1] in japanese.CLOSING else 0)
    if not last and room > 0 and (spread := japanese.spread_of(text, room, em)) is not None:
        _spread(line, em, spread, 0, leaves[0], leaves[-1])
    return offset


def _leaves(box: Any) -> Iterator[Any]:
    boxes = _private("formatting_structure.boxes")

    if not isinstance(box, boxes.LineBox | boxes.InlineBox):
        if getattr(box, "text", _OTHER):
            yield box
        return
    for child in box.children:
        if child.is_in_normal_flow():
            yield from _leaves(child)


def _is_text(box: Any, em: float) -> bool:
    return hasattr(box, "text") and box.style["font_size"] >= _SMALLEST * em


def _spread(box: Any, em: float, spread: japanese.Spread, advance: float, first: Any, last: Any) -> float:
    """Move the box by `advance` and widen it; return by how much what follows is to be moved."""
    boxes = _private("formatting_structure.boxes")

    if isinstance(box, boxes.LineBox | boxes.InlineBox):
        before = advance
        box.position_x += before
        for child in box.children:
            if child.is_in_normal_flow():
                advance = _spread(child, em, spread, advance, first, last)
        box.width += advance - before
        return advance
    if not _is_text(box, em) or not any(map(japanese.stretches, box.text)):
        box.translate(advance, 0)
        return advance
    if box is not first:  # Pango adds nothing outside a text
        advance += spread.of(box.text[0]) / 2
    box.position_x += advance
    box.justification_spacing = box.pango_layout.justification_spacing = spread
    box.pango_layout.text = box.text  # without the blank that was cut off at the end of the line
    width = spread.width(box.text)
    box.width += width
    advance += width
    if box is not last:
        advance += spread.of(box.text[-1]) / 2
    return advance


def _spacing(set_text: Any) -> Any:
    def set_spread_text(layout: Any, text: str, justify: bool = False) -> None:
        set_text(layout, text, justify)
        if justify and isinstance(layout.justification_spacing, japanese.Spread):
            _space_letters(layout, layout.justification_spacing)

    return set_spread_text


def _space_letters(layout: Any, spread: japanese.Spread) -> None:
    """Give each run of stretching characters a letter spacing, which Pango halves to both sides of each."""
    library = _private("text.ffi")
    ffi, pango = library.ffi, library.pango
    attributes = pango.pango_layout_get_attributes(layout.layout)
    if attributes == ffi.NULL:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
    letter_spacing = layout.style["letter_spacing"]
    own = 0 if letter_spacing == "normal" else letter_spacing
    for start, end, room in spread.runs(layout.text):
        attribute = pango.pango_attr_letter_spacing_new(round((room + own) * library.TO_UNITS))
        attribute.start_index = len(layout.text[:start].encode())
        attribute.end_index = len(layout.text[:end].encode())
        pango.pango_attr_list_change(attributes, attribute)
    pango.pango_layout_set_attributes(layout.layout, attributes)


# -- order and tags ---------------------------------------------------------------------------------------------------


def _in_order(dispatch: Any) -> Any:
    """What is `relative` without a z-index is drawn where it stands, not on top of its page: nothing of it overlaps."""

    def dispatch_in_order(box: Any, *arguments: Any) -> Any:
        style = getattr(box, "_box", box).style
        if style["position"] == "relative" and style["z_index"] == "auto":
            style["position"] = "static"  # it was moved when it was laid out
        return dispatch(box, *arguments)

    return dispatch_in_order


def _tagging_formulas(build: Any) -> Any:
    import pydyf

    def tag(box: Any, *arguments: Any) -> Iterator[Any]:
        for element in build(box, *arguments):
            if box.element_tag == "img" and (tex := box.element.get("data-tex")):
                element["S"], element["ActualText"] = "/Formula", pydyf.String(tex)
            yield element

    return tag


# -- speed and memory -------------------------------------------------------------------------------------------------


def _own_style(_original: Any) -> Any:
    """WeasyPrint's style sheet, without the six markers and calls of notes that it gives to each element of a page."""
    import weasyprint

    sheet = re.sub("^::(?:foot)?note-.*$", "", _private("html").UA, flags=re.MULTILINE)
    sheet = re.sub("^::marker ", "li::marker ", sheet, flags=re.MULTILINE)

    def style(_html: Any, forms: bool = False) -> list[Any]:
        counters = _private("css.counters").CounterStyle()  # of its own: one that has the names refuses them
        return [weasyprint.CSS(string=sheet, counter_style=counters)]

    return style


def _remembering_paths(tags: dict[str, Any]) -> dict[str, Any]:
    """WeasyPrint's drawing functions, where what a path becomes in PDF is kept."""
    import pydyf

    path = tags["path"]
    known: dict[str, bytes] = {}

    def draw(svg: Any, node: Any, font_size: float) -> None:
        source = node.get("d", "")
        if any(name.startswith("marker") for name in node.attrib) or _UNIT.search(source):
            path(svg, node, font_size)
            return
        if source not in known:
            known[source] = operators(source) or recorded(svg, node, font_size)
        svg.stream.stream.append(known[source])

    def recorded(svg: Any, node: Any, font_size: float) -> bytes:
        stream, svg.stream = svg.stream, pydyf.Stream()
        try:
            path(svg, node, font_size)
            return b"\n".join(svg.stream.stream)
        finally:
            svg.stream = stream
            node.vertices.clear()  # where markers would go

    return {**tags, "path": draw}


def operators(path: str) -> bytes | None:
    """PDF's operators for an SVG path of absolute M, L, C and Z in plain numbers; None for any other path.

    >>> operators("M 0 0 L 10 0.5 Z")
    b'0 0 m\\n10 0.5 l\\nh'
    >>> operators("M 0 0 a 1 1 0 0 1 2 2") is None
    True
    """
    if not _PLAIN_PATH.fullmatch(path):
        return None
    drawn: list[str] = []
    begun = False
    for letter, text in _COMMAND.findall(path):
        numbers = text.replace(",", " ").split()
        if letter in "Zz" and not numbers and begun:
            drawn.append("h")
            begun = False
            continue
        size = {"M": 2, "L": 2, "C": 6}.get(letter)
        if size != len(numbers) or not (begun or letter == "M"):
            return None
        drawn.append(f"{' '.join(numbers)} {letter.lower()}")
        begun = True
    return "\n".join(drawn).encode()


def _joining(paint: Any) -> Any:
    def paint_and_join(page: Any, stream: Any, *arguments: Any, **named: Any) -> None:
        gc.freeze()  # what was there before is not looked through
        paint(page, stream, *arguments, **named)
        stream.stream[:] = _joined(stream.stream)
        gc.collect()  # what this page's drawings left

    return paint_and_join


def _joined(operators: list[Any]) -> list[Any]:
    """The operators of a page in few objects; marks (a tag and a dictionary) stay apart, for running heads."""
    import pydyf

    parts: list[Any] = []
    run: list[bytes] = []
    for operator in operators:
        if isinstance(operator, pydyf.Dictionary):
            *run, tag = run
            parts += [b"\n".join(run), tag, operator]
            run = []
        else:
            run.append(operator if isinstance(operator, bytes) else pydyf._to_bytes(operator))
    return [*parts, b"\n".join(run)]


def _forgetting(draw: Any) -> Any:
    def draw_and_forget(image: Any, *arguments: Any, **named: Any) -> None:
        draw(image, *arguments, **named)
        image._svg.tree._children = None
        image._svg.use_cache.clear()

    return draw_and_forget


# -- streams ----------------------------------------------------------------------------------------------------------


def _take_running_heads_out_of_the_text(pdf: Any) -> None:
    """WeasyPrint tags running heads and page numbers, but hangs their tags nowhere: they become artifacts.

    Upstream: issue #1836.
    """
    import pydyf

    numbers = archive.indirect(pdf, archive.indirect(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"]
    contents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    reached = {number for number, _ in archive.elements(pdf)}
    for index, page in enumerate(pdf.pages["Kids"][::3]):
        stream = archive.indirect(pdf, pdf.objects[page]["Contents"]).stream
        marks = {
            content["MCID"]: position
            for position, content in enumerate(stream)
            if isinstance(content, pydyf.Dictionary)
        }
        for mark, reference in enumerate(contents[index]):
            if archive.number_of(reference) not in reached:
                stream[marks[mark] - 1] = "/Artifact"
                stream[marks[mark]] = pydyf.Dictionary({"Type": "/Pagination"})
                contents[index][mark] = "null"


def _compress(pdf: Any) -> None:
    """Compress streams here: pydyf does it twice, once for the file's identifier. Upstream: pydyf doing it once.

    A stream that ends in a carriage return would seem to be one byte shorter, since a line feed follows it.
    """
    import pydyf

    contents = {archive.number_of(pdf.objects[page]["Contents"]) for page in pdf.pages["Kids"][::3]}

    def compress(item: Any) -> None:
        content = b"\n".join(part if isinstance(part, bytes) else pydyf._to_bytes(part) for part in item.stream)
        packed = zlib.compress(content)
        if packed.endswith(b"\r") and item.number in contents:
            packed = zlib.compress(content + b"\n")
        if not packed.endswith(b"\r"):
            content, item.extra["Filter"] = packed, "/FlateDecode"
        item.stream, item.compress = [content], False

    with ThreadPoolExecutor() as threads:  # zlib lets other threads run
        list(threads.map(compress, [item for item in pdf.objects if isinstance(item, pydyf.Stream) and item.compress]))
