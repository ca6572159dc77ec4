"""The confirmation tests whose answers are numbers: the questions' numbers."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from ronkyo.params import Section


class Convolution(Section):
    input_size: int = Field(gt=0)
    kernel_size: int = Field(gt=0)
    stride: int = Field(gt=0)
    padding: int = Field(ge=0)

    @model_validator(mode="after")
    def _kernel_fits(self) -> Self:
        if self.kernel_size > self.input_size + 2 * self.padding:
            raise ValueError("expected kernel_size to be at most input_size + 2 padding")
        return self


class ChainRule(Section):
    """Where dz/dx of z = t², t = x + y is computed."""

    x: float
    y: float


class Sigmoid(Section):
    gain: float = Field(gt=0)  # a of 1 / (1 + exp(-a x))


class ParameterCounts(Section):
    """Of which recurrent layers the trained numbers, and the multiplications of a step, are counted."""

    input_size: int = Field(gt=0)
    hidden_size: int = Field(gt=0)


class Settings(Section):
    convolution: Convolution
    chain_rule: ChainRule
    sigmoid: Sigmoid
    parameter_counts: ParameterCounts
