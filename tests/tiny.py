"""Settings at which the whole pipeline runs in about a minute; every stage, variant and figure is still there.

Of each experiment one variant is a look further than the others.
"""

from typing import Any

CHANGES: dict[str, Any] = {
    "binary_addition.seeds": {"looks": [2, 3], "taken": {"xavier": 3}},
    "binary_addition.training.iterations": 200,
    "binary_addition.training.record_every": 50,
    "binary_addition.training.test_examples": 64,
    "binary_addition.training.flow_examples": 8,
    "held_out_sums.seeds": {"looks": [2, 3], "taken": {"half": 3}},
    "held_out_sums.training.digits": 4,
    "held_out_sums.training.longer_digits": 6,
    "held_out_sums.training.longer_examples": 64,
    "held_out_sums.training.example": [5, 3],
    "held_out_sums.training.iterations": 200,
    "spoken_digits.seeds": {"looks": [2, 3], "taken": {"lstm": 3}},
    "spoken_digits.data.synthesis.takes": 2,
    "spoken_digits.data.synthesis.content_digest": None,
    "spoken_digits.data.clip_length": 40,
    "spoken_digits.data.split": {"train": 60, "validation": 20, "test": 20},
    "next_word.seeds": {"looks": [2, 3], "taken": {"gru": 3}},
    "next_word.data.first_year": 1881,
    "next_word.training.epochs": 1,
    "next_word.variants.gru_long.epochs": 2,
    "next_word.variants.lstm_half_corpus.epochs": 2,
    "word_vectors.seeds": {"looks": [2, 3], "taken": {"window_2": 3}},
    "word_vectors.data.first_year": 1970,
    "word_vectors.data.rare_count": 0,
    "word_vectors.training.size": 24,
    "word_vectors.training.epochs": 1,
    "reversal.seeds": {"looks": [2, 3], "taken": {"attention": 3}},
    "reversal.data.test_strings": 4,
    "reversal.training.updates": 20,
    "reversal.training.record_every": 5,
    "next_word.variants.rnn_long.epochs": 2,
    "gap.seeds": {"looks": [2, 3], "taken": {"gru": 3}},
    "gap.training.longest_gap": 6,
    "gap.training.updates": 3,
    "gap.training.test_examples": 8,
    "sine_to_cosine.seeds": {"looks": [2, 3], "taken": {"peeky": 3}},
    "sine_to_cosine.training.epochs": 2,
    **{
        f"sine_to_cosine.variants.{variant}_long.epochs": 3
        for variant in ("simple_rnn", "gru", "lstm", "reversed", "peeky", "attention")
    },
    "autoencoders.seeds": {"looks": [2, 3], "taken": {"vae": 3}},
    "autoencoders.training.epochs": 1,
    "autoencoders.training.drawn_samples": 12,
    "augmented_digits.seeds": {"looks": [2, 3], "taken": {"mixup": 3}},
    "augmented_digits.training.updates": 2,
}


def shrink(document: Any) -> None:
    for key, value in CHANGES.items():
        *path, last = key.split(".")
        section = document
        for part in path:
            section = section[part]
        if last not in section:
            raise KeyError(key)
        section[last] = value
