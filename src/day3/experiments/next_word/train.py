"""Train a recurrent network to predict the word after a window of words, and continue the query with it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from day3.experiments.next_word.evaluation import score
from day3.experiments.next_word.settings import Training
from day3.nn.adam import Adam
from day3.nn.cross_entropy import cross_entropy
from day3.nn.recurrent import dense, one_thread, parameter_count, recurrent_layer
from day3.nn.update import update
from ronkyo.files import Arrays
from ronkyo.seeds import generator

EVALUATION_BATCH = 512  # windows at a time; a matter of memory only
EMBEDDING_LIMIT = 0.05  # Keras' Embedding starts uniform in ±0.05
EPSILON = 1e-8  # Adam's, as in the paper and in torch


class NextWordModel(nn.Module):
    """Embedding, one recurrent layer, and a score for every word of the vocabulary."""

    def __init__(self, training: Training, counts: Tensor, generator: torch.Generator) -> None:
        """counts: (words,), how often each word is the one to predict. The output's bias starts at the logarithm of its share.

        So the untrained network predicts every word by its frequency, instead of spending its first epochs on
        learning that; Adam at this learning rate would take thousands of steps to bring the rare words' scores down.
        """
        super().__init__()
        self.context_size = training.context_size
        embedding = torch.empty(len(counts), training.embedding_size)
        embedding.uniform_(-EMBEDDING_LIMIT, EMBEDDING_LIMIT, generator=generator)
        self.embedding = nn.Embedding.from_pretrained(embedding, freeze=False)
        self.recurrent = recurrent_layer(training.cell, training.embedding_size, training.hidden_size, generator)
        self.output = dense(training.hidden_size, len(counts), generator)
        self.output.bias.data = torch.log(counts.clamp(min=1) / counts.sum())

    def read(self, words: Tensor) -> Tensor:
        """語を順に読んだあとの、最後の状態。

        words: (batch, time) 語の番号、読むのは最後の context_size 語 -> (batch, hidden_size)
        """
        _, last = self.recurrent(self.embedding(words[:, -self.context_size :]))
        return last[0][0] if isinstance(last, tuple) else last[0]

    def forward(self, words: Tensor) -> Tensor:
        """最後の状態から、次の語の得点（ロジット）を語彙全体について求める。

        words: (batch, time) 語の番号 -> (batch, words)
        """
        return self.output(self.read(words))


def steps(data: Arrays, training: Training) -> int:
    """Weight updates of one seed."""
    return training.epochs * math.ceil(len(latest(data["train_windows"], training.train_share)) / training.batch_size)


def latest(windows: np.ndarray, share: float) -> np.ndarray:
    """The last of the windows, at least one: (windows, time) -> (fewer, time)"""
    return windows[-max(1, round(share * len(windows))) :]


@one_thread()
def train(data: Arrays, training: Training, seed: int, progress: Callable[[int], None]) -> Arrays:
    """batch_loss (step,): cross entropy; train_loss (epoch,): its mean while the network learns; test_loss
    (epoch,): after the epoch; test_log_probability, test_rank (window,): what the right word gets after the
    last epoch; query_probabilities (words,): of the word after the query; parameters ().
    """
    initialization = generator("next_word", seed, "initialization")
    torch_generator = torch.Generator().manual_seed(int(initialization.integers(2**63)))
    train_windows = latest(data["train_windows"], training.train_share)
    counts = np.bincount(train_windows[:, -1], minlength=len(data["vocabulary"]))
    model = NextWordModel(training, torch.from_numpy(counts), torch_generator)
    optimizer = Adam(model.parameters(), training.learning_rate, EPSILON)
    data_order = generator("next_word", seed, "data order")
    windows = torch.from_numpy(train_windows).long()

    batch_loss, train_loss, test_loss = [], [], []
    log_probability, rank = np.empty(0), np.empty(0)
    for _ in range(training.epochs):
        losses, sizes = [], []
        for batch in torch.from_numpy(data_order.permutation(len(windows))).split(training.batch_size):
            words, target = windows[batch, :-1], windows[batch, -1]
            loss = cross_entropy(model.read(words), model.output, target)
            update(optimizer, loss)
            losses.append(loss.item())
            sizes.append(len(batch))
            progress(1)
        batch_loss += losses
        train_loss.append(np.average(losses, weights=sizes))
        log_probability, rank = _evaluate(model, data["test_windows"])
        test_loss.append(-np.mean(log_probability, dtype=float))
    return {
        "batch_loss": np.array(batch_loss),
        "train_loss": np.array(train_loss),
        "test_loss": np.array(test_loss),
        "test_log_probability": log_probability,
        "test_rank": rank,
        "query_probabilities": np.exp(_log_probabilities(model, data["query"][None])[0]),
        "parameters": np.array(parameter_count(model)),
    }


def _evaluate(model: nn.Module, windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log-probability and rank of the right word, each (windows,)."""
    batches = np.split(windows, range(EVALUATION_BATCH, len(windows), EVALUATION_BATCH))
    scores = [score(_log_probabilities(model, batch[:, :-1]), batch[:, -1]) for batch in batches]
    log_probability, rank = (np.concatenate(part) for part in zip(*scores, strict=True))
    return log_probability, rank


@torch.no_grad()
def _log_probabilities(model: nn.Module, words: np.ndarray) -> np.ndarray:
    """words: (batch, time) -> (batch, words)"""
    return model(torch.from_numpy(words).long()).log_softmax(1).numpy()
