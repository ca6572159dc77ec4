"""Train a small network on few images and on many, each time with the variant's augmentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn

from day3.experiments.augmented_digits.methods import augment
from day3.experiments.augmented_digits.settings import CLASSES, SIDE, Training
from day3.nn.adam import Adam
from day3.nn.recurrent import dense, one_thread
from day3.nn.update import update
from ronkyo.files import Arrays
from ronkyo.seeds import generator

NAME = "augmented_digits"


def steps(data: Arrays, training: Training) -> int:
    """Weight updates of one seed."""
    return training.updates * len(training.sizes)


@one_thread()
def train(data: Arrays, training: Training, seed: int, progress: Callable[[int], None]) -> Arrays:
    """accuracy, train_accuracy (size,): of the test images, and of the training images as they are."""
    pool = generator(NAME, seed, "training images").permutation(data["train"])
    runs = [_accuracies(data, pool[:size], training, seed, progress) for size in training.sizes]
    accuracy, train_accuracy = np.transpose(runs)
    return {"accuracy": accuracy, "train_accuracy": train_accuracy}


def _accuracies(
    data: Arrays, chosen: np.ndarray, training: Training, seed: int, progress: Callable[[int], None]
) -> tuple[float, float]:
    """Of the test images and of the training images. chosen: (size,), places of the training images"""
    model = _model(training.hidden_size, seed)
    optimizer = Adam(model.parameters(), training.learning_rate, training.epsilon)
    images, one_hot = data["images"].reshape(-1, SIDE, SIDE), np.eye(CLASSES)[data["labels"]]
    rng = generator(NAME, seed, "augmentation")
    for batch in batches(chosen, training, generator(NAME, seed, "data order")):
        made = augment(images[batch], one_hot[batch], training.methods, training.strength, rng)
        pixels, targets = (torch.from_numpy(array.astype(np.float32)).flatten(1) for array in made)
        update(optimizer, nn.functional.cross_entropy(model(pixels), targets))
        progress(1)
    return _accuracy(model, data, data["test"]), _accuracy(model, data, chosen)


def batches(chosen: np.ndarray, training: Training, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """`updates` batches: the images in a new order whenever all have been seen. chosen: (size,) -> (batch_size,) each"""
    waiting = chosen[:0]
    for _ in range(training.updates):
        while len(waiting) < training.batch_size:
            waiting = np.concatenate([waiting, rng.permutation(chosen)])
        yield waiting[: training.batch_size]
        waiting = waiting[training.batch_size :]


def _model(hidden_size: int, seed: int) -> nn.Sequential:
    initialization = generator(NAME, seed, "initialization")
    drawn = torch.Generator().manual_seed(int(initialization.integers(2**63)))
    return nn.Sequential(dense(SIDE * SIDE, hidden_size, drawn), nn.ReLU(), dense(hidden_size, CLASSES, drawn))


@torch.no_grad()
def _accuracy(model: nn.Module, data: Arrays, places: np.ndarray) -> float:
    scores: Tensor = model(torch.from_numpy(data["images"][places]))
    return float(np.mean(scores.argmax(1).numpy() == data["labels"][places]))
