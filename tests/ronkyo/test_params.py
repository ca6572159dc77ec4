"""params.yaml is checked as a whole; an error is one line that names the key, what was expected and what was found."""

import copy
from typing import Literal

import pytest
from pydantic import Field
from ruamel.yaml import YAML

from ronkyo import cli, params
from ronkyo.params import Section, Seeds, Variants
from ronkyo.project import Report


class Training(Section):
    activation: Literal["sigmoid", "tanh", "relu"]
    batch_size: int = Field(gt=0)
    hidden_size: int = Field(gt=0)
    learning_rate: float = Field(ge=0)


class Digits(Section):
    seeds: int = Field(gt=0)
    training: Training
    variants: Variants[Training]


class Planned(Section):
    seeds: Seeds
    training: Training
    variants: Variants[Training]


class Words(Section):
    seeds: int = Field(gt=0)
    training: Training
    pairs: list[Training] = []
    other: Training | None = None
    named: dict[str, Training | None] = {}
    either: Training | Report | None = None


SCHEMAS = {"report": Report, "digits": Digits, "words": Words, "planned": Planned}
TRAINING = {"activation": "sigmoid", "batch_size": 8, "hidden_size": 16, "learning_rate": 0.5}
DOCUMENT = {
    "report": {"language": "en", "title": "T", "course": "C", "author": "A", "date": "2026-01-31", "code_url": ".."},
    "digits": {"seeds": 10, "training": TRAINING, "variants": {"relu": {"activation": "relu"}, "gru": {}}},
    "words": {"seeds": 4, "training": dict(TRAINING)},
    "planned": {"seeds": 3, "training": dict(TRAINING), "variants": {"bilstm": {}, "lstm": {}}},
}
A_PLAN = "a whole number ≥ 1, or a plan (looks: [5, 10, 20])"
RISING = "whole numbers that rise, from 2 on, or one number ≥ 1"
A_SMALLEST = "a number > 0, or {ratio: a number > 1}"


@pytest.fixture
def edited(tmp_path):
    """Write params.yaml with some keys changed: {"a.b": value}, or removed (...)."""

    def write(changes):
        document = copy.deepcopy(DOCUMENT)
        for key, value in changes.items():
            *path, last = key.split(".")
            section = document
            for part in path:
                section = section[part]
            if value is ...:
                del section[last]
            else:
                section[last] = value
        file = tmp_path / "params.yaml"
        with file.open("w", encoding="utf-8") as stream:
            YAML(typ="safe").dump(document, stream)
        return file

    return write


def load(file):
    return params.load(file, SCHEMAS, str(file))


def test_a_variant_is_the_base_with_its_own_keys_put_over(edited):
    file = edited({"digits.training.learning_rate": 0.25, "digits.variants.relu": {"activation": "relu"}})
    relu = load(file)["digits"].variants["relu"]
    assert (relu.activation, relu.learning_rate) == ("relu", 0.25)


BAD = {
    "a text for a number": (
        {"digits.training.learning_rate": "fast"},
        "digits.training.learning_rate: expected a number, found 'fast'",
    ),
    "a number out of range": (
        {"digits.training.batch_size": 0},
        "digits.training.batch_size: expected a number > 0, found 0",
    ),
    "a fraction for a count": ({"words.seeds": 2.5}, "words.seeds: expected a whole number, found 2.5"),
    "a number in quotes": (
        {"digits.seeds": "10"},
        "digits.seeds: expected a whole number, found '10'",
    ),
    "an unknown choice": (
        {"digits.variants.relu.activation": "rleu"},
        "digits.variants.relu.activation: expected one of 'sigmoid', 'tanh' or 'relu', found 'rleu'",
    ),
    "a missing key": (
        {"words.training.batch_size": ...},
        "words.training.batch_size: expected a value, found nothing",
    ),
    "a misspelt key": (
        {"digits.variants.gru.hiden_size": 3},
        "digits.variants.gru.hiden_size: unknown key, found 3; nearest: hidden_size",
    ),
    "a misspelt key in a list": (
        {"words.pairs": [{**TRAINING}, {**TRAINING, "batch_sise": 3}]},
        "words.pairs.1.batch_sise: unknown key, found 3; nearest: batch_size",
    ),
    "a misspelt key in a section that may be null": (
        {"words.other": {**TRAINING, "batch_sise": 3}},
        "words.other.batch_sise: unknown key, found 3; nearest: batch_size",
    ),
    "a misspelt key in a section of a mapping that has a key's name": (
        {"words.named": {"batch_size": {**TRAINING, "batch_sise": 3}}},
        "words.named.batch_size.batch_sise: unknown key, found 3; nearest: batch_size",
    ),
    "a missing section": ({"words": ...}, "words: expected a section, found nothing"),
    "an unknown section": ({"digit": {}}, "digit: unknown section; expected one of "),
    "a value for a section": (
        {"words.training": 7},
        "words.training: expected a section (key: value), found 7",
    ),
    "a variant's name that DVC would lose": (
        {"digits.variants.bi-lstm": {}},
        "digits.variants.bi-lstm: expected text like ^[a-z][a-z0-9_]*$",
    ),
    "not a finite number": (
        {"digits.training.learning_rate": float("inf")},
        "digits.training.learning_rate: expected a finite number, found inf",
    ),
    "a text for the date": (
        {"report.date": "yesterday"},
        "report.date: expected a date in quotes (\"YYYY-MM-DD\"), found 'yesterday'",
    ),
}


BAD_PLANS = {
    "no number": ("10", f"seeds: expected {A_PLAN}, found '10'"),
    "no seed": (0, f"seeds: expected {A_PLAN}, found 0"),
    "a truth": (True, f"seeds: expected {A_PLAN}, found True"),
    "no look": ({"looks": []}, f"seeds.looks: expected {RISING}, found []"),
    "nothing of looks": ({"taken": {}}, "seeds.looks: expected a value, found nothing"),
    "a number for looks": ({"looks": 5}, "seeds.looks: expected a list, found 5"),
    "a fraction": ({"looks": [2.5]}, "seeds.looks.0: expected a whole number, found 2.5"),
    "looks that fall": ({"looks": [5, 10, 10]}, f"seeds.looks: expected {RISING}, found [5, 10, 10]"),
    "a first look of one seed": ({"looks": [1, 5]}, f"seeds.looks: expected {RISING}, found [1, 5]"),
    "a number that is no look": (
        {"looks": [5, 10], "taken": {"lstm": 7}},
        "seeds.taken: expected numbers of the looks, 5, 10, found {'lstm': 7}",
    ),
    "a variant that is not there": (
        {"looks": [5, 10], "taken": {"bilstn": 10}},
        "seeds.taken: expected a variant, one of bilstm, lstm, found 'bilstn'; nearest: bilstm",
    ),
    "a difference of nothing": (
        {"looks": [5], "matters": {"loss": 0}},
        f"seeds.matters.loss: expected {A_SMALLEST}, found 0",
    ),
    "a ratio of one": (
        {"looks": [5], "matters": {"loss": {"ratio": 1}}},
        f"seeds.matters.loss: expected {A_SMALLEST}, found {{'ratio': 1}}",
    ),
    "neither difference nor ratio": (
        {"looks": [5], "matters": {"loss": {"factor": 2}}},
        f"seeds.matters.loss: expected {A_SMALLEST}, found {{'factor': 2}}",
    ),
    "a misspelt key": ({"looks": [5], "mater": {}}, "seeds.mater: unknown key, found {}; nearest: matters"),
}


@pytest.mark.parametrize(("plan", "expected"), BAD_PLANS.values(), ids=BAD_PLANS.keys())
def test_a_bad_plan_of_looks_gives_one_line_that_names_the_key(edited, plan, expected):
    file = edited({"planned.seeds": plan})
    with pytest.raises(params.ParamsError) as raised:
        load(file)
    assert str(raised.value) == f"{file}: planned.{expected}"


def test_a_variant_has_the_seeds_of_the_first_look_or_of_the_one_it_has_taken(edited):
    plan = {"looks": [5, 10, 20], "taken": {"bilstm": 20}, "matters": {"accuracy": 0.02, "loss": {"ratio": 1.25}}}
    seeds = load(edited({"planned.seeds": plan}))["planned"].seeds
    assert (seeds.looks, seeds.first, seeds.of("lstm"), seeds.of("bilstm")) == ((5, 10, 20), 5, 5, 20)
    assert seeds.matters == {"accuracy": 0.02, "loss": {"ratio": 1.25}}


def test_a_number_of_seeds_is_a_plan_of_one_look(edited):
    seeds = load(edited({"planned.seeds": 7}))["planned"].seeds
    assert (seeds.looks, seeds.of("lstm"), seeds.matters) == ((7,), 7, {})


@pytest.mark.parametrize(("changes", "expected"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_gives_one_line_that_names_the_key(edited, changes, expected):
    file = edited(changes)
    with pytest.raises(params.ParamsError) as raised:
        load(file)
    assert str(raised.value).startswith(f"{file}: {expected}")
    assert "\n" not in str(raised.value)


def test_an_unknown_key_of_a_section_of_several_kinds_gives_lines_too(edited):
    with pytest.raises(params.ParamsError, match=r"words\.either\.Training\.batch_sise: unknown key"):
        load(edited({"words.either": {**TRAINING, "batch_sise": 3}}))


def test_several_problems_give_a_line_each(edited):
    file = edited({"digits.seeds": 0, "words.seeds": -1})
    with pytest.raises(params.ParamsError) as raised:
        load(file)
    assert [line.split(": ")[1] for line in str(raised.value).splitlines()] == [
        "digits.seeds",
        "words.seeds",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: [1, 2\nb: 3\n", ":1: expected YAML, found a bracket that is not closed"),
        (b"a: 'x\nb: 3\n", ":1: expected YAML, found a quote that is not closed"),
        (
            b"a:\n  b 1\n  c: 2\n",
            ":3: expected YAML, found a text with a colon, which needs quotes, or in the line above",
        ),
        (b"a:\n  b: 1\n c: 2\n", ":3: expected YAML, found a line that is not as far in as those beside it"),
        (b"a:\n\tb: 1\n", ":2: expected YAML, found a tab"),
        (b"a: 1\nb\n", ":2: expected YAML, found a key that lacks its colon"),
        (
            b"a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> x\n",
            ":2: expected YAML, found an unsolved conflict of a merge",
        ),
        (b"a: 1\na: 2\n", ":2: expected YAML, found "),
        (b"# a comment\n", ": expected sections (name: …), found nothing"),
        (b"- just\n- a list\n", ": expected sections (name: …), found ['just', 'a list']"),
        ("é: 1\né2: \a\n".encode(), ":2: expected YAML, found unacceptable character #x0007"),
        (
            b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b"*a%d," % (n - 1) * 9) for n in range(1, 9)),
            ": expected YAML, found more than",
        ),
        (b"a: 2026-13-45\n", ": expected YAML, found month must be in 1..12"),
        ("題: 値".encode("shift_jis"), ":1: expected a text in UTF-8, found byte 0x91"),
    ],
)
def test_a_file_that_is_not_yaml_sections_is_said_to_be_so(tmp_path, content, expected):
    file = tmp_path / "params.yaml"
    file.write_bytes(content)
    with pytest.raises(params.ParamsError, match="params.yaml") as raised:
        load(file)
    assert str(raised.value).startswith(f"{file}{expected}")
    assert "\n" not in str(raised.value)


def test_a_folder_in_the_files_place_is_one_line(tmp_path):
    with pytest.raises(params.ParamsError) as raised:
        params.read_document(tmp_path, "params.yaml")
    assert str(raised.value) == "params.yaml: expected a file that can be read, found Is a directory"


def test_the_command_prints_the_line_and_fails(small_files, capsys, monkeypatch):
    monkeypatch.chdir(small_files.source)
    assert cli.main(["check"]) == 0
    assert capsys.readouterr().out == "params.yaml: 2 sections, no problem found\n"
    text = small_files.params_file.read_text(encoding="utf-8")
    small_files.params_file.write_text(text.replace("seeds: 5", "seeds: many"), encoding="utf-8")
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().err == f"params.yaml: least_squares.seeds: expected {A_PLAN}, found 'many'\n"
