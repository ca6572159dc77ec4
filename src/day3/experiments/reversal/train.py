"""Train a sequence-to-sequence network to reverse strings, with teacher forcing, and let it answer strings of each length."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from day3.experiments.reversal.settings import Training
from day3.nn.adam import Adam
from day3.nn.decoder import attention_weights
from day3.nn.recurrent import one_thread, parameter_count
from day3.nn.seq2seq import Seq2Seq
from day3.nn.update import update
from ronkyo.files import Arrays
from ronkyo.seeds import generator


def steps(data: Arrays, training: Training) -> int:
    """Weight updates of one seed."""
    return training.updates


@one_thread()
def train(data: Arrays, training: Training, seed: int, progress: Callable[[int], None]) -> Arrays:
    """loss (point,): the mean of `record_every` updates' cross entropy. After training: answers (length, string, letter), what is
    written for the test strings, -1 after their end; weights (length, step, letter), how much each step looks at each letter
    of the first test string of each length, zeros without attention; aligned (length,), the share of steps of all test strings
    that look most at the letter to be written; parameters ().
    """
    initialization = generator("reversal", seed, "initialization")
    draws = generator("reversal", seed, "strings")
    letters = len(data["alphabet"])
    model = Seq2Seq(
        training.cell,
        letters,
        training.hidden_size,
        letters,
        torch.Generator().manual_seed(int(initialization.integers(2**63))),
        reverse_input=False,
        peeky=False,
        attention=training.attention,
    )
    optimizer = Adam(model.parameters(), training.learning_rate, training.epsilon)
    losses = []
    for _ in range(training.updates):
        length = draws.integers(1, int(data["longest"]), endpoint=True)  # of all strings of the batch
        strings = torch.from_numpy(draws.integers(letters, size=(training.batch_size, length)))
        loss = nn.functional.cross_entropy(forced(model, strings, letters).flatten(0, 1), strings.flip(1).flatten())
        update(optimizer, loss)
        losses.append(loss.item())
        progress(1)
    points = max(1, training.updates // training.record_every)
    return {
        "loss": np.array([part.mean() for part in np.array_split(np.array(losses), points)]),
        **_test(model, data),
        "parameters": np.array(parameter_count(model)),
    }


def forced(model: Seq2Seq, strings: Tensor, letters: int) -> Tensor:
    """教師強制: デコーダは、反転した文字列の 1 つ前の文字を受け取る。

    strings: (batch, time) 文字の番号 -> (batch, time, letters) 得点
    """
    answers = one_hot(strings.flip(1), letters)
    previous = torch.cat([torch.zeros_like(answers[:, :1]), answers[:, :-1]], dim=1)
    return model(one_hot(strings, letters), previous)


@torch.no_grad()
def reverse(model: Seq2Seq, strings: Tensor, letters: int) -> tuple[Tensor, Tensor]:
    """自分の答えを読みながら 1 文字ずつ答え、各時刻にどの文字を見たかを返す。

    strings: (batch, time) 文字の番号 -> (batch, time) 答えの文字の番号, (batch, time, time) 注意の重み
    """
    encoded, state = model.encode(one_hot(strings, letters))
    previous = encoded.new_zeros(len(strings), 1, letters)
    answers, weights = [], []
    for _ in range(strings.shape[1]):
        scores, state = model.decoder(previous, state, encoded)
        answers.append(scores.argmax(dim=-1))
        previous = one_hot(answers[-1], letters)
        hidden = state[0] if isinstance(state, tuple) else state  # (1, batch, hidden_size)
        weights.append(attention_weights(hidden.transpose(0, 1), encoded))
    return torch.cat(answers, dim=1), torch.cat(weights, dim=1)


def one_hot(places: Tensor, letters: int) -> Tensor:
    """(batch, time) -> (batch, time, letters)"""
    return nn.functional.one_hot(places, letters).float()


def _test(model: Seq2Seq, data: Arrays) -> Arrays:
    lengths, strings, letters = data["lengths"], data["strings"], len(data["alphabet"])
    answers = np.full(strings.shape, -1)
    weights = np.zeros((len(lengths), strings.shape[2], strings.shape[2]), np.float32)
    aligned = np.zeros(len(lengths))
    for place, length in enumerate(lengths):
        read = torch.from_numpy(strings[place, :, :length])
        answer, looked = (tensor.numpy() for tensor in reverse(model, read, letters))
        answers[place, :, :length] = answer
        if model.decoder.attention:
            weights[place, :length, :length] = looked[0]
            aligned[place] = np.mean(looked.argmax(axis=2) == np.arange(length)[::-1])
    return {"answers": answers, "weights": weights, "aligned": aligned}
