"""For all tests that set a report: nothing of its source is missing without a warning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ronkyo.foreign import count


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
