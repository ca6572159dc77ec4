"""Make or fetch the data of one experiment: python stages/prepare.py EXPERIMENT"""

import sys
from importlib import import_module

import stage

from day3 import params, runs


def main(experiment: str) -> None:
    data = import_module(f"day3.experiments.{experiment}.data")
    arrays, provenance = data.prepare(params.load()[experiment].data)
    runs.write_arrays(runs.data_folder(experiment), arrays)
    runs.write_json(runs.provenance_file(experiment), provenance)


if __name__ == "__main__":
    stage.run(main, sys.argv[1:])
