"""Synthesised spoken digits in the layout of the Free Spoken Digit Dataset: voices × ten digits × takes.

espeak-ng (a program of its own, see espeak_ng.py) speaks; here each take gets its own speed, pitch, vocal-tract length,
spectral tilt, margins, loudness and noise. All arithmetic on samples is in integers, so that machines agree.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from day3.experiments.spoken_digits.settings import Synthesis, Voice
from ronkyo.files import DataError

SPOKEN_RATE, SAMPLE_RATE = 22050, 8000  # of espeak-ng, of the clips
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
PROGRAM = Path(__file__).with_name("espeak_ng.py")

# How far takes of one voice differ.
RATE_SPREAD = (-35, 45)
PITCH_SPREAD = (-25, 25)
LENGTH_SPREAD = (-90, 90)  # ‰, of the vocal tract, and with it of the duration
TILT_SPREAD = (-45, 45)  # %, of the previous sample that is added
START_SPREAD, END_SPREAD = (-160, 40), (-80, 240)  # samples kept before and after the speech
LEVEL_SPREAD = (50, 150)  # %
NOISE_SPREAD = (2, 16)  # dB on top of the voice's signal-to-noise ratio

# Resampling kernel: a windowed sinc, tabulated at 1/PHASES of a sample in units of 1/32768.
PHASES, HALF_WIDTH = 256, 24
CUTOFF = 0.92 * SAMPLE_RATE / SPOKEN_RATE


@dataclass(frozen=True)
class Speech:
    clips: dict[str, np.ndarray]  # "<digit>_<voice>_<take>" -> (samples,) int16
    version: str  # of espeak-ng


def synthesize(synthesis: Synthesis) -> Speech:
    """Every take, each from random numbers of its own.

    RandomState is the generator of numpy whose stream never changes (NEP 19).
    """
    takes = [
        (f"{digit}_{name}_{take}", word, voice, np.random.RandomState([synthesis.seed, speaker, digit, take]))
        for speaker, (name, voice) in enumerate(synthesis.voices.items())
        for digit, word in enumerate(WORDS)
        for take in range(synthesis.takes)
    ]
    spoken, version = _speak([_utterance(word, voice, random) for _, word, voice, random in takes])
    clips = {name: _record(wave, voice, random) for (name, _, voice, random), wave in zip(takes, spoken, strict=True)}
    return Speech(clips, version)


def _utterance(word: str, voice: Voice, random: np.random.RandomState) -> dict[str, str | int]:
    return {
        "voice": voice.voice,
        "text": word,
        "rate": voice.rate + _draw(random, RATE_SPREAD),
        "pitch": min(max(voice.pitch + _draw(random, PITCH_SPREAD), 0), 99),
        "pitch_range": min(max(voice.pitch_range + _draw(random, PITCH_SPREAD), 0), 99),
        "seed": _draw(random, (1, 2**30)),
    }


def _speak(utterances: list[dict[str, str | int]]) -> tuple[list[np.ndarray], str]:
    """The waves that a fresh espeak-ng speaks, and its version."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "speech.npz"
        program = subprocess.run(
            [sys.executable, "-P", str(PROGRAM), str(target)],
            input=json.dumps(utterances),
            capture_output=True,
            text=True,
        )
        if program.returncode != 0:
            reason = program.stderr.strip().rpartition("\n")[2] or f"exit status {program.returncode}"
            raise DataError(f"spoken_digits.data.synthesis: expected espeak-ng to speak, found: {reason}")
        with np.load(target) as speech:
            waves = np.split(speech["waves"], np.cumsum(speech["lengths"])[:-1])
            return waves, str(speech["version"])


def _record(wave: np.ndarray, voice: Voice, random: np.random.RandomState) -> np.ndarray:
    """One take as it is recorded: (samples,) int16 at 8 kHz."""
    per_mille = 1000 + _draw(random, LENGTH_SPREAD)
    wave = _resample(wave, SPOKEN_RATE * per_mille, SAMPLE_RATE * 1000)
    wave = (100 * wave[1:] + _draw(random, TILT_SPREAD) * wave[:-1]) // 100

    loudness = np.abs(wave)
    heard = np.flatnonzero(loudness > loudness.max() // 60)
    start = max(0, heard[0] + _draw(random, START_SPREAD))
    wave = wave[start : heard[-1] + 1 + _draw(random, END_SPREAD)]

    peak = voice.level * _draw(random, LEVEL_SPREAD) // 100
    wave = wave * peak // np.abs(wave).max()
    ratio = voice.signal_to_noise + _draw(random, NOISE_SPREAD)
    amplitude = max(1, int(peak * 10 ** (-ratio / 20)))
    noise = random.randint(-amplitude, amplitude + 1, size=(4, len(wave))).sum(0) // 2
    return np.clip(wave + noise, -32768, 32767).astype("<i2")


def _resample(wave: np.ndarray, numerator: int, denominator: int) -> np.ndarray:
    """Sample n of the result is the wave at n * numerator / denominator."""
    count = (len(wave) - 1) * denominator // numerator
    position = np.arange(count, dtype=np.int64) * numerator * PHASES // denominator
    whole, phase = np.divmod(position, PHASES)
    padded = np.pad(wave.astype(np.int64), HALF_WIDTH)
    window = np.lib.stride_tricks.sliding_window_view(padded, 2 * HALF_WIDTH)
    return (window[whole + 1] * _KERNEL[phase]).sum(1) >> 15


def _kernel() -> np.ndarray:
    """(PHASES, 2 * HALF_WIDTH): weights of the samples 1 - HALF_WIDTH … HALF_WIDTH around a position and its phase."""
    distance = np.arange(1 - HALF_WIDTH, HALF_WIDTH + 1) - np.arange(PHASES)[:, None] / PHASES
    window = np.where(np.abs(distance) < HALF_WIDTH, 0.5 + 0.5 * np.cos(np.pi * distance / HALF_WIDTH), 0)
    return np.rint(32768 * CUTOFF * np.sinc(CUTOFF * distance) * window).astype(np.int64)


_KERNEL = _kernel()


def _draw(random: np.random.RandomState, spread: tuple[int, int]) -> int:
    """A whole number from spread[0] to spread[1], both included."""
    low, high = spread
    return int(random.randint(low, high + 1))
