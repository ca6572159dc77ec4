"""Reversal: an encoder reads letters and a decoder writes them backwards, so it is known where each step should look."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ronkyo.params import Section, Seeds, Variants

CELL_LABELS = {"rnn": "SimpleRNN", "gru": "GRU", "lstm": "LSTM"}

Length = Annotated[int, Field(gt=0)]


class Data(Section):
    letters: int = Field(ge=2, le=26)  # of the alphabet
    longest: Length  # of the strings that are learned; their lengths are drawn from 1 to this
    test_lengths: list[Length] = Field(min_length=1)
    test_strings: int = Field(gt=0)  # of each length
    seed: int = Field(ge=0)  # of the test strings

    @model_validator(mode="after")
    def _longest_is_tested(self) -> Self:
        if self.longest not in self.test_lengths:
            raise ValueError(f"expected test_lengths to have longest ({self.longest})")
        return self


class Training(Section):
    cell: Literal["rnn", "gru", "lstm"]
    hidden_size: int = Field(gt=0)
    attention: bool  # the decoder sees a weighted mean of the encoder's states
    updates: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(ge=0)
    epsilon: float = Field(gt=0)  # of Adam
    record_every: int = Field(gt=0)  # updates of one point of the curves


class Figures(Section):
    seed: int = Field(ge=0)  # whose weights are drawn


class Settings(Section):
    seeds: Seeds
    data: Data
    training: Training
    variants: Variants[Training]
    figures: Figures

    @model_validator(mode="after")
    def _example_is_trained(self) -> Self:
        if self.figures.seed >= self.seeds.first:
            raise ValueError(f"expected figures.seed below seeds of the first look ({self.seeds.first})")
        return self


def label(name: str, training: Training) -> str:
    """Like "GRU(32)" or "GRU(32)・注意機構"."""
    return f"{CELL_LABELS[training.cell]}({training.hidden_size}){'・注意機構' if training.attention else ''}"


def memory(training: Training) -> int:
    """Bytes that a run holds at least: the weights between hidden units, their gradient and Adam's two means."""
    return 4 * 4 * training.hidden_size**2
