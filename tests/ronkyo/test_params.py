"""params.yaml is checked as a whole; an error is one line that names the key, what was expected and what was found."""

import copy
from typing import Literal

import pytest
from pydantic import Field
from ruamel.yaml import YAML

from ronkyo import cli, params
from ronkyo.params import Section, Variants
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


class Words(Section):
    seeds: int = Field(gt=0)
    training: Training
    pairs: list[Training] = []
    other: Training | None = None
    named: dict[str, Training | None] = {}
    either: Training | Report | None = None


SCHEMAS = {"report": Report, "digits": Digits, "words": Words}
TRAINING = {"activation": "sigmoid", "batch_size": 8, "hidden_size": 16, "learning_rate": 0.5}
DOCUMENT = {
    "report": {"language": "en", "title": "T", "course": "C", "author": "A", "date": "2026-01-31", "code_url": ".."},
    "digits": {"seeds": 10, "training": TRAINING, "variants": {"relu": {"activation": "relu"}, "gru": {}}},
    "words": {"seeds": 4, "training": dict(TRAINING)},
}


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
        (b"a: [1, 2\nb: 3\n", ": line 2: expected YAML, found "),
        (b"a: 1\na: 2\n", ": line 2: expected YAML, found "),
        (b"- just\n- a list\n", ": expected sections (name: …), found ['just', 'a list']"),
        ("é: 1\né2: \a\n".encode(), ": line 2: expected YAML, found unacceptable character #x0007"),
        (b"a: 2026-13-45\n", ": expected YAML, found month must be in 1..12"),
        ("題: 値".encode("shift_jis"), ": expected UTF-8 text, found byte 0x91"),
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
    assert capsys.readouterr().err == "params.yaml: least_squares.seeds: expected a whole number, found 'many'\n"
