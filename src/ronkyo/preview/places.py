"""Where in a page a line of its source is: words around the line that the page has, too."""

from __future__ import annotations

import re
from pathlib import Path

MARKUP = re.compile(  # what a page does not have as it stands in the source
    r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]*`|<[^>\n]*>|\]\([^)\n]*\)|\[\^[^\]\n]*\]|\{[^{}\n]*\}|"
    r"^[ \t]*(?:[#>*+-]+|\d+\.)[ \t]|^Q:|[*_|\[\]!\\&]",
    re.MULTILINE | re.DOTALL,
)
HEADING = re.compile(r"^## +(.+?) *(?:\{[^{}]*\} *)?$")
SHORTEST = 4  # letters that say where something is
MOST = 12


def near(file: Path, line: int) -> list[str]:
    """Pieces of the paragraph in which the line stands, the longest first, then of those before it; without blanks, since a
    page breaks its lines elsewhere."""
    lines = _lines(file)
    end = next((number for number in range(line, len(lines)) if not lines[number].strip()), len(lines))
    pieces: list[str] = []
    for paragraph in reversed(re.split(r"\n[ \t]*\n", "\n".join(lines[:end]))):
        words = {"".join(piece.split()) for piece in MARKUP.split(paragraph)}
        pieces += sorted((word for word in words if len(word) >= SHORTEST), key=lambda word: (-len(word), word))
        if len(pieces) >= MOST:
            break
    return pieces[:MOST]


def heading(file: Path, line: int = 0) -> str:
    """Of the chapter in which the line stands, or of the file's first, as a page has it; "" where there is none."""
    found = [match[1] for text in _lines(file)[: line or None] if (match := HEADING.match(text))]
    return MARKUP.sub("", found[-1 if line else 0]) if found else ""


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
