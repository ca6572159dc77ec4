"""Train every seed of one variant: python stages/train.py EXPERIMENT VARIANT"""

import sys

import stage

from day3 import params, runs, workers


def main(experiment: str, variant: str) -> None:
    settings = params.load()[experiment]
    arrays = workers.train(
        experiment,
        data=runs.read_arrays(runs.data_folder(experiment)),
        training=settings.variants[variant],
        seeds=range(settings.seeds),
        workers=workers.available(),
        title=f"{experiment} {variant}",
    )
    runs.write_arrays(runs.run_folder(experiment, variant), arrays)


if __name__ == "__main__":
    stage.run(main, sys.argv[1:])
