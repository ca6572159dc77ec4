"""Augmentation put to the test: what each method does to a batch of digits, and what is trained, counted and drawn."""

import numpy as np
import pytest
from drawn import results_of
from pydantic import ValidationError
from seeds import assert_a_seed_alone_equals_it_among_others, no_progress, train_seeds

from day3 import digits
from day3.experiments.augmented_digits import figures, methods
from day3.experiments.augmented_digits.settings import Settings, Strength, Training
from day3.experiments.augmented_digits.summarize import summarize
from day3.experiments.augmented_digits.train import batches, steps, train

STRENGTH = {
    "crop_side": {"lower": 0.5, "upper": 0.9},
    "contrast": {"lower": 0.5, "upper": 0.8},
    "brightness_max_delta": 0.1,
    "rotation_max_degrees": 15.0,
    "erasing_side": {"lower": 0.25, "upper": 0.5},
    "mixup_alpha": 1.0,
}
TRAINING = {
    "methods": [],
    "sizes": [10, 20],
    "strength": STRENGTH,
    "hidden_size": 6,
    "updates": 3,
    "batch_size": 8,
    "learning_rate": 0.01,
    "epsilon": 1e-7,
}
ONE = ["flip", "crop", "tone", "rotation", "quarter_turn", "erasing", "mixup"]
VARIANTS = {"none": {}, **{method: {"methods": [method]} for method in ONE}, "all": {"methods": ONE}}
ALLOWED = Strength.model_validate(STRENGTH)


def settings(**changes):
    section = {"seeds": 2, "data": {"train_images": 40}, "training": TRAINING, "variants": VARIANTS}
    return Settings.model_validate(section | changes)


def noise(batch=200, side=8):
    return np.random.default_rng(1).random((batch, side, side))


def rng():
    return np.random.default_rng(0)


def is_one_of(image, others):
    return any(np.allclose(image, other) for other in others)


@pytest.fixture(scope="module")
def data():
    return digits.prepare(40)[0]


# -- methods ----------------------------------------------------------------------------------------------------------


def test_flips_reach_all_four_images():
    images = noise()
    made = methods.flip(images, ALLOWED, rng())
    four = [images, images[:, :, ::-1], images[:, ::-1], images[:, ::-1, ::-1]]
    counts = [sum(np.array_equal(a, b) for a, b in zip(made, all_, strict=True)) for all_ in four]
    assert sum(counts) == len(images)
    assert min(counts) > len(images) / 8


def test_quarter_turns_are_by_0_90_and_180_degrees():
    images = noise()
    made = methods.quarter_turn(images, ALLOWED, rng())
    counts = [
        sum(np.array_equal(a, np.rot90(b, turns)) for a, b in zip(made, images, strict=True)) for turns in range(4)
    ]
    assert sum(counts[:3]) == len(images)
    assert min(counts[:3]) > len(images) / 5
    assert counts[3] == 0


def test_tone_changes_contrast_and_brightness_within_bounds():
    images = 0.4 + 0.2 * noise()
    made = methods.tone(images, ALLOWED, rng())
    factors, deltas = made.std((1, 2)) / images.std((1, 2)), made.mean((1, 2)) - images.mean((1, 2))
    assert 0.5 <= factors.min() < 0.55
    assert 0.75 < factors.max() <= 0.8
    assert -0.1 <= deltas.min() < -0.08
    assert 0.08 < deltas.max() <= 0.1


def test_a_resampling_by_a_quarter_of_a_turn_is_a_turn():
    images, ones, still = noise(3), np.ones(3), np.zeros(3)
    assert np.allclose(methods.resampled(images, ones, still, still, still), images)
    turned = methods.resampled(images, still, ones, still, still)
    assert is_one_of(turned, [np.rot90(images, turns, (1, 2)) for turns in (1, 3)])


def test_a_resampling_between_pixels_is_their_mean_and_outside_is_black():
    image = np.arange(16.0).reshape(1, 4, 4)
    still, half = np.zeros(1), np.full(1, 0.5)
    moved = methods.resampled(image, np.ones(1), still, still, half)
    assert np.allclose(moved[0, :, :3], image[0, :, :3] + 0.5)
    assert np.allclose(moved[0, :, 3], image[0, :, 3] / 2)


def test_small_rotations_keep_the_middle_and_turn_both_ways():
    images = np.zeros((200, 9, 9))
    images[:, 4, 4], images[:, 4, 8] = 1, 1
    made = methods.rotation(images, ALLOWED, rng())
    assert np.allclose(made[:, 4, 4], 1)
    above, below = made[:, :4, 8].sum(1), made[:, 5:, 8].sum(1)
    assert ((above > 0) != (below > 0)).all()
    assert 50 < (above > 0).sum() < 150


def test_a_crop_enlarges_a_window_of_the_image():
    ramp = np.repeat(np.linspace(0, 1, 8)[None, None], 200, axis=0).repeat(8, axis=1)
    made = methods.crop(ramp, ALLOWED, rng())
    widths = np.ptp(made, axis=2)
    assert np.allclose(widths, widths[:, :1])
    assert 0.5 <= widths.min() < 0.55
    assert 0.85 < widths.max() <= 0.9
    assert made.min() >= 0  # nothing from outside


def test_erasing_changes_one_rectangle_of_each_image():
    images = np.full((200, 8, 8), 2.0)
    changed = methods.erasing(images, ALLOWED, rng()) != 2
    heights, widths = changed.any(2).sum(1), changed.any(1).sum(1)
    assert np.array_equal(changed.sum((1, 2)), heights * widths)
    assert set(heights) == set(widths) == {2, 3, 4}
    assert changed.any(0).all()


def test_mixup_mixes_images_and_labels_by_the_same_share():
    images, labels = noise(6), np.eye(6)
    mixed, shares = methods.mixup(images, labels, 1.0, rng())
    assert np.allclose(shares.sum(1), 1)
    assert np.allclose(mixed, np.einsum("ij,jkl->ikl", shares, images))


@pytest.mark.parametrize("method", ONE)
def test_every_method_gives_grey_images_of_the_same_shape(method):
    images = noise(20)
    made, labels = methods.augment(images, np.eye(20), [method], ALLOWED, rng())
    assert made.shape == images.shape
    assert made.min() >= 0
    assert made.max() <= 1
    assert not np.array_equal(made, images)
    assert np.array_equal(labels, np.eye(20)) == (method != "mixup")


# -- training ---------------------------------------------------------------------------------------------------------


def test_batches_have_every_image_before_any_comes_again():
    chosen = np.arange(10)
    training = Training.model_validate(TRAINING | {"updates": 5, "batch_size": 4})
    drawn = np.concatenate(list(batches(chosen, training, rng())))
    assert [len(drawn), sorted(drawn[:10]), sorted(drawn[10:])] == [20, list(range(10)), list(range(10))]


def test_a_batch_may_be_larger_than_the_training_set():
    batch = next(batches(np.arange(3), Training.model_validate(TRAINING), rng()))
    assert len(batch) == 8
    assert set(batch) == {0, 1, 2}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_reports_its_steps(data, variant):
    finished, chosen = [], settings().variants[variant]
    run = train(data, chosen, 0, finished.append)
    assert sum(finished) == steps(data, chosen) == 6
    assert {name: array.shape for name, array in run.items()} == {"accuracy": (2,), "train_accuracy": (2,)}


def test_a_seed_alone_gives_the_same_bits_as_among_others(data):
    assert_a_seed_alone_equals_it_among_others(train, data, settings().variants["all"])


def test_training_learns_its_images(data):
    chosen = Training.model_validate(TRAINING | {"updates": 200, "hidden_size": 20})
    run = train(data, chosen, 0, no_progress)
    assert run["train_accuracy"].tolist() == [1, 1]
    assert run["accuracy"].min() > 0.3


# -- numbers and figures ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results(data):
    chosen = settings()
    runs = {name: train_seeds(train, data, training, [0, 1]) for name, training in chosen.variants.items()}
    return results_of("augmented_digits", chosen, data, runs, summarize(data, runs, chosen))


def test_metrics_are_named_by_the_size(results):
    run = results.runs["flip"]
    assert np.array_equal(results.seeds["flip"]["accuracy_20"], run["accuracy"][:, 1])
    assert np.array_equal(results.seeds["flip"]["train_accuracy_10"], run["train_accuracy"][:, 0])


def test_gains_are_drawn_in_points_seed_by_seed(results):
    panels = figures.gains(results).axes
    assert [panel.get_title() for panel in panels] == ["(a) 10 枚", "(b) 20 枚"]
    gain = 100 * (results.seeds["crop"]["accuracy_20"] - results.seeds["none"]["accuracy_20"])
    drawn = [np.asarray(line.get_xdata()).tolist() for line in panels[1].lines]
    assert gain.tolist() in drawn
    assert [label.get_text() for label in panels[0].get_yticklabels()] == list(results.labels.values())[1:]


def test_every_variant_has_its_example(results):
    panels = figures.digits(results).axes
    assert len(panels) == len(VARIANTS)
    shown = np.asarray(panels[0].images[0].get_array())[:8, :8, 0]
    assert np.array_equal(shown, np.rint(255 * (1 - results.data["images"][0])).reshape(8, 8))


def test_more_images_than_there_are_to_train_with_are_refused():
    with pytest.raises(ValidationError, match=r"expected sizes of at most data.train_images \(40\), found 41"):
        settings(training=TRAINING | {"sizes": [41]})
