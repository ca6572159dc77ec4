"""The files that a report carries: all that it lists, as they were, and each as the others tell of it."""

import json
import re

import carried
import pytest

from ronkyo.errors import UserError
from ronkyo.verify import confined, container
from ronkyo.verify import evidence as verified

CRATE = "ro-crate-metadata.json"


@pytest.fixture(scope="module")
def report(committed):
    """What the PDF of a project carries whose every stage ran."""
    return container.read(committed / "reports/small.pdf").files


def files(carrying):
    return carried.check(carrying, "files").differences


def chain(carrying):
    return carried.check(carrying, "chain").differences


def test_an_untouched_report_has_no_difference(report):
    checks = verified.checks(report)
    assert {check.name: check.differences for check in checks} == dict.fromkeys(
        ("files", "chain", "numbers", "claims"), []
    )
    assert [list(check.unknown) for check in checks if check.name != "numbers"] == [[], [], []]


def test_what_it_carries_is_checked_apart_as_here(committed):
    report = container.read(committed / "reports/small.pdf")
    here = verified.checks(report.files)
    assert [check.row for check in verified.check(report)] == [check.row for check in here]


def test_a_check_that_takes_too_long_is_one_line(committed, monkeypatch):
    report = container.read(committed / "reports/small.pdf")
    monkeypatch.setattr(confined, "WAIT", 0.01)
    with pytest.raises(UserError, match=r"small.pdf: refused: reading it took more than 0.01 seconds"):
        verified.check(report)


# -- all that it lists ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["seeds-least_squares.csv", "settings.json", "small.md", "dvc.lock"])
def test_a_file_that_was_removed_is_one_line_and_nothing_else_is_looked_at(report, name):
    without = {other: content for other, content in report.items() if other != name}
    first, *others = verified.checks(without)
    assert first.differences == [f"{name}: expected it, as {CRATE} lists it, found nothing"]
    assert [(check.differences, check.unknown) for check in others] == [((), [f"{name} missing"])] * 3


def test_a_file_that_was_changed_is_one_line(report):
    [line] = files({**report, "dvc.yaml": report["dvc.yaml"] + b"\n"})
    assert re.fullmatch(
        rf"dvc.yaml: expected what {CRATE} lists \(sha256 [0-9a-f]{{64}}\), found another content", line
    )


@pytest.mark.parametrize("name", ["seeds-other.csv", "../../escape.py"])
def test_a_file_too_much_is_one_line(report, name):
    assert files({**report, name: b""}) == [f"{name}: expected no other files than {CRATE} lists, found this one"]


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1]", b'{"@graph": [1]}', b'{"@graph": 3}'])
def test_a_list_of_files_that_is_none_is_one_line(report, content):
    given = {name: text for name, text in report.items() if name != CRATE} | (
        {} if content is None else {CRATE: content}
    )
    first, *others = verified.checks(given)
    assert len(first.differences) == 1
    assert first.differences[0].startswith(f"{CRATE}: expected ")
    assert all(check.unknown for check in others)


def test_a_name_that_is_listed_and_leads_out_is_refused(report):
    crate = json.loads(report[CRATE])
    crate["@graph"].append({"@id": "../x.py", "@type": "File", "sha256": "0"})
    given = {**report, CRATE: json.dumps(crate).encode(), "../x.py": b""}
    assert [check.differences for check in verified.checks(given)][1:] == [
        ["'../x.py': expected a file that a report carries, as seeds-EXPERIMENT.csv"],
        (),
        (),
    ]


# -- each as the others tell of it ------------------------------------------------------------------------------------

CHANGES = {  # a file, what stands in it, what somebody writes there, and all that is said
    "a parameter": (
        "params.yaml",
        "noise: 0.5",
        "noise: 0.6",
        [
            r"params.yaml: least_squares.data.noise: expected 0.5, found 0.6; dvc.lock has the expected one, for \w+ and \d more",
            "settings.json: least_squares.data.noise: expected 0.6, found 0.5; params.yaml has the expected one",
        ],
    ),
    "a parameter that is gone": (
        "params.yaml",
        "steps: 200",
        "stops: 200",
        [
            r"params.yaml: least_squares.training.steps: expected 200, found nothing; .*",
            r"params.yaml: least_squares.training.stops: expected nothing, found 200; .*",
            r"settings.json: least_squares.training.stops: expected 200, found nothing; .*",
            r"settings.json: least_squares.variants.plain.stops: expected 200, found nothing; .*",
            r"settings.json: least_squares.variants.momentum.stops: expected 200, found nothing; .*",
        ],
    ),
    "the report's title": (
        "params.yaml",
        "title: ",
        "title: Not ",
        [r"settings.json: report.title: expected Not (.*), found \1; params.yaml has the expected one"],
    ),
    "a version": (
        "versions.yaml",
        "numpy: ",
        "numpy: 9",
        [r"versions.yaml: numpy: expected (.*), found .*; dvc.lock has the expected one, for \w+ and \d+ more"],
    ),
    "a setting": (
        "settings.json",
        '"noise": 0.5',
        '"noise": 0.7',
        ["settings.json: least_squares.data.noise: expected 0.5, found 0.7; params.yaml has the expected one"],
    ),
    "what a variant inherits": (
        "settings.json",
        '"momentum": 0.8',
        '"momentum": 0.9',
        [r"settings.json: least_squares.variants.momentum.momentum: expected 0.8, found 0.9; .*"],
    ),
    "where data are from": (
        "data-least_squares.json",
        "random points",
        "real points",
        [r"data-least_squares.json: expected what dvc.lock records \(md5 [0-9a-f]+\), found another content"],
    ),
    "a curve": (
        "curves-least_squares-plain.csv",
        "\n1,",
        "\n1,1",
        [r"curves-least_squares: expected what dvc.lock records \(md5 [0-9a-f]+.dir\), found another content"],
    ),
    "a figure": (
        "figures.json",
        '"md5": "',
        '"md5": "0',
        [r"figures.json: reports/figures/least_squares: expected what dvc.lock records .*, found another content"],
    ),
    "a folder of figures": (
        "figures.json",
        "reports/figures/least_squares/",
        "reports/figures/other/",
        [
            r"figures.json: reports/figures/least_squares: expected what dvc.lock records \(md5 .*\), found nothing",
            r"figures.json: reports/figures/other: expected it among the outputs in dvc.lock, found none",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "lines"), CHANGES.values(), ids=CHANGES)
def test_what_another_file_tells_otherwise_is_a_line_that_names_file_and_key(report, name, old, new, lines):
    told = chain(carried.changed(report, name, old, new))
    assert len(told) == len(lines), told
    for line, pattern in zip(told, lines, strict=True):
        assert re.fullmatch(pattern, line), line


def test_edited_metrics_are_not_what_the_stage_wrote_and_not_the_means(report):
    metrics = json.loads(report["metrics-least_squares.json"])
    metrics["momentum"]["steps_needed"] = 3
    told = chain({**report, "metrics-least_squares.json": json.dumps(metrics).encode()})
    assert re.fullmatch(
        r"metrics-least_squares.json: expected what dvc.lock records .*, found another content", told[0]
    )
    assert re.fullmatch(
        r"metrics-least_squares.json: momentum.steps_needed: expected [\d.]+, found 3; seeds-least_squares.csv has the mean",
        told[1],
    )
    assert len(told) == 2


def test_edited_seeds_are_not_what_the_stage_wrote_and_have_other_means(report):
    text = report["seeds-least_squares.csv"].decode()
    row = next(line for line in text.splitlines() if line.startswith("momentum,0,"))
    told = chain(carried.changed(report, "seeds-least_squares.csv", row, f"{row.rpartition(',')[0]},123.0"))
    assert told[0].startswith("seeds-least_squares.csv: expected what dvc.lock records")
    assert told[1].endswith("; seeds-least_squares.csv has the mean")
    assert len(told) == 2


def test_a_lock_of_another_commit_is_told_by_parameters_and_files(report, committed_twice):
    other = container.read(committed_twice / "reports/small.pdf").files["dvc.lock"]
    told = chain({**report, "dvc.lock": other})
    assert any(line.startswith("params.yaml: least_squares.data.noise: expected 0.6, found 0.5; ") for line in told)
    names = ("curves-least_squares", "metrics-least_squares.json", "seeds-least_squares.csv", "data-least_squares.json")
    for name in names:
        assert any(line.startswith(f"{name}: expected what dvc.lock records") for line in told), name


def test_a_lock_in_which_a_stage_read_what_none_wrote_is_told_of(report):
    before, *others = re.split(r"(?<=path: data/least_squares\n)", report["dvc.lock"].decode())
    read = [re.sub(r"md5: \w{32}.dir", "md5: " + "0" * 32 + ".dir", text, count=1) for text in others[1:]]
    [line] = chain({**report, "dvc.lock": "".join([before, others[0], *read]).encode()})
    assert re.fullmatch(
        r"dvc.lock: \w+@plain and \d more: data/least_squares: expected md5 \w+.dir, as it was written, found 0+.dir",
        line,
    )


def test_a_lock_in_which_two_stages_read_two_contents_is_told_of(report):
    before, behind = report["dvc.lock"].decode().rsplit("path: runs/least_squares\n", 1)
    other = re.sub(r"md5: \w{32}.dir", "md5: " + "0" * 32 + ".dir", behind, count=1)
    [line] = chain({**report, "dvc.lock": f"{before}path: runs/least_squares\n{other}".encode()})
    assert re.fullmatch(
        r"dvc.lock: draw_\w+: runs/least_squares: expected md5 \w+.dir, as summarize_\w+ read it, found 0+.dir", line
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("settings.json", b"{"),
        ("settings.json", b'{"least_squares": 3}'),
        ("params.yaml", b"a: ["),
        ("dvc.lock", b"stages: 3"),
        ("figures.json", b"[]"),
        ("figures.json", b'{"a": 3}'),
        ("metrics-least_squares.json", b"3"),
        ("seeds-least_squares.csv", b""),
        ("seeds-least_squares.csv", b"variant,seed,loss\nplain,0,a\n"),
    ],
)
def test_a_file_that_is_none_ends_in_lines(report, name, content):
    assert chain({**report, name: content})


def test_without_a_lock_parameters_and_files_are_not_checked(tmp_path):
    found = carried.check(carried.by(carried.build(tmp_path, "en")), "chain")
    assert found.differences == []
    assert found.unknown == ["parameters and files by what the stages recorded: the report carries no dvc.lock"]
