"""Speak a formula: MathML in, the words a screen reader says instead of the picture out.

Plain operands are named in the order that a reader of the language says them (b 分の a, a over b); where that would leave
open what belongs together, the end is said too (square root of … end root).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ronkyo.words import Words

_INVISIBLE = {"\u2061", "\u2062"}  # function application, multiplication
_PRIMES = {"′", "″", "‴"}
_WITH_LIMITS = {"∑", "∏", "∫", "⋃", "⋂"}
_GROUPS = {"math", "mrow", "mstyle", "mpadded", "mtd", "menclose"}


def speak(mathml: str, words: Words) -> str:
    """The formula in words, separated by single blanks."""
    root = ElementTree.fromstring(mathml)
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
    return " ".join(_Speaker(words).node(root).split())


class _Speaker:
    def __init__(self, words: Words) -> None:
        self._words = words

    def _say(self, key: str, **parts: object) -> str:
        spoken = {name: self.node(part) if isinstance(part, Element) else part for name, part in parts.items()}
        return self._words(f"speech.{key}", **spoken)

    def node(self, node: Element) -> str:
        node = _core(node)
        match node.tag:
            case "mi" | "mo" | "mn" | "mtext":
                return self._token(node)
            case "mfrac":
                above, below = node
                plain = _plain(above) and _plain(below)
                bare = node.get("linethickness") == "0"
                return self._say(
                    "stack" if bare else "fraction" if plain else "fraction_long", above=above, below=below
                )
            case "msqrt":
                plain = all(map(_plain, node))
                return self._say("root" if plain else "root_long", radicand=self._sequence(node))
            case "mroot":
                radicand, degree = node
                return self._say("root_of_degree", degree=degree, radicand=radicand)
            case "msup" | "mover":
                base, over = node
                return self._limits(base, None, over) or self._raised(node.tag, base, over)
            case "msub" | "munder":
                base, under = node
                return self._limits(base, under, None) or self._lowered(node.tag, base, under)
            case "msubsup" | "munderover":
                base, under, over = node
                if spoken := self._limits(base, under, over):
                    return spoken
                return f"{self._lowered('msub', base, under)} {self._exponent(over)}"
            case "mtable":
                return self._rows(node, cell_separator=" ")
            case "mspace" | "mphantom" | "none":
                return ""
            case _:
                return self._sequence(node)

    def _sequence(self, nodes: Iterable[Element]) -> str:
        """Siblings from left to right; a table between fences is a matrix, behind one brace a list of cases."""
        spoken: list[str] = []
        siblings: Sequence[Element] = [_core(node) for node in nodes]
        for before, node, after in zip([None, *siblings], siblings, [*siblings[1:], None], strict=False):
            if node.tag == "mtable" and _fence(before, "OPEN"):
                spoken.pop()
                if after is not None and _fence(after, "CLOSE") and _text(after):
                    spoken.append(self._say("matrix", rows=self._rows(node, self._say("comma"))))
                else:
                    spoken.append(self._say("cases", rows=self._rows(node, " ")))
            elif not (before is not None and before.tag == "mtable" and _fence(node, "CLOSE")):
                spoken.append(self.node(node))
        return " ".join(spoken)

    def _rows(self, table: Element, cell_separator: str) -> str:
        rows = [cell_separator.join(self.node(cell) for cell in row) for row in table]
        if len(rows) == 1:
            return rows[0]
        return self._say("comma").join(self._say("row", number=number, cells=row) for number, row in enumerate(rows, 1))

    def _limits(self, base: Element, under: Element | None, over: Element | None) -> str:
        """A big operator with its bounds, or "" when the base is none."""
        symbol = _text(_core(base))
        if symbol == "lim" and under is not None:
            return self._say("limit", under=under)
        if symbol not in _WITH_LIMITS:
            return ""
        if under is None or over is None:
            return self._say("over", bound=under if under is not None else over, operator=base)
        return self._say("from_to", under=under, over=over, operator=base)

    def _lowered(self, tag: str, base: Element, under: Element) -> str:
        if tag == "munder":
            accent = self._accent(under)
            return f"{self.node(base)} {accent}" if accent else self._say("below", base=base, under=under)
        return self._say("subscript" if _plain(under) else "subscript_long", base=base, under=under)

    def _raised(self, tag: str, base: Element, over: Element) -> str:
        if tag == "msup":
            return f"{self.node(base)} {self._exponent(over)}"
        accent = self._accent(over)
        return f"{self.node(base)} {accent}" if accent else self._say("above", base=base, over=over)

    def _accent(self, mark: Element) -> str | None:
        return self._words.get(f"speech.accent.{_text(_core(mark))}")

    def _exponent(self, over: Element) -> str:
        over = _core(over)
        symbol = _text(over)
        if symbol in _PRIMES:
            return self.node(over)
        if symbol == "⊤" or (symbol == "T" and over.get("mathvariant") in ("normal", "sans-serif")):
            return self._say("transposed")
        named = over.tag == "mtext" or (over.tag == "mi" and len(symbol) > 1) or symbol in ("∗", "+", "−", "†")
        bracketed = len(over) > 0 and _text(_core(over[0])) in ("(", "[")
        if named or bracketed:  # an index, not a power
            return self._say("superscript", over=over)
        return self._say("power" if _plain(over) else "power_long", over=over)

    def _token(self, node: Element) -> str:
        text = _text(node)
        if node.tag == "mtext":
            return text
        word = self._symbol(text)
        letters = self._words.get(f"speech.letters.{node.get('mathvariant', '')}") if node.tag == "mi" else None
        return f"{letters} {word}" if letters else word

    def _symbol(self, text: str) -> str:
        if text in _INVISIBLE:
            return ""
        if word := self._words.get(f"speech.symbol.{text}"):
            return word
        small = text.lower()
        if text != small and not small.isascii() and (word := self._words.get(f"speech.symbol.{small}")):
            return self._say("capital", letter=word)
        if len(text) == 1 and not text.isascii() and unicodedata.category(text)[0] == "S":  # which no voice knows
            return unicodedata.name(text, text).lower()
        return unicodedata.normalize("NFKC", text)


def _core(node: Element) -> Element:
    """The only child of a group stands for the group."""
    while node.tag in _GROUPS and len(node) == 1:
        node = node[0]
    return node


def _plain(node: Element) -> bool:
    """Whether the node is letters and numbers only, so that its end can be heard."""
    return {inner.tag for inner in node.iter()} <= {"mi", "mn", "mtext", "mrow", "msub"}


def _text(node: Element) -> str:
    return (node.text or "").strip().replace("\u00a0", " ") if not len(node) else ""


def _fence(node: Element | None, side: str) -> bool:
    return node is not None and node.tag == "mo" and node.get("data-mjx-texclass") == side
