"""Every number in a report's text is printed again from what the report carries; one that was changed is told of."""

import subprocess
import sys
from pathlib import Path

import carried
import pytest
import sample

from ronkyo.report.values import Recipe
from ronkyo.verify import evidence as verified

TEXT = "sample.md"


@pytest.fixture(scope="module", params=["en", "ja"])
def report(request, tmp_path_factory):
    return carried.by(carried.build(tmp_path_factory.mktemp("carried"), request.param))


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    return carried.by(carried.build(tmp_path_factory.mktemp("carried"), "en"))


def numbers(files):
    return carried.check(files, "numbers")


def test_an_untouched_report_has_no_difference_and_no_number_that_is_not_looked_at(report):
    count = report[TEXT].count(b"<data value=")
    found = numbers(report)
    assert (found.differences, found.unknown) == ([], [])
    assert found.looked_at == f"{count} of {count} numbers of {TEXT}"


CHANGES = {  # what stands in the text, what somebody writes there, and what is said of it
    "how many variants": ('count">5<', 'count">6<', "digits.variants: expected 5, found 6"),
    "how many seeds": ('number_of_seeds">4<', 'number_of_seeds">40<', "digits.seeds: expected 4, found 40"),
    "the level": ('level">95\u00a0%', 'level">99\u00a0%', "statistics.LEVEL: expected 95 %, found 99 %"),
    "a parameter": ("zero, one<", "zero, two<", "digits.data.words: expected zero, one, found zero, two"),
    "where data are from": ("ten words, spoken<", "six words<", "digits.name: expected ten words, spoken, found six"),
    "a mean": ('mean .3f">0.208', 'mean .3f">0.218', "digits.gru.accuracy: expected 0.208, found 0.218"),
    "a format": ('mean .3f">0.208', 'mean .2f">0.208', "digits.gru.accuracy: expected 0.21, found 0.208"),
    "a mean in percent": ("20.8\u00a0%</data>, <", "28.8\u00a0%</data>, <", "digits.gru.accuracy: expected 20.8 %, found 28.8 %"),
    "a median": ('median">5.13', 'median">5.31', "digits.gru.loss: expected 5.13, found 5.31"),
    "an interval": ("interval [0.281", "interval [0.291", "digits.bilstm.accuracy: expected 0.310 (95 % confidence interval"),
    "a constant": ('.2f">0.20<', '.2f">0.30<', "digits.chance.fifth: expected 0.20, found 0.30"),
    "a cell of a table": ("5.50 ± 0.45", "5.50 ± 0.25", "addition.hidden_16.steps: expected 5.50 ± 0.45, found 5.50 ± 0.25"),
    "a count of seeds": (">4/8<", ">5/8<", "addition.hidden_32.converged: expected 4/8, found 5/8"),
    "a range": ("0.50 [0.00, 1.00]", "0.50 [0.00, 2.00]", "addition.hidden_32.diverged: expected 0.50 [0.00, 1.00], found"),
    "a number of a project's own table": (".2f\">0.21</data> |", ".2f\">0.31</data> |", "digits.gru.accuracy: expected 0.21"),
    "a name that nothing has": ("digits.gru.loss median", "digits.gru.los median", "digits.gru.los: expected a number, printed"),
    "a method that there is not": ("digits.gru.loss median", "digits.gru.loss __class__", "printed in no way that there is"),
    "a format that fills the memory": ("accuracy mean .3f", "accuracy mean .999999999f", "printed: the format .999999999f"),
    "a version": ('words param">', 'words version">', "digits.data.words: expected a number, printed"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line"), CHANGES.values(), ids=CHANGES)
def test_a_number_that_was_changed_is_told_of_with_its_line(english, old, new, line):
    first = english[TEXT].decode().split(old)[0].count("\n") + 1
    [told] = numbers(carried.changed(english, TEXT, old, new)).differences
    assert told.startswith(f"{TEXT}:{first}: ")
    assert line in told


WRITTEN = {  # of the texts that claims write
    "an estimate in the ledger": ("claims\">0.1025", "claims\">0.2025", "ledger:bilstm-accuracy-than-gru: expected “"),
    "a verdict in the ledger": ("</data>: supported <small>", "</data>: undecided <small>", "ledger:bilstm-accuracy-than-gru"),
    "the bound of a claim in the ledger": (">0.5</data>. Estimate", ">0.7</data>. Estimate", "ledger:often: expected “"),
    "a verdict in the table": ('supported">supported</span> | yes', 'undecided">undecided</span> | yes', "tab:claims: "),
    "a hypothesis in findings": ("| a fifth is a tenth |", "| a fifth is no tenth |", "findings: expected “"),
    "a verdict in findings": ('computed | <span class="verdict contra', 'computed | <span class="verdict sup', "findings: exp"),
    "an answer of the conclusions": ("The best by", "The worst by", "conclusions: expected “"),
    "how many have a verdict": ('supported <data value="claims">5', 'supported <data value="claims">6', "tab:claims: "),
    "a number of the original": ("0.310\\*</data>", "0.330\\*</data>", "tab:original: expected “…"),
    "what is said of the original": ("| BiLSTM is better. |", "| BiLSTM is worse. |", "tab:original-claims: "),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line"), WRITTEN.values(), ids=WRITTEN)
def test_what_the_claims_write_is_written_again(english, old, new, line):
    [told] = numbers(carried.changed(english, TEXT, old, new)).differences
    assert line in told


def test_a_number_of_a_claim_that_there_is_not_is_told_of_where_it_stands_and_in_the_ledger(english):
    of_ledger, of_text = numbers(carried.changed(english, TEXT, '"claim:half effect', '"claim:hal effect')).differences
    assert "ledger:half: expected" in of_ledger
    assert "claim:hal: expected a number, printed: no claim 'hal'" in of_text


def test_how_many_claims_stand_is_counted_again(english):
    text = english[TEXT].decode()
    sentence = next(line for line in text.splitlines() if "false discover" in line)
    found = numbers(carried.changed(english, TEXT, sentence, sentence.replace(">6<", ">4<")))
    assert found.unknown == ["numbers that do not say how they were printed: claims (2)"]


def test_a_number_without_a_recipe_is_counted(english):
    found = numbers(carried.changed(english, TEXT, "digits.gru.loss median", "digits.gru.loss"))
    assert (found.differences, found.unknown) == ([], ["numbers that do not say how they were printed: digits (1)"])
    count = english[TEXT].count(b"<data value=")
    assert found.looked_at.startswith(f"{count - 1} of {count} numbers")


def test_edited_seeds_change_the_numbers_that_they_give(english):
    told = numbers(carried.changed(english, "seeds-digits.csv", "gru,0,0.2,", "gru,0,0.9,")).differences
    assert any("digits.gru.accuracy: expected 0.383, found 0.208" in line for line in told)
    assert not any("addition" in line for line in told)


def test_a_project_is_looked_at_in_the_same_way(tmp_path):
    project = carried.build(tmp_path, "en")
    for name, content in carried.by(project).items():
        if name in (TEXT, "claims.json"):
            (project.reports / name).write_bytes(content)
    assert [check.differences for check in verified.recompute(project)] == [[], []]
    project.report_file("md").write_bytes((project.reports / TEXT).read_bytes().replace(b">5.13<", b">5.31<"))
    [line] = verified.recompute(project)[0].differences
    assert line.endswith("digits.gru.loss: expected 5.13, found 5.31")


@pytest.mark.parametrize(
    "recipe",
    [Recipe("a.b.c", "mean", ".3f"), Recipe("a.two words.c", "constant", " .2f"), Recipe("a"), Recipe("a.b", "count")],
)
def test_a_recipe_is_read_as_it_was_written(recipe):
    assert Recipe.read(recipe.attribute) == recipe
    assert recipe.attribute.partition(" ")[0].replace("\u00a0", " ") == recipe.key


def test_numbers_and_claims_are_checked_without_the_libraries_that_train_and_set(english, tmp_path):
    for name, content in english.items():
        (tmp_path / name).write_bytes(content)
    code = f"""
import sys
from pathlib import Path

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "dvc", "matplotlib", "weasyprint", "measured"):
            raise ImportError(name)

sys.meta_path.insert(0, Nothing())
from ronkyo.verify import evidence
checks = evidence.checks({{file.name: file.read_bytes() for file in Path({str(tmp_path)!r}).iterdir()}})
print([(check.name, check.differences) for check in checks])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=sample_environment())
    assert done.stdout.strip() == "[('files', []), ('chain', []), ('numbers', []), ('claims', [])]", done.stderr


def sample_environment():
    return {"PYTHONPATH": str(Path(sample.__file__).parents[3] / "src"), "PATH": ""}
