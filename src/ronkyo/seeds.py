"""Where the randomness of a run comes from: a generator made from (experiment, seed, stream) and passed as an argument."""

from __future__ import annotations

import hashlib

import numpy as np


def generator(experiment: str, seed: int, stream: str) -> np.random.Generator:
    """A random generator for one purpose ("data order", "initialization") of one seed.

    The variant is left out on purpose: variants of the same seed see the same examples in the same order and start
    from the same draws, so that they can be compared in pairs.
    """
    key = hashlib.sha256(f"{experiment}/{stream}".encode()).digest()[:16]
    return np.random.default_rng([int.from_bytes(key, "little"), seed])
