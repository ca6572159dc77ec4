"""Draw report_templates/drawings/diagrams/*.svg: python report_templates/drawings/source/draw.py"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "src"))

import diagrams

from ronkyo import plotting

FOLDER = Path(__file__).resolve().parents[1] / "diagrams"


def draw(name: str) -> bytes:
    """One drawing as SVG, in the style of the report's figures."""
    with plotting.style():
        return plotting.to_svg(getattr(diagrams, name)(), f"diagrams/{name}")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in diagrams.__all__:
        (FOLDER / f"{name}.svg").write_bytes(draw(name))
