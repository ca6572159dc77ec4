"""Memory over a gap: a network sees a marked symbol, then others, and says at the end which one was marked."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ronkyo.params import Section, Seeds, Variants

CELL_LABELS = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
Gap = Annotated[int, Field(gt=0)]


class Training(Section):
    cell: Literal["rnn", "lstm", "gru"]
    hidden_size: int = Field(gt=0)
    forget_bias: float  # of an LSTM's forget gate at the start
    symbols: int = Field(ge=2)
    longest_gap: Gap  # of the training sequences: symbols between the marked one and the end; each batch draws its own
    updates: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(ge=0)
    epsilon: float = Field(gt=0)  # of Adam
    tested_gaps: list[Gap] = Field(min_length=2)  # rising; over the last one the gradient is followed
    test_examples: int = Field(gt=0)  # sequences for each of them

    @model_validator(mode="after")
    def _gaps_rise(self) -> Self:
        if sorted(set(self.tested_gaps)) != self.tested_gaps:
            raise ValueError("expected tested_gaps that rise")
        return self


class Figures(Section):
    example_seed: int = Field(ge=0)  # whose gates are drawn
    example_steps: int = Field(gt=1)  # how many of the sequence's steps, from the first on


class Settings(Section):
    seeds: Seeds
    training: Training
    variants: Variants[Training]
    figures: Figures

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.figures.example_seed >= self.seeds.first:
            raise ValueError(f"expected figures.example_seed below seeds of the first look ({self.seeds.first})")
        if any(training.tested_gaps != self.training.tested_gaps for training in self.variants.values()):
            raise ValueError("expected the same tested_gaps in all variants")
        return self


def label(name: str, training: Training) -> str:
    """Like "LSTM(8)"."""
    return f"{CELL_LABELS[training.cell]}({training.hidden_size})"


def memory(training: Training) -> int:
    """Bytes that a run holds at least: the weights between hidden units, their gradient and Adam's two means."""
    return 4 * 4 * training.hidden_size**2
