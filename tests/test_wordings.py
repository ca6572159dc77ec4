"""Every wording of the report's claims, whichever verdict the data may give one day."""

import re
from pathlib import Path

import pytest

from ronkyo.claims.predicates import Predicate
from ronkyo.claims.verdicts import Verdict
from ronkyo.project import Project
from ronkyo.report import chapters

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("forced", list(Verdict))
def test_every_wording_of_the_reports_claims_can_be_printed(monkeypatch, forced):
    """The committed results, with each verdict in turn for all claims that can have it."""
    decide = Predicate.decide

    def forced_where_possible(self, *arguments):
        verdict, comparisons = decide(self, *arguments)
        possible = forced != Verdict.EQUAL or any(comparison.matters for comparison in comparisons)
        return (forced if possible else verdict), comparisons

    monkeypatch.setattr(Predicate, "decide", forced_where_possible)
    rendered = chapters.render(Project.find(ROOT))
    assert not rendered.claims.problems
    assert len(rendered.claims.stated) >= 60
    for stated in rendered.claims.stated:
        assert re.search(r"。(（判定できない理由：.*）)?$", stated.sentence), stated.sentence
        assert "とはいえない" not in stated.text, "heard as: there is no difference"
    rendered.ledger()


def test_a_hypothesis_is_short_no_sentence_and_its_claims_own():
    rendered = chapters.render(Project.find(ROOT))
    hypotheses = [stated.claim.hypothesis for stated in rendered.claims.stated]
    assert not [text for text in hypotheses if not 4 < len(text) <= 45 or text.endswith("。")]
    assert len(set(hypotheses)) == len(hypotheses)


def test_an_explanation_says_that_it_explains():
    texts = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "report_templates").rglob("*.md.j2"))
    explanations = re.findall(
        r"\{% explanation %\}(.*?)\{% (?:supported|equal|undecided|contradicted|endclaim) %\}", texts, re.S
    )
    assert len(explanations) > 5
    for explanation in explanations:
        assert re.search("考えられる|分からない|限らない|断定できない|異なる|うる", explanation), explanation
