"""Recordings come from a server, an archive or a folder; whatever is wrong is said in one line and leaves nothing."""

import gzip
import hashlib
import io
import os
import socket
import tarfile
import threading
import tracemalloc
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
    """Answers every request with `body`, but first with its `failures`: a status, "hang up", or how many bytes it sends
    before it hangs up, if that is no status. Of `length` bytes promised, it sends what it has and hangs up.
    """

    def __init__(self):
        self.body, self.status, self.length, self.requests, self.sent = ARCHIVE, 200, None, 0, 0
        self.failures, self.ranges, self.changes = [], False, False
        self.pieces, self.pause, self.wait = 1 << 20, 0.0, threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                server.requests += 1
                failure = server.failures.pop(0) if server.failures else None
                if failure == "hang up":
                    self.close_connection = True
                    return
                broken_off = isinstance(failure, int) and failure >= 600
                tag = f'"{server.requests if server.changes else 0}"'
                begin = 0
                if server.ranges and self.headers["Range"] and self.headers["If-Range"] in (None, tag):
                    begin = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
                rest = server.body[begin:]
                if begin and begin >= len(server.body):
                    self.send_error(416)
                    return
                self.send_response(206 if begin else server.status if failure is None or broken_off else failure)
                if begin:
                    self.send_header("Content-Range", f"bytes {begin}-{len(server.body) - 1}/{len(server.body)}")
                self.send_header("ETag", tag)
                self.send_header("Content-Length", str(server.length or len(rest)))
                self.end_headers()
                content = rest[:failure] if broken_off else rest
                server.sent += len(content)
                for start in range(0, len(content), server.pieces):
                    if server.wait.wait(server.pause):
                        break
                    self.wfile.write(content[start : start + server.pieces])

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1.0.tar.gz"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(recordings, "WAIT", 0.01)
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


def expect_error(location, downloads, *words, digest=DIGEST, left=b""):
    """left: what is kept of a download, for the next call."""
    with pytest.raises(DataError) as caught:
        recordings.read(location, SHA256, digest, downloads)
    message = str(caught.value)
    assert "\n" not in message
    for word in ["spoken_digits.data.archive", location, *words]:
        assert word in message
    assert b"".join(file.read_bytes() for file in downloads.rglob("*")) == left


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
    monkeypatch.setattr(recordings, "WAIT", 0.01)
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


# -- servers that fail ------------------------------------------------------------------------------------------------


def test_a_server_that_fails_for_a_moment_is_asked_again(server, tmp_path):
    server.failures = [503, "hang up", 429]
    assert_are_the_clips(recordings.read(server.url, SHA256, DIGEST, tmp_path))
    assert server.requests == 4


def test_tries_are_bounded(server, tmp_path):
    server.status = 500
    expect_error(server.url, tmp_path, "HTTP status 500")
    assert server.requests == recordings.TRIES


def test_what_is_not_there_is_not_asked_for_again(server, tmp_path):
    server.status = 404
    expect_error(server.url, tmp_path, "HTTP status 404")
    assert server.requests == 1


LARGE = tar(WAVS | {"noise": np.random.default_rng(0).bytes(300_000)})


@pytest.mark.parametrize(("ranges", "twice"), [(True, 2**16), (False, 200_000)])
def test_a_download_that_breaks_off_goes_on_where_the_server_lets_it(server, tmp_path, ranges, twice):
    server.body, server.ranges, server.failures = LARGE, ranges, [200_000]
    assert_are_the_clips(recordings.read(server.url, SHA256, DIGEST, tmp_path))
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [LARGE]
    assert server.requests == 2
    assert server.sent <= len(LARGE) + twice


def test_a_download_that_is_too_slow_ends_and_the_next_call_goes_on_there(server, tmp_path, monkeypatch):
    server.body, server.ranges, server.pieces, server.pause = LARGE, True, 8, 0.002
    with monkeypatch.context() as hurried:
        hurried.setattr(recordings, "LONGEST", 0.05)
        expect_error(server.url, tmp_path, "found 512 bytes in 0.05 s; the next call goes on", left=LARGE[:512])
    server.pause, server.sent = 0, 0
    assert_are_the_clips(recordings.read(server.url, SHA256, DIGEST, tmp_path))
    assert server.sent == len(LARGE) - 512
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [LARGE]


@pytest.mark.parametrize("begun", [ARCHIVE, ARCHIVE + b"more", b"of another archive"])
def test_what_an_earlier_call_left_is_dropped_where_it_is_no_beginning(server, tmp_path, begun):
    server.ranges = True
    (tmp_path / f"{hashlib.sha256(server.url.encode()).hexdigest()[:8]}-v1.0.tar.gz.part").write_bytes(begun)
    assert_are_the_clips(recordings.read(server.url, SHA256, DIGEST, tmp_path))
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [ARCHIVE]


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(server, tmp_path):
    server.body, server.ranges, server.failures, server.changes = LARGE, True, [200_000], True
    assert_are_the_clips(recordings.read(server.url, SHA256, DIGEST, tmp_path))
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [LARGE]


def test_a_length_that_is_no_number_is_read_to_its_end(server, tmp_path):
    server.length = "abc"
    assert_are_the_clips(recordings.read(server.url, SHA256, DIGEST, tmp_path))


def test_a_download_without_an_end_is_refused(server, tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "LIMIT", 1000)
    server.body = bytes(200_000)
    expect_error(server.url, tmp_path, "expected at most 1,000 bytes, found more")


@pytest.mark.parametrize("address", ["http://[", "http://", "http://127.0.0.1:port/x.tar.gz", "http://.../x"])
def test_what_is_no_address_is_an_error(tmp_path, address):
    expect_error(address, tmp_path)


# -- archives and folders that are not what they seem -----------------------------------------------------------------


def packed(name="a/0_ada_0.wav", kind=tarfile.REGTYPE, link="", content=b""):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname, entry.size = kind, link, len(content)
        archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
@pytest.mark.parametrize("link", ["/etc/passwd", "../../x", "a/0_ada_0.wav"])
def test_a_member_that_is_no_file_is_named(server, tmp_path, kind, link):
    server.body = packed(kind=kind, link=link)
    expect_error(server.url, tmp_path, "0_ada_0.wav: expected a file, found")


@pytest.mark.parametrize("name", ["zeros", "zeros.wav"])
def test_an_archive_that_unpacks_to_gigabytes_is_refused_in_bounded_memory(tmp_path, name, monkeypatch):
    archive = tmp_path / "bomb.tar.gz"
    head = tarfile.TarInfo(name)
    head.size = 3 << 30
    with gzip.open(archive, "wb", compresslevel=1) as file:
        file.write(head.tobuf())
        for _ in range(20):
            file.write(bytes(1 << 20))
    monkeypatch.setattr(recordings, "LIMIT", 10 << 20)
    tracemalloc.start()
    expect_error(str(archive), tmp_path / "downloads", "expected at most 10,485,760 bytes when unpacked, found more")
    assert tracemalloc.get_traced_memory()[1] < 50 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("left", [40, 45, 101])
def test_a_recording_that_was_cut_off_is_named(tmp_path, left):
    content = WAVS["0_ada_0.wav"][:left]
    (tmp_path / "0_ada_0.wav").write_bytes(content)
    digest = recordings.content_digest({"0_ada_0.wav": content})
    with pytest.raises(DataError, match=r"0_ada_0\.wav: expected"):
        recordings.read(str(tmp_path), SHA256, digest, tmp_path / "downloads")


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to(path)], ids=["a pipe", "a loop of links"])
def test_what_is_no_file_in_a_folder_is_named_and_nobody_waits_for_it(tmp_path, make):
    make(tmp_path / "0_ada_0.wav")
    expect_error(str(tmp_path), tmp_path / "downloads", "0_ada_0.wav: expected a file, found none")


def test_a_pipe_in_the_place_of_an_archive_is_an_error(tmp_path):
    os.mkfifo(tmp_path / "digits.tar.gz")
    expect_error(
        str(tmp_path / "digits.tar.gz"), tmp_path / "downloads", "expected a .tar.gz archive or a folder, found neither"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_recording_that_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "0_ada_0.wav").write_bytes(b"")
    (tmp_path / "0_ada_0.wav").chmod(0)
    expect_error(str(tmp_path), tmp_path / "downloads", "0_ada_0.wav", "Permission denied")
