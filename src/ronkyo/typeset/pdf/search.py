"""Where figures stand in a layout: found by `filling`, kept with the PDF for the next one with the same figures.

Where something changed since, their last placement is laid out while a second process lays the page out
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


class Last(NamedTuple):
    """The last PDF with the same figures: the digest of all that it follows from, where they stand, and the file."""

    digest: bytes = b""
    placement: Placement = AS_WRITTEN
    content: bytes = b""

    @staticmethod
    def of(page: Printable) -> Last:
        if (kept := cache.find("last", _figures(page))) is None:
            return Last()
        digest, placement, content = pickle.loads(kept)
        return Last(digest, Placement(*placement), content)

    def keep(self, page: Printable) -> None:
        cache.keep("last", _figures(page), pickle.dumps((self.digest, [*map(dict, self.placement)], self.content)))


class Found(NamedTuple):
    placement: Placement
    short: int  # pages of the layout as written that are under-full


def _figures(page: Printable) -> bytes:
    return "\0".join(_FIGURE.findall(page.html)).encode()


def placed(
    layouts: Layouts, page: Callable[[Placement], Printable], as_written: Printable, last: Placement
) -> tuple[Any, Placement]:
    """The layout, a weasyprint.Document, with the fewest under-full sheets of the one as written and that by `filling`."""
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
