"""Autoencoders of handwritten digits: plain, variational and vector-quantised ones."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from ronkyo.params import Section, Seeds, Variants

NAMES = {"autoencoder": "自己符号化器", "vae": "VAE", "vq_vae": "VQ-VAE"}


class Data(Section):
    train_images: int = Field(gt=0)  # the first ones; the others are for testing


class Training(Section):
    kind: Literal["autoencoder", "vae", "vq_vae"]
    hidden_size: int = Field(gt=0)
    latent_size: int = Field(gt=0)
    pixel_deviation: float = Field(gt=0)  # σ of a pixel around the decoder's output
    kl_weight: float = Field(ge=0)  # β of a VAE
    codes: int = Field(gt=1)  # vectors in the codebook of a VQ-VAE
    code_size: int = Field(gt=0)  # numbers of a vector
    commitment: float = Field(ge=0)
    straight_through: bool  # whether the decoder's gradient reaches the encoder of a VQ-VAE
    epochs: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(ge=0)
    epsilon: float = Field(gt=0)  # of Adam
    drawn_samples: int = Field(gt=0)  # that are compared with images

    @model_validator(mode="after")
    def _whole_codes(self) -> Self:
        if self.latent_size % self.code_size:
            raise ValueError(f"expected code_size ({self.code_size}) to divide latent_size ({self.latent_size})")
        return self


class Collapse(Section):
    kl: float = Field(gt=0)  # nats: a dimension with less has collapsed


class Figures(Section):
    example_seed: int = Field(ge=0)
    images: int = Field(gt=0)  # in a row


class Settings(Section):
    seeds: Seeds
    data: Data
    training: Training
    variants: Variants[Training]
    collapse: Collapse
    figures: Figures

    @model_validator(mode="after")
    def _example_is_trained(self) -> Self:
        if self.figures.example_seed >= self.seeds.first:
            raise ValueError(f"expected figures.example_seed below seeds of the first look ({self.seeds.first})")
        return self


def label(name: str, training: Training) -> str:
    """Like "VAE(16)・β=4", "VQ-VAE(16)" by the number of codes, "自己符号化器(16)"."""
    size = training.codes if training.kind == "vq_vae" else training.latent_size
    parts = [f"{NAMES[training.kind]}({size})"]
    if training.kind == "vae" and training.kl_weight != 1:
        parts.append(f"β={training.kl_weight:g}")
    if training.kind == "vq_vae" and not training.straight_through:
        parts.append("勾配なし")
    return "・".join(parts)


def memory(training: Training) -> int:
    """Bytes that a run holds at least: the weights into the code and out of it, their gradient and Adam's two means."""
    return 4 * 4 * 2 * training.hidden_size * training.latent_size
