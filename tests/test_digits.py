"""The embedded handwritten digits are those that are known."""

import numpy as np
import pytest

from day3 import digits
from ronkyo.files import DataError


def test_images_are_between_black_and_white_and_each_is_of_one_part():
    arrays, provenance = digits.prepare(1000)
    assert arrays["images"].shape == (1797, 64)
    assert (arrays["images"].min(), arrays["images"].max()) == (0, 1)
    assert np.array_equal(np.concatenate([arrays["train"], arrays["test"]]), np.arange(1797))
    assert set(arrays["labels"][arrays["test"]]) == set(range(10))
    assert (provenance["train_images"], provenance["test_images"]) == (1000, 797)


def test_other_images_are_refused(monkeypatch):
    monkeypatch.setattr(digits, "DIGEST", "0" * 64)
    with pytest.raises(DataError, match="digits of scikit-learn: expected sha256 000"):
        digits.prepare(1000)


def test_images_to_test_with_must_be_left():
    with pytest.raises(DataError, match=r"train_images: expected fewer than there are \(1797\), found 1797"):
        digits.prepare(1797)
