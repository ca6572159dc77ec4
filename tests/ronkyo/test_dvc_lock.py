"""dvc.lock without DVC, against DVC."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import revisions

from ronkyo.errors import UserError
from ronkyo.lock import Lock, LockError, digest, folder_digest

PIPELINE = """\
stages:
  make:
    cmd: mkdir -p made/inside && cp tree/空.txt made/inside/ && cp -r tree/é made/
    deps: [tree, one.txt]
    params: [a.b, n]
    outs: [made]
"""
LOCK = """\
stages:
  train@plain: {cmd: t plain, deps: [{path: code.py, md5: c1}], outs: [{path: runs/a/plain, md5: r1.dir}]}
  train@wide: {cmd: t wide, outs: [{path: runs/a/wide, md5: r2.dir}]}
  summarize: {cmd: s, deps: [{path: runs/a, md5: r3.dir}], outs: [{path: reports/metrics/a.json, md5: m1}]}
  report: {cmd: r, deps: [{path: reports/metrics, md5: m2.dir}], params: {params.yaml: {n: 3}}}
  other: {cmd: [one, two], deps: [{path: runs/ab, md5: r4.dir}]}
"""
DOUBLED = b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (i, i, i - 1, i - 1) for i in range(1, 40))
BOMB = b"a0: &a0 [1, 1]\n" + DOUBLED


@pytest.fixture(scope="module")
def run_by_dvc(tmp_path_factory) -> Path:
    """A repository of DVC with a stage that ran; in its folders are what DVC leaves out, names beyond ASCII, links."""
    root = tmp_path_factory.mktemp("dvc")
    for folder in ("tree/é/deep", "tree/__pycache__", "elsewhere"):
        (root / folder).mkdir(parents=True)
    texts = {
        "tree/空.txt": "",
        "tree/é/deep/b": "b",
        "tree/z.txt": "z\r\n",
        "tree/Z": "Z",
        "tree/a b": " ",
        "one.txt": "1",
    }
    texts |= {"tree/__pycache__/x.pyc": "left out", "tree/é/left.tmp": "left out", "elsewhere/x": "behind a link"}
    texts |= {"dvc.yaml": PIPELINE, "params.yaml": "a: {b: [1, 2]}\nn: 0.5\n", ".dvcignore": "__pycache__/\n*.tmp\n"}
    for name, text in texts.items():
        (root / name).write_bytes(text.encode())
    (root / "tree/link").symlink_to(root / "one.txt")
    (root / "tree/linked").symlink_to(root / "elsewhere")
    for command in (["git", "init", "-q"], ["dvc", "init", "-q"], ["dvc", "repro", "-q"]):
        done = revisions.run(root, *command)
        assert done.returncode == 0, done.stderr
    return root


def test_digests_of_files_and_folders_are_those_that_dvc_records(run_by_dvc):
    stage = Lock.read(run_by_dvc / "dvc.lock").stages["make"]
    assert set(stage.deps) == {"tree", "one.txt"}
    for path, md5 in {**stage.deps, **stage.outs}.items():
        assert digest(run_by_dvc / path, run_by_dvc) == md5, path
    assert digest(run_by_dvc / "tree") != stage.deps["tree"]  # without its .dvcignore


def test_a_stage_is_read_with_its_command_and_parameters(run_by_dvc):
    stage = Lock.read(run_by_dvc / "dvc.lock").stages["make"]
    assert stage.cmd.startswith("mkdir -p made/inside")
    assert stage.params == {"params.yaml": {"a.b": [1, 2], "n": 0.5}}


def test_a_folders_digest_follows_from_those_of_its_files(run_by_dvc):
    made = run_by_dvc / "made"
    files = {path: digest(made / path) for path in ("inside/空.txt", "é/deep/b", "é/left.tmp")}
    assert folder_digest(files) == digest(made)
    assert folder_digest({**files, "é/deep/b": "0" * 32}) != digest(made)


def test_upstream_goes_through_folders_around_and_inside_what_is_read():
    lock = Lock.from_text(LOCK.encode(), "dvc.lock")
    assert lock.upstream("report") == ["train@plain", "train@wide", "summarize"]
    assert lock.upstream("train@wide") == []
    assert lock.upstream("other") == []  # runs/ab is not in runs/a
    assert lock.outs["reports/metrics/a.json"] == "m1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "stages: [a]",
            "x.lock: stages: expected what DVC writes (stages: NAME: cmd, deps, params, outs), found ['a']",
        ),
        (
            "stages: {a: 3}",
            "x.lock: stages.a: expected what DVC writes (stages: NAME: cmd, deps, params, outs), found 3",
        ),
        ("stages: {a: {cmd: {}}}", "x.lock: stages.a.cmd: expected a command, found {}"),
        ("stages: {a: {deps: {p: q}}}", "x.lock: stages.a.deps: expected a list of path and md5, found {'p': 'q'}"),
        ("stages: {a: {outs: [{path: p}]}}", "x.lock: stages.a.outs: expected path and md5, found {'path': 'p'}"),
        ("stages: {a: {params: {f: [1]}}}", "x.lock: stages.a.params: expected FILE: KEY: value, found {'f': [1]}"),
    ],
)
def test_what_is_no_lock_is_one_line_that_says_where(text, expected):
    with pytest.raises(LockError) as found:
        Lock.from_text(text.encode(), "x.lock")
    assert str(found.value) == expected


def test_reading_a_lock_loads_neither_dvc_nor_torch(run_by_dvc):
    code = "import json, sys; from pathlib import Path; from ronkyo.lock import Lock, digest; "
    code += "Lock.read(Path('dvc.lock')); digest(Path('tree'), Path()); print(json.dumps(list(sys.modules)))"
    done = revisions.run(run_by_dvc, sys.executable, "-c", code)
    assert not {"dvc", "dvc_data", "torch"} & set(json.loads(done.stdout)), done.stderr


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"stages: [", "dvc.lock:2: expected YAML"),
        (b"[" * 100_000, "dvc.lock: expected YAML, found more than 100 levels"),
        (BOMB, "1,000,000 values"),
        (b"a: &a [*a]", "dvc.lock: expected YAML, found"),
        (b"stages: \xff", "dvc.lock:1: expected a text in UTF-8, found byte 0xff"),
    ],
    ids=["cut off", "deep", "bomb of aliases", "endless", "not UTF-8"],
)
def test_yaml_that_would_break_its_reader_is_one_line(content, expected):
    with pytest.raises(UserError, match=r"\A[^\n]*\Z") as found:
        Lock.from_text(content, "dvc.lock")
    assert expected in str(found.value)
