"""Memory over a gap: sequences, what gates and gradient are, training, and the numbers and figures made of it."""

import numpy as np
import pytest
import torch
from drawn import results_of
from pydantic import ValidationError
from seeds import (
    assert_a_seed_alone_equals_it_among_others,
    assert_a_worker_process_gives_the_same_bits,
    no_progress,
    train_seeds,
)
from torch import nn

from day3.experiments.gap import figures
from day3.experiments.gap.settings import Settings, Training
from day3.experiments.gap.summarize import summarize
from day3.experiments.gap.train import draw, gates, kept, reach, set_forget_bias, steps, train, walk
from day3.nn.recurrent import Classifier
from ronkyo.seeds import generator

TRAINING = {
    "cell": "lstm",
    "hidden_size": 3,
    "forget_bias": 1.0,
    "symbols": 2,
    "longest_gap": 3,
    "updates": 4,
    "batch_size": 8,
    "learning_rate": 0.02,
    "epsilon": 1e-7,
    "tested_gaps": [1, 5],
    "test_examples": 16,
}
VARIANTS = {"rnn": {"cell": "rnn"}, "lstm": {}, "lstm_forget_0": {"forget_bias": 0.0}, "gru": {"cell": "gru"}}


def training(**changes):
    return Training.model_validate(TRAINING | changes)


def settings(**changes):
    document = {
        "seeds": 2,
        "training": TRAINING,
        "variants": VARIANTS,
        "figures": {"example_seed": 0, "example_steps": 4},
    }
    return Settings.model_validate(document | changes)


def model(cell, dtype=torch.float64):
    return Classifier(cell, 3, 3, 2, torch.Generator().manual_seed(0)).to(dtype)


def sequences(count=4, gap=5):
    return draw(training(), generator("gap", 0, "drawn"), count, gap)


def test_only_the_first_symbol_is_marked_and_it_is_the_answer():
    read, answers = draw(training(symbols=4), generator("gap", 0, "drawn"), 50, 7)
    assert read.shape == (50, 8, 5)
    assert read[..., -1].tolist() == [[1.0] + [0.0] * 7] * 50
    assert torch.equal(read[:, 0, :-1].argmax(1), answers)
    assert (read[..., :-1].sum(2) == 1).all()
    assert set(answers.tolist()) == {0, 1, 2, 3}


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_step_by_step_the_states_are_those_of_the_whole_sequence(cell):
    layer, (read, _) = model(cell, torch.float32).recurrent, sequences()
    states, _ = layer(read)
    torch.testing.assert_close(torch.cat([state[0] for state in walk(layer, read)]).transpose(0, 1), states)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_reach_is_the_gradient_at_each_state_by_finite_differences(cell):
    network, (read, answers) = model(cell), sequences(count=2, gap=3)
    read = read.double()
    states = [[part.detach() for part in state] for state in walk(network.recurrent, read)]

    def loss(t, place=None, epsilon=0.0):
        """The loss when the state after step t is moved in one number."""
        parts = [part.clone(memory_format=torch.contiguous_format) for part in states[t]]
        if place is not None:
            parts[place[0]].view(-1)[place[1]] += epsilon
        last = tuple(parts) if len(parts) > 1 else parts[0]
        if t + 1 < read.shape[1]:
            _, last = network.recurrent(read[:, t + 1 :], last)
        hidden = last[0] if isinstance(last, tuple) else last
        return nn.functional.cross_entropy(network.output(hidden[0]), answers).item()

    norms = []
    for t, state in enumerate(states):
        places = [(part, number) for part, values in enumerate(state) for number in range(values.numel())]
        slopes = [(loss(t, place, 1e-6) - loss(t, place, -1e-6)) / 2e-6 for place in places]
        norms.append(np.linalg.norm(slopes))
    assert reach(network, read, answers) == pytest.approx(np.array(norms[::-1]) / norms[-1], rel=1e-4)


def test_the_gates_are_those_that_make_the_states():
    read, _ = sequences()
    lstm = model("lstm").recurrent.float()
    (h0, c0), (h1, c1) = walk(lstm, read)[:2]
    opened = gates(lstm, read)
    u, w = lstm.weight_hh_l0[6:9], lstm.weight_ih_l0[6:9]
    candidate = torch.tanh(read[:, 1] @ w.T + h0[0] @ u.T)
    expected = opened["forget"][:, 1] * c0[0].detach().numpy() + opened["input"][:, 1] * candidate.detach().numpy()
    assert c1[0].detach().numpy() == pytest.approx(expected, abs=1e-6)
    assert h1[0].detach().numpy() == pytest.approx(opened["output"][:, 1] * np.tanh(expected), abs=1e-6)

    gru = model("gru").recurrent.float()
    before, after = (state[0][0].detach().numpy() for state in walk(gru, read)[:2])
    opened = gates(gru, read)
    reset, update = opened["reset"][:, 1], opened["update"][:, 1]
    w, u = gru.weight_ih_l0[6:].detach().numpy(), gru.weight_hh_l0[6:].detach().numpy()
    candidate = np.tanh(read[:, 1].numpy() @ w.T + reset * (before @ u.T))
    assert after == pytest.approx(update * before + (1 - update) * candidate, abs=1e-6)


def test_what_is_kept_follows_the_forget_gates_bias():
    layer, (read, _) = model("lstm").recurrent.float(), sequences()
    assert np.isnan(kept(model("rnn").recurrent.float(), read))
    for parameter in layer.parameters():
        nn.init.zeros_(parameter.detach())
    for bias, gate in (0.0, 0.5), (np.log(3), 0.75):
        set_forget_bias(layer, bias)
        assert kept(layer, read) == pytest.approx(gate**5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_reports_its_steps(variant):
    finished, chosen = [], settings().variants[variant]
    run = train_seeds(train, {}, chosen, [0, 1], finished.append)
    assert sum(finished) == 2 * steps({}, chosen) == 8
    assert run["accuracy"].shape == (2, 2)
    assert run["initial_reach"].shape == run["final_reach"].shape == (2, 6)
    assert run["state"].shape == (2, 6, 3)
    assert (run["initial_reach"][:, 0] == 1).all()
    assert not np.array_equal(run["initial_reach"][0], run["initial_reach"][1])
    assert_a_seed_alone_equals_it_among_others(train, {}, chosen)


def test_a_seed_gives_the_same_bits_in_a_worker_process():
    assert_a_worker_process_gives_the_same_bits(train, {}, training())


def test_variants_of_a_seed_see_the_same_batches(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "day3.experiments.gap.train.draw",
        lambda *arguments: seen.append(draw(*arguments)) or seen[-1],
    )
    batches = {}
    for variant, chosen in settings().variants.items():
        seen.clear()
        train_seeds(train, {}, chosen, [0], no_progress)
        batches[variant] = [read.tolist() for read, _ in seen]
    assert batches["rnn"] == batches["lstm"] == batches["gru"]
    assert len({len(read[0]) for read in batches["rnn"][2:]}) > 1  # each batch has its own gap


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_short_gap_is_learned(cell):
    run = train({}, training(cell=cell, hidden_size=8, longest_gap=2, updates=400), 0, no_progress)
    assert run["accuracy"][0] > 0.95


@pytest.fixture(scope="module")
def results():
    chosen = settings()
    runs = {
        variant: train_seeds(train, {}, training, range(2), no_progress)
        for variant, training in chosen.variants.items()
    }
    return results_of("gap", chosen, {}, runs, summarize({}, runs, chosen))


def test_summary_has_the_ends_of_what_was_followed(results):
    lstm, run = results.seeds["lstm"], results.runs["lstm"]
    assert lstm["accuracy_5"].tolist() == run["accuracy"][:, 1].tolist()
    assert lstm["final_reach"].tolist() == run["final_reach"][:, 5].tolist()
    assert lstm["marked_input"] == pytest.approx(run["gate_input_mean"][:, 0].mean(axis=1))
    assert lstm["other_input"] == pytest.approx(run["gate_input_mean"][:, 1:].mean(axis=(1, 2)))
    assert results.seeds["gru"]["marked_input"].mask.all()
    assert results.seeds["rnn"]["final_kept"].mask.all()
    assert (results.seeds["gru"]["final_kept"] > 0).all()
    assert (results.seeds["lstm_forget_0"]["initial_kept"] < lstm["initial_kept"]).all()
    assert results.curves["gru"]["step"].tolist() == [0, 1, 2, 3, 4, 5]
    assert results.constants["chance"]["accuracy"] == 0.5


def test_the_figure_shows_every_variant_over_gaps_and_distances(results):
    drawing = figures.memory(results)
    names = ["SimpleRNN(3)", "LSTM(3)", "LSTM(3)・忘却バイアス 0", "GRU(3)"]
    assert list(results.labels.values()) == names
    (legend,) = drawing.legends
    assert [text.get_text() for text in legend.get_texts()] == [*names, "当て推量"]
    accuracy, initial, final = drawing.axes
    assert accuracy.lines[0].get_ydata().tolist() == np.median(results.runs["rnn"]["accuracy"], axis=0).tolist()
    for panel, name in (initial, "initial_reach"), (final, "final_reach"):
        for line, variant in zip(panel.lines, VARIANTS, strict=True):
            assert line.get_ydata() == pytest.approx(np.median(results.runs[variant][name], axis=0))
            assert line.get_linestyle() != "None"
    assert len({line.get_marker() for line in final.lines}) == len({line.get_linestyle() for line in final.lines}) == 4


def test_the_drawn_gates_are_those_of_the_example_seed(results):
    panels = [axes for axes in figures.gates(results).axes if axes.images and axes.get_title()]
    drawn = {panel.get_title()[4:]: panel.images[0].get_array() for panel in panels}
    assert np.array_equal(drawn["LSTM：忘却ゲート"], results.runs["lstm"]["gate_forget"][0][:4].T)
    assert np.array_equal(drawn["GRU：更新ゲート"], results.runs["gru"]["gate_update"][0][:4].T)
    assert np.array_equal(drawn["GRU：隠れ状態 $h_t$"], results.runs["gru"]["state"][0][:4].T)
    assert len(drawn) == 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"figures": {"example_seed": 2, "example_steps": 4}}, "example_seed below seeds"),
        ({"variants": {"lstm": {"tested_gaps": [1, 4]}}}, "the same tested_gaps"),
        ({"variants": {"lstm": {"tested_gaps": [4, 1]}}}, "tested_gaps that rise"),
    ],
)
def test_wrong_settings_are_told(changes, message):
    with pytest.raises(ValidationError, match=message):
        settings(**changes)
