"""The trigram baseline, against numbers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from day3.experiments.next_word import trigram

UNKNOWN, A, B, C = range(4)
TOKENS = [A, B, A, B, C, A, B, A]


@pytest.fixture
def model():
    """a b a b c a b a: the trigrams aba (twice), bab, abc, bca, cab."""
    return trigram.fit(np.lib.stride_tricks.sliding_window_view(TOKENS, 3), words=4)


# Before a come 2 different words, before b and c 1 each: D = 2 / (2 + 2 * 1) = 1/2, total 4, rest 1/2 * 3 / 4, of which
# each of the 4 words gets 3/32.
UNIGRAM = np.array([0, 1.5, 0.5, 0.5]) / 4 + 3 / 32
# Before ab come 2 words, before ba, bc, ca 1 each: D = 3 / (3 + 2 * 1) = 3/5. After b: ba and bc, total 2, rest 3/5.
AFTER_B = np.array([0, 0.4, 0, 0.4]) / 2 + 3 / 5 * UNIGRAM
# Four trigrams come once, one twice: D = 4 / (4 + 2 * 1) = 2/3. After ab: aba twice and abc once, rest 2/3 * 2 / 3.
AFTER_AB = np.array([0, 4 / 3, 0, 1 / 3]) / 3 + 4 / 9 * AFTER_B


def test_hand_computed_numbers_are_distributions():
    for distribution, expected in [
        (UNIGRAM, [3 / 32, 15 / 32, 7 / 32, 7 / 32]),
        (AFTER_B, [0.05625, 0.48125, 0.13125, 0.33125]),
        (AFTER_AB, [9 / 360, 237 / 360, 21 / 360, 93 / 360]),
    ]:
        assert distribution == pytest.approx(expected)
        assert sum(expected) == pytest.approx(1)


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ((A, B), AFTER_AB),
        ((B, B), AFTER_B),  # b b never comes: what follows b
        ((UNKNOWN, B), AFTER_B),
        ((A, UNKNOWN), UNIGRAM),  # nothing follows <???>: what comes anywhere
        ((C, C), 0.6 * UNIGRAM + 0.4 * np.eye(4)[A]),  # only ca: (1 - 3/5) / 1 and rest 3/5 * 1 / 1
    ],
)
def test_probabilities_are_those_computed_by_hand(model, context, expected):
    assert model.probabilities(np.array([context]))[0] == pytest.approx(expected)


def test_contexts_asked_together_get_the_same_as_alone(model):
    contexts = np.array([(u, v) for u in range(4) for v in range(4)], dtype=np.int32)
    alone = [model.probabilities(context[None])[0] for context in contexts]
    assert np.array_equal(model.probabilities(contexts), np.stack(alone))


@given(st.lists(st.integers(0, 5), min_size=3, max_size=60))
def test_probabilities_of_every_context_add_up_to_one(tokens):
    model = trigram.fit(np.lib.stride_tricks.sliding_window_view(tokens, 3), words=6)
    contexts = np.array([(u, v) for u in range(6) for v in range(6)])
    probabilities = model.probabilities(contexts)
    assert probabilities.min() >= 0
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(36))
