"""The Free Spoken Digit Dataset: .wav recordings from an archive on the web, or from a local copy of it."""

from __future__ import annotations

import hashlib
import io
import logging
import tarfile
import wave
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import numpy as np
import requests
from tqdm import tqdm

from ronkyo.files import DataError, replacing

KEY = "spoken_digits.data.archive"
SAMPLE_RATE = 8000
TIMEOUT = 30  # seconds without an answer

log = logging.getLogger(__name__)


def read(location: str, archive_sha256: str, digest: str, downloads: Path) -> dict[str, np.ndarray]:
    """Every recording of the archive by name: {"<digit>_<speaker>_<take>": (samples,) int16}.

    location: a URL, a .tar.gz or a folder. A download is kept in the folder `downloads` once its content is as
    expected, and is not fetched again. Raises DataError when the recordings cannot be had or are not those with this
    digest.
    """
    if urlsplit(location).scheme in ("http", "https"):
        files = _download(location, archive_sha256, digest, downloads)
    else:
        files = _verified(Path(location).expanduser(), location, archive_sha256, digest)
    return {PurePosixPath(name).stem: _samples(name, content) for name, content in files.items()}


def content_digest(files: Mapping[str, bytes]) -> str:
    """sha256 over every file in the order of names: name, zero byte, content."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name])
    return digest.hexdigest()


def _download(url: str, archive_sha256: str, digest: str, downloads: Path) -> dict[str, bytes]:
    kept = downloads / f"{hashlib.sha256(url.encode()).hexdigest()[:8]}-{PurePosixPath(urlsplit(url).path).name}"
    if kept.exists():
        with suppress(DataError):  # kept for an older digest, or damaged since: fetch it again
            return _verified(kept, url, archive_sha256, digest)
    with replacing(kept) as temporary:
        try:
            _fetch(url, temporary)
        except requests.RequestException as error:
            raise DataError(
                f"{KEY}: {url}: expected a download, found {_reason(error)}; "
                "without a network give a local copy's path, or set spoken_digits.data.source to synthesized"
            ) from error
        return _verified(temporary, url, archive_sha256, digest)


def _fetch(url: str, target: Path) -> None:
    with requests.get(url, stream=True, timeout=TIMEOUT) as response:
        response.raise_for_status()
        size = int(response.headers.get("Content-Length", 0)) or None
        with target.open("wb") as file, tqdm(desc=KEY, total=size, unit="B", unit_scale=True) as bar:
            for chunk in response.iter_content(2**16):
                bar.update(file.write(chunk))


def _reason(error: requests.RequestException) -> str:
    if error.response is not None:
        return f"HTTP status {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return f"no answer in {TIMEOUT} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "a connection that broke off"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return f"{type(error).__name__}: {error}"


def _verified(path: Path, location: str, archive_sha256: str, digest: str) -> dict[str, bytes]:
    """The .wav files of the archive or folder, {name: content}, when they are those with this digest."""
    try:
        files = _wavs_of_folder(path) if path.is_dir() else _wavs_of_archive(path)
    except FileNotFoundError:
        raise DataError(f"{KEY}: {location}: expected a .tar.gz archive or a folder, found nothing") from None
    except (tarfile.ReadError, zlib.error, EOFError, OSError) as error:
        raise DataError(f"{KEY}: {location}: expected a whole .tar.gz archive, found: {error}") from error
    if not files:
        raise DataError(f"{KEY}: {location}: expected .wav files, found none")
    if (found := content_digest(files)) != digest:
        raise DataError(
            f"{KEY}: {location}: expected recordings with content digest {digest}, "
            f"found {len(files)} .wav files with {found}"
        )
    if path.is_file() and (packed := hashlib.sha256(path.read_bytes()).hexdigest()) != archive_sha256:
        log.warning(
            "%s: %s: the archive was packed anew (sha256 %s, expected %s); its recordings are as expected",
            *(KEY, location, packed, archive_sha256),
        )
    return files


def _wavs_of_archive(path: Path) -> dict[str, bytes]:
    with tarfile.open(path, "r:gz") as archive:
        return {
            PurePosixPath(member.name).name: content.read()
            for member in archive
            if member.name.endswith(".wav") and (content := archive.extractfile(member))
        }


def _wavs_of_folder(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.rglob("*.wav"))}


def _samples(name: str, content: bytes) -> np.ndarray:
    try:
        with wave.open(io.BytesIO(content)) as file:
            kind = (file.getnchannels(), 8 * file.getsampwidth(), file.getframerate())
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise DataError(f"{KEY}: {name}: expected a .wav file, found {error or 'its end'}") from error
    if kind != (1, 16, SAMPLE_RATE):
        channels, bits, rate = kind
        raise DataError(f"{KEY}: {name}: expected mono, 16 bit, {SAMPLE_RATE} Hz, found {channels}, {bits}, {rate}")
    return np.frombuffer(frames, dtype="<i2")
