"""Train a recurrent network to name a digit from the raw wave: one epoch, judged on clips that it has not seen."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from day3.experiments.spoken_digits.settings import Training
from day3.nn.adam import Adam
from day3.nn.recurrent import Classifier, one_thread, parameter_count
from day3.nn.update import update
from ronkyo.files import Arrays
from ronkyo.seeds import generator

CLASSES = 10
EVALUATION_BATCH = 75  # clips at a time; a matter of memory only


def steps(data: Arrays, training: Training) -> int:
    """Weight updates of one seed."""
    return training.epochs * math.ceil(len(data["train_x"]) / training.batch_size)


@one_thread()
def train(data: Arrays, training: Training, seed: int, progress: Callable[[int], None]) -> Arrays:
    """batch_loss (step,); loss, accuracy (epoch,): means over the epoch while the network learns, as Keras
    prints them; val_loss, val_accuracy (epoch,): after the epoch; validation_predictions, test_predictions
    (clip,): digits named after the last epoch; parameters (): how many numbers are trained.
    """
    parts = {part: _tensors(data, part, training.standardize) for part in ("train", "validation", "test")}
    initialization = generator("spoken_digits", seed, "initialization")
    model = Classifier(
        training.cell,
        input_size=1,
        hidden_size=training.hidden_size,
        classes=CLASSES,
        generator=torch.Generator().manual_seed(int(initialization.integers(2**63))),
        bidirectional=training.bidirectional,
    )
    optimizer = Adam(model.parameters(), training.learning_rate, training.epsilon)
    data_order = generator("spoken_digits", seed, "data order")

    batch_loss = []
    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for _ in range(training.epochs):
        losses, sizes, correct = [], [], 0
        clips, digits = parts["train"]
        for batch in torch.from_numpy(data_order.permutation(len(clips))).split(training.batch_size):
            logits = model(clips[batch])
            loss = nn.functional.cross_entropy(logits, digits[batch])
            update(optimizer, loss, training.clip_value)
            losses.append(loss.item())
            sizes.append(len(batch))
            correct += _correct(logits, digits[batch])
            progress(1)
        batch_loss += losses
        history["loss"].append(np.average(losses, weights=sizes))
        history["accuracy"].append(correct / len(clips))
        clips, digits = parts["validation"]
        logits = _logits(model, clips)
        history["val_loss"].append(nn.functional.cross_entropy(logits, digits).item())
        history["val_accuracy"].append(_correct(logits, digits) / len(clips))
    return {
        "batch_loss": np.array(batch_loss),
        **{name: np.array(values) for name, values in history.items()},
        "validation_predictions": _logits(model, parts["validation"][0]).argmax(1).numpy(),
        "test_predictions": _logits(model, parts["test"][0]).argmax(1).numpy(),
        "parameters": np.array(parameter_count(model)),
    }


def _tensors(data: Arrays, part: str, standardize: bool) -> tuple[Tensor, Tensor]:
    """Clips as the network reads them, (clips, time, 1), and digits.

    The samples are the int16 values as floats; standardized, less their mean over the training clips and divided by their
    standard deviation there (LeCun et al. 1998, Efficient BackProp, section 4.3).
    """
    x = data[f"{part}_x"].astype(np.float32)
    if standardize:
        x = ((x - data["train_x"].mean()) / data["train_x"].std()).astype(np.float32)
    return torch.from_numpy(x)[..., None], torch.from_numpy(data[f"{part}_y"])


@torch.no_grad()
def _logits(model: nn.Module, clips: Tensor) -> Tensor:
    """(clips, CLASSES)"""
    return torch.cat([model(batch) for batch in clips.split(EVALUATION_BATCH)])


def _correct(logits: Tensor, digits: Tensor) -> int:
    return int((logits.argmax(1) == digits).sum())
