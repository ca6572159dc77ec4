"""Every wording of the report's claims, whichever verdict the data may give one day."""

import re
from pathlib import Path

import pytest

from ronkyo.claims.predicates import Predicate, Verdict
from ronkyo.project import Project
from ronkyo.report import chapters

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("forced", list(Verdict))
def test_every_wording_of_the_reports_claims_can_be_printed(monkeypatch, forced):
    """The committed results, with each verdict in turn for all claims."""
    monkeypatch.setattr(Predicate, "decide", lambda self: (forced, self.compare()))
    rendered = chapters.render(Project.find(ROOT))
    assert len(rendered.claims.stated) >= 25
    for stated in rendered.claims.stated:
        assert re.search(r"。(（判定できない理由：.*）)?$", stated.sentence), stated.sentence
    rendered.ledger()
