"""What a step of training costs in spoken digits, next word and sine to cosine, beside torch's own modules and Keras:

    python benchmarks/training.py [EXPERIMENT…]

A step reads a batch and updates the weights. The settings are those of params.yaml, the numbers read are random, of the
shapes of the data. CPU milliseconds a step, the least of several runs of each by turns, on one thread; the sums and ratios
are over the variants. Keras (with TensorFlow) is installed into build/keras; where it cannot be, its column stays empty.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
KERAS = ROOT / "build/keras"
RUNS = 3
CLIPS, WINDOWS, WORDS = 10, 60, 2586  # batches of spoken digits and of next word, the size of its vocabulary
VARIANTS = {
    "spoken_digits": ["simple_rnn", "gru", "lstm", "bilstm"],
    "next_word": ["rnn", "lstm", "gru"],
    "sine_to_cosine": ["simple_rnn", "gru", "lstm"],
}


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--measure"]:
        print(json.dumps(measure(*arguments[1:])))
        return
    print(f"{processor()}, Python {platform.python_version()}; CPU ms a step")
    install_keras()
    for experiment in arguments or VARIANTS:
        print(f"\n{experiment:24}{'ours':>10}{'torch':>10}{'Keras':>10}{'torch/ours':>12}{'Keras/ours':>12}")
        total: dict[str, float] = {}
        for variant in VARIANTS[experiment]:
            cost = {way: measured(way, experiment, variant) for way in ("ours", "torch", "keras")}
            total = {way: total.get(way, 0) + value for way, value in cost.items()}
            print(row(variant, cost), flush=True)
        print(row("sum", total))


def row(name: str, cost: dict[str, float]) -> str:
    columns = "".join(f"{value:10.2f}" for value in cost.values())
    return f"{name:24}{columns}" + "".join(f"{cost[way] / cost['ours']:12.1f}" for way in ("torch", "keras"))


def processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def install_keras() -> None:
    if not KERAS.is_dir():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--target", KERAS, "keras", "tensorflow-cpu"], check=False
        )


def measured(way: str, experiment: str, variant: str) -> float:
    """In a process of its own: the portable baseline is for ours and torch's; Keras chooses its own code, on one thread."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", way, experiment, variant], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        print(f"{way}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}", file=sys.stderr)
        return float("nan")
    return json.loads(done.stdout.splitlines()[-1])


def measure(way: str, experiment: str, variant: str) -> float:
    if way == "keras":
        os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", PYTHONWARNINGS="ignore")
        sys.path.insert(0, str(KERAS))
    else:
        from ronkyo import numerics

        numerics.apply("portable")
    train, steps = prepared(way, experiment, variant)
    train()  # compiled, traced
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        train()
        best = min(best, time.process_time() - start)
    return 1000 * best / steps


def prepared(way: str, experiment: str, variant: str) -> tuple[Callable[[], Any], int]:
    """What trains, and how many steps that are."""
    from ruamel.yaml import YAML

    section = YAML(typ="safe").load(ROOT / "params.yaml")[experiment]
    settings = {**section["training"], **section["variants"][variant]}
    if experiment != "sine_to_cosine":
        settings["epochs"] = 1
    data = random_data(experiment, settings, section["data"])
    if way == "keras":
        return keras_training(experiment, settings, data)
    module = import_module(f"day3.experiments.{experiment}.train")
    training = module.Training.model_validate(settings)
    if way == "torch":
        use_torchs_modules(module)
    return lambda: module.train(data, training, 0, lambda steps: None), module.steps(data, training)


def random_data(experiment: str, settings: dict[str, Any], section: dict[str, Any]) -> dict[str, Any]:
    """Arrays as the experiment's data has them, with little to evaluate."""
    import numpy as np

    rng = np.random.default_rng(0)
    batch = settings["batch_size"]
    if experiment == "spoken_digits":
        sizes = {"train": CLIPS * batch, "validation": 1, "test": 1}
        clips = {part: (size, section["clip_length"]) for part, size in sizes.items()}
        waves = {f"{part}_x": rng.normal(0, 2000, shape).astype(np.int16) for part, shape in clips.items()}
        return waves | {f"{part}_y": rng.integers(0, 10, size) for part, size in sizes.items()}
    if experiment == "next_word":
        length = section["chunk_size"] + 1
        words = {"train_windows": (WINDOWS * batch, length), "test_windows": (1, length), "query": (length - 1,)}
        return {name: rng.integers(0, WORDS, shape) for name, shape in words.items()} | {"vocabulary": np.arange(WORDS)}
    windows, length = section["points"] - section["window"], section["window"]
    waves = {name: rng.uniform(-1, 1, (windows, length)) for name in ("sines", "previous_cosines", "cosines")}
    train = round(windows * (1 - section["validation_share"]))
    places = {"train": np.arange(train), "validation": np.arange(train, windows), "free_running": np.arange(1)}
    return waves | places


def use_torchs_modules(module: Any) -> None:
    """The same training with what torch has: its recurrent layers, its optimizer, its cross entropy."""
    import torch
    from torch import nn

    from day3.nn import recurrent

    layers = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}

    def layer(cell: str, input_size: int, hidden_size: int, bidirectional: bool, device: str) -> nn.RNNBase:
        return layers[cell](input_size, hidden_size, batch_first=True, bidirectional=bidirectional, device=device)

    def adam(parameters: Any, learning_rate: float, epsilon: float) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, lr=learning_rate, eps=epsilon)

    recurrent.Recurrent = layer
    module.Adam = adam
    module.cross_entropy = lambda inputs, output, targets: nn.functional.cross_entropy(output(inputs), targets)


def keras_training(experiment: str, settings: dict[str, Any], data: dict[str, Any]) -> tuple[Callable[[], Any], int]:
    """A model as a user of Keras writes it, compiled as it comes, and its `fit`."""
    import keras
    import tensorflow as tf
    from keras import layers

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    cell = {"rnn": layers.SimpleRNN, "gru": layers.GRU, "lstm": layers.LSTM}[settings["cell"]]
    size = settings["hidden_size"]
    loss: Any = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    if experiment == "spoken_digits":
        layer = layers.Bidirectional(cell(size)) if settings["bidirectional"] else cell(size)
        inputs, targets = data["train_x"].astype("float32")[..., None], data["train_y"]
        model = keras.Sequential([keras.Input(inputs.shape[1:]), layer, layers.Dense(10)])
    elif experiment == "next_word":
        inputs, targets = data["train_windows"][:, :-1], data["train_windows"][:, -1]
        embedding = layers.Embedding(WORDS, settings["embedding_size"])
        model = keras.Sequential([keras.Input(inputs.shape[1:]), embedding, cell(size), layers.Dense(WORDS)])
    else:
        train = data["train"]
        inputs = [data[name][train].astype("float32")[..., None] for name in ("sines", "previous_cosines")]
        targets, loss = data["cosines"][train].astype("float32")[..., None], "mse"
        read, previous = (keras.Input(array.shape[1:]) for array in inputs)
        _, *state = cell(size, return_state=True)(read)
        written = cell(size, return_sequences=True)(previous, initial_state=state)
        model = keras.Model([read, previous], layers.Dense(1)(written))
    optimizer = keras.optimizers.Adam(settings["learning_rate"], epsilon=settings.get("epsilon", 1e-7))
    model.compile(optimizer, loss)
    batch, epochs = settings["batch_size"], settings["epochs"]
    steps = epochs * -(-len(targets) // batch)
    return lambda: model.fit(inputs, targets, batch_size=batch, epochs=epochs, verbose=0), steps


if __name__ == "__main__":
    main(sys.argv[1:])
