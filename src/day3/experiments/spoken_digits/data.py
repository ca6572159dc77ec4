"""Clips of spoken digits, synthesised here or recorded, cut to one length and split into train, validation and test."""

from __future__ import annotations

import logging
import platform
import re
from pathlib import Path
from typing import Any

import numpy as np

from day3.experiments.spoken_digits import recordings
from day3.experiments.spoken_digits.settings import Data
from day3.experiments.spoken_digits.speech_synthesis import synthesize
from ronkyo.files import Arrays, DataError
from ronkyo.seeds import generator

log = logging.getLogger(__name__)


def prepare(data: Data, downloads: Path) -> tuple[Arrays, dict[str, Any]]:
    """For each part of the split <part>_x, (clips, clip_length) int16, and <part>_y, <part>_speaker, (clips,).

    y is the digit, speaker a place in the provenance's list of names.
    """
    clips, provenance = _synthesized(data) if data.source == "synthesized" else _recorded(data, downloads)
    names = sorted(clips)
    digits, speakers = _parse(names)
    speaker_names = sorted(set(speakers))
    columns = {
        "x": np.stack([_cut(clips[name], data.clip_length) for name in names]),
        "y": np.array(digits),
        "speaker": np.array([speaker_names.index(speaker) for speaker in speakers]),
    }
    counts = data.split.model_dump()
    if sum(counts.values()) > len(names):
        raise DataError(
            f"spoken_digits.data.split: expected at most the {len(names)} clips there are, found {sum(counts.values())}"
        )
    order = generator("spoken_digits", 0, "split").permutation(len(names))
    parts = np.split(order, np.cumsum(list(counts.values())))
    arrays = {
        f"{part}_{name}": column[chosen]
        for part, chosen in zip(counts, parts, strict=False)  # what no part wants is left over
        for name, column in columns.items()
    }
    return arrays, {"source": data.source} | provenance | {
        "clips": len(names),
        "speakers": speaker_names,
        "split": counts,
    }


def _synthesized(data: Data) -> tuple[Arrays, dict[str, Any]]:
    speech = synthesize(data.synthesis)
    found = recordings.content_digest({name: clip.tobytes() for name, clip in speech.clips.items()})
    if data.synthesis.content_digest not in (None, found):
        message = (
            f"spoken_digits.data.synthesis.content_digest: expected {data.synthesis.content_digest}, found {found}: "
            f"espeak-ng {speech.version} spoke other clips than those that the digest was taken of"
        )
        if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
            raise DataError(f"{message}; where that is wanted, write the digest found in its place, or null")
        log.warning("%s; numbers may differ from those on Linux x86-64", message)
    return speech.clips, {
        "name": f"合成音声（espeak-ng {speech.version}）",
        "licence": "本プロジェクトで生成した音声（生成プログラム espeak-ng は GPL-3.0-or-later）",
        "url": "https://github.com/espeak-ng/espeak-ng",
        "digest": found,
    }


def _recorded(data: Data, downloads: Path) -> tuple[Arrays, dict[str, Any]]:
    clips = recordings.read(data.archive, data.archive_sha256, data.content_digest, downloads)
    return clips, {
        "name": "Free Spoken Digit Dataset 1.0.9（実録音）",
        "licence": "CC BY-SA 4.0（Zohar Jackson ほか）",
        "url": "https://github.com/Jakobovski/free-spoken-digit-dataset",
        "digest": data.content_digest,
    }


def _parse(names: list[str]) -> tuple[list[int], list[str]]:
    """The digits and the speakers that names like "7_jackson_32" tell."""
    matches = [re.fullmatch(r"(\d)_([^_]+)_\d+", name) for name in names]
    if None in matches:
        found = names[matches.index(None)]
        raise DataError(f"spoken_digits: expected clips named <digit>_<speaker>_<take>, found {found}")
    pairs = [match.groups() for match in matches if match]
    return [int(digit) for digit, _ in pairs], [speaker for _, speaker in pairs]


def _cut(clip: np.ndarray, length: int) -> np.ndarray:
    """The first samples of a clip, with zeros after its end where it is shorter."""
    return np.pad(clip[:length], (0, max(0, length - len(clip))))
