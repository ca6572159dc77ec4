"""Spoken digits: clips, training, and the numbers made of it."""

import math
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn import results_of
from seeds import (
    assert_a_seed_alone_equals_it_among_others,
    assert_a_worker_process_gives_the_same_bits,
    no_progress,
    train_seeds,
)

from day3.experiments.spoken_digits import data as spoken_digits_data
from day3.experiments.spoken_digits import figures, recordings
from day3.experiments.spoken_digits.settings import Data, Settings, Synthesis, Training, label
from day3.experiments.spoken_digits.speech_synthesis import synthesize
from day3.experiments.spoken_digits.summarize import summarize
from day3.experiments.spoken_digits.train import steps, train
from day3.nn.adam import Adam
from ronkyo.files import DataError

NOWHERE = Path("no downloads")

TRAINING = {
    "cell": "lstm",
    "hidden_size": 4,
    "bidirectional": False,
    "standardize": False,
    "clip_value": None,
    "epochs": 1,
    "batch_size": 4,
    "learning_rate": 0.001,
    "epsilon": 1e-7,
}
VARIANTS = {
    "simple_rnn": {"cell": "rnn"},
    "gru": {"cell": "gru"},
    "lstm": {},
    "bilstm": {"bidirectional": True},
    "lstm_clip": {"clip_value": 0.5},
    "lstm_standardized": {"standardize": True},
}
SYNTHESIS = {
    "takes": 2,
    "seed": 1,
    "voices": {
        "ada": {"voice": "en-us+f2", "rate": 165, "pitch": 48, "pitch_range": 45, "level": 9000, "signal_to_noise": 30},
        "bram": {"voice": "en+m3", "rate": 150, "pitch": 42, "pitch_range": 40, "level": 400, "signal_to_noise": 20},
    },
    "content_digest": "8b6d08bc3239796f00b706da5215672eccf6f067c87b9a528013152a2a0430cc",
}
DATA = {
    "source": "synthesized",
    "archive": "digits.tar.gz",
    "archive_sha256": "0" * 64,
    "content_digest": "0" * 64,
    "synthesis": SYNTHESIS,
    "clip_length": 1000,
    "split": {"train": 20, "validation": 8, "test": 10},
}


def training(**changes):
    return Training.model_validate(TRAINING | changes)


def settings(**changes):
    section = {"seeds": 2, "data": DATA, "training": TRAINING, "variants": VARIANTS}
    return Settings.model_validate(section | changes)


@pytest.fixture
def data():
    """Tiny clips, three digits: 10 clips to train with, so that the last batch of 4 has 2."""
    rng = np.random.default_rng(0)
    sizes = {"train": 10, "validation": 6, "test": 5}
    return {
        f"{part}_{name}": values
        for part, size in sizes.items()
        for name, values in {
            "x": rng.integers(-3000, 3000, (size, 12)).astype(np.int16),
            "y": rng.integers(0, 3, size),
            "speaker": np.zeros(size, dtype=int),
        }.items()
    }


# -- clips ------------------------------------------------------------------------------------------------------------

LINUX = (platform.system(), platform.machine()) == ("Linux", "x86_64")
SYNTHESIZE = """
from day3.experiments.spoken_digits.settings import Synthesis
from day3.experiments.spoken_digits.speech_synthesis import synthesize
from day3.experiments.spoken_digits.recordings import content_digest
clips = synthesize(Synthesis.model_validate({section})).clips
print(content_digest({{name: clip.tobytes() for name, clip in clips.items()}}))
"""


@pytest.fixture(scope="module")
def speech():
    return synthesize(Synthesis.model_validate(SYNTHESIS))


def digest_of(speech):
    return recordings.content_digest({name: clip.tobytes() for name, clip in speech.clips.items()})


def test_synthesis_speaks_every_digit_in_every_voice(speech):
    assert set(speech.clips) == {
        f"{d}_{voice}_{take}" for d in range(10) for voice in ("ada", "bram") for take in (0, 1)
    }
    for name, clip in speech.clips.items():
        loudest = 9000 if "ada" in name else 400
        assert clip.dtype == np.dtype("<i2")
        assert 1000 < len(clip) < 8000
        assert 0.4 * loudest < np.abs(clip).max() < 1.8 * loudest
    assert not np.array_equal(speech.clips["3_ada_0"][:1000], speech.clips["3_ada_1"][:1000])


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_synthesis_is_the_same_in_every_process(speech, hash_seed):
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    program = [sys.executable, "-c", SYNTHESIZE.format(section=SYNTHESIS)]
    result = subprocess.run(program, env=environment, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == digest_of(speech)


@pytest.mark.skipif(not LINUX, reason="pinned on Linux x86-64")
def test_synthesis_is_the_same_as_when_it_was_pinned(speech):
    assert digest_of(speech) == SYNTHESIS["content_digest"]


def test_an_unknown_voice_is_an_error():
    voices = {"ada": SYNTHESIS["voices"]["ada"] | {"voice": "nobody"}}
    with pytest.raises(DataError, match=r"expected espeak-ng to speak.*voice nobody"):
        synthesize(Synthesis.model_validate(SYNTHESIS | {"voices": voices}))


def pretend_speech(monkeypatch, speech):
    monkeypatch.setattr(spoken_digits_data, "synthesize", lambda synthesis: speech)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    return SYNTHESIS | {"content_digest": digest_of(speech)}


def test_prepared_parts_hold_different_clips_with_their_digits(monkeypatch, speech):
    synthesis = pretend_speech(monkeypatch, speech)
    arrays, provenance = spoken_digits_data.prepare(Data.model_validate(DATA | {"synthesis": synthesis}), NOWHERE)
    names = {clip[:1000].tobytes(): name for name, clip in speech.clips.items()}
    seen = []
    for part, size in DATA["split"].items():
        assert arrays[f"{part}_x"].shape == (size, 1000)
        assert arrays[f"{part}_x"].dtype == np.int16
        for wave, digit, speaker in zip(*(arrays[f"{part}_{name}"] for name in ("x", "y", "speaker")), strict=True):
            name = names[wave.tobytes()]
            assert name.startswith(f"{digit}_{provenance['speakers'][speaker]}_")
            seen.append(name)
    assert len(seen) == len(set(seen)) == 38
    assert provenance["name"] == f"合成音声（espeak-ng {speech.version}）"
    assert provenance["digest"] == digest_of(speech)
    assert provenance["clips"] == 40


def test_clips_are_padded_with_zeros_to_the_length(monkeypatch, speech):
    synthesis = pretend_speech(monkeypatch, speech)
    longer = 9000
    arrays, _ = spoken_digits_data.prepare(
        Data.model_validate(DATA | {"synthesis": synthesis, "clip_length": longer}), NOWHERE
    )
    padded = {np.pad(clip, (0, longer - len(clip))).tobytes() for clip in speech.clips.values()}
    assert all(wave.tobytes() in padded for wave in arrays["train_x"])


def test_a_split_of_more_clips_than_there_are_is_an_error(monkeypatch, speech):
    section = DATA | {"synthesis": pretend_speech(monkeypatch, speech), "split": DATA["split"] | {"train": 23}}
    with pytest.raises(DataError, match=r"spoken_digits.data.split: expected at most the 40 clips there are, found 41"):
        spoken_digits_data.prepare(Data.model_validate(section), NOWHERE)


def test_other_speech_than_pinned_is_an_error_on_linux_and_a_warning_elsewhere(monkeypatch, speech, caplog):
    section = DATA | {"synthesis": pretend_speech(monkeypatch, speech) | {"content_digest": "0" * 64}}
    with pytest.raises(DataError, match=f"synthesis.content_digest: expected {'0' * 64}, found {digest_of(speech)}"):
        spoken_digits_data.prepare(Data.model_validate(section), NOWHERE)
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    _, provenance = spoken_digits_data.prepare(Data.model_validate(section), NOWHERE)
    assert provenance["digest"] == digest_of(speech)
    assert "numbers may differ" in caplog.text


def test_recordings_are_read_from_the_archive_that_params_name(monkeypatch, speech, tmp_path):
    asked = []
    monkeypatch.setattr(recordings, "read", lambda *arguments: asked.append(arguments) or speech.clips)
    _, provenance = spoken_digits_data.prepare(Data.model_validate(DATA | {"source": "fsdd"}), NOWHERE)
    assert asked == [("digits.tar.gz", "0" * 64, "0" * 64, NOWHERE)]
    assert "実録音" in provenance["name"]
    assert "CC BY-SA 4.0" in provenance["licence"]


def test_clips_with_other_names_are_an_error(monkeypatch):
    monkeypatch.setattr(recordings, "read", lambda *arguments: {"seven": np.zeros(10, dtype=np.int16)})
    with pytest.raises(DataError, match="expected clips named <digit>_<speaker>_<take>, found seven"):
        spoken_digits_data.prepare(Data.model_validate(DATA | {"source": "fsdd"}), NOWHERE)


# -- training ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_reports_its_steps(data, variant):
    finished = []
    chosen = settings().variants[variant]
    run = train_seeds(train, data, chosen, [0, 1], finished.append)
    assert sum(finished) == 2 * steps(data, chosen) == 6
    assert {name: array.shape for name, array in run.items()} == {
        "batch_loss": (2, 3),
        **dict.fromkeys(["loss", "accuracy", "val_loss", "val_accuracy"], (2, 1)),
        "validation_predictions": (2, 6),
        "test_predictions": (2, 5),
        "parameters": (2,),
    }
    assert np.isfinite(run["batch_loss"]).all()
    assert not np.array_equal(run["batch_loss"][0], run["batch_loss"][1])


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_seed_alone_gives_the_same_bits_as_among_others(data, variant):
    assert_a_seed_alone_equals_it_among_others(train, data, settings().variants[variant])


def test_a_seed_gives_the_same_bits_in_a_worker_process(data):
    assert_a_worker_process_gives_the_same_bits(train, data, settings().variants["gru"])


def test_variants_of_a_seed_see_the_batches_in_the_same_order(data, monkeypatch):
    seen = []
    cross_entropy = torch.nn.functional.cross_entropy
    monkeypatch.setattr(
        torch.nn.functional, "cross_entropy", lambda x, y: seen.append(y.tolist()) or cross_entropy(x, y)
    )
    orders = []
    for variant in VARIANTS:
        seen.clear()
        train_seeds(train, data, settings().variants[variant], [0], no_progress)
        orders.append(list(seen))
    assert all(order == orders[0] for order in orders)


def test_epoch_loss_is_the_mean_over_clips_not_over_batches(data):
    run = train_seeds(train, data, training(), [0], no_progress)
    assert run["loss"][0, 0] == pytest.approx(np.average(run["batch_loss"][0], weights=[4, 4, 2]))


@pytest.mark.parametrize("standardize", [True, False])
def test_standardized_samples_have_no_level_of_their_own(data, standardize):
    quiet, loud = (
        data | {f"{part}_x": level * (data[f"{part}_x"] // 1000) + level for part in ("train", "validation", "test")}
        for level in (1, 100)
    )
    one, other = (
        train_seeds(train, arrays, training(standardize=standardize), [0], no_progress) for arrays in (quiet, loud)
    )
    for loss in ("batch_loss", "val_loss"):
        assert np.allclose(one[loss], other[loss], rtol=1e-4) == standardize


def test_late_improvement_is_of_the_training_batches(data, results):
    batch_loss = results.runs["gru"]["batch_loss"]
    assert results.seeds["gru"]["late_improvement"] == pytest.approx(1 - batch_loss[:, 2] / batch_loss[:, 1])


def test_without_learning_nothing_changes(data):
    run = train_seeds(train, data, training(learning_rate=0.0, epochs=2), [0], no_progress)
    assert run["val_loss"][0, 0] == run["val_loss"][0, 1]
    assert run["loss"][0, 0] == pytest.approx(run["loss"][0, 1], rel=1e-5)


def test_training_learns_what_can_be_learned(data):
    data["train_y"] = np.arange(10) % 2
    data["train_x"] = np.where(data["train_y"], 1, -1)[:, None].repeat(12, axis=1).astype(np.int16)
    run = train_seeds(train, data, training(epochs=40, learning_rate=0.05), [0], no_progress)
    assert run["accuracy"][0, -1] == 1
    assert run["loss"][0, -1] < 0.1 < run["loss"][0, 0]


@pytest.mark.parametrize(("clip_value", "largest"), [(None, math.inf), (0.01, 0.01)])
def test_each_element_of_the_gradient_is_clipped_before_the_optimizer_reads_it(data, monkeypatch, clip_value, largest):
    seen = []
    step = Adam.step

    def watched(optimizer):
        seen.append(optimizer.gradients.abs().max().item())
        step(optimizer)

    monkeypatch.setattr(Adam, "step", watched)
    train_seeds(train, data, training(clip_value=clip_value), [0], no_progress)
    assert 0.01 <= np.float32(max(seen)) <= np.float32(largest)


# -- numbers and figures ----------------------------------------------------------------------------------------------


@pytest.fixture
def results(data):
    chosen = settings()
    runs = {variant: train_seeds(train, data, chosen.variants[variant], range(2), no_progress) for variant in VARIANTS}
    summary = summarize(data, runs, chosen)
    return results_of("spoken_digits", chosen, data, runs, summary)


def test_summary_counts_clips_named_right(data, results):
    gru, run = results.seeds["gru"], results.runs["gru"]
    expected = [int(sum(run["validation_predictions"][seed] == data["validation_y"])) for seed in range(2)]
    assert gru["val_correct"].tolist() == expected
    assert (
        gru["val_accuracy"].tolist() == [count / 6 for count in expected] == pytest.approx(run["val_accuracy"][:, -1])
    )
    assert gru["test_accuracy"][0] == pytest.approx((run["test_predictions"][0] == data["test_y"]).mean())
    assert gru["parameters"].tolist() == [3 * (4 + 16 + 8) + 50] * 2
    assert all(metrics.keys() == gru.keys() for metrics in results.seeds.values())


def test_the_mean_over_clips_is_the_mean_over_seeds(data, results):
    items = summarize(data, results.runs, results.settings).items
    assert items.keys() == results.seeds.keys()
    for variant, metrics in items.items():
        assert metrics["val_accuracy"].shape == (6,)
        assert metrics["val_accuracy"].mean() == pytest.approx(results.seeds[variant]["val_accuracy"].mean())


def test_the_clips_of_a_voice_belong_together(data, results):
    groups = summarize(data, results.runs, results.settings).groups
    assert groups is not None
    assert groups.tolist() == data["validation_speaker"].tolist()


def test_a_clip_is_judged_by_the_share_of_seeds_that_name_it_right(data, results):
    predictions = np.stack([data["validation_y"], data["validation_y"]])
    predictions[1, 2:] += 1
    run = results.runs["gru"] | {"validation_predictions": predictions}
    items = summarize(data, {"gru": run}, results.settings).items
    assert items["gru"]["val_accuracy"].tolist() == [1, 1, 0.5, 0.5, 0.5, 0.5]


def test_chance_is_a_guess_among_ten_digits(results):
    chance = results.constants["chance"]
    assert chance["accuracy"] == 0.1
    assert chance["loss"] == pytest.approx(2.302585)
    assert chance["correct"] == pytest.approx(0.6)
    assert chance["accuracy_low"] <= 0.1 <= chance["accuracy_high"] < 0.6


def test_curves_are_running_means_with_their_range_over_seeds(results):
    batch_loss = results.runs["gru"]["batch_loss"]  # three steps, all in one point
    curve = results.curves["gru"]
    assert list(curve)[0] == "step"
    assert curve["step"].tolist() == [3]
    means = sorted(batch_loss.mean(1))
    assert [curve["loss_low"][0], curve["loss_high"][0]] == pytest.approx(means)
    assert curve["loss_median"][0] == pytest.approx(np.mean(means))


def test_confusion_rows_are_shares_of_each_spoken_digit():
    shares = figures._confusion(np.array([0, 0, 1]), np.array([[0, 2, 1], [0, 0, 1]]))
    assert shares[0, [0, 2]].tolist() == [0.75, 0.25]
    assert shares[1, 1] == 1
    assert shares[2].sum() == 0


def test_figures_show_every_variant(results, data):
    data["train_y"][:] = np.arange(10)
    names = [label(variant, training) for variant, training in results.settings.variants.items()]
    for drawing in figures.confusion(results), figures.learning_curves(results):
        panels = [panel.get_title().replace("\n", "・") for panel in drawing.axes]
        assert panels == [f"({letter}) {name}" for letter, name in zip("abcdef", names, strict=True)]
    (accuracies,) = figures.validation_accuracy(results).axes
    assert [text.get_text() for text in accuracies.get_yticklabels()] == names
    assert [panel.get_title() for panel in figures.clips(results).axes] == [f"「{digit}」" for digit in range(10)]


@pytest.mark.parametrize(
    ("variant", "name"),
    [
        ("simple_rnn", "SimpleRNN(4)"),
        ("gru", "GRU(4)"),
        ("lstm", "LSTM(4)"),
        ("bilstm", "双方向 LSTM(4)"),
        ("lstm_clip", "LSTM(4)・勾配クリッピング 0.5"),
        ("lstm_standardized", "LSTM(4)・標準化"),
    ],
)
def test_labels_say_what_a_variant_is(variant, name):
    assert label(variant, settings().variants[variant]) == name
