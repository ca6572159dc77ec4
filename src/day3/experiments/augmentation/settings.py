"""The augmentation section of params.yaml: which photographs, and how far each method may change them."""

from typing import Literal, Self

from pydantic import Field, model_validator

from ronkyo.params import Section

Photograph = Literal["chelsea", "coffee", "astronaut"]  # file names in scikit-image
LABELS: dict[Photograph, str] = {"chelsea": "猫", "coffee": "コーヒー", "astronaut": "宇宙飛行士"}


class Range(Section):
    lower: float
    upper: float

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.lower > self.upper:
            raise ValueError("expected lower ≤ upper")
        return self


class Data(Section):
    photograph: Photograph
    partner: Photograph  # the photograph that mixup mixes in
    size: int = Field(ge=8)  # pixels a side


class Methods(Section):
    contrast: Range
    brightness_max_delta: float = Field(ge=0, le=1)
    hue_max_delta: float = Field(ge=0, le=0.5)
    quarter_turns: list[int] = Field(min_length=1)
    crop_side: float = Field(gt=0, le=1)
    erasing_area: Range
    erasing_aspect: Range
    mixup_alpha: float = Field(gt=0)

    @model_validator(mode="after")
    def _rectangles_fit(self) -> Self:
        """A square always fits into the image, so random erasing ends."""
        if not 0 < self.erasing_area.lower <= self.erasing_area.upper < 1:
            raise ValueError("expected an erasing_area between 0 and 1")
        if not 0 < self.erasing_aspect.lower <= 1 <= self.erasing_aspect.upper:
            raise ValueError("expected an erasing_aspect from above 0 that contains 1")
        return self


class Figures(Section):
    seed: int = Field(ge=0)
    rows: int = Field(gt=0)
    columns: int = Field(gt=0)
    tile: int = Field(ge=8)  # pixels a side of each image in the grid


class Settings(Section):
    data: Data
    methods: Methods
    figures: Figures
