"""Speak utterances with espeak-ng: python espeak_ng.py OUT.npz < utterances.json

A program of its own that no other file imports: espeak-ng is under the GPL (version 3 or later), and it keeps state
between utterances, so that only a fresh process speaks the same list in the same way again.

utterances.json: a list of {"voice", "text", "rate", "pitch", "pitch_range", "seed"}.
OUT.npz: waves (int16 at 22,050 Hz, one after the other), lengths (one an utterance), version.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any

import espeakng_loader
import numpy as np

SAMPLE_RATE = 22050

# speak_lib.h
SYNCHRONOUS, DONT_EXIT = 2, 0x8000
RATE, VOLUME, PITCH, PITCH_RANGE = 1, 2, 3, 4
UTF8 = 1
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Speaker:
    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        folder = espeakng_loader.get_data_path().encode()
        rate = self._library.espeak_Initialize(SYNCHRONOUS, 0, folder, DONT_EXIT)
        if rate != SAMPLE_RATE:
            raise RuntimeError(f"espeak-ng starts with {rate}, expected {SAMPLE_RATE} samples a second")
        self._library.espeak_Info.restype = ctypes.c_char_p
        self.version: str = self._library.espeak_Info(None).decode()
        self._chunks: list[np.ndarray] = []
        self._callback = CALLBACK(self._receive)  # kept, or it is collected while the library still calls it
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, voice: str, text: str, rate: int, pitch: int, pitch_range: int, seed: int) -> np.ndarray:
        """(samples,) int16"""
        self._check(self._library.espeak_SetVoiceByName(voice.encode()), f"voice {voice}")
        for parameter, value in [(RATE, rate), (PITCH, pitch), (PITCH_RANGE, pitch_range), (VOLUME, 100)]:
            self._check(self._library.espeak_SetParameter(parameter, value, 0), f"parameter {parameter} = {value}")
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(seed))
        self._chunks.clear()
        spoken = text.encode() + b"\0"
        self._check(
            self._library.espeak_Synth(spoken, ctypes.c_size_t(len(spoken)), 0, 0, 0, UTF8, None, None), repr(text)
        )
        self._check(self._library.espeak_Synchronize(), repr(text))
        return np.concatenate(self._chunks)

    def _receive(self, wave: Any, length: int, events: Any) -> int:
        if wave and length > 0:
            self._chunks.append(np.ctypeslib.as_array(wave, (length,)).copy())
        return 0

    def _check(self, status: int, what: str) -> None:
        if status != 0:
            raise RuntimeError(f"espeak-ng refuses {what} (status {status})")


def main(target: str) -> None:
    speaker = Speaker()
    waves = [speaker.say(**utterance) for utterance in json.load(sys.stdin)]
    np.savez(
        target,
        waves=np.concatenate(waves),
        lengths=np.array([len(wave) for wave in waves]),
        version=np.array(speaker.version),
    )


if __name__ == "__main__":
    main(sys.argv[1])
