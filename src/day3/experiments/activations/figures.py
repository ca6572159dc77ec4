"""Each activation function beside its derivative."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from day3.nn import activations
from ronkyo.plotting import COLORS, INK, LINE_STYLES, figure
from ronkyo.results import Results

__all__ = ["functions", "softmax"]


def functions(results: Results) -> Figure:
    """A column for each function of single numbers, its derivative below. Where there is no derivative, open circles are
    the ends of its branches."""
    settings, x = results.settings, results.settings.x()
    alpha, beta = settings.leaky_relu_alpha, settings.swish_beta
    drawn = {
        "Sigmoid": (activations.sigmoid(x), activations.d_sigmoid(x)),
        "tanh": (activations.tanh(x), activations.d_tanh(x)),
        "ReLU": (activations.relu(x), activations.d_relu(x)),
        "Leaky ReLU": (activations.leaky_relu(x, alpha), activations.d_leaky_relu(x, alpha)),
        "Swish": (activations.swish(x, beta), activations.d_swish(x, beta)),
    }
    drawing, panels = figure(height_cm=4.6, rows=2, columns=len(drawn), sharex=True)
    for letter, above, below, (name, (function, derivative)) in zip("abcde", *panels, drawn.items(), strict=True):
        _branches(above, x, function, COLORS[0])
        _branches(below, x, derivative, COLORS[1])
        above.set(xlim=(x[0], x[-1]), title=f"({letter}) {name}")
        below.set(xlabel="$x$")
    panels[0, 0].set_ylabel("関数")
    panels[1, 0].set_ylabel("導関数")
    return drawing


def softmax(results: Results) -> Figure:
    """Softmax while its first input varies: the outputs, their derivatives by that input, and the whole Jacobian.

    The outputs sum to 1 and the derivatives to 0. The Jacobian is that at the settings' inputs (dotted line).
    """
    x, inputs = results.settings.x(), results.settings.softmax_inputs()
    here = np.array(results.settings.softmax_logits)
    drawing, (outputs, derivatives, jacobian) = figure(height_cm=3.8, columns=3, width_ratios=(1.15, 1.15, 1))
    for axes, values in ((outputs, activations.softmax(inputs)), (derivatives, activations.d_softmax(inputs)[:, :, 0])):
        for index in range(len(here)):
            color, line_style = COLORS[index % len(COLORS)], LINE_STYLES[index % len(LINE_STYLES)]
            axes.plot(x, values[:, index], color=color, linestyle=line_style, label=f"$i={index + 1}$")
        axes.axvline(here[0], color=INK, linewidth=0.6, linestyle=":")
        axes.set(xlabel="$x_1$", xlim=(x[0], x[-1]))
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    outputs.set_title("(a) 出力 $y_i$")
    derivatives.set_title("(b) 導関数 $\\partial y_i/\\partial x_1$")
    outputs.legend(loc="center left", handlelength=1.6)
    _matrix(jacobian, activations.d_softmax(here))
    jacobian.set_title("(c) ヤコビ行列 $\\partial y_i/\\partial x_j$")
    return drawing


def _branches(axes: Axes, x: np.ndarray, values: np.ndarray, color: str) -> None:
    """A line; where it has no value, it breaks between two open circles with their heights beside them."""
    axes.plot(x, np.ma.masked_invalid(values), color=color)
    for index in np.flatnonzero(np.isnan(values)):
        for side, align in ((-1, "left"), (1, "right")):
            end = values[index + side]
            axes.plot(x[index], end, marker="o", markersize=3.5, color=color, markerfacecolor="white", zorder=3)
            axes.annotate(
                f"{end:g}",
                (x[index], end),
                (-7 * side, -6 * side),
                textcoords="offset points",
                ha=align,
                va="center",
                size=7,
            )


def _matrix(axes: Axes, values: np.ndarray) -> None:
    """values: (row i, column j), as coloured squares with their numbers."""
    limit = np.abs(values).max()
    axes.pcolormesh(values, cmap="RdBu", vmin=-limit, vmax=limit)  # imshow would put a raster image into the SVG
    for (i, j), value in np.ndenumerate(values):
        color = "white" if abs(value) > 0.6 * limit else INK
        axes.text(j + 0.5, i + 0.5, f"{value:.2f}", ha="center", va="center", size=7.5, color=color)
    axes.set_xticks(np.arange(len(values)) + 0.5, [f"${j + 1}$" for j in range(len(values))])
    axes.set_yticks(np.arange(len(values)) + 0.5, [f"${i + 1}$" for i in range(len(values))])
    axes.set_xlabel("$j$")
    axes.set_ylabel("$i$", rotation=0, va="center")
    axes.set_aspect("equal")
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
