"""Spoken digits: recurrent networks read the raw wave of a spoken digit and name the digit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ronkyo.params import Name, Section, Seeds, Variants

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

CELL_LABELS = {"rnn": "SimpleRNN", "gru": "GRU", "lstm": "LSTM"}


class Voice(Section):
    """An espeak-ng voice and where its takes lie on the average."""

    voice: str = Field(min_length=1)  # as `espeak-ng -v`, e.g. en-us+f2
    rate: int = Field(ge=120, le=400)  # words a minute
    pitch: int = Field(ge=0, le=99)
    pitch_range: int = Field(ge=0, le=99)
    level: int = Field(gt=0, le=20000)  # peak, of 32,768
    signal_to_noise: int = Field(ge=0)  # dB


class Synthesis(Section):
    takes: int = Field(gt=0)  # of each digit by each voice
    seed: int = Field(ge=0)
    voices: dict[Name, Voice] = Field(min_length=1)
    content_digest: Sha256 | None  # what this makes on Linux x86-64; null: whatever it makes is wanted


class Split(Section):
    """How many clips each part has."""

    train: int = Field(gt=0)
    validation: int = Field(gt=0)
    test: int = Field(gt=0)


class Data(Section):
    source: Literal["synthesized", "fsdd"]
    archive: str = Field(min_length=1)  # of the recordings: a URL, a .tar.gz or a folder
    archive_sha256: Sha256  # as published; archives may be packed anew, so the content decides
    content_digest: Sha256  # of the .wav files in the archive
    synthesis: Synthesis
    clip_length: int = Field(gt=0)  # samples (1/8000 s) that the network reads from the start of a clip
    split: Split


class Training(Section):
    cell: Literal["rnn", "gru", "lstm"]
    hidden_size: int = Field(gt=0)
    bidirectional: bool
    standardize: bool  # the samples have mean 0 and variance 1 over the training clips; false: they are as recorded
    clip_value: float | None = Field(gt=0)  # limit of each gradient element; null: no clipping
    epochs: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(ge=0)
    epsilon: float = Field(gt=0)  # of Adam


class Settings(Section):
    seeds: Seeds
    data: Data
    training: Training
    variants: Variants[Training]


def label(name: str, training: Training) -> str:
    """Like "双方向 LSTM(64)", "LSTM(64)・標準化" or "LSTM(64)・勾配クリッピング 0.5"."""
    direction = "双方向 " if training.bidirectional else ""
    clipping = "" if training.clip_value is None else f"・勾配クリッピング {training.clip_value:g}"
    standardized = "・標準化" if training.standardize else ""
    return f"{direction}{CELL_LABELS[training.cell]}({training.hidden_size}){standardized}{clipping}"


def memory(training: Training) -> int:
    """Bytes that a run holds at least: the weights between hidden units, their gradient and Adam's two means."""
    return 4 * 4 * training.hidden_size**2
