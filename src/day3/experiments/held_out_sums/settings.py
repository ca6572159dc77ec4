"""Held-out sums: the network of binary addition learns from a share of all pairs, and adds pairs that it never saw."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from ronkyo.params import Section, Seeds, Variants


class Training(Section):
    digits: int = Field(ge=2)  # binary digits of a sum; the numbers are below half of 2 ** digits
    hidden_size: int = Field(gt=0)
    learning_rate: float = Field(ge=0)
    iterations: int = Field(gt=0)  # one example each
    train_share: float = Field(gt=0, lt=1)  # of all pairs; the others are held out
    longer_digits: int = Field(ge=2)  # digits of the sums that are longer than any that is learned
    longer_examples: int = Field(gt=0)  # drawn pairs with so long a sum
    example: list[int] = Field(min_length=2, max_length=2)  # two numbers that are always held out

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not 0 <= min(self.example) <= max(self.example) < 2**self.digits // 2:
            raise ValueError(f"expected example to be two numbers from 0 to {2**self.digits // 2 - 1}")
        return self


class Example(Section):
    variant: str  # whose network adds `training.example` in the report
    seed: int = Field(ge=0)


class Settings(Section):
    seeds: Seeds
    training: Training
    variants: Variants[Training]
    example: Example

    @model_validator(mode="after")
    def _has_the_example(self) -> Self:
        if self.example.variant not in self.variants:
            raise ValueError(f"expected example.variant to be one of {', '.join(self.variants)}")
        if self.example.seed >= self.seeds.first:
            raise ValueError(f"expected example.seed below seeds of the first look ({self.seeds.first})")
        return self


def label(name: str, training: Training) -> str:
    return f"{100 * training.train_share:g} % で学習"


def memory(training: Training) -> int:
    """Bytes that a run holds at least: the weights between hidden units and their gradient."""
    return 2 * 8 * training.hidden_size**2
