"""Two editions of a report: what stands in the full one alone, and that the other says so wherever something leads there."""

import pytest
import sample

from ronkyo.errors import ReportError
from ronkyo.report import build, chapters

WORDINGS = "{% supported %}\n支持。\n{% undecided %}\n未決。\n{% contradicted %}\n否定。\n"
CLAIM = '{% claim "a", higher("digits.gru.accuracy", than=0.1), hypothesis="仮説" %}\n' + WORDINGS + "{% endclaim %}\n"


@pytest.fixture
def project(tmp_path):
    project = sample.build(tmp_path)
    sample.write_results(project)
    return project


@pytest.fixture
def render(project):
    def rendered(text, **others):
        sample.write_report(project, text, **others)
        return chapters.render(project)

    return rendered


# -- the tag ----------------------------------------------------------------------------------------------------------


def test_the_markdown_has_everything_and_marks_what_the_submission_leaves_out(render):
    text = render("## 章\n\n前。\n{% full %}\n中。\n{% endfull %}\n後。\n").text
    assert text == "## 章\n\n前。\n\n\n<!-- full -->\n\n中。\n\n\n<!-- /full -->\n\n後。\n"


def test_a_full_block_holds_claims_and_whole_chapters(render):
    inner = f"### 節\n\n{CLAIM}\n- 点\n\n{{{{ figure('digits/confusion', caption='図', alt='図') }}}}\n"
    text = '## 章\n\n{% full %}\n{% include "chapters/inner.md.j2" %}\n{% endfull %}\n\n{{ ledger() }}\n'
    rendered = render(text, inner=inner)
    inside = rendered.text.partition("<!-- full -->")[2].partition("<!-- /full -->")[0]
    assert 'id="claim:a"' in inside
    assert "fig:digits/confusion" in inside
    assert [stated.claim.number for stated in rendered.claims.stated] == [1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{% full %}\n\n{{ nothing() }}\n{% endfull %}\n", 5),
        ("{% full %}\n中\n\n$\\nothing$\n{% endfull %}\n", 6),
        ("{% full %}\n中\n\n[a](#nothing)\n{% endfull %}\n", 6),
        ("{% full %}\n中\n{% endfull %}\n\n後 $\\nothing$\n", 7),
        ("文 {% full %}\n中\n{% endfull %}\n", 3),
        ("{% full %}\n中\n{% endfull %}。\n", 5),
        ("{% full %}\n中\n", 4),
        (CLAIM.replace("支持。", "支持。\n{% full %}\n中\n{% endfull %}"), 6),
    ],
    ids=["call", "formula", "link", "behind", "not alone", "end not alone", "no end", "in a claim"],
)
def test_what_is_wrong_in_or_with_a_full_block_is_told_with_its_place(project, text, line):
    sample.write_report(project, f"## 章\n\n{text}\n")
    with pytest.raises(ReportError, match=rf"report_templates/report\.md\.j2:{line}: "):
        build.parse(chapters.draft(project))
