"""Strings of random letters to be tested with; those to learn from are drawn while training."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from day3.experiments.reversal.settings import Data
from ronkyo.files import Arrays
from ronkyo.seeds import generator


def prepare(data: Data, downloads: Path) -> tuple[Arrays, dict[str, Any]]:
    """alphabet: (letters,) text; longest: (); lengths: (lengths,); strings: (lengths, strings, longest of them) letters,
    those after a string's end are not used.
    """
    alphabet = np.array([chr(ord("a") + place) for place in range(data.letters)])
    shape = (len(data.test_lengths), data.test_strings, max(data.test_lengths))
    strings = generator("reversal", data.seed, "test strings").integers(data.letters, size=shape)
    return {
        "alphabet": alphabet,
        "longest": np.array(data.longest),
        "lengths": np.array(data.test_lengths),
        "strings": strings,
    }, {
        "name": "でたらめな文字列（計算で生成）",
        "licence": "本プロジェクトで生成した文字列",
        "digest": hashlib.sha256(strings.astype("<i8").tobytes()).hexdigest(),
        "strings": data.test_strings,
    }
