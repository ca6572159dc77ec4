"""What holds for every experiment's `train`: a seed's result depends on nothing but the seed."""

import multiprocessing

import numpy as np

from ronkyo.run.unit import Unit, compute, stack


def no_progress(_steps):
    pass


def train_seeds(train, data, training, seeds, progress=no_progress):
    """The runs of several seeds as a stage writes them: each array (seed, …)."""
    module = train.__module__
    return stack(module, [compute(Unit(module, training, seed), data, progress) for seed in seeds])


def assert_equal_runs(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f"), name


def assert_a_seed_alone_equals_it_among_others(train, data, training):
    alone = train(data, training, 3, no_progress)
    train(data, training, 5, no_progress)
    assert_equal_runs(alone, train(data, training, 3, no_progress))


def assert_a_worker_process_gives_the_same_bits(train, data, training):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there = pool.apply(train, (data, training, 3, no_progress))
    assert_equal_runs(train(data, training, 3, no_progress), there)
