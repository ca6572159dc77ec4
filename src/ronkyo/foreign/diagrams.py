"""Diagrams that the preview draws in a browser -> SVG, here without one: see docs/decisions/021-diagrams.md.

Merman, a Rust port of Mermaid, comes with the extra `ronkyo[diagrams]`. What it writes is handed on as a picture of the
report, through the border that such pictures pass.
"""

from __future__ import annotations

import json
import re

LANGUAGES = ("mermaid", "plantuml", "puml", "dot", "viz", "wavedrom", "vega", "vega-lite", "ditaa")
DRAWN = "mermaid"
FONT = "Noto Sans JP, sans-serif"  # the page's
MILLISECONDS = 5000
TITLE = re.compile(
    r"^[ \t]*(?:pie[ \t]+(?:showData[ \t]+)?)?(?:acc)?title:?[ \t]+(\S.*)$", re.MULTILINE | re.IGNORECASE
)
SIZE = re.compile(r'(<svg [^>]*?)width="100%"(.*?viewBox="\S+ \S+ ([\d.]+) ([\d.]+)")')
OPTIONS = {
    "site_config": {
        "theme": "default",
        "look": "classic",
        "fontFamily": FONT,
        "themeVariables": {"fontFamily": FONT},
    },
    "svg": {"pipeline": "resvg-safe", "diagram_id": "diagram"},  # labels are <text>, not HTML
    "resources": {"profile": "interactive"},  # 14 million steps of layout: a second
}


class DiagramError(Exception):
    """Why a diagram is not drawn."""


def draw(language: str, source: str) -> str:
    """The SVG of a diagram, as wide and high as its box. Raises DiagramError; it takes at most MILLISECONDS, and its
    layout no more steps than OPTIONS allow."""
    if language != DRAWN:
        raise DiagramError(f"only {DRAWN} is drawn; export it as SVG to show it drawn")
    try:
        import merman
    except (ImportError, OSError) as error:  # OSError: a library for another machine
        raise DiagramError("ronkyo[diagrams] is not installed") from error
    request = merman.MermanOperationRequestV4(
        operation_id="svg",
        source=source,
        uri=None,
        options_json=json.dumps(OPTIONS),
        control=merman.MermanOperationControl(MILLISECONDS),
    )
    try:
        svg = merman.Merman().execute(request).data.decode()
    except Exception as error:  # merman's are made by machine and have no common base
        raise DiagramError(" ".join(str(getattr(error, "message", error)).split())) from error
    svg = svg.replace(
        "overflow:hidden", "overflow:visible"
    )  # labels, whose letters here are wider than those it measures
    return SIZE.sub(r'\1width="\3" height="\4"\2', svg, count=1)


def width_style(svg: str) -> str:
    """As wide as it was drawn; a style sheet would give a picture the whole column."""
    found = re.match(r'<svg [^>]*?width="([\d.]+)"', svg)
    return f"width: {float(found[1]):.0f}px" if found else ""


def title(source: str) -> str:
    """What a diagram calls itself, or nothing."""
    found = TITLE.search(source)
    return found[1].strip(" \t\"'") if found else ""
