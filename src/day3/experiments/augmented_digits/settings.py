"""Data augmentation put to the test: a small classifier of handwritten digits, few images and many."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ronkyo.params import Section, Seeds, Variants

SIDE, CLASSES = 8, 10  # pixels of an image, both ways; digits
Method = Literal["flip", "crop", "tone", "rotation", "quarter_turn", "erasing", "mixup"]
LABELS: dict[Method, str] = {
    "flip": "反転",
    "crop": "切り取り",
    "tone": "コントラストと輝度",
    "rotation": "小さな回転",
    "quarter_turn": "直角の回転",
    "erasing": "random erasing",
    "mixup": "mixup",
}


class Data(Section):
    train_images: int = Field(gt=0)  # the first ones, of which each seed draws its own; the others are for testing


class Range(Section):
    lower: float = Field(ge=0)
    upper: float

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.lower > self.upper:
            raise ValueError("expected lower ≤ upper")
        return self


class Strength(Section):
    """How far a method may change an image."""

    crop_side: Range  # of the image's side
    contrast: Range  # factor of the distance to the mean
    brightness_max_delta: float = Field(ge=0, le=1)
    rotation_max_degrees: float = Field(ge=0, le=180)
    erasing_side: Range  # of the image's side, drawn for height and width
    mixup_alpha: float = Field(gt=0)


class Training(Section):
    methods: list[Method]  # in this order
    sizes: list[Annotated[int, Field(gt=0)]] = Field(min_length=1)  # numbers of training images
    strength: Strength
    hidden_size: int = Field(gt=0)
    updates: int = Field(gt=0)  # of the weights, whatever the size
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(ge=0)
    epsilon: float = Field(gt=0)  # of Adam


class Settings(Section):
    seeds: Seeds
    data: Data
    training: Training
    variants: Variants[Training]

    @model_validator(mode="after")
    def _enough_images(self) -> Self:
        most = max(size for training in self.variants.values() for size in training.sizes)
        if most > self.data.train_images:
            raise ValueError(f"expected sizes of at most data.train_images ({self.data.train_images}), found {most}")
        return self


def label(name: str, training: Training) -> str:
    """The methods; "拡張なし", or the number of methods where there are several."""
    methods = training.methods
    if len(methods) > 1:
        return f"{len(methods)} つの方法"
    return LABELS[methods[0]] if methods else "拡張なし"


def memory(training: Training) -> int:
    """Bytes that a run holds at least: the weights of the hidden layer, their gradient and Adam's two means."""
    return 4 * 4 * SIDE**2 * training.hidden_size
