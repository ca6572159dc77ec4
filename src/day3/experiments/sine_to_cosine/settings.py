"""Sine to cosine: an encoder reads a window of a sine and a decoder writes the cosine of the same window."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ronkyo.params import Section, Seeds, Variants

CELL_LABELS = {"rnn": "SimpleRNN", "gru": "GRU", "lstm": "LSTM"}


class Data(Section):
    half_periods: int = Field(gt=0)  # x runs from -half_periods π to half_periods π
    points: int = Field(ge=2)
    window: int = Field(gt=0)  # points that are read, and as many that are written
    validation_share: float = Field(gt=0, lt=1)  # of the windows; they are the last ones
    free_running_windows: list[Annotated[int, Field(ge=0)]] = Field(min_length=1)  # predicted without the target

    @model_validator(mode="after")
    def _enough_points(self) -> Self:
        windows = self.points - self.window
        if int(windows * (1 - self.validation_share)) < 1:
            raise ValueError(f"expected window ({self.window}) to leave windows to train with")
        if max(self.free_running_windows) >= windows:
            raise ValueError(f"expected free_running_windows below points - window ({windows})")
        return self


class Training(Section):
    cell: Literal["rnn", "gru", "lstm"]
    hidden_size: int = Field(gt=0)
    reverse_input: bool  # the encoder reads the window from its end
    peeky: bool  # the decoder sees the encoder's last state at every step
    attention: bool  # the decoder sees a weighted mean of the encoder's states
    epochs: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(ge=0)
    epsilon: float = Field(gt=0)  # of Adam


class Convergence(Section):
    mse: float = Field(gt=0)  # the validation error must stay below this


class Figures(Section):
    example_seed: int = Field(ge=0)  # whose predictions are drawn as a line


class Settings(Section):
    seeds: Seeds
    data: Data
    training: Training
    variants: Variants[Training]
    convergence: Convergence
    figures: Figures

    @model_validator(mode="after")
    def _example_is_trained(self) -> Self:
        if self.figures.example_seed >= self.seeds.first:
            raise ValueError(f"expected figures.example_seed below seeds of the first look ({self.seeds.first})")
        return self


def label(name: str, training: Training) -> str:
    """Like "SimpleRNN(10)" or "SimpleRNN(10)・Attention"."""
    extras = {"入力の反転": training.reverse_input, "のぞき見": training.peeky, "Attention": training.attention}
    return "・".join(
        [f"{CELL_LABELS[training.cell]}({training.hidden_size})", *(name for name in extras if extras[name])]
    )


def memory(training: Training) -> int:
    """Bytes that a run holds at least: the weights between hidden units, their gradient and Adam's two means."""
    return 4 * 4 * training.hidden_size**2
