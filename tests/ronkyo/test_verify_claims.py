"""Every claim of a report is decided again from the seeds and items that the report carries."""

import json
import time

import carried
import numpy as np
import pytest

from ronkyo.claims import MetricsTable, Predicates, all_of, ledger
from ronkyo.claims.statements import Claims
from ronkyo.claims.verdicts import Verdict
from ronkyo.verify.recomputed import STATED
from ronkyo.words import Words

TEXT, LEDGER = "sample.md", "claims.json"


@pytest.fixture(scope="module", params=["en", "ja"])
def report(request, tmp_path_factory):
    return carried.by(carried.build(tmp_path_factory.mktemp("carried"), request.param))


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    return carried.by(carried.build(tmp_path_factory.mktemp("carried"), "en"))


def claims(files):
    return carried.check(files, "claims")


def edited(files, id, change):
    """With a claim's entry in the ledger changed by a function."""
    document = json.loads(files[LEDGER])
    change(document[id])
    return {**files, LEDGER: ledger.text(document).encode()}


def test_an_untouched_report_has_no_difference(report):
    found = claims(report)
    assert (found.differences, found.unknown) == ([], [])
    assert found.looked_at.startswith(f"{len(json.loads(report[LEDGER]))} claims")


ENTRIES = {  # key of an entry, what somebody writes there, what is said
    "the verdict": ("verdict", "undecided", "best: verdict: expected supported, found undecided"),
    "the estimate": ("effect", 0.2025, "best: effect: expected 0.1025, found 0.2025"),
    "the interval": ("low", 0.01, "best: low: expected 0.076"),
    "how many seeds": ("n", 40, "best: n: expected 4, found 40"),
    "that it is close": ("close", True, "best: close: expected false, found true"),
    "that it stands": ("stands", False, "best: stands: expected true, found false"),
    "its sentences": ("sentences", ["It is."], "best: sentences.0: expected The best by"),
    "its evidence": ("evidence", ["reports/seeds/addition.csv"], "best: evidence.0: expected reports/seeds/digits.csv"),
    "what changes it": ("changes_if", ["nothing"], "best: changes_if.0: expected "),
    "a looks' value": ("looks", [], "best: looks: expected"),
    "the original": ("original", [{"says": "x"}], "best: original: expected [], found"),
    "a word that no entry has": ("more", 1, "best: more: expected nothing, found 1"),
}


@pytest.mark.parametrize(("key", "value", "line"), ENTRIES.values(), ids=ENTRIES)
def test_a_changed_entry_of_the_ledger_is_one_line(english, key, value, line):
    [told] = claims(edited(english, "best", lambda entry: entry.update({key: value}))).differences
    assert told.startswith(f"{LEDGER}: {line}")


COMPARISONS = {
    "its verdict": ({"verdict": "equal"}, "best: comparisons.1.verdict: expected supported, found equal"),
    "its value": ({"value": 0.3}, "best: comparisons.1.value: expected 0.205, found 0.3"),
    "its level": ({"level": 0.9}, "best: comparisons.1.level: expected 0.975, found 0.9"),
    "another metric": (
        {"metric": "digits.gru.accuracy"},
        "best: comparisons.1.quantity: expected digits.gru.accuracy - digits",
    ),
    "a metric that there is not": (
        {"metric": "digits.gruu.accuracy"},
        "best: metric 'digits.gruu.accuracy': no 'gruu'",
    ),
    "a kind that there is not": ({"kind": "sum"}, "best: 'sum' is not a valid Kind"),
    "another bound": ({"above": 0.9}, "best: verdict: expected contradicted, found supported"),
}


@pytest.mark.parametrize(("changes", "line"), COMPARISONS.values(), ids=COMPARISONS)
def test_a_changed_comparison_is_one_line(english, changes, line):
    told = claims(edited(english, "best", lambda entry: entry["comparisons"][1].update(changes))).differences
    assert told[0].startswith(f"{LEDGER}: {line}")


def test_parts_that_were_put_together_need_another_level(english):
    told = claims(edited(english, "best", lambda entry: entry.update(parts=[[0, 1]]))).differences
    assert told[0].startswith(f"{LEDGER}: best: low: expected")


@pytest.mark.parametrize("entry", [{}, {"comparisons": 3, "parts": [[0]]}, {"comparisons": [], "parts": [[7]]}])
def test_an_entry_that_is_none_is_told_of(english, entry):
    document = json.loads(english[LEDGER]) | {"best": entry}
    told = claims({**english, LEDGER: json.dumps(document).encode()}).differences
    assert told[0].startswith(f"{LEDGER}: best: ")


@pytest.mark.parametrize("content", [b"[]", b'{"a": 1}', b"{", b"\xff"])
def test_a_ledger_that_is_none_is_one_line(english, content):
    found = carried.check({**english, LEDGER: content}, "numbers")
    assert len(found.differences) == 1
    assert found.differences[0].startswith("claims.json:")
    assert claims({**english, LEDGER: content}).unknown == found.differences


def test_edited_seeds_flip_a_verdict(english):
    files = english
    for seed in range(4):
        row = next(
            line for line in english["seeds-digits.csv"].decode().splitlines() if line.startswith(f"bilstm,{seed},")
        )
        files = carried.changed(files, "seeds-digits.csv", row, f"bilstm,{seed},0.01,100.0")
    told = claims(files).differences
    assert any(line.startswith(f"{LEDGER}: best: verdict: expected contradicted, found supported; ") for line in told)
    assert not any("often" in line or "half" in line for line in told)


def test_a_sixth_digit_may_be_another_processors(english):
    found = claims(edited(english, "often", lambda entry: entry.update(low=0.630584)))
    assert found.differences == []
    [told] = found.unknown
    assert told.startswith(
        "the sixth digit of estimates (1), which another processor may change: claims.json: often: low: "
    )
    assert claims(edited(english, "often", lambda entry: entry.update(low=0.6306))).differences != []


def test_a_claim_that_one_of_the_two_files_lacks_is_told_of(english):
    document = json.loads(english[LEDGER])
    del document["tenth"]
    told = claims({**english, LEDGER: json.dumps(document).encode()}).differences
    assert f"{TEXT}: claim:tenth: expected a claim of {LEDGER}, found none" in told
    without = carried.changed(english, TEXT, 'id="claim:tenth"', 'id="tenth"')
    assert claims(without).differences[0] == f"{LEDGER}: tenth: expected its sentence in the report, found none"


SAID = {  # a claim, its words in the text and in the ledger, what somebody writes in both, and what is said
    "best": (
        "The best by ",
        "The worst by ",
        "expected the wording of supported, with The best by, found The worst by",
    ),
    "tenth": (
        "It is a tenth",
        "It is not a tenth",
        "expected the wording of supported, with It is a tenth., found It is not",
    ),
    "half": ("Half of ", "Most of ", "expected the wording of undecided, with Half of, found Most of"),
    "bilstm-accuracy-than-gru": ("is higher", "is lower", "expected The accuracy of BiLSTM(64) is higher"),
}


@pytest.mark.parametrize(("id", "old", "new", "line"), [(id, *words) for id, words in SAID.items()], ids=SAID)
def test_words_that_are_not_those_of_the_verdict_are_told_of(english, id, old, new, line):
    text, document = english[TEXT].decode(), json.loads(english[LEDGER])
    sentence = next(line for line in text.splitlines() if f'id="claim:{id}"' in line)
    assert old in sentence
    document[id]["sentences"] = [said.replace(old, new) for said in document[id]["sentences"]]
    files = {**english, LEDGER: ledger.text(document).encode()}
    [told] = claims({**files, TEXT: text.replace(sentence, sentence.replace(old, new, 1)).encode()}).differences
    assert told.startswith(f"{TEXT}: claim:{id}: {line}")


def test_what_a_template_says_only_sometimes_need_not_be_said(english):
    """In `often`, "nearly" stands in a block, and behind the explanation nothing is the sentence's."""
    wordings = json.loads(english[LEDGER])["often"]["wordings"]
    assert wordings[0]["supported"].endswith("it is{% if claim.close %}, nearly{% endif %}.")


def test_findings_have_a_row_for_each_of_their_claims(english):
    text = english[TEXT].decode()
    row = next(line for line in text.splitlines(keepends=True) if "third) | a fifth is a tenth |" in line)
    [told] = claims({**english, TEXT: text.replace(row, "", 1).encode()}).differences
    assert told == f"{TEXT}: tables of findings: expected third, found nothing"


def test_a_mark_behind_a_sentence_is_that_of_its_verdict(english):
    told = claims(carried.changed(english, TEXT, "them” <b>undecided</b>", "them” <b>supported</b>")).differences
    assert told == [
        f"{TEXT}: claim:half: expected “…st of them” undecided (8 seeds)”, found “…st of them” supported (8 seeds)”"
    ]


# -- a predicate from its entry ---------------------------------------------------------------------------------------

RNG = np.random.default_rng(3)
TABLE = {
    "e": {
        **{
            name: {"loss": RNG.normal(size=6) + shift, "hit": RNG.integers(0, 2, 6)} for shift, name in enumerate("abc")
        },
        "known": {"loss": 0.5, "half": 0.5},
    }
}
METRICS = MetricsTable(
    TABLE,
    items={"e": {name: {"loss": RNG.normal(size=30) + shift} for shift, name in enumerate("abc")}},
    parameters={"e": {"variants": {"a": {"size": 1}, "b": {"size": 2}, "c": {"size": 3}}}},
    looks={"e": (3, 6)},
    matters={"e": {"loss": 0.1}},
    groups={"e": np.repeat(list("xyz"), 10)},
)
EACH = {
    "higher": lambda p: p.higher("e.b.loss", than="e.a.loss", margin=0.1),
    "than a constant": lambda p: p.lower("e.a.loss", than="e.known.loss"),
    "than a number": lambda p: p.lower("e.a.loss", than=0.7, matters=0.3),
    "a ratio": lambda p: p.higher("e.c.loss", than=1.5, ratio=True, margin=0.2, matters=1.1),
    "over both": lambda p: p.higher("e.b.loss", than="e.a.loss", over="both"),
    "equal": lambda p: p.equal("e.a.loss", "e.b.loss", within=2),
    "highest, over both": lambda p: p.highest("e.c.loss", over="both"),
    "increasing": lambda p: p.increasing("e", "loss", along="size", variants=["a", "b", "c"]),
    "a share": lambda p: p.share("e.a.hit", less_than=0.9),
    "more often": lambda p: p.more_often("e.a.hit", than="e.b.hit"),
    "exact": lambda p: p.exact("e.known.loss", equals="e.known.half"),
    "all of": lambda p: all_of(p.share("e.a.hit", more_than=0.1), p.higher("e.b.loss", than="e.a.loss", over="both")),
}


@pytest.mark.parametrize("make", EACH.values(), ids=EACH)
def test_a_predicate_is_made_again_from_its_entry(make):
    stated = Claims(Words("en"))
    stated.state(
        "one", make(Predicates(METRICS)), "here:1", dict.fromkeys(Verdict, ""), lambda claim: "It is.", "it is"
    )
    entry = json.loads(ledger.text(ledger.document(stated)))["one"]
    verdict, comparisons = ledger.predicate(entry, METRICS).decide()
    claim = stated.stated[0].claim
    assert (verdict, tuple(map(repr, comparisons))) == (claim.verdict, tuple(map(repr, claim.comparisons)))


def test_a_text_with_many_marks_is_read_once(english):
    """From each of them to the end it would take an hour."""
    began = time.process_time()
    marks = ' <a class="badge x" href="#ledger:a">' * 50_000
    assert not [*STATED.finditer(f'<span class="claim" id="claim:a">It is.{marks}')]
    assert time.process_time() - began < 10
