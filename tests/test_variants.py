"""What variants are called in tables and figures: no two of an experiment are called the same."""

import pytest
from drawn import PROJECT

from ronkyo import params

DOCUMENT = params.read_document(PROJECT.params_file)
EXPERIMENTS = [name for name, section in DOCUMENT.items() if "variants" in section]


def labels(experiment, variants):
    settings = PROJECT.schemas[experiment].model_validate(DOCUMENT[experiment] | {"variants": variants})
    return [PROJECT.label(experiment, settings, variant) for variant in variants]


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_the_projects_variants_are_told_apart(experiment):
    called = labels(experiment, DOCUMENT[experiment]["variants"])
    assert len(set(called)) == len(called)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_variant_that_differs_in_any_number_is_told_from_the_base(experiment):
    settings = PROJECT.schemas[experiment].model_validate(DOCUMENT[experiment])
    base = settings.training
    numbers = {key: value for key, value in base if type(value) in (int, float)}
    variants = {key: base.model_copy(update={key: value / 2}) for key, value in numbers.items()} | {"plain": base}
    settings = settings.model_copy(update={"variants": variants})
    called = [PROJECT.label(experiment, settings, variant) for variant in variants]
    assert len(set(called)) == len(called)


def test_differences_that_the_label_tells_are_not_told_again():
    assert labels("next_word", {"a": {}, "b": {"context_size": 2}, "c": {"train_share": 0.5, "epochs": 6}}) == [
        "LSTM(30)",
        "LSTM(30)・窓 2 語",
        "LSTM(30)・コーパス 1/2・6 エポック",
    ]


def test_a_difference_without_words_of_its_own_is_told_by_its_key():
    assert labels("sine_to_cosine", {"a": {"cell": "gru", "learning_rate": 0.003, "epsilon": 1e-4}}) == [
        "GRU(10)・学習率 0.003・epsilon=0.0001"
    ]
