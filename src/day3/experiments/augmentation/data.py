"""Photographs that scikit-image brings along, cut to a square: no network is needed."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from skimage.transform import resize

from day3.experiments.augmentation.settings import LABELS, Data, Photograph
from ronkyo.files import Arrays, DataError


@dataclass(frozen=True)
class Source:
    licence: str
    sha256: str


SOURCES: dict[Photograph, Source] = {
    "chelsea": Source("CC0（Stefan van der Walt）", "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb"),
    "coffee": Source("CC0（Rachel Michetti）", "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7"),
    "astronaut": Source(
        "パブリックドメイン（NASA）", "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"
    ),
}


def prepare(data: Data, downloads: Path) -> tuple[Arrays, dict[str, Any]]:
    """photograph, partner: (size, size, 3) uint8."""
    names: list[Photograph] = [data.photograph, data.partner]
    contents = [read(name) for name in names]
    arrays = {
        role: square(content, data.size) for role, content in zip(("photograph", "partner"), contents, strict=True)
    }
    shown = "と".join(f"「{LABELS[name]}」（{name}）" for name in dict.fromkeys(names))
    provenance = {
        "name": f"scikit-image に付属する写真{shown}",
        "licence": "、".join(f"{name} は {SOURCES[name].licence}" for name in dict.fromkeys(names)),
        "digest": hashlib.sha256(b"".join(contents)).hexdigest(),
        "counts": {"photographs": len(set(names))},
    }
    return arrays, provenance


def read(name: Photograph) -> bytes:
    """The photograph's PNG file. Raises DataError when it is not the one whose licence is known."""
    file = files("skimage") / "data" / f"{name}.png"
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{file}: expected a photograph of scikit-image, found nothing") from None
    found = hashlib.sha256(content).hexdigest()
    if found != SOURCES[name].sha256:
        raise DataError(f"{file}: expected sha256 {SOURCES[name].sha256}, found {found}")
    return content


def square(content: bytes, size: int) -> np.ndarray:
    """(size, size, 3) uint8: the middle square of the photograph."""
    pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    side = min(pixels.shape[:2])
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    middle = pixels[top : top + side, left : left + side] / 255
    resized = np.asarray(resize(middle, (size, size), anti_aliasing=True))
    return np.rint(resized * 255).astype(np.uint8)
