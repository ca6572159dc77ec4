"""What claims and tables estimate, kept for the next process: each follows from its numbers alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ronkyo import cache
from ronkyo.claims import estimates, looks
from ronkyo.claims.estimates import Estimate, Interval, Method, Reason
from ronkyo.claims.quantity import Kind
from ronkyo.seeds import generator


def estimate(kind: Kind, a: np.ndarray, b: np.ndarray | None, level: float) -> Estimate:
    """Of one array of numbers, (n,), or of pairs."""
    return _estimate(kind, a.tobytes(), None if b is None else b.tobytes(), level)


@lru_cache(maxsize=8192)
def _estimate(kind: Kind, a: bytes, b: bytes | None, level: float) -> Estimate:
    def made() -> Any:
        found = _estimated(kind, np.frombuffer(a), np.frombuffer(b or b""), level)
        return [found.value, found.low, found.high, found.n, found.spread, found.method, found.reason]

    key = [kind, a.hex(), b and b.hex(), level]
    value, low, high, n, spread, method, reason = kept("estimate", key, made)
    return Estimate(value, low, high, n, spread, Method(method), Reason(reason))


def _estimated(kind: Kind, a: np.ndarray, b: np.ndarray, level: float) -> Estimate:
    if kind == Kind.SHARE:
        return estimates.share_estimate(a, level)
    if kind == Kind.DISCORDANT:
        return estimates.discordant_estimate(a, b, level)
    # one stream for all: what a claim compares, and how it is called, changes no interval
    rng = generator("claims", 0, "bootstrap")
    if kind == Kind.RATIO:
        return estimates.ratio_estimate(a, b, level, rng)
    with np.errstate(invalid="ignore"):  # inf - inf: never and never
        return estimates.mean_estimate(a - b, level, rng)


def mean_interval(values: np.ndarray) -> Interval:
    """estimates.mean_interval of (n_seeds,) values."""
    return _mean_interval(np.asarray(values, dtype=float).tobytes())


@lru_cache(maxsize=8192)
def _mean_interval(values: bytes) -> Interval:
    return Interval(*kept("interval", values.hex(), lambda: estimates.mean_interval(np.frombuffer(values))))


@lru_cache(maxsize=1024)
def look_alpha(plan: tuple[int, ...], alpha: float) -> float:
    """looks.look_alpha. Raises what it raises."""
    return kept("level", [plan, alpha], lambda: looks.look_alpha(plan, alpha))


def kept(kind: str, key: Any, make: Callable[[], Any]) -> Any:
    """What `make` returns, of JSON; it must follow from the key."""
    return json.loads(cache.get(kind, json.dumps(key).encode(), lambda: json.dumps(make()).encode()))
