"""What holds for every experiment's `train`: a seed's result depends on nothing but the seed."""

import multiprocessing

import numpy as np


def no_progress(_steps):
    pass


def assert_equal_runs(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert np.array_equal(one[name], other[name]), name


def assert_a_seed_alone_equals_it_among_others(train, data, training):
    alone = train(data, training, [3], no_progress)
    among = train(data, training, [5, 3], no_progress)
    assert_equal_runs(alone, {name: array[1:] for name, array in among.items()})


def assert_a_worker_process_gives_the_same_bits(train, data, training):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there = pool.apply(train, (data, training, [3], no_progress))
    assert_equal_runs(train(data, training, [3], no_progress), there)
