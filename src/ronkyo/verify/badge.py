"""A badge for a README: is the report current, how many claims has it, when was it replayed? As an SVG of text."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ronkyo import files, results
from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.repository import Repository
from ronkyo.verify.check import Check
from ronkyo.words import Words

REPLAYS = ("reports/replay.json", "docs/replay/replay.json")  # where a committed replay is looked for
SIZE = 11  # of the text, px
HEIGHT, MARGIN = 20, 6  # px
GREY, GREEN, RED = "#4a4a4a", "#1a7f37", "#b62324"  # white on each has a contrast of at least 5 : 1
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" aria-labelledby="title desc">
<title id="title">{title}</title>
<desc id="desc">{desc}</desc>
<clipPath id="round"><rect width="{width}" height="{height}" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="{width}" height="{height}" fill="{grey}"/>\
<rect x="{left}" width="{right}" height="{height}" fill="{colour}"/></g>
<g fill="#fff" font-family="Verdana,'DejaVu Sans','Hiragino Sans','Noto Sans CJK JP','Noto Sans JP',sans-serif" \
font-size="{size}" aria-hidden="true">
{texts}
</g>
</svg>
"""


def write(file: Path, project: Project, checks: Iterable[Check], language: str | None) -> None:
    """The badge in the language, or in the report's. Raises UserError."""
    words = Words(language or project.load_report().language)
    try:
        files.write_text(file, badge(project, checks, words))
    except OSError as error:
        raise UserError(f"{file}: expected a file that can be written, found: {error.strerror or error}") from error


def badge(project: Project, checks: Iterable[Check], words: Words) -> str:
    """The SVG. checks: what says whether the report is current."""
    label, current = words("badge.report"), not any(check.differences for check in checks)
    if not current:
        return _svg(label, words("badge.stale"), RED, words("badge.about"))
    claims = len(results.read_claims(project))
    text = words("badge.current" if claims != 1 else "badge.current_one", n=claims)
    if (replay := _replay(project)) is not None:
        text = words("badge.replayed", text=text, day=str(replay["began"])[:10])
    return _svg(label, text, GREEN, words("badge.about"))


def _replay(project: Project) -> dict[str, Any] | None:
    """The newest that confirmed the results as they are now."""
    found = [files.read_json(project.root / name) for name in REPLAYS if (project.root / name).is_file()]
    found.sort(key=lambda document: document["began"])
    return next((one for one in reversed(found) if one["confirmed"] and _has_results_of(project, one["of"])), None)


def _has_results_of(project: Project, revision: str) -> bool:
    """Whether metrics and seeds are still those of a commit; not where Git cannot tell, as in a shallow clone."""
    folders = [str(project.metrics_file("").parent), str(project.seeds_file("").parent)]
    return Repository(project.root).has(revision, *folders)


def _svg(label: str, text: str, colour: str, about: str) -> str:
    widths = [_width(label), _width(text)]
    left, right = (round(width + 2 * MARGIN) for width in widths)
    texts = [
        f'<text x="{x}" y="14" textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs">{html.escape(shown)}</text>'
        for x, width, shown in ((MARGIN, widths[0], label), (left + MARGIN, widths[1], text))
    ]
    return SVG.format(
        width=left + right,
        height=HEIGHT,
        left=left,
        right=right,
        size=SIZE,
        grey=GREY,
        colour=colour,
        title=html.escape(f"{label}: {text}"),
        desc=html.escape(about),
        texts="\n".join(texts),
    )


def _width(text: str) -> float:
    """In px, in DejaVu Sans, whose widths are Verdana's; a Japanese character is as wide as it is high."""
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    font = FT2Font(findfont("DejaVu Sans"))
    font.set_size(SIZE, 72)
    return sum(
        SIZE if unicodedata.east_asian_width(sign) in "WF" else font.load_char(ord(sign)).linearHoriAdvance / 65536
        for sign in text
    )
