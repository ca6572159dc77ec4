"""A disk that is full or cannot be written: one line with the file, what was there stays, and running again goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from injection import Copy, ended, expect_one_line, read_only, root_only, small_disk
from smallest import NAME, RONKYO

from ronkyo import cli, files


@root_only
@pytest.mark.parametrize(
    ("folder", "room", "stage", "words"),
    [
        ("data", 0, f"prepare_{NAME}", [f"data/{NAME}: No space left on device (", " bytes are missing: "]),
        ("runs", 0, f"train_{NAME}@", [f"runs/{NAME}/", "No space left on device (", " bytes are missing: "]),
        ("build", 0, f"prepare_{NAME}", ["build/times/", "No space left on device ("]),
        (".dvc/cache", 28672, f"train_{NAME}@", [".dvc/cache", "No space left on device ("]),
    ],
)
def test_a_full_disk_ends_a_stage_with_one_line_and_running_again_goes_on(copy, folder, room, stage, words):
    before = copy.contents()
    copy.make_stale()
    line = expect_one_line(copy.run("repro", f"train_{NAME}@plain", before=small_disk(folder, room)), *words)
    assert line.startswith(stage)
    of_later_stages = ("runs/", "reports/curves/", "reports/claims.json", "reports/faulty.")
    kept = {name for name in before if name.startswith(of_later_stages)}
    assert {name: copy.contents().get(name) for name in kept} == {name: before[name] for name in kept}
    assert copy.run("repro", f"train_{NAME}@plain").status == 0


@root_only
@pytest.mark.parametrize("command", ["build", "compare", "editions", "render reports/faulty.md -o reports"])
def test_a_command_on_a_full_disk_leaves_all_as_it_was(copy, command):
    before = copy.contents()
    check = "find reports -type f | sort > ../listed"
    command_line = [*RONKYO, *command.split()]
    script = f'{small_disk("reports", 4096)}\nstatus=0; "$@" || status=$?\n{check}\nexit $status'
    done = ended(copy.start("unshare", "-m", "sh", "-ec", script, "sh", *command_line))
    assert done.status == 1
    assert "Traceback" not in done.errors
    assert "No space left on device (" in done.lines[-1]
    assert " bytes are missing: " in done.lines[-1]
    listed = (copy.root.parent / "listed").read_text(encoding="utf-8").split()
    assert sorted(listed) == sorted(name for name in before if name.startswith("reports/"))


@root_only
def test_a_full_folder_of_temporary_files_is_one_line(copy):
    (copy.root.parent / "small").mkdir()
    sick = Copy(copy.root, {"TMPDIR": str(copy.root.parent / "small")})
    done = sick.run("render", "reports/faulty.md", "-o", "out", before="mount -t tmpfs -o size=8k tmpfs ../small")
    expect_one_line(done, "a temporary file: No space left on device")
    assert not (copy.root / "out").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", ["check", "claims"])
def test_standard_output_that_cannot_be_written_is_one_line(copy, command):
    with open("/dev/full", "w") as full:
        expect_one_line(copy.run(command, stdout=full), "standard output", "No space left on device")


@root_only
@pytest.mark.parametrize(
    "command", ["check", "stages", "claims", "lint", f"why {NAME}.plain", "compare --md", "verify --current"]
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of DVC's libraries
def test_what_only_reads_works_in_a_read_only_checkout(root, copy, command, capsys):
    assert cli.main(command.split()) == 0
    done = copy.run(*command.split(), before=read_only('"$PWD"'))
    assert (done.status, done.out) == (0, capsys.readouterr().out), done.errors


@root_only
@pytest.mark.parametrize(
    ("command", "place", "named"),
    [
        ("repro", '"$PWD"', ".dvc/tmp/lock"),
        ("repro", "runs", f"runs/{NAME}/"),
        ("build", "reports", "reports/"),
        ("compare", "reports", "reports/comparison."),
        ("schema", '"$PWD"', "params.schema.json"),
        ("new chapter more", '"$PWD"', "report_templates/chapters/"),
    ],
)
def test_what_writes_is_one_line_in_a_read_only_folder(copy, command, place, named):
    copy.make_stale()
    done = copy.run(*command.split(), before=read_only(place))
    assert done.status == 1
    assert "Traceback" not in done.errors
    assert named in done.lines[-1]
    assert "Read-only file system" in done.lines[-1]


def test_files_that_belong_together_are_written_all_or_none(tmp_path, monkeypatch):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"old")
    second.mkdir()
    (second / "inner").write_bytes(b"old")
    second_write = Path.write_bytes

    def fails(path: Path, content: bytes) -> int:
        if path.name == "second":
            raise OSError(28, "No space left on device")
        return second_write(path, content)

    monkeypatch.setattr(Path, "write_bytes", fails)
    with pytest.raises(OSError, match="No space left on device") as caught:
        files.write_all({first: b"new", second: b"new"})
    assert caught.value.filename == str(second)
    assert first.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]


def test_what_a_killed_writer_left_goes_when_the_same_is_written_and_what_another_writes_stays(tmp_path):
    left, others = tmp_path / ".report.new-a1b2c3d4", tmp_path / ".report.backup"
    for folder in left, others:
        folder.mkdir()
        (folder / "report").write_bytes(b"half")
    with files.replacing(tmp_path / "report") as first:
        first.write_bytes(b"one")
        assert not left.exists()
        files.write_bytes(tmp_path / "report", b"two")
        assert first.exists()
    assert (tmp_path / "report").read_bytes() == b"one"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".report.backup", "report"]


def test_an_output_of_a_stage_that_failed_is_back(copy: Copy):
    before = copy.contents()
    copy.change(f"src/faulty/experiments/{NAME}/summarize.py", "def summarize(", "def summarize_less(")
    done = copy.run("repro")
    assert done.status == 1
    assert copy.contents() == before
