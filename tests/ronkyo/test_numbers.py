"""How numbers are printed."""

import math

import pytest

from ronkyo.numbers import (
    NO_BREAK,
    ratio_with_interval,
    rounded,
    rounded_pair,
    shown,
    six_digits,
    to_spread,
    with_interval,
)


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (0.91, ".1%", f"91.0{NO_BREAK}%"),
        (-0.5, ".2f", "−0.50"),
        (2880.0, ".3g", "2880"),
        (1.5e-7, ".2e", "1.50×10^{−7}"),
        (2e9, ".1e", "2.0×10^{9}"),
        (3.0, "#.2g", "3.0"),
        (30.0, "#.2g", "30"),
        (740123.0, "#,.2g", "740,000"),
        (12345, ",", "12,345"),
        (True, "", "True"),
        ("tanh", "", "tanh"),
        (None, ".2f", "—"),
        (math.nan, ".2f", "NaN"),
        (-math.inf, ".2f", "−∞"),
    ],
)
def test_a_number_is_printed_as_its_format_says_with_a_minus_and_powers_of_ten(value, spec, text):
    assert shown(value, spec) == text


@pytest.mark.parametrize(
    ("mean", "half", "text"),
    [
        (0.1764, 0.0342, "0.176 ± 0.034"),
        (12345.6, 120.0, "12,346 ± 120"),
        (4.11e-5, 6.2e-6, "(4.11 ± 0.62)×10^{−5}"),
        (-0.5, 2.0, "−0.5 ± 2.0"),
    ],
)
def test_a_mean_is_printed_to_the_second_digit_of_its_half_width(mean, half, text):
    assert rounded_pair(mean, half) == text


@pytest.mark.parametrize(
    ("value", "half", "text"),
    [
        (0.81234, 0.02, "0.812"),
        (-1e-9, 0.02, "0.000"),  # not −0.000
        (12345.6, 120.0, "12,346"),
        (-2.5e9, 1e7, "−2.500×10^{9}"),
        (1.234e-6, 3e-8, "1.234×10^{−6}"),
        (1650.0, math.nan, "1,650"),
        (0.1025, 0.0, "0.1025"),
        (math.inf, 1.0, "∞"),
    ],
)
def test_a_number_without_a_format_has_the_digits_that_its_spread_supports(value, half, text):
    assert to_spread(value, half) == text


@pytest.mark.parametrize(
    ("value", "half", "text"),
    [
        (0.81234, 0.02, "0.812"),
        (-3.0, 0.5, "−3.00"),
        (-1e-5, 0.02, "0.000"),  # not −0.000
        (1951, math.nan, "1951"),
        (9999.96, math.nan, "10000"),
        (0.5, 0.0, "0.5"),
        (1.23456e-6, math.nan, "1.235×10<sup>−6</sup>"),
        (-2.5e9, 1e7, "−2.500×10<sup>9</sup>"),
        (0.0, math.nan, "0"),
        (None, math.nan, "—"),
        (math.inf, math.nan, "∞"),
    ],
)
def test_a_number_of_a_comparison_is_rounded_to_what_its_interval_supports_or_to_four_digits(value, half, text):
    assert rounded(value, half) == text


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((-0.0625, -0.1, -0.025), "−0.062 [−0.100, −0.025]"),
        ((-8e-6, -1e-5, -6e-6), "(−0.80 [−1.00, −0.60])×10<sup>−5</sup>"),
        ((5.0, 5.0, 5.0), "5"),
        ((math.nan, math.nan, math.nan), "NaN"),
    ],
)
def test_a_number_and_its_interval_have_the_same_decimals(numbers, text):
    assert with_interval(*numbers) == text


def test_a_ratio_and_its_interval_have_two_digits_each_or_four_with_a_power_of_ten():
    assert ratio_with_interval(0.1534, 0.0213, 1.04) == "0.15 [0.021, 1.0]"
    assert ratio_with_interval(1e-8, 1e-9, 25.0) == "1.000×10<sup>−8</sup> [1.000×10<sup>−9</sup>, 25]"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (0.23333333, 0.233333),
        (2.0, 2),
        (12345678.0, 12345678),
        (1 / 3e20, 3.33333e-21),
        (math.nan, None),
        (math.inf, None),
    ],
)
def test_metrics_are_kept_to_six_digits_whole_ones_whole_and_without_those_that_are_not_finite(value, kept):
    assert six_digits(value) == kept
    assert type(six_digits(value)) is type(kept)
