"""Next-word prediction: a recurrent network reads five words of a speech and says how likely each next word is."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ronkyo.params import Section, Seeds, Variants

UNKNOWN = "<???>"  # stands for every word that is not in the vocabulary; the first of the vocabulary
UNKNOWN_ID = 0

CELL_LABELS = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


class Data(Section):
    first_year: int = Field(ge=1790)  # of the first message to Congress in the corpus
    last_year: int = Field(ge=1790)
    rare_count: int = Field(ge=0)  # a word that the training part has so many times or fewer is read as <???>
    chunk_size: int = Field(ge=2)  # words of a window before the one to predict; the trigram model reads the last two
    history_size: int = Field(ge=2)  # words that are kept before the one to predict, for networks that read more
    test_share: float = Field(gt=0, lt=1)  # of the words; they are the last ones
    query: Annotated[str, StringConstraints(pattern=r"^[a-z'-]+( [a-z'-]+)*$")]  # to be continued after training

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.last_year < self.first_year:
            raise ValueError(f"expected last_year not before first_year ({self.first_year})")
        if self.history_size < self.chunk_size:
            raise ValueError(f"expected history_size not below chunk_size ({self.chunk_size})")
        if len(self.query.split()) != self.chunk_size:
            raise ValueError(f"expected a query of chunk_size ({self.chunk_size}) words")
        return self


class Training(Section):
    cell: Literal["rnn", "lstm", "gru"]
    embedding_size: int = Field(gt=0)
    hidden_size: int = Field(gt=0)
    context_size: int = Field(gt=0)  # how many of the words before the one to predict the network reads
    train_share: float = Field(gt=0, le=1)  # of the training windows, the latest ones
    epochs: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(ge=0)


class Settings(Section):
    seeds: Seeds
    data: Data
    training: Training
    variants: Variants[Training]

    @model_validator(mode="after")
    def _context_within_history(self) -> Self:
        if max(training.context_size for training in (self.training, *self.variants.values())) > self.data.history_size:
            raise ValueError(f"expected context_size not above data.history_size ({self.data.history_size})")
        return self


def label(name: str, training: Training) -> str:
    """Like "LSTM(30)" or "LSTM(30)・コーパス 1/2"."""
    share = "" if training.train_share == 1 else f"・コーパス {Fraction(training.train_share).limit_denominator(100)}"
    return f"{CELL_LABELS[training.cell]}({training.hidden_size}){share}"


def memory(training: Training) -> int:
    """Bytes that a run holds at least: the weights between hidden units, their gradient and Adam's two means."""
    return 4 * 4 * training.hidden_size**2
