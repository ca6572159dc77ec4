"""Claims in templates: which verdict the data give, which wording is printed, and where mistakes are said to be."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sample

from ronkyo import files, params, results
from ronkyo.claims import estimates, ledger
from ronkyo.claims.predicates import Predicate
from ronkyo.claims.quantity import Kind, Quantity
from ronkyo.claims.statements import Claim
from ronkyo.claims.verdicts import Comparison, Verdict, decisive, every
from ronkyo.errors import ReportError, UserError
from ronkyo.report import build, chapters
from ronkyo.report.values import Values
from ronkyo.words import Words

WORDINGS = "{% supported %}\n支持。\n{% undecided %}\n未決。\n{% contradicted %}\n否定。\n"
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    project = sample.build(tmp_path_factory.mktemp("claims"), original="原本")
    sample.write_results(project)
    return project


@pytest.fixture
def project(tmp_path):
    """A project with known results that a test may change."""
    project = sample.build(tmp_path, original="原本")
    sample.write_results(project)
    return project


@pytest.fixture
def state(project):
    return stating(project)


def stating(project):
    """A function that renders a claim on a project's results and gives what was rendered."""

    def render(predicate, wordings=WORDINGS, id="a", before="", after="", options=', hypothesis="仮説"'):
        claim = f'{{% claim "{id}", {predicate}{options} %}}\n{wordings}{{% endclaim %}}\n'
        sample.write_report(project, f"## 章\n\n{before}{claim}{after}\n{{{{ ledger() }}}}\n")
        return chapters.render(project)

    return render


def verdict(rendered):
    return str(rendered.claims.stated[0].claim.verdict)


def said(rendered):
    return rendered.claims.stated[0].sentence


V = "digits"
DECIDED = {
    "higher": ('higher("digits.bilstm.accuracy", than="digits.gru.accuracy")', "supported"),
    "higher, the other way": (
        'higher("digits.gru.accuracy", than="digits.bilstm.accuracy")',
        "contradicted",
    ),
    "higher, with no clear difference": (
        'higher("digits.bilstm.accuracy", than="digits.lstm.accuracy")',
        "undecided",
    ),
    "higher, by less than the margin": (
        'higher("digits.bilstm.accuracy", than="digits.gru.accuracy", margin=0.2)',
        "contradicted",
    ),
    "lower": ('lower("digits.gru.accuracy", than="digits.bilstm.accuracy")', "supported"),
    "lower, by more than the margin": (
        'lower("digits.gru.accuracy", than="digits.bilstm.accuracy", margin=0.05)',
        "supported",
    ),
    "higher than a constant": (
        'higher("digits.gru.accuracy", than="digits.chance.accuracy")',
        "supported",
    ),
    "not higher than a constant": (
        'higher("digits.simple_rnn.accuracy", than="digits.chance.accuracy")',
        "undecided",
    ),
    "higher than a number": ('higher("digits.gru.accuracy", than=0.5)', "contradicted"),
    "a ratio": (
        'higher("digits.bilstm.accuracy", than="digits.simple_rnn.accuracy", ratio=True)',
        "supported",
    ),
    "a ratio that does not reach its margin": (
        'higher("digits.bilstm.accuracy", than="digits.gru.accuracy", ratio=True, margin=1)',
        "contradicted",
    ),
    "a ratio that falls below one by its margin": (
        'lower("digits.gru.accuracy", than="digits.bilstm.accuracy", ratio=True, margin=0.1)',
        "supported",
    ),
    "over items": (
        'higher("digits.bilstm.accuracy", than="digits.gru.accuracy", over="items")',
        "supported",
    ),
    "highest of some": ('highest("digits.bilstm.accuracy", among=["gru", "simple_rnn"])', "supported"),
    "highest of all, with a rival": ('highest("digits.bilstm.accuracy")', "undecided"),
    "highest, but one is higher": ('highest("digits.gru.accuracy")', "contradicted"),
    "lowest": ('lowest("digits.simple_rnn.accuracy")', "supported"),
    "lowest by ratios": ('lowest("digits.simple_rnn.accuracy", ratio=True)', "supported"),
    "equal within": (
        'equal("digits.bilstm.accuracy", to="digits.lstm.accuracy", within=0.1)',
        "supported",
    ),
    "not equal within": (
        'equal("digits.bilstm.accuracy", to="digits.gru.accuracy", within=0.05)',
        "contradicted",
    ),
    "equal within less than the interval": (
        'equal("digits.bilstm.accuracy", to="digits.lstm.accuracy", within=0.01)',
        "undecided",
    ),
    "decreasing along a parameter": (
        'decreasing("addition", "steps", along="hidden_size", variants=["hidden_16", "hidden_32", "hidden_64"])',
        "supported",
    ),
    "increasing along a parameter": (
        'increasing("addition", "steps", along="hidden_size", variants=["hidden_16", "hidden_32"])',
        "contradicted",
    ),
    "a share, all": ('share("addition.hidden_16.converged", more_than=0.5)', "supported"),
    "a share, none": ('share("addition.hidden_64.converged", more_than=0.5)', "contradicted"),
    "a share, few": ('share("addition.hidden_64.converged", less_than=0.5)', "supported"),
    "a share, half": ('share("addition.hidden_32.converged", more_than=0.5)', "undecided"),
    "more often": (
        'more_often("addition.hidden_64.diverged", than="addition.hidden_64.converged")',
        "supported",
    ),
    "as often": (
        'more_often("addition.hidden_32.diverged", than="addition.hidden_32.converged")',
        "undecided",
    ),
    "never differing": (
        'more_often("addition.hidden_16.converged", than="addition.hidden_16.converged")',
        "undecided",
    ),
    "exact": ('exact("digits.chance.accuracy", equals="digits.chance.tenth")', "supported"),
    "exact, with a number": ('exact("digits.chance.accuracy", equals=0.2)', "contradicted"),
    "exact, but for the sixth digit": ('exact("digits.chance.accuracy", equals=0.1000004)', "supported"),
    "one constant lower than another": (
        'lower("digits.chance.accuracy", than="digits.chance.fifth")',
        "supported",
    ),
    "one constant higher than twice another": (
        'higher("digits.chance.fifth", than="digits.chance.accuracy", ratio=True, margin=1.5)',
        "contradicted",
    ),
    "highest over items": (
        'highest("digits.gru.accuracy", among=["simple_rnn"], over="items")',
        "supported",
    ),
    "decreasing by ratios": (
        'decreasing("addition", "steps", along="hidden_size", variants=["hidden_16", "hidden_32"], ratio=True)',
        "supported",
    ),
    "exact, not finite": ('exact("digits.broken.accuracy", equals=0.2)', "undecided"),
    "all of": (
        'all_of(higher("digits.gru.accuracy", than=0.15), share("addition.hidden_16.converged", more_than=0.5))',
        "supported",
    ),
    "all of, one contradicted": (
        'all_of(higher("digits.gru.accuracy", than=0.5), higher("digits.gru.accuracy", than=0.2))',
        "contradicted",
    ),
}


@pytest.mark.parametrize(("predicate", "expected"), DECIDED.values(), ids=DECIDED.keys())
def test_a_predicate_is_decided_by_the_data(measured, predicate, expected):
    rendered = stating(measured)(predicate)
    assert verdict(rendered) == expected
    wording = {"supported": "支持。", "undecided": "未決。", "contradicted": "否定。"}[expected]
    assert said(rendered).startswith(wording)


UNDECIDED = {
    "a metric that is not finite": (
        'higher("digits.gru.loss", than="digits.bilstm.loss")',
        "有限でない値がある",
    ),
    "the same values": ('higher("digits.lstm_clip.accuracy", than=0.1)', "ばらつきが分からない"),
    "the same values in pairs": (
        'higher("digits.gru.accuracy", than="digits.gru.accuracy")',
        "ばらつきが分からない",
    ),
    "a constant that is not finite": (
        'higher("digits.gru.accuracy", than="digits.broken.accuracy")',
        "有限でない値がある",
    ),
    "more often of what is no zero or one": (
        'more_often("addition.hidden_16.converged", than="addition.hidden_16.steps")',
        "0 と 1 以外",
    ),
    "a share of what is no zero or one": (
        'share("addition.hidden_16.steps", more_than=0.5)',
        "0 と 1 以外",
    ),
    "nothing to tell them apart by": (
        'more_often("addition.hidden_16.converged", than="addition.hidden_16.converged")',
        "違いがない",
    ),
}


@pytest.mark.parametrize(("predicate", "reason"), UNDECIDED.values(), ids=UNDECIDED.keys())
def test_what_cannot_be_decided_says_why(measured, predicate, reason):
    rendered = stating(measured)(
        predicate, wordings=WORDINGS.replace("未決。", '未決、{{ claim.interval(".1f") | plain }}。')
    )
    assert verdict(rendered) == "undecided"
    assert said(rendered).startswith("未決、—。（判定できない理由：")
    assert reason in said(rendered)


def test_one_seed_is_undecided(project, state):
    seeds = {name: {"accuracy": np.array(values[:1])} for name, values in sample.ACCURACY.items()}
    results.write_summary(project, "digits", results.Summary(seeds=seeds))
    rendered = state('highest("digits.bilstm.accuracy")')
    assert verdict(rendered) == "undecided"
    entry = rendered.ledger()["a"]
    assert entry["reason"] == "one value"
    assert entry["changes_if"] == ["シードを 2 個以上にしたとき"]
    json.dumps(entry, allow_nan=False)


def test_more_comparisons_in_one_claim_widen_its_intervals(state):
    one = state('highest("digits.bilstm.accuracy", among=["gru"])').claims.stated[0].claim
    two = state('highest("digits.bilstm.accuracy", among=["gru", "simple_rnn"])').claims.stated[0].claim
    assert one.comparisons[0].level == pytest.approx(0.95)
    assert two.comparisons[0].level == pytest.approx(0.975)
    assert two.comparisons[0].estimate.low < one.comparisons[0].estimate.low


def test_verdicts_combine_as_three_valued_and():
    s, u, c = Verdict.SUPPORTED, Verdict.UNDECIDED, Verdict.CONTRADICTED
    assert [every(pair) for pair in ([s, s], [s, u], [u, c], [c, s])] == [s, u, c, c]


def test_a_wording_can_tell_the_numbers_of_the_verdict(state):
    rendered = state(
        'higher("digits.bilstm.accuracy", than="digits.gru.accuracy")',
        wordings='{% supported %}差 {{ claim.effect(".4f") | plain }}、{{ claim.interval(".2f") | plain }}、'
        "{{ claim.n | plain }} 個。\n",
    )
    assert said(rendered) == "差 0.1025、[0.08, 0.12]、4 個。"


def test_a_wording_can_name_what_it_compares_with(state):
    rendered = state(
        'highest("digits.gru.accuracy", among=["simple_rnn", "bilstm"])',
        wordings='{% contradicted %}{{ claim.names("contradicted") }}に劣り、{{ claim.names("supported") }}に勝る：'
        "{{ claim.name }}。\n",
    )
    assert said(rendered) == "BiLSTM(64)に劣り、SimpleRNN(128)に勝る：BiLSTM(64)。"


def test_a_sentence_may_end_its_paragraph_and_another_may_follow_it(state):
    rendered = state('higher("digits.gru.accuracy", than=0.1)', before="前。\n", after="\n次の段落。\n")
    assert "前。\n<span" in rendered.text
    assert "</span>\n\n次の段落。" in rendered.text
    paragraph = build.parse(rendered).root.find("p")
    assert "".join(paragraph.itertext()).startswith("前。支持。 主張 1「仮説」 支持（4 シード）")


def badges(rendered):
    """The texts of the marks behind the sentences."""
    return [link.text_content() for link in build.parse(rendered).root.iter("a") if "badge" in link.get("class", "")]


def test_the_mark_behind_a_sentence_names_the_hypothesis_its_verdict_and_what_it_rests_on(measured):
    said = {
        'higher("digits.gru.accuracy", than=0.5)': "否定（4 シード）",
        'higher("digits.bilstm.accuracy", than="digits.gru.accuracy", over="items")': "支持（120 項目）",
        'all_of(higher("digits.gru.accuracy", than=0.1), higher("digits.gru.accuracy", than=0.1, over="items"))': (
            "支持（4 シード、120 項目）"
        ),
        'all_of(higher("digits.gru.accuracy", than=0.1), share("addition.hidden_16.converged", more_than=0.5))': (
            "支持（4〜8 シード）"
        ),
        'more_often("addition.hidden_32.diverged", than="addition.hidden_32.converged")': "未決（片方だけが起きた 8 シード）",
        'exact("digits.chance.accuracy", equals=0.1)': "支持（計算値）",
    }
    for predicate, end in said.items():
        rendered = stating(measured)(predicate, options=', hypothesis="A < B のほうがよい"')
        assert badges(rendered) == [f"主張 1「A < B のほうがよい」 {end}"], predicate


@pytest.mark.parametrize(
    ("hypothesis", "end"),
    [("GRU のほうがよい", "よい」 支持"), ("最もよいのは GRU(64)", "GRU(64)」 支持"), ("傾きは $x^2$", "」 支持")],
)
def test_the_verdict_is_kept_on_the_line_of_the_end_of_its_hypothesis(state, hypothesis, end):
    root = build.parse(state(OK, options=f', hypothesis="{hypothesis}"')).root
    (badge,) = root.xpath('//a[contains(@class, "badge")]')
    assert badge.findall("span")[-1].text_content() == end
    assert not root.xpath('//text()[contains(., "$")]')


def test_a_hypothesis_may_be_written_on_several_lines(state):
    rendered = state(OK, options=', hypothesis="一つ目と\n  二つ目"')
    assert rendered.claims.stated[0].claim.hypothesis == "一つ目と二つ目"


def test_an_explanation_stands_behind_the_mark_and_is_none_of_the_claims_sentences(state):
    rendered = state(
        OK, wordings="{% supported %}\n高い。\n{% explanation %}\n偶然と\n考えられる。\n", after="続き。\n"
    )
    assert rendered.ledger()["a"]["sentences"] == ["高い。"]
    root = build.parse(rendered).root
    (sentence,) = root.xpath('//span[@id="claim:a"]')
    assert "考えられる" not in sentence.text_content()
    assert sentence.tail.strip() == "偶然と考えられる。続き。"
    assert rendered.places.of_text("考えられる。") == ["report_templates/report.md.j2:8"]


def test_a_share_is_worded_by_none_some_or_all_of_its_seeds(measured):
    counted = '{{ claim.counted(none="{n} 個とも失敗", some="{n} 個のうち {k} 個", all="$10^{0}$ すなわち {n} 個とも成功") }}。'
    wordings = "".join(f"{{% {verdict} %}}\n{counted}\n" for verdict in Verdict)
    for metric, text in {
        "hidden_16": "10^{0} すなわち 8 個とも成功。",
        "hidden_32": "8 個のうち 4 個。",
        "hidden_64": "8 個とも失敗。",
    }.items():
        rendered = stating(measured)(f'share("addition.{metric}.converged", more_than=0.5)', wordings)
        assert rendered.claims.stated[0].text == text
    with pytest.raises(ReportError, match="counted: expected a claim of a share, found digits.gru.accuracy - 0.1"):
        stating(measured)(OK, wordings)


def test_numbers_without_a_format_have_the_digits_that_the_spread_supports(measured):
    told = "{{ claim.effect() | plain }} {{ claim.interval() | plain }}。"
    wordings = "".join(f"{{% {verdict} %}}\n{told}\n" for verdict in Verdict)
    said = {
        'higher("digits.bilstm.accuracy", than="digits.gru.accuracy")': "0.102 [0.082, 0.123]。",
        'higher("digits.bilstm.accuracy", than="digits.gru.accuracy", ratio=True)': "1.50 [1.38, 1.62]。",
        'share("addition.hidden_64.converged", more_than=0.5)': "0\u00a0% [0\u00a0%, 37\u00a0%]。",
        'higher("digits.bilstm.accuracy", than="digits.gru.accuracy", margin=0.0822)': "0.102 [0.0825, 0.1225]。",
        'exact("digits.chance.fifth", equals=0.1)': "0.1 [0.1, 0.1]。",
    }
    for predicate, text in said.items():
        assert stating(measured)(predicate, wordings).claims.stated[0].text == text


def test_a_number_over_seeds_without_a_format_has_the_digits_that_its_interval_supports(measured):
    values = Values(measured)
    assert values.mean("digits.gru.accuracy") == "0.208"  # ± 0.027
    assert values.mean("digits.gru.accuracy", "%") == "20.8\u00a0%"
    assert values.median("digits.gru.accuracy") == "0.205"
    assert values.interval("digits.gru.accuracy") == "0.208（95\u00a0% 信頼区間 [0.180, 0.235]）"
    assert values.mean("digits.lstm_clip.accuracy") == "0.3"  # the same in every seed
    assert values.median("digits.gru.loss") == "5.13"  # infinite in one


def claim_of(*comparisons):
    predicate = Predicate(tuple((lambda _, c=c: c,) for c in comparisons))
    found = every([comparison.verdict for comparison in comparisons])
    return Claim("a", 1, "x", "h", predicate, found, comparisons, None, None, Words("en"), "items")


def test_a_verdict_is_close_when_a_tenth_of_the_half_width_would_turn_it():
    assert claim_of(ratio(2.0, 1.05, 4.0)).close  # a tenth of half the width of log(1.05 … 4) is 0.067
    assert not claim_of(ratio(2.0, 1.3, 3.0)).close
    assert claim_of(ratio(2.0, 0.97, 4.0)).close
    contradicted = ratio(0.2, 0.1, 0.3)
    assert not claim_of(contradicted, ratio(2.0, 1.01, 4.0)).close  # whatever the other one says


def test_a_verdict_without_a_wording_fails_with_what_to_write(state):
    with pytest.raises(ReportError) as raised:
        state(
            'higher("digits.gru.accuracy", than=0.5)',
            wordings="{% supported %}支持。\n{% undecided %}未決。\n",
        )
    message = str(raised.value)
    assert message.startswith("report_templates/report.md.j2:3: claim 'a' is contradicted")
    assert "digits.gru.accuracy - 0.5: -0.2925, interval [-0.3197, -0.2653], n 4" in message
    assert "write {% contradicted %}" in message


def test_every_verdict_without_a_wording_is_told_of_at_once(state):
    other = '{% claim "b", higher("digits.gru.accuracy", than=0.6), hypothesis="b" %}\n{% supported %}支持。\n{% endclaim %}\n'
    with pytest.raises(ReportError) as raised:
        state('higher("digits.gru.accuracy", than=0.5)', wordings="{% supported %}支持。\n", before=other)
    assert [line.split(" is ")[0] for line in str(raised.value).splitlines()] == [
        "report_templates/report.md.j2:3: claim 'b'",
        "report_templates/report.md.j2:6: claim 'a'",
    ]


OK = 'higher("digits.gru.accuracy", than=0.1)'
WRONG = {
    "an unknown experiment": (
        {"predicate": 'higher("digit.gru.accuracy", than=0.1)'},
        "no 'digit'; nearest: digits; known: addition, digits",
    ),
    "an unknown variant": (
        {"predicate": 'higher("digits.gruu.accuracy", than=0.1)'},
        "no 'gruu'; nearest: gru; known: simple_rnn, gru",
    ),
    "an unknown metric": (
        {"predicate": 'highest("digits.gru.acuracy")'},
        "no 'acuracy'; nearest: accuracy; known: accuracy, loss",
    ),
    "an unknown constant": (
        {"predicate": 'higher("digits.gru.accuracy", than="digits.chanse.accuracy")'},
        "no 'chanse'; nearest: chance",
    ),
    "an exact metric": (
        {"predicate": 'exact("digits.gru.accuracy", equals=0.2)'},
        "constant 'digits.gru.accuracy': no 'gru'; known: chance, broken, nothing",
    ),
    "metrics of two experiments": (
        {"predicate": 'higher("digits.gru.accuracy", than="addition.hidden_16.steps")'},
        "expected metrics of one experiment",
    ),
    "variants out of order": (
        {"predicate": 'increasing("addition", "steps", along="hidden_size", variants=["hidden_32", "hidden_16"])'},
        "expected hidden_size to rise along them, found 32, 16",
    ),
    "a share of nothing in particular": (
        {"predicate": 'share("addition.hidden_16.converged")'},
        "share: expected one of more_than=… and less_than=…",
    ),
    "a tolerance of nothing": (
        {"predicate": 'equal("digits.gru.accuracy", to=0.1, within=0)'},
        "within: expected a number > 0, found 0",
    ),
    "over something else": (
        {"predicate": 'higher("digits.gru.accuracy", than=0.1, over="clips")'},
        "over: expected seeds, items or both, found 'clips'",
    ),
    "a ratio below zero": (
        {"predicate": 'lower("digits.gru.accuracy", than="digits.bilstm.accuracy", ratio=True, margin=1)'},
        "margin: expected a number from 0 to below 1 for a ratio, found 1",
    ),
    "a ratio with a margin below zero": (
        {"predicate": 'higher("digits.gru.accuracy", than="digits.bilstm.accuracy", ratio=True, margin=-1)'},
        "margin: expected a number ≥ 0 for a ratio, found -1",
    ),
    "no predicate": ({"predicate": "0.1"}, "expected a predicate such as higher(…), found 0.1"),
    "an unknown predicate": ({"predicate": "hihger(1)"}, "'hihger' is undefined"),
    "an unknown figure": ({"predicate": OK, "options": ', figure="x/y"'}, "figure 'x/y': no such figure"),
    "a bad id": ({"predicate": OK, "id": "A b"}, "expected an id of lower-case words joined by hyphens"),
    "text before the wordings": ({"predicate": OK, "wordings": "文。\n" + WORDINGS}, "expected {% supported %} first"),
    "a wording twice": ({"predicate": OK, "wordings": WORDINGS + WORDINGS}, "{% supported %} stands twice"),
    "an empty wording": (
        {"predicate": OK, "wordings": "{% supported %}\n"},
        "expected a sentence below {% supported %}, found nothing",
    ),
    "two paragraphs": (
        {"predicate": OK, "wordings": "{% supported %}\n文。\n\n文。\n"},
        "expected a sentence below {% supported %}, found a blank line",
    ),
    "a list": (
        {"predicate": OK, "wordings": "{% supported %}\n- 項目\n- 項目\n"},
        "expected a sentence below {% supported %}, found -",
    ),
    "a claim inside a claim": (
        {
            "predicate": OK,
            "wordings": '{% supported %}{% claim "b", ' + OK + " %}{% supported %}文。{% endclaim %}\n",
        },
        "claim 'b': expected a sentence, found a claim inside claim 'a'",
    ),
    "a comparison that is not there": (
        {"predicate": OK, "wordings": '{% supported %}{{ claim.effect(".1f", part=1) }}\n'},
        "part: expected 0 to 0, found 1",
    ),
    "a list of predicates": ({"predicate": f"all_of([{OK}])"}, "all_of: expected predicates such as higher(…)"),
    "a number for a metric": ({"predicate": "higher(3, than=1)"}, "expected a metric"),
    "a constant against a metric": (
        {"predicate": 'higher("digits.chance.accuracy", than="digits.gru.accuracy")'},
        "expected a metric over seeds to compare with digits.gru.accuracy, found a constant",
    ),
    "a share of more than all": (
        {"predicate": 'share("addition.hidden_16.converged", more_than=50)'},
        "expected a bound between 0 and 1, found 50",
    ),
    "no family": (
        {"predicate": 'highest("digits.gru.accuracy", among=[])'},
        "expected other variants to compare with, found none",
    ),
    "an unknown verdict's names": (
        {"predicate": OK, "wordings": '{% supported %}{{ claim.names("true") }}\n'},
        "'true' is not a valid Verdict",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_mistake_in_a_claim_names_template_and_line(measured, arguments, message):
    with pytest.raises(ReportError) as raised:
        stating(measured)(**arguments)
    assert str(raised.value).startswith("report_templates/report.md.j2:")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_every_claim_without_a_hypothesis_is_told_of_at_once(state):
    other = f'{{% claim "b", {OK} %}}\n{WORDINGS}{{% endclaim %}}\n'
    with pytest.raises(ReportError) as raised:
        state(OK, options="", before=other)
    noun = "a noun for accuracy in report_templates/metrics.yaml"
    expected = f"expected hypothesis=…, what it claims in a few words of the reader's, or {noun}, found none"
    assert str(raised.value).splitlines() == [
        f"report_templates/report.md.j2:3: claim 'b': {expected}",
        f"report_templates/report.md.j2:11: claim 'a': {expected}",
    ]


def test_seeds_added_without_a_plan_are_told_behind_the_sentence(project, state):
    files.write_text(project.claims_file, ledger.text(state(OK).ledger()))
    accuracy = {name: np.array([*values, np.mean(values) + 0.001]) for name, values in sample.ACCURACY.items()}
    seeds = {name: {"accuracy": values, "loss": 1 / values} for name, values in accuracy.items()}
    results.write_summary(project, "digits", results.Summary(seeds=seeds))
    rendered = state('higher("digits.gru.accuracy", than=0.1)', after="\n{{ claims_table() }}\n\n")
    assert badges(rendered) == ["主張 1「仮説」 支持（5 シード、見直し 2 回、水準の補正なし）"]
    root = build.parse(rendered).root
    assert "シード 4、5 個（区間の水準 95.00\u00a0%）" in root.text_content()
    assert "見直し 2 回、水準の補正なし" in [item.text_content().strip() for item in root.iter("dd")]
    [cell] = root.xpath('//table[.//th="仮説"]/tbody/tr/td[*[@class="verdict supported"]]')
    assert cell.text_content() == "支持 見直し 2 回、水準の補正なし"


def test_what_matters_and_was_chosen_after_a_look_is_told(project, state):
    files.write_text(project.claims_file, ledger.text(state(OK).ledger()))
    rendered = state('higher("digits.gru.accuracy", than=0.1, matters=0.01)')
    assert rendered.claims.stated[0].claim.uncorrected == 2
    assert "（区間の水準 95.00\u00a0%、同等とみなす幅は今と異なる）" in build.parse(rendered).root.text_content()
    assert [look["matters"] for look in rendered.ledger()["a"]["looks"]] == [(None,), (0.01,)]


def test_the_table_of_claims_leads_with_hypotheses_and_tells_what_stands_among_all(measured):
    claims = {
        "a": OK,
        "b": 'higher("digits.simple_rnn.accuracy", than=0.0835)',  # by a hair, which chance may give to one of many
        "c": 'higher("digits.bilstm.accuracy", than="digits.lstm.accuracy")',
    }
    before = "".join(
        f'{{% claim "{id}", {predicate}, hypothesis="仮説 {id}" %}}\n{WORDINGS}{{% endclaim %}}\n'
        for id, predicate in claims.items()
    )
    after = "\n{{ claims_table() }}\n\n{{ false_discoveries() }}\n\n"
    rendered = stating(measured)('exact("digits.chance.accuracy", equals=0.1)', id="e", before=before, after=after)
    root = build.parse(rendered).root
    assert [[cell.text_content() for cell in row] for row in root.xpath('//table[.//th="仮説"]/tbody/tr')] == [
        ["1", "仮説 a", "差 0.107 [0.080, 0.135]", "4", "支持", "○", "本文"],
        ["2", "仮説 b", "差 0.021 [0.001, 0.042]", "4", "支持 際どい", "×", "本文"],
        ["3", "仮説 c", "差 0.002 [−0.021, 0.026]", "4", "未決", "—", "本文"],
        ["4", "仮説", "差 0", "計算値", "支持", "—", "本文"],
    ]
    (told,) = (text for paragraph in root.iter("p") if (text := paragraph.text_content()).startswith("判定の決まった"))
    assert "主張は 2 個であり" in told
    assert told.endswith("残る判定は 1 個である（残らないのは主張 2）。")


@pytest.mark.parametrize("call", ["false_discoveries()", "claims_table()", "original_claims_table()"])
def test_what_tells_of_all_claims_stands_after_the_last(measured, call):
    with pytest.raises(ReportError, match=rf"stands after {re.escape(call)} at .*:\d+, which must tell of it"):
        stating(measured)(OK, before=f"{{{{ {call} }}}}\n\n")


def test_the_ledger_tells_comparisons_in_the_readers_words(project, state):
    files.write_text(project.templates / "metrics.yaml", METRICS.replace("  addition.steps", "  # addition.steps"))
    both = 'higher("digits.bilstm.accuracy", than="digits.gru.accuracy", over="both", matters=0.02)'
    root = build.parse(state(both, options="")).root
    (block,) = root.xpath('//div[@id="ledger:a"]')
    assert block.find("p").text_content() == "主張 1 BiLSTM(64) は GRU(64) より正解率が高い 支持 a 本文へ"
    over_seeds, over_items = (term.text_content() for term in block.xpath('.//dt[.="比較"]/following-sibling::dd')[:2])
    assert over_seeds.startswith(
        "正解率：BiLSTM(64) − GRU(64) > 0 を主張。差が ±0.02 の中ならば同等とみなす。推定値 0.1025、95\u00a0% 区間"
    )
    assert over_items.startswith("正解率：BiLSTM(64) − GRU(64)（声について） > 0 を主張。")
    assert over_items.endswith("支持 digits.bilstm.accuracy digits.gru.accuracy")


def test_an_id_stands_for_one_claim(state):
    twin = f'{{% claim "a", {OK}, hypothesis="x" %}}\n{WORDINGS}{{% endclaim %}}\n'
    with pytest.raises(ReportError, match="stated already at report_templates/report.md.j2:3"):
        state(OK, before=twin)


def test_claims_need_a_ledger_after_them(project, state):
    with pytest.raises(ReportError, match="stands after the ledger at report_templates/report.md.j2:3"):
        state(OK, before="{{ ledger() }}\n\n")
    sample.write_report(project, f'{{% claim "a", {OK}, hypothesis="x" %}}\n{WORDINGS}{{% endclaim %}}\n')
    with pytest.raises(ReportError, match=r"expected \{\{ ledger\(\) \}\} after the claims"):
        chapters.render(project)


def test_a_background_needs_a_reason_and_is_printed_as_it_is(state):
    rendered = state(OK, before='前、{% background "理論" %}長いほど{% endbackground %}よい。\n\n')
    assert "前、長いほどよい。\n\n" in rendered.text
    with pytest.raises(ReportError, match="expected a reason"):
        state(OK, before='{% background "" %}文{% endbackground %}')


def test_the_ledger_is_a_metrics_file_whose_single_values_are_numbers_and_verdicts(state):
    rendered = state(OK)
    entry = rendered.ledger()["a"]
    told = {key: value for key, value in entry.items() if not isinstance(value, list)}
    # 0.1075 ± 3.182 · 0.01708 / √4
    numbers = {"effect": 0.1075, "low": 0.0803247, "high": 0.134675, "n": 4}
    assert told == {"hypothesis": "仮説", "verdict": "supported", **numbers, "close": False, "stands": True}
    assert entry["sentences"] == ["支持。"]
    assert entry["evidence"] == ["reports/seeds/digits.csv"]
    assert entry["comparisons"][0]["quantity"] == "digits.gru.accuracy - 0.1"
    assert "0.08032 下がり" in entry["changes_if"][0]


def test_the_ledger_compares_with_what_the_original_printed(project, state):
    files.write_text(
        project.templates / "original.yaml",
        "statements: [{says: 双方向がよい。, tested: 4 シード, claims: [a]}]\n"
        'numbers: {digits.bilstm.accuracy: "0.310", digits.gru.accuracy: "0.210"}\n'
        "comparable: {digits.data.source: fsdd}\n",
    )
    predicate = 'highest("digits.bilstm.accuracy", among=["gru", "lstm"])'
    rendered = state(predicate, after="\n{{ original_table() }}\n\n{{ original_claims_table() }}\n\n")
    entry = rendered.ledger()["a"]
    assert entry["original"] == [
        {"says": "双方向がよい。"},
        {
            "quantity": "digits.bilstm.accuracy - digits.gru.accuracy",
            "value": 0.1,
            "inside": True,
            "same_data": False,
        },
    ]
    assert "データが異なる" in rendered.text
    assert rendered.text.count(r"0\*</data>") == 2  # the two numbers, as printed, are of other data
    assert "| 双方向がよい。 | 4 シード | <span" in rendered.text


ORIGINALS = {
    "a mapping in a list": (
        "statements: [{says: x, tested: y, claims: [{a: contradicted}]}]\nnumbers: {}\ncomparable: {}\n",
        "statements.0.claims: expected ",
    ),
    "a statement about a claim that nobody states": (
        "statements: [{says: x, tested: y, claims: [b, a-b]}]\nnumbers: {}\ncomparable: {}\n",
        "report_templates/original.yaml: statements.0.claims: no template states the claim 'b'",
    ),
    "a verdict that no claim speaks for a statement with": (
        "statements: [{says: x, tested: y, claims: {a: undecided}}]\nnumbers: {}\ncomparable: {}\n",
        "statements.0.claims.a: expected one of 'supported' or 'contradicted', found 'undecided'",
    ),
    "a part of what nobody tested": (
        "statements: [{says: x, tested: y, covers: part}]\nnumbers: {}\ncomparable: {}\n",
        "statements.0.covers: expected claims that test a part of the statement, found none",
    ),
    "a statement that says not what was tested": (
        "statements: [{says: x, testde: y}]\nnumbers: {}\ncomparable: {}\n",
        "statements.0.testde: unknown key, found 'y'; nearest: tested",
    ),
    "not all its sections": (
        "statements: []\n",
        "report_templates/original.yaml: numbers: expected a value, found nothing",
    ),
    "a number that is not as printed": (
        "statements: []\nnumbers: {digits.gru.accuracy: 0.1}\ncomparable: {}\n",
        "report_templates/original.yaml: numbers.digits.gru.accuracy: expected text, found 0.1",
    ),
    "an unknown metric": (
        'statements: []\nnumbers: {digits.gru.acuracy: "0.1"}\ncomparable: {}\n',
        "report_templates/original.yaml: metric 'digits.gru.acuracy': no 'acuracy'; nearest: accuracy",
    ),
    "an unknown parameter": (
        "statements: []\nnumbers: {}\ncomparable: {digits.data.sauce: fsdd}\n",
        "report_templates/original.yaml: param 'digits.data.sauce': no 'sauce'; nearest: source",
    ),
}


def test_each_statement_of_the_original_has_the_verdict_of_what_was_tested(project, state):
    statements = [
        "{says: 高い, tested: 条件 1, claims: [a]}",
        "{says: 高くない, tested: 条件 2, claims: {a: contradicted}}",
        "{says: 高くて 0.5 を超える, tested: 条件 3, claims: [a, b]}",
        "{says: 高くて最もよい, tested: 条件 4, claims: [a, c]}",
        "{says: 速くて高い, tested: 速さは測っていない, claims: [a], covers: part}",
        "{says: 速くて 0.5 を超える, tested: 速さは測っていない, claims: [b], covers: part}",
        "{says: 絵も描ける, tested: 絵は対象でない}",
    ]
    text = f"statements: [{', '.join(statements)}]\nnumbers: {{}}\ncomparable: {{}}\n"
    files.write_text(project.templates / "original.yaml", text)
    others = {"b": 'higher("digits.gru.accuracy", than=0.5)', "c": 'highest("digits.bilstm.accuracy")'}
    before = "".join(
        f'{{% claim "{id}", {predicate}, hypothesis="x" %}}\n{WORDINGS}{{% endclaim %}}\n'
        for id, predicate in others.items()
    )
    rendered = state(OK, before=before, after="\n{{ original_claims_table() }}\n\n")
    rows = build.parse(rendered).root.xpath('//table[.//th="試した条件"]/tbody/tr')
    assert [[cell.text_content() for cell in row][2:] for row in rows] == [
        ["支持", "3"],
        ["否定", "3"],
        ["否定", "3、1"],
        ["未決", "3、2"],
        ["一部だけ 支持", "3"],
        ["一部だけ 否定", "1"],
        ["試していない", "—"],
    ]
    assert [row["says"] for row in rendered.ledger()["b"]["original"]] == ["高くて 0.5 を超える", "速くて 0.5 を超える"]


@pytest.mark.parametrize(("text", "message"), ORIGINALS.values(), ids=ORIGINALS.keys())
def test_a_mistake_in_the_originals_statements_names_the_file(project, state, text, message):
    files.write_text(project.templates / "original.yaml", text)
    with pytest.raises(UserError) as raised:
        state(OK)
    assert message in str(raised.value)


def test_the_originals_file_that_is_no_yaml_is_told_by_its_line(project, state):
    files.write_text(project.templates / "original.yaml", "statements: {\nnumbers: ]\n")
    with pytest.raises(params.ParamsError, match=r"report_templates/original.yaml:2: expected YAML"):
        state(OK)


# -- numbers that a verdict hangs on ----------------------------------------------------------------------------------


def ratio(value, low, high, above=1.0):
    estimate = estimates.Estimate(value, low, high, 10, 1.0, estimates.Method.RATIO)
    return Comparison(Quantity(Kind.RATIO, "a.b.c", "a.d.c"), "d", above, np.inf, estimate, 0.95, ())


def test_how_clear_a_ratio_is_of_its_bound_is_measured_on_the_scale_of_its_interval():
    """The numbers of a claim that named the wrong part: 95 times is clear by 7.4 half widths, 8.7e-6 by 0.8."""
    exploded = ratio(95.2483, 55.4998, 163.464)
    vanished = ratio(1 / 8.72772e-06, 1 / 0.00667556, 1 / 1.14107e-08)
    assert exploded.clearance == pytest.approx(2 * np.log(55.4998) / np.log(163.464 / 55.4998))
    assert vanished.clearance == pytest.approx(2 * np.log(0.00667556) / np.log(1.14107e-08 / 0.00667556))
    assert decisive(Verdict.SUPPORTED, [exploded, vanished]) is vanished


@pytest.mark.parametrize("high", [1.5, 4.0, 100.0])
def test_what_is_decided_is_clear_of_its_bound_and_what_is_not_is_not(high):
    assert ratio(1.2, 1.01, high).clearance > 0
    assert ratio(1.2, 0.99, high).clearance < 0
    assert ratio(0.5, 0.4, 0.99).clearance > 0


def test_a_ratio_would_have_to_change_by_a_factor(state):
    higher = 'higher("digits.bilstm.accuracy", than="digits.gru.accuracy", ratio=True)'
    entry = state(higher).ledger()["a"]
    assert entry["changes_if"] == [f"推定値が {entry['low']:.4g} 分の 1 になり、区間の端が 1 に届いたとき"]
    lower = 'lower("digits.gru.accuracy", than="digits.bilstm.accuracy", ratio=True, margin=0.1)'
    entry = state(lower).ledger()["a"]
    assert entry["changes_if"] == [f"推定値が {0.9 / entry['high']:.4g} 倍になり、区間の端が 0.9 に届いたとき"]


def test_the_factor_brings_the_intervals_end_to_the_bound():
    """Values divided by it are undecided by a hair, whichever way they erred."""
    generator = np.random.default_rng(1)
    a, b = np.exp(generator.normal(2.0, 0.5, 8)), np.exp(generator.normal(0.0, 0.5, 8))
    before = estimates.ratio_estimate(a, b, 0.95, np.random.default_rng(2))
    after = estimates.ratio_estimate(a / before.low, b, 0.95, np.random.default_rng(2))
    assert after.low == pytest.approx(1.0)


def test_a_ratio_of_the_original_to_nothing_is_not_taken(project, state):
    files.write_text(
        project.templates / "original.yaml",
        "statements: [{says: x, tested: y, claims: [a]}]\n"
        'numbers: {digits.chance.accuracy: "0.1", digits.nothing.accuracy: "0"}\ncomparable: {}\n',
    )
    rendered = state('higher("digits.chance.accuracy", than="digits.nothing.accuracy", ratio=True)')
    assert rendered.ledger()["a"]["original"] == [{"says": "x"}]


# -- claims that word themselves --------------------------------------------------------------------------------------

METRICS = """
metrics:
  accuracy: {noun: 正解率, better: higher}
  addition.steps: {noun: 反復数, better: lower, ratio: true, high: 多い, low: 少ない}
items: {digits: 声}
"""
COMPARED = {
    "supported": (
        'compared("digits.bilstm.accuracy", than="digits.gru.accuracy")',
        "BiLSTM(64) は GRU(64) より正解率が高い",
        "BiLSTM(64) は GRU(64) より正解率が高い（差 0.102、区間 [0.082, 0.123]）。",
    ),
    "supported, under a condition": (
        'compared("digits.bilstm.accuracy", than="digits.gru.accuracy", condition="2 エポックでは、")',
        "2 エポックでは、BiLSTM(64) は GRU(64) より正解率が高い",
        "2 エポックでは、BiLSTM(64) は GRU(64) より正解率が高い（差 0.102、区間 [0.082, 0.123]）。",
    ),
    "supported, under a condition and with a hypothesis of its own": (
        'compared("digits.bilstm.accuracy", than="digits.gru.accuracy", condition="2 層では、", hypothesis="両方向がよい")',
        "2 層では、両方向がよい",
        "2 層では、BiLSTM(64) は GRU(64) より正解率が高い（差 0.102、区間 [0.082, 0.123]）。",
    ),
    "contradicted": (
        'compared("digits.gru.accuracy", than="digits.bilstm.accuracy")',
        "GRU(64) は BiLSTM(64) より正解率が高い",
        "GRU(64) は BiLSTM(64) より正解率が低い（差 −0.102、区間 [−0.123, −0.082]）。",
    ),
    "undecided": (
        'compared("digits.bilstm.accuracy", than="digits.lstm.accuracy")',
        "BiLSTM(64) は LSTM(64) より正解率が高い",
        "BiLSTM(64) の正解率が LSTM(64) より高いとも低いともいえない（差 0.002、区間 [−0.021, 0.026]）。",
    ),
    "equal": (
        'compared("digits.bilstm.accuracy", than="digits.lstm.accuracy", matters=0.05)',
        "BiLSTM(64) は LSTM(64) より正解率が高い",
        "BiLSTM(64) の正解率と LSTM(64) の正解率の差は、どちら向きにも 0.05 より小さい（差 0.002、区間 [−0.021, 0.026]）。",
    ),
    "supported, by a ratio, of what is better when it is lower": (
        'compared("addition.hidden_64.steps", than="addition.hidden_32.steps")',
        "RNN(64) は RNN(32) より反復数が少ない",
        "RNN(64) は RNN(32) より反復数が少ない（比 0.41、区間 [0.31, 0.53]）。",
    ),
    "equal, by a ratio": (
        'compared("digits.bilstm.accuracy", than="digits.lstm.accuracy", ratio=True, matters=1.25)',
        "BiLSTM(64) は LSTM(64) より正解率が高い",
        "BiLSTM(64) の正解率は、LSTM(64) の正解率の 0.8 倍から 1.25 倍のあいだにある（比 1.01、区間 [0.935, 1.09]）。",
    ),
    "contradicted, with a margin that the difference does not reach although it is one": (
        'compared("digits.bilstm.accuracy", than="digits.gru.accuracy", margin=0.2)',
        "BiLSTM(64) の正解率から GRU(64) の正解率を引いた差は、0.2 より大きい",
        "BiLSTM(64) の正解率から GRU(64) の正解率を引いた差は、0.2 より小さい（差 0.102、区間 [0.082, 0.123]）。",
    ),
    "undecided, with a margin": (
        'compared("digits.bilstm.accuracy", than="digits.gru.accuracy", margin=0.1)',
        "BiLSTM(64) の正解率から GRU(64) の正解率を引いた差は、0.1 より大きい",
        "BiLSTM(64) の正解率から GRU(64) の正解率を引いた差が 0.1 より大きいとも小さいともいえない"
        "（差 0.102、区間 [0.082, 0.123]）。",
    ),
    "supported, against a number": (
        'compared("digits.gru.accuracy", than=0.1)',
        "GRU(64) は 0.1 より正解率が高い",
        "GRU(64) は 0.1 より正解率が高い（差 0.107、区間 [0.080, 0.135]）。",
    ),
    "supported, against a number with a power of ten": (
        'compared("digits.gru.accuracy", than=1e-5)',
        "GRU(64) は 1×10<sup>−5</sup> より正解率が高い",
        "GRU(64) は 1×10^−5 より正解率が高い（差 0.207、区間 [0.180, 0.235]）。",
    ),
    "undecided, since the seeds leave it open": (
        'compared("digits.simple_rnn.accuracy", than=0.1, over="both")',
        "SimpleRNN(128) は 0.1 より正解率が高い",
        "SimpleRNN(128) の正解率が 0.1 より高いとも低いとも、シードと声の両方についてはいえない"
        "（シードについては未決、差 0.005、区間 [−0.016, 0.026]；声については支持、差 0.0050、区間 [0.0030, 0.0070]）。",
    ),
    "undecided, without an interval": (
        'compared("digits.lstm_clip.accuracy", than=0.2)',
        "LSTM with clipping(64) は 0.2 より正解率が高い",
        "LSTM with clipping(64) の正解率が 0.2 より高いとも低いともいえない。"
        "（判定できない理由：どの値も同じになり、ばらつきが分からない）",
    ),
}


@pytest.mark.parametrize(("call", "hypothesis", "sentence"), COMPARED.values(), ids=COMPARED.keys())
def test_a_comparison_of_one_metric_words_itself_as_its_verdict_is(project, request, call, hypothesis, sentence):
    files.write_text(project.templates / "metrics.yaml", METRICS)
    used = ("addition.hidden_64.steps", "digits.gru.accuracy")  # a noun without a claim is a mistake
    others = "\n".join(
        f'{{% claim "other-{number}", higher("{key}", 0) %}}{{% supported %}}文。{{% endclaim %}}'
        for number, key in enumerate(used)
    )
    sample.write_report(project, f"## 章\n\n{{{{ {call} }}}}\n{others}\n\n{{{{ ledger() }}}}\n")
    stated = chapters.render(project).claims.stated[0]
    assert str(stated.claim.verdict) == request.node.callspec.id.split(",")[0]
    assert (stated.claim.hypothesis, stated.text) == (hypothesis, sentence)
    build.parse(chapters.render(project))


FINDINGS = """\
## 章

{% findings %}
前の文。
{{ compared("digits.bilstm.accuracy", than="digits.gru.accuracy") }}
{% claim "a", higher("addition.hidden_64.steps", than="addition.hidden_32.steps", ratio=True), hypothesis="$|x|$" %}
{% contradicted %}
{{ claim.effect() }} 倍である。
{% explanation %}
説明。
{% endclaim %}
{% claim "b", exact("digits.chance.accuracy", equals=0.1), hypothesis="0.1 である" %}
{% supported %}
0.1 である。
{% endclaim %}
{% endfindings %}
あとの文。
{{ mean(
"digits.gru.accuracy") }}

{{ ledger() }}
"""


def test_findings_print_a_table_of_their_claims_and_then_their_text_with_short_marks(project):
    files.write_text(project.templates / "metrics.yaml", METRICS)
    sample.write_report(project, FINDINGS)
    rendered = chapters.render(project)
    root = build.parse(rendered).root
    [table] = root.xpath('//div[@class="findings"]/table')
    rows = [[cell.text_content() for cell in row] for row in table.iter("tr")]
    assert rows[1][1:] == ["BiLSTM(64) は GRU(64) より正解率が高い", "差 0.102 [0.082, 0.123]", "4", "支持"]
    assert [row[0] for row in rows] == ["主張", "1", "2", "3"]
    assert [row[2:] for row in rows[2:]] == [["比 0.41 [0.31, 0.53]", "8", "否定"], ["差 0", "計算値", "支持"]]
    text = table.getparent().getnext().text_content()
    assert "GRU(64) より正解率が高い。 [主張 1]" in text
    assert re.search(r"0.41 倍である。 \[主張 2\]\s*説明。", text)
    assert rendered.claims.stated[0].text == "BiLSTM(64) は GRU(64) より正解率が高い。"


def test_in_findings_points_are_named_once_and_a_hypothesis_that_begins_with_a_number_is_text(project):
    percent = METRICS.replace("better: higher", 'better: higher, format: ".1%"')
    assert percent != METRICS
    files.write_text(project.templates / "metrics.yaml", percent)
    sample.write_report(project, FINDINGS.replace('gru.accuracy") }}', 'gru.accuracy", condition="2 層では、") }}', 1))
    row = build.parse(chapters.render(project)).root.xpath('//div[@class="findings"]//td')[:3]
    assert row[1].text_content() == "2 層では、BiLSTM(64) は GRU(64) より正解率が高い"
    assert "right" not in row[1].get("style", "")
    assert row[2].text_content() == "差 10.2 [8.2, 12.3] ポイント"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("文。\n", "report.md.j2:4: findings: expected claims in their text, found none"),
        (
            "{% findings %}\n{% endfindings %}\n",
            "report.md.j2:5: findings: expected a text of their own, found findings in",
        ),
        ("{{ no }}\n", "report.md.j2:5: 'no' is undefined"),
    ],
)
def test_a_mistake_in_findings_names_template_and_line(project, body, message):
    sample.write_report(project, f"## 章\n\n\n{{% findings %}}\n{body}{{% endfindings %}}\n")
    with pytest.raises(ReportError) as raised:
        chapters.render(project)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("前の文", "[前](#mae)の文", "report.md.j2:4: reference 'mae'"),
        ("あとの文", "$\\no$の文", "report.md.j2:17: formula"),
    ],
)
def test_what_is_wrong_in_findings_and_behind_them_is_told_with_its_line(project, old, new, line):
    files.write_text(project.templates / "metrics.yaml", METRICS)
    sample.write_report(project, FINDINGS.replace(old, new))
    with pytest.raises(ReportError, match=re.escape(line)):
        build.parse(chapters.draft(project))


WORDED = {
    'higher("digits.gru.accuracy", than="digits.bilstm.accuracy")': "GRU(64) は BiLSTM(64) より正解率が高い",
    'lower("digits.gru.accuracy", than=0.5, over="both")': "GRU(64) は 0.5 より正解率が低い",
    'equal("digits.gru.accuracy", to="digits.lstm.accuracy", within=0.1)': (
        "GRU(64) の正解率と LSTM(64) の正解率の差は、どちら向きにも 0.1 より小さい"
    ),
    'highest("digits.gru.accuracy")': "",
    'all_of(higher("digits.gru.accuracy", than=0.1), lower("digits.gru.accuracy", than=0.1))': "",
    'higher("digits.gru.accuracy", than="digits.chance.accuracy")': "",
    'higher("digits.gru.loss", than=1)': "",
}


@pytest.mark.parametrize(("predicate", "hypothesis"), WORDED.items(), ids=WORDED.keys())
def test_a_claim_of_one_comparison_has_its_hypothesis_from_the_noun_and_no_other_has(project, predicate, hypothesis):
    files.write_text(project.templates / "metrics.yaml", METRICS)
    sample.write_report(project, f'{{% claim "a", {predicate} %}}\n{WORDINGS}{{% equal %}}\n同等。\n{{% endclaim %}}\n')
    (stated,) = chapters.draft(project).claims.stated
    assert stated.claim.hypothesis == hypothesis


NOUNS = {
    "an unknown metric": (
        "metrics: {acuracy: {noun: x}}",
        "metrics.acuracy: no experiment has this metric; nearest: accuracy",
    ),
    "a metric that no claim compares": ("metrics: {loss: {noun: x}}", "metrics.loss: no claim compares this metric"),
    "an unknown key": (
        "metrics: {accuracy: {nuon: x}}",
        "metrics.accuracy.nuon: unknown key, found 'x'; nearest: noun",
    ),
    "no way that is better": (
        "metrics: {accuracy: {noun: x, better: more}}",
        "metrics.accuracy.better: expected one of 'higher' or 'lower', found 'more'",
    ),
    "a format of nothing": (
        "metrics: {accuracy: {noun: x, format: .3q}}",
        "metrics.accuracy.format: expected a format of numbers, as .3f or %, found '.3q'",
    ),
    "items of an unknown experiment": (
        "items: {digit: x}",
        "items.digit: no experiment of this name has items; nearest: digits",
    ),
}


@pytest.mark.parametrize(("text", "message"), NOUNS.values(), ids=NOUNS.keys())
def test_a_mistake_in_the_nouns_of_metrics_names_the_file(project, state, text, message):
    files.write_text(project.templates / "metrics.yaml", text)
    with pytest.raises(UserError) as raised:
        state(OK)
    assert f"report_templates/metrics.yaml: {message}" in str(raised.value).splitlines()


def test_the_mean_of_a_variant_is_no_constant_where_its_seeds_are_lost(project, state):
    project.seeds_file("digits").unlink()
    with pytest.raises(ReportError, match=r"digits.gru.accuracy': no 'gru'"):
        state(OK)


def test_a_metric_that_matters_must_be_one(project, state):
    text = project.params_file.read_text(encoding="utf-8")
    project.params_file.write_text(
        text.replace("seeds: 4", "seeds: {looks: [4], matters: {acuracy: 0.1}}"), encoding="utf-8"
    )
    with pytest.raises(
        ReportError, match=r"digits.seeds.matters.acuracy: the experiment has no such metric; nearest: acc"
    ):
        state(OK)


@pytest.mark.parametrize("over", ["items", "both"])
def test_items_that_an_experiment_does_not_write_are_told_where_it_would(state, over):
    expected = r"addition.hidden_16.steps: addition writes no items: expected Summary\(items=…\) in its summarize.py"
    with pytest.raises(ReportError, match=expected):
        state(f'higher("addition.hidden_16.steps", than=1, over="{over}")')


@pytest.mark.parametrize(
    ("matters", "options", "message"),
    [
        ("0.1", ", ratio=True", "expected {ratio: …}, as the claims compare it, found a difference"),
        ("{ratio: 1.1}", "", "expected a difference, as the claims compare it, found {ratio: …}"),
    ],
)
def test_what_matters_is_given_as_the_claims_compare_it(project, state, matters, options, message):
    text = project.params_file.read_text(encoding="utf-8")
    text = text.replace("seeds: 4", f"seeds: {{looks: [4], matters: {{accuracy: {matters}}}}}")
    files.write_text(project.params_file, text)
    with pytest.raises(ReportError, match=re.escape(f"params.yaml: digits.seeds.matters.accuracy: {message}")):
        state(f'higher("digits.gru.accuracy", than="digits.lstm.accuracy"{options})')


def test_a_comparison_that_cannot_word_itself_says_what_it_needs(project):
    files.write_text(
        project.templates / "metrics.yaml", "metrics: {accuracy: {noun: x, better: higher}, steps: {noun: x}}"
    )
    wrong = {
        'compared("digits.gru.loss", than=1)': "metrics.yaml: metrics.loss with noun and better, found nothing",
        'compared("addition.hidden_16.steps", than=1)': "metrics.steps with noun and better, found no better",
        'compared("digits.gru.acuracy", than=1)': "digits.gru.acuracy': no 'acuracy'; nearest: accuracy; known: ",
        'compared("digits.gru.accuracy", "digits.chance.accuracy")': "expected the same metric of another variant, or a number",
    }
    for call, message in wrong.items():
        sample.write_report(project, f"{{{{ {call} }}}}\n\n{{{{ ledger() }}}}\n")
        with pytest.raises(ReportError) as raised:
            chapters.render(project)
        assert str(raised.value).startswith("report_templates/report.md.j2:1: ")
        assert message in str(raised.value)


# -- in English -------------------------------------------------------------------------------------------------------


def test_a_report_in_english_has_no_japanese_word(tmp_path):
    project = sample.build(tmp_path, "en")
    sample.write_results(project)
    claim = (
        '{% claim "best", highest("digits.bilstm.accuracy", among=["gru", "simple_rnn"]), hypothesis="It is the best" %}\n'
        '{% supported %}\nThe best is {{ claim.name }},\nby {{ claim.effect(".2f") }}. It beats the others.\n'
        '{% contradicted %}\n{{ claim.names("contradicted") }} is better.\n{% endclaim %}\n'
        '{% claim "spread", higher("digits.lstm_clip.accuracy", than=0.1), hypothesis="It is more" %}\n'
        "{% undecided %}\nNot known.\n{% endclaim %}\n"
    )
    text = (
        f"## One\n\n{claim}\n{{{{ param('digits.data.words') }}}}: {{{{ interval('digits.gru.accuracy', '.2f') }}}}\n\n"
        "{{ metrics_table('digits', columns={'accuracy': ('Accuracy', '.2f')}, caption='All') }}\n\n"
        "{{ claims_table() }}\n\n{{ original_table() }}\n\n{{ original_claims_table() }}\n\n"
        "{{ versions_table() }}\n\n{{ data_table() }}\n\n{{ parameters_listing() }}\n\n{{ ledger() }}\n"
    )
    original = (
        "statements: [{says: It is the best., tested: four seeds, claims: [best]}]\n"
        'numbers: {digits.gru.accuracy: "0.21", digits.bilstm.accuracy: "0.3"}\n'
    )
    files.write_text(project.templates / "original.yaml", original + "comparable: {digits.data.source: other}\n")
    sample.write_report(project, text)
    rendered = chapters.render(project)
    assert not re.search("[\u3000-\u9fff\uff01-\uff60]", rendered.text)
    assert '<data value="digits.data.words param">zero, one</data>: ' in rendered.text
    entry = rendered.ledger()["best"]
    assert entry["sentences"] == ["The best is GRU(64), by 0.10.", "It beats the others."]
    assert rendered.ledger()["spread"]["sentences"] == [
        "Not known.",
        "(It cannot be decided: all values are the same, which tells nothing of the spread.)",
    ]
    paragraph = build.parse(rendered).root.find(".//p")
    assert "others. Claim 1 “It is the best” supported (4 seeds)" in "".join(paragraph.itertext())


def test_a_comparison_words_itself_in_english(tmp_path):
    project = sample.build(tmp_path, "en")
    sample.write_results(project)
    files.write_text(
        project.templates / "metrics.yaml",
        'metrics: {accuracy: {noun: accuracy, better: higher, format: ".1%"}, steps: {noun: number of steps, better: lower}}\n'
        "items: {digits: clips}\n",
    )
    calls = {
        '"digits.bilstm.accuracy", "digits.gru.accuracy"': (
            "The accuracy of BiLSTM(64) is higher than that of GRU(64) (difference 10.2 points, interval [8.2, 12.3] points)."
        ),
        '"digits.gru.accuracy", "digits.bilstm.accuracy", ratio=True': (
            "The accuracy of GRU(64) is lower than that of BiLSTM(64) (ratio 0.669, interval [0.616, 0.726])."
        ),
        '"digits.bilstm.accuracy", "digits.lstm.accuracy", over="both"': (
            "The seeds and clips do not both tell whether the accuracy of BiLSTM(64) is higher or lower than that of LSTM(64) "
            "(seeds: undecided, difference 0.2 points, interval [−2.1, 2.6] points; "
            "clips: supported, difference 0.2 points, interval [0.0, 0.5] points)."
        ),
        '"digits.bilstm.accuracy", "digits.lstm.accuracy", matters=0.05': (
            "The accuracy of BiLSTM(64) differs from the accuracy of LSTM(64) by less than 5.0 points, either way "
            "(difference 0.2 points, interval [−2.1, 2.6] points)."
        ),
        '"digits.gru.accuracy", 0.5': (
            "The accuracy of GRU(64) is lower than 50.0\u00a0% (difference −29.3 points, interval [−32.0, −26.5] points)."
        ),
        '"addition.hidden_64.steps", "addition.hidden_16.steps", margin=3': (
            "The number of steps of RNN(64) minus the number of steps of RNN(16) is less than −3 "
            "(difference −4.00, interval [−4.45, −3.55])."
        ),
    }
    stated = "\n".join(f"{{{{ compared({call}, id='a{number}') }}}}" for number, call in enumerate(calls))
    sample.write_report(project, f"## One\n\n{stated}\n\n{{{{ ledger() }}}}\n")
    claims = chapters.render(project).claims.stated
    assert [claim.text for claim in claims] == list(calls.values())
    assert claims[2].claim.grounds == "4 seeds, 120 clips"


# -- from a plain script ----------------------------------------------------------------------------------------------

SCRIPT = """
import sys
from ronkyo.claims import Claims, MetricsTable, Predicates
from ronkyo.claims import ledger
from ronkyo.words import Words

metrics = MetricsTable(
    {"digits": {
        "rnn": {"accuracy": [0.70, 0.71, 0.69, 0.72]},
        "gru": {"accuracy": [0.80, 0.82, 0.81, 0.80]},
        "chance": {"accuracy": 0.1},
    }},
    parameters={"digits": {"variants": {"rnn": {"hidden_size": 8}, "gru": {"hidden_size": 16}}}},
)
claim = Predicates(metrics)
verdict, [comparison] = claim.higher("digits.gru.accuracy", than="digits.rnn.accuracy").decide()
print(verdict, comparison.quantity, f"{comparison.estimate.value:.4f}")
print(claim.highest("digits.rnn.accuracy").decide()[0])
print(claim.increasing("digits", "accuracy", along="hidden_size", variants=["rnn", "gru"]).decide()[0])
print(claim.lower("digits.rnn.accuracy", than="digits.chance.accuracy", ratio=True).decide()[0])
unwanted = "weasyprint lxml markdown matplotlib fontTools dvc torch jinja2 pydantic ronkyo.project ronkyo.report".split()
print([name for name in unwanted if name in sys.modules])
claims = Claims(Words("en"))
claims.state("better", claim.higher("digits.gru.accuracy", than=0.5), "script:1", {"supported": "It is."}, lambda claim: "It is.")
print(ledger.terminal(claims).splitlines()[-1], ledger.document(claims)["better"]["effect"])
"""


def test_the_example_of_the_documentation_runs():
    document = (Path(__file__).parents[2] / "docs/claims.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert done.stdout.startswith("supported digits.gru.accuracy - digits.rnn.accuracy 0.1025")


def test_a_plain_script_claims_of_a_dictionary_of_metrics_and_loads_nothing_else():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert done.stdout.splitlines() == [
        "supported digits.gru.accuracy - digits.rnn.accuracy 0.1025",
        "contradicted",
        "supported",
        "contradicted",
        "[]",
        "1 claim: 1 supported, 0 equal, 0 undecided, 0 contradicted; 1 stands at a false discovery rate of 5% 0.3075",
    ]
