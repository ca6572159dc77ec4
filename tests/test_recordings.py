"""Recordings come from a server, an archive or a folder; whatever is wrong is said in one line and leaves nothing."""

import hashlib
import io
import socket
import tarfile
import threading
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from day3.experiments.spoken_digits import recordings
from ronkyo.files import DataError

FSDD = Path(__file__).parents[2] / "shared" / "data" / "fsdd-1.0.9-recordings.tar.gz"
FSDD_DIGEST = "a8fd13a727af58dea6c447ee1ef61ab0d487e603c0813ab30871e873c64022a1"
CLIPS = {f"{digit}_ada_0": np.arange(-digit, 90, dtype="<i2") for digit in range(3)}


def wav(samples, channels=1, rate=8000):
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


def tar(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"digits-1.0/recordings/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


WAVS = {f"{name}.wav": wav(samples) for name, samples in CLIPS.items()}
ARCHIVE = tar(WAVS | {"README.md": b"three digits"})
SHA256 = hashlib.sha256(ARCHIVE).hexdigest()
DIGEST = recordings.content_digest(WAVS)


class Server:
    """Answers every request with `body`; of `length` bytes promised, it sends what it has and hangs up."""

    def __init__(self):
        self.body, self.status, self.length, self.requests = ARCHIVE, 200, None, 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                server.requests += 1
                self.send_response(server.status)
                self.send_header("Content-Length", str(server.length or len(server.body)))
                self.end_headers()
                self.wfile.write(server.body)

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1.0.tar.gz"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


def expect_error(location, downloads, *words, digest=DIGEST):
    with pytest.raises(DataError) as caught:
        recordings.read(location, SHA256, digest, downloads)
    message = str(caught.value)
    assert "\n" not in message
    for word in ["spoken_digits.data.archive", location, *words]:
        assert word in message
    assert list(downloads.rglob("*")) == []


def assert_are_the_clips(found):
    assert found.keys() == CLIPS.keys()
    for name, samples in CLIPS.items():
        assert found[name].dtype == np.int16
        assert np.array_equal(found[name], samples)


def test_downloads_once_and_keeps_the_archive(server, tmp_path, caplog):
    for _ in range(2):
        assert_are_the_clips(recordings.read(server.url, SHA256, DIGEST, tmp_path))
    assert server.requests == 1
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [ARCHIVE]
    assert caplog.messages == []


def test_a_kept_archive_that_was_damaged_is_downloaded_again(server, tmp_path):
    recordings.read(server.url, SHA256, DIGEST, tmp_path)
    next(tmp_path.iterdir()).write_bytes(ARCHIVE[:100])
    assert_are_the_clips(recordings.read(server.url, SHA256, DIGEST, tmp_path))
    assert server.requests == 2


def test_an_archive_packed_anew_with_the_same_recordings_is_accepted_with_a_note(server, tmp_path, caplog):
    server.body = tar(WAVS)
    assert_are_the_clips(recordings.read(server.url, SHA256, DIGEST, tmp_path))
    assert len(caplog.messages) == 1
    assert "packed anew" in caplog.text
    assert SHA256 in caplog.text


def test_other_recordings_are_refused(server, tmp_path):
    server.body = tar(WAVS | {"2_ada_0.wav": WAVS["1_ada_0.wav"]})
    expect_error(server.url, tmp_path, "expected recordings with content digest", DIGEST, "found 3 .wav files")


def test_the_content_decides_even_where_the_archive_is_as_expected(server, tmp_path):
    expect_error(server.url, tmp_path, "0" * 64, DIGEST, digest="0" * 64)


def test_a_missing_page_is_an_error(server, tmp_path):
    server.status = 404
    expect_error(server.url, tmp_path, "expected a download, found HTTP status 404 Not Found", "source to synthesized")


def test_a_download_that_breaks_off_is_an_error(server, tmp_path):
    server.body, server.length = ARCHIVE[:-50], len(ARCHIVE)
    expect_error(server.url, tmp_path, "broke off")


def test_no_connection_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    expect_error(f"http://127.0.0.1:{port}/v1.0.tar.gz", tmp_path, "no connection", "local copy")


@pytest.mark.parametrize("body", [ARCHIVE[:-50], ARCHIVE[:5], b"", b"<!DOCTYPE html>"])
def test_what_is_not_a_whole_archive_is_an_error(server, tmp_path, body):
    server.body = body
    expect_error(server.url, tmp_path, "expected a whole .tar.gz archive")


def test_an_archive_without_recordings_is_an_error(server, tmp_path):
    server.body = tar({"README.md": b"nothing else"})
    expect_error(server.url, tmp_path, "expected .wav files, found none")


def test_a_local_archive_and_a_folder_give_the_same_clips(tmp_path):
    archive, folder, downloads = tmp_path / "digits.tar.gz", tmp_path / "digits", tmp_path / "downloads"
    archive.write_bytes(ARCHIVE)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    for location in archive, folder:
        assert_are_the_clips(recordings.read(str(location), SHA256, DIGEST, downloads))
    assert not downloads.exists()


def test_a_path_that_is_absent_is_an_error(tmp_path):
    expect_error(str(tmp_path / "digits.tar.gz"), tmp_path, "expected a .tar.gz archive or a folder, found nothing")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (wav(CLIPS["0_ada_0"], rate=44100), "expected mono, 16 bit, 8000 Hz, found 1, 16, 44100"),
        (wav(CLIPS["0_ada_0"], channels=2), "expected mono, 16 bit, 8000 Hz, found 2, 16, 8000"),
        (b"ID3", "expected a .wav file"),
    ],
)
def test_a_recording_of_another_kind_is_an_error(tmp_path, content, expected):
    (tmp_path / "0_ada_0.wav").write_bytes(content)
    digest = recordings.content_digest({"0_ada_0.wav": content})
    with pytest.raises(DataError, match=f"0_ada_0.wav: {expected}"):
        recordings.read(str(tmp_path), SHA256, digest, tmp_path / "downloads")


@pytest.mark.skipif(not FSDD.exists(), reason="no copy of the recordings beside the project")
def test_the_published_recordings_have_the_digest_that_params_name(tmp_path):
    clips = recordings.read(str(FSDD), SHA256, FSDD_DIGEST, tmp_path)
    assert len(clips) == 2500
    assert min(map(len, clips.values())) >= 1000
