"""Claims in templates: which verdict the data give, which wording is printed, and where mistakes are said to be."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from ronkyo import files, params, results
from ronkyo.claims import ledger
from ronkyo.claims.predicates import Predicate, Verdict, every
from ronkyo.report import build, chapters

ROOT = Path(__file__).parents[2]
WORDINGS = "{% supported %}\n支持。\n{% undecided %}\n未決。\n{% contradicted %}\n否定。\n"
SEEDS = {
    "simple_rnn": [0.10, 0.12, 0.11, 0.09],
    "gru": [0.20, 0.23, 0.21, 0.19],
    "bilstm": [0.30, 0.32, 0.33, 0.29],
    "lstm": [0.31, 0.30, 0.34, 0.28],
    "lstm_clip": [0.30, 0.30, 0.30, 0.30],
}


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A project with known results; returns a function that renders a claim on them and gives what was rendered."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", "params.yaml")
    seeds = {
        variant: {"val_accuracy": np.array(values), "loss": 1 / np.array(values)} for variant, values in SEEDS.items()
    }
    seeds["gru"]["loss"][1] = np.inf
    items = {variant: {"val_accuracy": np.tile(table["val_accuracy"], 30)} for variant, table in seeds.items()}
    constants = {"chance": {"accuracy": 0.1, "tenth": 0.1, "fifth": 0.2}, "broken": {"accuracy": np.nan}}
    results.write_summary("spoken_digits", results.Summary(seeds=seeds, constants=constants, items=items))
    shares = {
        "hidden_16": {"converged": np.ones(8), "diverged": np.zeros(8), "steps": np.array([5.0, 6, 5, 6, 5, 6, 5, 6])},
        "hidden_32": {"converged": np.r_[np.ones(4), np.zeros(4)], "diverged": np.r_[np.zeros(4), np.ones(4)]},
        "hidden_64": {"converged": np.zeros(8), "diverged": np.ones(8), "steps": np.array([1.0, 2, 1, 2, 1, 2, 2, 1])},
    }
    shares["hidden_32"]["steps"] = np.array([3.0, 4, 3, 4, 4, 3, 4, 3])
    results.write_summary("binary_addition", results.Summary(seeds=shares))

    def render(predicate, wordings=WORDINGS, id="a", before="", after="", options=""):
        claim = f'{{% claim "{id}", {predicate}{options} %}}\n{wordings}{{% endclaim %}}\n'
        text = f"## 章\n\n{before}{claim}{after}\n{{{{ ledger() }}}}\n"
        files.write_text(Path("report_templates/report.md.j2"), text)
        return chapters.render(Path("report_templates"))

    return render


def verdict(rendered):
    return str(rendered.claims.stated[0].claim.verdict)


def said(rendered):
    return rendered.claims.stated[0].sentence


V = "spoken_digits"
DECIDED = {
    "higher": ('higher("spoken_digits.bilstm.val_accuracy", than="spoken_digits.gru.val_accuracy")', "supported"),
    "higher, the other way": (
        'higher("spoken_digits.gru.val_accuracy", than="spoken_digits.bilstm.val_accuracy")',
        "contradicted",
    ),
    "higher, with no clear difference": (
        'higher("spoken_digits.bilstm.val_accuracy", than="spoken_digits.lstm.val_accuracy")',
        "undecided",
    ),
    "higher, by less than the margin": (
        'higher("spoken_digits.bilstm.val_accuracy", than="spoken_digits.gru.val_accuracy", margin=0.2)',
        "contradicted",
    ),
    "lower": ('lower("spoken_digits.gru.val_accuracy", than="spoken_digits.bilstm.val_accuracy")', "supported"),
    "lower, by more than the margin": (
        'lower("spoken_digits.gru.val_accuracy", than="spoken_digits.bilstm.val_accuracy", margin=0.05)',
        "supported",
    ),
    "higher than a constant": (
        'higher("spoken_digits.gru.val_accuracy", than="spoken_digits.chance.accuracy")',
        "supported",
    ),
    "not higher than a constant": (
        'higher("spoken_digits.simple_rnn.val_accuracy", than="spoken_digits.chance.accuracy")',
        "undecided",
    ),
    "higher than a number": ('higher("spoken_digits.gru.val_accuracy", than=0.5)', "contradicted"),
    "a ratio": (
        'higher("spoken_digits.bilstm.val_accuracy", than="spoken_digits.simple_rnn.val_accuracy", ratio=True)',
        "supported",
    ),
    "a ratio that does not reach its margin": (
        'higher("spoken_digits.bilstm.val_accuracy", than="spoken_digits.gru.val_accuracy", ratio=True, margin=1)',
        "contradicted",
    ),
    "a ratio that falls below one by its margin": (
        'lower("spoken_digits.gru.val_accuracy", than="spoken_digits.bilstm.val_accuracy", ratio=True, margin=0.1)',
        "supported",
    ),
    "over items": (
        'higher("spoken_digits.bilstm.val_accuracy", than="spoken_digits.gru.val_accuracy", over="items")',
        "supported",
    ),
    "highest of some": ('highest("spoken_digits.bilstm.val_accuracy", among=["gru", "simple_rnn"])', "supported"),
    "highest of all, with a rival": ('highest("spoken_digits.bilstm.val_accuracy")', "undecided"),
    "highest, but one is higher": ('highest("spoken_digits.gru.val_accuracy")', "contradicted"),
    "lowest": ('lowest("spoken_digits.simple_rnn.val_accuracy")', "supported"),
    "lowest by ratios": ('lowest("spoken_digits.simple_rnn.val_accuracy", ratio=True)', "supported"),
    "equal within": (
        'equal("spoken_digits.bilstm.val_accuracy", to="spoken_digits.lstm.val_accuracy", within=0.1)',
        "supported",
    ),
    "not equal within": (
        'equal("spoken_digits.bilstm.val_accuracy", to="spoken_digits.gru.val_accuracy", within=0.05)',
        "contradicted",
    ),
    "equal within less than the interval": (
        'equal("spoken_digits.bilstm.val_accuracy", to="spoken_digits.lstm.val_accuracy", within=0.01)',
        "undecided",
    ),
    "decreasing along a parameter": (
        'decreasing("binary_addition", "steps", along="hidden_size", variants=["hidden_16", "hidden_32", "hidden_64"])',
        "supported",
    ),
    "increasing along a parameter": (
        'increasing("binary_addition", "steps", along="hidden_size", variants=["hidden_16", "hidden_32"])',
        "contradicted",
    ),
    "a share, all": ('share("binary_addition.hidden_16.converged", more_than=0.5)', "supported"),
    "a share, none": ('share("binary_addition.hidden_64.converged", more_than=0.5)', "contradicted"),
    "a share, few": ('share("binary_addition.hidden_64.converged", less_than=0.5)', "supported"),
    "a share, half": ('share("binary_addition.hidden_32.converged", more_than=0.5)', "undecided"),
    "more often": (
        'more_often("binary_addition.hidden_64.diverged", than="binary_addition.hidden_64.converged")',
        "supported",
    ),
    "as often": (
        'more_often("binary_addition.hidden_32.diverged", than="binary_addition.hidden_32.converged")',
        "undecided",
    ),
    "never differing": (
        'more_often("binary_addition.hidden_16.converged", than="binary_addition.hidden_16.converged")',
        "undecided",
    ),
    "exact": ('exact("spoken_digits.chance.accuracy", equals="spoken_digits.chance.tenth")', "supported"),
    "exact, with a number": ('exact("spoken_digits.chance.accuracy", equals=0.2)', "contradicted"),
    "exact, but for the sixth digit": ('exact("spoken_digits.chance.accuracy", equals=0.1000004)', "supported"),
    "one constant lower than another": (
        'lower("spoken_digits.chance.accuracy", than="spoken_digits.chance.fifth")',
        "supported",
    ),
    "one constant higher than twice another": (
        'higher("spoken_digits.chance.fifth", than="spoken_digits.chance.accuracy", ratio=True, margin=1.5)',
        "contradicted",
    ),
    "highest over items": (
        'highest("spoken_digits.gru.val_accuracy", among=["simple_rnn"], over="items")',
        "supported",
    ),
    "decreasing by ratios": (
        'decreasing("binary_addition", "steps", along="hidden_size", variants=["hidden_16", "hidden_32"], ratio=True)',
        "supported",
    ),
    "exact, not finite": ('exact("spoken_digits.broken.accuracy", equals=0.2)', "undecided"),
    "all of": (
        'all_of(higher("spoken_digits.gru.val_accuracy", than=0.15), '
        'share("binary_addition.hidden_16.converged", more_than=0.5))',
        "supported",
    ),
    "all of, one contradicted": (
        'all_of(higher("spoken_digits.gru.val_accuracy", than=0.5), higher("spoken_digits.gru.val_accuracy", than=0.2))',
        "contradicted",
    ),
}


@pytest.mark.parametrize(("predicate", "expected"), DECIDED.values(), ids=DECIDED.keys())
def test_a_predicate_is_decided_by_the_data(state, predicate, expected):
    rendered = state(predicate)
    assert verdict(rendered) == expected
    wording = {"supported": "支持。", "undecided": "未決。", "contradicted": "否定。"}[expected]
    assert said(rendered).startswith(wording)


UNDECIDED = {
    "a metric that is not finite": (
        'higher("spoken_digits.gru.loss", than="spoken_digits.bilstm.loss")',
        "有限でない値がある",
    ),
    "the same values": ('higher("spoken_digits.lstm_clip.val_accuracy", than=0.1)', "ばらつきが分からない"),
    "the same values in pairs": (
        'higher("spoken_digits.gru.val_accuracy", than="spoken_digits.gru.val_accuracy")',
        "ばらつきが分からない",
    ),
    "a constant that is not finite": (
        'higher("spoken_digits.gru.val_accuracy", than="spoken_digits.broken.accuracy")',
        "有限でない値がある",
    ),
    "more often of what is no zero or one": (
        'more_often("binary_addition.hidden_16.converged", than="binary_addition.hidden_16.steps")',
        "0 と 1 以外",
    ),
    "a share of what is no zero or one": (
        'share("binary_addition.hidden_16.steps", more_than=0.5)',
        "0 と 1 以外",
    ),
    "nothing to tell them apart by": (
        'more_often("binary_addition.hidden_16.converged", than="binary_addition.hidden_16.converged")',
        "違いがない",
    ),
}


@pytest.mark.parametrize(("predicate", "reason"), UNDECIDED.values(), ids=UNDECIDED.keys())
def test_what_cannot_be_decided_says_why(state, predicate, reason):
    rendered = state(predicate, wordings=WORDINGS.replace("未決。", '未決、{{ claim.interval(".1f") | plain }}。'))
    assert verdict(rendered) == "undecided"
    assert said(rendered).startswith("未決、—。（判定できない理由：")
    assert reason in said(rendered)


def test_one_seed_is_undecided(state):
    seeds = {name: {"val_accuracy": np.array(values[:1])} for name, values in SEEDS.items()}
    results.write_summary("spoken_digits", results.Summary(seeds=seeds))
    rendered = state('highest("spoken_digits.bilstm.val_accuracy")')
    assert verdict(rendered) == "undecided"
    entry = ledger.document(rendered.claims, rendered.original, rendered.values)["a"]
    assert entry["reason"] == "one value"
    assert entry["changes_if"] == ["シードを 2 個以上にしたとき"]
    json.dumps(entry, allow_nan=False)


def test_more_comparisons_in_one_claim_widen_its_intervals(state):
    one = state('highest("spoken_digits.bilstm.val_accuracy", among=["gru"])').claims.stated[0].claim
    two = state('highest("spoken_digits.bilstm.val_accuracy", among=["gru", "simple_rnn"])').claims.stated[0].claim
    assert one.comparisons[0].level == pytest.approx(0.95)
    assert two.comparisons[0].level == pytest.approx(0.975)
    assert two.comparisons[0].estimate.low < one.comparisons[0].estimate.low


def test_verdicts_combine_as_three_valued_and():
    s, u, c = Verdict.SUPPORTED, Verdict.UNDECIDED, Verdict.CONTRADICTED
    assert [every(pair) for pair in ([s, s], [s, u], [u, c], [c, s])] == [s, u, c, c]


def test_a_wording_can_tell_the_numbers_of_the_verdict(state):
    rendered = state(
        'higher("spoken_digits.bilstm.val_accuracy", than="spoken_digits.gru.val_accuracy")',
        wordings='{% supported %}差 {{ claim.effect(".4f") | plain }}、{{ claim.interval(".2f") | plain }}、'
        "{{ claim.n | plain }} 個。\n",
    )
    assert said(rendered) == "差 0.1025、[0.08, 0.12]、4 個。"


def test_a_wording_can_name_what_it_compares_with(state):
    rendered = state(
        'highest("spoken_digits.gru.val_accuracy", among=["simple_rnn", "bilstm"])',
        wordings='{% contradicted %}{{ claim.names("contradicted") }}に劣り、{{ claim.names("supported") }}に勝る：'
        "{{ claim.name }}。\n",
    )
    assert said(rendered) == "双方向 LSTM(64)に劣り、SimpleRNN(128)に勝る：双方向 LSTM(64)。"


def test_a_sentence_may_end_its_paragraph_and_another_may_follow_it(state):
    rendered = state('higher("spoken_digits.gru.val_accuracy", than=0.1)', before="前。\n", after="\n次の段落。\n")
    assert "前。\n<span" in rendered.text
    assert "</span>\n\n次の段落。" in rendered.text
    paragraph = build.parse(rendered.text, Path("report_templates")).root.find("p")
    assert "".join(paragraph.itertext()).startswith("前。支持。主張 1 支持")


def test_a_verdict_without_a_wording_fails_with_what_to_write(state):
    with pytest.raises(chapters.ReportError) as raised:
        state(
            'higher("spoken_digits.gru.val_accuracy", than=0.5)',
            wordings="{% supported %}支持。\n{% undecided %}未決。\n",
        )
    message = str(raised.value)
    assert message.startswith("report_templates/report.md.j2:3: claim 'a' is contradicted")
    assert "spoken_digits.gru.val_accuracy - 0.5: -0.2925, interval [-0.3197, -0.2653], n 4" in message
    assert "write {% contradicted %}" in message


def test_every_verdict_without_a_wording_is_told_of_at_once(state):
    other = (
        '{% claim "b", higher("spoken_digits.gru.val_accuracy", than=0.6) %}\n{% supported %}支持。\n{% endclaim %}\n'
    )
    with pytest.raises(chapters.ReportError) as raised:
        state('higher("spoken_digits.gru.val_accuracy", than=0.5)', wordings="{% supported %}支持。\n", before=other)
    assert [line.split(" is ")[0] for line in str(raised.value).splitlines()] == [
        "report_templates/report.md.j2:3: claim 'b'",
        "report_templates/report.md.j2:6: claim 'a'",
    ]


OK = 'higher("spoken_digits.gru.val_accuracy", than=0.1)'
WRONG = {
    "an unknown experiment": (
        {"predicate": 'higher("spoken_digit.gru.val_accuracy", than=0.1)'},
        "no 'spoken_digit'; nearest: spoken_digits; known: binary_addition, spoken_digits",
    ),
    "an unknown variant": (
        {"predicate": 'higher("spoken_digits.gruu.val_accuracy", than=0.1)'},
        "no 'gruu'; nearest: gru; known: simple_rnn, gru",
    ),
    "an unknown metric": (
        {"predicate": 'highest("spoken_digits.gru.val_acc")'},
        "no 'val_acc'; nearest: val_accuracy; known: val_accuracy, loss",
    ),
    "an unknown constant": (
        {"predicate": 'higher("spoken_digits.gru.val_accuracy", than="spoken_digits.chanse.accuracy")'},
        "no 'chanse'; nearest: chance",
    ),
    "an exact metric": (
        {"predicate": 'exact("spoken_digits.gru.val_accuracy", equals=0.2)'},
        "constant 'spoken_digits.gru.val_accuracy': no 'gru'; known: chance, broken",
    ),
    "metrics of two experiments": (
        {"predicate": 'higher("spoken_digits.gru.val_accuracy", than="binary_addition.hidden_16.steps")'},
        "expected metrics of one experiment",
    ),
    "variants out of order": (
        {
            "predicate": 'increasing("binary_addition", "steps", along="hidden_size", variants=["hidden_32", "hidden_16"])'
        },
        "expected hidden_size to rise along them, found 32, 16",
    ),
    "a share of nothing in particular": (
        {"predicate": 'share("binary_addition.hidden_16.converged")'},
        "share: expected one of more_than=… and less_than=…",
    ),
    "a tolerance of nothing": (
        {"predicate": 'equal("spoken_digits.gru.val_accuracy", to=0.1, within=0)'},
        "within: expected a number > 0, found 0",
    ),
    "over something else": (
        {"predicate": 'higher("spoken_digits.gru.val_accuracy", than=0.1, over="clips")'},
        "over: expected seeds or items, found 'clips'",
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
        {"predicate": 'higher("spoken_digits.chance.accuracy", than="spoken_digits.gru.val_accuracy")'},
        "expected a metric over seeds to compare with spoken_digits.gru.val_accuracy, found a constant",
    ),
    "a share of more than all": (
        {"predicate": 'share("binary_addition.hidden_16.converged", more_than=50)'},
        "expected a bound between 0 and 1, found 50",
    ),
    "no family": (
        {"predicate": 'highest("spoken_digits.gru.val_accuracy", among=[])'},
        "expected other variants to compare with, found none",
    ),
    "an unknown verdict's names": (
        {"predicate": OK, "wordings": '{% supported %}{{ claim.names("true") }}\n'},
        "'true' is not a valid Verdict",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_mistake_in_a_claim_names_template_and_line(state, arguments, message):
    with pytest.raises(chapters.ReportError) as raised:
        state(**arguments)
    assert str(raised.value).startswith("report_templates/report.md.j2:")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_id_stands_for_one_claim(state):
    twin = f'{{% claim "a", {OK} %}}\n{WORDINGS}{{% endclaim %}}\n'
    with pytest.raises(chapters.ReportError, match="stated already at report_templates/report.md.j2:3"):
        state(OK, before=twin)


def test_claims_need_a_ledger_after_them(state):
    with pytest.raises(chapters.ReportError, match="stands after the ledger at report_templates/report.md.j2:3"):
        state(OK, before="{{ ledger() }}\n\n")
    files.write_text(Path("report_templates/report.md.j2"), f'{{% claim "a", {OK} %}}\n{WORDINGS}{{% endclaim %}}\n')
    with pytest.raises(chapters.ReportError, match=r"expected \{\{ ledger\(\) \}\} after the claims"):
        chapters.render(Path("report_templates"))


def test_a_background_needs_a_reason_and_is_printed_as_it_is(state):
    rendered = state(OK, before='前、{% background "理論" %}長いほど{% endbackground %}よい。\n\n')
    assert "前、長いほどよい。\n\n" in rendered.text
    with pytest.raises(chapters.ReportError, match="expected a reason"):
        state(OK, before='{% background "" %}文{% endbackground %}')


def test_the_ledger_is_a_metrics_file_whose_single_values_are_numbers_and_verdicts(state):
    rendered = state(OK)
    entry = ledger.document(rendered.claims, rendered.original, rendered.values)["a"]
    told = {key: value for key, value in entry.items() if not isinstance(value, list)}
    # 0.1075 ± 3.182 · 0.01708 / √4
    assert told == {"verdict": "supported", "effect": 0.1075, "low": 0.0803247, "high": 0.134675, "n": 4}
    assert entry["sentences"] == ["支持。"]
    assert entry["evidence"] == ["reports/seeds/spoken_digits.csv"]
    assert entry["comparisons"][0]["quantity"] == "spoken_digits.gru.val_accuracy - 0.1"
    assert "0.08032 動き" in entry["changes_if"][0]


def test_the_ledger_compares_with_what_the_original_printed(state):
    files.write_text(
        Path("report_templates/original.yaml"),
        "claims: {a: 双方向がよい。}\n"
        'numbers: {spoken_digits.bilstm.val_accuracy: "0.310", spoken_digits.gru.val_accuracy: "0.210"}\n'
        "comparable: {spoken_digits.data.source: fsdd}\n",
    )
    predicate = 'highest("spoken_digits.bilstm.val_accuracy", among=["gru", "lstm"])'
    rendered = state(predicate, after="\n{{ original_table() }}\n\n{{ original_claims_table() }}\n\n")
    entry = ledger.document(rendered.claims, rendered.original, rendered.values)["a"]
    assert entry["original"] == [
        {"says": "双方向がよい。"},
        {
            "quantity": "spoken_digits.bilstm.val_accuracy - spoken_digits.gru.val_accuracy",
            "value": 0.1,
            "inside": True,
            "same_data": False,
        },
    ]
    assert "データが異なる" in rendered.text
    assert rendered.text.count(r"0\*</data>") == 2  # the two numbers, as printed, are of other data
    assert "| 双方向がよい。 | <span" in rendered.text


ORIGINALS = {
    "a statement without a claim": (
        "claims: {b: x}\nnumbers: {}\ncomparable: {}\n",
        "report_templates/original.yaml: claims.b: no template states this claim",
    ),
    "not all its sections": ("claims: {}\n", "report_templates/original.yaml: numbers: Field required"),
    "a number that is not as printed": (
        "claims: {}\nnumbers: {spoken_digits.gru.val_accuracy: 0.1}\ncomparable: {}\n",
        "report_templates/original.yaml: numbers.spoken_digits.gru.val_accuracy: Input should be a valid string",
    ),
    "an unknown metric": (
        'claims: {}\nnumbers: {spoken_digits.gru.val_acuracy: "0.1"}\ncomparable: {}\n',
        "report_templates/original.yaml: metric 'spoken_digits.gru.val_acuracy': no 'val_acuracy'; nearest: val_accuracy",
    ),
    "an unknown parameter": (
        "claims: {}\nnumbers: {}\ncomparable: {spoken_digits.data.sauce: fsdd}\n",
        "report_templates/original.yaml: param 'spoken_digits.data.sauce': no 'sauce'; nearest: source",
    ),
}


@pytest.mark.parametrize(("text", "message"), ORIGINALS.values(), ids=ORIGINALS.keys())
def test_a_mistake_in_the_originals_statements_names_the_file(state, text, message):
    files.write_text(Path("report_templates/original.yaml"), text)
    with pytest.raises(ledger.OriginalError) as raised:
        state(OK)
    assert message in str(raised.value)


def test_the_originals_file_that_is_no_yaml_is_told_by_its_line(state):
    files.write_text(Path("report_templates/original.yaml"), "claims: {\nnumbers: ]\n")
    with pytest.raises(params.ParamsError, match=r"report_templates/original.yaml: line 2: expected YAML"):
        state(OK)


@pytest.mark.parametrize("forced", list(Verdict))
def test_every_wording_of_the_reports_claims_can_be_printed(monkeypatch, forced):
    """The committed results, with each verdict in turn for all claims."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(Predicate, "decide", lambda self: (forced, self.compare()))
    rendered = chapters.render()
    assert len(rendered.claims.stated) >= 25
    for one in rendered.claims.stated:
        assert re.search(r"。(（判定できない理由：.*）)?$", one.sentence), one.sentence
    ledger.document(rendered.claims, rendered.original, rendered.values)
