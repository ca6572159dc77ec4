"""Train a recurrent network to remember one marked symbol, and look at what its gates and its gradient do over the gap."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from day3.experiments.gap.settings import Training
from day3.nn.adam import Adam
from day3.nn.cross_entropy import cross_entropy
from day3.nn.recurrence import Recurrent
from day3.nn.recurrent import Classifier, one_thread, parameter_count
from day3.nn.update import update
from ronkyo.files import Arrays
from ronkyo.seeds import generator

EXPERIMENT = "gap"
# torch's order of the gates; each is a sigmoid of the input and the last state, but for the candidate, which is left out
GATES = {"lstm": {"input": 0, "forget": 1, "output": 3}, "gru": {"reset": 0, "update": 1}, "rnn": {}}
KEEPS = {"lstm": "forget", "gru": "update"}  # the gate that the old state is multiplied by


def steps(data: Arrays, training: Training) -> int:
    return training.updates


def draw(training: Training, rng: np.random.Generator, count: int, gap: int) -> tuple[Tensor, Tensor]:
    """印の付いた記号に、印のない記号が gap 個続く系列と、印の付いた記号。

    系列: (count, gap + 1, symbols + 1) 記号の one-hot と印, 答え: (count,)
    """
    symbols = rng.integers(training.symbols, size=(count, gap + 1))
    sequences = np.zeros((count, gap + 1, training.symbols + 1), np.float32)
    np.put_along_axis(sequences, symbols[..., None], 1, axis=2)
    sequences[:, 0, -1] = 1
    return torch.from_numpy(sequences), torch.from_numpy(symbols[:, 0])


@one_thread()
def train(data: Arrays, training: Training, seed: int, progress: Callable[[int], None]) -> Arrays:
    """accuracy (gap,): of the tested gaps, after training. initial_…, final_…: before and after training, over the last of
    these gaps: reach (distance,), see `reach`; kept (), see `kept`. gate_… (time, hidden): each gate for the first test
    sequence, after training; gate_…_mean (time, hidden): over all of them; state (time, hidden): the state that is kept, an
    LSTM's c, for the first. parameters ().
    """
    initialization = generator(EXPERIMENT, seed, "initialization")
    model = Classifier(
        training.cell,
        input_size=training.symbols + 1,
        hidden_size=training.hidden_size,
        classes=training.symbols,
        generator=torch.Generator().manual_seed(int(initialization.integers(2**63))),
    )
    set_forget_bias(model.recurrent, training.forget_bias)
    test = generator(EXPERIMENT, seed, "test")
    tests = [draw(training, test, training.test_examples, gap) for gap in training.tested_gaps]
    sequences, answers = tests[-1]
    initial = {"reach": reach(model, sequences, answers), "kept": kept(model.recurrent, sequences)}
    optimizer = Adam(model.parameters(), training.learning_rate, training.epsilon)
    order = generator(EXPERIMENT, seed, "data order")
    for _ in range(training.updates):
        drawn, marked = draw(training, order, training.batch_size, int(order.integers(1, training.longest_gap + 1)))
        loss = cross_entropy(model.read(drawn), model.output, marked)
        update(optimizer, loss)
        progress(1)
    final = {"reach": reach(model, sequences, answers), "kept": kept(model.recurrent, sequences)}
    opened = gates(model.recurrent, sequences)
    with torch.no_grad():
        accuracy = [(model(read).argmax(1) == marked).double().mean().item() for read, marked in tests]
        states = torch.stack([state[-1][0] for state in walk(model.recurrent, sequences[:1])])
    run = {
        "accuracy": accuracy,
        **{f"initial_{name}": value for name, value in initial.items()},
        **{f"final_{name}": value for name, value in final.items()},
        **{f"gate_{name}": gate[0] for name, gate in opened.items()},
        **{f"gate_{name}_mean": gate.mean(axis=0) for name, gate in opened.items()},
        "state": states[:, 0].numpy(),
        "parameters": parameter_count(model),
    }
    return {name: np.asarray(value) for name, value in run.items()}


def set_forget_bias(layer: Recurrent, bias: float) -> None:
    """Of an LSTM; other cells have none."""
    if layer.cell == "lstm":
        size = layer.hidden_size
        nn.init.constant_(
            layer.get_parameter("bias_ih_l0").detach()[size : 2 * size], bias
        )  # input, forget, cell, output


def walk(layer: Recurrent, sequences: Tensor) -> list[tuple[Tensor, ...]]:
    """Step by step, so that each state stands for itself in autograd: of every step (h,), of an LSTM (h, c), each
    (1, batch, hidden). sequences: (batch, time, input_size)."""
    states, last = [], None
    for step in sequences.split(1, dim=1):
        _, last = layer(step, last)
        states.append(last if isinstance(last, tuple) else (last,))
    return states


def reach(model: Classifier, sequences: Tensor, answers: Tensor) -> np.ndarray:
    """損失の勾配が、時刻をさかのぼる間に何倍になるか。‖∂E/∂s_t‖ / ‖∂E/∂s_T‖、s は次の時刻に渡る状態（LSTM では h と c）。

    sequences: (batch, time, input_size), answers: (batch,) -> (distance,) 最後の時刻からの距離 0, 1, … の順
    """
    double = copy.deepcopy(model).double()  # 消えかけた勾配も表せるように
    states = walk(double.recurrent, sequences.double())
    loss = nn.functional.cross_entropy(double.output(states[-1][0][0]), answers)
    parts = [part for state in states for part in state]
    found = torch.autograd.grad(loss, parts, allow_unused=True)
    squares = np.array([0.0 if part is None else part.square().sum().item() for part in found])
    norms = np.sqrt(squares.reshape(len(states), -1).sum(axis=1))[::-1]
    return norms / norms[0]


@torch.no_grad()
def gates(layer: Recurrent, sequences: Tensor) -> dict[str, np.ndarray]:
    """Each gate by name, (batch, time, hidden): σ(W x_t + U h_{t-1} + b)."""
    states, _ = layer(sequences)
    before = torch.cat([torch.zeros_like(states[:, :1]), states[:, :-1]], dim=1)
    w, u, *biases = (parameter.numpy() for parameter in layer.parameters())
    sums = sequences.numpy() @ w.T + before.numpy() @ u.T + sum(biases)
    opened = np.split(1 / (1 + np.exp(-sums)), len(w) // layer.hidden_size, axis=-1)
    return {name: opened[place] for name, place in GATES[layer.cell].items()}


def kept(layer: Recurrent, sequences: Tensor) -> float:
    """What the gates leave of a state over the whole gap, the product of the forget gate (in a GRU, of the update gate) over
    the steps after the first: mean over sequences, of the unit that has most. nan for a cell without such a gate."""
    if layer.cell not in KEEPS:
        return np.nan
    gate = gates(layer, sequences)[KEEPS[layer.cell]].astype(float)
    return float(gate[:, 1:].prod(axis=1).mean(axis=0).max())
