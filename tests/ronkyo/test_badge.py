"""The badge of a README."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from ronkyo import cli
from ronkyo.project import Project
from ronkyo.verify.badge import badge
from ronkyo.verify.check import Check
from ronkyo.words import Words

SVG = "{http://www.w3.org/2000/svg}"
GOOD, BAD = Check("inputs", "3 files"), Check("inputs", "3 files", ["params.yaml: expected 1, found 2"])


def drawn(svg: str) -> tuple[str, etree._Element]:
    """What a screen reader says, and the tree."""
    root = etree.fromstring(svg.encode())
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    assert root.find(f"{SVG}desc").text
    texts = [element.text for element in root.iter(f"{SVG}text")]
    title = root.find(f"{SVG}title").text
    assert title == ": ".join(texts)
    return title, root


def of(project: Project, check: Check, language: str = "en") -> str:
    return drawn(badge(project, [check], Words(language)))[0]


def replayed(root: Path, file: str, **fields) -> None:
    document = {"confirmed": True, "of": "HEAD", "began": "2026-11-26T10:20:30+00:00", "grades": {}} | fields
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(json.dumps(document), encoding="utf-8")


def test_it_says_whether_the_report_is_current_and_how_many_claims_it_has(small_copy):
    assert of(small_copy, GOOD) == "report: current, 1 claim"
    small_copy.claims_file.write_text('{"a": {}, "b": {}}')
    assert of(small_copy, GOOD) == "report: current, 2 claims"
    assert of(small_copy, BAD) == "report: not current"
    assert of(small_copy, GOOD, "ja") == "レポート: 最新、主張 2 個"


def test_a_replay_is_told_of_as_long_as_its_results_are_the_committed_ones(committed_copy):
    project = Project.find(committed_copy)
    replayed(committed_copy, "reports/replay.json", began="2026-11-20T00:00:00+00:00")
    replayed(committed_copy, "docs/replay/replay.json")
    assert of(project, GOOD) == "report: current, 1 claim, replayed on 2026-11-26"
    assert of(project, BAD) == "report: not current"
    replayed(committed_copy, "docs/replay/replay.json", confirmed=False)
    assert of(project, GOOD) == "report: current, 1 claim, replayed on 2026-11-20"
    metrics = project.metrics_file("least_squares")
    metrics.write_text(metrics.read_text().replace("1", "2", 1))
    assert of(project, GOOD) == "report: current, 1 claim"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_text_lies_within_its_field(small, language):
    _, root = drawn(badge(small, [GOOD], Words(language)))
    grey, field = [rect for rect in root.iter(f"{SVG}rect")][1:]
    left, right = root.iter(f"{SVG}text")
    edge, end = float(field.get("x")), float(grey.get("width"))
    assert edge + float(field.get("width")) == end == float(root.get("width"))
    for text, beginning, ending in ((left, 0, edge), (right, edge, end)):
        x, length = float(text.get("x")), float(text.get("textLength"))
        assert beginning + 5 < x
        assert abs(x + length + 6 - ending) <= 0.5  # fields are whole pixels
        wide = sum(sign > "\u3000" for sign in text.text)
        assert 11 * wide <= length <= 11 * wide + 8 * (len(text.text) - wide)


def test_the_command_writes_it_in_the_language_that_is_asked_for(committed_copy, capsys):
    target = committed_copy / "reports/badge.svg"
    assert cli.main(["-C", str(committed_copy), "verify", "--badge", "reports/badge.svg"]) == 0
    assert drawn(target.read_text(encoding="utf-8"))[0] == "report: current, 1 claim"
    assert cli.main(["-C", str(committed_copy), "verify", "--badge", "reports/badge.svg", "--language", "ja"]) == 0
    assert drawn(target.read_text(encoding="utf-8"))[0] == "レポート: 最新、主張 1 個"
    params = committed_copy / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("noise: 0.5", "noise: 0.6"), encoding="utf-8")
    assert cli.main(["-C", str(committed_copy), "verify", "--badge", "reports/badge.svg"]) == 1
    assert drawn(target.read_text(encoding="utf-8"))[0] == "report: not current"
