from pathlib import Path

import pytest
from reading import BOXES

from ronkyo.foreign import render


@pytest.fixture
def report(tmp_path, monkeypatch):
    """Writes a report into an empty folder and parses it."""
    monkeypatch.chdir(tmp_path)

    def parse(text, name="report.md", language="ja"):
        Path(name).write_text(text, encoding="utf-8")
        return render.parse(Path(name), language, BOXES)

    return parse
