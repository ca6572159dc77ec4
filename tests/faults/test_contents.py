"""What lies on disk is not what was written: one line with file, expected and found, and the command that makes it again."""

from __future__ import annotations

import numpy as np
import pytest
import smallest
from smallest import NAME, RONKYO, flip, run

from ronkyo import cli, files, lock, results
from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.run import inputs

SUMMARIZE, TRAIN = f"summarize_{NAME}", f"train_{NAME}@plain"
RUNS, METRICS, SEEDS = f"runs/{NAME}/plain", f"reports/metrics/{NAME}.json", f"reports/seeds/{NAME}.csv"
CURVE, PROVENANCE, LEDGER = f"reports/curves/{NAME}/plain.csv", f"reports/data/{NAME}.json", "reports/claims.json"
AGAIN = f"; run: ronkyo repro -s {SUMMARIZE}"


def truncated(file):
    file.write_bytes(file.read_bytes()[:100])


def emptied(file):
    file.unlink()


def in_a_folder_that_is_a_link(file):
    file.unlink()
    file.parent.rmdir()
    file.parent.symlink_to("/etc/hostname")


def of_another_shape(file):
    np.save(file, np.load(file)[:1])


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (truncated, f"{RUNS}/excess_loss.npy: expected what {TRAIN} wrote, found another content"),
        (of_another_shape, f"{RUNS}/excess_loss.npy: expected what {TRAIN} wrote, found another content"),
        (flip, f"{RUNS}/excess_loss.npy: expected what {TRAIN} wrote, found another content"),
        (emptied, f"{RUNS}: expected excess_loss.npy, found nothing"),
        (in_a_folder_that_is_a_link, f"{RUNS}: expected excess_loss.npy, found nothing"),
    ],
)
def test_an_array_that_is_not_what_its_stage_wrote_is_not_read(root, fault, told):
    project = Project.find(root)
    fault(root / RUNS / "excess_loss.npy")
    deps = [f"runs/{NAME}", f"data/{NAME}"]
    with pytest.raises(UserError) as caught:
        inputs.expect_made(project, inputs.contents(root, deps), deps, inputs.recorded(project))
    assert str(caught.value) == f"{told}; run: ronkyo repro -s {TRAIN}"


def test_the_command_that_a_line_names_makes_the_array_again_and_what_was_there_before_a_failure_stays(root):
    (root / RUNS / "excess_loss.npy").unlink()
    before = (root / METRICS).read_bytes()
    _, errors = run(root, *RONKYO, "repro", "-s", SUMMARIZE, expected=1)
    line = f"{SUMMARIZE}: {RUNS}: expected excess_loss.npy, found nothing; run: ronkyo repro -s {TRAIN}"
    assert errors.splitlines() == [line]
    assert (root / METRICS).read_bytes() == before
    run(root, *RONKYO, *line.rpartition("run: ronkyo ")[2].split())
    assert "everything is up to date" in run(root, *RONKYO, "repro")[0]
    assert not run(root, "git", "status", "--short")[0]


def test_what_was_changed_in_dvcs_cache_under_the_same_size_and_time_is_not_taken(root):
    made_by = {f"{RUNS}/excess_loss.npy": TRAIN, "reports/faulty.pdf": "report"}
    contents = {kept: (root / kept).read_bytes() for kept in made_by}
    for kept, content in contents.items():
        flip(lock.cached(root, lock.md5(content)))
        (root / kept).unlink()
    run(root, *smallest.DVC, "checkout", "--force")  # by hand, so that nothing of ronkyo sees it
    verified = run(root, *RONKYO, "verify", expected=1)[0]
    told = run(root, *RONKYO, "repro")[1]
    for kept, content in contents.items():
        output = kept.removesuffix("/excess_loss.npy")
        assert f"{output}: expected what {made_by[kept]} wrote, found another content" in verified
        assert told.count(f"{output}: not as written, though of the same size and time; made again") == 1
        assert (root / kept).read_bytes() == content
        assert lock.md5(lock.cached(root, lock.md5(content)).read_bytes()) == lock.md5(content)


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        (METRICS, '{"plain": {"excess', ":1: expected JSON, found Unterminated string starting at, column 12"),
        (METRICS, "", ":1: expected JSON, found its end"),
        (METRICS, "<<<<<<< HEAD\n{}\n", ":1: expected a text, found an unsolved conflict of a merge"),
        (METRICS, "[]", ": expected {variant: {metric: number}}, found []"),
        (METRICS, '{"plain": [1]}', ": plain: expected a mapping, as in {variant: {metric: number}}, found [1]"),
        (METRICS, '{"plain": {"loss": "low"}}', ": plain.loss: expected a finite number or null, found 'low'"),
        (METRICS, '{"plain": {"loss": Infinity}}', ": plain.loss: expected a finite number or null, found inf"),
        (SEEDS, "", ": expected a table with names of columns, found nothing"),
        (SEEDS, "variant,seed,loss\nplain,0,1\nplain,1\n", ":3: expected 3 cells, found 2"),
        (SEEDS, "variant,seed,loss\nplain,0,low\n", ":2: loss: expected a number, found 'low'"),
        (SEEDS, "seed,loss\n0,1\n", ":1: expected the column variant, found seed, loss"),
        (SEEDS, "variant,seed,loss\n<<<<<<< HEAD\n", ":2: expected a text, found an unsolved conflict of a merge"),
        (CURVE, "step,loss\n0,\n", ":2: loss: expected a number, found ''"),
    ],
)
def test_a_result_of_another_kind_is_one_line(root, file, content, told):
    (root / file).write_text(content, encoding="utf-8")
    project = Project.find(root)
    with pytest.raises(UserError) as caught:
        [read(project, NAME) for read in (results.read_constants, results.read_seeds, results.read_curves)]
    assert str(caught.value) == f"{file}{told}{AGAIN}"


@pytest.mark.parametrize("content", ["[]", '{"digest": "a"}', '{"name": 3, "digest": "a"}', "{", "<<<<<<< HEAD"])
def test_provenance_of_another_kind_is_one_line(root, content):
    (root / PROVENANCE).write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=rf"^{PROVENANCE}:.*; run: ronkyo repro -s prepare_{NAME}$"):
        results.read_provenance(Project.find(root), NAME)


@pytest.mark.parametrize("command", [["claims"], ["build", "--html"], ["compare", "--md"]])
@pytest.mark.parametrize(
    ("file", "content"),
    [(METRICS, "[1, 2]"), (METRICS, "[" * 100_000), (LEDGER, "[]"), (LEDGER, '{"a": []}'), (SEEDS, "")],
)
def test_commands_that_read_it_say_it_in_one_line(root, capsys, monkeypatch, command, file, content):
    monkeypatch.chdir(root)
    (root / file).write_text(content, encoding="utf-8")
    assert cli.main(command) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{file}: " in line
    assert "expected" in line


def test_a_folder_without_arrays_and_a_file_that_is_none_are_one_line(root):
    project = Project.find(root)
    file = root / RUNS / "excess_loss.npy"
    truncated(file)
    with pytest.raises(
        UserError, match=rf"^{RUNS}/excess_loss.npy: expected a whole array, found: .* ronkyo repro -s {TRAIN}$"
    ):
        results.read_runs(project, NAME, "plain")
    file.unlink()
    with pytest.raises(
        UserError, match=rf"^{RUNS}: expected arrays \(.npy\), found none; run: ronkyo repro -s {TRAIN}$"
    ):
        results.read_runs(project, NAME, "plain")


def test_an_array_whose_head_claims_more_than_there_is_takes_no_memory(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(3))
    content = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(content.replace(b"(3,), }" + b" " * 14, b"(9999999999999999,), }")[:-8])
    with pytest.raises(UserError, match="a.npy: expected a whole array"):
        files.read_arrays(tmp_path)
