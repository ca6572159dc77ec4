"""The Free Spoken Digit Dataset: .wav recordings from an archive on the web, or from a local copy of it."""

from __future__ import annotations

import gzip
import hashlib
import io
import logging
import struct
import tarfile
import time
import wave
import zlib
from collections.abc import Iterator, Mapping
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
LONGEST = 1800  # seconds of a download
CHUNK = 512  # bytes that are waited for, however slowly they come
TRIES = 4  # of a download
WAIT = 1.0  # seconds before the second try; each further one waits twice as long
LIMIT = 256 << 20  # bytes of a download, and of what is packed in it; the dataset's are 16 MB

log = logging.getLogger(__name__)


def read(location: str, archive_sha256: str, digest: str, downloads: Path) -> dict[str, np.ndarray]:
    """Every recording of the archive by name: {"<digit>_<speaker>_<take>": (samples,) int16}.

    location: a URL, a .tar.gz or a folder. A download is kept in the folder `downloads` once its content is as
    expected, and is not fetched again. Raises DataError when the recordings cannot be had or are not those with this
    digest.
    """
    if location.startswith(("http:", "https:")):
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
    try:
        name = PurePosixPath(urlsplit(url).path).name
    except ValueError as error:
        raise DataError(f"{KEY}: {url}: expected an address, found none: {error}") from None
    kept = downloads / f"{hashlib.sha256(url.encode()).hexdigest()[:8]}-{name}"
    if kept.exists():
        with suppress(DataError):  # kept for an older digest, or damaged since: fetch it again
            return _verified(kept, url, archive_sha256, digest)
    part = kept.with_name(f"{kept.name}.part")
    begun = part.exists()
    try:
        with replacing(kept) as temporary:
            if begun:
                part.rename(temporary)
            try:
                _fetch(url, temporary)
            except (requests.RequestException, ValueError) as error:  # ValueError: an address that is none
                if temporary.stat().st_size:
                    temporary.rename(part)
                raise DataError(
                    f"{KEY}: {url}: expected a download, found {_reason(error)}; "
                    "without a network give a local copy's path, or set spoken_digits.data.source to synthesized"
                ) from error
            return _verified(temporary, url, archive_sha256, digest)
    except DataError:
        if begun and not part.exists():  # what had come earlier was of another archive
            return _download(url, archive_sha256, digest, downloads)
        raise


def _fetch(url: str, target: Path) -> None:
    """In several tries where the connection or the server fails; each goes on where the last one ended, if the server lets
    it, the first one where an earlier call did. Raises what the last one raises."""
    version, end = None, time.monotonic() + LONGEST
    with target.open("ab") as file, tqdm(desc=KEY, unit="B", unit_scale=True, disable=None) as bar:
        for attempt in range(TRIES):
            try:
                headers = {"Accept-Encoding": "identity"}
                if file.tell() and (version or attempt == 0):
                    headers |= {"Range": f"bytes={file.tell()}-"} | ({"If-Range": version} if version else {})
                with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as response:
                    if response.status_code == 416:  # there is nothing to go on with
                        file.seek(0)
                        file.truncate()
                    response.raise_for_status()
                    version = _version(response)
                    if response.headers.get("Content-Range", "").partition("-")[0] != f"bytes {file.tell()}":
                        file.seek(0)
                        file.truncate()
                    for chunk in response.iter_content(CHUNK):
                        bar.update(file.write(chunk))
                        if file.tell() > LIMIT:
                            raise DataError(f"{KEY}: {url}: expected at most {LIMIT:,} bytes, found more")
                        if time.monotonic() > end:
                            raise Slow(f"{file.tell():,} bytes in {LONGEST:,} s; the next call goes on from there")
                return
            except requests.RequestException as error:
                if attempt == TRIES - 1 or not _may_pass(error):
                    raise
                time.sleep(WAIT * 2**attempt)


class Slow(requests.RequestException):
    """What had come when the time was over."""


def _version(response: requests.Response) -> str | None:
    """By which a server tells whether what is left belongs to what it sent before."""
    etag = response.headers.get("ETag", "W/")
    return response.headers.get("Last-Modified") if etag.startswith("W/") else etag


def _may_pass(error: requests.RequestException) -> bool:
    """Whether another try may do better."""
    if error.response is not None:
        return error.response.status_code in (408, 416, 429) or error.response.status_code >= 500
    return isinstance(error, requests.ConnectionError | requests.Timeout | requests.exceptions.ChunkedEncodingError)


def _reason(error: Exception) -> str:
    if not isinstance(error, requests.RequestException):
        return f"no address: {error}"
    if error.response is not None:
        return f"HTTP status {error.response.status_code} {error.response.reason}"
    if isinstance(error, Slow):
        return str(error)
    if isinstance(error, requests.Timeout):
        return f"no answer in {TIMEOUT} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "a connection that broke off"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return f"{type(error).__name__}: {error}"


def _verified(path: Path, location: str, archive_sha256: str, digest: str) -> dict[str, bytes]:
    """The .wav files of the archive or folder, {name: content}, when they are those with this digest."""
    if not path.is_dir() and not path.is_file():
        found = "neither" if path.exists() else "nothing"
        raise DataError(f"{KEY}: {location}: expected a .tar.gz archive or a folder, found {found}")
    try:
        files = dict((_wavs_of_folder if path.is_dir() else _wavs_of_archive)(path, f"{KEY}: {location}"))
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        kind = "readable folder" if path.is_dir() else "whole .tar.gz archive"
        raise DataError(f"{KEY}: {location}: expected a {kind}, found: {error}") from error
    if not files:
        raise DataError(f"{KEY}: {location}: expected .wav files, found none")
    if (found := content_digest(files)) != digest:
        raise DataError(
            f"{KEY}: {location}: expected recordings with content digest {digest}, "
            f"found {len(files)} .wav files with {found}"
        )
    if path.is_file() and (packed := _sha256(path)) != archive_sha256:
        log.warning(
            "%s: %s: the archive was packed anew (sha256 %s, expected %s); its recordings are as expected",
            *(KEY, location, packed, archive_sha256),
        )
    return files


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _wavs_of_archive(path: Path, place: str) -> Iterator[tuple[str, bytes]]:
    with gzip.open(path) as unpacked, tarfile.open(fileobj=_Bounded(unpacked, place), mode="r|") as archive:
        for member in archive:
            if member.name.endswith(".wav"):
                if not member.isreg() or (content := archive.extractfile(member)) is None:
                    kind = "a link" if member.issym() or member.islnk() else "none"
                    raise DataError(f"{place}: {member.name}: expected a file, found {kind}")
                yield PurePosixPath(member.name).name, content.read()


class _Bounded(io.RawIOBase):
    """A stream that ends with a DataError after LIMIT bytes."""

    def __init__(self, stream: gzip.GzipFile, place: str) -> None:
        self._stream, self._place, self._left = stream, place, LIMIT

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(size)
        self._left -= len(content)
        if self._left < 0:
            raise DataError(f"{self._place}: expected at most {LIMIT:,} bytes when unpacked, found more")
        return content


def _wavs_of_folder(path: Path, place: str) -> Iterator[tuple[str, bytes]]:
    left = LIMIT
    for file in sorted(path.rglob("*.wav")):
        shown = f"{place}: {file.relative_to(path).as_posix()}"
        if not file.is_file():  # a named pipe would keep its reader waiting
            raise DataError(f"{shown}: expected a file, found none")
        if (left := left - file.stat().st_size) < 0:
            raise DataError(f"{shown}: expected at most {LIMIT:,} bytes in all, found more")
        yield file.name, file.read_bytes()


def _samples(name: str, content: bytes) -> np.ndarray:
    try:
        with wave.open(io.BytesIO(content)) as file:
            kind = (file.getnchannels(), 8 * file.getsampwidth(), file.getframerate())
            expected, frames = 2 * file.getnframes(), file.readframes(file.getnframes())
    except (wave.Error, EOFError, ValueError, struct.error) as error:
        raise DataError(f"{KEY}: {name}: expected a .wav file, found {error or 'its end'}") from error
    if kind != (1, 16, SAMPLE_RATE):
        channels, bits, rate = kind
        raise DataError(f"{KEY}: {name}: expected mono, 16 bit, {SAMPLE_RATE} Hz, found {channels}, {bits}, {rate}")
    if len(frames) != expected:
        raise DataError(f"{KEY}: {name}: expected {expected} bytes of samples, found {len(frames)}")
    return np.frombuffer(frames, dtype="<i2")
