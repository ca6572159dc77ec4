"""Reports that tests write; and of all that are set in a test, nothing of the source is missing without a warning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from reading import BOXES

from ronkyo.foreign import count, render


@pytest.fixture
def report(tmp_path, monkeypatch):
    """Writes a report into an empty folder and parses it."""
    monkeypatch.chdir(tmp_path)

    def parse(text, name="report.md", language="ja"):
        Path(name).write_text(text, encoding="utf-8")
        return render.parse(Path(name), language, BOXES)

    return parse


@pytest.fixture(autouse=True)
def nothing_is_lost(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """Unless the test is marked `loses`."""
    lost: list[count.Difference] = []
    find = count.unexplained

    def record(*arguments):
        found = find(*arguments)
        lost.extend(found)
        return found

    monkeypatch.setattr(count, "unexplained", record)
    yield
    if "loses" not in request.keywords:
        assert lost == []
