"""Binary addition: an RNN reads two numbers digit by digit, least significant first, and gives their sum's digits."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from ronkyo.params import Section, Seeds, Variants

ACTIVATION_LABELS = {"sigmoid": "Sigmoid", "tanh": "tanh", "relu": "ReLU"}
INITIALIZATION_LABELS = {"normal": "", "xavier": "・Xavier", "he": "・He"}
GRADIENT_LABELS = {"exact": "", "course": "・講義の勾配"}


class Training(Section):
    digits: int = Field(ge=2)  # length of a sequence; the numbers are below half of base ** digits, so their sum fits
    base: int = Field(ge=2)
    hidden_size: int = Field(gt=0)
    activation: Literal["sigmoid", "tanh", "relu"]
    initialization: Literal["normal", "xavier", "he"]
    output_gradient: Literal["exact", "course"]
    learning_rate: float = Field(ge=0)
    iterations: int = Field(gt=0)  # one example each
    record_every: int = Field(gt=0)  # iterations of one interval of the curves
    test_examples: int = Field(gt=0)  # all pairs of numbers if there are not more, else so many drawn pairs
    flow_examples: int = Field(gt=0)  # drawn pairs on which the gradient is followed back through time
    flat_slope: float = Field(gt=0)  # a slope of a unit's activation that is not larger passes on no error
    saturated_slope: float = Field(gt=0, lt=1)  # of the largest; a hidden unit whose slope is not above is saturated

    @model_validator(mode="after")
    def _whole_intervals(self) -> Self:
        if self.iterations % self.record_every:
            raise ValueError(f"expected iterations to be a multiple of record_every ({self.record_every})")
        return self


class Convergence(Section):
    loss: float = Field(gt=0)  # the mean loss of an interval must stay below this


class Death(Section):
    dead_units: float = Field(gt=0, le=1)  # the share of the hidden units from which on a run has died


class GradientCheck(Section):
    examples: int = Field(gt=0)
    epsilon: float = Field(gt=0)  # step of the central differences


class Figures(Section):
    example_seed: int = Field(ge=0)  # the seed whose losses of single examples are drawn, as in the course


class Settings(Section):
    seeds: Seeds
    training: Training
    variants: Variants[Training]
    convergence: Convergence
    death: Death
    gradient_check: GradientCheck
    figures: Figures

    @model_validator(mode="after")
    def _comparable(self) -> Self:
        if self.figures.example_seed >= self.seeds.first:
            raise ValueError(f"expected figures.example_seed below seeds of the first look ({self.seeds.first})")
        return self


def label(name: str, training: Training) -> str:
    """Like "ReLU(16)" or "Sigmoid(16)・Xavier": what is not said is N(0, 1) weights and the exact gradient."""
    return (
        f"{ACTIVATION_LABELS[training.activation]}({training.hidden_size})"
        f"{INITIALIZATION_LABELS[training.initialization]}{GRADIENT_LABELS[training.output_gradient]}"
    )


def memory(training: Training) -> int:
    """Bytes that a run holds at least: the weights between hidden units and their gradient."""
    return 2 * 8 * training.hidden_size**2
