"""What is written replaces the old one whole or not at all, whatever happens meanwhile."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ronkyo import files


def write_folder(path, *names):
    with files.replacing(path) as temporary:
        temporary.mkdir()
        for name in names:
            (temporary / name).write_text(" ".join(names))


def names(path):
    return sorted(entry.name for entry in path.iterdir())


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("old", ["file", "folder", None])
def test_when_writing_fails_or_is_interrupted_what_was_there_stays_and_nothing_else(tmp_path, error, old):
    path = tmp_path / "out"
    if old == "file":
        files.write_text(path, "old")
    if old == "folder":
        write_folder(path, "old")

    def fail():
        with files.replacing(path) as temporary:
            temporary.mkdir()
            (temporary / "half").touch()
            raise error

    pytest.raises(error, fail)
    assert names(tmp_path) == (["out"] if old else [])
    assert old != "file" or path.read_text() == "old"
    assert old != "folder" or names(path) == ["old"]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_folder_that_was_set_aside_comes_back_when_the_new_one_cannot_take_its_place(tmp_path, monkeypatch, error):
    path = tmp_path / "out"
    write_folder(path, "old")
    replace, done = os.replace, []

    def interrupted(source, target):
        if len(done) == 2:  # the new one was refused, the old one is aside
            done.append(target)
            raise error
        done.append(target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(error):
        write_folder(path, "new")
    assert len(done) == 4
    assert names(tmp_path) == ["out"]
    assert names(path) == ["old"]


def test_a_file_takes_the_place_of_a_folder_and_a_folder_that_of_a_file_or_of_a_link(tmp_path):
    path = tmp_path / "out"
    write_folder(path, "a")
    files.write_text(path, "file")
    assert path.read_text() == "file"
    write_folder(path, "b")
    assert names(path) == ["b"]
    (tmp_path / "link").symlink_to(path)
    write_folder(tmp_path / "link", "c")
    assert not (tmp_path / "link").is_symlink()
    assert names(path) == ["b"]
    assert names(tmp_path) == ["link", "out"]


def test_a_folder_is_replaced_without_leaving_old_members(tmp_path):
    files.write_arrays(tmp_path / "run", {"a": np.arange(3), "b": np.ones(2)})
    files.write_arrays(tmp_path / "run", {"a": np.arange(4)})
    assert {name: list(array) for name, array in files.read_arrays(tmp_path / "run").items()} == {"a": [0, 1, 2, 3]}


def test_of_writers_at_the_same_time_the_last_ones_folder_stays_whole(tmp_path):
    path = tmp_path / "out"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: write_folder(path, f"a{number}", f"b{number}"), range(200)))
    assert [name[1:] for name in names(path)] == [names(path)[0][1:]] * 2
    assert names(tmp_path) == ["out"]


def test_a_place_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        files.write_text(tmp_path / "file" / "out", "text")


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    arrays = {"weights": np.linspace(0, 1, 7), "labels": np.array(["a", "字"])}
    for name in ("one", "two"):
        files.write_arrays(tmp_path / name, arrays)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
