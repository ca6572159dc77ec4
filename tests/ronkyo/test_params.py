"""params.yaml is checked as a whole; an error is one line that names the key, what was expected and what was found."""

import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ronkyo import cli, params

REAL = Path(__file__).parents[2] / "params.yaml"


@pytest.fixture
def edited(tmp_path):
    """Write params.yaml with some keys changed: {"a.b": value}, or removed (...)."""

    def write(changes):
        document = YAML(typ="safe").load(REAL.read_text(encoding="utf-8"))
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


def test_the_projects_own_file_is_valid():
    sections = params.load(REAL)
    assert sections["spoken_digits"].variants["gru"].hidden_size > 0


def test_a_variant_is_the_base_with_its_own_keys_put_over(edited):
    file = edited(
        {"binary_addition.training.learning_rate": 0.25, "binary_addition.variants.relu": {"activation": "relu"}}
    )
    relu = params.load(file)["binary_addition"].variants["relu"]
    assert (relu.activation, relu.learning_rate) == ("relu", 0.25)


BAD = {
    "a text for a number": (
        {"spoken_digits.training.learning_rate": "fast"},
        "spoken_digits.training.learning_rate: expected a number, found 'fast'",
    ),
    "a number out of range": (
        {"spoken_digits.training.batch_size": 0},
        "spoken_digits.training.batch_size: expected a number > 0, found 0",
    ),
    "a fraction for a count": ({"next_word.seeds": 2.5}, "next_word.seeds: expected a whole number, found 2.5"),
    "a number in quotes": (
        {"binary_addition.seeds": "10"},
        "binary_addition.seeds: expected a whole number, found '10'",
    ),
    "an unknown choice": (
        {"binary_addition.variants.relu.activation": "rleu"},
        "binary_addition.variants.relu.activation: expected one of 'sigmoid', 'tanh' or 'relu', found 'rleu'",
    ),
    "a missing key": (
        {"sine_to_cosine.training.batch_size": ...},
        "sine_to_cosine.training.batch_size: expected a value, found nothing",
    ),
    "a misspelt key": (
        {"spoken_digits.variants.gru.hiden_size": 3},
        "spoken_digits.variants.gru.hiden_size: unknown key, found 3; nearest: hidden_size",
    ),
    "a missing section": ({"next_word": ...}, "next_word: expected a section, found nothing"),
    "an unknown section": ({"spoken_digit": {}}, "spoken_digit: unknown section; expected one of "),
    "a value for a section": (
        {"next_word.training": 7},
        "next_word.training: expected a section (key: value), found 7",
    ),
    "a variant's name that DVC would lose": (
        {"spoken_digits.variants.bi-lstm": {}},
        "spoken_digits.variants.bi-lstm: expected text like ^[a-z][a-z0-9_]*$",
    ),
    "not a finite number": (
        {"binary_addition.training.learning_rate": float("inf")},
        "binary_addition.training.learning_rate: expected a finite number, found inf",
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
        params.load(file)
    assert str(raised.value).startswith(f"{file}: {expected}")
    assert "\n" not in str(raised.value)


def test_several_problems_give_a_line_each(edited):
    file = edited({"binary_addition.seeds": 0, "next_word.seeds": -1})
    with pytest.raises(params.ParamsError) as raised:
        params.load(file)
    assert [line.split(": ")[1] for line in str(raised.value).splitlines()] == [
        "binary_addition.seeds",
        "next_word.seeds",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: [1, 2\nb: 3\n", ": line 2: expected YAML, found "),
        (b"a: 1\na: 2\n", ": line 2: expected YAML, found "),
        (b"- just\n- a list\n", ": expected sections (name: …), found ['just', 'a list']"),
        ("題: 値".encode("shift_jis"), ": expected UTF-8 text, found byte 0x91"),
    ],
)
def test_a_file_that_is_not_yaml_sections_is_said_to_be_so(tmp_path, content, expected):
    file = tmp_path / "params.yaml"
    file.write_bytes(content)
    with pytest.raises(params.ParamsError, match="params.yaml") as raised:
        params.load(file)
    assert str(raised.value).startswith(f"{file}{expected}")
    assert "\n" not in str(raised.value)


def test_the_command_prints_the_line_and_fails(edited, capsys, monkeypatch):
    file = edited({"spoken_digits.training.learning_rate": "fast"})
    monkeypatch.chdir(file.parent)
    assert cli.main(["check"]) == 1
    assert (
        capsys.readouterr().err
        == "params.yaml: spoken_digits.training.learning_rate: expected a number, found 'fast'\n"
    )
    shutil.copy(REAL, file)
    assert cli.main(["check"]) == 0
