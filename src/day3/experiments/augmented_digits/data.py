"""Handwritten digits, the first ones for training."""

from pathlib import Path
from typing import Any

from day3 import digits
from day3.experiments.augmented_digits.settings import Data
from ronkyo.files import Arrays


def prepare(data: Data, downloads: Path) -> tuple[Arrays, dict[str, Any]]:
    """As day3.digits."""
    return digits.prepare(data.train_images)
