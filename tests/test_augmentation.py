"""Augmentation: each method's law, and photographs that are what they are said to be."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib import image as mpl_image
from pydantic import ValidationError

from day3.experiments.augmentation import data, figures, methods
from day3.experiments.augmentation.settings import Data, Methods, Range, Settings
from ronkyo import plotting
from ronkyo.files import DataError
from ronkyo.results import Results

RANGES = {
    "contrast": {"lower": 0.4, "upper": 0.6},
    "brightness_max_delta": 0.8,
    "hue_max_delta": 0.1,
    "quarter_turns": [0, 1, 2],
    "crop_side": 0.6,
    "erasing_area": {"lower": 0.02, "upper": 0.4},
    "erasing_aspect": {"lower": 0.3, "upper": 3.33},
    "mixup_alpha": 1.0,
}
SETTINGS = Settings.model_validate(
    {
        "data": {"photograph": "chelsea", "partner": "coffee", "size": 24},
        "methods": RANGES,
        "figures": {"seed": 0, "rows": 2, "columns": 3, "tile": 16},
    }
)

sides = st.integers(2, 12)
images = st.tuples(sides, sides, st.just(3)).flatmap(lambda shape: arrays(float, shape, elements=st.floats(0, 1)))
seeds = st.integers(0, 2**32 - 1)


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return generator(seed).random((*shape, 3))


@given(images)
def test_a_flip_undoes_itself(image):
    assert np.array_equal(methods.flip_left_right(methods.flip_left_right(image)), image)
    assert np.array_equal(methods.flip_up_down(methods.flip_up_down(image)), image)


def test_flips_turn_the_side_that_they_name():
    image = np.zeros((2, 3, 3))
    image[0, 0] = 1
    assert methods.flip_left_right(image)[0, 2].all()
    assert methods.flip_up_down(image)[1, 0].all()


@given(image=images, first=st.integers(0, 3), second=st.integers(0, 3))
def test_rotations_add_up(image, first, second):
    turned = methods.rotate(methods.rotate(image, first), second)
    assert np.array_equal(turned, methods.rotate(image, (first + second) % 4))


@given(images)
def test_half_a_turn_is_both_flips(image):
    assert np.array_equal(methods.rotate(image, 2), methods.flip_up_down(methods.flip_left_right(image)))


def test_rotation_is_counterclockwise():
    image = np.zeros((2, 2, 3))
    image[0, 1] = 1  # upper right
    assert methods.rotate(image, 1)[0, 0].all()  # upper left


@given(image=images, factor=st.floats(0, 1))
def test_weaker_contrast_keeps_each_channels_mean_and_scales_its_deviation(image, factor):
    changed = methods.contrast(image, factor)
    assert np.allclose(changed.mean(axis=(0, 1)), image.mean(axis=(0, 1)))
    assert np.allclose(changed.std(axis=(0, 1)), factor * image.std(axis=(0, 1)))


def test_contrast_of_tensorflows_example():
    """The example in the documentation of tf.image.adjust_contrast, scaled from 1 .. 12 to within 0 .. 1."""
    image = np.arange(1.0, 13.0).reshape(2, 2, 3) / 100
    expected = [[[-3.5, -2.5, -1.5], [2.5, 3.5, 4.5]], [[8.5, 9.5, 10.5], [14.5, 15.5, 16.5]]]
    assert np.allclose(methods.contrast(image, 2.0), np.clip(np.array(expected) / 100, 0, 1))


@given(image=images, delta=st.floats(-1, 1))
def test_brightness_adds_and_stays_between_black_and_white(image, delta):
    changed = methods.brightness(image, delta)
    assert changed.min() >= 0
    assert changed.max() <= 1
    inside = (changed > 0) & (changed < 1)
    assert np.allclose(changed[inside], image[inside] + delta)


@given(images)
def test_no_turn_of_the_hue_changes_nothing(image):
    assert np.allclose(methods.hue(image, 0.0), image)


@given(image=images, delta=st.floats(-0.5, 0.5))
def test_hue_keeps_saturation_and_value(image, delta):
    changed = methods.hue(image, delta)
    assert changed.shape == image.shape
    assert np.allclose(changed.max(axis=2), image.max(axis=2))
    assert np.allclose(changed.min(axis=2), image.min(axis=2))


def test_a_third_of_a_turn_of_the_hue_makes_red_green():
    assert np.allclose(methods.hue(np.array([[[1.0, 0.0, 0.0]]]), 1 / 3), [[[0.0, 1.0, 0.0]]])


@settings(deadline=None)  # resizing is slow on a busy machine
@given(image=images, side=st.floats(0.05, 1), seed=seeds)
def test_a_crop_keeps_size_and_range(image, side, seed):
    cropped = methods.random_crop(image, side, generator(seed))
    assert cropped.shape == image.shape
    assert cropped.min() >= image.min() - 1e-9
    assert cropped.max() <= image.max() + 1e-9


@settings(deadline=None)  # resizing is slow on a busy machine
@given(image=images, seed=seeds)
def test_a_crop_of_everything_is_the_image(image, seed):
    assert np.allclose(methods.random_crop(image, 1.0, generator(seed)), image)


def test_a_crop_enlarges_a_window():
    left_to_right = np.repeat(np.linspace(0, 1, 40)[None, :, None], 40, axis=0).repeat(3, axis=2)
    cropped = methods.random_crop(left_to_right, 0.5, generator())
    assert np.ptp(cropped) == pytest.approx(0.5, abs=0.03)
    assert (np.diff(cropped, axis=1) >= 0).all()


@given(rows=st.integers(8, 30), columns=st.integers(8, 30), seed=seeds)
def test_erasing_changes_one_rectangle_of_the_allowed_area_and_nothing_else(rows, columns, seed):
    image = np.full((rows, columns, 3), 2.0)  # no random pixel has this value
    area, aspect = Range(lower=0.1, upper=0.4), Range(lower=0.5, upper=2.0)
    erased = methods.random_erasing(image, area, aspect, generator(seed))
    changed = (erased != 2.0).all(axis=2)
    assert np.array_equal(changed, (erased != 2.0).any(axis=2))
    height, width = changed.any(axis=1).sum(), changed.any(axis=0).sum()
    assert changed.sum() == height * width
    assert np.ptp(np.flatnonzero(changed.any(axis=1))) == height - 1
    assert np.ptp(np.flatnonzero(changed.any(axis=0))) == width - 1
    assert (height - 0.5) * (width - 0.5) <= 0.4 * rows * columns
    assert (height + 0.5) * (width + 0.5) >= 0.1 * rows * columns
    assert (height - 0.5) / (width + 0.5) <= 2.0
    assert (height + 0.5) / (width - 0.5) >= 0.5


def test_erasing_and_cropping_reach_every_part_of_the_image():
    rng, area, aspect = generator(), Range(lower=0.1, upper=0.2), Range(lower=0.5, upper=2.0)
    erased = [methods.random_erasing(np.full((9, 9, 3), 2.0), area, aspect, rng) != 2.0 for _ in range(1000)]
    assert np.any(erased, axis=0).all()
    place = np.zeros((9, 9, 3))
    place[..., 0], place[..., 1] = np.mgrid[0:9, 0:9] / 8
    middles = np.array([methods.random_crop(place, 1 / 3, rng)[4, 4] * 8 for _ in range(1000)])
    assert {tuple(middle) for middle in np.rint(middles[:, :2])} == {(y, x) for y in range(1, 8) for x in range(1, 8)}


def test_erasing_leaves_the_given_image_alone():
    image = noise(10, 10)
    before = image.copy()
    methods.random_erasing(image, Range(lower=0.2, upper=0.4), Range(lower=0.5, upper=2.0), generator())
    assert np.array_equal(image, before)


@given(alpha=st.floats(0.1, 5), seed=seeds)
def test_mixup_mixes_images_and_labels_by_the_same_share(alpha, seed):
    pair = np.stack([noise(4, 5, seed=1), noise(4, 5, seed=2)])
    mixed, label = methods.mixup(pair, np.eye(2), alpha, generator(seed))
    assert label.sum() == pytest.approx(1)
    assert (label >= 0).all()
    assert np.allclose(mixed, label[0] * pair[0] + label[1] * pair[1])


def test_mixups_share_follows_the_beta_distribution():
    rng, pair = generator(), np.zeros((2, 1, 1, 3))
    shares = np.array([methods.mixup(pair, np.eye(2), 0.5, rng)[1][0] for _ in range(4000)])
    assert shares.mean() == pytest.approx(0.5, abs=0.03)
    assert shares.var() == pytest.approx(0.125, abs=0.01)  # 1 / (4 (2 alpha + 1))


@given(seeds)
def test_the_courses_combination_repeats_with_its_generator_and_stays_an_image(seed):
    ranges = Methods.model_validate(RANGES)
    image = noise(6, 6)
    first, second = (methods.course_augmentation(image, ranges, generator(seed)) for _ in range(2))
    assert np.array_equal(first, second)
    assert first.shape == image.shape
    assert first.min() >= 0
    assert first.max() <= 1


def test_the_courses_combination_varies():
    ranges, rng = Methods.model_validate(RANGES), generator()
    made = [methods.course_augmentation(noise(6, 6), ranges, rng).tobytes() for _ in range(20)]
    assert len(set(made)) == 20


def test_the_combination_at_rest_is_a_flip_of_the_image_with_less_contrast():
    still = RANGES | {"brightness_max_delta": 0.0, "hue_max_delta": 0.0, "quarter_turns": [0]}
    still["contrast"] = {"lower": 0.5, "upper": 0.5}
    image = methods.contrast(noise(6, 6), 0.5)
    made = methods.course_augmentation(noise(6, 6), Methods.model_validate(still), generator())
    flips = [image, image[::-1], image[:, ::-1], image[::-1, ::-1]]
    assert any(np.allclose(made, flip) for flip in flips)


# -- data -------------------------------------------------------------------------------------------------------------


def test_prepared_photographs_are_squares_of_the_asked_size_with_their_origin():
    prepared, provenance = data.prepare(Data(photograph="chelsea", partner="astronaut", size=20), Path())
    assert {name: (array.shape, array.dtype) for name, array in prepared.items()} == {
        "photograph": ((20, 20, 3), np.dtype(np.uint8)),
        "partner": ((20, 20, 3), np.dtype(np.uint8)),
    }
    assert "猫" in provenance["name"]
    assert "CC0" in provenance["licence"]
    assert "NASA" in provenance["licence"]
    assert provenance["counts"] == {"photographs": 2}
    assert provenance["digest"] == hashlib.sha256(data.read("chelsea") + data.read("astronaut")).hexdigest()


def test_every_photograph_that_may_be_chosen_is_there():
    assert all(data.read(name) for name in data.SOURCES)


def test_the_square_is_the_middle_of_the_photograph():
    content = data.read("coffee")
    squared = data.square(content, 400)
    assert squared.shape == (400, 400, 3)
    whole = np.rint(mpl_image.imread(io.BytesIO(content), format="png") * 255)
    assert np.abs(squared - whole[:, 100:500]).max() <= 1


def test_another_photograph_under_the_same_name_is_refused(monkeypatch, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/coffee.png").write_bytes(b"tea")
    monkeypatch.setattr(data, "files", lambda package: tmp_path)
    with pytest.raises(DataError, match=r"coffee\.png: expected sha256 cc02f8ca"):
        data.read("coffee")
    with pytest.raises(DataError, match=r"chelsea\.png: expected a photograph"):
        data.read("chelsea")


# -- settings and figures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("contrast", {"lower": 0.6, "upper": 0.4}),
        ("erasing_area", {"lower": 0.5, "upper": 1.0}),
        ("erasing_area", {"lower": 0.0, "upper": 0.4}),
        ("erasing_aspect", {"lower": 2.0, "upper": 3.0}),
        ("crop_side", 1.2),
        ("brightness_max_delta", 1.2),
        ("mixup_alpha", 0.0),
        ("quarter_turns", []),
    ],
)
def test_ranges_without_sense_are_refused(key, value):
    with pytest.raises(ValidationError, match=key.partition("_")[0]):
        Methods.model_validate(RANGES | {key: value})


@given(area=st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)), seed=seeds)
def test_erasing_ends_for_every_range_that_settings_allow(area, seed):
    assume(area[0] <= area[1])
    aspect = Range(lower=0.3, upper=3.33)
    erased = methods.random_erasing(noise(8, 8), Range(lower=area[0], upper=area[1]), aspect, generator(seed))
    assert erased.shape == (8, 8, 3)


@pytest.fixture
def results() -> Results:
    prepared, _ = data.prepare(SETTINGS.data, Path())
    return Results(settings=SETTINGS, data=prepared, runs={}, seeds={}, constants={}, curves={})


def test_every_method_has_its_panel(results):
    panels = figures.methods(results).axes
    titles = {panel.get_title() for panel in panels}
    assert len(panels) == 12
    assert {"左右の反転", "上下の反転", "切り取り", "回転", "コントラスト", "輝度", "色相"} < titles
    assert {"random erasing", "mixup"} < titles


def test_the_panels_say_the_values_that_were_drawn(results):
    panels = {panel.get_title(): panel for panel in figures.methods(results).axes}
    shown = {name: np.asarray(panel.images[0].get_array()) / 255 for name, panel in panels.items()}
    delta = float(panels["輝度"].get_xlabel().replace("−", "-"))
    expected = methods.brightness(results.data["photograph"] / 255, delta)
    assert np.abs(shown["輝度"] - expected).max() < 0.01
    first, second = (float(word) for word in panels["mixup"].get_xlabel().replace("猫 ", "").split("\nコーヒー "))
    assert first + second == pytest.approx(1)
    expected = first * results.data["photograph"] + second * results.data["partner"]
    assert np.abs(shown["mixup"] - expected / 255).max() < 0.01


def test_the_grid_has_as_many_images_as_asked_unsmoothed_and_the_same_every_time(results):
    first, second = figures.grid(results), figures.grid(results)
    assert len(first.axes) == 6
    assert {place.images[0].get_interpolation() for place in first.axes} == {"none"}
    assert {np.asarray(place.images[0].get_array()).shape for place in first.axes} == {(16, 16, 3)}
    assert plotting.to_svg(first, "augmentation/grid") == plotting.to_svg(second, "augmentation/grid")
