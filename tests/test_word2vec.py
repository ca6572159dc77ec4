"""Word2vec's updates: they go down the gradient of the loss that its authors wrote."""

import numpy as np
import pytest

from day3.nn import word2vec

SIZE, WORDS = 7, 6


@pytest.fixture
def vectors():
    rng = np.random.default_rng(0)
    hints, targets = rng.normal(0, 0.7, (2, WORDS, SIZE)).astype(np.float32)
    return hints, targets


def loss(hint, targets, chosen):
    """-log σ(v'_0 · h) - Σ log σ(-v'_i · h), in doubles."""
    scores = targets[chosen].astype(float) @ hint.astype(float)
    signs = np.where(np.arange(len(chosen)) == 0, 1, -1)
    return np.sum(np.log1p(np.exp(-signs * scores)))


def numerical_gradient(function, x, epsilon=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.astype(float), x.astype(float)
        up[place] += epsilon
        down[place] -= epsilon
        gradient[place] = (function(up) - function(down)) / (2 * epsilon)
    return gradient


def state(seed=1):
    return np.uint64(seed)


def test_the_table_of_sigma_is_sigma():
    x = np.linspace(-7.9, 7.9, 999, dtype=np.float32)
    assert [word2vec.sigmoid(value) for value in x] == pytest.approx(1 / (1 + np.exp(-x.astype(float))), abs=1e-5)
    ends = [word2vec.sigmoid(np.float32(value)) for value in (-50, -8, 8, 50)]
    assert ends == pytest.approx([0, 0, 1, 1], abs=4e-4)


def test_an_update_goes_down_the_gradient_of_the_loss(vectors):
    hints, targets = vectors
    chosen, rate = np.array([2, 0, 5, 1], dtype=np.int32), np.float32(0.01)
    hint, before, change = hints[3].copy(), targets.copy(), np.empty(SIZE, np.float32)
    word2vec.negative_sampling(hint, targets, chosen, rate, change)
    assert np.array_equal(hint, hints[3])
    at_hint = numerical_gradient(lambda h: loss(h, before, chosen), hint)
    at_targets = numerical_gradient(lambda t: loss(hint, t, chosen), before)
    assert -change / rate == pytest.approx(at_hint, abs=1e-4)
    assert -(targets - before) / rate == pytest.approx(at_targets, abs=1e-4)


def test_cbow_gives_each_word_of_the_context_its_share_of_the_gradient(vectors):
    hints, targets = vectors
    before = hints.copy()
    text, noise = np.array([0, 1, 2], dtype=np.int32), np.full(4, 5, dtype=np.int32)
    rates = np.array([0, 0.01, 0], dtype=np.float32)  # only the middle word is predicted
    word2vec.cbow(hints, targets.copy(), text, np.ones(3, np.int64), noise, 1, rates, state())

    def of_context(context):
        return loss(context.mean(axis=0), targets, np.array([1, 5]))

    expected = numerical_gradient(of_context, before[[0, 2]])
    assert -(hints[[0, 2]] - before[[0, 2]]) / 0.01 == pytest.approx(expected, abs=1e-4)
    assert np.array_equal(hints[[1, 3, 4, 5]], before[[1, 3, 4, 5]])


def test_skipgram_predicts_every_word_within_reach_from_the_middle_one(vectors):
    hints, targets = vectors
    before = targets.copy()
    text, noise = np.array([0, 1, 2, 3], dtype=np.int32), np.full(4, 5, dtype=np.int32)
    rates = np.array([0, 1e-3, 0, 0], dtype=np.float32)
    word2vec.skipgram(hints, targets, text, np.ones(4, np.int64), noise, 1, rates, state())
    assert np.flatnonzero((targets != before).any(axis=1)).tolist() == [0, 2, 5]


def test_negatives_are_words_of_the_noise_other_than_the_word_that_is_there():
    noise = np.array([0, 1, 2, 3] * 4, dtype=np.int32)
    chosen, drawn, last = np.empty(5, np.int32), [], state(7)
    for _ in range(500):
        last = np.uint64(word2vec.draw(chosen, 3, noise, last))
        assert chosen[0] == 3
        drawn += chosen[1:].tolist()
    assert np.bincount(drawn) / len(drawn) == pytest.approx([1 / 3] * 3, abs=0.05)


@pytest.mark.parametrize("model", [word2vec.cbow, word2vec.skipgram])
def test_words_that_come_together_become_alike(model):
    rng = np.random.default_rng(0)
    text = np.concatenate([rng.integers(3, size=20) + 3 * rng.integers(2) for _ in range(600)]).astype(np.int32)
    hints = ((rng.random((6, 8)) - 0.5) / 8).astype(np.float32)
    targets, noise = np.zeros_like(hints), np.arange(6, dtype=np.int32).repeat(11)[:64]
    rates = np.full(len(text), 0.1, np.float32)
    model(hints, targets, text, np.ones(len(text), np.int64), noise, 3, rates, state())
    units = hints / np.linalg.norm(hints, axis=1, keepdims=True)
    cosines = units @ units.T
    within = (np.arange(6)[:, None] // 3 == np.arange(6) // 3) & ~np.eye(6, dtype=bool)
    across = np.arange(6)[:, None] // 3 != np.arange(6) // 3
    assert cosines[within].min() > cosines[across].max()
