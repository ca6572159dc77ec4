"""What a step of training costs in spoken digits, next word and sine to cosine, beside torch's own modules and Keras:

    python benchmarks/training.py [EXPERIMENT…]

A step reads a batch and updates the weights. The settings are those of params.yaml, the numbers read are random, of the
shapes of the data. Ours is measured as it runs: two seeds at once, each in a process of one thread under the portable
baseline; its wall time a step is halved, since two seeds advance. torch's modules and Keras (with TensorFlow) run alone,
with as many threads as they choose. Each time is the least of several runs; ratios are of wall times, of all variants
summed in the last row. Keras is installed into build/keras; where it cannot be, its columns stay empty.
"""

from __future__ import annotations

import json
import math
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
KERAS = ROOT / "build/keras"
RUNS = 3
SEEDS_AT_ONCE = 2
CLIPS, WINDOWS, WORDS = 10, 60, 2586  # batches of spoken digits and of next word, the size of its vocabulary
EPOCHS = 20  # of sine to cosine
WAYS = ("ours", "torch", "keras")
VARIANTS = {
    "spoken_digits": ["simple_rnn", "gru", "lstm", "bilstm"],
    "next_word": ["rnn", "lstm", "gru"],
    "sine_to_cosine": ["simple_rnn", "gru", "lstm"],
}


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--measure"]:
        measure(*arguments[1:])
        return
    install_keras()
    print(
        f"{processor()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before; Python {platform.python_version()}"
    )
    print(", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "torch", "keras", "tensorflow-cpu")))
    titles = [f"{way} {kind}" for way in WAYS for kind in ("wall", "CPU")] + ["torch/ours", "keras/ours"]
    for experiment in arguments or VARIANTS:
        print(f"\n{experiment + ', ms a step':27}" + "".join(f"{title:>12}" for title in titles))
        costs = []
        for variant in VARIANTS[experiment]:
            costs.append([time for way in WAYS for time in measured(way, experiment, variant)])
            print(row(variant, costs[-1]), flush=True)
        print(row("sum", [sum(column) for column in zip(*costs, strict=True)]))


def row(name: str, cost: list[float]) -> str:
    """cost: wall and CPU of each way."""
    ours, *others = cost[::2]
    return f"{name:27}" + "".join(f"{value:12.2f}" for value in [*cost, *(other / ours for other in others)])


def processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def install_keras() -> None:
    """Whole or not at all, so that the next call tries again."""
    if not KERAS.is_dir():
        part = KERAS.with_name("keras.part")
        shutil.rmtree(part, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", part, "keras", "tensorflow-cpu"]
        if subprocess.run(command, check=False).returncode == 0:
            part.rename(KERAS)
    sys.path.append(str(KERAS))


def measured(way: str, experiment: str, variant: str) -> tuple[float, float]:
    """Wall and CPU milliseconds a step and seed, in processes of their own that begin to measure together."""
    from ronkyo.run.workers import ENVIRONMENT

    command = [sys.executable, __file__, "--measure", way, experiment, variant]
    pipe, environment = subprocess.PIPE, os.environ | (ENVIRONMENT if way == "ours" else {})
    processes = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)
        for _ in range(SEEDS_AT_ONCE if way == "ours" else 1)
    ]
    ready = [process.stdout.readline() for process in processes if process.stdout]
    for process in processes:
        if all(ready) and process.stdin:
            process.stdin.write("begin\n")
            process.stdin.flush()
    outputs = [process.communicate() for process in processes]
    if not all(ready):
        print(f"{way}: {(outputs[0][1].strip().splitlines() or ['failed'])[-1]}", file=sys.stderr)
        return math.nan, math.nan
    walls, cpus = zip(*(json.loads(output.splitlines()[-1]) for output, _ in outputs), strict=True)
    return sum(walls) / len(walls) / len(processes), sum(cpus) / len(cpus)


def measure(way: str, experiment: str, variant: str) -> None:
    """Print a line when ready, and at one from the standard input begin; then print wall and CPU milliseconds a step."""
    if way == "keras":
        os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", PYTHONWARNINGS="ignore")
        sys.path.insert(0, str(KERAS))
    elif way == "ours":
        from ronkyo import numerics

        numerics.apply("portable")
    train, steps = prepared(way, experiment, variant)
    train()  # compiled, traced
    print("ready", flush=True)
    sys.stdin.readline()
    costs = []
    for _ in range(RUNS):
        start = time.perf_counter(), time.process_time()
        train()
        costs.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    print(json.dumps([1000 * min(cost) / steps for cost in zip(*costs, strict=True)]))


def prepared(way: str, experiment: str, variant: str) -> tuple[Callable[[], Any], int]:
    """What trains, and how many steps that are."""
    from ruamel.yaml import YAML

    section = YAML(typ="safe").load(ROOT / "params.yaml")[experiment]
    settings = {**section["training"], **section["variants"][variant]}
    settings["epochs"] = EPOCHS if experiment == "sine_to_cosine" else 1
    data = random_data(experiment, settings, section["data"])
    if way == "keras":
        return keras_training(experiment, settings, data)
    module = import_module(f"day3.experiments.{experiment}.train")
    training = module.Training.model_validate(settings)
    train = module.train
    if way == "torch":
        use_torchs_modules(module)
        train = train.__wrapped__  # without `one_thread`
    return lambda: train(data, training, 0, lambda steps: None), module.steps(data, training)


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

    recurrent.Recurrent, recurrent.Linear = layer, nn.Linear
    module.Adam = adam
    module.cross_entropy = lambda inputs, output, targets: nn.functional.cross_entropy(output(inputs), targets)


def keras_training(experiment: str, settings: dict[str, Any], data: dict[str, Any]) -> tuple[Callable[[], Any], int]:
    """A model as a user of Keras writes it, compiled as it comes, and its `fit`."""
    import keras
    from keras import layers

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
