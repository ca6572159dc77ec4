"""Draw every figure of one experiment: python stages/draw.py EXPERIMENT"""

import sys
from importlib import import_module

import stage

from day3 import params, plotting, results, runs


def main(experiment: str) -> None:
    figures = import_module(f"day3.experiments.{experiment}.figures")
    found = results.read_results(experiment, params.load().get(experiment))
    with runs.replacing(results.figures_folder(experiment)) as folder, plotting.style(runs.FONTS):
        folder.mkdir()
        for name in figures.__all__:
            drawing = getattr(figures, name)(found)
            (folder / f"{name}.svg").write_bytes(plotting.to_svg(drawing, f"{experiment}/{name}"))


if __name__ == "__main__":
    stage.run(main, sys.argv[1:])
