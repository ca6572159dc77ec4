"""A change of the project told apart from another machine's outputs: `ronkyo compare`, and the locks that it reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import revisions
from new_project import RONKYO

from ronkyo.compare import write
from ronkyo.lock import Lock, own_changes
from ronkyo.project import Project
from ronkyo.verify import current
from ronkyo.words import Words

SUMMARIZE = "src/small/experiments/least_squares/summarize.py"
# As a machine whose sums come out otherwise: by so much is a metric larger.
OFF = "\nimport os\n_exact = _metrics\n\n\ndef _metrics(excess, tolerance):\n    table = _exact(excess, tolerance)\n"
OFF += '    return table | {"excess_loss": table["excess_loss"] * (1 + float(os.environ.get("OFF", "0")))}\n'


def write_on(root: Path, off: str, *arguments: str) -> None:
    """The results anew, as on another machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OFF", off)
        revisions.do(root, *RONKYO, "repro", "-f", "-s", "summarize_least_squares")
        revisions.do(root, *RONKYO, "repro", *arguments)


@pytest.fixture(scope="module")
def elsewhere(committed, tmp_path_factory) -> Path:
    """A commit, and in the workspace what another machine makes of it."""
    root = tmp_path_factory.mktemp("elsewhere") / "small"
    shutil.copytree(committed, root, symlinks=True)
    file = root / SUMMARIZE
    file.write_text(file.read_text(encoding="utf-8") + OFF, encoding="utf-8")
    revisions.do(root, *RONKYO, "repro")
    revisions.commit_all(root, "here")
    write_on(root, "1e-4")
    return root


def told(root: Path, old: str = "HEAD", new: str = "workspace"):
    return write.load(Project.find(root), old, new, Words("en"))


def test_outputs_of_another_machine_are_told_as_such(elsewhere):
    found = told(elsewhere)
    assert {one.stage: one.own for one in found.stages} == {
        "summarize_least_squares": False,
        "draw_least_squares": False,
        "report": False,
    }
    assert not found.machine.own
    assert found.machine.most == pytest.approx(1e-4, rel=0.1)
    assert found.machine.metric.endswith(".excess_loss")
    assert not found.machine.flipped


def test_the_sentence_stands_once_in_every_form(elsewhere, compare, tmp_path):
    sentence = told(elsewhere).machine.sentence(Words("en"))
    assert sentence.startswith("Stages that gave other outputs: 0 for a change of the project, 3 from the same inputs")
    status, out, _ = compare("-o", str(tmp_path), folder=elsewhere)
    assert status == 0
    assert sentence in out
    assert (tmp_path / "comparison.html").read_text(encoding="utf-8").count("for a change of the project") == 1
    assert compare("--md", folder=elsewhere)[1].count("for a change of the project") == 1
    assert json.loads(compare("--json", folder=elsewhere)[1])["machine"]["other"] == [
        "summarize_least_squares",
        "draw_least_squares",
        "report",
    ]


def test_what_is_current_tells_it_too_and_calls_it_no_difference(elsewhere):
    *_, last = checks = current.check(Project.find(elsewhere))
    assert not [line for check in checks for line in check.differences]
    told = "for a change of the project 0, from the same inputs, as on another machine, 3"
    assert last.looked_at.startswith("stages that gave other outputs (")
    assert last.looked_at.endswith(f"files): {told}")


def test_a_difference_of_rounding_is_none_in_the_tables(elsewhere, tmp_path):
    root = tmp_path / "small"
    shutil.copytree(elsewhere, root, symlinks=True)
    write_on(root, "1e-9")
    found = told(root)
    assert [one.stage for one in found.stages][
        0
    ] == "summarize_least_squares"  # every seed is another in its last digits
    assert (found.metrics, found.claims, found.curves, found.machine.printed) == ([], [], [], [])


def test_a_change_of_the_project_is_own_with_all_that_follows(elsewhere, tmp_path):
    root = tmp_path / "small"
    shutil.copytree(elsewhere, root, symlinks=True)
    file = root / SUMMARIZE
    file.write_text(file.read_text(encoding="utf-8").replace("excess[:, -1]", "excess[:, -2]"), encoding="utf-8")
    write_on(root, "1e-4")
    found = told(root)
    assert {one.own for one in found.stages} == {True}
    assert found.machine.sentence(Words("en")) == ""
    assert "project" not in write.markdown(found, Words("en"))


LOCK = """\
stages:
  prepare: {cmd: p, deps: [{path: data.py, md5: p1}], outs: [{path: data/a, md5: d1.dir}]}
  train@x: {cmd: t x, deps: [{path: t.py, md5: t1}, {path: data/a, md5: d1.dir}], outs: [{path: runs/a/x, md5: x1.dir}]}
  train@y: {cmd: t y, deps: [{path: t.py, md5: t1}, {path: data/a, md5: d1.dir}], outs: [{path: runs/a/y, md5: y1.dir}]}
  summarize: {cmd: s, deps: [{path: runs/a, md5: a1.dir}], outs: [{path: metrics/a.json, md5: m1}]}
  other: {cmd: o, params: {params.yaml: {b: 1}}, outs: [{path: metrics/b.json, md5: o1}]}
  report: {cmd: r, deps: [{path: metrics, md5: r1.dir}], outs: [{path: report.pdf, md5: f1}]}
"""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"y1": "y2", "a1": "a2", "m1": "m2", "r1": "r2", "f1": "f2"}, "train@y- summarize- report-"),
        ({"p1": "p2"}, "prepare+"),  # the same came out
        ({"p1": "p2", "x1": "x2", "a1": "a2"}, "prepare+ train@x- summarize-"),
        ({"d1": "d2", "x1": "x2", "a1": "a2"}, "prepare- train@x- train@y- summarize-"),
        ({"p1": "p2", "d1": "d2", "x1": "x2", "a1": "a2"}, "prepare+ train@x+ train@y+ summarize+"),
        ({"b: 1": "b: 2", "o1": "o2", "x1": "x2", "a1": "a2", "r1": "r2"}, "other+ train@x- summarize- report+"),
        ({"a1": "a2"}, "summarize+"),  # no stage says where that comes from
        ({"cmd: o": "cmd: q"}, "other+"),
        ({"  other:": "  another:"}, "other+ another+"),
    ],
)
def test_what_is_own_follows_the_stages(changes, expected):
    text = LOCK
    for old, new in changes.items():
        text = text.replace(old, new)
    old, new = (Lock.from_text(content.encode(), "dvc.lock").stages for content in (LOCK, text))
    told = {f"{name}{'+' if own else '-'}" for name, own in own_changes(old, new).items()}
    assert told == set(expected.split() if expected else [])
