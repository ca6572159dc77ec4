"""Train a sequence-to-sequence network with teacher forcing, then let it run freely."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from day3.experiments.sine_to_cosine.settings import Training
from day3.nn.adam import Adam
from day3.nn.recurrent import one_thread, parameter_count
from day3.nn.seq2seq import Seq2Seq
from day3.nn.update import update
from ronkyo.files import Arrays
from ronkyo.seeds import generator


def steps(data: Arrays, training: Training) -> int:
    """Weight updates of one seed."""
    return training.epochs * math.ceil(len(data["train"]) / training.batch_size)


@one_thread()
def train(data: Arrays, training: Training, seed: int, progress: Callable[[int], None]) -> Arrays:
    """train_mse, validation_mse (epoch,): with teacher forcing, after the epoch; predictions
    (window, time): of the windows `free_running`, after the last epoch; parameters ().
    """
    initialization = generator("sine_to_cosine", seed, "initialization")
    model = Seq2Seq(
        training.cell,
        input_size=1,
        hidden_size=training.hidden_size,
        output_size=1,
        generator=torch.Generator().manual_seed(int(initialization.integers(2**63))),
        reverse_input=training.reverse_input,
        peeky=training.peeky,
        attention=training.attention,
    )
    optimizer = Adam(model.parameters(), training.learning_rate, training.epsilon)
    data_order = generator("sine_to_cosine", seed, "data order")
    sines, previous, cosines = (_tensor(data[name]) for name in ("sines", "previous_cosines", "cosines"))
    parts = {part: torch.from_numpy(data[part]) for part in ("train", "validation")}

    history: dict[str, list[float]] = {part: [] for part in parts}
    for _ in range(training.epochs):
        order = torch.from_numpy(data_order.permutation(data["train"]))
        for batch in order.split(training.batch_size):
            loss = nn.functional.mse_loss(model(sines[batch], previous[batch]), cosines[batch])
            update(optimizer, loss)
            progress(1)
        with torch.no_grad():
            errors = (model(sines, previous) - cosines).square()
        for part, windows in parts.items():
            history[part].append(errors[windows].mean().item())
    return {
        "train_mse": np.array(history["train"]),
        "validation_mse": np.array(history["validation"]),
        "predictions": model.predict(sines[data["free_running"]], steps=sines.shape[1])[..., 0].numpy(),
        "parameters": np.array(parameter_count(model)),
    }


def _tensor(windows: np.ndarray) -> Tensor:
    """(windows, time) -> (windows, time, 1)"""
    return torch.from_numpy(windows.astype(np.float32))[..., None]
