"""What an experiment's functions must return, checked by the stage that calls them: one line says what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ronkyo.errors import UserError, nearest


class ContractError(UserError):
    """An experiment's function returned something else than the engine expects: file, function, expected, found."""


class Given(dict[str, Any]):
    """What a function of an experiment is given by name; one that is not there is a ContractError, not a KeyError."""

    def __init__(self, place: str, items: Mapping[str, Any]) -> None:
        super().__init__(items)
        self.place = place

    def __missing__(self, name: str) -> Any:
        known = f"one of {', '.join(self)}" if self else "no name, since there is nothing"
        raise ContractError(f"{self.place}: expected {known}, found {name!r}{nearest(name, self)}")


def expect_arrays(place: str, arrays: Any) -> None:
    if not isinstance(arrays, Mapping):
        raise ContractError(f"{place}: expected {{name: array}}, found {kind(arrays)}")
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray | np.generic) or array.dtype == object:
            raise ContractError(f"{place}: {name}: expected an array of numbers or text, found {kind(array)}")


def kind(value: Any) -> str:
    """How a message tells what it found."""
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}, shape {value.shape}"
    return "None" if value is None else f"{type(value).__name__} {value!r:.40}"
