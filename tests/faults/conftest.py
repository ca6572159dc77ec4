"""A small project, its pipeline run once; tests break copies of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import smallest
from injection import Copy


@pytest.fixture
def copy(tmp_path, tmp_path_factory) -> Copy:
    """For commands in processes of their own."""
    return Copy(smallest.copy(tmp_path_factory.getbasetemp(), tmp_path))


@pytest.fixture
def root(copy, monkeypatch) -> Iterator[Path]:
    """A copy as the current folder, for calls in this process."""
    monkeypatch.chdir(copy.root)
    yield copy.root
    smallest.forget()
