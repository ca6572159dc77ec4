"""A variant's label tells it from every other variant of its experiment, whatever key it differs in."""

import pytest

from ronkyo.labels import variant_label
from ronkyo.params import Section, Variants


class Training(Section):
    cell: str
    hidden_size: int
    epochs: int
    learning_rate: float


class Settings(Section):
    training: Training
    variants: Variants[Training]


WORDS = {"epochs": "{} epochs", "learning_rate": "rate {:g}"}
BASE = {"cell": "lstm", "hidden_size": 30, "epochs": 3, "learning_rate": 0.001}


def label(name, training):
    return f"{training.cell.upper()}({training.hidden_size})"


def labels(variants):
    settings = Settings.model_validate({"training": BASE, "variants": variants})
    return [variant_label(settings, variant, label, WORDS) for variant in variants]


def test_differences_that_the_label_tells_are_not_told_again():
    assert labels({"a": {}, "b": {"hidden_size": 8}, "c": {"cell": "gru", "epochs": 6}}) == [
        "LSTM(30)",
        "LSTM(8)",
        "GRU(30), 6 epochs",
    ]


def test_a_difference_without_words_of_its_own_is_told_by_its_key():
    settings = Settings.model_validate({"training": BASE, "variants": {"a": {"epochs": 6}}})
    assert variant_label(settings, "a", label, {}) == "LSTM(30), epochs=6"


@pytest.mark.parametrize("key", ["hidden_size", "epochs", "learning_rate"])
def test_a_variant_that_differs_in_any_number_is_told_from_the_base(key):
    first, second = labels({"plain": {}, "half": {key: type(BASE[key])(BASE[key] / 2)}})
    assert first != second
