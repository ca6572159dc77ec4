"""The page of conclusions, which stands before the claims that it tells of."""

import re

import pytest
import sample

from ronkyo import files
from ronkyo.errors import UserError
from ronkyo.report import build, chapters
from ronkyo.typeset import page
from ronkyo.typeset.front import Front

NOUNS = "metrics: {accuracy: {noun: 正解率, better: higher}}\n"
ROWS = """\
conclusions:
  - {exercise: "#演習", question: "双方向がよいか", claim: two}
  - {exercise: "#演習", name: 数字, question: "0.1 か", claim: tenth}
"""
REPORT = """\
{{ conclusions() }}

前書き。

## 演習

{{ compared("digits.bilstm.accuracy", than="digits.gru.accuracy", id="two") }}

{% claim "tenth", exact("digits.chance.accuracy", equals=0.1), hypothesis="0.1" %}
{% supported %}
値は {{ constant("digits.chance.accuracy", ".1f") }}（外の値 {{ claim.effect() }}（桁 {{ claim.n }}））で
ある。次の文は一覧にない。
{% endclaim %}

{{ ledger() }}
"""
ORIGINAL = """\
statements:
  - {says: 双方向が最もよい, short: 双方向がよい, tested: x, claims: [two], covers: part}
  - {says: やはり双方向が最もよい, short: 双方向がよい, tested: x, claims: [two], covers: part}
numbers: {}
comparable: {}
"""


@pytest.fixture
def project(tmp_path):
    project = sample.build(tmp_path)
    sample.write_results(project)
    files.write_text(project.templates / "metrics.yaml", NOUNS)
    files.write_text(project.templates / "conclusions.yaml", ROWS)
    sample.write_report(project, REPORT)
    return project


def rows(root):
    return [[cell.text_content() for cell in row] for row in root.xpath('//section[@class="conclusions"]//tr')]


def test_the_page_tells_question_answer_numbers_and_verdict_of_claims_that_come_later(project):
    built = build.parse(chapters.render(project))
    assert rows(built.root) == [
        ["演習", "問い", "答え", "効果 [区間]", "判定", "頁"],
        [
            "1 演習",
            "双方向がよいか",
            "BiLSTM(64) は GRU(64) より正解率が高い。",
            "差 0.102 [0.082, 0.123]（n = 4）",
            "支持",
            "本文",
        ],
        ["", "0.1 か", "値は 0.1 である。", "差 0（計算値）", "支持", "本文"],
    ]
    assert [(heading.id, heading.number) for heading in built.headings] == [("conclusions", ""), ("演習", "1")]


def test_what_the_earlier_report_said_is_told_once_in_short_with_its_verdict(project):
    files.write_text(project.templates / "original.yaml", ORIGINAL)
    head, first, second = rows(build.parse(chapters.render(project)).root)
    assert head[5] == "以前のレポート"
    assert first[5] == "双方向がよい 一部だけ 支持"
    assert second[5] == "—"


def test_it_stands_before_the_contents_which_name_it_and_on_paper_has_numbers_of_pages(project):
    front = Front("題", project.load_report().date)
    built = build.parse(chapters.render(project))
    for text, printed in (
        (page.for_print(built, front).html, True),
        (page.for_browser(built, front, project.root).html, False),
    ):
        places = [
            text.index(part) for part in ('id="conclusions"', "前書き。", 'id="page:contents"', 'href="#conclusions"')
        ]
        assert places == sorted(places)
        link = re.search(r'<a class="page" href="#claim:two">(.*?)</a>', text)
        assert link is not None
        assert link[1] == ("" if printed else "本文")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "claim: two",
            "claim: too",
            "conclusions.yaml: conclusions.0.claim: no template states the claim 'too'; nearest: two",
        ),
        (
            '"#演習", name',
            '"#演出", name',
            "conclusions.yaml: conclusions.1: reference '演出': no such target",
        ),
        ('"#演習", name', "演習, name", "conclusions.yaml: conclusions.1.exercise: "),
        (
            ROWS,
            "conclusions: []\n",
            "report.md.j2:1: conclusions(): expected report_templates/conclusions.yaml with conclusions",
        ),
    ],
)
def test_a_mistake_in_the_conclusions_names_the_file_and_the_row(project, old, new, message):
    assert old in ROWS
    files.write_text(project.templates / "conclusions.yaml", ROWS.replace(old, new, 1))
    with pytest.raises(UserError, match=re.escape(message)):
        build.parse(chapters.draft(project))
