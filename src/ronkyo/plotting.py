"""One hand for all figures: the report's fonts, sizes for its column, colours that survive grey print, same bytes."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ronkyo.numbers import not_finite
from ronkyo.typeset import fonts
from ronkyo.typeset.compact import compact
from ronkyo.typeset.labels import with_labels

COLUMN_CM = 14.8  # width of the text on the page
# L* 27, 50, 59, 76, 49, 58: neighbours differ in grey print, and pairs for colour-blind eyes.
COLORS = ["#17407a", "#c8502e", "#2a9d8f", "#e9b44c", "#8a5ea8", "#7f8c9a"]
LINE_STYLES = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1))]
INK = "#1b1f24"

_STYLE: Any = {
    "font.family": ["Noto Sans JP"],
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#59636e",
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": "#59636e",
    "ytick.color": "#59636e",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "axes.grid": True,
    "grid.color": "#e3e7eb",
    "grid.linewidth": 0.5,
    "axes.axisbelow": True,
    "lines.linewidth": 1.3,
    "axes.prop_cycle": cycler(color=COLORS),
    "axes.unicode_minus": False,
    "mathtext.fontset": "cm",
    "svg.fonttype": "path",
    "image.interpolation": "none",
    "figure.dpi": 100,
}


@contextmanager
def style() -> Iterator[None]:
    """The report's style, with its fonts."""
    _add_fonts(fonts.folder())
    with mpl.rc_context(_STYLE):
        yield


@cache
def _add_fonts(folder: Path) -> None:
    """Once, since matplotlib lists a font again each time that it is added."""
    for file in sorted(folder.glob("*.ttf")):
        font_manager.fontManager.addfont(file)


def figure(
    width_cm: float = COLUMN_CM, height_cm: float = 6.0, rows: int = 1, columns: int = 1, **subplots: Any
) -> tuple[Figure, Any]:
    """A figure of its final size and its axes (one Axes, or an array of shape (rows, columns) squeezed)."""
    drawing = Figure(figsize=(width_cm / 2.54, height_cm / 2.54), layout="constrained")
    FigureCanvasAgg(drawing)
    return drawing, drawing.subplots(rows, columns, **subplots)


def panel_grid(count: int, columns: int, base_cm: float, row_cm: float, **subplots: Any) -> tuple[Figure, list[Axes]]:
    """`count` panels in rows of `columns`, on a figure as high as `base_cm` and the rows."""
    rows = -(-count // columns)
    drawing, grid = figure(height_cm=base_cm + row_cm * rows, rows=rows, columns=columns, squeeze=False, **subplots)
    for unused in grid.flat[count:]:
        unused.remove()
    return drawing, list(grid.flat[:count])


def panel_title(axes: Axes, title: str) -> None:
    """A title, broken into lines at a "・" or "：" (which goes) where it would be wider than its panel.

    Widths are estimated: a panel has its own, and text its font's, only once the figure is drawn.
    """
    spec = axes.get_subplotspec()
    columns = spec.get_gridspec().ncols if spec else 1
    panel = 0.85 * 72 * axes.figure.bbox.width / axes.figure.dpi / columns  # in points; the rest is labels and gaps
    lines = [""]
    for part in re.split("(?<=[・：])", title):
        longer = lines[-1] + part
        ems = sum(1 if unicodedata.east_asian_width(character) in "WF" else 0.55 for character in longer)
        too_wide = ems * float(axes.title.get_fontsize()) > panel
        lines = [*lines, part] if lines[-1] and too_wide else [*lines[:-1], longer]
    axes.set_title("\n".join(line.rstrip("・：") for line in lines), linespacing=1.3)


def tell(marks: Artist, texts: Sequence[str]) -> None:
    """What a page says when one points at each of the marks (or at a line, which is one), as "seed 3: 0.91"."""
    marks.set_gid(json.dumps(list(texts), ensure_ascii=False))


def tell_seeds(marks: Artist, values: Iterable[float], word: str) -> None:
    """The seed, which is called `word`, and the value of each of the marks, of which every seed has one."""
    tell(marks, [f"{word} {seed}: {value:.4g}" for seed, value in enumerate(values)])


def not_drawn(drawing: Figure) -> str:
    """The values that are not finite, so that no mark shows them, as "NaN (3), ∞ (1)"; but not those of a line that are
    masked, as where it breaks on purpose."""
    given: list[Any] = []
    for axes in drawing.axes:
        given += [np.ma.asarray(data).compressed() for line in axes.lines for data in line.get_data(orig=True)]
        given += [(bar.get_width(), bar.get_height()) for bar in axes.patches if isinstance(bar, Rectangle)]
        given += [np.ma.getdata(marks.get_offsets()) for marks in axes.collections]
        given += [
            np.ma.getdata(array)
            for each in (*axes.images, *axes.collections)
            if (array := each.get_array()) is not None
        ]
    numbers = [np.ravel(values) for values in map(np.asarray, given) if np.issubdtype(values.dtype, np.floating)]
    found = Counter(not_finite(value) for values in numbers for value in values[~np.isfinite(values)])
    return ", ".join(f"{text} ({count})" for text, count in found.items())


def to_svg(drawing: Figure, name: str) -> bytes:
    """The figure as SVG, small, its labels to be found, with what `not_drawn` tells as data-not-drawn; the same figure under
    the same name gives the same bytes."""
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        drawing.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg, told = compact(with_labels(buffer.getvalue()), name), not_drawn(drawing)
    return svg.replace(b"<svg ", f'<svg data-not-drawn="{told}" '.encode(), 1) if told else svg
