"""Activation functions and their derivatives, drawn and compared with automatic differentiation."""

from __future__ import annotations

from typing import Self

import numpy as np
from pydantic import Field, model_validator

from ronkyo.params import Section


class Settings(Section):
    leaky_relu_alpha: float = Field(gt=0, lt=1)  # slope for negative x
    swish_beta: float = Field(gt=0)  # x · sigmoid(beta · x)
    x_limit: float = Field(gt=0)  # functions are drawn and checked from -x_limit to x_limit
    points: int = Field(ge=3)  # odd, so that 0 is among them
    softmax_logits: list[float] = Field(min_length=2)  # the first is the one that the figure varies

    @model_validator(mode="after")
    def _contains_zero(self) -> Self:
        if self.points % 2 == 0:
            raise ValueError("expected points to be odd")
        return self

    def x(self) -> np.ndarray:
        """Points from -x_limit to x_limit with exactly 0 in the middle: (point,)."""
        half = self.points // 2
        return self.x_limit * np.arange(-half, half + 1) / half

    def softmax_inputs(self) -> np.ndarray:
        """softmax_logits with every point of x in the place of the first: (point, class)."""
        inputs = np.tile(self.softmax_logits, (self.points, 1))
        inputs[:, 0] = self.x()
        return inputs
