"""From the runs of one experiment to its metrics and curves: python stages/summarize.py EXPERIMENT"""

import sys
from importlib import import_module

import stage

from day3 import params, results, runs


def main(experiment: str) -> None:
    settings = params.load()[experiment]
    variants = getattr(settings, "variants", {})
    summarize = import_module(f"day3.experiments.{experiment}.summarize").summarize
    data = runs.read_arrays(runs.data_folder(experiment))
    trained = {variant: runs.read_arrays(runs.run_folder(experiment, variant)) for variant in variants}
    results.write_summary(experiment, summarize(data, trained, settings))


if __name__ == "__main__":
    stage.run(main, sys.argv[1:])
