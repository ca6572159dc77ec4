"""Binary addition: examples, training, what counts as converged, dead, stuck or diverged, figures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn import results_of
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from seeds import assert_a_seed_alone_equals_it_among_others, assert_a_worker_process_gives_the_same_bits, train_seeds

from day3.experiments.binary_addition import figures
from day3.experiments.binary_addition.settings import Death, Settings, label
from day3.experiments.binary_addition.summarize import check_gradient, convergence_iterations, summarize
from day3.experiments.binary_addition.train import (
    EXPERIMENT,
    draw_pairs,
    encode,
    evaluate,
    evaluation_pairs,
    learn,
    measure_flow,
    new_weights,
    steps,
    train,
)
from day3.nn.numpy_rnn import Weights
from ronkyo import params
from ronkyo.results import Summary
from ronkyo.seeds import generator

DOCUMENT = params.read_document(Path(__file__).parents[1] / "params.yaml")[EXPERIMENT]

# 2 inputs, h hidden units, 1 output, no biases: 2h + h² + h.
PARAMETER_COUNTS = {
    "hidden_16": 304,
    "hidden_32": 1120,
    "hidden_64": 4288,
    "hidden_128": 16768,
    "xavier": 304,
    "he": 304,
    "relu": 304,
    "tanh": 304,
    "course_gradient": 304,
    "course_hidden_32": 1120,
    "course_hidden_64": 4288,
    "course_hidden_128": 16768,
    "course_relu": 304,
    "course_tanh": 304,
}


def section(seeds=3, variants=None, **training):
    """The section of params.yaml, small."""
    small = {"iterations": 40, "record_every": 10, "test_examples": 64, "flow_examples": 8} | training
    document = {**DOCUMENT, "seeds": seeds, "training": {**DOCUMENT["training"], **small}}
    return document if variants is None else {**document, "variants": variants}


def training_of(**changes):
    return Settings.model_validate(section(variants={"only": changes})).variants["only"]


def quiet(_):
    pass


@pytest.fixture(scope="module")
def results():
    settings = Settings.model_validate(section())
    trained = {name: train_seeds(train, {}, training, range(3), quiet) for name, training in settings.variants.items()}
    summary = summarize({}, trained, settings)
    return results_of(EXPERIMENT, settings, {}, trained, summary)


# -- examples ---------------------------------------------------------------------------------------------------------


def test_least_significant_digit_comes_first():
    x, d = encode(np.array([6, 3]), training_of(digits=5))
    np.testing.assert_array_equal(x, [[0, 1], [1, 1], [1, 0], [0, 0], [0, 0]])
    np.testing.assert_array_equal(d[:, 0], [1, 0, 0, 1, 0])


@given(digits=st.integers(2, 8), base=st.integers(2, 10), seed=st.integers(0, 1000))
def test_digits_stand_for_the_numbers_and_their_sum(digits, base, seed):
    training = training_of(digits=digits, base=base)
    pairs = draw_pairs(training, np.random.default_rng(seed), 20)
    x, d = encode(pairs, training)
    value = np.rint((base - 1) * np.concatenate([x, d], axis=-1)).swapaxes(1, 2) @ (float(base) ** np.arange(digits))
    np.testing.assert_array_equal(value[:, :2], pairs)
    np.testing.assert_array_equal(value[:, 2], pairs.sum(axis=1))
    assert x.min() >= 0
    assert max(x.max(), d.max()) <= 1


def test_test_set_is_every_pair_when_there_are_few():
    pairs = evaluation_pairs(training_of(digits=8, test_examples=128 * 128))
    assert len({tuple(pair) for pair in pairs}) == len(pairs) == 128 * 128
    assert (pairs.min(), pairs.max()) == (0, 127)


def test_test_set_is_a_fixed_sample_when_there_are_many():
    training = training_of(digits=16, test_examples=100)
    assert evaluation_pairs(training).shape == (100, 2)
    np.testing.assert_array_equal(evaluation_pairs(training), evaluation_pairs(training))


# -- training ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{"activation": "sigmoid"}, {"activation": "relu"}, {"hidden_size": 64}])
def test_a_seed_is_bit_identical_after_another_and_in_another_process(changes):
    assert_a_seed_alone_equals_it_among_others(train, {}, training_of(**changes))
    assert_a_worker_process_gives_the_same_bits(train, {}, training_of(**changes))


def test_other_seeds_give_other_runs():
    losses = train_seeds(train, {}, training_of(), [0, 1], quiet)["mean_loss"]
    assert (losses[0] != losses[1]).all()


def test_variants_of_a_seed_see_the_same_examples_from_the_same_start():
    """With the learning rate 0 the gradients that tell these two variants apart change nothing."""
    exact, course = (
        train_seeds(train, {}, training_of(learning_rate=0.0, output_gradient=name), [0], quiet)
        for name in ("exact", "course")
    )
    np.testing.assert_array_equal(exact["mean_loss"], course["mean_loss"])
    assert (exact["gradient_norm"] != course["gradient_norm"]).all()


def test_the_gradient_is_followed_back_before_and_after_training():
    """Variants of a seed start alike, so before training only what they start with can tell their ratios apart."""
    exact, course = (
        train_seeds(train, {}, training_of(output_gradient=name), [0, 1], quiet) for name in ("exact", "course")
    )
    still = train_seeds(train, {}, training_of(learning_rate=0.0), [0, 1], quiet)
    for ratio in ("backward_ratio", "jacobian_ratio"):
        initial, final = f"initial_{ratio}", f"final_{ratio}"
        np.testing.assert_array_equal(exact[initial], course[initial])
        assert (exact[final] != course[final]).all()
        assert (exact[initial] != exact[final]).all()
        np.testing.assert_array_equal(still[initial], still[final])


def test_progress_adds_up_to_the_steps_of_all_seeds():
    done, training = [], training_of()
    train_seeds(train, {}, training, [0, 1, 2], done.append)
    assert sum(done) == 3 * steps({}, training)


def test_addition_of_short_numbers_is_learned():
    run = train_seeds(train, {}, training_of(digits=4, iterations=3000, record_every=100), [0, 1], quiet)
    np.testing.assert_array_equal(run["test_accuracy"], 1.0)
    assert (run["mean_loss"][:, -1] < 0.05).all()
    assert (run["mean_loss"][:, 0] > 0.3).all()


def test_a_run_that_diverges_stays_so_in_later_intervals_and_tells_its_progress_to_the_end():
    training = training_of(activation="relu", output_gradient="course", iterations=40, record_every=10)
    weights = new_weights(training, np.random.default_rng(0))
    weights.w[:] = 1e60
    pairs, done = np.ones((40, 2), dtype=int), []
    pairs[:15] = 0  # nothing to read: the state stays 0
    _, loss, norm = learn(weights, pairs, training, done.append)
    np.testing.assert_array_equal(np.isnan(loss), np.arange(40) >= 15)
    np.testing.assert_array_equal(np.isnan(norm), np.arange(40) >= 15)
    assert done == [10] * 4


def test_learning_does_not_depend_on_how_long_an_interval_is():
    one, four = (learned_by(training_of(record_every=every)) for every in (40, 10))
    assert all(np.array_equal(a, b) for a, b in zip(one[0], four[0], strict=True))
    np.testing.assert_array_equal(one[1], four[1])


def learned_by(training):
    rng = np.random.default_rng(0)
    return learn(new_weights(training, rng), draw_pairs(training, rng, training.iterations), training, quiet)


def test_training_that_diverges_warns_of_nothing_and_is_recorded():
    training = training_of(activation="relu", output_gradient="course", learning_rate=1000.0, iterations=400)
    run = train_seeds(train, {}, training, range(4), quiet)
    assert run["diverged"].any()
    np.testing.assert_array_equal(np.isnan(run["mean_loss"][:, -1]), run["diverged"])


# -- evaluation -------------------------------------------------------------------------------------------------------


def hand_made(w_in, w, w_out):
    return Weights(*(np.array(part, dtype=float) for part in (w_in, w, w_out)))


def evaluated(weights, **changes):
    training = training_of(digits=4, hidden_size=len(weights.w), **changes)
    return evaluate(weights, *encode(evaluation_pairs(training), training), training)


def test_relu_units_that_are_never_active_are_dead():
    weights = hand_made([[-1, 1], [-1, 1]], [[0, 0], [0, 0]], [[1], [1]])
    assert evaluated(weights, activation="relu")["dead_units"] == 0.5


@pytest.mark.parametrize(("digit", "dead"), [(1.0, 1.0), (0.0, 0.0)])
def test_a_tanh_unit_is_dead_where_it_is_saturated_all_the_time(digit, dead):
    training = training_of(digits=4, hidden_size=1, activation="tanh")
    weights = hand_made([[50], [50]], [[0]], [[1]])
    assert evaluate(weights, np.full((5, 4, 2), digit), np.ones((5, 4, 1)), training)["dead_units"] == dead


@pytest.mark.parametrize(("size", "digit", "stuck"), [(1000, 0.0, 1.0), (0.1, 0.0, 0.0), (1000, 1.0, 0.0)])
def test_wrong_digits_are_stuck_where_the_output_slope_is_flat(size, digit, stuck):
    """y is always above 1/2: where 0 is wanted that is wrong, and y (1 - y) is 0 where the weights are large."""
    training = training_of(digits=4, hidden_size=1)
    weights = hand_made([[0], [0]], [[0]], [[size]])
    outcome = evaluate(weights, np.zeros((3, 4, 2)), np.full((3, 4, 1), digit), training)
    assert outcome["stuck_outputs"] == stuck
    np.testing.assert_equal(outcome["stuck_errors"], np.nan if digit == 1 else stuck)
    assert outcome["test_accuracy"] == digit


def test_the_loss_of_an_example_is_that_of_all_its_digits():
    training = training_of(digits=4, hidden_size=1)
    outcome = evaluate(hand_made([[0], [0]], [[0]], [[1000]]), np.zeros((3, 4, 2)), np.zeros((3, 4, 1)), training)
    assert outcome["test_loss"] == pytest.approx(4 / 2)


@pytest.mark.parametrize(("activation", "first", "second"), [("sigmoid", 1, 0), ("tanh", 1, 0), ("relu", 0, 1)])
def test_hidden_states_are_saturated_where_their_slope_is_small_beside_the_largest(activation, first, second):
    """The first unit is driven far by every digit 1, which saturates it or, with ReLU, makes it active; the second never."""
    training = training_of(digits=4, hidden_size=2, activation=activation)
    weights = hand_made([[50, 0], [50, 0]], [[0, 0], [0, 0]], [[1], [1]])
    pairs = draw_pairs(training, generator(EXPERIMENT, 0, "gradient flow"), training.flow_examples)
    driven = encode(pairs, training)[0].any(axis=-1).mean()
    expected = (driven if first else 1 - driven) / 2 + second / 2
    assert measure_flow(weights, training)["saturation"] == pytest.approx(expected)


def test_a_state_halfway_to_its_limit_is_not_saturated():
    training = training_of(digits=4, hidden_size=1, activation="tanh")
    assert measure_flow(hand_made([[0.5], [0.5]], [[0]], [[1]]), training)["saturation"] == 0


def test_a_sum_is_right_only_if_every_digit_is():
    """A network whose output is always near 0 adds only 0 + 0 rightly: 1 of 8 × 8 pairs."""
    weights = hand_made([[0], [0]], [[0]], [[-10]])
    assert evaluated(weights)["test_accuracy"] == 1 / 64


# -- summary ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean_loss", "iterations"),
    [
        ([1.0, 0.05, 0.05, 0.05], 100),
        ([0.05, 0.05, 0.05, 0.05], 0),
        ([1.0, 0.05, 1.0, 0.05], 300),  # a relapse
        ([1.0, 0.05, 0.05, 1.0], np.inf),
        ([1.0, 0.1, 0.1, 0.1], np.inf),  # not below
        ([0.05, np.nan, np.nan, np.nan], np.inf),  # diverged
    ],
)
def test_convergence_is_when_the_loss_stays_below_the_threshold(mean_loss, iterations):
    assert convergence_iterations(np.array([mean_loss]), 100, 0.1) == iterations


def test_a_seed_that_never_converges_counts_with_all_its_iterations(results):
    losses = np.array([[1.0, 0.05, 0.05, 0.05], [1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 0.05]])
    run = results.runs["tanh"] | {"mean_loss": losses}
    metrics = summarize({}, results.runs | {"tanh": run}, results.settings).seeds["tanh"]
    np.testing.assert_array_equal(metrics["convergence_iterations"], [10, np.inf, 30])
    np.testing.assert_array_equal(metrics["restricted_iterations"], [10, 40, 30])


def test_every_run_has_one_outcome_and_has_died_where_the_share_of_dead_units_reaches_the_limit(results):
    run = {
        **results.runs["relu"],
        "mean_loss": np.array([[0.05] * 4, [1.0] * 4, [1.0] * 4]),
        "dead_units": np.array([0.95, 0.9, 0.89]),
    }
    settings = results.settings.model_copy(update={"death": Death(dead_units=0.9)})
    metrics = summarize({}, results.runs | {"relu": run}, settings).seeds["relu"]
    outcomes = {name: metrics[name].tolist() for name in ("converged", "died", "stuck", "diverged")}
    assert outcomes == {"converged": [1, 0, 0], "died": [0, 1, 0], "stuck": [0, 0, 1], "diverged": [0, 0, 0]}
    for every in results.seeds.values():
        np.testing.assert_array_equal(sum(every[name] for name in outcomes), 1)


def test_nothing_is_said_of_stuck_digits_under_the_gradient_that_knows_none(results):
    for variant, metrics in results.seeds.items():
        for metric in ("stuck_outputs", "mostly_stuck"):
            known = np.isfinite(metrics[metric]).tolist()
            assert known == [results.settings.variants[variant].output_gradient == "exact"] * 3


def test_most_is_more_than_half_and_nothing_of_a_run_that_diverged_or_has_no_wrong_digit(results):
    shares = {"dead_units": np.array([0.5, 0.51, 0.9]), "stuck_errors": np.array([0.51, np.nan, 0.9])}
    run = diverging(results.runs["relu"], seeds=[2]) | shares
    metrics = summarize({}, results.runs | {"relu": run}, results.settings).seeds["relu"]
    assert metrics["mostly_dead"].tolist() == [0, 1, 0]
    assert metrics["mostly_stuck"].tolist() == [1, 0, 0]


def test_every_variant_has_the_same_metrics_of_every_seed(results):
    assert len({tuple(metrics) for metrics in results.seeds.values()}) == 1
    assert {values.shape for metrics in results.seeds.values() for values in metrics.values()} == {(3,)}
    assert {"final_loss", "accuracy", "convergence_iterations", "converged", "diverged", "dead_units"} <= set(
        results.seeds["hidden_16"]
    )


def test_parameter_counts_are_pinned(results):
    assert results.constants["parameters"] == PARAMETER_COUNTS


def test_gradient_check_of_the_report_tells_the_gradients_apart(results):
    errors = check_gradient(results.settings)
    assert errors["exact"] < 1e-7
    assert errors["course"] > 0.1


def test_curves_are_medians_and_quartiles_over_the_seeds(results):
    curve, losses = results.curves["tanh"], results.runs["tanh"]["mean_loss"]
    np.testing.assert_array_equal(curve["step"], [10, 20, 30, 40])
    np.testing.assert_allclose(curve["loss_median"], np.median(losses, axis=0))
    np.testing.assert_allclose(curve["loss_high"], np.quantile(losses, 0.75, axis=0))
    np.testing.assert_array_equal(curve["loss_example"], results.runs["tanh"]["example_loss"][0])


def diverging(run, *, seeds):
    broken = {name: values.copy() for name, values in run.items()}
    broken["diverged"][seeds] = True
    for name in ("mean_loss", "example_loss", "gradient_norm", "max_gradient_norm"):
        broken[name][seeds, 2:] = np.nan
    return broken


def test_diverged_seeds_have_no_loss_and_leave_the_curves_of_the_others(results):
    run = diverging(results.runs["relu"], seeds=[1]) | {"final_backward_ratio": np.ones(3)}
    summary = summarize({}, results.runs | {"relu": run}, results.settings)
    metrics, curve = summary.seeds["relu"], summary.curves["relu"]
    np.testing.assert_array_equal(metrics["diverged"], [0, 1, 0])
    np.testing.assert_array_equal(np.isnan(metrics["final_loss"]), [False, True, False])
    for metric in ("final_backward_ratio", "final_saturation", "stuck_outputs", "dead_units"):
        np.testing.assert_array_equal(np.isnan(metrics[metric]), [False, True, False])
    np.testing.assert_array_equal(metrics["restricted_iterations"], 40)
    np.testing.assert_array_equal(metrics["died"] + metrics["stuck"], [1, 0, 1])
    assert metrics["max_gradient_norm"][1] == metrics["convergence_iterations"][1] == np.inf
    np.testing.assert_array_equal(curve["running"], [3, 3, 2, 2])
    np.testing.assert_allclose(curve["loss_median"][2:], np.median(run["mean_loss"][[0, 2], 2:], axis=0))


def test_when_every_seed_diverged_the_curves_end(results):
    run = diverging(results.runs["relu"], seeds=[0, 1, 2])
    curve = summarize({}, results.runs | {"relu": run}, results.settings).curves["relu"]
    np.testing.assert_array_equal(np.isnan(curve["loss_median"]), [False, False, True, True])


# -- settings ---------------------------------------------------------------------------------------------------------


def test_labels_tell_all_variants_apart():
    settings = Settings.model_validate(section())
    labels = {name: label(name, training) for name, training in settings.variants.items()}
    assert len(set(labels.values())) == len(labels)
    assert labels["relu"] == "ReLU(16)"
    assert labels["course_hidden_128"] == "Sigmoid(128)・講義の勾配"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (section(iterations=45), "expected iterations to be a multiple of record_every"),
        ({**section(seeds=2), "figures": {"example_seed": 2}}, "expected figures.example_seed below seeds"),
        (section(variants={"only": {"activation": "swish"}}), "activation"),
    ],
)
def test_settings_that_cannot_be_run_are_refused(document, message):
    with pytest.raises(ValidationError, match=message):
        Settings.model_validate(document)


# -- figures ----------------------------------------------------------------------------------------------------------


def lines(axes, name):
    (line,) = [line for line in axes.lines if line.get_label() == name]
    return line.get_data()


def titles(drawing):
    return [axes.get_title().partition(" ")[2] for axes in drawing.axes]


def test_loss_panels_draw_the_curves(results):
    drawing = figures.hidden_size(results)
    assert titles(drawing) == ["Sigmoid(16)", "Sigmoid(32)", "Sigmoid(64)", "Sigmoid(128)"]
    curve = results.curves["hidden_64"]
    for name, column in (("3 シードの中央値と四分位範囲", "loss_median"), ("1 例の損失（シード 0）", "loss_example")):
        x, y = lines(drawing.axes[2], name)
        np.testing.assert_array_equal(x, curve["step"])
        np.testing.assert_array_equal(y, curve[column])


def test_panels_of_initialization_and_activation_show_the_base_for_comparison(results):
    for figure, expected in (
        (figures.initialization, ["Sigmoid(16)・Xavier", "Sigmoid(16)・He"]),
        (figures.activation, ["ReLU(16)", "tanh(16)"]),
    ):
        drawing = figure(results)
        assert titles(drawing) == expected
        for axes in drawing.axes:
            _, y = lines(axes, "Sigmoid(16) の中央値")
            np.testing.assert_array_equal(y, results.curves["hidden_16"]["loss_median"])


def test_course_gradient_pairs_variants_that_differ_in_nothing_else(results):
    drawing = figures.course_gradient(results)
    assert [title.partition("\n")[0] for title in titles(drawing)] == [
        "Sigmoid(16)",
        "Sigmoid(32)",
        "Sigmoid(64)",
        "Sigmoid(128)",
        "ReLU(16)",
        "tanh(16)",
    ]
    for axes, exact, course in ((0, "hidden_16", "course_gradient"), (4, "relu", "course_relu")):
        for name, variant in (("正しい勾配", exact), ("講義の勾配", course)):
            _, y = lines(drawing.axes[axes], name)
            np.testing.assert_array_equal(y, results.curves[variant]["loss_median"])


def legend(drawing):
    return [text.get_text() for text in drawing.legends[0].get_texts()]


def test_the_legend_says_from_how_many_seeds_to_how_many_where_variants_differ(results):
    plan = {"looks": [3, 6], "taken": {"relu": 6}}
    unequal = replace(results, settings=Settings.model_validate(section(seeds=plan)))
    assert "3〜6 シードの中央値と四分位範囲" in legend(figures.activation(unequal))
    assert "3 シードの中央値と四分位範囲" in legend(figures.initialization(unequal))


def test_gradient_norms_are_drawn_on_a_log_axis(results):
    drawing = figures.gradient_norm(results)
    assert {axes.get_yscale() for axes in drawing.axes} == {"log"}
    _, y = lines(drawing.axes[1], "tanh(16)")
    np.testing.assert_array_equal(y, results.curves["tanh"]["gradient_norm_median"])


def test_convergence_shows_every_seed_by_its_outcome(results):
    seeds = {variant: dict(metrics) for variant, metrics in results.seeds.items()}
    seeds["relu"] |= {
        "convergence_iterations": np.array([30.0, np.inf, np.inf]),
        "converged": np.array([1.0, 0.0, 0.0]),
        "diverged": np.array([0.0, 0.0, 1.0]),
        "dead_units": np.array([0.25, 0.5, np.nan]),
    }
    drawing = figures.convergence(replace(results, seeds=seeds))
    iterations, dead = drawing.axes[:2]
    row = list(results.settings.variants).index("relu")
    assert [text.get_text() for text in iterations.texts][row] == "1/3"
    converged, unconverged, diverged = iterations.lines[3 * row : 3 * row + 3]
    assert list(converged.get_xdata()) == [30.0]
    assert min(*unconverged.get_xdata(), *diverged.get_xdata()) > 40
    assert len({line.get_marker() for line in (converged, unconverged, diverged)}) == 3
    heights = [height for line in iterations.lines[3 * row : 3 * row + 3] for height in line.get_ydata()]
    assert max(abs(height - row) for height in heights) < 0.31  # the next row begins 0.7 away
    circles = dead.collections[row]
    assert circles.get_offsets().tolist() == [[0.25, row], [0.5, row]]
    assert circles.get_sizes()[0] == circles.get_sizes()[1] > 0


def test_a_value_that_all_seeds_have_is_one_large_circle(results):
    dead = {"dead_units": np.zeros(3)}
    seeds = {variant: metrics | dead for variant, metrics in results.seeds.items()}
    circles = figures.convergence(replace(results, seeds=seeds)).axes[1].collections[0]
    assert circles.get_offsets().tolist() == [[0.0, 0.0]]
    assert circles.get_sizes().tolist() == [figures.LARGEST_AREA]


def test_lines_that_may_lie_on_each_other_have_markers_at_different_points(results):
    for axes in figures.gradient_norm(results).axes:
        assert (
            len({line.get_marker() for line in axes.lines})
            == len(axes.lines)
            == len({line.get_linestyle() for line in axes.lines})
        )


def test_diverged_seeds_are_counted_in_the_panel_with_the_curve_that_lacks_them(results):
    seeds = results.seeds | {"course_relu": results.seeds["course_relu"] | {"diverged": np.array([1.0, 0.0, 1.0])}}
    drawing = figures.course_gradient(replace(results, seeds=seeds))
    assert titles(drawing)[4] == "ReLU(16)\n講義の勾配で 2/3 が発散"


def test_a_new_variant_appears_in_its_figure_without_a_change(results):
    document = section()
    document["variants"] = {**document["variants"], "hidden_8": {"hidden_size": 8}}
    seeds = results.seeds | {"hidden_8": results.seeds["hidden_16"]}
    curves = results.curves | {"hidden_8": results.curves["hidden_16"]}
    summary = Summary(seeds, results.constants, curves)
    more = results_of(EXPERIMENT, Settings.model_validate(document), {}, {}, summary)
    assert titles(figures.hidden_size(more))[-1] == "Sigmoid(8)"


@pytest.mark.filterwarnings("ignore:Glyph")  # without the report's fonts; a layout that does not fit still warns
@pytest.mark.parametrize("name", figures.__all__)
def test_figures_can_be_drawn(results, name):
    drawing = getattr(figures, name)(results)
    drawing.canvas.draw()
