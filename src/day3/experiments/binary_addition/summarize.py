"""Metrics of every seed, curves over the seeds, and the check of the hand-written gradient."""

from __future__ import annotations

import numpy as np

from day3.convergence import points_until_below, restricted
from day3.experiments.binary_addition.settings import Settings
from day3.experiments.binary_addition.train import EXPERIMENT, draw_pairs, encode, new_weights, time_first
from day3.nn.gradient_check import gradient_error
from day3.nn.numpy_rnn import Activation, OutputGradient
from ronkyo.files import Arrays
from ronkyo.results import Summary, Table
from ronkyo.seeds import generator

CURVES = {
    "title": "2 進数の加算：学習曲線（シードの中央値）",
    "y": "loss_median",
    "x_label": "反復",
    "y_label": "損失",
}


def summarize(data: Arrays, runs: dict[str, Arrays], settings: Settings) -> Summary:
    return Summary(
        seeds={variant: _metrics(runs[variant], variant, settings) for variant in settings.variants},
        constants={"gradient_check": check_gradient(settings), "parameters": _count_parameters(settings)},
        curves={variant: _curve(runs[variant], variant, settings) for variant in settings.variants},
    )


def _metrics(run: Arrays, variant: str, settings: Settings) -> Table:
    """What a run that diverged has no value of is nan; what it never reached, or exceeded every bound of, is inf.

    converged, stuck, died and diverged are 0 or 1, and of each run one of them is 1. died: the run did not converge, and
    the share of its hidden units through which no error reaches W_in and W any more, in no example and step, is at least
    death.dead_units. stuck_outputs, stuck_errors: nan under the course's gradient, whose factor is flat nowhere.
    mostly_dead, mostly_stuck: 1 where more than half of the hidden units are dead, of the wrong digits are stuck; 0 in a run
    that diverged or has no wrong digit.
    restricted_iterations: a run that did not converge counts with all its iterations. …_backward_ratio,
    …_jacobian_ratio: below 1 the gradient of the last step vanishes on its way back to the first, above 1 it grows; nan
    where there is none in the last step. These and …_saturation: see `measure_flow`.
    """
    training = settings.variants[variant]
    iterations = convergence_iterations(run["mean_loss"], training.record_every, settings.convergence.loss)
    converged, diverged = np.isfinite(iterations), run["diverged"]
    died = ~converged & ~diverged & (run["dead_units"] >= settings.death.dead_units)
    course = training.output_gradient == "course"
    cannot_stick = diverged | course
    return {
        "final_loss": np.where(diverged, np.nan, run["test_loss"]),
        "accuracy": run["test_accuracy"],
        "convergence_iterations": iterations,
        "restricted_iterations": restricted(iterations, training.iterations),
        "converged": converged.astype(float),
        "stuck": (~converged & ~diverged & ~died).astype(float),
        "died": died.astype(float),
        "diverged": diverged.astype(float),
        "dead_units": np.where(diverged, np.nan, run["dead_units"]),
        "mostly_dead": (~diverged & (run["dead_units"] > 0.5)).astype(float),
        "stuck_outputs": np.where(cannot_stick, np.nan, run["stuck_outputs"]),
        "stuck_errors": np.where(cannot_stick, np.nan, run["stuck_errors"]),
        "mostly_stuck": np.where(course, np.nan, ~diverged & (run["stuck_errors"] > 0.5)),
        "final_gradient_norm": run["gradient_norm"][:, -1],
        "max_gradient_norm": np.where(diverged, np.inf, run["max_gradient_norm"].max(axis=1)),
        "initial_backward_ratio": run["initial_backward_ratio"],
        "final_backward_ratio": np.where(diverged, np.nan, run["final_backward_ratio"]),
        "initial_jacobian_ratio": run["initial_jacobian_ratio"],
        "final_jacobian_ratio": np.where(diverged, np.nan, run["final_jacobian_ratio"]),
        "initial_saturation": run["initial_saturation"],
        "final_saturation": np.where(diverged, np.nan, run["final_saturation"]),
    }


def convergence_iterations(mean_loss: np.ndarray, record_every: int, threshold: float) -> np.ndarray:
    """The number of iterations after which the mean loss of every later interval stays below the threshold.

    mean_loss: (seed, interval) -> (seed,). A run whose last interval is not below it did not converge: inf.
    """
    return points_until_below(mean_loss, threshold) * record_every


def _curve(run: Arrays, variant: str, settings: Settings) -> Table:
    """Over the seeds that have not diverged yet, `running` of them; low and high are the quartiles."""
    intervals = run["mean_loss"].shape[1]
    return {
        "step": settings.variants[variant].record_every * np.arange(1, intervals + 1),
        **_quartiles("loss", run["mean_loss"]),
        "loss_example": run["example_loss"][settings.figures.example_seed],
        **_quartiles("gradient_norm", run["gradient_norm"]),
        "running": np.isfinite(run["mean_loss"]).sum(axis=0),
    }


def _quartiles(name: str, values: np.ndarray) -> Table:
    """values: (seed, interval), nan where a run has diverged."""
    finite = [column[np.isfinite(column)] for column in values.T]
    low, median, high = np.array(
        [np.quantile(column, (0.25, 0.5, 0.75)) if len(column) else np.full(3, np.nan) for column in finite]
    ).T
    return {f"{name}_median": median, f"{name}_low": low, f"{name}_high": high}


def check_gradient(settings: Settings) -> dict[str, float]:
    """For each output gradient, how far BPTT is from central differences for the base network before training."""
    training, check = settings.training, settings.gradient_check
    rng = generator(EXPERIMENT, 0, "gradient check")
    weights = new_weights(training, rng)
    x, d = map(time_first, encode(draw_pairs(training, rng, check.examples), training))
    activation = Activation[training.activation]
    return {
        output_gradient.name: gradient_error(weights, x, d, activation, output_gradient, check.epsilon)
        for output_gradient in OutputGradient
    }


def _count_parameters(settings: Settings) -> dict[str, float]:
    return {
        variant: sum(part.size for part in new_weights(training, generator(EXPERIMENT, 0, "initialization")))
        for variant, training in settings.variants.items()
    }
