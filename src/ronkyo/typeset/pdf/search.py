"""Where figures stand in a layout: found by `filling`, kept by all that it follows from.

Where something changed since, the last placement of the same figures is laid out while a second process lays the page out
as written and looks for the one: python -m ronkyo.typeset.pdf.search, with both on its standard input. The result does not
depend on what was kept.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ronkyo import cache, ending
from ronkyo.typeset.page import Printable
from ronkyo.typeset.pdf import filling, measure
from ronkyo.typeset.pdf.layout import Layouts, begun
from ronkyo.typeset.placement import AS_WRITTEN, MoveError, Placement

_FIGURE = re.compile('<figure [^>]*id="([^"]+)"')


class Found(NamedTuple):
    placement: Placement
    short: int  # pages of the layout as written that are under-full


def placed(layouts: Layouts, page: Callable[[Placement], Printable]) -> tuple[Any, Placement]:
    """The layout, a weasyprint.Document, with the fewest under-full sheets of the one as written and that by `filling`."""
    as_written = page(AS_WRITTEN)
    inputs, figures = layouts.digest(as_written), "\0".join(_FIGURE.findall(as_written.html)).encode()
    if (kept := _kept("placement", inputs)) is not None:
        return layouts.of(page(kept)), kept
    document, placement = _searched(layouts, page, as_written, _kept("last placement", figures) or AS_WRITTEN)
    for kind, key in ("placement", inputs), ("last placement", figures):
        cache.keep(kind, key, json.dumps([*map(dict, placement)]).encode())
    return document, placement


def _kept(kind: str, key: bytes) -> Placement | None:
    content = cache.find(kind, key)
    return None if content is None else Placement(*json.loads(content))


def _searched(
    layouts: Layouts, page: Callable[[Placement], Printable], as_written: Printable, last: Placement
) -> tuple[Any, Placement]:
    document = found = None
    if last != AS_WRITTEN:
        with ThreadPoolExecutor(1) as meanwhile:
            finding = meanwhile.submit(_found_elsewhere, as_written, layouts.pictures)
            with suppress(MoveError):  # what was edited does not allow it any more
                document = layouts.of(page(last))
            found = finding.result()
    if found is None:
        last, document = AS_WRITTEN, layouts.of(as_written)
        found = _found(document)
    if document is None or found.placement != last:
        document = layouts.of(page(found.placement))
    if found.placement == AS_WRITTEN:
        return document, AS_WRITTEN
    flow = measure.flow_of(document)
    if flow and filling.short(flow) < found.short:
        return document, found.placement
    return layouts.of(as_written), AS_WRITTEN


def _found(document: Any) -> Found:
    flow = measure.flow_of(document)
    return Found(filling.best(flow), filling.short(flow)) if flow else Found(AS_WRITTEN, 0)


def _found_elsewhere(page: Printable, pictures: Path) -> Found | None:
    """By a second process; None where it failed."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "ronkyo.typeset.pdf.search"],
        input=pickle.dumps((page, pictures)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    if done.returncode != 0:
        return None
    moves, widths, short = json.loads(done.stdout)
    return Found(Placement(moves, widths), short)


def _main() -> None:
    ending.with_parent()
    page, pictures = pickle.load(sys.stdin.buffer)
    with begun(pictures) as layouts:
        placement, short = _found(layouts.of(page))
    print(json.dumps([*map(dict, placement), short]))


if __name__ == "__main__":
    _main()
