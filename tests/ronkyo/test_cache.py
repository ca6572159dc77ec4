"""What is kept for the next process: found again, made again when damaged, bounded, safe for several processes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ronkyo import cache

WRITER = """
import sys
from pathlib import Path
from ronkyo import cache
cache.folder = lambda: Path(sys.argv[1])
for number in range(200):
    assert cache.get("kind", b"%d" % number, lambda: b"%d" % number * 1000) == b"%d" % number * 1000
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(cache, "folder", lambda: tmp_path / "made")
    return tmp_path / "made"


def forget(monkeypatch) -> None:
    """As in another process."""
    monkeypatch.setattr(cache, "_MEMORY", cache._Memory())
    cache._Kept.of.cache_clear()


def entries(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def refused() -> bytes:
    raise AssertionError("made again")


def test_another_process_finds_what_was_made(monkeypatch):
    assert cache.get("kind", b"key", lambda: b"content") == b"content"
    forget(monkeypatch)
    assert cache.get("kind", b"key", refused) == b"content"
    assert cache.find("other kind", b"key") is None
    assert cache.find("kind", b"other key") is None


@pytest.mark.parametrize("damage", [b"", b"x", lambda kept: kept[:-1], lambda kept: kept[:40] + b"x" + kept[41:]])
def test_what_is_damaged_is_made_again(folder, monkeypatch, damage):
    cache.get("kind", b"key", lambda: b"content" * 100)
    (entry,) = entries(folder)
    entry.write_bytes(damage(entry.read_bytes()) if callable(damage) else damage)
    forget(monkeypatch)
    assert cache.get("kind", b"key", lambda: b"new") == b"new"
    forget(monkeypatch)
    assert cache.get("kind", b"key", refused) == b"new"


def test_what_was_not_used_for_the_longest_time_goes(folder, monkeypatch):
    monkeypatch.setattr(cache, "LIMIT", 2000)
    monkeypatch.setattr(cache, "UNTOUCHED", -1)
    for number in range(100):
        cache.keep("kind", b"%d" % number, b"%d" % number)
        forget(monkeypatch)
        assert cache.find("kind", b"0") == b"0"
        forget(monkeypatch)
        assert sum(file.stat().st_size for file in entries(folder)) <= 2000
    assert cache.find("kind", b"99") == b"99"
    assert cache.find("kind", b"1") is None


@pytest.mark.usefixtures("uncollected")
def test_an_entry_is_kept_as_fast_among_many_as_among_few(monkeypatch):
    monkeypatch.setattr(cache, "IN_MEMORY", 0)
    spans = []
    for first in range(0, 6000, 1000):
        start = time.process_time()
        for number in range(first, first + 1000):
            cache.keep("kind", b"%d" % number, b"content")
        spans.append(time.process_time() - start)
    assert min(spans[3:]) < 3 * min(spans[:3])


def test_memory_is_bounded(monkeypatch):
    memory = cache._Memory()
    monkeypatch.setattr(cache, "IN_MEMORY", 1000)
    for number in range(10):
        memory.add(Path(str(number)), bytes(300))
    assert [number for number in range(10) if memory.get(Path(str(number)))] == [7, 8, 9]


def test_a_folder_that_cannot_be_written_keeps_nothing_and_stops_nothing(folder, monkeypatch):
    folder.write_text("a file where a folder is expected")
    assert cache.get("kind", b"key", lambda: b"content") == b"content"
    assert cache.get("kind", b"key", refused) == b"content"
    forget(monkeypatch)
    assert cache.get("kind", b"key", lambda: b"again") == b"again"


def test_two_processes_at_once(folder):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(folder)]) for _ in range(2)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert len(entries(folder)) == 200
