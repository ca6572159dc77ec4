"""One word for one thing: where a text has another word for a thing than its list of terms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ronkyo.claims.lint.vocabulary import Span, masked

Terms = Mapping[str, Sequence[str]]  # a word, and the others that mean it
QUOTED = re.compile(r"「[^」\n]*」|“[^”\n]*”")  # a word in quotes is spoken of, not used


def others(text: str, terms: Terms) -> Iterator[tuple[Span, str]]:
    """Where another word stands, and the right one. It may stand in brackets behind the right one. A Latin word is looked for
    as a whole one, in its own case, and not among others: there it is a name."""
    text = QUOTED.sub(masked, text)
    if not terms:
        return
    right = "|".join(map(_pattern, sorted(terms, key=len, reverse=True)))
    text = re.sub(rf"(?:{right})(?:（[^（）\n]*）| \([^()\n]*\))?", masked, text)
    words = {other: word for word, found in terms.items() for other in found}
    for match in re.finditer("|".join(map(_pattern, sorted(words, key=len, reverse=True))), text):
        yield match.span(), words[match[0]]


def _pattern(word: str) -> str:
    before = r"(?<![A-Za-z0-9_-])(?<![A-Za-z] )" if word[0].isascii() else ""
    after = r"(?![A-Za-z0-9_-]| [A-Za-z])" if word[-1].isascii() else ""
    return before + re.escape(word) + after
