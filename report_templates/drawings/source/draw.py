"""Draw report_templates/drawings/diagrams/*.svg: python report_templates/drawings/source/draw.py"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "src"))

import diagrams

from ronkyo import plotting

SMALLER = {"lstm_cell": 0.82, "gru_cell": 0.82, "bidirectional_rnn": 0.82}  # shares of the column in print
FOLDER = Path(__file__).resolve().parents[1] / "diagrams"


def draw(name: str) -> bytes:
    """One drawing as SVG, in the style of the report's figures."""
    with plotting.style():
        svg = plotting.to_svg(getattr(diagrams, name)(), f"diagrams/{name}")
    share = SMALLER.get(name, 1)
    return re.sub(rb'(?<= )(width|height)="([\d.]+)pt"', lambda size: _scaled(size, share), svg, count=2)


def _scaled(size: re.Match[bytes], share: float) -> bytes:
    return b'%s="%.2fpt"' % (size[1], share * float(size[2]))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in diagrams.__all__:
        (FOLDER / f"{name}.svg").write_bytes(draw(name))
