"""ronkyo schema: params.yaml validates as it stands, and what ronkyo check finds wrong an editor finds too."""

from __future__ import annotations

import json

import jsonschema
import pytest

from ronkyo import cli, params
from ronkyo.editors import schema


def errors(project, text=None):
    """Where a text does not validate: dotted keys."""
    text = project.params_file.read_text(encoding="utf-8") if text is None else text
    document = params.parse_document(text.encode(), "params.yaml")
    validator = jsonschema.Draft7Validator(schema.document(project), format_checker=jsonschema.FormatChecker())
    return [".".join(map(str, error.absolute_path)) for error in validator.iter_errors(document)]


def test_params_of_a_new_project_validate_and_name_the_schema(small_files):
    assert errors(small_files) == []
    first = small_files.params_file.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={schema.FILE}"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("learning_rate: 0.3", "learning_rat: 0.3", "least_squares.training"),
        ("momentum: {momentum: 0.8}", "momentum: {momentun: 0.8}", "least_squares.variants.momentum"),
        ("momentum: {momentum: 0.8}", "Momentum: {momentum: 0.8}", "least_squares.variants"),
        ("momentum: {momentum: 0.8}", "momentum: {momentum: 1.8}", "least_squares.variants.momentum.momentum"),
        ("points: 200", "points: many", "least_squares.data.points"),
        ("seeds: 5", "seeds: 0", "least_squares.seeds"),
        ("seeds: 5", "seeds: {look: [5, 10]}", "least_squares.seeds"),
        ("seeds: 5", "seeds: {looks: [5], matters: {steps_needed: {ratio: 1}}}", "least_squares.seeds"),
        ("edition: full", "edition: half", "report.edition"),
        ("numerics: portable", "numeric: portable", ""),
        ("  tolerance: 0.01", "  # nothing", "least_squares"),
    ],
)
def test_what_is_wrong_is_found_by_the_schema_and_by_check(small_files, old, new, place):
    text = small_files.params_file.read_text(encoding="utf-8")
    assert old in text
    wrong = text.replace(old, new, 1)
    assert set(errors(small_files, wrong)) == {place}
    small_files.params_file.write_text(wrong, encoding="utf-8")
    with pytest.raises(params.ParamsError):
        small_files.load_params()


@pytest.mark.parametrize(
    "seeds", ["3", "{looks: [5, 10]}", "{looks: [5, 10], taken: {plain: 10}, matters: {a: {ratio: 1.1}, b: 2}}"]
)
def test_what_seeds_can_be_validates(small_files, seeds):
    text = small_files.params_file.read_text(encoding="utf-8").replace("seeds: 5", f"seeds: {seeds}")
    assert errors(small_files, text) == []
    small_files.params_file.write_text(text, encoding="utf-8")
    small_files.load_params()


def test_comments_of_fields_are_told(small_files):
    inside = schema.document(small_files)["$defs"]
    assert inside["Data"]["properties"]["narrow"]["description"] == "scale of the last feature; the first one's is 1"
    assert inside["Report"]["properties"]["code_url"]["description"].startswith("where links to code lead")


def test_schema_is_written_where_it_is_not_up_to_date(small_files, capsys):
    def run(*words):
        done = cli.main(["-C", str(small_files.root), "schema", *words])
        return done, "".join(capsys.readouterr())

    assert run("--check") == (
        1,
        "params.schema.json: expected the settings as they are, found others; ronkyo schema writes it\n",
    )
    assert run() == (0, "params.schema.json: written\n")
    assert run() == (0, "params.schema.json: up to date\n")
    assert run("--check") == (0, "")
    jsonschema.Draft7Validator.check_schema(json.loads((small_files.root / schema.FILE).read_text(encoding="utf-8")))
