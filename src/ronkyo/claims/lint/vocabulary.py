"""What a language has of numbers and comparisons, and what every language has."""

from __future__ import annotations

from dataclasses import dataclass

Table = tuple[tuple[str, str], ...]  # pattern, what it is or why it is left out

DIGITS = r"[-+−±]?\d+(?:[,，]\d{3})*(?:[.．]\d+)?(?:[eE][-+−]?\d+)?(?:/\d+)?(?:[ \t]*[%％])?"
NAMES: Table = (
    (r"^[ \t>]*\(?\d+[.)](?=[\s.])", "a list's marker"),
    (r"(?<![A-Za-z0-9_.])[A-Za-z_]+[-_]?\d+(?:[-_]?[A-Za-z][A-Za-z0-9_]*)*(?![.,]?\d)", "a name: word2vec, SHA-256"),
    (r"\d+_[A-Za-z]\w*|(?<![\d.])[123]D(?![A-Za-z])", "a name: 01_rnn, 2D"),
    (r"(?<![A-Za-z0-9])[A-Za-z0-9_][A-Za-z0-9_./-]*\.[A-Za-z][A-Za-z0-9]{0,5}(?![A-Za-z0-9])", "a file's name"),
    (r"(?<![\d.])\d+(?:\.\d+){2,}", "a version"),
)


@dataclass(frozen=True)
class Vocabulary:
    """Patterns; what the tables not_… have is masked before the others are looked for."""

    numbers: Table
    not_numbers: Table
    comparisons: Table
    not_comparisons: Table
    sentence_end: str  # a pattern of no width
