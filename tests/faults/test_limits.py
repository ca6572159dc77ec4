"""Too little of what the system gives, and programs, libraries and fonts that are not there: one line that names it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from injection import Copy, ended, expect_one_line, root_only
from smallest import NAME, RONKYO, environment

from ronkyo import system
from ronkyo.errors import DEBUG, UserError, told
from ronkyo.typeset import fonts
from ronkyo.verify.check import Check, listing

TRAIN = f"src/faulty/experiments/{NAME}/train.py"
limits = pytest.mark.skipif(shutil.which("prlimit") is None, reason="no prlimit on this machine")


def limited(copy: Copy, limit: str, *words: str):
    return ended(copy.start("prlimit", limit, *RONKYO, *words))


@limits
@pytest.mark.parametrize("command", ["repro", "compare"])
def test_too_few_open_files_are_one_line(copy, command):
    copy.make_stale()
    done = limited(copy, "--nofile=8", command)
    assert done.status == 1
    assert "Traceback" not in done.errors
    assert "Too many open files; `ulimit -n`" in done.lines[-1]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        ImportError("libtorch.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8000000000 bytes."),
        OSError(12, "Cannot allocate memory"),
    ],
)
def test_whatever_tells_of_too_little_memory_is_told_as_that(error):
    assert told(error, "train").startswith("train: not enough memory")


def test_what_a_file_says_does_not_command_the_terminal_that_an_error_is_read_on():
    assert told(UserError("a.csv: found \x1b[2J\x00 \u202eab 題\nb.csv: found \x9b")) == (
        "a.csv: found \\x1b[2J\\x00 \\u202eab 題\nb.csv: found \\x9b"
    )
    assert listing([Check("title", "1 text", ["expected a, found \x1b[2J"])]).endswith("expected a, found \\x1b[2J")


def test_an_array_that_does_not_fit_is_one_line_of_its_stage(copy):
    copy.change(TRAIN, "def train(", "def train(data, training, seed, progress):\n    np.empty(10**15)\n\n\ndef other(")
    line = expect_one_line(copy.run("repro", "-j", "1"), "not enough memory: Unable to allocate")
    assert line.startswith(f"train_{NAME}@")


def test_a_mistake_in_code_has_its_place_and_one_traceback_for_all_seeds_and_variants(copy):
    copy.change(TRAIN, "def train(", "def train(data, training, seed, progress):\n    {}['rate']\n\n\ndef other(")
    lines = (copy.root / TRAIN).read_text(encoding="utf-8").splitlines()
    number = lines.index("    {}['rate']") + 1
    place = f"{TRAIN}:{number}: KeyError: 'rate'"
    done = copy.run("repro", "-j", "2")
    assert done.status == 1
    assert done.errors.count("Traceback") == 1
    assert "ronkyo" not in done.errors, "the frames of the engine"
    assert all(line.endswith(place) for line in done.lines if "KeyError" in line)
    assert done.lines[-1].endswith(place)
    whole = Copy(copy.root, {DEBUG: "1"}).run("repro", "-j", "2")
    assert "ronkyo/run/worker.py" in whole.errors


@root_only
def test_where_it_is_asked_for_the_systems_error_has_its_traceback(copy):
    asked = Copy(copy.root, {DEBUG: "1"})
    done = asked.run("schema", before='mount --bind "$PWD" "$PWD"; mount -o remount,bind,ro "$PWD"; cd "$PWD"')
    assert "Traceback" in done.errors


@pytest.mark.parametrize("command", ["claims", "compare --md"])
def test_without_a_home_what_needs_none_works(copy, command):
    homeless = Copy(copy.root, {"HOME": "/proc/none", "XDG_CACHE_HOME": "/proc/none/cache"})
    done = homeless.run(*command.split())
    assert done.status == 0, done.errors


def test_without_a_home_the_fonts_place_is_named(copy):
    homeless = Copy(copy.root, {"HOME": "/proc/none", "XDG_CACHE_HOME": "/proc/none/cache"})
    expect_one_line(homeless.run("build"), "/proc/none/cache", "XDG_CACHE_HOME")


@root_only
def test_shared_memory_is_not_needed(copy):
    copy.make_stale()
    assert copy.run("repro", f"draw_{NAME}", before="mount -t tmpfs -o ro,size=4k tmpfs /dev/shm").status == 0


@pytest.fixture
def without_git(copy, tmp_path) -> Copy:
    """With no program but what a shell needs."""
    (tmp_path / "bin").mkdir()
    for name in ("sh", "env", "cat"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or name)
    return Copy(copy.root, {"PATH": str(tmp_path / "bin")})


@pytest.mark.parametrize("command", ["check", "claims", "build", "render reports/faulty.md -o out"])
def test_without_git_what_needs_none_works(without_git, command):
    done = without_git.run(*command.split())
    assert done.status == 0, done.errors


@pytest.mark.parametrize("command", ["git install", "new other", "compare --md"])
def test_without_git_what_needs_it_names_it(without_git, command):
    expect_one_line(without_git.run(*command.split()), "git: ")


@root_only
@pytest.mark.parametrize("command", ["build", "compare"])
def test_without_pango_the_line_that_installs_it_is_told(copy, command):
    library = next((name for name, _ in system.LIBRARIES if name.startswith("libpango-1")), "")
    listed = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    place = next(line.rpartition("=> ")[2] for line in listed.splitlines() if library in line)
    done = copy.run(command, before=f"mount --bind /dev/null {place}")
    assert done.status == 1
    assert "Traceback" not in done.errors
    assert library in done.lines[-1]
    assert "libpango-1.0-0" in done.lines[-1]


@root_only
@pytest.mark.parametrize("how", ["missing", "truncated"])
def test_a_font_that_is_not_as_it_was_installed_is_named_with_its_cure(copy, tmp_path, how):
    package, name = fonts.SOURCES["IBMPlexMono-Regular"]
    file = Path(str(distribution(package).locate_file(name)))
    (tmp_path / "font").write_bytes(file.read_bytes()[:1000])
    before = f"mount --bind {tmp_path / 'font'} {file}" if how == "truncated" else f"mount -t tmpfs tmpfs {file.parent}"
    expect_one_line(copy.run("build", before=before), file.name, f"pip install --force-reinstall --no-deps {package}==")


@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_a_built_font_that_was_damaged_is_built_again(tmp_path, monkeypatch, damage):
    folder = fonts.folder()
    cache = tmp_path / "cache" / "fonts"
    shutil.copytree(folder, cache / folder.name)
    font = cache / folder.name / "IBMPlexMono-Regular.ttf"
    font.unlink() if damage == "missing" else font.write_bytes(font.read_bytes()[:1000])
    monkeypatch.setattr(fonts, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    monkeypatch.setattr(fonts, "_fill", lambda target, contents: shutil.copytree(folder, target, dirs_exist_ok=True))
    assert fonts.folder.__wrapped__() == cache / folder.name
    assert font.read_bytes() == (folder / font.name).read_bytes()


def test_doctor_finds_nothing_here(copy):
    done = copy.run("doctor")
    assert (done.status, done.out) == (0, "nothing is missing\n"), done.out


def test_doctor_names_what_is_missing_or_otherwise_a_line_each_with_its_cure(without_git):
    root = without_git.root
    lock = root / "requirements.lock"
    lock.write_text("numpy==1.0 \\\n    --hash=sha256:00\n", encoding="utf-8")
    sick = Copy(root, {**without_git.environment, "XDG_CACHE_HOME": "/proc/none", "PYTHONUTF8": "0", "LC_ALL": "C",
                       "PYTHONCOERCECLOCALE": "0"})  # fmt: skip
    done = sick.run("doctor")
    assert done.status == 1
    found = {line.partition(":")[0]: line for line in done.out.splitlines()}
    assert set(found) >= {"git", "versions", "locale"}, done.out
    assert "numpy" in found["versions"]
    assert "(1.0); pip install" in found["versions"]
    assert "export LC_ALL=C.UTF-8" in found["locale"]


def test_doctor_is_quick():
    began = os.times()
    subprocess.run([sys.executable, "-m", "ronkyo.cli", "doctor"], env=environment(), capture_output=True, check=False)
    ended_at = os.times()
    used = ended_at.children_user + ended_at.children_system - began.children_user - began.children_system
    assert used < 2
