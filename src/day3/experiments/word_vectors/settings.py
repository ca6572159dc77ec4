"""Word vectors: CBOW and skip-gram with negative sampling learn from speeches, and people's ratings judge them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ronkyo.params import Section, Seeds, Variants

MODEL_LABELS = {"cbow": "CBOW", "skipgram": "skip-gram"}

Word = Annotated[str, StringConstraints(pattern=r"^[a-z]+$")]


class Data(Section):
    first_year: int = Field(ge=1790)  # of the first message to Congress in the corpus
    last_year: int = Field(ge=1790)
    rare_count: int = Field(ge=0)  # a word that comes so many times or fewer is left out of the text
    queries: list[Word] = Field(min_length=1)  # whose nearest words are told
    opposites: list[Annotated[list[Word], Field(min_length=2, max_length=2)]] = Field(min_length=1)
    map: dict[str, list[Word]] = Field(min_length=1)  # words that are drawn, by what they have in common


class Training(Section):
    model: Literal["cbow", "skipgram"]
    size: int = Field(gt=0)  # of a vector
    window: int = Field(gt=0)  # words before and after; at each place a number from 1 to this is drawn
    negatives: int = Field(gt=0)  # drawn for each word that is there
    noise_power: float = Field(ge=0)  # negatives are drawn by the words' counts to this power
    frequent_share: float = Field(gt=0)  # words that make up more of the text are left out now and then
    epochs: int = Field(gt=0)
    learning_rate: float = Field(ge=0)  # falls to zero


class Figures(Section):
    variant: str  # whose vectors are drawn as a map
    seed: int = Field(ge=0)


class Settings(Section):
    seeds: Seeds
    data: Data
    training: Training
    variants: Variants[Training]
    figures: Figures

    @model_validator(mode="after")
    def _map_is_trained(self) -> Self:
        if self.figures.variant not in self.variants:
            raise ValueError(f"expected figures.variant to be a variant, found {self.figures.variant!r}")
        if self.figures.seed >= self.seeds.first:
            raise ValueError(f"expected figures.seed below seeds of the first look ({self.seeds.first})")
        return self


def label(name: str, training: Training) -> str:
    """Like "skip-gram(64)"."""
    return f"{MODEL_LABELS[training.model]}({training.size})"


def memory(training: Training) -> int:
    """Bytes that a run holds at least: the two vectors of a word."""
    return 2 * 4 * training.size
