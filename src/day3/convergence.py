"""When a run has learned, from which point on its error stays below a threshold, and whether it was still learning."""

from __future__ import annotations

import numpy as np


def points_until_below(errors: np.ndarray, threshold: float) -> np.ndarray:
    """How many points pass before every later error is below the threshold; inf if the last one is not.

    errors: (seed, point), nan after a run has diverged -> (seed,)
    """
    above = ~(errors < threshold)  # nan is not below
    points = errors.shape[1]
    last_above = np.where(above.any(axis=1), points - np.argmax(above[:, ::-1], axis=1), 0)
    return np.where(last_above < points, last_above, np.inf)


def restricted(time: np.ndarray, limit: float) -> np.ndarray:
    """A time that never came (inf) counts with the whole time of the run, so that the mean over seeds is finite.

    The restricted mean survival time of survival analysis: Royston & Parmar 2013. time: (seed,) -> (seed,)
    """
    return np.minimum(time, limit)


def late_improvement(errors: np.ndarray) -> np.ndarray:
    """What share of its error a run lost at the end: 1 - the mean of the last tenth of the points / of the tenth before.

    A tenth is a point at least, so that of three epochs the last is compared with the second; of one point: nan. Near 0
    the training no longer improves, below 0 it gets worse. errors: (seed, point) -> (seed,)
    """
    points = errors.shape[1]
    if points < 2:
        return np.full(len(errors), np.nan)
    tenth = max(1, points // 10)
    before, last = errors[:, -2 * tenth : -tenth], errors[:, -tenth:]
    return 1 - last.mean(axis=1) / before.mean(axis=1)
